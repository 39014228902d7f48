"""Facts of single rows that no comparison weighs: generation, numbers given as ids, whose name uses a contact point."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from crm_migrate.matching.comparing import folding
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.comparing.terms import Codes, distinct, encode
from crm_migrate.matching.comparing.words import word_map

MANY_NAMES = 3  # a value that so many different names have belongs to none of them
_GENERATION = {"sr": 1, "jr": 2, "iii": 3, "iv": 4}
_FOLDS = {
    "email": folding.email,
    "phone": folding.phone,
    "tax_id": folding.code,
    "id": folding.code,
    "url": folding.domain,
    "company_name": folding.company,
    "given_name": folding.person,
    "family_name": folding.person,
    "person_name": folding.person,
    "postal_code": folding.code,
    "street": folding.street,
    "house_number": folding.folded,
    "city": folding.folded,
    "employer": folding.company,
    "birth_date": folding.date,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The texts of the rows by semantic type, folded on demand."""

    texts: pl.DataFrame
    types: dict[str, str]

    def at(self, rows: Codes) -> "Facts":
        """The facts of some rows."""
        return Facts(self.texts[rows], self.types)

    def raw(self, kind: str) -> list[pl.Series]:
        """The columns of a type as they were written."""
        return [self.texts[name] for name, given in self.types.items() if given == kind and name in self.texts.columns]

    def folded(self, kind: str) -> list[pl.Series]:
        """The columns of a type, folded for comparing."""
        return [_FOLDS[kind](column) for column in self.raw(kind)]

    def first(self, kind: str) -> pl.Series:
        """The first column of a type, folded; nulls where there is none."""
        found = self.folded(kind)
        return found[0] if found else pl.Series(kind, [None], dtype=pl.String).new_from_index(0, len(self.texts))


def facts_of(records: Records) -> Facts:
    """The facts of prepared records; none where they were prepared without keeping their texts."""
    if records.texts is None:
        return Facts(pl.DataFrame({"": pl.Series([None] * records.rows, dtype=pl.String)}), {})
    return Facts(records.texts, records.types)


def generations(facts: Facts) -> Codes:
    """1 senior, 2 junior or the second, 3 the third ...; -1 where the name does not say."""
    found = np.full(len(facts.texts), -1, dtype=np.int64)
    marks = {word: _GENERATION[form] for word, form in word_map("generations").items()}
    places = dict.fromkeys(("family_name", "person_name", "given_name"), r" ([\p{L}0-9]+)$")
    for kind, place in ({"name_suffix": r"^([\p{L}0-9]+)$"} | places).items():
        for column in facts.raw(kind):
            last = folding.folded(column).str.extract(place)
            codes = last.replace_strict(marks, default=None, return_dtype=pl.Int64).fill_null(-1).to_numpy()
            found = np.where(found < 0, codes, found)
    return found


def given_and_family(facts: Facts) -> tuple[pl.Series, pl.Series]:
    """Folded given and family name of each row; from the full name where the parts are missing."""
    whole = facts.first("person_name")
    split = whole.str.split(" ")
    given, family = facts.first("given_name"), facts.first("family_name")
    return given.fill_null(split.list.first()), family.fill_null(split.list.last())


def name_keys(facts: Facts) -> Codes:
    """A code per row for who it seems to be: initial and beginning of the family name, or the company; -1 unknown."""
    given, family = given_and_family(facts)
    person = given.str.slice(0, 1).fill_null("") + "|" + family.str.slice(0, 4).fill_null("")
    company = facts.first("company_name").str.slice(0, 8)
    return encode(person.replace("|", None).fill_null(company))[0].codes


def several_names(columns: Codes, names: Codes, values: int) -> npt.NDArray[np.bool_]:
    """Per value of the columns of codes (one a line): at least `MANY_NAMES` names use it."""
    size = max(values, 1)
    users = np.concatenate([_users(codes, names, size) for codes in columns])
    return np.asarray(np.bincount(distinct(users) % size, minlength=values) >= MANY_NAMES)


def _users(codes: Codes, names: Codes, size: int) -> Codes:
    """name * size + value of the rows that have both."""
    known = (codes >= 0) & (names >= 0)
    return np.asarray(names[known].astype(np.int64) * size + codes[known])
