"""What Dataverse will make of owners and currencies, asked before anything is loaded.

A record belongs to a user who is not disabled, has a security role and may read such records, or to a team that owns
and may read them; amounts have a currency that is active, and are turned into the organisation's own at the rate that
theirs has when the record is written.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from crm_migrate.connecting.contract import Doubt, TargetObject
from crm_migrate.connecting.http import Request
from crm_migrate_dynamics import answers
from crm_migrate_dynamics.answers import Record
from crm_migrate_dynamics.describe import Described, Place
from crm_migrate_dynamics.looking import AT_ONCE, Looking
from crm_migrate_dynamics.shapes import ACCESS_TEAM, CURRENCY, OWNER, RATE

# Code -> what is wrong with such values, and the next step.
_TOLD = {
    "owner_not_there": (
        "the target has not exactly one user or team that is called so",
        "add who is missing there, or name another owner in `owners:`",
    ),
    "owner_disabled": (
        "the user is disabled in the target",
        "enable the user for the load, or name a successor in `owners:`",
    ),
    "owner_without_right": (
        "no role in the target lets the owner read the record",
        "give it a security role there, or name a successor in `owners:`",
    ),
    "owner_not_asked": (
        "whether a role there lets this owner read what it is to own is not told to us",
        "let the application user read security roles, or look at those of the owner; who may not is refused at the"
        " load",
    ),
    "currency_not_there": ("the target does not have the currency", "add it there with its rate"),
    "currency_inactive": ("the currency is deactivated in the target", "activate it there for the load"),
    "rate_of_load": (
        "amounts in the organisation's own currency get the rate of the day of the load (beside the currency: how many"
        " make one of its own), not of the record's",
        "where reports go by them, set the rate there before the load, and back after it",
    ),
}
Asked = Callable[[Sequence[str]], Request]
_GOES = frozenset({"owner_not_asked", "rate_of_load"})  # the others would be refused


def foretold(looking: Looking, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
    """The doubts about an object whose fields are about to get these values; none of a table that is yet to be made."""
    described = looking.described(object.name)
    if described is None:
        return
    for name, said in values.items():
        place = described.place(name)
        if place is None or not place.by:
            continue
        if place.column.name == OWNER:
            if place.of == "systemuser":
                yield from _users(looking, described, place, sorted(said))
            else:
                yield from _teams(looking, described, place, sorted(said))
        elif place.column.name == CURRENCY:
            amounts = any(field.type == "money" for field in object.fields)
            yield from _rates(looking, place, sorted(said), amounts=amounts)


def _users(looking: Looking, described: Described, place: Place, said: Sequence[str]) -> Iterator[Doubt]:
    found = looking.called(place.of, place.by, said, ["isdisabled"])
    active = {name: [one for one in found[name] if not one.get("isdisabled")] for name in said}
    for name in said:
        if not found[name]:
            yield _doubt(place, name, "owner_not_there")
        elif len(active[name] or found[name]) > 1:
            yield _doubt(place, name, "owner_not_there", str(len(found[name])))
        elif not active[name]:
            yield _doubt(place, name, "owner_disabled")
    able = {name: str(mine[0]["systemuserid"]) for name, mine in active.items() if len(mine) == 1}
    asked = partial(looking.api.privileges, name=described.reads)
    yield from _without_right(looking, described, place, able, asked)


def _teams(looking: Looking, described: Described, place: Place, said: Sequence[str]) -> Iterator[Doubt]:
    found = looking.called(place.of, place.by, said, ["teamtype"])
    owning = dict[str, str]()
    for name in said:
        if len(found[name]) != 1:
            yield _doubt(place, name, "owner_not_there", str(len(found[name])))
        elif found[name][0].get("teamtype") == ACCESS_TEAM:
            yield _doubt(place, name, "owner_without_right", f"teamtype {ACCESS_TEAM}")
        else:
            owning[name] = str(found[name][0]["teamid"])
    yield from _without_right(looking, described, place, owning, looking.api.team_privileges)


def _without_right(
    looking: Looking, described: Described, place: Place, owners: Mapping[str, str], asked: Asked
) -> Iterator[Doubt]:
    """Owners (name -> id) whose roles and teams do not let them read the records that they are to get."""
    names, wanted = list(owners), described.reads
    for at in range(0, len(names) if wanted else 0, AT_ONCE):
        some = names[at : at + AT_ONCE]
        request = asked([owners[name] for name in some])
        for name, held in zip(some, looking.ask(request, partial(answers.privileges, count=len(some))), strict=True):
            if held is None:
                yield _doubt(place, name, "owner_not_asked", wanted)
            elif wanted not in held:
                yield _doubt(place, name, "owner_without_right", wanted)


def _rates(looking: Looking, place: Place, said: Sequence[str], *, amounts: bool) -> Iterator[Doubt]:
    """Currencies that are not there or not active, and where `amounts` are written, those in which one is not one of
    the organisation's own."""
    for name, found in looking.called(place.of, place.by, said, [RATE, "statecode"]).items():
        rate = _rate(found)
        if rate is None:
            yield _doubt(place, name, "currency_not_there")
        elif found[0].get("statecode"):
            yield _doubt(place, name, "currency_inactive")
        elif amounts and rate != 1:
            yield _doubt(place, name, "rate_of_load", f"{rate:g}")


def _doubt(place: Place, name: str, code: str, note: str = "") -> Doubt:
    return Doubt(place.name, name, code, *_TOLD[code], note, waits=code not in _GOES)


def _rate(found: Sequence[Record]) -> float | None:
    return float(found[0].get(RATE) or 1) if len(found) == 1 else None
