"""What notes ask of us: deceased, do not call, erase ... in six languages and more, with negations and look-alikes.

Precision first: a flag stops somebody's mail or marks somebody dead. Patterns run on folded text (lower case, no
diacritics); a sentence that denies the phrase, speaks of somebody else, or only limits the hours raises none.
"""

import re
from functools import cache

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import table

FLAGS = (
    "deceased",
    "erase",
    "do_not_contact",
    "do_not_call",
    "do_not_email",
    "do_not_mail",
    "email_invalid",
    "inactive",
    "duplicate",
)

_PHRASES = table("note_phrases")

_CONTEXT = table("note_contexts")


def _context(name: str) -> str:
    """The alternatives of a context of the word list."""
    return f"(?:{_CONTEXT[name]})"


# Before a phrase: it is denied, or said of somebody or something else. Between them only words that change nothing.
_DENIED = re.compile(
    rf"(?:\b{_context('not')}\s+(?:{_context('filler')}\s+){{0,3}}$)"
    rf"|(?:\b{_context('bereaved')}\s*(?:\w+\s)?$)"
    rf"|(?:\b{_context('relative')}(?:'s|)\s+(?:{_context('between')}\s+){{0,4}}$)"
)
_THING = re.compile(rf"\b{_context('thing')}\s+(?:{_context('between')}\s+){{0,3}}$")
_DENIED_AFTER = re.compile(rf"^\s*{_context('not_after')}")
# Behind "deceased": another person (`verstorbener Vater`, `the deceased's widow`).
_ANOTHER_AFTER = re.compile(rf"^(?:'s\b|\s+(?:(?:his|her|my|son|sa|su)\s)?{_context('relative')}\b)")
_ADJECTIVE = re.compile(r"deceased|verstorben\w*|merhum\w*|rahmetli|almarhum\w*|difunt\w*|fallecid\w*|decede\w*|late")
# Behind a request: it only limits hours, days or ways.
_LIMITED_AFTER = re.compile(rf"^\s*{_context('limit')}\b")
_LIMITED_BEFORE = re.compile(rf"\b{_context('limit_before')}\s+(?:\S+\s+){{0,2}}$")
# A request that was made on a day (`unsubscribed on 3/4/21`) limits nothing; nor does `at all`.
_DATED_AFTER = re.compile(
    r"^\s*(?:on|am|le|el|pada|at|in|since|seit|depuis|desde)\s+(?:the )?\d{1,4}(?:[./\-]\d|(?:st|nd|rd|th|er|\.)?\s+"
    rf"[^\W\d_]{{3,}}\s+\d{{4}}|\s*$)|^\s*{_context('always')}"
)
# Something that has happened (`unsubscribed`) holds whatever follows; only a wish can be limited to hours.
_EVENT = re.compile(_context("event"))
_REQUESTS = frozenset(("do_not_contact", "do_not_call", "do_not_email", "do_not_mail"))
_HOURS_BEFORE = re.compile(
    r"(?:\b(?:saat|sabah|aksam|ogle|ogleden|hafta ?(?:sonu|ici)|mesai|tatil|gece|pazar|cumartesi|pazartesi|sali|"
    r"carsamba|persembe|cuma|bugun|yarin|su an|simdi|bayram|ramazan|iste)(?:dan|den|lari|leri|i|yken)?\s*"
    r"(?:\S+\s+){0,4}(?:once|sonra|disinda|gunu|gunleri|saatlerinde|icinde|arasinda)?\s*$)|"
    r"\b\d{1,2}(?:[.:]\d\d)?'?\s?(?:dan|den|tan|ten) (?:once|sonra)\s*$|"
    r"\b(?:vor|nach|zwischen|ab|bis|wahrend|am|an|avant|apres|entre|antes|despues|sebelum|setelah|"
    r"before|after|until)\s+(?!\d+[./]\d|auf weiteres|further|heute|today|\d{4}\b)(?:\S+\s+){1,4}$"
)
# What narrows "do not contact" to one way; that way has a flag of its own.
_CHANNEL_AFTER = re.compile(rf"^\s*(?:\w+\s)?{_context('channel')}\b")
_RESUBSCRIBED = re.compile(_context("back"))
_LOOKALIKE = re.compile(_context("lookalike"))

_DIED_TR = re.compile(r"(?<!\w)öl(?:dü|müş|müştür)(?!\w)(?!\s+mü)")  # folded, `öldü` would be `oldu` ("became")


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    """Patterns by flag, at word boundaries."""
    return {flag: re.compile(rf"(?<!\w)(?:{text})(?!\w)") for flag, text in _PHRASES.items()}


def note_flags(text: str) -> list[str]:
    """Flags that a note raises, gravest first; none where the phrase is denied, limited to hours, or about another."""
    folded = re.sub(r"[‘’`´]", "'", " ".join(fold(text).split()))
    looked = _LOOKALIKE.sub(" ~ ", folded)
    found = [
        flag for flag, pattern in _compiled().items() if any(_holds(m, looked, flag) for m in pattern.finditer(looked))
    ]
    if "deceased" not in found and re.search(r"[†✝]\s*(?:\d|$)", text):
        found.insert(0, "deceased")
    if "deceased" not in found and _DIED_TR.search(text.replace("İ", "i").lower()):
        found.insert(0, "deceased")
    if _RESUBSCRIBED.search(folded):
        found = [f for f in found if f not in {"do_not_email", "do_not_contact"}]
    if "do_not_contact" in found:
        found = [f for f in found if f not in {"do_not_call", "do_not_email", "do_not_mail"}]
    return found


_CLAUSE = re.compile(r"[.;!?,:]\s|\bbut\b|\baber\b|\bmais\b|\bpero\b|\bama\b|\btapi\b|\btetapi\b|\bsondern\b|\s[-–—]\s")


def _holds(match: re.Match[str], text: str, flag: str) -> bool:
    """The phrase is meant: nothing before or behind it takes it back."""
    before, after = text[: match.start()], text[match.end() :]
    clause = _CLAUSE.split(before)[-1]
    if _DENIED.search(clause) or _DENIED_AFTER.search(after):
        return False
    if flag == "deceased":
        another = _ADJECTIVE.fullmatch(match[0]) and _ANOTHER_AFTER.search(after)
        return not (another or _THING.search(clause))
    if flag == "do_not_contact" and _CHANNEL_AFTER.search(after):
        return False
    if flag not in _REQUESTS or _DATED_AFTER.search(after) or _EVENT.search(match[0]):
        return True
    return not (_LIMITED_AFTER.search(after) or _HOURS_BEFORE.search(clause) or _LIMITED_BEFORE.search(clause))
