"""Records that a run had removed because others took them in: brought back first, with their old ids, and known again.

What pointed to them is put back by the undo as any other field. Where the target cannot bring one of them back, nothing
of the run is undone.
"""

from collections.abc import Mapping

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Target, Undelete
from crm_migrate.errors import TargetError, UsageError
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.load.keys import text_columns, translated_by
from crm_migrate.stages.load.objects import target_object
from crm_migrate.stages.load.theirs import conformed
from crm_migrate.stages.load.undeleting import bring_back, keyed_of, missing_in
from crm_migrate.stages.undo.images import Lines, Undoing, before
from crm_migrate.workspace.crosswalk import replace_table
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import tables as parts_of
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.sql import exists
from crm_migrate.workspace.tables import CROSSWALK, REMOVALS

BACKUP = "bring back a backup of the target, then: crm-migrate target adopt"
_MEMBERS = '[{"source": "VARCHAR", "key": "VARCHAR"}]'


def removed_by(run: Run, object_plan: ObjectPlan, lines: Lines) -> dict[str, str]:
    """Id -> our key of the records that a run was to remove, and that nobody refused."""
    folder, found = run.table("load", object_plan.name, "batches", "remove"), dict[str, str]()
    refused = {entity for line in lines.values() for entity in line.rejected}
    sent = any(name.startswith(f"{object_plan.name}/remove/") for name in lines)
    for part in parts_of(folder) if sent and exists(folder) else ():
        rows = zip(part[TARGET_ID].to_pylist(), part[ENTITY].to_pylist(), strict=True)
        found |= {str(id): str(entity) for id, entity in rows if entity not in refused}
    return found


def bring_back_removed(plan: Plan, run: Run, lines: Lines, target: Target, *, apply: bool) -> dict[str, int]:
    """Bring back what the run removed, or only look whether that can be; object -> how many records.

    UsageError where one of them cannot come back: nothing was done then.
    """
    counts, asked = dict[str, int](), dict[str, list[str]]()
    able = target if isinstance(target, Undelete) else None
    for each in plan.objects:
        gone = removed_by(run, each, lines)
        object = target_object(plan, each)
        missing = dict(missing_in(target, object, gone)) if gone else {}
        held = keyed_of(able, object, missing) if able is not None else set()
        lost = len(missing) - len(held)
        if lost or (gone and not _remembered(run, each)):
            raise UsageError(
                f"run {run.id} has removed {lost or len(gone):,} record(s) of {each.name} that were merged into others,"
                " and the target does not give them back with their ids: what pointed to them cannot be put back",
                hint=BACKUP,
            )
        asked[each.name] = sorted(held)
        counts |= {each.name: len(gone)} if gone else {}
    if not apply or able is None:
        return counts
    for each in plan.objects:
        refused = bring_back(able, target_object(plan, each), asked[each.name])
        if refused:
            why = next(iter(refused.values()))
            words = f"{len(refused):,} record(s) of {each.name} do not come back: {why.code} {why.words}"
            raise TargetError(words, hint="look at them in the target's recycle bin, then undo again")
    return counts


def _remembered(run: Run, object_plan: ObjectPlan) -> bool:
    """Whether the run says from which rows its records were loaded; one of an earlier version does not."""
    folder = run.folder.joinpath(*REMOVALS.path(object_plan.name))
    rows = (row for part in (parts_of(folder) if exists(folder) else ()) for row in part.to_pylist())
    return all(row.get("members") for row in rows if row["outcome"] != "kept")


def remember_returned(
    tables: Relations, project: Project, identity: str, undoing: Undoing, object_plan: ObjectPlan, target: Target
) -> None:
    """Say of the records that are back what later runs compare with; saying it twice changes nothing."""
    back = removed_by(undoing.run, object_plan, undoing.lines)
    if not back:
        return
    name, columns = object_plan.name, text_columns(object_plan, "__entity", "target_id", "__adopted")
    _register(tables, back)
    walked = project.crosswalk(identity, object_plan.identity)
    removals = scan_folder(undoing.run.folder.joinpath(*REMOVALS.path(name)), REMOVALS.columns)
    members = f"""(SELECT m.source AS __source, m.key AS __key, r.__entity FROM {removals} r
      SEMI JOIN returned_ USING (__entity), unnest(from_json(r.members, '{_MEMBERS}')) t(m))"""
    known = scan_folder(walked, CROSSWALK.columns)
    replace_table(
        tables.connection,
        f"SELECT * FROM {members} UNION ALL SELECT __source, __key, __entity FROM {known} k"
        f" ANTI JOIN {members} m USING (__source, __key) ORDER BY 1, 2",
        walked,
    )
    values, joins = translated_by(undoing.plan, object_plan, "b", lambda parent: before(undoing, parent))
    held = f"""(SELECT r.__entity, r.target_id, NULL::VARCHAR AS __adopted{values} FROM returned_ r
      JOIN {before(undoing, object_plan)} b USING (target_id){joins})"""
    _read(tables, target, undoing.plan, object_plan, columns, sorted(back))
    for folder, rows in ((project.sent(identity, name), held), (project.seen(identity, name), "now_")):
        listed = ", ".join(map(quoted, columns))
        earlier = f"{scan_folder(folder, columns)} e ANTI JOIN returned_ r ON r.__entity = e.__entity"
        replace_table(
            tables.connection, f"SELECT {listed} FROM {earlier} UNION ALL SELECT {listed} FROM {rows}", folder
        )


def _register(tables: Relations, back: Mapping[str, str]) -> None:
    """Create `returned_`: `target_id`, `__entity`."""
    table = pa.table({"target_id": pa.array(back, pa.string()), "__entity": pa.array(back.values(), pa.string())})
    tables.connection.register("given_", table)
    tables.execute("CREATE OR REPLACE TEMP TABLE returned_ AS SELECT * FROM given_")
    tables.connection.unregister("given_")


def _read(
    tables: Relations, target: Target, plan: Plan, object_plan: ObjectPlan, columns: Mapping[str, str], ids: list[str]
) -> None:
    """Create `now_`: the records that are back, as the target gives them."""
    schema = pa.schema([(name, pa.string()) for name in columns])
    found = [conformed(each, schema) for each in target.read(target_object(plan, object_plan), "id", ids)]
    tables.connection.register("given_", pa.concat_tables([schema.empty_table(), *found]))
    tables.execute("CREATE OR REPLACE TEMP TABLE now_ AS SELECT * FROM given_")
    tables.connection.unregister("given_")
