"""Extract: every record of a source as text with its origin, unreadable rows to quarantine, and the facts of both.

Leaves `extract/<source>/records`, `quarantine` and `facts.json`. A source that is there and unchanged is not read
again; one that changed since this run began is refused.
"""

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

import crm_migrate
from crm_migrate.connecting import archives
from crm_migrate.connecting.attached import Attached
from crm_migrate.connecting.contract import FileFact, Quarantined, Source, SourceBatch, SourceSchema, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity, errors
from crm_migrate.mapping.opening import build_spec
from crm_migrate.mapping.plan import CorrectionPlan, SourcePlan
from crm_migrate.stages.extract.correcting import Correcting
from crm_migrate.stages.extract.findings import Observer, cut_files
from crm_migrate.stages.extract.separators import Separators
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import Part, read_manifest, write_manifest, write_part
from crm_migrate.workspace.sealing import as_we_write, read_sealed, write_sealed
from crm_migrate.workspace.tables import CORRECTED, QUARANTINE

PART_ROWS = 65_536
QUARANTINE_ROWS = 16_384
STAGE = "extract"


@dataclass(frozen=True, slots=True)
class ExtractResult:
    """What one source gave. Paths are relative to the project.

    `reused` says that it was read before by this run; `limit` that it is a rehearsal with so many records.
    """

    source: str
    key: str
    columns: tuple[str, ...]
    renamed: dict[str, str]
    records: int
    quarantined: int
    files: tuple[FileFact, ...]
    findings: tuple[Finding, ...]
    reused: bool = False
    limit: int | None = None


def extract(
    source_plan: SourcePlan,
    project: Project,
    run: Run,
    *,
    source: Source,
    corrections: Sequence[CorrectionPlan] = (),
    limit: int | None = None,
    progress: Callable[[int], None] = lambda _records: None,
) -> ExtractResult:
    """Read one source into the run; with `limit` a rehearsal, which keeps only the first records.

    `corrections` are put into the records as they are read. `progress` hears how many records were read so far.

    InputError where it cannot be read, where records and quarantine are not what an independent count found, or where
    its files are not those that this run read before.
    """
    before = _earlier(source_plan, project, run, corrections, limit)
    if before is not None:
        return before
    schema = source.describe()
    observer, separators = Observer(source_plan, schema.columns), Separators(source_plan.name)
    paths = [_relative_path(file.place, project) for file in build_spec(source_plan, project).files]
    then = {"then": source.look_again} if isinstance(source, Attached) else {}
    correcting = Correcting(source_plan.name, source_plan.key, corrections, paths, **then)
    kept: Counter[int] = Counter()
    wanted = _Counted(_First(source, limit, kept) if limit else source, progress)
    records, quarantine = _write(wanted, run, source_plan.name, observer, separators, correcting)
    files, findings = source.facts()
    cut = tuple(cut_files(source_plan.name, files)) if source_plan.files and not limit else ()
    if limit:
        files = tuple(_rehearsed(fact, limit, kept[number]) for number, fact in enumerate(files))
    result = ExtractResult(
        source=source_plan.name,
        key=_key(source_plan, {fact.path: fact.sha256 for fact in files}, corrections, limit),
        columns=schema.columns,
        renamed=dict(schema.renamed),
        records=sum(part.rows for part in records),
        quarantined=sum(part.rows for part in quarantine),
        files=tuple(_relative(fact, project) for fact in files),
        findings=(*findings, *cut, *separators.findings(), *observer.findings(), *correcting.findings()),
        limit=limit,
    )
    _publish(result, run, records, quarantine)
    return result


def read_facts(run: Run, source: str) -> ExtractResult:
    """The result of an earlier `extract`. FileNotFoundError where there is none, DamagedFile where it was changed,
    OtherVersion where it has another shape."""
    data: dict[str, Any] = read_sealed(_facts_path(run, source))
    with as_we_write(_facts_path(run, source)):
        return _result(data)


