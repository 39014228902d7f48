"""One value masked by its semantic type: deterministic, same length, same shape, differences still visible.

`ayse@firma.example` becomes `a***@f****.example`, `Ayşe Yılmaz` `A*** Y*****`, `+90 212 000 00 00` `+90 *** *** ** **`.
A company's name stays where its legal form says that it is a company; without one it may be that of a person in
business. Hidden characters in which expected and actual differ are `○` in the expected and `●` in the actual value.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from crm_migrate.cleansing.contact.web import is_public_suffix
from crm_migrate.cleansing.organisations.legal_forms import form_key, without_form
from crm_migrate.crm.types import TYPES, Mask, type_of
from crm_migrate.pseudonyms.reach import ADDRESS, PHONE
from crm_migrate.reports.changes import changes
from crm_migrate.reports.visible import cut

HIDDEN, EXPECTED, ACTUAL = "*", "○", "●"

_LOOSE_ADDRESS = re.compile(r"[^\s@<>()\[\],;:'\"‘’“”=]*@[^\s<>()\[\],;'\"‘’“”]*")
_QUOTED = re.compile(
    r"‘([^’]+)’|“([^”]+)”|\"([^\"]+)\"|(?<!\w)'([^']+)'(?!\w)|«([^»]+)»|„([^“”]+)[“”]|(?<==)\(([^)]+)\)"
)

# Most values are of these letters, and there a pattern is fast; all others go letter by letter.
_LATIN = re.compile(r"[\x00-\x7fÀ-ɏ]*")
_LETTER = re.compile(r"[^\W_]")
_INNER = re.compile(r"(?<=[^\W_])[^\W_]|\d")

# Legal forms of one person in business: Germany, France, the North, the Netherlands, Indonesia, Brazil, the Balkans ...
_OF_ONE_PERSON = frozenset(
    map(
        form_key,
        (
            "e.K.", "e.Kfm.", "Einzelunternehmen", "EI", "ENK", "Tmi", "Eenmanszaak", "UD", "MEI", "ME", "PFA", "Î.I.",
            "ET", "ЕТ", "s.p.", "obrt", "ИП", "ФОП", "ЧП", "IK", "IĮ", "OPC",
        ),
    )
)  # fmt: skip


def mask(text: str, type_name: str = "") -> str:
    """Hide a personal value; the result has the same length."""
    if not is_personal(type_name):
        return readable(text, type_name)
    return _MASKS[TYPES[type_name].mask if type_name in TYPES else _UNTYPED.get(type_name, "shape")](text)


def is_personal(type_name: str) -> bool:
    """Whether values of a semantic type may be masked; those of an unknown type are."""
    return type_name not in TYPES or TYPES[type_name].mask != ""


def _guess(text: str) -> str:
    if ADDRESS.fullmatch(text):
        return _email(text)
    return _phone(text) if text[:1] == "+" else _words(text)


def _hides(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _all(text: str) -> str:
    if _LATIN.fullmatch(text):
        return _LETTER.sub(HIDDEN, text)
    return "".join(HIDDEN if _hides(c) else c for c in text)


def _words(text: str) -> str:
    """Letters after the first of each word, and every digit."""
    if _LATIN.fullmatch(text):
        return _INNER.sub(HIDDEN, text)
    before = " " + text
    return "".join(HIDDEN if _hides(c) and (not c.isalpha() or _hides(before[i])) else c for i, c in enumerate(text))


def _email(text: str) -> str:
    """A mailbox keeps its initials and its top domain; what is none may hold anything, and keeps initials only."""
    if not ADDRESS.fullmatch(text.strip()):
        return _words(text)
    local, at, domain = text.rpartition("@")
    host, dot, top = domain.rpartition(".")
    return _first(local) + at + _first(host) + dot + (top if _is_top(top.rstrip().lower()) else _first(top))


_RESERVED = frozenset({"example", "test", "invalid", "local", "localhost"})


@cache
def _is_top(label: str) -> bool:
    """Whether somebody may register names under the label; anything else behind the last dot may be a surname."""
    return label in _RESERVED or is_public_suffix(label)


def _first(text: str) -> str:
    return text[:1] + _all(text[1:])


def _phone(text: str) -> str:
    keep = 3 if text[:1] == "+" else 0
    return text[:keep] + _all(text[keep:])


def _iban(text: str) -> str:
    return text[:2] + _all(text[2:]) if text[:2].isalpha() else _all(text)


def _company(text: str) -> str:
    bare = without_form(text)
    form = form_key(text.replace(bare, "", 1))
    return text if form and form not in _OF_ONE_PERSON else _words(text)


_UNTYPED: dict[str, Mask] = {"sensitive": "all"}  # what a mapping declares beside the types; all else by its looks
_MASKS: dict[Mask, Callable[[str], str]] = {
    "shape": _guess,
    "mailbox": _email,
    "phone": _phone,
    "iban": _iban,
    "all": _all,
    "company": _company,
}


def scrub(text: str, *, quoted: bool = True) -> str:
    """A text of unknown making without mailboxes, telephone numbers and, where `quoted`, what stands in quotes."""
    if quoted:
        text = _QUOTED.sub(lambda m: m.group(0)[0] + _guess(m.group(0)[1:-1]) + m.group(0)[-1], text)
    return PHONE.sub(lambda m: _phone(m.group(0)), without_addresses(text))


def readable(text: str, type_name: str) -> str:
    """A value that is not personal by its type: as it is, but for a mailbox or a number that strayed into its cell."""
    strays = type_of(type_name).strays
    text = without_addresses(text) if "mailbox" in strays else text
    if "phone" not in strays or _is_decimal(text):
        return text
    return PHONE.sub(lambda m: _phone(m.group(0)), text)


def _is_decimal(text: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.,' ]+", text) is not None and not text.startswith(("+", "00"))


def without_addresses(text: str) -> str:
    """The text with every mailbox in it masked, also a malformed one."""
    return _LOOSE_ADDRESS.sub(lambda m: _email(m.group(0)), text) if "@" in text else text


def hidden(text: str | None, type_name: str) -> str | None:
    """A value masked as far as reports show it; what was cut from a long one stays counted."""
    if text is None:
        return None
    start, rest = cut(text)
    return mask(start, type_name) + rest


def pair(expected: str | None, actual: str | None, types: tuple[str, str]) -> tuple[str | None, str | None]:
    """Expected and actual, each masked by its type, with the hidden characters that differ marked."""
    if expected is None or actual is None:
        return hidden(expected, types[0]), hidden(actual, types[1])
    (one, one_rest), (other, other_rest) = cut(expected), cut(actual)
    left, right = list(mask(one, types[0])), list(mask(other, types[1]))
    for a0, a1, b0, b1 in changes(one, other):
        left[a0:a1] = [EXPECTED if c == HIDDEN else c for c in left[a0:a1]]
        right[b0:b1] = [ACTUAL if c == HIDDEN else c for c in right[b0:b1]]
    return "".join(left) + one_rest, "".join(right) + other_rest
