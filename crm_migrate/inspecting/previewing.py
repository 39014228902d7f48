"""Rows before and after the mapping, as a run would map them: by `map` and `transform` themselves, and nothing kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from crm_migrate.connecting.contract import FILE, LINE, ROW
from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.opening import OpenSources, build_spec
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan, SourcePlan
from crm_migrate.quality.evidence import decide_on
from crm_migrate.stages.extract.correcting import Correcting
from crm_migrate.stages.map.batch import map_batch, prepared, unfiltered
from crm_migrate.stages.map.keys import source_keys
from crm_migrate.stages.transform import SPLIT, blank_to_null
from crm_migrate.workspace.evidence import Facts
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.row_keys import as_kept

SAMPLE = 10_000  # rows whose columns decide how dates and numbers are read, where evidence.lock does not say it
_BATCH = 5_000
_READY = "mapped"

Place = tuple[int, int]  # row, split


@dataclass(frozen=True, slots=True)
class CellView:
    """One field of one row: what the source says (`origin` is its column or expression), and what becomes of it.

    Not `changed` where only blanks around it go.
    """

    field: str
    type: str
    origin: str
    before: str | None
    after: str | None
    changed: bool
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class RecordView:
    """What one row, or part of one, becomes: `state` is mapped, or absent, excluded, held, rejected: it ends here."""

    source: str
    key: str
    file: str
    line: int
    part: int
    state: str
    code: str
    rule: str
    field: str
    message: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The rows that were looked at, fields that are set only when the record is complete, and what is doubtful.

    `sampled` are sources of which only the first rows decided how their dates and numbers are read.
    """

    object: str
    records: tuple[RecordView, ...]
    later: tuple[str, ...]
    findings: tuple[Finding, ...]
    sampled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """Rows of a source: those that decide the evidence, and those to be shown."""

    rows: pl.DataFrame
    shown: pl.DataFrame
    whole: bool


def preview(
    plan: Plan, project: Project, sources: OpenSources, name: str, *, first: int, record: str | None, locked: Facts
) -> Preview:
    """The first rows of every source that feeds an object, or the rows of one key (`kisi:5001`).

    UsageError where the mapping has no such object or no row has that key; InputError where a source cannot be read.
    """
    object_plan = next((each for each in plan.objects if each.name == name), None)
    if object_plan is None:
        raise UsageError(f"the mapping makes no `{name}`", hint=nearest(name, [each.name for each in plan.objects]))
    asked, key = _asked(object_plan, record)
    read = {source: _read(plan.source(source), plan, project, sources, first, key) for source in asked}
    if key is not None and all(each.shown.is_empty() for each in read.values()):
        raise UsageError(f"no row of `{asked[0]}` has the key {key!r}", hint="name it as source:key, `kisi:5001`")
    facts, findings = decide_on(plan, lambda source, column: _different(read, source, column), locked)
    plan = plan.with_evidence(facts)
    object_plan = plan.object(name)
    return Preview(
        object=name,
        records=tuple(
            view
            for source in asked
            for view in _views(
                plan, object_plan, plan.source(source), read[source].shown, _paths(plan, source, project)
            )
        ),
        later=tuple(f.name for f in object_plan.fields if not f.cells and f.target is not None),
        findings=tuple(finding for finding in findings if finding.place.source in asked),
        sampled=tuple(source for source, each in read.items() if not each.whole and source not in locked),
    )


def _asked(object_plan: ObjectPlan, record: str | None) -> tuple[list[str], str | None]:
    """The sources to look at, in the order of the mapping, and the key of one row."""
    speaking = [*(feed.source for feed in object_plan.feeds), *(each.source for each in object_plan.enrich)]
    if record is None:
        return speaking, None
    source, colon, key = record.partition(":")
    if not colon or source not in speaking:
        message = f"{record!r} names no row of a source that feeds `{object_plan.name}`"
        raise UsageError(message, hint=f"write source:key, of {', '.join(speaking)}")
    return [source], as_kept(key)


def batches(source: SourcePlan, plan: Plan, project: Project, sources: OpenSources) -> Iterator[pl.DataFrame]:
    """The rows of a source with their corrections, as `extract` gives them."""
    corrected = Correcting(
        source.name, source.key, plan.corrections.get(source.name, ()), _paths(plan, source.name, project)
    )
    for batch in sources.reader(source).read(_BATCH):
        yield pl.DataFrame(corrected.read(batch.records))


