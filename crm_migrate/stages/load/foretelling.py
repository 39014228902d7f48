"""What the target foretells of owners and currencies that are about to be written, and of how many records."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from crm_migrate.connecting.contract import Doubt, Foretells, Target
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.load.choices import NAMED
from crm_migrate.stages.load.keys import names_field, plan_columns
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

    def finding(self) -> Finding:
        """The finding that names them."""
        named = [f"`{value}` ({'; '.join([f'{n:,}', *([note] if note else [])])})" for value, n, note in self.values]
        named = named[:NAMED]
        more = self.distinct - len(named)
        said = ", ".join([*named, *([f"{more:,} other value(s)"] if more else [])])
        message = f"`{self.field}` in {self.count:,} record(s): {self.words}; {self.hint}: {said}"
        return Finding(
            self.code, message, Severity.WARNING, Place(source=self.object, field=self.field), self.hint, self.count
        )


def foretold(tables: Relations, plan: Plan, object_plan: ObjectPlan, target: Target) -> Iterator[Foretold]:
    """What a target that foretells says of an object; its lines are published already."""
    if not isinstance(target, Foretells) or object_plan.existing.only:
        return
    fields = {str(f.target): f for f in loaded_fields(object_plan) if f.kind.role in ("owner", "currency")}
    counted = {name: _written(tables, object_plan, name) for name in fields}
    told: dict[tuple[str, str], list[Doubt]] = {}
    for doubt in target.foretell(target_object(plan, object_plan), {n: c.keys() for n, c in counted.items() if c}):
        told.setdefault((doubt.field, doubt.code), []).append(doubt)
    for (name, _), doubts in told.items():
        yield _together(object_plan.name, fields[name], doubts, counted[name])


def _together(object: str, field: FieldPlan, doubts: list[Doubt], counted: dict[str, int]) -> Foretold:
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
    )


def _written(tables: Relations, object_plan: ObjectPlan, name: str) -> dict[str, int]:
    """The values of a field that are about to be written, and in how many records."""
    lines, value = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan)), quoted(name)
    changed = f"(__action = 'update' AND {names_field('__changed_fields', name)})"
    counts = tables.rows(
        f"SELECT {value}, count(*) FROM {lines} WHERE {value} IS NOT NULL AND (__action = 'create' OR {changed})"
        " GROUP BY 1 ORDER BY 1"
    )
    return {str(text): int(count) for text, count in counts}
