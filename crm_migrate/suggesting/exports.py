"""Exports that lie in a folder: which files they are, which belong together, and a study of each."""

import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path, PurePosixPath

from crm_migrate.connecting.contract import Source, SourceFile, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import CrmMigrateError, InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.model import RESERVED
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.suggesting.candidates import Known, Study
from crm_migrate.suggesting.recognising import Fit, fit_of, fits
from crm_migrate.suggesting.tables import Table, sampled
from crm_migrate.suggesting.vocabulary import compact

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm"})
MOST_FILES = 300  # what a folder of exports has at most; more is a folder of something else
MOST_TITLES = 8  # rows above the header that are looked through
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_MOST_XML = 1 << 20  # bytes of a workbook's list of sheets


@dataclass(frozen=True, slots=True)
class Export:
    """One source to be: its files, relative to the folder and with the tag of each, and where in them the rows are.

    `fits` are the profiles that its header fits: one, or several that fit equally well, of which none is taken.
    """

    name: str
    files: tuple[tuple[str, str | None], ...]
    study: Study
    sheet: str | None = None
    header_row: int | None = None
    fits: tuple[Fit, ...] = ()


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
    fits: tuple[Fit, ...]

    @property
    def profile(self) -> tuple[str, SourceProfile] | None:
        """The only profile that fits."""
        return (self.fits[0].name, self.fits[0].profile) if len(self.fits) == 1 else None


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
                row, columns, fitting = _header(path, sheet, scratch, known)
            except CrmMigrateError as error:
                told.skipped.append(_passed_over(path, sheet, error))
                continue
            title = sheet or next(iter(sheets), "")
            opened.append(_Opened(path, sheet, title, row, columns, fitting))
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
        columns = tuple(dict.fromkeys(column for each in group for column in each.columns))
        table = Table(name, columns, label, values, whole)
        relative = tuple((each.path.relative_to(folder).as_posix(), tags.get(each.path)) for each in group)
        tag = first.profile[1].tag if first.profile and tags else None
        study = Study(table, first.profile, tag, earlier=earlier)
        told.exports.append(Export(name, relative, study, first.sheet, first.header_row, _fits(group, columns)))
    return told


def _fits(group: Sequence[_Opened], columns: Sequence[str]) -> tuple[Fit, ...]:
    """What fits the files together: where one profile does, with the layouts of all of them."""
    profile = group[0].profile
    whole = fit_of(columns, *profile) if profile and len(group) > 1 else None
    layouts = dict.fromkeys(layout for each in group for fit in each.fits for layout in fit.layouts)
    return (replace(whole, layouts=tuple(layouts)),) if whole else group[0].fits


def _source(paths: Sequence[Path], sheet: str | None, row: int | None, scratch: Path | None) -> Source:
    files = tuple(SourceFile(path) for path in paths)
    return connector("files").source(SourceSpec("export", files, sheet=sheet, header_row=row, scratch=scratch))


def _header(
    path: Path, sheet: str | None, scratch: Path | None, known: Mapping[str, SourceProfile]
) -> tuple[int | None, tuple[str, ...], tuple[Fit, ...]]:
    """The columns, the row that names them where it is not the first, and the profiles that fit.

    Below titles it is the first row that a profile knows, else the first that names nearly all columns.
    """
    columns = tuple(_source([path], sheet, None, scratch).describe().columns)
    if fitting := fits(columns, known):
        return None, columns, fitting
    named: tuple[int, tuple[str, ...]] | None = None
    titled = _unnamed(columns) > 0.5 or len(columns) == 1
    for row in range(2, MOST_TITLES + 2):
        try:
            below = tuple(_source([path], sheet, row, scratch).describe().columns)
        except CrmMigrateError:
            break
        if fitting := fits(below, known):
            return row, below, fitting
        if titled and named is None and len(below) > 1 and _unnamed(below) < 0.2:
            named = row, below
    return (*named, ()) if named else (None, columns, ())


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
