"""The manifest of attachments: a line for every row that may name a file, with its digest and what became of it.

`reports/<run>/attachments.csv` holds names of files and keys of records: whoever copies the files works with it.
"""

import csv
from collections.abc import Iterator

from crm_migrate.connecting.attached import column
from crm_migrate.crm.model import ATTACHMENTS
from crm_migrate.mapping.plan import ManifestPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import stream
from crm_migrate.workspace.tables import DISPOSITIONS, EXTRACTED, RECORDS, texts

NAME = "attachments.csv"
HEAD = (
    "source", "line", "key", "state", "code", "named", "path", "name", "size", "sha256", "mime_type", "same_as",
    "parent", "entity", "target_id",
)  # fmt: skip
_KNOWN = ("path", "name", "size", "sha256", "type")
_FIRST = "min(path) OVER (PARTITION BY sha256)"  # of those with the same content
_CELLS = {"mime_type": "type", "same_as": f"CASE WHEN sha256 IS NOT NULL AND {_FIRST} <> path THEN {_FIRST} END"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what no spreadsheet may take for one


def write_manifest_of_files(tables: Relations, plan: Plan, run: Run) -> None:
    """Write the manifest beside the reports, where the mapping has one."""
    lines = [
        _lines(tables, each, feed.source, manifest)
        for each in plan.objects
        for feed in (each.feeds if each.name == ATTACHMENTS else ())
        if (manifest := plan.source(feed.source).manifest) is not None
    ]
    if not lines:
        return
    run.report.mkdir(parents=True, exist_ok=True)
    with (run.report / NAME).open("w", encoding="utf-8-sig", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(HEAD)
        rows.writerows(_written(tables, " UNION ALL ".join(lines)))


def _lines(tables: Relations, each: ObjectPlan, source: str, manifest: ManifestPlan) -> str:
    """SQL: the rows of one source with their files, their fate and the record that they hang on."""
    links = {field.name: field.ref.object for field in each.fields if field.ref is not None and source in field.cells}
    hangs = "".join(f" WHEN m.{quoted(n)} <> '' THEN {literal(o + ' ')} || m.{quoted(n)}" for n, o in links.items())
    parent = f"CASE{hangs} END" if hangs else "NULL::VARCHAR"
    records = tables.scan(RECORDS, each.name, source, also=texts(*links))
    extracted = tables.scan(EXTRACTED, source, also=texts(manifest.path, *map(column, _KNOWN)))
    known = ", ".join(f"e.{quoted(column(name))} AS {name}" for name in _KNOWN)
    return (
        f"SELECT {literal(source)} AS source, e.__line AS line, d.__row AS row, d.__key AS key, d.state, d.code,"
        f" e.{quoted(manifest.path)} AS named, {known}, {parent} AS parent, d.__entity AS entity, d.target_id"
        f" FROM {tables.scan(DISPOSITIONS, each.name)} d JOIN {extracted} e ON e.__row = d.__row"
        f" LEFT JOIN {records} m ON m.__row = d.__row AND m.__split = d.__split WHERE d.__source = {literal(source)}"
    )


def _written(tables: Relations, lines: str) -> Iterator[list[str]]:
    """The cells of every line, in the order of the sources."""
    cells = ", ".join(f"coalesce(({_CELLS.get(name, name)})::VARCHAR, '')" for name in HEAD)
    for batch in stream(tables.connection, f"SELECT {cells} FROM ({lines}) ORDER BY source, row"):
        for row in zip(*(each.to_pylist() for each in batch.columns), strict=True):
            yield [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row]
