"""Values that identify nobody, by semantic type: what people and forms write to get past a field that must be filled.

Looked at on the raw value or on its matching key; two records that share such a value share nothing.
"""

import re
from collections.abc import Callable
from functools import cache

from crm_migrate.cleansing.contact.mailboxes import FREE_MAIL, domain_flag, local_flag, same_filler
from crm_migrate.cleansing.contact.phone_columns import WALKS
from crm_migrate.cleansing.nulls import PEOPLE, PROGRAMS
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import phrases, words
from crm_migrate.crm.types import Nobody, type_of


def _folded(text: str) -> str:
    """Letters and digits, one blank between words."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(text)).split())


def _phrases(*names: str) -> frozenset[str]:
    return frozenset(_folded(phrase) for name in names for phrase in phrases(name)) - {""}


# Said in any column instead of a value.
WORDS = _phrases("placeholder_words")
# Of names nothing more is known to be one: there are people called Null, Na and Bos.
_NAMES = _phrases("name_nobody")
_ALSO_NAMES = frozenset(("na", "nan"))  # Korean and Burmese ones; `n/a` is none
_COMPANIES = _phrases("company_fillers", "no_company")
_SHARED_HOSTS = words("shared_hosts")
_SENTINEL_DAYS = words("sentinel_days")
_MAILBOXES = ("test@", "noreply@", "no-reply@", "donotreply@", "do-not-reply@", "noemail@", "none@", "yok@", "asdf@")
_LEAST_TAX, _LEAST_IBAN, _LEAST_PHONE = 5, 15, 6  # characters; shorter ones tell nobody from others
# One digit among zeros, or two or three digits again and again: `1212121212`, `1231231231`.
_RHYTHM = re.compile(r"0*[1-9]0*|(\d{2})\1{2,}\d?|(\d{3})\2{2,}\d{0,2}")
_LEAST_RUN = 7  # digits of one kind at the end of a phone number, or all of an id


def is_placeholder(value: str, kind: str) -> bool:
    """Whether a value (or its matching key) of a semantic type (`crm.types`) identifies nobody."""
    folded, nobody = _folded(value), type_of(kind).nobody
    if not folded or (folded in WORDS and not (nobody == "name" and folded in _ALSO_NAMES)):
        return True
    return nobody != "" and _RULES[nobody](value, folded)


@cache
def _nothing() -> frozenset[str]:
    """Words for nothing of programs and people, letters and digits only; of one letter (`\\N`) too little is left."""
    bare = (re.sub(r"[\W_]+", "", fold(word)) for word in PROGRAMS | PEOPLE)
    return frozenset(word for word in bare if len(word) > 1)


def vocabulary() -> frozenset[str]:
    """All words that identify nobody in some type, folded."""
    return WORDS | _NAMES | _COMPANIES | _nothing()


def sentinel_days() -> frozenset[str]:
    """Days that programs write for no date, ISO 8601."""
    return frozenset(_SENTINEL_DAYS)


def is_known_filler(value: str) -> bool:
    """A value that nobody's own can be: words for nothing, one digit repeated, a walk over the keys."""
    bare = re.sub(r"[\W_]+", "", fold(value))
    return bare in _nothing() or _folded(value) in WORDS or _is_walk(bare) or len(set(bare)) <= 1


def _is_walk(bare: str) -> bool:
    return bare in WALKS or bare.lstrip("0") in WALKS


def _code(value: str, least: int) -> bool:
    """A number of an authority: long enough, with digits, none repeated, counted up or down, or `1000000000`."""
    bare = re.sub(r"[\W_]+", "", fold(value))
    digits = re.sub(r"\D", "", bare)
    if bare in _nothing() or not digits or len(bare) < least:
        return True
    return len(set(digits)) == 1 or _is_walk(digits) or (bare.isdigit() and _RHYTHM.fullmatch(digits) is not None)


def _phone(value: str, _: str) -> bool:
    digits = re.sub(r"\D", "", value.partition(";")[0])
    run = re.search(rf"(\d)\1{{{_LEAST_RUN - 1},}}$", digits)
    return (
        len(digits) < _LEAST_PHONE
        or len(set(digits)) == 1
        or run is not None
        or any(_is_walk(digits[code:]) for code in range(3))
    )


def _email(value: str, _: str) -> bool:
    mailbox = value.strip().lower()
    local, at, domain = mailbox.rpartition("@")
    if not at:
        return True  # a text that is no mailbox
    flags = (local_flag(local), domain_flag(domain), same_filler(local, domain))
    return mailbox.startswith(_MAILBOXES) or any(flag and flag[0] == "placeholder" for flag in flags)


def _host(value: str, _: str) -> bool:
    """Hosts of forms and of everybody: two firms with a page there are not one."""
    host = re.sub(r"^[a-z]+://|^www\.|[/:?#].*$", "", value.strip().lower().rpartition("@")[2])
    host = host.removeprefix("www.")
    flag = domain_flag(host)
    return "." not in host or host in _SHARED_HOSTS or host in FREE_MAIL or bool(flag and flag[0] == "placeholder")


def _name(_: str, folded: str) -> bool:
    return folded in _NAMES or (len(folded) > 2 and len(set(folded)) == 1)


def _date(value: str, _: str) -> bool:
    return value[:10].replace(" ", "-") in _SENTINEL_DAYS  # a matching key has blanks


def _id(_: str, folded: str) -> bool:
    """Who numbers records comes by 111 and 12345 in turn, by ten ones never."""
    bare = folded.replace(" ", "")
    return bare in _nothing() or set(bare) == {"0"} or (len(bare) >= _LEAST_RUN and len(set(bare)) == 1)


_RULES: dict[Nobody, Callable[[str, str], bool]] = {
    "tax_number": lambda value, _: _code(value, _LEAST_TAX),
    "iban": lambda value, _: _code(value, _LEAST_IBAN),
    "phone": _phone,
    "mailbox": _email,
    "host": _host,
    "day": _date,
    "company": lambda _, folded: folded in _COMPANIES or folded.replace(" ", "") in _nothing(),
    "name": _name,
    "id": _id,
    "postal_code": lambda _, folded: len(folded) > 2 and len(set(folded)) == 1,
}
