"""The words of the first sheet: what to do, what the signs mean, and what is not asked here."""

from collections.abc import Iterator
from typing import Literal

from crm_migrate.reviewing.layout import HEAD_ROW, Sheet
from crm_migrate.reviewing.questions import Pack
from crm_migrate.words.language import Language
from crm_migrate.words.messages import spoken

Kind = Literal["title", "text", "who", "count", "blank"]
Row = tuple[Kind, str, str]
WHO_ROW = 4  # 1-based: column B of it holds the name of who fills the workbook in
_BECAUSE = "because."  # why questions are not asked


def start_lines(pack: Pack, listed: tuple[Sheet, ...], decision: str, words: Language) -> Iterator[Row]:
    """Rows of the first sheet; `decision` is the letter of the column of decisions."""
    yield "title", words.word("review.title"), ""
    yield "text", words.word("review.from"), words.word("review.from_run", project=pack.project, run=pack.run)
    yield "blank", "", ""
    yield "who", words.word("review.your_name"), ""
    yield "blank", "", ""
    yield from (("text", words.word(f"review.{key}"), words.word(f"review.{key}_text")) for key in _STEPS)
    yield "blank", "", ""
    yield from (("text", words.words.get(f"review.{k}", "✔"), words.word(f"review.{k}_text")) for k in _SIGNS)
    yield "blank", "", ""
    yield from _progress(listed, decision, words)
    if told := reach(pack, words):
        yield "text", words.word("review.how_far"), told
    yield "blank", "", ""
    yield from _outside(pack, words)


_STEPS = ("step1", "step2", "patterns", "step3", "step4", "step5", "locked")
_SIGNS = ("sign_differs", "sign_nearly", "sign_wins", "sign_rule")


def _progress(listed: tuple[Sheet, ...], decision: str, words: Language) -> Iterator[Row]:
    for sheet in listed:
        asked = len({line.question.id for line in sheet.lines})
        cells = f"'{sheet.title}'!{decision}{HEAD_ROW + 1}:{decision}{HEAD_ROW + len(sheet.lines)}"
        told = words.word("review.progress", sheet=sheet.title, n=words.number(asked))
        yield "count", told, f'=COUNTIF({cells},"?*")'


def reach(pack: Pack, words: Language) -> str:
    """How far the first answers reach, in one sentence; empty where nothing is expected."""
    if pack.reach is None:
        return ""
    rate = words.word("percent", rate=words.amount(f"{pack.reach.share * 100:.0f}"))
    expected = words.amount(f"{pack.reach.expected:.1f}")
    return words.word("review.reach", n=words.number(pack.reach.answers), rate=rate, expected=expected)


def _outside(pack: Pack, words: Language) -> Iterator[Row]:
    """What is not in the workbook, so that nobody thinks it is."""
    head = words.word("review.not_asked")
    if not pack.left_out:
        yield "text", head, words.word("review.not_asked_none")
    for line in left_out(pack, words):
        yield "text", head, words.word("review.not_asked_text", **line)


def left_out(pack: Pack, words: Language) -> Iterator[dict[str, str]]:
    """The questions that are not asked, in words: `object`, `n`, `kind` and `because`."""
    for line in pack.left_out:
        kind, because = words.word(f"review.left_{line.kind}"), spoken(line.because, words, _BECAUSE)
        yield {"object": line.object, "n": words.number(line.count), "kind": kind, "because": because}
