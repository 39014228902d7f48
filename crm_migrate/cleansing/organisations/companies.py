"""Company names: what is none, legal forms in their written form, and the matching key."""

import re
import unicodedata

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.organisations.legal_forms import end_of, usual_case, without_form
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.text.mending import LOST_LETTERS, has_lost_letters, repaired
from crm_migrate.cleansing.text.quotes import without_export_quotes
from crm_migrate.cleansing.vocabulary import phrases, words

_LONGEST = 1000  # characters
_AND = re.compile(r"\s*(?:&|\+)\s*")
# ue, oe, ae between consonants: the typewriter spelling of ü, ö, ä (Mueller, Goetz, Baer); a key only, never shown.
# Behind q, and behind g save in `Guen-`, the u is mute (que, Miguel).
_UMLAUT = re.compile(r"(?<=[b-df-hj-np-tv-xz])(?:(?<![qg])|(?=uen))(?<!q)([aou])e(?=[b-df-hj-np-tv-z])")
# Letters and vowel signs: those of South and South-East Asia are marks, no letters, for regular expressions.
_MARKS = r"\w\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Words of other languages in which ue, oe and ae are two sounds: a key keeps them.
_NO_UMLAUT = words("no_umlaut")
_NONE = frozenset(phrases("no_company"))
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_PHONE = re.compile(r"[+(]?\d[\d\s().\-/]{6,}")


_FILLERS = frozenset(phrases("company_fillers"))


def company_cell(text: str, region: str | None = None) -> Cell:
    """A company name as typed, blanks tidied and its legal form in its usual writing; what is none is said.

    The region decides where registers of several countries write a form in other letter cases (`S.r.l.`, `S.R.L.`).
    """
    if len(text) > _LONGEST:
        return invalid("too long for a company's name")
    value = _bare(" ".join(repaired(text).split()))
    folded = fold(value)
    if is_null(value) or folded in _NONE or folded.strip("[]()<>") in _NONE:
        return NULL
    if _EMAIL.fullmatch(value):
        return Cell(None, "email_in_company", "a mailbox: move it")
    if re.match(r"(?:https?://|www\.)", value, re.IGNORECASE) and " " not in value:
        return Cell(None, "url_in_company", "a web address: move it")
    if _PHONE.fullmatch(value) and sum(c.isdigit() for c in value) > 6:
        return Cell(None, "phone_in_company", "a phone number: move it")
    if folded.strip(" .!()[]") in _FILLERS:
        return Cell(None, "placeholder", "a filler, not a company")
    former = _FORMER.search(value)
    if former:
        today = f"{value[: former.start()]} {value[former.end() :]}".strip()
        return Cell(_form_written(today, region), "suspect", f"former name: {former[1].strip()}")
    behind = _BEHIND_FORM.fullmatch(value)
    if behind and end_of(behind[1].split()) < len(behind[1].split()):
        asked = f"{behind[2]} in brackets behind the legal form: a former name, a branch?"
        return Cell(f"{_form_written(behind[1], region)} ({behind[2]})", "suspect", asked)
    written = _form_written(value, region)
    return Cell(written, "lossy", LOST_LETTERS) if has_lost_letters(value) else Cell(written)


# A former name in brackets with the word for it.
_FORMER = re.compile(
    r"\s*[(\[](?:formerly|previously|prev\.|fka|f/k/a|"
    r"vormals|vorm\.|ehemals|ehem\.|früher|(?:eski|önceki) (?:adı?|unvanı?)"
    r"|anteriormente|antes|antigua|antiga|anciennement|précédemment|anc\.|già|precedentemente|dawniej|poprzednio|"
    r"wcześniej|voorheen|vroeger|v/h|dahulu|d/h|sebelumnya|ex)[:\s]\s*([^()\[\]]+)[)\]]",
    re.IGNORECASE,
)


# In brackets behind a legal form; what registers and exchanges write there (`AB (publ)`) is a part of the form.
_BEHIND_FORM = re.compile(r"(.+\S)\s*\((?!publ\)|persero\)|i\.? ?l\.?\)|haftungsbeschränkt\))([^()]+)\)", re.IGNORECASE)


def _bare(value: str) -> str:
    """Without quotes that exporters left, a spreadsheet's mark of text, and separators behind the name.

    `'t Hooft` and `'s-Hertogenbosch` begin with an apostrophe of their own.
    """
    value = without_export_quotes(value)
    value = re.sub(r"^'(?![a-z]\b)(?=[^']+$)", "", value)
    return re.sub(r"(?<=\w|[.)\"'])\s*[,;|:]+$|(?<=\w|[.)\"'])\s+[-–—]+$", "", value)


def _form_written(value: str, region: str | None) -> str:
    """The legal form in its usual writing where only dots or letter case differ; a name's own letters and case stay."""
    words = re.sub(r"^(PT|CV|UD)\.(?=[^\W\d_]{2})", r"\1. ", value).split()
    if len(words) > 1 and words[0].rstrip(".").upper() in {"PT", "CV", "UD"} and words[0].endswith("."):
        words[0] = words[0].rstrip(".").upper()
    if len(words) > 1:
        words[-1] = _last(words[-1])
    at = end_of(words)
    name = "".join(words[:at])
    if at < len(words) and not name.isupper():  # registers that write all in capitals write the form so, too
        words[at:] = usual_case(" ".join(words[at:]), region).split()
    if len(words) > 1 and words[0] == "Pt":
        words[0] = "PT"
    return " ".join(words)


# Forms that are abbreviations of one word (with dot) and acronyms (without), as their registers write them.
_ACRONYMS = words("legal_acronyms")


def _last(word: str) -> str:
    """`LLC.` is `LLC`: an acronym without dots inside takes none at its end; the company's letters stay."""
    bare = word.rstrip(".")
    return bare if word.endswith(".") and "." not in bare and bare.upper() in _ACRONYMS else word


def company_key(text: str, language: str = "") -> str:
    """Folded name without legal forms and punctuation: `Müller AG`, `MÜLLER A.G.` and `Mueller AG` are one."""
    name = without_form(re.sub(r"['’‘ʼ`´\"]", "", text))
    spaced = re.sub(rf"[^{_MARKS}\u0300-\u036f]+|_", " ", _AND.sub(" and ", unicodedata.normalize("NFC", name).lower()))
    return " ".join(_plain(word, language) for word in spaced.split())


def _plain(word: str, language: str) -> str:
    """A word folded; `ue`, `oe`, `ae` as ü, ö, ä, save in words that have two sounds or an accent there."""
    folded = fold(word)
    dutch = language in {"nl", "af"} and "oe" in word  # there oe is the sound of `boer`
    return folded if dutch or folded in _NO_UMLAUT else fold(_UMLAUT.sub(r"\1", word))


def company_key_cell(text: str, language: str = "") -> Cell:
    """The matching key as an outcome."""
    key = company_key(text, language)
    return Cell(key) if key else NULL
