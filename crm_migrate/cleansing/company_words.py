"""Whether a text in a person's field is the name of a company: legal forms, and words that only companies have."""

import re

from crm_migrate.cleansing.legal_forms import FRONT, GLUED, form_key, forms
from crm_migrate.cleansing.letters import fold
from crm_migrate.cleansing.person_words import COMPANY_WORDS, SUFFIXES
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
    words = re.split(r"[\s,]+", text.strip())
    if len(words) < 2:
        return False
    for length in range(min(5, len(words) - 1), 0, -1):
        tail = " ".join(words[-length:])
        if form_key(tail) in forms() and _is_sure(tail) and not _is_degree(tail, locale):
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


def _is_degree(form: str, locale: str) -> bool:
    """`S.H.`, `S.E.`, `Sp.A.` behind Indonesian and Malay names are degrees."""
    return locale[:2] in {"id", "ms"} and (("." in form and form_key(form) in SUFFIXES) or form.startswith("Sp."))


def _is_sure(form: str) -> bool:
    """Dots, several words, or a form that is no name."""
    key = form_key(form)
    if key not in _UNSURE:
        return True
    return (
        form.count(".") > 1
        or "/" in form
        or (form.isupper() and key in {"ag", "kg", "ug", "nv", "bv", "oy", "ab", "sa"})
    )
