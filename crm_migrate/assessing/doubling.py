"""Duplicates, estimated: rows that share a mailbox, a number, a tax number or a name with a town.

Exact after folding, and so a lower bound: what is spelled in two ways is for `match`. Values that identify nobody
(info@, 000000) join nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from crm_migrate.assessing.figures import DuplicateFigure
from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Subject
from crm_migrate.cleansing.nobodies import identify_nobody
from crm_migrate.crm.model import OBJECTS

_DIGITS = 9  # of the end of a telephone number: without its country and its leading zero
_MOST = 50  # rows that share a value: more are a switchboard or a filler, and no one record


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    kinds: tuple[str, ...]


_RULES = {
    "person": (
        _Rule("email", ("email",)),
        _Rule("phone", ("phone",)),
        _Rule("name_city", ("given_name", "family_name", "city")),
        _Rule("full_name_city", ("person_name", "city")),
    ),
    "organisation": (
        _Rule("tax_id", ("tax_id",)),
        _Rule("domain", ("url",)),
        _Rule("company_city", ("company_name", "city")),
    ),
}


def duplicates(subject: Subject, meanings: Meanings) -> Iterator[DuplicateFigure]:
    """One figure for each rule whose columns the source has; none where it holds neither people nor organisations."""
    model = OBJECTS.get(meanings.objects.get(subject.name, ""))
    for rule in _RULES.get(model.entity, ()) if model else ():
        columns = _columns(subject, meanings, rule.kinds)
        if columns is not None:
            yield _figure(subject, rule, columns)


def _columns(subject: Subject, meanings: Meanings, kinds: Sequence[str]) -> tuple[str, ...] | None:
    found = []
    for kind in kinds:
        named = (c for c in subject.staged.columns if meanings.of(subject.name, c).kind == kind)
        column = next(named, None)
        if column is None:
            return None
        found.append(column)
    return tuple(found)


def _figure(subject: Subject, rule: _Rule, columns: tuple[str, ...]) -> DuplicateFigure:
    folded = [_folded(subject.staged.column(c), kind) for c, kind in zip(columns, rule.kinds, strict=True)]
    keys = pl.DataFrame([pl.Series(str(at), values) for at, values in enumerate(folded)]).drop_nulls()
    sizes = keys.group_by(keys.columns).len().filter(pl.col("len").is_between(2, _MOST))["len"].to_list()
    counted = Counter(sizes)
    return DuplicateFigure(
        source=subject.name,
        rule=rule.name,
        columns=columns,
        rows=sum(sizes),
        groups=len(sizes),
        surplus=sum(sizes) - len(sizes),
        sizes={str(size): counted[size] for size in sorted(counted)},
    )


def _folded(values: pl.Series, kind: str) -> pl.Series:
    """What two writings of one value have in common; null where it identifies nobody."""
    text = values.str.strip_chars()
    nobody = identify_nobody(text, kind)
    if kind == "phone":
        digits = text.str.replace_all(r"\D", "")
        text = digits.set(digits.str.len_bytes() < _DIGITS, None).str.tail(_DIGITS)
    elif kind == "url":
        text = (
            text.str.to_lowercase().str.replace(r"^https?://", "").str.replace(r"^www\.", "").str.extract(r"^([^/?]+)")
        )
    else:
        text = text.str.to_lowercase().str.replace_all("ı", "i").str.replace_all("i̇", "i")
        text = text if kind == "email" else text.str.replace_all(r"[\s.,&'’-]+", "")
    return text.set(nobody | (text == "").fill_null(False), None)
