"""Files in a load: which rows go with bytes, and what becomes of those whose file is not what was planned any more."""

from collections.abc import Mapping

from crm_migrate.connecting.attached import column
from crm_migrate.connecting.contract import Target, Upload
from crm_migrate.crm.model import ATTACHMENTS
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.holding import hold
from crm_migrate.stages.load.keys import plan_columns
from crm_migrate.stages.load.objects import loaded_fields, target_object
from crm_migrate.stages.load.publishing import answers, is_unsent
from crm_migrate.stages.load.sending import KINDS
from crm_migrate.stages.load.sending.uploading import COLUMNS, NAMED
from crm_migrate.workspace.ledger import BatchLine
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, EXTRACTED, NODES, PLANNED, texts

_CONTENT = ("size", "sha256", "md5")  # the fields that say what the bytes are


def takes_files(target: Target, plan: Plan, object_plan: ObjectPlan) -> bool:
    """Whether the records of an object are files, whose bytes the target takes."""
    if object_plan.name != ATTACHMENTS or not isinstance(target, Upload):
        return False
    return target.takes_bytes(target_object(plan, object_plan))


def content_fields(object_plan: ObjectPlan) -> frozenset[str]:
    """The fields, as the target calls them, that say what the bytes of a file are."""
    return frozenset(str(field.target) for field in loaded_fields(object_plan) if field.name in _CONTENT)


def join_files(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> tuple[str, str]:
    """The columns that say which file a planned record `e` stands for, and the JOIN for them."""
    listed = "".join(f", f.{quoted(name)}" for name in COLUMNS)
    return listed, f" LEFT JOIN ({_files(tables, plan, object_plan)}) f ON f.__cluster = e.__cluster"


def _files(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """Query: the file of every cluster; of several rows the one whose digest the record has, else the first."""
    sources = [feed.source for feed in object_plan.feeds if plan.source(feed.source).manifest is not None]
    if not sources:
        nulls = ", ".join(f"NULL::VARCHAR AS {quoted(name)}" for name in COLUMNS)
        return f"SELECT NULL::BIGINT AS __cluster, {nulls} WHERE FALSE"
    said = {str(f.target): f.name for f in loaded_fields(object_plan) if f.name in ("sha256", "md5")}
    lines = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    same = " OR ".join(f"p.{quoted(target)} = r.{quoted(name)}" for target, name in said.items()) or "FALSE"
    every = " UNION ALL ".join(_named(tables, plan, object_plan, source) for source in sources)
    return f"""SELECT r.__cluster, {", ".join(f"r.{quoted(name)}" for name in COLUMNS)}
    FROM ({every}) r JOIN {lines} p ON p.__cluster = r.__cluster
    QUALIFY row_number() OVER (PARTITION BY r.__cluster ORDER BY ({same}) DESC, r.__node) = 1"""


def _named(tables: Relations, plan: Plan, object_plan: ObjectPlan, source: str) -> str:
    """Query: what the rows of one source say of their files."""
    manifest = plan.source(source).manifest
    assert manifest is not None
    cells = {name: column(name) for name in ("size", "sha256", "md5", "problem")}
    extracted = tables.scan(EXTRACTED, source, also=texts(manifest.path, *cells.values()))
    known = "".join(f", x.{quoted(cell)} AS {quoted(NAMED + name)}" for name, cell in cells.items() if name != "md5")
    return (
        f"SELECT k.__cluster, k.__node, {literal(source)} AS {quoted(NAMED + 'source')},"
        f" x.{quoted(manifest.path)} AS {quoted(NAMED + 'named')}{known},"
        f" x.{quoted(cells['sha256'])} AS sha256, x.{quoted(cells['md5'])} AS md5"
        f" FROM {tables.scan(CLUSTERS, object_plan.name)} k JOIN {tables.scan(NODES, object_plan.name)} n"
        f" ON n.__node = k.__node AND n.__source = {literal(source)} JOIN {extracted} x ON x.__row = n.__row"
    )


def hold_unsent(tables: Relations, lines: Mapping[str, BatchLine], object_plan: ObjectPlan) -> int:
    """Let the lines of the plan wait whose file was not sent, because it is not what was planned; how many."""
    said = answers(tables, lines, object_plan.name, KINDS)
    unsent = f"SELECT __entity, min(message) AS why FROM {said} WHERE {is_unsent()} GROUP BY __entity"
    code, words = "split_part(u.why, ': ', 1)", "substr(u.why, length(split_part(u.why, ': ', 1)) + 3)"
    joins = f" LEFT JOIN ({unsent}) u USING (__entity)"
    return hold(tables, object_plan, joins, "u.why IS NOT NULL", code, words)
