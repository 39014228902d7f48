"""Semantic types: what kind of thing a field holds, and so how it is cleaned, compared, survived, masked and stored."""

from dataclasses import dataclass
from typing import Literal

Storage = Literal["text", "decimal", "integer", "date", "instant", "boolean", "list", "reference"]
OnInvalid = Literal["keep", "clear", "hold"]

WORDS, NAMES = "program_null", "program_null(names)"


@dataclass(frozen=True, slots=True)
class SemanticType:
    """Defaults that a field of this type gets when the mapping says nothing.

    `clean` is the step that runs last unless the cell already names one of the same family (None: text only trimmed),
    `survive` the survivorship rule, `on_invalid` what happens to a cell that cannot be read as this type:
    keep it as typed with a finding, clear it with a finding, or hold the record. `personal` values are masked.
    `unreadable` and `undecided` are the reason codes of a cell that is none of this type, or one of two readings.
    `nothing` is the step behind all others that empties a program's word for nothing; "" where `clean` does, or where
    nothing is emptied.
    `identity` is what a value tells the learned matching about who somebody is (`matching.detection.KINDS`); empty
    where it tells nothing.
    """

    name: str
    storage: Storage = "text"
    clean: str | None = "text"
    survive: str = "trust"
    on_invalid: OnInvalid = "keep"
    personal: bool = False
    unreadable: str = "bad_value"
    undecided: str = "ambiguous_value"
    nothing: str = ""
    identity: str = ""

    def reason(self, flag: str) -> str:
        """The reason code of a cell of this type that a step flagged."""
        told = {"invalid": self.unreadable, "ambiguous": self.undecided, "truncated": "value_cut", "cut": "value_cut"}
        return told.get(flag, flag)


def _types(*types: SemanticType) -> dict[str, SemanticType]:
    return {t.name: t for t in types}


TYPES: dict[str, SemanticType] = _types(
    SemanticType("text", nothing=WORDS),
    SemanticType("long_text", nothing=WORDS, survive="append", personal=True),
    SemanticType("id", clean="id"),
    SemanticType("given_name", nothing=NAMES, survive="most_complete", personal=True, identity="given_name"),
    SemanticType("family_name", nothing=NAMES, survive="most_complete", personal=True, identity="family_name"),
    SemanticType("person_name", nothing=NAMES, survive="most_complete", personal=True, identity="person_name"),
    SemanticType("company_name", nothing=NAMES, survive="trust", identity="company_name"),
    SemanticType("email", clean="email", personal=True, unreadable="bad_email", identity="email"),
    SemanticType(
        "phone",
        clean="phone",
        survive="newest",
        personal=True,
        unreadable="bad_phone",
        undecided="ambiguous_phone",
        identity="phone",
    ),
    SemanticType("url", clean="url", unreadable="bad_url", identity="url"),
    SemanticType("domain", clean="domain", survive="most_common", unreadable="bad_url", identity="url"),
    SemanticType("street", nothing=WORDS, survive="block", personal=True, identity="street"),
    SemanticType("city", nothing=WORDS, survive="block", identity="city"),
    SemanticType(
        "postal_code",
        nothing=WORDS,
        clean="trim",
        survive="block",
        unreadable="bad_postal_code",
        identity="postal_code",
    ),
    SemanticType("state", nothing=WORDS, survive="block", unreadable="not_a_state", identity="state"),
    SemanticType("country", clean="country", survive="block", on_invalid="clear", unreadable="not_a_country"),
    SemanticType(
        "tax_id",
        nothing=WORDS,
        clean="trim",
        survive="trust",
        personal=True,
        unreadable="bad_tax_id",
        identity="tax_id",
    ),
    SemanticType("iban", clean="iban", survive="trust", personal=True, unreadable="bad_iban"),
    SemanticType(
        "date",
        storage="date",
        clean="date",
        survive="newest",
        on_invalid="clear",
        unreadable="bad_date",
        undecided="ambiguous_date",
    ),
    SemanticType(
        "birth_date",
        storage="date",
        clean="date",
        survive="equal",
        on_invalid="clear",
        personal=True,
        unreadable="bad_date",
        undecided="ambiguous_date",
        identity="birth_date",
    ),
    SemanticType(
        "created_at",
        storage="instant",
        clean="instant",
        survive="oldest",
        on_invalid="clear",
        unreadable="bad_date",
        undecided="ambiguous_date",
    ),
    SemanticType(
        "instant",
        storage="instant",
        clean="instant",
        survive="newest",
        on_invalid="clear",
        unreadable="bad_date",
        undecided="ambiguous_date",
    ),
    SemanticType(
        "money",
        storage="decimal",
        clean="money",
        survive="never_merged",
        on_invalid="hold",
        unreadable="not_a_number",
        undecided="ambiguous_number",
    ),
    SemanticType(
        "number",
        storage="decimal",
        clean="number",
        on_invalid="clear",
        unreadable="not_a_number",
        undecided="ambiguous_number",
    ),
    SemanticType(
        "integer",
        storage="integer",
        clean="integer",
        on_invalid="clear",
        unreadable="not_a_number",
        undecided="ambiguous_number",
    ),
    SemanticType("currency", clean="currency", survive="never_merged", on_invalid="hold", unreadable="not_a_currency"),
    SemanticType("boolean", storage="boolean", clean="boolean", on_invalid="clear", unreadable="not_a_boolean"),
    SemanticType("choice", nothing=WORDS, clean="trim"),
    SemanticType("consent", nothing=WORDS, clean="trim", survive="strictest"),
    SemanticType("tags", storage="list", clean="tags", survive="union"),
    SemanticType("list", nothing=WORDS, storage="list", clean=None, survive="union", personal=True),
    SemanticType("owner", nothing=WORDS, clean="trim", survive="trust"),
    SemanticType("reference", nothing=WORDS, storage="reference", clean="trim"),
)

CONSENT_STRICTNESS = ("withdrawn", "bounced", "unknown", "granted")  # strictest first; empty counts as unknown
