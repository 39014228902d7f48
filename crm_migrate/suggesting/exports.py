"""Exports that lie in a folder: which files they are, which belong together, and a study of each."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import polars as pl

from crm_migrate.cleansing.table_files import HALF, MOST_TITLES, NEARLY_ALL
from crm_migrate.connecting import archives
from crm_migrate.connecting.contract import Source, SourceSpec
from crm_migrate.connecting.lying import FileSource, Part, expanded, source_file
from crm_migrate.connecting.lying import files as connector
from crm_migrate.errors import CrmMigrateError, InputError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.model import RESERVED
from crm_migrate.mapping.profiles import ProfileJoin, SourceProfile
from crm_migrate.suggesting.candidates import Known, Study
from crm_migrate.suggesting.recognising import Fit, fit_of, fits
from crm_migrate.suggesting.tables import Table, sampled
from crm_migrate.suggesting.vocabulary import compact

MOST_FILES = 300  # what a folder of exports has at most; more is a folder of something else


@dataclass(frozen=True, slots=True)
class Export:
    """One source to be: its files, relative to the folder and with the tag of each, and where in them the rows are.
    What is in an archive lies behind it as in a folder.

    Of a database its `table`, and the `joins` of its profile whose tables are there. `fits` are the profiles that its
    header fits: one, or several that fit equally well, of which none is taken.
    """

    name: str
    files: tuple[tuple[str, str | None], ...]
    study: Study
    sheet: str | None = None
    header_row: int | None = None
    fits: tuple[Fit, ...] = ()
    table: str | None = None
    joins: Mapping[str, ProfileJoin] = field(default_factory=dict)

    def source(self, folder: Path, scratch: Path | None) -> Source:
        """Who reads it."""
        part = Part(self.sheet, self.table)
        return _source([folder / path for path, _ in self.files], part, self.header_row, scratch)


@dataclass(slots=True)
class Found:
    """What a folder or database holds: exports, what was passed over with its reason, exports of which rows cannot be
    read, and what else is to be told.

    `lender` is the source that has the address of the database, as it is written.
    """

    exports: list[Export] = field(default_factory=list)
    skipped: list[Finding] = field(default_factory=list)
    aside: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lender: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file or one table of it that could be read."""

    path: Path
    part: Part
    header_row: int | None
    columns: tuple[str, ...]
    fits: tuple[Fit, ...]

    @property
    def profile(self) -> tuple[str, SourceProfile] | None:
        """The only profile that fits."""
        return (self.fits[0].name, self.fits[0].profile) if len(self.fits) == 1 else None


def files_in(folder: Path) -> list[Path]:
    """Everything in a folder and below that may be an export, in a fixed order; nothing hidden, nothing linked to.

    Archives are among them; files that hold one record each count as one file.
    """
    endings = connector().endings()
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in ("reports", "decisions")
        )
        for name in sorted(names):
            path = Path(place, name)
            may_be = path.suffix.lower() in endings.read or path.suffix.lower() == archives.SUFFIX
            if may_be and not name.startswith((".", "~$")) and not path.is_symlink():
                found.append(path)
    count = len({path.parent / path.suffix.lower() if is_one(path) else path for path in found})
    if count > MOST_FILES:
        message = f"{folder} holds {count:,} files that may be exports"
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
    for path in _inside(files, told):
        for part in _parts(path, told, scratch):
            try:
                row, columns, fitting = _header(path, part, scratch, known)
            except CrmMigrateError as error:
                told.skipped.append(_passed_over(path, part, error))
                continue
            opened.append(_Opened(path, part, row, columns, fitting))
    names: set[str] = set()
    for group in _groups(opened):
        first = group[0]
        try:
            source = _source([each.path for each in group], first.part, first.header_row, scratch)
            values, whole, aside = sampled(source)
        except CrmMigrateError as error:
            told.skipped.append(_passed_over(first.path, first.part, error))
            continue
        if aside:
            told.aside.append(_set_aside(first, source, values, aside))
        tags = _tags(group)
        name = _name(first, names, several=len(group) > 1)
        label = " ".join(filter(None, (first.path.stem, first.part.title)))
        columns = tuple(dict.fromkeys(column for each in group for column in each.columns))
        table = Table(name, columns, label, values, whole)
        relative = tuple((each.path.relative_to(folder).as_posix(), tags.get(each.path)) for each in group)
        tag = first.profile[1].tag if first.profile and tags else None
        study = Study(table, first.profile, tag, earlier=earlier)
        fitting = _fits(group, columns)
        part = first.part
        told.exports.append(Export(name, relative, study, part.sheet, first.header_row, fitting, part.table))
    return told


def _set_aside(first: _Opened, source: Source, values: Mapping[str, pl.Series], aside: int) -> Finding:
    """That rows were set aside among the first ones, and the word that reads them, where their reader knows one."""
    rows = aside + max(map(len, values.values()), default=0)
    _, findings = source.facts()
    hint = next((each.hint for each in findings if each.code == "header_suspect"), "") or "look at these rows"
    return _left(first.path, first.part, f"{aside:,} of the first {rows:,} rows cannot be read and are set aside", hint)


