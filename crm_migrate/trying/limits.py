"""How much a change of a mapping may change: `contacts=1%`, `contacts=25`, `contacts.email=0`, `1%`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm_migrate.errors import UsageError
from crm_migrate.mapping.authoring import nearest
from crm_migrate.trying.diff import MappingDiff, ObjectDiff

_WRITTEN = re.compile(r"(?:(?P<scope>[^=]+)=)?(?P<most>[0-9]+(?:\.[0-9]+)?)(?P<share>%?)")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many records of an object, or cells of a field of it; of every object where none is named. With
    `share` it is per cent of the records before."""

    scope: str
    most: Decimal
    share: bool

    def __str__(self) -> str:
        return f"{self.scope or '*'}={self.most}{'%' if self.share else ''}"


def read_limit(text: str) -> Limit:
    """A limit as it is typed. UsageError where it is none."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or ("." in found["most"] and not found["share"]):
        raise UsageError(f"{text!r} is no limit", hint="--limit contacts=1%, contacts=25, contacts.email=0 or 1%")
    return Limit((found["scope"] or "").strip(), Decimal(found["most"]), bool(found["share"]))


def exceeded(diff: MappingDiff, limits: Sequence[Limit], most: int | None = None) -> Iterator[str]:
    """What goes beyond: the limit, and what was found. UsageError for a limit of an object that is not there."""
    for limit in limits:
        name, _, field = limit.scope.partition(".")
        known = {each.object: each for each in diff.objects}
        if name and name not in known:
            raise UsageError(f"there is no object `{name}` to limit", hint=nearest(name, known))
        for each in [known[name]] if name else diff.objects:
            found = _cells(each, field) if field else each.touched
            if found > _allowed(limit, each):
                yield f"{limit}: {each.object}{'.' + field if field else ''} {found} / {each.before}"
    if most is not None and diff.touched > most:
        yield f"*={most}: {diff.touched}"


def _allowed(limit: Limit, each: ObjectDiff) -> Decimal:
    return limit.most * each.before / 100 if limit.share else limit.most


def _cells(each: ObjectDiff, field: str) -> int:
    return sum(found.cells for found in each.fields if found.field == field)
