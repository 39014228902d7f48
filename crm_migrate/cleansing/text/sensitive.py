"""Content that needs a reason to be kept: GDPR article 9 (health, religion, politics ...), PCI, national ids.

Precision first: a card number must pass Luhn and belong to a brand, an id number its own check digits, and words are
chosen that are seldom said of anything else. Flags only; nothing is removed here.
"""

import re
from collections.abc import Callable
from functools import cache

from stdnum import luhn
from stdnum.br import cpf
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.tr import tckimlik

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import table

_CARD = re.compile(r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.]|[ -]\d)")
# First digits of the card brands (ISO/IEC 7812 issuer ranges) with their lengths.
_BRANDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|3[47]\d{13}|"
    r"3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|9792\d{12}"
)

_WORDS = table("sensitive_phrases")

# Before or behind a word it is said of a charity, a product, an institution or somebody's job, or denied.
_CONTEXT = table("sensitive_contexts")
_NOT = re.compile(
    rf"(?:\b(?:{_CONTEXT['before']})\s+(?:(?:a|an|the|for|of|any|de|der|die|das|des|du|d|la|le|el)\s+)*$)|d'$"
)
_ABOUT = re.compile(rf"^\s*(?:{_CONTEXT['behind']})")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(rf"(?<!\w)(?:{text})(?!\w)") for name, text in _WORDS.items()}


def sensitive_content(text: str) -> list[str]:
    """Categories of sensitive content that a text holds, in a fixed order."""
    folded = re.sub(r"[‘’`´]", "'", " ".join(fold(text).split()))
    found = [
        name for name, pattern in _patterns().items() if any(_is_meant(m, folded) for m in pattern.finditer(folded))
    ]
    if has_card(text):
        found.append("payment_card")
    if has_national_id(text):
        found.append("national_id")
    return found


def _is_meant(match: re.Match[str], text: str) -> bool:
    """Said of a person, not of a charity, a product or a denial."""
    return not (_NOT.search(text[: match.start()]) or _ABOUT.match(text[match.end() :]))


def has_card(text: str) -> bool:
    """A payment card number: a brand's range, its length, Luhn."""
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if _BRANDS.fullmatch(digits) and luhn.is_valid(digits) and len(set(digits)) > 1:
            return True
    return False


_Check = Callable[[str], bool]
# A shape, the check of its digits, and words that must stand before it where the shape alone is too common.
_IDS: tuple[tuple[re.Pattern[str], _Check, re.Pattern[str] | None], ...] = (
    (
        re.compile(r"(?<!\d)[1-9]\d{10}(?!\d)"),
        tckimlik.is_valid,
        re.compile(r"t\.?c\.?|kimlik|tckn|national id|identity", re.IGNORECASE),
    ),
    (re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)"), cpf.is_valid, None),
    (re.compile(r"(?<!\w)\d{8}-?[A-Z](?!\w)"), dni.is_valid, None),
    (re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z](?!\w)"), codicefiscale.is_valid, None),
    (re.compile(r"(?<!\d)[12][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}(?!\d)"), nir.is_valid, None),
    (
        re.compile(
            r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"
        ),
        bool,
        None,
    ),
    (re.compile(r"(?<!\d)(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?!\d)"), bool, None),
    (re.compile(r"(?<!\d)\d{16}(?!\d)"), bool, re.compile(r"\b(?:nik|ktp|nomor induk)\b", re.IGNORECASE)),
    (re.compile(r"(?<!\d)\d{4} ?\d{4} ?\d{4}(?!\d)"), bool, re.compile(r"aadhaar|aadhar|uidai", re.IGNORECASE)),
    (
        re.compile(r"(?<!\w)[A-Z0-9]{6,9}(?!\w)"),
        lambda t: any(c.isdigit() for c in t),
        re.compile(r"passport (?:no|number|nr)|reisepass|passeport n|pasaport no|paspor no", re.IGNORECASE),
    ),
)


def has_national_id(text: str) -> bool:
    """A person's number of a state, by its check digits, or by a word that names it."""
    for shape, check, words in _IDS:
        for found in shape.finditer(text):
            if (words is None or words.search(text[max(0, found.start() - 40) : found.start()])) and check(found[0]):
                return True
    return False
