"""A plan is a promise: what the target would refuse is found offline, row by row, before the first batch is sent."""

from collections.abc import Iterator
from dataclasses import replace
from string import ascii_lowercase, ascii_uppercase

from crm_migrate.connecting.contract import CaseBlind, TargetField, TargetObject, TargetSchema
from crm_migrate.crm.types import Storage, type_of
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import Names
from crm_migrate.stages.load.objects import links, target_object
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import THEIRS

CODE = "target_would_refuse"
_WRITTEN = "('create', 'update')"
# What canonical text must be, by how the target's field stores it; others take any text.
_FORMS: dict[Storage, str] = {
    "integer": "TRY_CAST({v} AS HUGEINT) IS NOT NULL AND NOT contains({v}, '.')",
    "decimal": "TRY_CAST({v} AS DOUBLE) IS NOT NULL",
    "date": "length({v}) = 10 AND TRY_CAST({v} AS DATE) IS NOT NULL",
    "instant": "TRY_CAST({v} AS TIMESTAMPTZ) IS NOT NULL",
    "boolean": "{v} IN ('true', 'false')",
    "list": "json_valid({v})",
}


def hold_refusable(relations: Relations, plan: Plan, object_plan: ObjectPlan, found: TargetObject | None) -> None:
    """Let records wait in `plan/<object>` that the target, as it was `found`, would refuse or round: too long, empty
    where it must be filled, against a check, or no value of the field's type."""
    wanted, names = target_object(plan, object_plan), Names(object_plan.name)
    fields = [_strictest(field, found) for field in wanted.fields]
    later = {link.name for link in links(plan, object_plan) if link.later}
    nothing = [("p.__action = 'create'", literal(words)) for words in unfilled(wanted, found)]
    reasons = [*nothing, *(each for field in fields for each in _of_field(field, field.name in later))]
    if reasons:
        cases = ", ".join(f"CASE WHEN {condition} THEN {words} END" for condition, words in reasons)
        why = f"array_to_string(list_filter([{cases}], lambda x: x IS NOT NULL), '; ')"
        beside = f"{names.plan} p JOIN {names.decided} d USING (__cluster)"
        _hold(relations, names, f"SELECT p.__cluster, {why} AS why FROM {beside} WHERE p.__action IN {_WRITTEN}")


def hold_doubled(relations: Relations, plan: Plan, there: TargetSchema) -> int:
    """Let records wait whose value the target takes only once and has already, or gets of another one; how many.

    Who gives a value up and waits keeps it: so it is asked again when others came to wait.
    """
    changed = 0
    for object_plan in plan.objects:
        wanted, found = target_object(plan, object_plan), there.object(object_plan.target)
        for field in (_strictest(field, found) for field in wanted.fields):
            if field.unique and not field.reference:
                changed += _hold(relations, Names(object_plan.name), _doubled(relations, object_plan, field))
    return changed


def _hold(relations: Relations, names: Names, query: str) -> int:
    (row,) = relations.rows(
        f"UPDATE {names.plan} c SET __action = 'held', __code = {literal(CODE)}, __message = r.why "
        f"FROM ({query}) r WHERE r.__cluster = c.__cluster AND r.why <> ''"
    )
    return int(row[0])


def _strictest(wanted: TargetField, found: TargetObject | None) -> TargetField:
    """The field as the target has it, or as it will be made; what is a link for us holds ids of the target."""
    there = found.field(wanted.name) if found else None
    return replace(there, reference=wanted.reference) if there else wanted


def unfilled(wanted: TargetObject, found: TargetObject | None) -> Iterator[str]:
    """Fields that the target wants filled and that nothing fills: no new record would be taken."""
    for field in found.fields if found else ():
        if field.required and not field.default and wanted.field(field.name) is None:
            yield f"{field.name}: the target requires it, and nothing fills it"


def _of_field(field: TargetField, later: bool) -> Iterator[tuple[str, str]]:
    value, before = f"d.{quoted('=' + field.name)}", f"d.{quoted('-' + field.name)}"
    sent = f"(p.__action = 'create' OR {value} IS DISTINCT FROM {before})"
    name = f"{field.name}: "
    if field.read_only:
        yield f"{sent} AND {value} IS NOT NULL", literal(f"{name}the target computes it itself")
    if field.required:
        empty = f"{sent} AND {value} IS NULL"
        yield empty, literal(f"{name}empty, and the target requires it")
        if later:
            yield f"p.__action = 'create' AND NOT ({empty})", literal(f"{name}required, and its parent comes later")
    if field.reference:
        return
    for condition, words in of_value(field, value, literal(name)):
        yield f"{sent} AND {condition}", words


