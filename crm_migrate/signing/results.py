"""A test script that comes back: the verdicts of its reviewer, taken into the sample that it is of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from openpyxl.utils import get_column_letter

from crm_migrate.correcting.sheets import facts_of
from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding, Place
from crm_migrate.reviewing import opening
from crm_migrate.reviewing.reading import shown, small
from crm_migrate.signing.script import KEY, KIND, NOTE, VERDICT
from crm_migrate.words import languages
from crm_migrate.words.language import language
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.sample_packs import VERDICTS, Judged, SampledRecord, SamplePack, read_pack, write_pack

_MOST_ROWS = 200_000
_AGAIN = "take the workbook as it was written, and change yellow cells only"


@dataclass(frozen=True, slots=True)
class Said:
    """What stands beside one line: the verdict as it was written, the note, and the place of the verdict."""

    verdict: str
    note: str
    place: str


@dataclass(slots=True)
class TakenResults:
    """What became of a test script: the sample as it is now, how many verdicts are new, what is wrong."""

    pack: SamplePack
    new: int = 0
    findings: list[Finding] = field(default_factory=list)


def take_results(project: Project, path: Path, who: str | None, when: str, *, dry_run: bool = False) -> TakenResults:
    """Read a test script and write down its verdicts; what is wrong is told with its cell, the rest is taken.

    `who` is the reviewer of the sample where nobody is named. InputError where the file cannot be read, UsageError
    where it is none of ours, or of a sample that the project does not have.
    """
    book = opening.open_workbook(opening.read_bytes(path), path.name)
    facts = facts_of(book, path.name, KIND)
    pack = read_pack(project.folder, next(iter(facts.asked), ""))
    if pack is None:
        raise UsageError(
            f"{path.name} is of a sample that samples/ does not have", hint="bring its file back, or draw it"
        )
    taken = TakenResults(pack)
    page = next((p for p in book.worksheets if _is_script(p, pack.id)), None)
    if page is None:
        raise UsageError(f"{path.name} has no test script of {pack.id} any more", hint=_AGAIN)
    said = dict(_said(taken, page))
    records = tuple(_judged(taken, each, said, who or pack.reviewer, when) for each in pack.records)
    taken.pack = pack.model_copy(update={"records": records})
    if taken.new and not dry_run:
        write_pack(project.folder, taken.pack)
    return taken


def _is_script(page: Any, name: str) -> bool:
    page.reset_dimensions()
    heads = next(page.iter_rows(max_row=1, max_col=KEY + 1, values_only=True), ())
    return len(heads) > KEY and shown(heads[KEY]) == name


def _said(taken: TakenResults, page: Any) -> Iterator[tuple[str, Said]]:
    """What stands in each line, by its hidden key."""
    known = {f"{each.object}/{each.entity}" for each in taken.pack.records}
    met: set[str] = set()
    for number, values in enumerate(
        page.iter_rows(min_row=2, max_row=_MOST_ROWS, max_col=KEY + 1, values_only=True), 2
    ):
        cells = [shown(value) for value in (*values, *[None] * (KEY + 1))][: KEY + 1]
        key, place = cells[KEY], f"{page.title}!{get_column_letter(VERDICT + 1)}{number}"
        if not any(cells):
            continue
        if "/".join(key.split("/")[:2]) not in known or key in met:
            _wrong(taken, "edit_unknown", place, "this line was put in, copied, or its hidden key was changed")
            continue
        met.add(key)
        yield key, Said(cells[VERDICT].strip(), cells[NOTE].strip(), place)


def _judged(taken: TakenResults, record: SampledRecord, said: Mapping[str, Said], who: str, when: str) -> SampledRecord:
    key = f"{record.object}/{record.entity}"
    mine = {name: each for name, each in said.items() if name == key or name.startswith(f"{key}/")}
    words = {name: _word(each.verdict) for name, each in mine.items()}
    if odd := next((name for name, word in words.items() if word and word not in VERDICTS), None):
        place, word = mine[odd].place, mine[odd].verdict
        _wrong(taken, "edit_word", place, f"`{word}` is no verdict", f"one of: {', '.join(VERDICTS)}")
        return record
    fields = tuple(name.removeprefix(f"{key}/") for name, word in words.items() if word == "wrong" and name != key)
    notes = [
        f"{name.removeprefix(key).lstrip('/')}: {each.note}".removeprefix(": ")
        for name, each in mine.items()
        if each.note
    ]
    verdict = "wrong" if fields else words.get(key, "")
    if not verdict:
        if notes:
            _wrong(taken, "edit_undecided", mine[key].place if key in mine else "", "there is a note and no verdict")
        return record
    if verdict == "wrong" and not (fields or notes):
        _wrong(taken, "edit_undecided", mine[key].place, "`wrong` needs a note, or the field that is wrong")
        return record
    if fields and words.get(key) == "right":
        _wrong(taken, "edit_undecided", mine[key].place, f"the record is said to be right, and {fields[0]} to be wrong")
        return record
    return _new(taken, record, cast("Judged", verdict), fields, "; ".join(notes), who, when, mine)


def _new(
    taken: TakenResults, record: SampledRecord, verdict: Judged, fields: tuple[str, ...], note: str, who: str,
    when: str, mine: Mapping[str, Said],
) -> SampledRecord:  # fmt: skip
    now = {"verdict": verdict, "fields": fields, "note": note}
    if now == {"verdict": record.verdict, "fields": record.fields, "note": record.note}:
        return record
    if record.verdict and record.who != who:
        told = f"{record.who} has said `{record.verdict}` of it ({record.when})"
        _wrong(taken, "edit_newer", next(iter(mine.values())).place, told, f"settle it, then read it as {record.who}")
        return record
    taken.new += 1
    return record.model_copy(update={**now, "who": who, "when": when})


def _word(text: str) -> str:
    """The verdict that a word means, in any language of the report; the word itself where it is none."""
    known: dict[str, str] = {word: word for word in VERDICTS}
    known |= {small(language(code).name("word", word)): word for code in languages() for word in VERDICTS}
    return known.get(small(text), text)


def _wrong(taken: TakenResults, code: str, place: str, words: str, hint: str = _AGAIN) -> None:
    taken.findings.append(Finding(code, f"{words}; it is not taken", place=Place(file=place), hint=hint))