def _fits(group: Sequence[_Opened], columns: Sequence[str]) -> tuple[Fit, ...]:
    """What fits the files together: where one profile does, with the layouts of all of them."""
    profile = group[0].profile
    whole = fit_of(columns, *profile) if profile and len(group) > 1 else None
    layouts = dict.fromkeys(layout for each in group for fit in each.fits for layout in fit.layouts)
    return (replace(whole, layouts=tuple(layouts)),) if whole else group[0].fits


def _source(paths: Sequence[Path], part: Part, row: int | None, scratch: Path | None) -> FileSource:
    files = tuple(source_file(path) for path in paths)
    spec = SourceSpec("export", files, sheet=part.sheet, table=part.table, header_row=row, scratch=scratch)
    return connector().source(spec)


def _inside(files: Sequence[Path], told: Found) -> Iterator[Path]:
    """The files, and instead of an archive what is in it; what nobody reads of that is told."""
    read = connector().endings()
    for path in files:
        try:
            there = expanded(path)
        except CrmMigrateError as error:
            told.skipped.append(_passed_over(path, Part(), error))
            continue
        if there == [path]:
            yield path
            continue
        left = Counter(each.suffix.lower() for each in there if each.suffix.lower() not in read.read | read.beside)
        if left:
            listed = ", ".join(f"{count:,} {suffix or 'without ending'}" for suffix, count in sorted(left.items()))
            told.skipped.append(_left(path, Part(), f"files in it that no reader reads: {listed}"))
        yield from (each for each in there if each.suffix.lower() in read.read)


def _parts(path: Path, told: Found, scratch: Path | None) -> tuple[Part, ...]:
    """The tables of a file; what is none is told. A file that cannot be read has one, whose reader says why."""
    try:
        found = connector().contents(source_file(path), scratch)
    except CrmMigrateError:
        return (Part(),)
    told.skipped += [_left(path, Part(), reason) for reason in found.left]
    return found.parts


def is_one(path: Path) -> bool:
    """Whether programs write a file of this kind for every record."""
    return path.suffix.lower() in connector().endings().one_each


def _header(
    path: Path, part: Part, scratch: Path | None, known: Mapping[str, SourceProfile]
) -> tuple[int | None, tuple[str, ...], tuple[Fit, ...]]:
    """The columns, the row that names them where it is not the first, and the profiles that fit.

    Below titles it is the first row that a profile knows, else the first that names nearly all columns.
    """
    source = _source([path], part, None, scratch)
    columns = tuple(source.describe().columns)
    if fitting := fits(columns, known):
        return None, columns, fitting
    below = source.heads(MOST_TITLES + 1)
    row = next((row for row, names in below.items() if fits(names, known)), None)
    if row is None and (_named(columns) < HALF or len(columns) == 1):
        row = next((row for row, names in below.items() if len(names) > 1 and _named(names) > NEARLY_ALL), None)
    if row is not None:
        columns = tuple(_source([path], part, row, scratch).describe().columns)
    return row, columns, fits(columns, known)


def _named(columns: Sequence[str]) -> float:
    """Share of the columns that have a name in the file."""
    return 1 - sum(re.fullmatch(r"Column \d+", name) is not None for name in columns) / max(1, len(columns))


def _passed_over(path: Path, part: Part, error: CrmMigrateError) -> Finding:
    return _left(path, part, f"is passed over: {error.message}", error.hint)


def _left(path: Path, part: Part, reason: str, hint: str = "") -> Finding:
    where = f"{path.name}, sheet {part.sheet}" if part.sheet else path.name
    where = f"{where}, table {part.table}" if part.table else where
    joint = " " if reason.startswith("is ") else ": "
    return Finding("source_unread", f"{where}{joint}{reason}", Severity.WARNING, Place(file=path.name), hint)


# -------------------------------------------------------------------------------------------------------- together


def _groups(opened: Sequence[_Opened]) -> Iterator[list[_Opened]]:
    """Files of one layout that belong together: the parts that a system exports, or names that differ by numbers."""
    groups: dict[object, list[_Opened]] = {}
    for each in opened:
        tagged = _tagged(each)
        family = compact(re.sub(r"[\d_\-. ()]+.*", "", each.path.stem)) or each.path.stem
        key: object = (each.path.parent, each.profile[0]) if tagged and each.profile else each.path
        if not tagged and re.search(r"\d", each.path.stem) and each.part.sheet is None and len(family) > 2:
            key = (each.path.parent, family, each.columns, each.path.suffix)
        if is_one(each.path):
            key = (each.path.parent, each.path.suffix)
        groups.setdefault((key, each.part.sheet, each.part.table), []).append(each)
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
    text = first.part.sheet or first.part.table or (first.profile[0] if first.profile and several else first.path.stem)
    text = re.sub(r"[\d_\-. ()]+$", "", text) if several else text
    text = first.path.parent.name if several and is_one(first.path) else text  # those files are named after people
    plain = re.sub(r"\W+", "_", text.lower()).strip("_")[:40] or "export"
    plain = plain if plain[0].isalpha() else f"s_{plain}"
    plain = f"{plain}_1" if plain in RESERVED else plain
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}_{number}", number + 1
    taken.add(name)
    return name
