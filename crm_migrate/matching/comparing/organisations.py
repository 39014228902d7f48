"""What organisations are compared by: name, web presence, telephone, tax number, street and place.

Two records that agree in some of these and are two organisations stand in a context (`weights`):

building: one address; name, telephone, web site and number are others.  lobby: the telephone is shared, too.
group: subsidiaries with one web site, one address; the names have words of their own.
chain: sites of one name and web site at other addresses, with other telephones.
branch: sites with one telephone in other places; door: in one place.
office: whoever answers the telephone of many.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from crm_migrate.cleansing import is_free_mail
from crm_migrate.matching.comparing import company_names, folding, kernels
from crm_migrate.matching.comparing.comparison import Compared, Comparison, Levels, Pairs, by_value, simple
from crm_migrate.matching.comparing.terms import Codes, Terms, encode

WEB = ("missing", "different", "host vaguely alike", "host alike", "host equal", "mailbox alike", "mailbox equal")
_APART = {
    "company_name": "building lobby group office",
    "web": "building lobby office",
    "phone": "building chain",
    "tax_id": "building lobby group office",
    "street": "chain branch door office",
    "place": "chain branch",
}
# The largest believable shares of matches that differ, by what is known of companies; chosen while early_childhood and
# restaurants were looked at.
_DIFFERS = {"company_name": 0.2, "phone": 0.35, "web": 0.35, "tax_id": 0.1, "street": 0.05, "place": 0.35}
_SURE = ("company_name", "tax_id")  # whose names and numbers both differ is another company
_OTHER_DOOR = (1, 3, 4, 5)  # levels of `composites.STREET` with another house number


def named(name: pl.Series) -> tuple[Comparison, Terms]:
    """The comparison of company names, and the folded names."""
    terms = encode(folding.company(name))[0]
    kernel = company_names.CompanyNames(terms.texts.to_list())
    return _in_context(
        simple("company_name", [terms], kernel, company_names.LEVELS, unlike=company_names.UNLIKE)
    ), terms


def numbered(kind: str, columns: list[Terms]) -> Comparison:
    """The comparison of telephones or tax numbers."""
    return _in_context(simple(kind, columns, kernels.codes, kernels.CODE))


def placed(street: Comparison | None, place: Comparison | None) -> list[Comparison]:
    """Street and place as organisations differ in them."""
    found = [] if street is None else [replace(_in_context(street), unlike=_OTHER_DOOR)]
    return found if place is None else [*found, _in_context(place)]


def _in_context(comparison: Comparison) -> Comparison:
    name = comparison.name
    return replace(comparison, apart=_APART[name], differs=_DIFFERS[name], sure=name in _SURE)


def web(emails: list[pl.Series], urls: list[pl.Series]) -> tuple[Comparison, dict[str, Codes]]:
    """Mailboxes and web sites say one thing twice: the host; a host of consumer mail says nothing."""
    boxes = [folding.email(column) for column in emails]
    hosts = encode(*[folding.domain(column) for column in urls], *map(own_host, boxes))
    mailboxes = encode(*boxes) if boxes else []
    comparison = _in_context(_web(hosts, mailboxes))
    anchors = {"url": hosts[0].codes}
    if mailboxes:
        anchors |= {"email": mailboxes[0].codes, "host": hosts[len(urls)].codes}
    return comparison, anchors


def own_host(mailbox: pl.Series) -> pl.Series:
    """The host of a folded mailbox; null where it is one of consumer mail."""
    host = mailbox.str.extract(r"@([^@]+)$")
    return host.set(is_free_mail(mailbox).fill_null(False), None)


def _web(hosts: list[Terms], mailboxes: list[Terms]) -> Comparison:
    size = len(hosts[0].texts)

    def compare(i: Codes, j: Codes) -> Compared:
        levels = np.zeros(len(i), dtype=np.uint8)
        agreed = np.full(len(i), -1, dtype=np.int64)
        for left, right in ((x, y) for x in hosts for y in hosts):
            a, b = left.codes[i], right.codes[j]
            found = by_value(a, b, left, _hosts, 4)
            agreed = np.where((found == 4) & (levels < 4), a, agreed)
            levels = np.maximum(levels, found)
        for left, right in ((x, y) for x in mailboxes for y in mailboxes):
            a, b = left.codes[i], right.codes[j]
            found = by_value(a, b, left, _mailboxes, 6)
            agreed = np.where((found >= 5) & (levels < found), np.where(found == 6, a + size, -1), agreed)
            levels = np.maximum(levels, found)
        return Compared(levels, agreed)

    vocabulary = [(np.concatenate([h.codes for h in hosts]), size)]
    if mailboxes:
        vocabulary.append((np.concatenate([m.codes for m in mailboxes]), len(mailboxes[0].texts)))
    cost = sum(known for _, known in vocabulary)
    return Comparison("web", WEB, compare, "", tuple(vocabulary), cost=cost)


def _hosts(pairs: Pairs) -> Levels:
    levels = np.where(kernels.codes(pairs) == 3, 3, 1)
    return np.maximum(levels, np.where(kernels.texts(pairs) >= 3, 2, 1)).astype(np.uint8)


def _mailboxes(pairs: Pairs) -> Levels:
    return np.where(kernels.codes(pairs) == 3, 5, 1).astype(np.uint8)
