"""Why a question is asked, in the words of a language; names of rules are the mapping's own and stay."""

from collections.abc import Iterable

from crm_migrate.reviewing.questions import Compared, Question
from crm_migrate.stages.dedupe.learned import SURE
from crm_migrate.words.language import Language
from crm_migrate.words.messages import REASONS, spoken

_WHY = 3  # reasons told for one question


def reason(question: Question, words: Language) -> str:
    """Why the question is one."""
    if question.pattern is not None:
        return f"{rule(question.pattern.rule, words)}: {spoken(question.why, words, REASONS)}"
    return reasons(question.compared, words) if question.kind == "review" else _why(question.why, words)


def reasons(compared: Iterable[Compared], words: Language) -> str:
    """What was said about the pairs that are asked about, each reason once."""
    asked = (pair for pair in compared if pair.outcome == "review")
    told = list(dict.fromkeys(f"{rule(pair.rule, words)}: {_why(pair.why, words)}" for pair in asked))
    listed = "; ".join(told[:_WHY])
    more = len(told) - _WHY
    return words.word("review.more_reasons", reasons=listed, n=words.number(more)) if more > 0 else listed


def _why(text: str, words: Language) -> str:
    """Without what only the mapping could change: who answers has none."""
    return spoken(text.removesuffix(SURE), words, REASONS)


def rule(name: str, words: Language) -> str:
    """The rule that spoke about a pair; the model is called by what it is where words are not English."""
    return words.word("review.model") if name == "learned" and words.code != "en" else name