def _result(data: dict[str, Any]) -> ExtractResult:
    files = tuple(FileFact(**{**fact, "evidence": tuple(fact["evidence"])}) for fact in data.pop("files"))
    told = data.pop("findings")
    findings = tuple(Finding(**{**f, "severity": Severity(f["severity"]), "place": Place(**f["place"])}) for f in told)
    return ExtractResult(**{**data, "columns": tuple(data["columns"])}, files=files, findings=findings)


def _facts_path(run: Run, source: str) -> Path:
    return run.table(STAGE, source) / "facts.json"


def _key(
    source_plan: SourcePlan, digests: dict[str, str], corrections: Sequence[CorrectionPlan], limit: int | None
) -> str:
    """Hash of everything that decides what is extracted: slice of the plan, bytes of the files in order, versions."""
    plan = [each.model_dump(mode="json") for each in (source_plan, *corrections)]
    told = [plan, list(digests.values()), crm_migrate.__version__, pa.__version__, limit]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _earlier(
    source_plan: SourcePlan, project: Project, run: Run, corrections: Sequence[CorrectionPlan], limit: int | None
) -> ExtractResult | None:
    """What this run extracted before, or None. A database is one snapshot per run and never read again."""
    if read_manifest(run.table(STAGE, source_plan.name, "records")) is None:
        return None
    found = read_facts(run, source_plan.name)
    if source_plan.files:
        digests = _digests(build_spec(source_plan, project))
        if _key(source_plan, digests, corrections, limit) != found.key:
            changed = _changed(found, digests, project)
            raise InputError(
                f"source `{source_plan.name}` is not what this run read before: {changed}",
                hint="start a new run: crm-migrate run",
            )
    return dataclasses.replace(found, reused=True)


def _digests(spec: SourceSpec) -> dict[str, str]:
    digests = {}
    for file in spec.files:
        if file.member is not None:
            digests[file.place] = archives.digest(file.path, file.member)
            continue
        with file.path.open("rb") as handle:
            digests[file.place] = hashlib.file_digest(handle, "sha256").hexdigest()
    return digests


def _changed(found: ExtractResult, digests: dict[str, str], project: Project) -> str:
    now = {_relative_path(path, project): digest for path, digest in digests.items()}
    then = {fact.path: fact.sha256 for fact in found.files}
    names = sorted(path for path in now.keys() | then.keys() if now.get(path) != then.get(path))
    return f"{', '.join(names[:5])} changed" if names else "the mapping or the program changed"


def _relative_path(path: str, project: Project) -> str:
    folder = project.folder.resolve()
    return Path(path).relative_to(folder).as_posix() if Path(path).is_relative_to(folder) else path


def _relative(fact: FileFact, project: Project) -> FileFact:
    return dataclasses.replace(fact, path=_relative_path(fact.path, project))


def _write(
    source: Source, run: Run, name: str, observer: Observer, separators: Separators, correcting: Correcting
) -> tuple[list[Part], list[Part]]:
    """Stream the source into parts; one thread writes while the next batch is read."""
    folder = run.table(STAGE, name, "records")
    _clear(folder)
    _clear(run.table(STAGE, name, "quarantine"))
    aside = _Quarantine(run.table(STAGE, name, "quarantine"))
    with ThreadPoolExecutor(1) as writer:
        written = _writing(source, folder, observer, separators, correcting, aside, writer)
        parts = [future.result() for future in written]
    if not parts:
        parts = [write_part(folder, "00000", _empty(source))]
    corrected = run.table(*CORRECTED.path(name))
    _clear(corrected)
    write_manifest(corrected, [write_part(corrected, "00000", correcting.corrected())])
    return parts, aside.finish()


