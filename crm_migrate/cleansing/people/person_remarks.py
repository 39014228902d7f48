"""Remarks in a person's field beside the name: deceased, do not call, dup, a job, a mailbox, a phone number."""

import re

from crm_migrate.cleansing.people.person_words import DEPARTMENTS
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.text.note_flags import note_flags
from crm_migrate.cleansing.vocabulary import phrases, words

_BRACKETED = re.compile(r"\s*[(\[{*<]+([^()\[\]{}<>*]+)[)\]}*>]+\s*")
_TAIL = re.compile(r"\s+(?:[-–—‐‑:/|]+|,(?=\s*(?:deceased|dup|do not)))\s*([^\W\d_][^\d]{2,}(?:\d{4})?)$")
_STARRED = re.compile(r"^\*{2,}\s*([^*]{3,40}?)\s*\*{2,}\s*(?=\S)")
# The same without a sign between: in capitals behind a name that is not.
_LOUD = re.compile(rf"(?<=[a-zß-öø-ÿğışçöü])\s+({'|'.join(phrases('name_remarks_loud'))})$")
_HEAD = re.compile(
    r"^(?:z{2,}|x{2,}|old|alt|inactive|inaktiv|del|delete|do not use|dnu|dup|eski|pasif|yyy+)[\s_:\-.*]+(?=\S)",
    re.IGNORECASE,
)
_DEAD = re.compile(
    r"^(?:the )?(?:deceased|late|verstorbene?r?|merhume?|rahmetli|almarhum(?:ah)?|alm\.|feue?|difunt[oa]|r\.?i\.?p\.?)"
    r"\s+"
    r"(?=\S+\s\S)",
    re.IGNORECASE,
)
_JOB = re.compile(r"\s*(?:,|\s[-–—‐‑|])\s*([^,]{2,40})$")
_JOBS = words("job_titles")
_AT_BIRTH = re.compile(
    r"(?:n[ée]e?|geb|geboren\w*|born|född|født|kızlık soyadı|roz|nata|z domu|rozená|szül|formerly|previously|fka|f/k/a|"
    r"(?:apellido |nome |nom )?(?:de|em) (?:soltera|solteira|jeune fille)|da nubile|meisjesnaam|nama gadis|eski soyadı|"
    r"anciennement|ehemals|ehem|vormals|früher|voorheen|dawniej|dahulu|ur)\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"[†✝]|^\*+|\*+$")
_REMARK_FLAG = {
    "do_not_call": "do_not_contact",
    "do_not_email": "do_not_contact",
    "do_not_mail": "do_not_contact",
    "erase": "erase",
}
_REMARK = re.compile(
    r"^(?:old|alt|new|neu|left|gone|dup(?:licate)?|inactive|test|ex|former|copy|temp|eski|ayrildi|lama|"
    r"ancien|antiguo|retired|vip|see .*)\b",
    re.IGNORECASE,
)
_INNER_EMAIL = re.compile(r"\s*[<(\[]?(?:mailto:)?[^\s<>()\[\]]+@[^\s<>()\[\]]+\.[^\s<>()\[\]]+[>)\]]?\s*")
_INNER_PHONE = re.compile(r"\s*[(\[]?(?:tel\.?:?\s*)?\+?\(?\d[\d\s().\-/]{6,}\d[)\]]?\s*")

# What outweighs what where a cell has several remarks.
_GRAVITY = ("deceased", "erase", "do_not_contact", "email_in_name", "phone_in_name", "suspect")

Found = tuple[str, str, str]


def without_remarks(value: str) -> tuple[str, str | None, str | None]:
    """The name without remarks, the gravest flag of them (None without any), and all their texts."""
    flags, said = [], []
    for finder in (_starred, _contact, _dead, _job, _bracketed, _tail, _loud, _front, _head, _mark):
        found = finder(value)
        if found:
            value, flag, text = found
            flags.append(flag)
            said.append(text)
    return value, min(flags, key=_GRAVITY.index, default=None), "; ".join(said) or None


def _cut(value: str, found: re.Match[str]) -> str:
    return " ".join(f"{value[: found.start()]} {value[found.end() :]}".split())


def _contact(value: str) -> Found | None:
    """A mailbox or a phone number beside the name."""
    for pattern, flag in ((_INNER_EMAIL, "email_in_name"), (_INNER_PHONE, "phone_in_name")):
        found = pattern.search(value)
        if found:
            return _cut(value, found), flag, found[0].strip(" <>()")
    return None


def _dead(value: str) -> Found | None:
    """`late John Smith`, `merhum Ali Kaya`."""
    found = _DEAD.match(value)
    return (value[found.end() :], "deceased", found[0].strip()) if found else None


def _job(value: str) -> Found | None:
    """`John Smith, CEO`: every word is a job, a department or a small word, and one of them is a job."""
    found = _JOB.search(value)
    keys = re.findall(r"[^\W\d_]+", fold(found[1])) if found else []
    known = all(k in _JOBS or k in DEPARTMENTS or k in {"of", "and", "the", "de"} for k in keys)
    if found is None or not known or not any(k in _JOBS for k in keys):
        return None
    return value[: found.start()], "suspect", found[1]


def _bracketed(value: str) -> Found | None:
    """`John Smith (dup)`."""
    return _by(_BRACKETED, value)


def _loud(value: str) -> Found | None:
    """`John Smith DO NOT CALL`."""
    return _by(_LOUD, value) if value[-1:].isupper() else None


def _tail(value: str) -> Found | None:
    """`John Smith - do not call`."""
    return _by(_TAIL, value)


def _by(pattern: re.Pattern[str], value: str) -> Found | None:
    found = pattern.search(value)
    flag = _flag(found[1]) or (pattern is _BRACKETED and _is_remark(found[1], value) and "suspect") if found else None
    return (_cut(value, found), flag, found[1].strip()) if found and flag else None


def _is_remark(inner: str, value: str) -> bool:
    """Words in brackets that are no nickname: three and more, digits, or small letters beside capitals."""
    if _AT_BIRTH.match(inner):
        return False
    lower = inner[:1].islower() and any(c.isupper() for c in value.replace(inner, ""))
    return len(inner.split()) > 2 or any(c.isdigit() for c in inner) or (lower and len(inner.split()) > 1)


def _front(value: str) -> Found | None:
    """`deceased: John Smith`."""
    found = re.match(r"([^\W\d_][^:]{2,30}):\s+(?=\S)", value)
    flag = _flag(found[1]) if found else None
    return (value[found.end() :], flag, found[1]) if found and flag else None


def _head(value: str) -> Found | None:
    """`zzz_John Smith`: users mark what they do not dare to delete."""
    found = _HEAD.match(value)
    return (value[found.end() :].strip(), "suspect", f"marked {found[0].strip()!r}") if found else None


def _starred(value: str) -> Found | None:
    """`*** DO NOT USE *** John Smith`."""
    found = _STARRED.match(value) if value.startswith("*") else None
    return (value[found.end() :].strip(), _flag(found[1]) or "suspect", found[1]) if found else None


def _mark(value: str) -> Found | None:
    """A cross or asterisks."""
    bare = _MARK.sub("", value).strip()
    if bare == value:
        return None
    return (bare, "deceased", "†") if re.search("[†✝]", value) else (bare, "suspect", "marked with an asterisk")


def _flag(text: str) -> str | None:
    """The flag of a remark, or None where the words belong to the name."""
    flags = note_flags(text)
    if flags:
        first = _REMARK_FLAG.get(flags[0], flags[0])
        return "suspect" if first in {"duplicate", "inactive", "email_invalid"} else first
    return "suspect" if _REMARK.match(fold(text)) else None
