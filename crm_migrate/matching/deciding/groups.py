"""Groups: records that share a home, a contact point or a name without being one; reported, never merged.

Who is somebody else is taken from the clusters, split where their records contradict each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from crm_migrate.cleansing import is_free_mail, is_role_mailbox
from crm_migrate.matching.comparing.facts import Facts, given_and_family
from crm_migrate.matching.comparing.terms import Codes, distinct, encode, joint, numbered

# Chosen for what they mean, not measured: groups are listed, and nothing is merged for them.
KINDS = ("household", "shared_mailbox", "shared_phone", "switchboard", "agency", "company_group", "sites")
_SEVERAL = 3  # entities behind one number or mailbox that are an office, not a family
_FEW_FIRMS = 6  # firms that share the first word of their names: more share it by chance
_TELLING = 4  # letters of a word that can be a name


@dataclass(frozen=True, slots=True)
class Group:
    """Rows (ascending) of several persons or organisations, its kind (one of `KINDS`), and what they share."""

    kind: str
    shared_value: str
    members: tuple[int, ...]


def groups(facts: Facts, entities: Codes, doors: Codes, companies: Codes) -> tuple[Group, ...]:
    """All groups, kind by kind, by their smallest member; `entities` is who each row is.

    Companies with records at several `doors` are groups of the kind `sites`.
    """
    if facts.raw("company_name"):
        found = [*_company_groups(facts, entities), *_contacts(facts, entities, facts.first("company_name"))]
        found += _sites(facts, doors, companies)
    else:
        found = [*_households(facts, entities), *_contacts(facts, entities, facts.first("employer"))]
    return tuple(sorted(found, key=lambda g: (KINDS.index(g.kind), g.members, g.shared_value)))


def _households(facts: Facts, entities: Codes) -> Iterator[Group]:
    """People of one family name at one address."""
    family = given_and_family(facts)[1]
    home = _address(facts)
    key = joint(encode(family)[0].codes, encode(home)[0].codes)
    for members in _shared(key, entities, 2):
        yield Group("household", f"{_cell(facts, 'family_name', members, family)}, {home[members[0]]}", members)


def _address(facts: Facts) -> pl.Series:
    """Street, house number and town or postal code as one text; null where street or town is missing."""
    parts = pl.DataFrame({"street": facts.first("street"), "number": facts.first("house_number")})
    parts = parts.with_columns(town=facts.first("city").fill_null(facts.first("postal_code")))
    numbered = pl.col("street").str.contains(r"\d") | pl.col("number").is_not_null()
    line = pl.concat_str([pl.col("street"), pl.col("number")], separator=" ", ignore_nulls=True)
    return parts.select(
        pl.when(numbered & pl.col("street").is_not_null()).then(line + ", " + pl.col("town"))
    ).to_series()


def _contacts(facts: Facts, entities: Codes, firms: pl.Series) -> Iterator[Group]:
    """Mailboxes and numbers that several have: a family's, an office's, an agency's that stands for several firms."""
    # Firms of one first word are one group with one switchboard, not several that an agency stands for.
    firm = encode(firms.str.split(" ").list.first())[0].codes
    family = encode(given_and_family(facts)[1])[0].codes
    for kind in ("email", "phone"):
        for key, values in _columns(facts, kind):
            for members in _shared(key, entities, 2):
                yield Group(_contact_kind(kind, members, values, entities, family, firm), values[members[0]], members)


def _contact_kind(
    kind: str, members: tuple[int, ...], values: pl.Series, entities: Codes, family: Codes, firm: Codes
) -> str:
    rows = np.array(members)
    several = len(np.unique(entities[rows])) >= _SEVERAL
    role = kind == "email" and bool(is_role_mailbox(values[members[:1]])[0])
    if several and not role and len(np.unique(firm[rows][firm[rows] >= 0])) >= _SEVERAL:
        return "agency"
    if kind == "email":
        return "shared_mailbox"
    related = (family[rows] == family[rows[0]]).all() and family[rows[0]] >= 0
    return "switchboard" if several and not related else "shared_phone"


def _columns(facts: Facts, kind: str) -> Iterator[tuple[Codes, pl.Series]]:
    """Per column of contact points its codes and its values."""
    for column in facts.folded(kind):
        yield encode(column)[0].codes, column


def _company_groups(facts: Facts, entities: Codes) -> Iterator[Group]:
    """Firms of one domain, or of one telling first word of their names."""
    for key, values in _domains(facts):
        for members in _shared(key, entities, 2):
            yield Group("company_group", str(values[members[0]]), members)
    words = facts.first("company_name").str.split(" ").list.first()
    words = words.set(words.str.len_chars() < _TELLING, None)
    for members in _shared(encode(words)[0].codes, entities, 2, _FEW_FIRMS):
        yield Group("company_group", str(words[members[0]]), members)


def _sites(facts: Facts, doors: Codes, companies: Codes) -> Iterator[Group]:
    """Records of one company at several addresses, by its name."""
    names = facts.first("company_name")
    for members in _shared(companies, doors, 2):
        named = [row for row in members if names[row] is not None]
        yield Group("sites", _cell(facts, "company_name", tuple(named) or members, names), members)


def _domains(facts: Facts) -> Iterator[tuple[Codes, pl.Series]]:
    """Hosts of web and mail addresses that are a firm's own."""
    hosts = [*facts.folded("url"), *(column.str.extract(r"@(.+)$") for column in facts.folded("email"))]
    for host in hosts:
        own = host.set(is_free_mail(host), None)
        yield encode(own)[0].codes, own


def _shared(key: Codes, entities: Codes, least: int, most: int | None = None) -> Iterator[tuple[int, ...]]:
    """Rows of each key that at least (and at most) so many entities have."""
    known = np.flatnonzero(key >= 0)
    number = numbered(key[known])[1]
    width = int(entities.max(initial=0)) + 1
    several = np.bincount(distinct(number * width + entities[known]) // width)
    wanted = (several >= least) & (several < most) if most else several >= least
    chosen = np.flatnonzero(wanted[number])
    chosen = chosen[np.lexsort((known[chosen], number[chosen]))]
    if len(chosen):
        starts = np.flatnonzero(np.diff(number[chosen])) + 1
        yield from (tuple(members.tolist()) for members in np.split(known[chosen], starts))


def _cell(facts: Facts, kind: str, members: tuple[int, ...], folded: pl.Series) -> str:
    """How the first member wrote it, or its folded form where it stands in no column of its own."""
    raw = facts.raw(kind)
    written = raw[0][members[0]] if raw else None
    return str(written if written is not None else folded[members[0]])
