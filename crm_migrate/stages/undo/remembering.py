"""What later runs compare with after an undo: records that went are forgotten, cells that were restored are what they
are in the target now. What was kept stays known as it was."""

from functools import partial

import pyarrow as pa

from crm_migrate.connecting.contract import Target
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import Names, fields_where, text_columns, translated_by
from crm_migrate.stages.load.objects import loaded_fields, target_object
from crm_migrate.stages.load.theirs import conformed
from crm_migrate.stages.undo.images import Undoing, before
from crm_migrate.stages.undo.judging import kinds
from crm_migrate.workspace.crosswalk import replace_table
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.tables import CROSSWALK

_WENT = "verdict IN ('removed', 'released') OR (verdict = 'same' AND did = 'adopt')"
_RESTORED = "verdict IN ('restored', 'same') AND did = 'update'"


def remember_undo(
    tables: Relations, project: Project, identity: str, undoing: Undoing, object_plan: ObjectPlan, target: Target
) -> None:
    """Correct crosswalk, sent and seen of an object; saying it twice changes nothing."""
    name, columns = object_plan.name, text_columns(object_plan, "__entity", "target_id", "__adopted")
    verdict = Names(name).verdict
    stays = f"e.__entity NOT IN (SELECT __entity FROM {verdict} WHERE {_WENT})"
    restored = f"(SELECT * FROM {verdict} WHERE {_RESTORED})"
    walked = project.crosswalk(identity, object_plan.identity)
    crosswalk = scan_folder(walked, CROSSWALK.columns)
    members = f"SELECT * FROM {crosswalk} e WHERE {stays} ORDER BY __source, __key"
    replace_table(tables.connection, members, walked)
    values, joins = translated_by(undoing.plan, object_plan, "b", partial(before, undoing))
    there = f"{restored} v JOIN {before(undoing, object_plan)} b USING (target_id){joins}"
    held = f"(SELECT v.__entity, v.changed{values} FROM {there})"
    _read_restored(tables, target, undoing.plan, object_plan, restored)
    now = f"(SELECT v.changed, r.* FROM {restored} v JOIN restored_ r USING (__entity))"
    for folder, cells in ((project.sent(identity, name), held), (project.seen(identity, name), now)):
        listed = ", ".join(_cell(object_plan, column) for column in columns)
        known = f"{scan_folder(folder, columns)} e LEFT JOIN {cells} x USING (__entity)"
        query = f"SELECT {listed} FROM {known} WHERE {stays}"
        replace_table(tables.connection, query, folder)
    _tell_unlike(tables, undoing, object_plan)


def _cell(object_plan: ObjectPlan, column: str) -> str:
    """A cell of the memory: what `x` says where the run had written it."""
    if column not in {str(f.target) for f in loaded_fields(object_plan)}:
        return f"e.{quoted(column)}"
    wrote = f"coalesce(list_contains(x.changed, {literal(column)}), FALSE)"
    return f"CASE WHEN {wrote} THEN x.{quoted(column)} ELSE e.{quoted(column)} END AS {quoted(column)}"


def _tell_unlike(tables: Relations, undoing: Undoing, object_plan: ObjectPlan) -> None:
    """Who was restored, and is read back as something else, stays listed."""
    restored = "list_contains(v.fields, {}) AND NOT alike({}, b.{}, r.{})"
    unlike = fields_where(
        (name, restored.format(literal(name), literal(kind), quoted(name), quoted(name)))
        for name, kind in kinds(object_plan).items()
    )
    verdict = Names(object_plan.name).verdict
    tables.execute(f"""UPDATE {verdict} w SET verdict = 'kept', code = 'undo_unlike', message = u.fields FROM (
      SELECT v.__entity, array_to_string({unlike}, ', ') AS fields FROM {verdict} v JOIN restored_ r USING (__entity)
      JOIN {before(undoing, object_plan)} b ON b.target_id = v.target_id
      WHERE v.verdict = 'restored' AND len({unlike}) > 0) u WHERE u.__entity = w.__entity""")


def _read_restored(tables: Relations, target: Target, plan: Plan, object_plan: ObjectPlan, restored: str) -> None:
    """Create `restored_`: the records that were restored, as the target gives them back."""
    columns = text_columns(object_plan, "__entity")
    keys = [str(key) for (key,) in tables.rows(f"SELECT __entity FROM {restored} ORDER BY __entity")]
    nulls = ", ".join(f"NULL::VARCHAR AS {quoted(name)}" for name in columns)
    tables.execute(f"CREATE OR REPLACE TEMP TABLE restored_ AS SELECT {nulls} WHERE FALSE")
    for found in target.read(target_object(plan, object_plan), "key", keys) if keys else ():
        tables.connection.register("given_", conformed(found, pa.schema([(name, pa.string()) for name in columns])))
        tables.execute("INSERT INTO restored_ SELECT * FROM given_")
        tables.connection.unregister("given_")
