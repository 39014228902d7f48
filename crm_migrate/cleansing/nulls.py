"""What people and programs write when they mean "nothing": by kind of column, never for names."""

import re

from crm_migrate.cleansing.cells import Cell
from crm_migrate.cleansing.vocabulary import phrases

# Written by programs: database clients, spreadsheets, languages, form libraries, exporters.
PROGRAMS = frozenset(phrases("null_programs"))
# Written by people: English, German, French, Spanish, Italian, Portuguese, Dutch, Turkish, Indonesian, Polish, Russian.
PEOPLE = frozenset(phrases("null_people"))
# A failed formula: nothing in a column of texts, an error in one of numbers or phones.
ERRORS = frozenset(phrases("null_errors"))
# Words for nothing that also name things (a town, a brand): only for the kind and the step that ask for nulls.
MORE = frozenset(phrases("null_more"))
# Words of programs that people use too; the others never mean anything.
_AMBIGUOUS = frozenset(phrases("null_ambiguous"))
PROGRAM_WORDS = PROGRAMS | ERRORS  # in lower case: what `program_word` speaks about
NEVER_VALUES = PROGRAM_WORDS - _AMBIGUOUS
_SPELT = frozenset(("null", "NULL", "undefined", "UNDEFINED", "NaN", "nan", "None", "nil"))  # Null and Nan are people
_LETTERS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
FILLED = r"^[\s.\-_–—*?#/\\,;:~|+='\"`!]+$"  # the same for a column, without what cannot be seen
_FILLER = re.compile(r"[\s\u200b-\u200f\u2060\ufeff.\-_–—*?#/\\,;:~|+='\"`!·•…]*")


def is_filler(text: str) -> bool:
    """No letter and no digit: dashes, dots, question marks, blanks."""
    return _FILLER.fullmatch(text) is not None


def program_word(text: str, *, names: bool = False) -> Cell | None:
    """What becomes of a program's word for nothing (`\\N`, `null`, `#N/A`); None where the text is none.

    Empty where it cannot mean anything else, a doubt where it may; among `names` any word of letters may.
    """
    word = text.strip().lower()
    if names and word and is_filler(word):
        return Cell(None, "placeholder", f"{text.strip()}: a mark where a form wanted a name")
    if word not in PROGRAM_WORDS:
        return None
    said = f"{text.strip()}: a program's word for nothing"
    doubt = Cell(text, "suspect", f"{said}, or what somebody meant")
    if names and _LETTERS.fullmatch(word):
        return doubt if text.strip() in _SPELT else None
    return Cell(None, "placeholder", said) if word in NEVER_VALUES else doubt


def is_null(text: str) -> bool:
    """Means "nothing" in a column that holds no names and no free choice of words."""
    folded = " ".join(text.split()).lower()
    bare = folded.rstrip(".!")
    inner = folded.strip("'\"`,;-_*<>(){}[] ")
    return any(word in PROGRAMS or word in PEOPLE for word in (folded, bare, inner) if word) or is_filler(text)