def of_value(field: TargetField, value: str, name: str) -> Iterator[tuple[str, str]]:
    """What the target would not take as it is, and what is said of it behind the field's name."""
    if field.length is not None:
        told = f"{name} || length({value}) || {literal(f' characters, the target takes {field.length}')}"
        yield f"length({value}) > {field.length}", told
    if field.choices:
        yield f"{value} NOT IN ({', '.join(map(literal, field.choices))})", f"{name} || 'no choice of the target'"
    if form := _FORMS.get(type_of(field.type).storage):
        yield f"{value} IS NOT NULL AND NOT ({form.format(v=value)})", f"{name} || {literal(f'no {field.type}')}"
    if field.below is not None:
        yield f"abs(TRY_CAST({value} AS DOUBLE)) >= {field.below}", f"{name} || 'too large for the target'"
    for condition, words in _rounded(field, value):
        yield condition, f"{name} || {literal(words)}"
    for op, constant in field.bounds:
        words = literal(f"the target checks that it is {op} {constant}")
        yield f"NOT ({_kept(field, value, op, constant)})", f"{name} || {words}"


def _rounded(field: TargetField, value: str) -> Iterator[tuple[str, str]]:
    """Where a number has more digits than the target keeps: it would change it in silence."""
    if field.scale is not None:
        decimals = f"length(rtrim(split_part({value}, '.', 2), '0'))"
        yield f"{decimals} > {field.scale}", f"the target would round it to {field.scale} decimals"
    if field.digits is not None:
        bare = f"rtrim(ltrim(regexp_replace({value}, '[^0-9]', '', 'g'), '0'), '0')"
        yield f"length({bare}) > {field.digits}", f"the target keeps {field.digits} digits of it"


def _kept(field: TargetField, value: str, op: str, constant: str) -> str:
    """Whether a value keeps a bound of the target; no value keeps every one."""
    if op.startswith("length "):
        return f"length({value}) {op.removeprefix('length ')} {constant}"
    if type_of(field.type).storage in ("integer", "decimal"):
        return f"TRY_CAST({value} AS DOUBLE) {op} {constant}"
    return f"{value} {op} {literal(constant)}"


def _folded(value: str, how: CaseBlind) -> str:
    """A value as the target compares it."""
    if how == "ascii":
        return f"translate({value}, '{ascii_uppercase}', '{ascii_lowercase}')"
    return f"lower({value})" if how else value


def _doubled(relations: Relations, object_plan: ObjectPlan, field: TargetField) -> str:
    """Query: records whose value another record of the plan, or of the target, has already."""
    names = Names(object_plan.name)
    value, before = (f"d.{quoted(sign + field.name)}" for sign in "=-")
    ours, held = _folded(value, field.case_blind), _folded(f"t.{quoted(field.name)}", field.case_blind)
    theirs = relations.scan(THEIRS, object_plan.name, also={field.name: "VARCHAR"})
    there = literal(f"{field.name}: the target has this value already and takes it once")
    twice = literal(f"{field.name}: another record of this load has the same value, and the target takes it once")
    return f"""WITH every AS (SELECT p.__cluster, p.__action, p.__entity, p.__target_id, {ours} AS v,
          p.__action = 'create' OR {value} IS DISTINCT FROM {before} AS sent
        FROM {names.plan} p JOIN {names.decided} d USING (__cluster)
        WHERE p.__action IN ('create', 'update', 'unchanged') AND {value} IS NOT NULL),
      ranked AS (SELECT *, row_number() OVER (PARTITION BY v ORDER BY sent, __action, __cluster) AS place FROM every),
      taken AS (SELECT t.target_id, t.__entity, {held} AS v FROM {theirs} t
        WHERE t.target_id NOT IN (SELECT __target_id FROM every WHERE sent AND __target_id IS NOT NULL))
      SELECT r.__cluster, any_value(CASE WHEN t.target_id IS NOT NULL THEN {there} ELSE {twice} END) AS why
      FROM ranked r LEFT JOIN taken t ON t.v = r.v AND t.target_id IS DISTINCT FROM r.__target_id
        AND t.__entity IS DISTINCT FROM r.__entity
      WHERE r.sent AND (r.place > 1 OR t.target_id IS NOT NULL) GROUP BY r.__cluster"""
