"""Corrections by people: cells of the sources that are wrong, as a list in `decisions/*.yaml`.

    corrections:
      - id: C-9f31c2d4
        row: "firma:4711"          # source:key, or file:line of a row that has no key of its own
        column: VergiNo            # as the mapping names it
        was: "123"                 # the cell as exported; where it says something else by now, nothing is changed
        now: "1234567890"
        who: ayse
        when: 2025-03-14
        why: asked the customer

They lie over the export and leave it as it is: every run puts them in again, and tells which it did.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from crm_migrate.finding import Finding, Place
from crm_migrate.workspace.decision_files import decision_files, is_ours, place_of, read_entries, with_entries, wrong
from crm_migrate.workspace.files import SHARED, write_file

FILE = "corrections.yaml"
WORD = "corrections"
_REQUIRED = ("row", "column", "who", "when", "why")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said about one cell. `was` and `now` are texts; the empty text is an empty cell."""

    row: str
    column: str
    was: str
    now: str
    who: str
    when: str
    why: str
    id: str = ""

    @property
    def name(self) -> str:
        """Its id, or one made of what it is about."""
        about = json.dumps([self.row, self.column, self.was, self.now])
        return self.id or "C-" + hashlib.sha256(about.encode()).hexdigest()[:8]

    @property
    def about(self) -> tuple[str, str]:
        """The cell."""
        return self.row, self.column


def read_corrections(folder: Path) -> tuple[list[Correction], list[Finding]]:
    """All corrections in the order of their cells, and what is wrong with the files; a cell has one correction."""
    found, findings = read_entries(decision_files(folder), WORD, "now", _correction)
    found.sort(key=lambda each: (*each.about, each.name))
    for left, right in pairwise(found):
        if left.about == right.about:
            words = f"{left.name} and {right.name} correct one cell of column {left.column}."
            findings.append(Finding("decision_conflict", words, hint="Take back one of them."))
    return found, findings


def place_of_correction(folder: Path, correction: Correction) -> Place:
    """The file and line that say it."""
    return replace(place_of(decision_files(folder), WORD, "now", _correction, correction), field=correction.column)


def write_corrections(folder: Path, corrections: Sequence[Correction]) -> list[Finding]:
    """Add corrections to `corrections.yaml`, each in place of an earlier one there about the same cell.

    Returns findings, and writes nothing, where a file cannot be read or another file corrects one of the cells.
    """
    path = folder / FILE
    if path.exists() and not is_ours(path, WORD):
        return [wrong(path, f"It is no list of corrections under `{WORD}:`.")]
    mine, findings = read_entries([path] if path.exists() else [], WORD, "now", _correction)
    others, more = read_entries((each for each in decision_files(folder) if each != path), WORD, "now", _correction)
    new = {each.about: each for each in corrections}
    twice = "it corrects one of these cells already, in another file."
    findings += [*more, *(wrong(path, f"{each.name}: {twice}") for each in others if each.about in new)]
    if findings:
        return findings
    kept = {each.name for each in mine if each.about not in new}
    entries = with_entries(path, WORD, (_as_yaml(each) for each in new.values()), lambda item: item["id"] in kept)
    write_file(path, entries, SHARED)
    return []


def _as_yaml(correction: Correction) -> dict[str, Any]:
    said = asdict(correction) | {"id": correction.name}
    return {word: said[word] for word in ("id", "row", "column", "was", "now", "who", "when", "why")}


def _correction(item: Any) -> Correction | str:
    """A correction, or what is wrong with it."""
    if not isinstance(item, dict):
        return "it is no mapping of words."
    known = Correction.__dataclass_fields__
    if unknown := sorted(set(item) - set(known)):
        return f"unknown word `{unknown[0]}`."
    if missing := [word for word in _REQUIRED if not item.get(word)]:
        return f"`{missing[0]}` is missing."
    if absent := [word for word in ("was", "now", "id") if word not in item]:
        return f'`{absent[0]}` is missing; an empty cell is "".'
    if odd := [word for word in item if not isinstance(item[word], str)]:
        return f"`{odd[0]}` must be one text."
    if ":" not in item["row"]:
        return "`row` must name a row as `source:key` or `file:line`."
    if item["was"] == item["now"]:
        return "`was` and `now` are the same."
    if "\N{REPLACEMENT CHARACTER}" in item["now"]:
        return "`now` holds a character that another program could not read; write it again."
    return Correction(**item)
