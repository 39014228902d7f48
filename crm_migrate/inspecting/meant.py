"""Which records and rows a person means by a name: a target id, an entity, a key of a source, a line of a file."""

from collections.abc import Iterator
from typing import Any

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.reconcile.accounting import source_facts
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.row_keys import NAMED, as_kept
from crm_migrate.workspace.tables import DISPOSITIONS, EXTRACTED, QUARANTINE

Origin = tuple[str, int, int]  # source, row, split
Place = tuple[str, int | None, Origin | None]  # object, and cluster of a record or origin of a row without one


def find(tables: Relations, plan: Plan, subject: str) -> Iterator[Place]:
    """Every record, and every row that became none, that a person can mean by that name."""
    subject = as_kept(subject)  # reports show it otherwise
    head, _, tail = subject.rpartition(":")
    for object_plan in plan.objects:
        name = object_plan.name
        view = tables.scan(DISPOSITIONS, name)
        conditions: list[tuple[str, list[Any]]] = [("__entity = ?", [subject])]
        if head == name:
            conditions.append(("target_id = ? OR __entity = ?", [tail, tail]))
        sources = {feed.source for feed in object_plan.feeds} | {enrich.source for enrich in object_plan.enrich}
        for source in sorted(sources) or [plain.name for plain in plan.sources]:
            if subject.startswith(f"{source}:"):
                own = f"regexp_replace(__key, {literal(NAMED)}, '')"  # all parts of a row that have no place
                key = subject[len(source) + 1 :]
                conditions.append((f"__source = ? AND (__key = ? OR {own} = ?)", [source, key, key]))
            conditions.extend(
                ("__source = ? AND __row = ?", [source, row]) for row in _rows_at(tables, source, head, tail)
            )
        for condition, bound in conditions:
            for cluster, source, row, split in tables.rows(
                f"SELECT DISTINCT __cluster, __source, __row, __split FROM {view} WHERE {condition} ORDER BY ALL", bound
            ):
                yield (name, cluster, None) if cluster is not None else (name, None, (source, row, split))


def _rows_at(tables: Relations, source: str, file: str, line: str) -> list[int]:
    """Rows of a source that begin at, or contain, that physical line of that file."""
    if not line.isdigit():
        return []
    rows = []
    for number in _files(tables, source, file):
        begun = f"""SELECT __row, __line FROM {tables.scan(EXTRACTED, source)}
          WHERE __file = ? AND __line <= ? ORDER BY __line DESC LIMIT 1"""
        unread = f"""SELECT max(line) FROM {tables.scan(QUARANTINE, source)}
          WHERE file = ? AND line <= ?"""
        for row, start in tables.rows(begun, [number, int(line)]):
            cut = tables.one(unread, [number, int(line)])[0]
            height = sum(_line_ends(cell) for cell in raw_row(tables, source, int(row)).values())
            if int(line) <= int(start) + height and (cut is None or int(cut) < int(start)):
                rows.append(int(row))
    return rows


def _files(tables: Relations, source: str, asked: str) -> list[int]:
    """The numbers of the files of a source that a person can mean by that name."""
    files = source_facts(tables, source).get("files", ())
    return [n for n, fact in enumerate(files) if _same_file(str(fact["path"]), asked)]


def _line_ends(cell: object) -> int:
    return 0 if not isinstance(cell, str) else cell.replace("\r\n", "\n").replace("\r", "\n").count("\n")


def refuse_unreadable(tables: Relations, plan: Plan, subject: str) -> None:
    """A line that could not be read has no story but its reason. Raises UsageError with it."""
    file, _, line = subject.rpartition(":")
    for source in plan.sources if line.isdigit() else ():
        view = tables.scan(QUARANTINE, source.name)
        for number in _files(tables, source.name, file):
            query = f"SELECT code, message FROM {view} WHERE file = ? AND line = ?"
            for code, message in tables.rows(query, [number, int(line)]):
                raise UsageError(f"{subject} could not be read: {message}", hint=f"crm-migrate codes {code}")


def _same_file(path: str, asked: str) -> bool:
    path, asked = path.replace("\\", "/"), asked.replace("\\", "/").removeprefix("./")
    return bool(asked) and (path == asked or path.endswith(f"/{asked}"))


def raw_row(tables: Relations, source: str, row: int) -> dict[str, Any]:
    """A row of a source as it was read, with its file and line; empty where there is none."""
    return one_record(tables, tables.whole(EXTRACTED, source), "__row = ?", row)


def one_record(tables: Relations, view: str, where: str, value: Any) -> dict[str, Any]:
    """The first line of a view that a condition is true of, by column; empty where there is none."""
    rows = tables.rows(f"SELECT * FROM {view} WHERE {where} LIMIT 1", [value])
    return dict(zip(tables.kinds(view), rows[0], strict=True)) if rows else {}
