"""Making the custom fields that an organisation lacks, that of our key first, and letting our user see them."""

from collections.abc import Collection, Mapping, Sequence

from crm_migrate.connecting.contract import TargetObject
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import answers
from crm_migrate_salesforce.describe import Described, Missing, missing, objects_lacking
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.soql import literal

PERMISSIONS = "crm_migrate"  # the permission set that lets a user see and write what we made
LOOKS = 6  # at an object, until it shows what was made
PAUSE = 5.0  # seconds between two of them


def prepare(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting, *, apply: bool) -> tuple[str, ...]:
    """What is missing; made, where it is told so. TargetError where an object or a standard field is missing, which
    nobody can make from here, or where our key cannot live."""
    looking.forget()
    lacking, by_hand = _lacking(objects, looking)
    if by_hand and apply:
        hint = "make it there, give the user the right to see it, or name another field with `to:`"
        raise TargetError(f"Salesforce lacks {by_hand[0]}", hint=hint)
    if apply and lacking:
        _make(lacking, looking)
        _wait_for(objects, looking, waiting)
    looking.forget()
    return (*(f"{each} (by hand)" for each in by_hand), *dict.fromkeys(each.title for each in lacking))


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> tuple[list[Missing], list[str]]:
    found = {object.name: looking.described(object.name) for object in objects}
    there: Mapping[str, Described] = {name: each for name, each in found.items() if each is not None}
    by_hand = [f"the object {name}" for name in objects_lacking(objects, there)]
    lacking: dict[str, Missing] = {}
    for object in objects:
        described = there.get(object.name)
        if described is None:
            continue
        if wrong := described.wrong_key(object.key_field):
            raise TargetError(f"our key cannot live in Salesforce: {wrong}", hint="say `key_field:` in the profile")
        for each in missing(object, described):
            if isinstance(each, Missing):
                lacking.setdefault(f"{each.object}.{each.name}", each)
            else:
                by_hand.append(f"the field {each} of {object.name}")
    return list(lacking.values()), by_hand


def _make(lacking: Collection[Missing], looking: Looking) -> None:
    """The fields, and the right to see them. A field that is there already was made by a try that nobody answered."""
    for each in {each.full: each for each in lacking if each.words}.values():
        looking.ask(looking.api.adding(each), answers.made)
    granted = _permission_set(looking)
    for each in lacking:
        rights = {
            "ParentId": granted,
            "SobjectType": each.object,
            "Field": f"{each.object}.{each.name}",
            "PermissionsRead": True,
            "PermissionsEdit": True,
        }
        looking.ask(looking.api.making("FieldPermissions", rights), answers.made)


def _permission_set(looking: Looking) -> str:
    """The id of our permission set, which our user has."""
    found = _one(looking, "PermissionSet", f"Name = {literal(PERMISSIONS)}")
    if not found:
        values = {
            "Name": PERMISSIONS,
            "Label": "crm-migrate",
            "Description": "Sees and writes the keys of our records.",
        }
        found = looking.ask(looking.api.making("PermissionSet", values), answers.made)
        found = found or _one(looking, "PermissionSet", f"Name = {literal(PERMISSIONS)}")
    if not found:
        raise TargetError("Salesforce makes no permission set for us", hint="look at the rights of the user")
    assigned = {"AssigneeId": looking.user, "PermissionSetId": found}
    looking.ask(looking.api.making("PermissionSetAssignment", assigned), answers.made)
    return found


def _one(looking: Looking, object: str, condition: str) -> str:
    return next((str(r["Id"]) for page in looking.pages(object, [], [condition]) for r in page), "")


def _wait_for(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting) -> None:
    """Until every object shows what was made: an answer that says so is no field yet."""
    for look in range(LOOKS):
        if look:
            waiting.wait(PAUSE)
        looking.forget()
        lacking, _ = _lacking(objects, looking)
        if not lacking:
            return
    raise TargetError(
        f"Salesforce says that it made the field {lacking[0].full}, and does not show it to this user",
        hint="look there whether the user has the permission set crm_migrate, then: crm-migrate target prepare",
    )
