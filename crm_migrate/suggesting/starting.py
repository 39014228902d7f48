"""A folder of exports becomes a project: studied, drafted, and checked before anything is written."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migrate.cleansing.evidence import called
from crm_migrate.connecting.lying import files as connector
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding
from crm_migrate.mapping import library
from crm_migrate.mapping.plan import SourcePlan
from crm_migrate.mapping.steps import is_locale
from crm_migrate.suggesting.borrowing import borrow_countries
from crm_migrate.suggesting.candidates import Known, Study
from crm_migrate.suggesting.databases import found_in_database
from crm_migrate.suggesting.drafting import Locale, draft
from crm_migrate.suggesting.exports import Export, Found, files_in, found_in
from crm_migrate.suggesting.knowledge import profiles, unread
from crm_migrate.suggesting.looks import share_of
from crm_migrate.suggesting.proposing import propose
from crm_migrate.suggesting.proving import sound
from crm_migrate.suggesting.suggestion import Suggestion, Written, taken_by
from crm_migrate.workspace.layout import WORK, Project

MAPPING = "crm-migrate.yaml"
_ADD = "add the country (as in de-DE) for telephone numbers without its code"
SCRATCH = "scratch"
_INSIDE = re.compile(r"\$\{[^}]*\}")  # a reference to a secret in an address


@dataclass(frozen=True, slots=True)
class Started:
    """A first mapping, what it is made of, the files that were passed over, and those of which rows were."""

    text: str
    told: Suggestion
    exports: tuple[Export, ...]
    skipped: tuple[Finding, ...]
    aside: tuple[Finding, ...] = ()


def refuse_project(folder: Path) -> None:
    """UsageError where a folder is none, or is a project already: that is never written over."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="name the folder that holds the exports")
    work = folder / WORK
    kept = work.exists() and (not work.is_dir() or any(path.name != SCRATCH for path in work.iterdir()))
    for name, there in ((MAPPING, os.path.lexists(folder / MAPPING)), (WORK, kept)):
        if there:
            message = f"{folder} is a project already: `{name}` is there; nothing was touched"
            raise UsageError(message, hint="crm-migrate mapping suggest PROJECT")


def start(folder: Path, files: Sequence[Path] | None = None, earlier: Mapping[str, Known] | None = None) -> Started:
    """A first mapping of a folder, or of some files in it; nothing is written.

    InputError where not one export is in it, not one can be read, or none holds anything that can be mapped.
    """
    wanted = files_in(folder) if files is None else files
    with _laid_down(folder) as scratch:
        found = found_in(folder, wanted, profiles(folder), earlier or {}, scratch)
    if not found.exports:
        reason = f": {found.skipped[0].message}" if found.skipped else ""
        hint = f"put exports there ({', '.join(sorted(connector().endings().read))}), then again"
        raise InputError(f"no export that can be read is in {folder}{reason}", hint=hint)
    return _begun(folder, found)


def start_database(folder: Path, address: str, earlier: Mapping[str, Known] | None = None) -> Started:
    """A first mapping of a database whose tables profiles know; nothing is written.

    UsageError where the address holds a password, for it is written into the mapping; InputError where the database
    cannot be read, or where no profile knows one of its tables.
    """
    if re.search(r"://[^/@]*:[^/@]+@", _INSIDE.sub("", address)):
        hint = "put the address into a variable of the environment, and say --database env:NAME"
        raise UsageError("the address of the database holds a password, and would stand in the mapping", hint=hint)
    found = found_in_database(folder, address, profiles(folder), earlier or {})
    if files := files_in(folder):
        found.notes.append(f"{len(files):,} file(s) of this folder were not looked at: only the database was")
    return _begun(folder, found)


def _begun(folder: Path, found: Found) -> Started:
    told = propose([export.study for export in found.exports], _target(folder))
    if not told.offers:
        raise InputError(
            "; ".join(told.notes), hint="write a mapping by hand, as in the tutorial, and map their columns"
        )
    borrow_countries(told, [export.name for export in found.exports if export.files])
    told.notes += found.notes
    found.skipped += unread(folder)
    return _proved(folder, found, told)


@contextmanager
def _laid_down(folder: Path) -> Iterator[Path]:
    """Where readers lay down what they must: in the folder itself, for it is the customer's; gone afterwards."""
    work = folder / WORK
    try:
        yield work / SCRATCH
    finally:
        for place in (work / SCRATCH, work):
            with suppress(OSError):  # not there, or somebody's
                place.rmdir()


def _target(folder: Path) -> Written:
    """What the embedded target takes: the objects and fields of its profile."""
    profile = library.target_named("sql", folder)
    return taken_by(profile, Written()) if profile else Written()


def _proved(folder: Path, found: Found, told: Suggestion) -> Started:
    known = {export.name: export.study.table.columns for export in found.exports}
    tags = {export.name: export.study.tag for export in found.exports}
    locale, title = _locale([export.study for export in found.exports]), folder.resolve().name

    def columns(source: SourcePlan) -> tuple[str, ...]:
        brought = (f"{j.alias}.{name}" for j in source.joins if j.source for name in known[j.source.name])
        return (*known[source.name], *filter(None, [tags.get(source.name)]), *brought)

    def text(proposals: Suggestion) -> str:
        return draft(found.exports, proposals, title, locale, found.lender)

    written, kept = sound(Project(folder, folder / MAPPING), told, text, columns)
    return Started(written, kept, tuple(found.exports), tuple(found.skipped), tuple(found.aside))


# ---------------------------------------------------------------------------------------------------------- locale


def _locale(studies: Sequence[Study]) -> Locale:
    """The language of most tables, and the country of their telephone numbers where those tell."""
    studies = [study for study in studies if study.profile is None] or studies  # a program speaks its own language
    spoken = Counter(study.languages[0] for study in studies)
    language, count = spoken.most_common(1)[0]
    because = f"headers of {count} of {len(studies)} tables are {language}"
    region = _region(studies)
    if region is not None and not is_locale(f"{language}-{region[0]}"):
        return Locale(language, f"{because}; {region[1]}, which speaks otherwise: {_ADD}")
    if region is None:
        return Locale(language, f"{because}; {_ADD}")
    return Locale(f"{language}-{region[0]}", f"{because}; {region[1]}")


def _region(studies: Sequence[Study]) -> tuple[str, str] | None:
    numbers = [v.drop_nulls() for s in studies for v in s.table.values.values() if _dialled(v)]
    if not numbers:
        return None
    found = called(pl.concat(numbers))
    return (found.region, found.told) if found and found.most else None


def _dialled(values: pl.Series) -> bool:
    """Whether a column holds telephone numbers with the code of a country."""
    return share_of(values.drop_nulls().head(500).str.contains(r"^\s*(?:\+|00)[1-9][\d\s().\-/]{6,}$")) > 0.3
