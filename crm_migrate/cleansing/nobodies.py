"""Which values of a long raw column identify nobody: by `is_placeholder`, which is asked only where it may say yes.

A million values are looked at as columns first; what is left for it are words of lists, few and repeated characters.
"""

import re
from functools import cache

import polars as pl

from crm_migrate.cleansing.contact.mailboxes import FILLER_HOSTS, FILLER_LOCALS
from crm_migrate.cleansing.contact.phone_columns import WALKS
from crm_migrate.cleansing.placeholders import is_placeholder, sentinel_days, vocabulary
from crm_migrate.cleansing.text.letters import STROKED
from crm_migrate.crm.types import Nobody, type_of

# Kinds of the matching that are judged as a semantic type; a `url` with a path is a page of its own.
_AS = {"fax": "phone", "employer": "company_name", "middle_name": "given_name"}
_NAMES = frozenset(("given_name", "family_name", "middle_name", "person_name", "company_name", "employer"))
_TYPES = _NAMES | {"email", "phone", "fax", "url", "birth_date", "tax_id", "id"}
# Share of fillers among names, below which they stay: as gaps they made the model doubt half of the merges of a file.
_FEW_NAMES = 0.01
_MARK = {"email": "@", "url": "."}
# Years between which nobody alive was born, and the share of them that makes a register of people of that time; chosen.
_FIRST_COUNTED, _LIVING, _FEW = 1600, 1850, 0.05
_RUN = "(?:" + "|".join(f"{digit}{{7,}}" for digit in range(10)) + ")$"


def identify_nobody(values: pl.Series, kind: str) -> pl.Series:
    """True where a raw value of a kind identifies nobody; kinds that never identify (gender, city) are not asked."""
    if kind not in _TYPES:
        return pl.Series([False]).new_from_index(0, len(values))
    asked = values.drop_nulls().unique()
    asked = asked.filter(_may_be(asked, kind))
    if kind == "birth_date" and _is_historical(values):
        return pl.Series([False]).new_from_index(0, len(values))
    nobody = values.is_in([text for text in asked if _is_nobody(text, kind)]).fill_null(False)
    # A few fillers among names join nobody by themselves, and a model reads gaps in names as a doubt about all of them.
    rare = kind in _NAMES and nobody.sum() < _FEW_NAMES * len(values)
    return nobody & False if rare else nobody


# How values of a type are looked at as columns; types that are not here are asked one by one.
_LOOKED_AT: dict[Nobody, str] = {
    "": "text", "name": "family_name", "company": "company_name", "id": "text", "postal_code": "text",
    "mailbox": "email", "phone": "phone", "tax_number": "tax_id",
}  # fmt: skip


def placeholders_among(values: pl.Series, type_name: str) -> list[str]:
    """The different values (or matching keys) of a semantic type that identify nobody, by `is_placeholder`."""
    asked, kind = values.drop_nulls().unique(), _LOOKED_AT.get(type_of(type_name).nobody)
    if kind is not None:
        no_mailbox = ~asked.str.contains("@", literal=True) & (kind == "email")
        asked = asked.filter(_may_be(asked, kind) | no_mailbox)
    return [value for value in asked if is_placeholder(value, type_name)]


def _is_historical(births: pl.Series) -> bool:
    """True where people of a column were really born when programs only begin to count: 1753 is a year there."""
    years = births.str.extract(r"(\d{4})").cast(pl.Int32).drop_nulls()
    return int(((years > _FIRST_COUNTED) & (years < _LIVING)).sum()) > _FEW * len(years)


def _is_nobody(text: str, kind: str) -> bool:
    if kind == "birth_date":
        return re.sub(r"\D", "", text) in _days()
    if kind == "url" and re.search(r"[^/:]/+[^/]", text):
        return False
    if _MARK.get(kind, "") not in text:
        return is_placeholder(text, "text")  # one with a slip still tells something to whoever looks at letters
    return is_placeholder(text, _AS.get(kind, kind))


def _may_be(values: pl.Series, kind: str) -> pl.Series:
    """A superset of what `is_placeholder` knows of a kind, as columns."""
    bare = _bare(values)
    may = bare.is_in(_words()) | (_rest_of_first(bare) == "")
    if kind in ("phone", "fax", "tax_id"):
        may |= _odd_digits(values)
        may |= _in_rhythm(values)
    elif kind == "email":
        mailbox = values.str.to_lowercase().str.strip_chars()
        local, domain = mailbox.str.extract(r"^(.*)@"), mailbox.str.extract(r"@([^@]*)$")
        may |= local.is_in(list(FILLER_LOCALS)) | (_rest_of_first(local) == "")
        may |= (
            domain.is_in(list(FILLER_HOSTS)) | (local == domain.str.extract(r"^([^.]*)")) | local.str.contains(_NOBODY)
        )
    elif kind == "url":
        may |= ~values.str.contains(r"[^/:]/+[^/]")
    elif kind == "birth_date":
        may |= values.str.replace_all(r"\D", "").is_in(list(_days()))
    return may.fill_null(False)


_STROKED = {chr(letter): plain for letter, plain in STROKED.items()}
_NOBODY = r"^(?:test|no-?reply|do-?not-?reply|noemail|none|yok|asdf)(?:@|$)"


def _bare(values: pl.Series) -> pl.Series:
    """Letters and digits, folded more coarsely than `fold` does."""
    letters = values.str.normalize("NFKD").str.replace_many(_STROKED)
    plain = letters.str.to_lowercase()
    return plain.str.replace_all(r"[\W_]+|\p{M}+", "")


@cache
def _words() -> list[str]:
    return sorted({*_bare(pl.Series(sorted(vocabulary()), dtype=pl.String)), ""})


def _rest_of_first(values: pl.Series) -> pl.Series:
    """What is left behind the repeated first character."""
    frame = values.alias("v").to_frame()
    return frame.select(pl.col("v").str.strip_chars(pl.col("v").str.slice(0, 1)))["v"]


def _odd_digits(values: pl.Series) -> pl.Series:
    """Too few digits, one digit repeated at the end, or a walk over the keys behind a code of up to two digits."""
    digits = values.str.replace_all(r"\D", "")
    walks = [digits.str.slice(code).is_in(list(WALKS)) for code in range(3)]
    walks.append(digits.str.strip_chars_start("0").is_in(list(WALKS)))
    odd = (digits.str.len_chars() < 6) | digits.str.contains(_RUN) | (_rest_of_first(digits) == "")
    for walk in walks:
        odd |= walk
    return odd


def _in_rhythm(values: pl.Series) -> pl.Series:
    """One digit among zeros, or two or three digits that begin again."""
    digits = values.str.replace_all(r"\D", "")
    twos = digits.str.slice(0, 4) == digits.str.slice(2, 4)
    threes = digits.str.slice(0, 6) == digits.str.slice(3, 6)
    return twos | threes | digits.str.contains("^0*[1-9]0*$")


@cache
def _days() -> frozenset[str]:
    """Days that programs write for no date, as digits in three orders."""
    parts = [day.split("-") for day in sentinel_days()]
    return frozenset("".join(order) for y, m, d in parts for order in ((y, m, d), (d, m, y), (m, d, y)))
