"""Whom a text would reach: the mailboxes and telephone numbers in it that can be delivered to, or dialled.

Undeliverable are the domains that RFC 2606 and RFC 6761 reserve, and numbers behind +999, a country code that ITU-T
E.164 reserves and nobody has. Everything else reaches somebody, unless it is on the list of those who expect it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

Means = Literal["mailbox", "phone"]

ADDRESS = re.compile(r"[^\s@<>()\[\],;:'\"‘’“”]+@[^\s@<>()\[\],;:'\"‘’“”]+\.[^\s@<>()\[\],;:'\"‘’“”\d.]{2,}")
PHONE = re.compile(r"(?<![\w.-])(?:\+|00|0|\()(?:[ ()/.-]*\d){8,}(?![\w-])")
_NUMBER = re.compile(r"\+?\d(?:[^\d\n]{0,3}\d){6,}")  # whatever stands in a field of numbers and could be dialled
_DAY = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")  # with its hour it has as many digits as a number

_RESERVED = frozenset({"invalid", "test", "example", "localhost"})
_RESERVED_HOSTS = frozenset({"example.com", "example.net", "example.org"})
NOWHERE = "999"  # the country code
_LONGEST = 15  # digits of E.164


@dataclass(frozen=True, slots=True)
class Allowed:
    """Those who expect to be reached: mailboxes, whole domains (`@ourcompany.example`) and numbers (`+90...`)."""

    entries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Collection[str]) -> "Allowed":
        """From the list as it is written."""
        return cls(frozenset(entry.strip().lower() for entry in entries))

    def __contains__(self, address: object) -> bool:
        text = str(address).strip().lower()
        return bool(self.entries) and (text in self.entries or f"@{text.rpartition('@')[2]}" in self.entries)


def reached(text: str, means: Collection[Means], allowed: Allowed, *, field: Means | None = None) -> list[Means]:
    """By which of these means somebody is reached who does not expect it; `field` is what the whole text should be."""
    found: list[Means] = []
    if "mailbox" in means and any(map(_delivered, _not_in(allowed, ADDRESS.findall(text)))):
        found.append("mailbox")
    if "phone" in means and any(map(_dialled, _not_in(allowed, _numbers(text, field == "phone")))):
        found.append("phone")
    return found


def _not_in(allowed: Allowed, addresses: list[str]) -> Iterator[str]:
    return (address for address in addresses if address not in allowed)


def _numbers(text: str, strict: bool) -> list[str]:
    """The numbers in a text as digits, with a `+` where one stands before them."""
    found = (_NUMBER if strict else PHONE).findall(text if strict else _DAY.sub(" ", text))
    return [("+" if number[0] == "+" else "") + re.sub(r"\D", "", number) for number in found]


def _delivered(mailbox: str) -> bool:
    host = mailbox.rpartition("@")[2].rstrip(".").lower()
    labels = host.split(".")
    return labels[-1] not in _RESERVED and ".".join(labels[-2:]) not in _RESERVED_HOSTS


def _dialled(number: str) -> bool:
    """Without a `+` or 00 only what is as long as a pseudonym is taken for one."""
    digits = number.lstrip("+").removeprefix("00")
    return not (digits.startswith(NOWHERE) and (digits != number or len(digits) == _LONGEST))
