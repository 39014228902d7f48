"""Exports that lie in a folder: which files they are, which belong together, and a study of each."""

import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path, PurePosixPath

from crm_migrate.connecting.contract import Source, SourceFile, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import CrmMigrateError, InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.model import RESERVED
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.suggesting.candidates import Known, Study
from crm_migrate.suggesting.knowledge import recognised
from crm_migrate.suggesting.tables import Table, sampled
from crm_migrate.suggesting.vocabulary import compact

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm"})
MOST_FILES = 300  # what a folder of exports has at most; more is a folder of something else
MOST_TITLES = 8  # rows above the header that are looked through
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_MOST_XML = 1 << 20  # bytes of a workbook's list of sheets


@dataclass(frozen=True, slots=True)
class Export:
    """One source to be: its files, relative to the folder and with the tag of each, and where in them the rows are."""

    name: str
    files: tuple[tuple[str, str | None], ...]
    study: Study
    sheet: str | None = None
    header_row: int | None = None


@dataclass(slots=True)
class Found:
    """What a folder holds: exports, and what was passed over with its reason."""

    exports: list[Export] = field(default_factory=list)
    skipped: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file or a sheet of one that could be read."""

    path: Path
    sheet: str | None
    title: str  # of its only sheet too
    header_row: int | None
    columns: tuple[str, ...]
    profile: tuple[str, SourceProfile] | None


def files_in(folder: Path) -> list[Path]:
    """Everything in a folder and below that may be an export, in a fixed order; nothing hidden, nothing linked to."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in ("reports", "decisions")
        )
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith((".", "~$")) and not path.is_symlink():
                found.append(path)
    if len(found) > MOST_FILES:
        message = f"{folder} holds {len(found):,} files that may be exports"
        raise InputError(message, hint=f"name the folder of the exports themselves, with at most {MOST_FILES} of them")
    return found


def found_in(
    folder: Path,
    files: Sequence[Path],
    known: Mapping[str, SourceProfile],
    earlier: Mapping[str, Known],
    scratch: Path | None = None,
) -> Found:
    """Study every file; one that cannot be read is told and passed over."""
    told = Found()
    opened: list[_Opened] = []
    for path in files:
        sheets = _sheets(path)
        for sheet in sheets if len(sheets) > 1 else [None]:
            try:
                row, columns = _header(path, sheet, scratch)
            except CrmMigrateError as error:
                told.skipped.append(_passed_over(path, sheet, error))
                continue
            title = sheet or next(iter(sheets), "")
            opened.append(_Opened(path, sheet, title, row, columns, recognised(columns, known)))
    names: set[str] = set()
    for group in _groups(opened):
        first = group[0]
        try:
            values, whole = sampled(_source([each.path for each in group], first.sheet, first.header_row, scratch))
        except CrmMigrateError as error:
            told.skipped.append(_passed_over(first.path, first.sheet, error))
            continue
        tags = _tags(group)
        name = _name(first, names, several=len(group) > 1)
        label = " ".join(filter(None, (first.path.stem, first.title)))
        table = Table(name, first.columns, label, values, whole)
        relative = tuple((each.path.relative_to(folder).as_posix(), tags.get(each.path)) for each in group)
        told.exports.append(Export(name, relative, Study(table, first.profile, earlier), first.sheet, first.header_row))
    return told


def _source(paths: Sequence[Path], sheet: str | None, row: int | None, scratch: Path | None) -> Source:
    files = tuple(SourceFile(path) for path in paths)
    return connector("files").source(SourceSpec("export", files, sheet=sheet, header_row=row, scratch=scratch))


def _header(path: Path, sheet: str | None, scratch: Path | None) -> tuple[int | None, tuple[str, ...]]:
    """The columns, and the row that names them where titles stand above it: the first that names nearly all."""
    columns = tuple(_source([path], sheet, None, scratch).describe().columns)
    for row in range(2, MOST_TITLES + 2) if _unnamed(columns) > 0.5 or len(columns) == 1 else ():
        try:
            below = tuple(_source([path], sheet, row, scratch).describe().columns)
        except CrmMigrateError:
            break
        if len(below) > 1 and _unnamed(below) < 0.2:
            return row, below
    return None, columns


def _unnamed(columns: Sequence[str]) -> float:
    """Share of the columns that have no name in the file."""
    return sum(re.fullmatch(r"Column \d+", name) is not None for name in columns) / max(1, len(columns))


def _passed_over(path: Path, sheet: str | None, error: CrmMigrateError) -> Finding:
    where = f"{path.name}, sheet {sheet}" if sheet else path.name
    return Finding(
        "source_unread", f"{where} is passed over: {error.message}", Severity.WARNING, Place(file=path.name), error.hint
    )


def _sheets(path: Path) -> list[str]:
    """The visible sheets of a workbook; none of another file."""
    if path.suffix.lower() not in _WORKBOOKS or not path.is_file():
        return []
    try:
        with zipfile.ZipFile(path) as book, book.open("xl/workbook.xml") as listed:
            text = listed.read(_MOST_XML).decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return []  # its reader says what is wrong with it
    tags = re.findall(r"<(?:\w+:)?sheet\s[^<>]*>", text)
    named = ((tag, re.search(r'\bname="([^"]*)"', tag)) for tag in tags)
    return [unescape(name[1]) for tag, name in named if name and "hidden" not in tag.lower()]


# -------------------------------------------------------------------------------------------------------- together


def _groups(opened: Sequence[_Opened]) -> Iterator[list[_Opened]]:
    """Files of one layout that belong together: the parts that a system exports, or names that differ by numbers."""
    groups: dict[object, list[_Opened]] = {}
    for each in opened:
        tagged = _tagged(each)
        family = compact(re.sub(r"[\d_\-. ()]+.*", "", each.path.stem)) or each.path.stem
        key: object = (each.path.parent, each.profile[0]) if tagged and each.profile else each.path
        if not tagged and re.search(r"\d", each.path.stem) and each.sheet is None and len(family) > 2:
            key = (each.path.parent, family, each.columns, each.path.suffix)
        groups.setdefault((key, each.sheet), []).append(each)
    yield from groups.values()


def _tagged(each: _Opened) -> str | None:
    """The tag that the profile gives a file by its name."""
    for tag, pattern in (each.profile[1].files if each.profile else {}).items():
        if PurePosixPath(each.path.name.lower()).match(pattern.lower()):
            return tag
    return None


def _tags(group: Sequence[_Opened]) -> dict[Path, str]:
    found = {each.path: tag for each in group if (tag := _tagged(each)) is not None}
    return found if len(set(found.values())) == len(group) else {}


def _name(first: _Opened, taken: set[str], *, several: bool) -> str:
    """A name for the source: of the sheet, the system or the file, in letters and digits."""
    text = first.sheet or (first.profile[0] if first.profile and several else first.path.stem)
    text = re.sub(r"[\d_\-. ()]+$", "", text) if several else text
    plain = re.sub(r"\W+", "_", text.lower()).strip("_")[:40] or "export"
    plain = plain if plain[0].isalpha() else f"s_{plain}"
    plain = f"{plain}_1" if plain in RESERVED else plain
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}_{number}", number + 1
    taken.add(name)
    return name
