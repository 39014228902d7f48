"""Making the custom fields that an organisation lacks, that of our key first, and letting our user see them."""

from collections.abc import Collection, Sequence
from functools import partial

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.contract import TargetObject
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.kinds import split
from crm_migrate.connecting.preparing import prepared, unseen
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import answers
from crm_migrate_salesforce.describe import Described, Missing, missing
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.shapes import CUSTOM
from crm_migrate_salesforce.soql import literal

PERMISSIONS = "crm_migrate"  # the permission set that lets a user see and write what we made
MANAGER = "Setup > Object Manager"
SEEN = "let our user see it: its Permission Set > Object Settings"
AUDIT = frozenset({"CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"})
OF_PEOPLE = "__pc"  # ends the name of a custom field of contacts, as the accounts of people have it


def prepare(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting, *, apply: bool) -> tuple[str, ...]:
    """What is missing; made, where it is told so. TargetError where something is missing that people make."""
    look = partial(_lacking, objects, looking)

    def make(lacking: Sequence[Missing]) -> None:
        _make(lacking, looking)
        if left := unseen(looking.forget, look, waiting):
            raise TargetError(
                f"Salesforce says that it made the field {left[0].full}, and does not show it to this user",
                hint="look there whether the user has the permission set crm_migrate, then: crm-migrate target prepare",
            )

    return prepared("Salesforce", looking.forget, look, make, apply=apply)


def by_hand(objects: Sequence[TargetObject], looking: Looking) -> tuple[ByHand, ...]:
    """What people make: objects, standard fields, lookups, and a key of ours that is other than we need it."""
    return tuple(_lacking(objects, looking)[1])


def where_set(field: str) -> str:
    """The audit fields of a record, at its creation: Salesforce Help, "Set Audit Fields upon Record Creation"."""
    if field not in AUDIT:
        return ""
    right = "Set Audit Fields upon Record Creation"
    return f'Setup > User Interface > Enable "{right}", and that right in the Permission Set of our user'


def where_choices(object: str, field: str) -> str:
    """Where people add a value of a picklist, or a record type, and let our user have it."""
    at, name = f"{MANAGER} > {split(object).object}", field.partition(".")[0]
    return f"{at} > Record Types" if name == "RecordType" else f"{at} > Fields & Relationships > {name} > Values"


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> tuple[list[Missing], list[ByHand]]:
    lacking: dict[str, Missing] = {}
    left: dict[ByHand, None] = {}
    for object in objects:
        described = looking.described(object.name)
        if described is None:
            left[_object(object.name)] = None
            continue
        if wrong := described.wrong_key(object.key_field):
            left[ByHand(wrong, f"{_fields(described)} > {object.key_field}", "our key cannot live there")] = None
        for each in missing(object, described):
            if isinstance(each, Missing):
                lacking.setdefault(f"{each.object}.{each.name}", each)
            else:
                left[_field(each, described)] = None
    return list(lacking.values()), list(left)


def _object(name: str) -> ByHand:
    made = f"{MANAGER} > Create > Custom Object" if name.endswith(CUSTOM) else "its feature is switched on in Setup"
    return ByHand(f"the object {name}", f"{made}, or {SEEN}")


def _field(name: str, described: Described) -> ByHand:
    """A field that the API makes not, or that our user does not see; those of people are made in their Contact."""
    where = f"{MANAGER} > Contact > Fields & Relationships" if name.endswith(OF_PEOPLE) else _fields(described)
    return ByHand(f"the field {name} of {described.name}", f"{where} > New, or {SEEN}")


def _fields(described: Described) -> str:
    return f"{MANAGER} > {described.object} > Fields & Relationships"


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
