"""Ids of the old CRM in other systems (ERP, billing, mailings): what each of them is now, and their exports checked.

An id is the key of a row of one source as it makes one object. What became of that row says the ledger of a run: the
record of the target that it is now, or the survivor that it was merged into.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import Plan
from crm_migrate.quoting import literal
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sql import connected, exists, relation
from crm_migrate.workspace.tables import AFTER, DISPOSITIONS

Outcome = Literal["moved", "merged", "waits", "left_out", "unknown", "empty", "right", "other", "missing"]
DANGLING: tuple[Outcome, ...] = ("waits", "left_out", "unknown", "other", "missing")  # somebody has to see to these
_OUTCOMES: dict[str, Outcome] = {
    "created": "moved", "updated": "moved", "unchanged": "moved", "merged": "merged", "folded": "merged",
    "held": "waits", "failed": "waits", "rejected": "waits", "unexplained": "waits", "enrichment": "left_out",
    "excluded": "left_out", "absent": "left_out",
}  # fmt: skip
_ORDER = ("moved", "merged", "waits", "left_out")  # of several parts of a row the first says where the id leads


@dataclass(frozen=True, slots=True)
class Way:
    """What became of an old id: the record of the target (`new_id`), the `survivor` (`source:key`) that took it in,
    and where it has no new id, why (`code`)."""

    outcome: Outcome
    new_id: str = ""
    survivor: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A row of another system: its old id, where that leads, and how many of its other rows lead to the same record by
    another id."""

    old: str
    way: Way
    shared: int = 0


def which(plan: Plan, object_name: str | None, source: str | None) -> tuple[str, str]:
    """The object and the source that are meant. UsageError where it is not clear, or there is none of that name."""
    known = [(o.name, feed.source) for o in plan.objects for feed in o.feeds]
    meant = [pair for pair in known if object_name in (None, pair[0]) and source in (None, pair[1])]
    if len(meant) != 1:
        told = f"{len(meant) or 'none'} of the objects and sources are meant by that"
        listed = "; ".join(f"--object {o} --source {s}" for o, s in (meant or known)[:8])
        raise UsageError(told, hint=f"one of: {listed}")
    return meant[0]


def ways(run: Run, object_name: str, source: str) -> dict[str, Way]:
    """Every old id of a source as it makes an object, by the ledger of a run; a part of a split row by its own key."""
    folder = run.table(*DISPOSITIONS.path(object_name))
    if not exists(folder):
        return {}
    after = run.table(*AFTER.path(object_name))
    none = "(SELECT NULL::VARCHAR AS target_id, NULL::VARCHAR AS __entity WHERE FALSE)"
    with connected(run.folder / "tmp") as connection:
        rows = connection.execute(
            f"""SELECT d.__key, d.state, coalesce(d.target_id, ''), coalesce(d.survivor, ''), coalesce(d.code, ''),
              a.target_id IS NOT NULL
            FROM {relation(folder)} d LEFT JOIN (SELECT DISTINCT target_id, __entity FROM
              {relation(after) if exists(after) else none}) a
              ON a.target_id = d.target_id AND a.__entity = d.__entity
            WHERE d.__source = {literal(source)} AND coalesce(d.__key, '') <> '' ORDER BY ALL"""
        ).fetchall()
    found: dict[str, Way] = {}
    for key, *said in rows:
        way = _way(*said)
        found[key] = min(found.get(key, way), way, key=lambda each: _ORDER.index(each.outcome))
    return found


def _way(state: str, target_id: str, survivor: str, code: str, there: bool) -> Way:
    """A record that waits and is in the target all the same, with our key, keeps its id."""
    outcome = _OUTCOMES[state]
    if outcome == "waits" and there:
        return Way("moved", target_id, survivor, code)
    if outcome in ("moved", "merged") and target_id:
        return Way(outcome, target_id, survivor)
    return Way("left_out" if outcome == "left_out" else "waits", code=code or state)


def pointed(known: Mapping[str, Way], old: Sequence[str]) -> list[Pointer]:
    """Where each old id of another system leads."""
    found = [(id, _found(known, id)) for id in map(str.strip, old)]
    return list(_with_shared(found))


def checked(known: Mapping[str, Way], old: Sequence[str], new: Sequence[str]) -> list[Pointer]:
    """Whether each row that has an old id has the new one, too: `right`, `other`, or `missing`."""
    found = []
    for id, said in zip(map(str.strip, old), map(str.strip, new), strict=True):
        way = _found(known, id)
        if way.new_id:
            outcome: Outcome = "right" if said == way.new_id else "other" if said else "missing"
            way = Way(outcome, way.new_id, way.survivor)
        elif said and way.outcome != "empty":
            way = Way("other", way.new_id, way.survivor, way.code)
        found.append((id, way))
    return list(_with_shared(found))


def _found(known: Mapping[str, Way], id: str) -> Way:
    return known.get(id, Way("unknown")) if id else Way("empty")


def _with_shared(found: Iterable[tuple[str, Way]]) -> Iterator[Pointer]:
    """With each row how many other ids of the same file lead to its record: customers who are one by now."""
    rows = list(found)
    ids: dict[str, set[str]] = defaultdict(set)
    for id, way in rows:
        if way.new_id:
            ids[way.new_id].add(id)
    for id, way in rows:
        yield Pointer(id, way, max(0, len(ids[way.new_id]) - 1) if way.new_id else 0)


def every_way(run: Run, plan: Plan) -> Iterator[tuple[str, str, str, Way]]:
    """Object, source, old id and what became of it, of all sources that feed an object."""
    for each in plan.objects:
        for source in dict.fromkeys(feed.source for feed in each.feeds):
            yield from ((each.name, source, old, way) for old, way in sorted(ways(run, each.name, source).items()))
