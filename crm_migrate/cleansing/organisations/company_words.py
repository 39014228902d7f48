"""Whether a text in a person's field is the name of a company: legal forms, and words that only companies have."""

import re

from crm_migrate.cleansing.organisations.legal_forms import FRONT, GLUED, form_key, forms
from crm_migrate.cleansing.people.person_words import COMPANY_WORDS, PARTICLES, SUFFIXES
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import words

# Forms that are also names, initials or degrees when written without dots.
_UNSURE = words("legal_unsure")


_AND_SONS = re.compile(
    r"(?:&|\+|\band|\bund|\bet|\by|\bve)\s*(?:co|cie|cia|sons?|sohne?|soehne|tochter|brothers|bros|fils|freres|hijos|hermanos|figli|"
    r"ogullari|ortaklari|partners?|associates|partner)\b\.?$"
)


def is_company(text: str, locale: str = "en") -> bool:
    """A legal form at the end (or front), or a word such as `Holding`, `Sanayi`, in a text of two words or more."""
    if GLUED.search(text.strip()):
        return True
    behind = _given_behind(text, locale)
    if behind is not None:
        return bool(behind) and any(w in COMPANY_WORDS for w in re.findall(r"[^\W\d_]+", fold(behind)))
    words = re.split(r"[\s,]+", text.strip())
    if len(words) < 2:
        return False
    for length in range(min(5, len(words) - 1), 0, -1):
        tail = " ".join(words[-length:])
        if form_key(tail) in forms() and _is_sure(tail, locale) and not _is_degree(tail, locale):
            return True
    front = form_key(words[0])
    if (
        front in FRONT
        and (words[0].isupper() or words[0].endswith("."))
        and (front not in {"as", "ab", "mb", "ij", "ik", "oy"})
    ):
        return locale[:2] not in {"en"} or front in {"pt", "cv", "ooo", "ооо", "oao", "zao"}
    if _AND_SONS.search(fold(text)):
        return True
    return any(w in COMPANY_WORDS for w in re.findall(r"[^\W\d_]+", fold(text)))


# Where companies put a comma before `S.A.`, `S.L.` (the register of Spain does).
_COMMA_BEFORE_FORM = frozenset(("es", "ca", "gl", "eu", "pt"))
_ONE_NAME = re.compile(
    r"((?:[^\W\d_]{1,4}\s+){0,3})([^\W\d_][^\s,]*(?:\s+(?:jr|sr|ii|iii|iv)\.?)?)\s*,\s*(\S[^,]*)", re.IGNORECASE
)


def _given_behind(text: str, locale: str) -> str | None:
    """What follows the comma where that is a given name behind one family name (`Church, Frank`, `Smith, A.S.`).

    None where it is a legal form, or where the text has another shape. Two letters are initials or a short name:
    nobody writes a comma before the form there, save in Spain and Portugal.
    """
    found = _ONE_NAME.fullmatch(text.strip())
    if found is None or not all(fold(word) in PARTICLES for word in found[1].split()):
        return None
    given = found[3].strip()
    key = form_key(given)
    if key not in forms():
        return None if any(form_key(word) in forms() and len(form_key(word)) > 2 for word in given.split()) else given
    letters = sum(c.isalpha() for c in given)
    if letters == 2:
        return None if locale[:2] in _COMMA_BEFORE_FORM and ("." in given or given.isupper()) else given
    return given if given.isalpha() and given.istitle() and key in _UNSURE else None


def _is_degree(form: str, locale: str) -> bool:
    """`S.H.`, `S.E.`, `Sp.A.` behind Indonesian and Malay names are degrees."""
    return locale[:2] in {"id", "ms"} and (("." in form and form_key(form) in SUFFIXES) or form.startswith("Sp."))


# The land in whose language a form that is a name elsewhere (`Jan Sas`) is a form however it is written.
_AT_HOME = {"spa": ("it",), "sas": ("fr", "it"), "sia": ("lv",), "oy": ("fi",), "ou": ("et",), "lda": ("pt",)}


def _is_sure(form: str, locale: str) -> bool:
    """Dots, several words, or a form that is no name."""
    key = form_key(form)
    if key not in _UNSURE or locale[:2] in _AT_HOME.get(key, ()):
        return True
    return (
        form.count(".") > 1
        or "/" in form
        or (form.isupper() and key in {"ag", "kg", "ug", "nv", "bv", "oy", "ab", "sa", "sas", "spa", "sia", "ou", "pt"})
    )
