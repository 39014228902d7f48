"""What any answer must say: a decision that we know, who took it, and texts that fit."""

from collections.abc import Iterator

from crm_migrate.finding import Finding
from crm_migrate.reviewing.answers import Answer, wrong
from crm_migrate.reviewing.layout import WORDS

LONGEST = 2_000  # characters of a name or a reason


def spoken_problems(answer: Answer) -> Iterator[Finding]:
    """What is wrong with an answer, whatever it is about."""
    word = answer.decision
    if not word.text:
        yield wrong("review_undecided", word.place, "There are choices or a reason, but no decision.", _words())
    elif word.text not in WORDS:
        yield wrong("review_word_unknown", word.place, f"{word.text[:80]!r} is no decision.", _words())
    else:
        yield from _who_and_why(answer)


def _words() -> str:
    return f"Choose one of: {', '.join(WORDS)}."


def _who_and_why(answer: Answer) -> Iterator[Finding]:
    if answer.decision.text != "later" and not answer.who.text:
        hint = "Put in who decided, here or once on the first sheet or page."
        yield wrong("review_who_missing", answer.who.place, "A decision without who took it.", hint)
    for said in (answer.who, answer.why):
        if len(said.text) > LONGEST or any(ord(c) < 32 and c not in "\t\n\r" for c in said.text):
            message = f"This text is longer than {LONGEST:,} characters, or holds control characters."
            yield wrong("review_text_unfit", said.place, message, "Shorten it.")
