"""What is known before a table is looked at: profiles of systems by their headers, and finished mappings of others."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from crm_migrate.cleansing import STEPS
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping import library
from crm_migrate.mapping.authoring import author
from crm_migrate.mapping.model import MappingFile
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.mapping.proposed import proposals
from crm_migrate.mapping.reading import MAX_ENTRIES, read_file
from crm_migrate.mapping.text import TextError, parse_cell
from crm_migrate.suggesting.candidates import Known
from crm_migrate.suggesting.vocabulary import compact

MOST_MAPPINGS = 500


def profiles(project: Path) -> dict[str, SourceProfile]:
    """Every profile of a source system that can be named and has nothing wrong."""
    return {name: profile for name, profile, findings in _read(project) if profile is not None and not findings}


def unread(project: Path) -> Iterator[Finding]:
    """Profiles with something wrong, which any mapping that uses them would be refused for: nothing is recognised by
    them, and that is told."""
    for name, _, findings in _read(project):
        if findings:
            first = findings[0]
            where = f"{first.place.file}:{first.place.line}"
            message = f"the profile {name} ({where}) is passed over: {first.message}"
            yield Finding("source_unread", message, Severity.WARNING, first.place, first.hint)


def _read(project: Path) -> Iterator[tuple[str, SourceProfile | None, list[Finding]]]:
    """Each profile that a name stands for, with what is to be said of its file."""
    for name in library.names("sources", project):
        entry = library.find("sources", name, project)
        if entry is not None:
            yield name, *library.source_profile(entry)


def earlier(folder: Path) -> dict[str, Known]:
    """What finished mappings in a folder say of headers, by their compact writing.

    A header that two of them map to different fields is not there; nor is a line that is itself only proposed.
    InputError where the folder is none.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", hint="--earlier names a folder that holds finished projects")
    said: dict[str, Counter[tuple[str, str, str]]] = {}
    first: dict[str, str] = {}
    read = 0
    for path in _mappings(folder):
        told = set(_said(path))
        read += bool(told)
        for header, *meaning in told:
            said.setdefault(header, Counter())[(meaning[0], meaning[1], meaning[2])] += 1
            first.setdefault(header, path.parent.name)
    return {
        header: Known(*meaning, times=times, of=read, where=first[header])
        for header, counted in said.items()
        for meaning, times in counted.most_common(1)
        if len({(target, field) for target, field, _ in counted}) == 1
    }


def _mappings(folder: Path) -> Iterator[Path]:
    """YAML files below a folder, in a fixed order, without those of runs; so many at most."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix in (".yaml", ".yml") and path.is_file() and count < MOST_MAPPINGS:
                count += 1
                yield path


def _said(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """(header, object, field, steps) of every cell that is a column; nothing of a file that is no mapping."""
    document, findings = read_file(path, path.name, MAX_ENTRIES)
    if findings or document.root.value("crm_migrate") is None:
        return
    file, _ = author(document, MappingFile)
    open_lines = {each.path for each in proposals(document)}
    for name, part in file.objects.items() if file else ():
        for field, line in part.fields.items():
            if ("objects", name, "fields", field) in open_lines or line.ref:
                continue
            for text in line.cells.values():
                if (found := _column(text, line.then)) is not None:
                    yield (compact(found[0]), name, field, found[1])


def _column(text: str, then: str | None) -> tuple[str, str] | None:
    """The column of a cell and its steps, as far as they are everybody's: no value maps, no expressions."""
    try:
        cell = parse_cell(text)
    except TextError:
        return None
    if cell.column is None or cell.column == "same_row":
        return None
    steps = text.partition(" | ")[2].strip()
    steps = " | ".join(filter(None, (steps, then or "")))
    return (cell.column, steps) if all(s.plan.name in STEPS for s in cell.steps) and "map(" not in steps else None
