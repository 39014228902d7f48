"""Names a column at a time: two plain capitalised words that mean nothing else; the rest is read one by one."""

from functools import cache

import polars as pl

from crm_migrate.cleansing.organisations.legal_forms import FRONT, form_key, forms
from crm_migrate.cleansing.people.person_words import (
    AFTER,
    COMPANY_WORDS,
    DEPARTMENTS,
    FICTION,
    FILLERS,
    JOINERS,
    LOCAL_TITLES,
    NOBODY,
    PARTICLES,
    PATRONYMS,
    PREFIXES,
    SUFFIXES,
)
from crm_migrate.cleansing.text.letters import fold

# Latin script only: other scripts have their own order. Languages that write the family name first are left out below.
_PLAIN = r"^(\p{Lu}\p{Ll}+) (\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?)$"
_LATIN = r"^[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff -]+$"
_FAMILY_FIRST = frozenset(("ja", "zh", "ko", "hu", "vi", "km"))


@cache
def _known() -> frozenset[str]:
    """Folded words that are not simply names: titles, particles, fillers, departments, forms, joiners, remarks."""
    joiners = {fold(word) for group in JOINERS.values() for word in group}
    titles = {word for group in LOCAL_TITLES.values() for word in group}
    after = {word for group in AFTER.values() for word in group}
    people = {phrase.split()[-1] for phrase in (*FICTION, *NOBODY)}
    remarks = {"old", "alt", "inactive", "inaktiv", "del", "delete", "dup", "eski", "pasif", "user", "contact"}
    words = PREFIXES | SUFFIXES | PARTICLES | PATRONYMS | FILLERS | DEPARTMENTS | COMPANY_WORDS
    return frozenset(words | joiners | titles | after | people | remarks | frozenset(forms()) | FRONT)


@cache
def is_ordinary(word: str) -> bool:
    """Whether a word of a name can only be a name."""
    parts = [(fold(part), form_key(part)) for part in word.split("-")]
    return all(key not in _known() and form not in _known() and len(set(key)) > 1 for key, form in parts)


def plain_names(values: pl.Series, locale: str) -> pl.DataFrame:
    """Columns `first` and `last` of the rows that are plainly a given and a family name; null elsewhere."""
    language = locale[:2].lower()
    text = values if language not in _FAMILY_FIRST else pl.Series(values=[None] * len(values), dtype=pl.String)
    found = text.str.extract_groups(_PLAIN).struct.unnest()
    first, last = found[found.columns[0]], found[found.columns[1]]
    good = text.str.contains(_LATIN) & _ordinary(first) & _ordinary(last) & (first != last)
    good = good.fill_null(False)
    return pl.select(
        pl.when(good).then(first).alias("first"),
        pl.when(good).then(last).alias("last"),
    )


def _ordinary(words: pl.Series) -> pl.Series:
    """Rows whose word can only be a name; decided once per distinct word."""
    distinct = words.drop_nulls().unique()
    return words.is_in([word for word in distinct if is_ordinary(word)])
