"""Choices of a picklist, and gender: the value of the target, a suggestion, or "unmapped"; never a guess."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.choices.vocabularies import split_tags
from crm_migrate.cleansing.near import near_words, word_key
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import table

# Stages that CRMs ship (Salesforce, HubSpot, Dynamics); used where the caller names no choices.
STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
    "Proposal",
    "Negotiation",
    "Discovery",
    "Demo",
    "Contract Sent",
    "Appointment Scheduled",
    "Qualified To Buy",
    "Presentation Scheduled",
    "Decision Maker Bought-In",
)
_TAGGED = re.compile(
    r'^"[^"]*"(?:,"[^"]*")+$|:::|\((?:green|yellow|orange|red|purple|blue|sky|lime|pink|black)\)|^\^.*\^$|[;|]'
)


@lru_cache(maxsize=256)
def _table(choices: tuple[str, ...]) -> Mapping[str, str | None]:
    """Key -> choice; None where two choices share it."""
    table: dict[str, str | None] = {}
    for choice in choices:
        key = word_key(choice)
        table[key] = choice if table.get(key, choice) == choice else None
    return table


def picklist_cell(text: str, choices: Sequence[str] | None = None, mapping: Mapping[str, str] | None = None) -> Cell:
    """The choice that a text means: by the map, by letter case and punctuation, or as a suggestion for one slip.

    Cells of several labels, as Mailchimp, Google and Trello write them, are split. Without choices,
    labels are only split and the stages that CRMs ship are recognised.
    """
    value = " ".join(text.split())
    if is_null(value):
        return NULL
    if mapping and value in mapping:
        return Cell(mapping[value])
    if _TAGGED.search(value):
        labels = split_tags(value)
        if choices and any(_choice(label, tuple(choices)).value for label in labels):
            return _chosen(labels, tuple(choices))
        return Cell("|".join(labels), "split" if len(labels) > 1 else None) if labels else NULL
    return _choice(value, tuple(choices or STAGES))


def _chosen(labels: list[str], choices: tuple[str, ...]) -> Cell:
    """Several labels as choices of the target; one that is none makes the whole cell unmapped, and is named."""
    cells = [_choice(label, choices) for label in labels]
    unknown = [label for label, cell in zip(labels, cells, strict=True) if cell.value is None]
    if unknown:
        return Cell(None, "unmapped", f"no choice of the target: {', '.join(unknown)}")
    doubt = next((cell for cell in cells if cell.flag), None)
    values = "|".join(dict.fromkeys(str(cell.value) for cell in cells))
    return Cell(values, doubt.flag, doubt.note) if doubt else Cell(values, "split" if "|" in values else None)


def _choice(value: str, choices: tuple[str, ...]) -> Cell:
    """One label."""
    if value in choices:
        return Cell(value)
    key, table = word_key(value), _table(choices)
    found = table.get(key)
    if found:
        glued = key == word_key(found) and found.count(" ") != value.count(" ") and not re.search(r"[-_/.]", value)
        return Cell(found, "suspect", "written without its blanks: please confirm") if glued else Cell(found)
    near = near_words(value, choices)
    if len(near) == 1:
        return Cell(near[0], "typo", "one slip away from this choice: please confirm")
    if near:
        return Cell(None, "unmapped", f"no choice of the target: a slip of {' or '.join(near)}")
    return Cell(None, "unmapped", "no choice of the target")


_GENDER_WORDS = {
    gender: frozenset(fold(known).replace(".", "").replace("-", "").split())
    for gender, known in table("genders").items()
}
# One letter says different things in different languages.
_LETTERS: dict[str, dict[str, str | None]] = {
    "es": {"m": None, "h": "male", "v": "male"},
    "fr": {"h": "male", "m": "male"},
    "pt": {"h": "male", "m": None},
    "tr": {"e": "male", "k": "female"},
    "de": {"d": "other", "w": "female", "h": "male"},
    "nl": {"v": "female", "d": None},
    "id": {"l": "male", "p": "female"},
    "hu": {"n": "female", "f": "male"},
}
_SINGLE = {"m": "male", "f": "female", "w": "female", "x": "other"}  # understood without a language


_LONGEST = 100  # characters


def _gender_of(key: str) -> str | None:
    """The gender whose words hold the key."""
    return next((gender for gender, known in _GENDER_WORDS.items() if key in known), None)


def _first_title(key: str) -> str | None:
    """`Frau Dr.`: the form of address says it, whatever titles follow; `Mr/Mrs` says nothing."""
    parts = [p for p in re.split(r"[-/,()]+", key) if p]
    said = {_gender_of(part) for part in parts} if len(parts) > 1 else {None}
    sure = said - {"unknown"}
    return "unknown" if not sure else sure.pop() if len(sure) == 1 else None


_TITLES = {kind: frozenset(listed.split()) for kind, listed in table("gender_titles").items()}
_INITIALS = {("fr", "m"): "male", ("es", "d"): "male", ("pt", "d"): "female"}  # M. Dupont, D. Pedro, D. Maria
_BOTH = re.compile(r"\w/-?(?:a|in|e|i|frau|r)\b")  # `Sr/a`, `Mitarbeiter/in`
_MOST_WORDS = 7  # of a form of address with a name


def _addressed(text: str, locale: str) -> str | None:
    """The gender that a form of address says (`Dear Ms Smith`, `Ayşe Hanım`); None where there is no such form."""
    folded = fold(text).replace(".", "")
    words = re.findall(r"[^\W\d_]+", folded)
    titles = [word for word in words if word in _TITLES["male"] or word in _TITLES["female"] | _TITLES["plural"]]
    said = {"male" for word in titles if word in _TITLES["male"]} | {"female" for w in titles if w in _TITLES["female"]}
    initial = _INITIALS.get((locale[:2], words[0])) if len(words) > 1 else None
    if initial:
        said.add(initial)
    elif words and words[-1] in _TITLES["behind_male"] | _TITLES["behind_female"]:
        said.add("male" if words[-1] in _TITLES["behind_male"] else "female")
    elif not titles or words[0] not in _TITLES["before"] | set(titles):
        return None
    several = len(said) > 1 or _BOTH.search(folded) or _TITLES["plural"] & set(words)
    return said.pop() if said and not several and len(words) <= _MOST_WORDS else None


def gender_cell(text: str, locale: str = "") -> Cell:
    """`male`, `female`, `other`; empty with the flag `unknown` where a text (a title, a number) does not say."""
    if is_null(text) and fold(text.strip()) not in {"unknown", "unbekannt"}:
        return NULL
    if len(text) > _LONGEST:
        return invalid("too long for a gender")
    key = re.sub(r"[\s_]+", "-", fold(text).replace(".", " ").strip(" ,:;!"))
    local = _LETTERS.get(locale[:2].lower(), {})
    if key in local:
        return Cell(local[key]) if local[key] else Cell(None, "ambiguous", "this letter says both in this language")
    if len(key) == 1 and key.isascii():
        return (
            Cell(_SINGLE[key])
            if key in _SINGLE
            else Cell(None, "ambiguous", "the letter of a language that is not known")
        )
    found = _gender_of(key) or _gender_of(key.replace("-", "")) or _first_title(key) or _addressed(text, locale)
    if found == "unknown":
        return Cell(None, "unknown", "says nothing about gender")
    return Cell(found) if found else invalid("no gender")
