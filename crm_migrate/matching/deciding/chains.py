"""Chains: one name, web site or tax number at many doors, whose shops are customers of their own.

What all shops of a chain have in common says which chain a record belongs to, and not which of its shops it is. That is
said by an address, or by a telephone that stands at few doors.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.facts import Facts
from crm_migrate.matching.comparing.organisations import own_host
from crm_migrate.matching.comparing.terms import Codes, encode, numbered
from crm_migrate.matching.deciding.evidence import KINDS, STRONG, Weighed
from crm_migrate.matching.weighing.sites import DOORS

Flags = npt.NDArray[np.bool_]
_DOORS = ("postal_code", "city", "street")
_SLIPS = 20  # one cell in so many has a slip; chosen: what fewer rows say is no door


def of_a_chain(pairs: Weighed, facts: Facts) -> Flags:
    """Pairs of companies that agree in what a whole chain has in common, and in nothing that one shop has."""
    flags = np.zeros(len(pairs.i), dtype=bool)
    if not facts.raw("company_name"):
        return flags
    doors = [codes for kind in _DOORS for codes in _codes(facts, kind)]
    phones = _codes(facts, "phone")
    for columns in _common(facts):
        flags |= _agree(pairs, columns, lambda codes: _doors(codes, [*doors, *phones]) > DOORS)
    flags &= ~_agree(pairs, phones, lambda codes: _doors(codes, doors) <= 1)
    return np.asarray(flags & (pairs.kinds[:, KINDS.index("place")] < STRONG))


def _common(facts: Facts) -> list[list[Codes]]:
    """Columns of names, of hosts and of tax numbers, each kind by one code."""
    hosts = [*facts.folded("url"), *map(own_host, facts.folded("email"))]
    kinds = (facts.folded("company_name"), hosts, facts.folded("tax_id"))
    return [[terms.codes for terms in encode(*columns)] for columns in kinds if columns]


def _codes(facts: Facts, kind: str) -> list[Codes]:
    columns = facts.folded(kind)
    return [terms.codes for terms in encode(*columns)] if columns else []


def _agree(pairs: Weighed, columns: Sequence[Codes], wanted: Callable[[Codes], Flags]) -> Flags:
    """Pairs that have one value in one of the columns, and it is wanted."""
    flags = np.zeros(len(pairs.i), dtype=bool)
    for codes in columns:
        a = codes[pairs.i]
        met = np.flatnonzero((a >= 0) & (a == codes[pairs.j]))
        flags[met] |= wanted(codes)[a[met]]
    return flags


def _doors(codes: Codes, columns: Sequence[Codes]) -> npt.NDArray[np.int64]:
    """Per value the most different things that one of the columns says of it."""
    rows = np.bincount(codes[codes >= 0])
    most = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        known = (codes >= 0) & (column >= 0)
        width = int(column.max(initial=0)) + 1
        pair, at = numbered(codes[known].astype(np.int64) * width + column[known])
        often = np.bincount(at, minlength=len(pair)) * _SLIPS >= rows[pair // width]
        most = np.maximum(most, np.bincount(pair[often] // width, minlength=len(rows)))
    return most