class _Quarantine:
    """Writes rows that were set aside, part by part, so that a file of nothing else needs no more memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[Quarantined] = []
        self._parts: list[Part] = []

    def add(self, rows: tuple[Quarantined, ...]) -> None:
        """Rows in the order of the source."""
        self._rows += rows
        if len(self._rows) >= QUARANTINE_ROWS:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_pylist([asdict(row) for row in self._rows], schema=QUARANTINE.schema)
        self._parts.append(write_part(self._folder, f"{len(self._parts):05}", table))
        self._rows = []

    def finish(self) -> list[Part]:
        """All parts; one without rows where nothing was set aside."""
        if self._rows or not self._parts:
            self._flush()
        return self._parts


def _writing(
    source: Source,
    folder: Path,
    observer: Observer,
    separators: Separators,
    correcting: Correcting,
    aside: _Quarantine,
    writer: ThreadPoolExecutor,
) -> Iterator["Future[Part]"]:
    pending: Future[Part] | None = None
    for number, batch in enumerate(_filled(source, aside)):
        records = separators.read(batch.records)
        observer.see(records)
        if pending is not None:
            pending.result()  # at most one part waits in memory
            yield pending
        pending = writer.submit(write_part, folder, f"{number:05}", correcting.read(records))
    if pending is not None:
        yield pending


def _filled(source: Source, aside: _Quarantine) -> Iterator[SourceBatch]:
    for batch in source.read(PART_ROWS):
        aside.add(batch.quarantined)
        if batch.records.num_rows:
            yield batch


class _First:
    """The first records of a source; the rest is read and left, so that its files are known whole."""

    def __init__(self, source: Source, limit: int, kept: "Counter[int]") -> None:
        self._source, self._left, self._kept = source, limit, kept

    def describe(self) -> SourceSchema:
        """As the source."""
        return self._source.describe()

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """As the source."""
        return self._source.facts()

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """Batches until there are enough records, then only what was set aside."""
        for batch in self._source.read(batch_rows):
            taken = batch.records.slice(0, self._left)
            self._left -= taken.num_rows
            self._kept.update(taken.column("__file").to_pylist())
            yield dataclasses.replace(batch, records=taken)


class _Counted:
    """A source whose records are counted while they are read."""

    def __init__(self, source: Source, progress: Callable[[int], None]) -> None:
        self._source, self._progress, self._read = source, progress, 0

    def describe(self) -> SourceSchema:
        """As the source."""
        return self._source.describe()

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """As the source."""
        return self._source.facts()

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """As the source; after each batch the records so far are told."""
        for batch in self._source.read(batch_rows):
            yield batch
            self._read += batch.records.num_rows
            self._progress(self._read)


def _rehearsed(fact: FileFact, limit: int, kept: int) -> FileFact:
    """What is said of a file of which only some records were taken: nothing is proven by counting it."""
    method = f"a rehearsal with the first {limit:,} records of every source"
    return dataclasses.replace(fact, records=kept, counted=None, count_method=method)


def _empty(source: Source) -> pa.Table:
    ours = [("__row", pa.int64()), ("__file", pa.int32()), ("__line", pa.int64())]
    return pa.schema([*ours, *((name, pa.string()) for name in source.describe().columns)]).empty_table()


def _clear(folder: Path) -> None:
    """Remove the leavings of an attempt that never finished."""
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        path.unlink()


def _publish(result: ExtractResult, run: Run, records: list[Part], quarantine: list[Part]) -> None:
    """Facts first, manifests last: a table without manifest is not there."""
    data = asdict(result)
    del data["reused"]
    write_sealed(_facts_path(run, result.source), data)
    _refuse_loss(result)
    for name, parts in (("quarantine", quarantine), ("records", records)):
        keyed = [dataclasses.replace(part, key=result.key) for part in parts]
        write_manifest(run.table(STAGE, result.source, name), keyed)


def _refuse_loss(result: ExtractResult) -> None:
    """A count that does not agree, or a finding that is an error, stops the run: nothing may be built on it."""
    for fact in result.files:
        if fact.counted is not None and fact.records + fact.quarantined != fact.counted:
            raise InputError(
                f"{fact.path}: {fact.records:,} records and {fact.quarantined:,} rows set aside, "
                f"but an independent count ({fact.count_method}) found {fact.counted:,}",
                hint="look at the quoting of the file, or export it again",
            )
    serious = errors(list(result.findings))
    if serious:
        more = f" (and {len(serious) - 1} more)" if len(serious) > 1 else ""
        raise InputError(f"source `{result.source}`: {serious[0].message}{more}", hint=serious[0].hint)
    read = sum(fact.records for fact in result.files)
    if read != result.records or sum(fact.quarantined for fact in result.files) != result.quarantined:
        raise InputError(f"source `{result.source}`: {read:,} records were read and {result.records:,} written")
