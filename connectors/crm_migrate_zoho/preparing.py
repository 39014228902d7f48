"""Making the custom fields that modules lack, that of our key first."""

from collections.abc import Iterator, Sequence
from functools import partial

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.contract import TargetObject
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.preparing import prepared, unseen
from crm_migrate.errors import TargetError
from crm_migrate_zoho import answers, requests
from crm_migrate_zoho.describe import Missing, missing
from crm_migrate_zoho.looking import Looking

MANY = 5  # fields of one request
MODULES = "Setup > Customization > Modules and Fields"
SEEN = "let our user see it: Setup > Security Control > Profiles"


def prepare(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting, *, apply: bool) -> tuple[str, ...]:
    """What is missing; made, where it is told so. TargetError where something is missing that people make."""
    look = partial(_lacking, objects, looking)

    def make(lacking: Sequence[Missing]) -> None:
        _make(lacking, looking)
        if left := unseen(looking.forget, look, waiting):  # by the API name that we expect
            raise _not_shown(left[0])

    return prepared("Zoho CRM", looking.forget, look, make, apply=apply)


def by_hand(objects: Sequence[TargetObject], looking: Looking) -> tuple[ByHand, ...]:
    """What people make: modules, lookups, fields of Zoho's own, and a key of ours that is other than we need it."""
    return tuple(_lacking(objects, looking)[1])


def where_set(field: str) -> str:
    """The date of creation: no request takes one."""
    taken = "an import of files by an administrator alone takes it (docs/import-files.md): name Legacy_Created_Time"
    return taken if field == "Created_Time" else ""


def where_choices(object: str, field: str) -> str:
    """Where people add a value of a picklist; stages belong to the pipelines of a layout."""
    if field in ("Stage", "Pipeline"):
        return "Setup > Customization > Pipelines, and Modules and Fields > Deals > Stage-Probability Mapping"
    return f"{MODULES} > {object} > {field} > Edit Properties"


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> tuple[list[Missing], list[ByHand]]:
    lacking, left = dict[str, Missing](), dict[ByHand, None]()
    for object in objects:
        described = looking.described(object.name)
        if described is None:
            left[ByHand(f"the module {object.name}", f"{MODULES} > Create New Module, or {SEEN}")] = None
            continue
        if wrong := described.wrong_key(object.key_field):
            left[ByHand(wrong, f"{MODULES} > {object.name}", "our key cannot live there")] = None
        for each in missing(object, described):
            if isinstance(each, Missing):
                lacking.setdefault(f"{each.module}.{each.name}", each)
            else:
                left[ByHand(f"the field {each} of {object.name}", f"{MODULES} > {object.name}, or {SEEN}")] = None
    return list(lacking.values()), list(left)


def _make(lacking: Sequence[Missing], looking: Looking) -> None:
    for module, some in _parts(lacking):
        wrong = looking.ask(requests.adding(module, [each.words for each in some]), answers.made)
        if wrong:
            raise TargetError(
                f"Zoho CRM does not make a field of {module}: {wrong[0].code}: {wrong[0].words}",
                hint="an edition takes so many fields of a module, and two that take each value once",
            )


def _parts(lacking: Sequence[Missing]) -> Iterator[tuple[str, list[Missing]]]:
    for module in dict.fromkeys(each.module for each in lacking):
        fields = [each for each in lacking if each.module == module]
        for start in range(0, len(fields), MANY):
            yield module, fields[start : start + MANY]


def _not_shown(first: Missing) -> TargetError:
    return TargetError(
        f"Zoho CRM says that it made the field {first.name} of {first.module}, and does not show one of that API name",
        hint="look in Setup > Developer Hub > APIs and SDKs > API Names how it is called there, rename it, then: "
        "crm-migrate target prepare",
    )
