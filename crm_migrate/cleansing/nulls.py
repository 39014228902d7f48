"""What people and programs write when they mean "nothing": by kind of column, never for names."""

import re

from crm_migrate.cleansing.vocabulary import phrases

# Written by programs: database clients, spreadsheets, languages, form libraries, exporters.
PROGRAMS = frozenset(phrases("null_programs"))
# Written by people: English, German, French, Spanish, Italian, Portuguese, Dutch, Turkish, Indonesian, Polish, Russian.
PEOPLE = frozenset(phrases("null_people"))
# A failed formula: nothing in a column of texts, an error in one of numbers or phones.
ERRORS = frozenset(phrases("null_errors"))
# Words for nothing that also name things (a town, a brand): only for the kind and the step that ask for nulls.
MORE = frozenset(phrases("null_more"))
_FILLER = re.compile(r"[\s\u200b-\u200f\u2060\ufeff.\-_–—*?#/\\,;:~|+='\"`!·•…]*")


def is_filler(text: str) -> bool:
    """No letter and no digit: dashes, dots, question marks, blanks."""
    return _FILLER.fullmatch(text) is not None


def is_null(text: str) -> bool:
    """Means "nothing" in a column that holds no names and no free choice of words."""
    folded = " ".join(text.split()).lower()
    bare = folded.rstrip(".!")
    inner = folded.strip("'\"`,;-_*<>(){}[] ")
    return any(word in PROGRAMS or word in PEOPLE for word in (folded, bare, inner) if word) or is_filler(text)
