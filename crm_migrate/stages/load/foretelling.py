"""What the target foretells of owners and currencies that are about to be written, and of how many records.

It is asked for each value once. A record whose owner or currency it would refuse waits: it goes in a run after that was
mended there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from crm_migrate.connecting.contract import Doubt, Foretells, Target
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.choices import NAMED
from crm_migrate.stages.load.keys import Names, names_field, plan_columns
from crm_migrate.stages.load.objects import loaded_fields, target_object
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import PLANNED


class Foretold(BaseModel):
    """What is foretold of values of one field, the most frequent first, of `distinct` ones in `count` records; personal
    values are counted and not named."""

    model_config = ConfigDict(frozen=True)

    object: str
    field: str
    code: str
    words: str
    hint: str
    values: tuple[tuple[str, int, str], ...]  # value, records, what is to be noted of it
    distinct: int
    count: int
    waits: bool = False

    def finding(self) -> Finding:
        """The finding that names them."""
        named = [f"`{value}` ({'; '.join([f'{n:,}', *([note] if note else [])])})" for value, n, note in self.values]
        named = named[:NAMED]
        more = self.distinct - len(named)
        said = ", ".join([*named, *([f"{more:,} other value(s)"] if more else [])])
        told = f"`{self.field}` in {self.count:,} record(s){' that wait' if self.waits else ''}"
        message = f"{told}: {self.words}; {self.hint}: {said}"
        return Finding(
            self.code, message, Severity.WARNING, Place(source=self.object, field=self.field), self.hint, self.count
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """The doubts about an object, and in how many records each value was about to be written when they were told."""

    doubts: Sequence[Doubt] = ()
    counted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def hold_foretold(tables: Relations, plan: Plan, object_plan: ObjectPlan, target: Target) -> Asked:
    """What a target that foretells says of what is about to be written; let records of `plan/<object>` wait that it
    would refuse."""
    if not isinstance(target, Foretells) or object_plan.existing.only:
        return Asked()
    counted = {name: _about_to_be(tables, object_plan, name) for name in _fields(object_plan)}
    values = {name: counts.keys() for name, counts in counted.items() if counts}
    doubts = list(target.foretell(target_object(plan, object_plan), values))
    _hold(tables, object_plan, [doubt for doubt in doubts if doubt.waits])
    return Asked(doubts, counted)


def foretold(tables: Relations, object_plan: ObjectPlan, asked: Asked) -> Iterator[Foretold]:
    """What is told of the doubts about an object, whose lines are published by now: of what waits for them, and of what
    is still written."""
    fields = _fields(object_plan)
    told: dict[tuple[str, str], list[Doubt]] = {}
    for doubt in asked.doubts:
        told.setdefault((doubt.field, doubt.code), []).append(doubt)
    for (name, _), doubts in told.items():
        counted = asked.counted[name] if doubts[0].waits else _written(tables, object_plan, name)
        if some := [doubt for doubt in doubts if doubt.value in counted]:
            yield _together(object_plan.name, fields[name], some, counted)


def _fields(object_plan: ObjectPlan) -> dict[str, FieldPlan]:
    return {str(f.target): f for f in loaded_fields(object_plan) if f.kind.role in ("owner", "currency")}


def _together(object: str, field: FieldPlan, doubts: Sequence[Doubt], counted: Mapping[str, int]) -> Foretold:
    counts = sorted(((d.value, counted[d.value], d.note) for d in doubts), key=lambda one: (-one[1], one[0]))
    return Foretold(
        object=object,
        field=field.name,
        code=doubts[0].code,
        words=doubts[0].words,
        hint=doubts[0].hint,
        values=() if field.personal else tuple(counts),
        distinct=len(counts),
        count=sum(count for _, count, _ in counts),
        waits=doubts[0].waits,
    )


def _hold(tables: Relations, object_plan: ObjectPlan, doubts: Sequence[Doubt]) -> None:
    """Let records wait that get one of these values: by the code of the first, with the words of all."""
    if not doubts:
        return
    values: dict[tuple[str, str, str], list[str]] = {}
    for each in doubts:
        values.setdefault((each.field, each.code, each.words), []).append(each.value)
    fields = _fields(object_plan)
    cases = ", ".join(
        f"CASE WHEN {_sent(name)} AND d.{quoted('=' + name)} IN ({', '.join(map(literal, some))})"
        f" THEN {{'code': {literal(code)}, 'words': {literal(f'{fields[name].name}: {words}')}}} END"
        for (name, code, words), some in values.items()
    )
    tables.execute(
        f"""UPDATE {Names(object_plan.name).plan} c SET __action = 'held', __code = r.why[1].code,
          __message = array_to_string(list_transform(r.why, lambda x: x.words), '; ')
        FROM (SELECT p.__cluster, list_filter([{cases}], lambda x: x IS NOT NULL) AS why {_going(object_plan)}) r
        WHERE r.__cluster = c.__cluster AND len(r.why) > 0"""
    )


def _going(object_plan: ObjectPlan) -> str:
    """FROM what is about to be written, before it is published."""
    names = Names(object_plan.name)
    return f"FROM {names.plan} p JOIN {names.decided} d USING (__cluster) WHERE p.__action IN ('create', 'update')"


def _sent(name: str) -> str:
    """Whether a field of a record that is about to be written is sent."""
    return f"(p.__action = 'create' OR d.{quoted('=' + name)} IS DISTINCT FROM d.{quoted('-' + name)})"


def _about_to_be(tables: Relations, object_plan: ObjectPlan, name: str) -> dict[str, int]:
    """The values of a field that are about to be sent, and in how many records."""
    value = f"d.{quoted('=' + name)}"
    going = f"{_going(object_plan)} AND {value} IS NOT NULL AND {_sent(name)}"
    counts = tables.rows(f"SELECT {value}, count(*) {going} GROUP BY 1 ORDER BY 1")
    return {str(text): int(count) for text, count in counts}


def _written(tables: Relations, object_plan: ObjectPlan, name: str) -> dict[str, int]:
    """The values of a field that are written, and in how many records: the plan is settled."""
    lines, value = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan)), quoted(name)
    changed = f"(__action = 'update' AND {names_field('__changed_fields', name)})"
    counts = tables.rows(
        f"SELECT {value}, count(*) FROM {lines} WHERE {value} IS NOT NULL AND (__action = 'create' OR {changed})"
        " GROUP BY 1 ORDER BY 1"
    )
    return {str(text): int(count) for text, count in counts}
