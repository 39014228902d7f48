"""What users changed in the target since our last load, and where that is at odds with what we would change.

Three values of every field: what we sent last, ours now, theirs now. A field that one side alone has changed is that
side's; one that both have changed, each otherwise, is a conflict that a person settles (`decisions/conflicts.yaml`).
Fields that say one thing together (an address, an amount and its currency, a consent and its mailbox) are one.
"""

from collections.abc import Iterator, Sequence

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.survivorship import block_of
from crm_migrate.stages.load.keys import Names, fields_where, text_columns, translated
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.settlements import Settlement
from crm_migrate.workspace.tables import THEIRS


def look(
    relations: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan,
    settled: Sequence[Settlement],
) -> None:  # fmt: skip
    """Create `look/<object>`: which of our records are in the target; and `edited/<object>`: those that somebody has
    changed there since our last load, in which fields (`__edits`), with what the target holds (parents as entities).

    Fields of which a person said that theirs stays are in `__stays`; those where ours goes are in `__goes`, and no
    edits any more.
    Call after `wish/<object>` is there.
    """
    names, fields = Names(object_plan.name), text_columns(object_plan)
    theirs = relations.scan(THEIRS, object_plan.name, also=fields)
    seen = scan_folder(project.seen(identity, object_plan.name), text_columns(object_plan, "__entity"))
    relations.execute(
        f"CREATE TEMP TABLE {names.look} AS SELECT __entity, min(target_id) AS target_id "
        f"FROM {theirs} WHERE __entity IS NOT NULL GROUP BY __entity"
    )
    edits = fields_where((c, f"t.{quoted(c)} IS DISTINCT FROM v.{quoted(c)}") for c in fields)
    held, joins = translated(relations, plan, object_plan)
    relations.execute(
        f"""CREATE TEMP TABLE {names.edited} AS
        SELECT t.__entity, {edits} AS __edits,
          []::VARCHAR[] AS __stays, []::VARCHAR[] AS __goes{held}
        FROM {theirs} t JOIN {seen} v USING (__entity){joins} WHERE len(__edits) > 0
        QUALIFY row_number() OVER (PARTITION BY t.__entity ORDER BY t.target_id) = 1"""
    )
    for each in settled:
        if each.object == object_plan.name and each.field in fields:
            _settle(relations, names, each)


def _settle(relations: Relations, names: Names, settled: Settlement) -> None:
    """Put one word of a person in, where both sides still say what they said then."""
    name = quoted(settled.field)
    field = literal(settled.field)
    change = {
        "ours": f"__edits = list_filter(__edits, lambda x: x <> {field}), __goes = list_append(__goes, {field})",
        "theirs": f"__stays = list_append(__stays, {field})",
    }[settled.keep]
    relations.execute(
        f"""UPDATE {names.edited} SET {change} FROM {names.wish} w
        WHERE {names.edited}.__entity = {literal(settled.entity)} AND w.__entity = {literal(settled.entity)}
          AND {evidence(f"w.{name}", f"{names.edited}.{name}")} = {literal(settled.evidence)}"""
    )


def evidence(ours: str, theirs: str) -> str:
    """SQL: a digest of the two values that are at odds."""
    return f"left(sha256(coalesce({ours}, '') || '␟' || coalesce({theirs}, '')), 16)"


def together(object_plan: ObjectPlan, name: str) -> list[str]:
    """The fields (by their names in the target) that say one thing with a field, itself among them."""
    fields = loaded_fields(object_plan)
    own = next(field for field in fields if field.target == name)
    names = {own.name, own.per, *(field.name for field in fields if field.per == own.name)}
    block = block_of(own)
    return [str(f.target) for f in fields if f.name in names or (block is not None and block_of(f) == block)]


def odds(object_plan: ObjectPlan, fields: Sequence[str]) -> str:
    """SQL over `decided/`: the names of fields that both sides have changed, each otherwise."""
    return fields_where(_at_odds(object_plan, fields))


def _at_odds(object_plan: ObjectPlan, fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in fields:
        ours, sent, theirs = (quoted(sign + name) for sign in "=-~")
        same = ", ".join(map(literal, together(object_plan, name)))
        yield (
            name,
            f"{ours} IS DISTINCT FROM {sent} AND {ours} IS DISTINCT FROM {theirs}"
            f" AND list_has_any(__edits, [{same}]) AND NOT list_contains(__goes, {literal(name)})",
        )


def three_values(object_plan: ObjectPlan, fields: Sequence[str]) -> str:
    """Query: of each record that waits because both sides changed it, the fields at odds with their three values."""
    names = Names(object_plan.name)
    cells = ", ".join(
        f"struct_pack(field := {literal(n)}, sent := {quoted('-' + n)}, ours := {quoted('=' + n)},"
        f" theirs := {quoted('~' + n)})"
        for n in fields
    )
    return f"""SELECT __entity, c.field, c.sent, c.ours, c.theirs, {evidence("c.ours", "c.theirs")} AS evidence
    FROM (SELECT d.__entity, d.__odds, unnest([{cells}]) AS c FROM {names.decided} d
          JOIN {names.plan} p USING (__cluster) WHERE p.__code = 'target_conflict')
    WHERE list_contains(__odds, c.field) ORDER BY __entity, c.field"""
