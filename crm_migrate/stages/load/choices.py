"""What the fields of choices are sent, value by value: what the target does not take, and what nobody can check."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from crm_migrate.cleansing.near import did_you_mean
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import Names
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.relations import Relations

NAMED = 10  # values of a field that are named; of the others only the number is told


class ChoiceValues(BaseModel):
    """Values of one field and the records that have them, the most frequent first; of `distinct` ones, `count` records.

    `choices` is what the target takes, and the values are those that it does not; empty where that is not known, and
    the values are all that no value map wrote. Personal values are counted and not named.
    """

    model_config = ConfigDict(frozen=True)

    field: str
    choices: tuple[str, ...]
    values: tuple[tuple[str, int], ...]
    distinct: int
    count: int


def choice_values(tables: Relations, object_plan: ObjectPlan, found: TargetObject | None) -> Iterator[ChoiceValues]:
    """Of each field of choices what is about to be written and is none of them; before the records are held for it."""
    names = Names(object_plan.name)
    for field in loaded_fields(object_plan):
        choices = _choices(field, found)
        if not choices and (field.kind.role != "choice" or _is_translated(field)):
            continue
        value, before = (f"d.{quoted(f'{sign}{field.target}')}" for sign in "=-")
        strange = f"{value} NOT IN ({', '.join(map(literal, choices))})" if choices else f"{value} IS NOT NULL"
        sent = f"p.__action = 'create' OR (p.__action = 'update' AND {value} IS DISTINCT FROM {before})"
        counts = tables.rows(
            f"""SELECT value, n, count(*) OVER (), sum(n) OVER () FROM (
              SELECT {value} AS value, count(*) AS n FROM {names.plan} p JOIN {names.decided} d USING (__cluster)
              WHERE {strange} AND ({sent}) GROUP BY 1) ORDER BY n DESC, value LIMIT {NAMED}"""
        )
        if counts:
            shown = () if field.personal else tuple((str(text), int(count)) for text, count, *_ in counts)
            *_, distinct, total = counts[0]
            yield ChoiceValues(
                field=field.name, choices=choices, values=shown, distinct=int(distinct), count=int(total)
            )


def _choices(field: FieldPlan, found: TargetObject | None) -> tuple[str, ...]:
    there: TargetField | None = found.field(str(field.target)) if found else None
    return (there.choices if there else ()) or field.choices


def _is_translated(field: FieldPlan) -> bool:
    """Whether a value map wrote what stands in the field, whatever its source."""
    return all(any(step.name == "map" for step in cell.steps) for cell in field.cells.values())


def told(object_name: str, found: ChoiceValues) -> Finding:
    """The finding that names the values."""
    named = ", ".join(_named(text, count, found.choices) for text, count in found.values)
    more = found.distinct - len(found.values)
    rest = f"{' and ' if named else ''}{more:,} other value(s)" if more else ""
    what = "none of the target's choices" if found.choices else "written as they are: its choices are not known here"
    return Finding(
        "not_a_choice" if found.choices else "choices_unchecked",
        f"`{found.field}` has values in {found.count:,} record(s) that are {what}: {named}{rest}",
        Severity.WARNING if found.choices else Severity.NOTE,
        Place(source=object_name, field=found.field),
        _translate(found.choices),
        found.count,
    )


def _translate(choices: tuple[str, ...]) -> str:
    if not choices:
        return "compare them with the target; a value map says what each one becomes"
    more = " ..." if len(choices) > NAMED else ""
    return f"translate them with a value map; the target takes {', '.join(choices[:NAMED])}{more}"


def _named(text: str, count: int, choices: tuple[str, ...]) -> str:
    asked = did_you_mean(text, choices)
    return f"`{text}` ({count:,}{'; ' + asked if asked else ''})"