def _read(source: SourcePlan, plan: Plan, project: Project, sources: OpenSources, first: int, key: str | None) -> _Read:
    """The first rows with their corrections, as `extract` gives them; the whole source only to find a key."""
    kept: list[pl.DataFrame] = []
    found: list[pl.DataFrame] = []
    rows = 0
    for frame in batches(source, plan, project, sources):
        if key is not None:
            found.append(frame.filter(source_keys(frame, source.key) == key))
        if rows < SAMPLE:
            kept.append(frame)
        rows += len(frame)
        if rows >= SAMPLE and (key is None or any(len(each) for each in found)):
            break
    sample = pl.concat(kept) if kept else pl.DataFrame()
    shown = sample.head(first) if key is None else pl.concat(found) if found else sample.clear()
    return _Read(sample, shown, rows < SAMPLE)


def _paths(plan: Plan, source: str, project: Project) -> list[str]:
    """The files of a source, relative to the project."""
    files = [file.path.resolve() for file in build_spec(plan.source(source), project).files]
    folder = project.folder.resolve()
    return [path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name for path in files]


def _different(read: Mapping[str, _Read], source: SourcePlan, column: str) -> pl.Series:
    """The different values of a column of a source, as far as they were read."""
    rows = read[source.name].rows if source.name in read else pl.DataFrame()
    if column not in rows.columns:
        return pl.Series(column, [], dtype=pl.String)
    return rows[column].cast(pl.String).str.strip_chars().drop_nulls().unique().sort()


# ----------------------------------------------------------------------------------------------------------- views


def _views(
    plan: Plan, object_plan: ObjectPlan, source: SourcePlan, rows: pl.DataFrame, paths: Sequence[str]
) -> Iterator[RecordView]:
    """Every part of every row, in the order of the source."""
    if rows.is_empty():
        return
    mapped = map_batch(plan, object_plan, source, rows)
    before = prepared(object_plan, source, rows).sort(ROW, SPLIT)
    after = unfiltered(plan, object_plan, source, rows).sort(ROW, SPLIT)
    fields = [field for field in object_plan.fields if source.name in field.cells]
    kept = _by_place(mapped.records)
    aside = _by_place(mapped.set_aside)
    told = {((c[ROW], c[SPLIT]), c["field"]): (c["code"], c["message"]) for c in mapped.cells.iter_rows(named=True)}
    keys = dict(zip(rows[ROW].to_list(), source_keys(rows, source.key).to_list(), strict=True))
    for raw, made in zip(before.iter_rows(named=True), after.iter_rows(named=True), strict=True):
        place = (raw[ROW], raw[SPLIT])
        end = aside.get(place, {})
        number = int(raw[FILE])
        yield RecordView(
            source=source.name,
            key=str(keys.get(raw[ROW]) or ""),
            file=paths[number] if number < len(paths) else "",
            line=int(raw[LINE]),
            part=int(raw[SPLIT]),
            state=str(end.get("state") or _READY),
            code=str(end.get("code") or ""),
            rule=str(end.get("rule") or ""),
            field=str(end.get("field") or ""),
            message=str(end.get("message") or ""),
            cells=tuple(_cell(f, source.name, raw, kept.get(place, made), told.get((place, f.name))) for f in fields),
        )


def _by_place(frame: pl.DataFrame) -> dict[Place, dict[str, object]]:
    return {(row[ROW], row[SPLIT]): row for row in frame.iter_rows(named=True)}


def _cell(
    field: FieldPlan,
    source: str,
    raw: Mapping[str, object],
    made: Mapping[str, object],
    told: tuple[str, str] | None,
) -> CellView:
    cell = field.cells[source]
    text = raw[cell.column] if cell.column is not None else raw[f"__cell_{field.name}"]
    before = None if text is None else str(text)
    after = _text(made.get(field.name))
    code, message = told or ("", "")
    return CellView(
        field=field.name,
        type="sensitive" if field.sensitive else field.type,
        origin=cell.column if cell.column is not None else f"= {cell.expression}",
        before=before,
        after=after,
        changed=(before or "").strip() != (after or ""),
        code=code,
        message=message or "",
    )


def _text(value: object) -> str | None:
    """A value as the record has it, without blanks around it; None where nothing is left."""
    text: str | None = blank_to_null(pl.Series([None if value is None else str(value)], dtype=pl.String))[0]
    return text
