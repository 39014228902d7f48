"""A source whose rows name files: each row with what is known of its file, and what is odd about them as a whole."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pyarrow as pa

from crm_migrate.connecting.contract import FileFact, Source, SourceBatch, SourceSchema
from crm_migrate.disk.plain_tree import Found, PlainTree
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity

COLUMNS = ("path", "name", "size", "sha256", "md5", "type", "problem")
_SHOWN = 5
_HINTS = {
    "file_missing": "Bring the files, or say in `prefix:` and `base:` where they are.",
    "file_empty": "Export them again; `unusable: keep` loads the records all the same.",
    "file_too_large": "Make them smaller, or leave their rows out by `where:` and a decision.",
    "file_forbidden": "Leave their rows out by `where:` and a decision.",
    "file_outside": "Say in `prefix:` what stands before the paths; the files must lie below `base:`.",
    "file_link": "Copy the files themselves into the folder.",
    "file_special": "Only plain files can be taken.",
    "file_unreadable": "Look at the rights of the files, and let nobody change them meanwhile.",
}


def column(name: str) -> str:
    """What a column of ours is called."""
    return f"attached.{name}"


@dataclass(frozen=True, slots=True)
class ManifestSpec:
    """Which files the rows of a source name: `path` is the column, the rest as in the mapping."""

    path: str
    base: str
    prefix: str = ""
    largest: int | None = None
    forbidden: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Tally:
    """What was met while the rows were read."""

    lines: dict[str, list[int]] = field(default_factory=dict)  # by problem
    counts: Counter[str] = field(default_factory=Counter)
    paths: dict[str, str] = field(default_factory=dict)  # path -> digest
    named: set[str] = field(default_factory=set)


class Attached:
    """The source with the columns of its files; every name is looked at once."""

    def __init__(self, source: Source, spec: ManifestSpec, source_name: str, project: Path) -> None:
        self._source, self._spec, self._name = source, spec, source_name
        self._tree = PlainTree(project, spec.base, spec.largest)
        self._known: dict[str, Found] = {}
        self._there: tuple[str, ...] | None = None
        self._alike: frozenset[str] = frozenset()
        self._tally = _Tally()

    def describe(self) -> SourceSchema:
        """The columns of the source, and ours behind them. InputError where it has one that is called so."""
        schema = self._source.describe()
        ours = tuple(column(name) for name in COLUMNS)
        if taken := sorted(set(ours) & set(schema.columns)):
            raise InputError(
                f"source `{self._name}` has a column `{taken[0]}`, and `manifest:` makes one of that name",
                hint="rename it in the export",
            )
        return replace(schema, columns=(*schema.columns, *ours))

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """The batches of the source with what is known of the file of each row."""
        self._tally = _Tally()
        if self._there is None:
            self._there = tuple(self._tree.files())
            self._alike = alike_paths(self._there)
        for batch in self._source.read(batch_rows):
            yield replace(batch, records=self._with_files(batch.records))

    def look_again(self, records: pa.Table) -> pa.Table:
        """Records of `read` in which names of files were corrected, with what is known of the files they name now.

        What is told of the source stays what it is as exported.
        """
        files = [self._look(text) for text in records.column(self._spec.path).to_pylist()]
        self._tally.named |= {found.path for found in files if found is not None}
        return self._joined(records.drop_columns([column(name) for name in COLUMNS]), files)

    def _with_files(self, records: pa.Table) -> pa.Table:
        if self._spec.path not in records.column_names:
            raise InputError(
                f"source `{self._name}` has no column `{self._spec.path}`, by which `manifest:` finds its files",
                hint="crm-migrate mapping check",
            )
        cells = records.column(self._spec.path).to_pylist()
        files = [self._look(text) for text in cells]
        for line, found in zip(records.column("__line").to_pylist(), files, strict=True):
            self._count(found, int(line))
        return self._joined(records, files)

    def _joined(self, records: pa.Table, files: Sequence[Found | None]) -> pa.Table:
        for name in COLUMNS:
            texts = [self._text(found, name) for found in files]
            records = records.append_column(column(name), pa.array(texts, pa.string()))
        return records

    def _text(self, found: Found | None, name: str) -> str | None:
        """The cell of one of our columns."""
        if found is None:
            return None
        path = PurePosixPath(found.path)
        texts = {
            "path": str(path.with_stem(f"{path.stem}-{found.sha256[:8]}") if found.path in self._alike else path),
            "name": path.name,
            "size": "" if found.size is None else str(found.size),
            "sha256": found.sha256,
            "md5": found.md5,
            "type": found.type,
            "problem": f"{found.problem}: {found.why}" if found.problem else "",
        }
        return texts[name] or None

    def _look(self, text: str | None) -> Found | None:
        """The file that a cell names; None where it names none."""
        if text is None or not text.strip():
            return None
        if text not in self._known:
            self._known[text] = _judged(self._tree.look(below(text, self._spec.prefix)), self._spec.forbidden)
        return self._known[text]

    def _count(self, found: Found | None, line: int) -> None:
        if found is None:
            return
        self._tally.named.add(found.path)
        if found.problem:
            self._tally.counts[found.problem] += 1
            self._tally.lines.setdefault(found.problem, []).append(line)
            del self._tally.lines[found.problem][_SHOWN:]
        if found.sha256:
            self._tally.paths[found.path] = found.sha256

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """As the source, with what is odd about its files."""
        files, findings = self._source.facts()
        return files, (*findings, *self._findings())

    def _findings(self) -> Iterator[Finding]:
        place = Place(source=self._name)
        for code, count in sorted(self._tally.counts.items()):
            lines = ", ".join(f"{line:,}" for line in self._tally.lines[code])
            message = f"rows with a file that {_WHAT[code]}: {count:,} (line {lines})"
            yield Finding(code, message, Severity.WARNING, place, _HINTS[code], count)
        paths = self._tally.paths
        if twice := len(paths) - len(set(paths.values())):
            message = f"files with the content of another one: {twice:,}"
            hint = "The manifest says of which (`same_as`); each record keeps its own path."
            yield Finding("file_twice", message, Severity.NOTE, place, hint, twice)
        if alike := len(self._alike & paths.keys()):
            message = f"paths that differ from another one by case only: {alike:,}"
            hint = "They are loaded with the first letters of their digest in the name, so that no store mixes them up."
            yield Finding("file_alike", message, Severity.WARNING, place, hint, alike)
        if unnamed := len(set(self._there or ()) - self._tally.named):
            message = f"files below {self._spec.base} that no row names: {unnamed:,}"
            hint = "Nobody takes them along: look whether the export is whole."
            yield Finding("file_unnamed", message, Severity.WARNING, place, hint, unnamed)


_WHAT = {
    "file_missing": "is not there",
    "file_empty": "has no bytes",
    "file_too_large": "is too large",
    "file_forbidden": "is of a forbidden type",
    "file_outside": "lies outside of the folder",
    "file_link": "is a link, or behind one",
    "file_special": "is a folder, a pipe or a device",
    "file_unreadable": "cannot be read",
}


def alike_paths(paths: Collection[str]) -> frozenset[str]:
    """Those that a store which does not tell capitals from small letters would take for one another."""
    folded = Counter(path.casefold() for path in paths)
    return frozenset(path for path in paths if folded[path.casefold()] > 1)


def below(text: str, prefix: str) -> str:
    """The path behind the prefix, which may be written with slashes of either kind."""
    path, before = text.strip().replace("\\", "/"), prefix.replace("\\", "/")
    return path[len(before) :].lstrip("/") if before and path.casefold().startswith(before.casefold()) else path


def _judged(found: Found, forbidden: frozenset[str]) -> Found:
    bad = sorted(found.endings & forbidden)
    return replace(found, problem="file_forbidden", why=f"it is of the type {bad[0]}") if bad else found
