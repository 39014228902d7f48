"""A baseline: an assessment that was frozen, and what has changed since."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from crm_migrate.assessing.figures import Assessment, Burn, Change, Since
from crm_migrate.assessing.standing import open_among
from crm_migrate.assessing.writing import as_json
from crm_migrate.errors import InputError, UsageError
from crm_migrate.workspace.files import write_file

NAME = "assessment-baseline.json"
_MOST_BYTES = 200_000_000


def freeze(found: Assessment, folder: Path) -> Path:
    """Write the baseline. UsageError where there is one: it is what everybody agreed on, and is not written over."""
    path = folder / NAME
    if path.exists():
        raise UsageError(f"there is a baseline already: {path}", hint="move it away, and ask again")
    if not found.masked:
        raise UsageError("a baseline holds no personal values", hint="leave --reveal out")
    write_file(path, as_json(found.model_copy(update={"since": None})).encode())
    return path


def read(folder: Path) -> Assessment | None:
    """The baseline of a folder; None where there is none. InputError where the file is something else."""
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        return Assessment.model_validate_json(path.read_bytes())
    except (ValidationError, ValueError) as error:
        hint = "bring it back from version control, or move it away and freeze again: crm-migrate assess --baseline"
        raise InputError(f"{path} is no baseline of an assessment", hint=hint) from error


def compared(found: Assessment, before: Assessment | None) -> Assessment:
    """The assessment with what has changed since the baseline."""
    if before is None:
        return found
    changes = tuple(_changes(before, found))
    same = not any(change.what == "file" for change in changes)
    burn = tuple(_burn(before, found))
    return found.model_copy(update={"since": Since(made=before.made, same=same, changes=changes, burn=burn)})


def _burn(before: Assessment, now: Assessment) -> Iterator[Burn]:
    """How the findings burn down: of all sources together, then of each that has or had any."""
    names = sorted({card.source for card in (*before.cards, *now.cards)})
    for source in ["", *names]:
        was, there = ([c for c in each.cards if source in ("", c.source)] for each in (before, now))
        ids_was, ids_now = {c.id for c in was}, {c.id for c in there}
        yield Burn(
            source=source,
            before=len(was),
            gone=len(ids_was - ids_now),
            new=len(ids_now - ids_was),
            now=len(there),
            open_before=open_among(was),
            open_now=open_among(there),
            cells_before=sum(c.count for c in was),
            cells_now=sum(c.count for c in there),
        )


_What = Literal["file", "rows", "column", "filled", "distinct", "finding"]


def _changes(before: Assessment, now: Assessment) -> Iterator[Change]:
    """Files, rows, columns and findings that differ, in that order."""
    yield from _differing("file", _files(before), _files(now))
    yield from _differing("rows", _rows(before), _rows(now))
    yield from _differing("column", _columns(before), _columns(now))
    for what in ("filled", "distinct"):
        was, now_is = _figures(before, what), _figures(now, what)
        both = was.keys() & now_is.keys()
        yield from _differing(what, {k: was[k] for k in both}, {k: now_is[k] for k in both})
    yield from _differing("finding", _findings(before), _findings(now))


def _differing(what: _What, was: Mapping[tuple[str, str], str], now: Mapping[tuple[str, str], str]) -> Iterator[Change]:
    for place in sorted(was.keys() | now.keys()):
        old, new = was.get(place, ""), now.get(place, "")
        if old != new:
            yield Change(what=what, source=place[0], name=place[1], was=old, now=new)


def _files(found: Assessment) -> dict[tuple[str, str], str]:
    return {(f.source, f.path): f.sha256 for f in found.files}


def _rows(found: Assessment) -> dict[tuple[str, str], str]:
    return {(s.source, ""): str(s.rows) for s in found.sources}


def _columns(found: Assessment) -> dict[tuple[str, str], str]:
    return {(c.source, c.column): c.column for c in found.columns}


def _figures(found: Assessment, name: Literal["filled", "distinct"]) -> dict[tuple[str, str], str]:
    return {(c.source, c.column): str(getattr(c, name)) for c in found.columns}


def _findings(found: Assessment) -> dict[tuple[str, str], str]:
    """By kind and columns, with their id where two are alike: counts of now and then."""
    return {(c.source, f"{c.kind} {', '.join(c.columns)} [{c.id}]"): str(c.count) for c in found.cards}
