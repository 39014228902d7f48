"""Making the custom fields that modules lack, that of our key first."""

from collections.abc import Iterator, Sequence

from crm_migrate.connecting.contract import TargetObject
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import TargetError
from crm_migrate_zoho import answers, requests
from crm_migrate_zoho.describe import Missing, missing
from crm_migrate_zoho.looking import Looking

MANY = 5  # fields of one request
LOOKS = 6  # at a module, until it shows what was made
PAUSE = 5.0  # seconds between two of them


def prepare(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting, *, apply: bool) -> tuple[str, ...]:
    """What is missing; made, where it is told so. TargetError where a module or a field is missing that nobody can make
    from here, or where our key cannot live."""
    looking.forget()
    lacking, by_hand = _lacking(objects, looking)
    if by_hand and apply:
        hint = "make it there, give the user the right to see it, or name another field with `to:`"
        raise TargetError(f"Zoho CRM lacks {by_hand[0]}", hint=hint)
    if apply and lacking:
        _make(lacking, looking)
        _wait_for(objects, looking, waiting)
    looking.forget()
    return (*(f"{each} (by hand)" for each in by_hand), *dict.fromkeys(each.title for each in lacking))


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> tuple[list[Missing], list[str]]:
    lacking, by_hand = dict[str, Missing](), list[str]()
    for object in objects:
        described = looking.described(object.name)
        if described is None:
            by_hand.append(f"the module {object.name}")
            continue
        if wrong := described.wrong_key(object.key_field):
            raise TargetError(f"our key cannot live in Zoho CRM: {wrong}", hint="say `key_field:` in the profile")
        for each in missing(object, described):
            if isinstance(each, Missing):
                lacking.setdefault(f"{each.module}.{each.name}", each)
            else:
                by_hand.append(f"the field {each} of {object.name}")
    return list(lacking.values()), by_hand


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


def _wait_for(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting) -> None:
    """Until every module shows what was made, by the API name that we expect: an answer alone is no field yet."""
    for look in range(LOOKS):
        if look:
            waiting.wait(PAUSE)
        looking.forget()
        lacking, _ = _lacking(objects, looking)
        if not lacking:
            return
    first = lacking[0]
    raise TargetError(
        f"Zoho CRM says that it made the field {first.name} of {first.module}, and does not show one of that API name",
        hint="look in Setup > Developer Hub > APIs and SDKs > API Names how it is called there, rename it, then: "
        "crm-migrate target prepare",
    )
