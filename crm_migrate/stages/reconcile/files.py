"""The account of files: what became of the one that each row names, and what the target says of those that it has.

Sizes and digests are those of the bytes on the disk, as they were read; what the target says of a file is held against
the record that was planned. Whose bytes nobody has sent is told so: their records say nothing of bytes.
"""

from collections.abc import Collection, Iterator

from crm_migrate.connecting.attached import column
from crm_migrate.crm.model import ATTACHMENTS
from crm_migrate.mapping.plan import ManifestPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, names_of, quoted
from crm_migrate.stages.reconcile.sides import loaded_fields
from crm_migrate.workspace.figures import FileFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import ACTUAL, DISPOSITIONS, EXTRACTED, PLANNED, texts

_CONTENT = ("size", "md5", "sha256")
_THERE = ("file_sent", "file_there")  # whose bytes the target has
_OUTCOME = f"""CASE WHEN coalesce(trim(named), '') = '' THEN 'file_unnamed_by_row'
  WHEN state IN ('created', 'updated', 'unchanged') AND NOT carried THEN 'file_by_hand'
  WHEN state IN ('created', 'updated', 'unchanged') AND other THEN 'file_replaced'
  WHEN state = 'created' OR (state = 'updated' AND renewed) THEN '{_THERE[0]}'
  WHEN state IN ('updated', 'unchanged') THEN '{_THERE[1]}'
  WHEN state IN ('merged', 'folded') THEN CASE WHEN other THEN 'file_replaced' ELSE 'file_same' END
  WHEN state = 'held' AND code = 'file_too_large' THEN 'file_too_large'
  WHEN state = 'held' THEN 'file_waits'
  WHEN state = 'failed' AND code = 'target_refused' THEN 'file_refused'
  WHEN state = 'failed' THEN 'file_in_doubt'
  WHEN state IN ('absent', 'excluded', 'rejected') THEN 'file_left_out'
  ELSE 'file_unexplained' END"""


def file_figures(tables: Relations, plan: Plan, uploads: Collection[str]) -> Iterator[FileFigure]:
    """The lines of every source with a manifest. `uploads`: the objects whose bytes the target takes."""
    for each in plan.objects:
        for feed in each.feeds if each.name == ATTACHMENTS else ():
            manifest = plan.source(feed.source).manifest
            if manifest is not None:
                yield from _of_source(tables, each, feed.source, manifest, carried=each.name in uploads)


def _of_source(
    tables: Relations, object_plan: ObjectPlan, source: str, manifest: ManifestPlan, *, carried: bool
) -> Iterator[FileFigure]:
    there = f"outcome IN ({', '.join(map(literal, _THERE))})"
    rows = f"SELECT *, {_OUTCOME} AS outcome FROM ({_rows(tables, object_plan, source, manifest, carried=carried)})"
    judged = f"SELECT *, CASE WHEN {there} THEN {_SAID} END AS said FROM ({rows})"
    counts = ", ".join(f"count(*) FILTER (said = '{said}')" for said in ("digest", "size", "differs", "nothing"))
    for outcome, files, total, *said in tables.rows(
        f"SELECT outcome, count(*), sum(TRY_CAST(size AS HUGEINT)), {counts} FROM ({judged})"
        " GROUP BY outcome ORDER BY outcome"
    ):
        by_digest, by_size, differ, untold = map(int, said)
        yield FileFigure(
            object=object_plan.name, source=source, outcome=outcome, files=files, bytes=int(total or 0),
            by_digest=by_digest, by_size=by_size, differ=differ, untold=untold,
        )  # fmt: skip


_SAID = """CASE WHEN said_digest <> digest OR said_size <> planned_size THEN 'differs'
  WHEN said_digest = digest THEN 'digest' WHEN said_size = planned_size THEN 'size' ELSE 'nothing' END"""


def _rows(tables: Relations, object_plan: ObjectPlan, source: str, manifest: ManifestPlan, *, carried: bool) -> str:
    """Query: each row with its file and fate, the content of its record as planned, and as the target says it.

    `other`: the record has another content than the file of the row. `renewed`: its bytes became others by this run.
    """
    targets = {field.name: str(field.target) for field in loaded_fields(object_plan) if field.name in _CONTENT}
    cells = texts(manifest.path, *map(column, _CONTENT))
    planned = tables.scan(PLANNED, object_plan.name, also=texts("__changed_fields", *targets.values()))
    actual = tables.whole(ACTUAL, object_plan.name)
    digest = next((name for name in ("md5", "sha256") if name in targets), None)
    known = set(tables.kinds(actual))

    def of(alias: str, name: str | None) -> str:
        at = targets.get(name or "")
        if at is None or (alias == "a" and at not in known):
            return "NULL"
        return (
            f"TRY_CAST({alias}.{quoted(at)} AS HUGEINT)"
            if name == "size"
            else f"lower(nullif({alias}.{quoted(at)}, ''))"
        )

    own = f"e.{quoted(column(digest))}" if digest else "NULL"
    renewed = ", ".join(map(literal, targets.values()))
    return f"""SELECT d.state, d.code, e.{quoted(manifest.path)} AS named, e.{quoted(column("size"))} AS size,
      {carried} AS carried, coalesce({own} <> {of("l", digest)}, FALSE) AS other,
      coalesce(list_has_any({names_of("l.__changed_fields")}, [{renewed}]::VARCHAR[]), FALSE) AS renewed,
      {of("l", digest)} AS digest, {of("l", "size")} AS planned_size,
      {of("a", digest)} AS said_digest, {of("a", "size")} AS said_size
    FROM {tables.scan(DISPOSITIONS, object_plan.name)} d
    LEFT JOIN {tables.scan(EXTRACTED, source, also=cells)} e ON e.__row = d.__row
    LEFT JOIN {planned} l ON l.__cluster = d.__cluster
    LEFT JOIN (SELECT * FROM {actual} QUALIFY row_number() OVER (PARTITION BY __entity ORDER BY target_id) = 1) a
      ON a.__entity = d.__entity
    WHERE d.__source = {literal(source)}"""
