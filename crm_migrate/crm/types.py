"""Semantic types: what kind of thing a field holds, and so how it is cleaned, compared, survived, masked and stored.

One declaration per type; who cleans, compares or shows asks it, and no other room lists types by name. The words of a
declaration are behaviours that the rooms know: `key` in `cleansing/keys.py`, `nobody` in `cleansing/placeholders.py`,
`shows` in `cleansing/evidence.py`, `mask` in `reports/masking.py`, `same` in `stages/reconcile/causes.py`, `pseudonym`
in `pseudonyms/masks.py`.
"""

from dataclasses import dataclass
from typing import Literal

Storage = Literal["text", "decimal", "integer", "date", "instant", "boolean", "list", "reference"]
OnInvalid = Literal["keep", "clear", "hold"]
Role = Literal["", "amount", "currency", "consent", "owner", "mailbox", "choice"]
Key = Literal["text", "name", "company", "phone", "mailbox", "host", "code", "id"]
Nobody = Literal["", "name", "company", "phone", "mailbox", "host", "tax_number", "iban", "day", "id", "postal_code"]
Shows = Literal["", "dates", "numbers", "codes", "phones", "mailboxes", "countries"]
Mask = Literal["", "shape", "all", "phone", "mailbox", "iban", "company"]
Same = Literal["", "phone", "email", "url", "domain"]
Pseudonym = Literal["", "mailbox", "phone", "words", "list"]

WORDS, NAMES = "program_null", "program_null(names)"


@dataclass(frozen=True, slots=True)
class SemanticType:
    """Defaults that a field of this type gets when the mapping says nothing.

    `clean` is the step that runs last unless the cell already names one of the same family (None: text only trimmed),
    `survive` the survivorship rule, `on_invalid` what happens to a cell that cannot be read as this type:
    keep it as typed with a finding, clear it with a finding, or hold the record.
    `unreadable` and `undecided` are the reason codes of a cell that is none of this type, or one of two readings.
    `nothing` is the step behind all others that empties a program's word for nothing; "" where `clean` does, or where
    nothing is emptied.
    `rule` is what a good value is, in the scores of a report; "" where any text is as good as another.

    `role` is what the type is to its record, whatever the field is called: amounts are summed in their currency,
    consent and owners are accounted for, mailboxes are what consent is about, choices are the target's own words.
    `identity` is what a value tells the learned matching about who somebody is (`matching.detection.KINDS`); empty
    where it tells nothing. `key` is what two spellings of one value have in common, `nobody` how a value is known that
    identifies nobody, `names` how well a value names its record (0: not at all), and `hard` says that two different
    values are two different entities. `same` is how two texts are known to be one value after the load; "" by storage.
    `shows` is what a whole column of it tells that no cell can.

    `mask` is how a value is hidden in reports: "" for one that is no person's, `shape` for one whose own looks decide.
    `strays` is what of a person may stand in a value that is none, and is hidden there.
    `pseudonym` is what a value becomes in an environment that masks it; "" where the value must keep what it says.
    """

    name: str
    storage: Storage = "text"
    clean: str | None = "text"
    survive: str = "trust"
    on_invalid: OnInvalid = "keep"
    unreadable: str = "bad_value"
    undecided: str = "ambiguous_value"
    nothing: str = ""
    rule: str = ""
    role: Role = ""
    identity: str = ""
    key: Key = "text"
    nobody: Nobody = ""
    names: int = 0
    hard: bool = False
    same: Same = ""
    shows: Shows = ""
    mask: Mask = ""
    strays: tuple[Literal["mailbox", "phone"], ...] = ("mailbox", "phone")
    pseudonym: Pseudonym = ""

    def reason(self, flag: str) -> str:
        """The reason code of a cell of this type that a step flagged."""
        told = {"invalid": self.unreadable, "ambiguous": self.undecided, "truncated": "value_cut", "cut": "value_cut"}
        return told.get(flag, flag)

    @property
    def personal(self) -> bool:
        """Whether values are of a person, and masked; a company's name may be."""
        return self.mask not in ("", "company")

    @property
    def exact(self) -> bool:
        """Whether values that are nearly alike are different ones: numbers, days and codes."""
        return self.storage in ("decimal", "integer", "date", "instant") or self.key in ("phone", "code", "id")

    @property
    def plain(self) -> bool:
        """Whether it is a text of no kind of its own: what it means, only the name of its field says."""
        return self.pseudonym == "words" and self.key == "text" and not (self.mask or self.identity)

    @property
    def contact_point(self) -> bool:
        """Whether somebody is reached by it; several people may be."""
        return self.key in ("phone", "mailbox", "host")


def _types(*types: SemanticType) -> dict[str, SemanticType]:
    return {t.name: t for t in types}


def _person(name: str, names: int) -> SemanticType:
    return SemanticType(
        name,
        nothing=NAMES,
        survive="most_complete",
        mask="shape",
        identity=name,
        key="name",
        nobody="name",
        names=names,
        pseudonym="words",
    )


def _measure(name: str, clean: str, rule: str, unreadable: str, undecided: str) -> SemanticType:
    """A figure that means nothing without its record: it is neither mixed with another one nor left out."""
    return SemanticType(
        name,
        storage="decimal",
        clean=clean,
        survive="never_merged",
        on_invalid="hold",
        unreadable=unreadable,
        undecided=undecided,
        rule=rule,
        shows="numbers" if clean == "number" else "",
    )


TYPES: dict[str, SemanticType] = _types(
    SemanticType("text", nothing=WORDS, pseudonym="words"),
    SemanticType("long_text", nothing=WORDS, survive="append", mask="all", pseudonym="words"),
    SemanticType("id", clean="id", key="id", nobody="id", shows="codes", strays=("mailbox",)),
    _person("given_name", names=1),
    _person("family_name", names=2),
    _person("person_name", names=3),
    # Beside a name, and no proof of who somebody is: a middle name, a nickname.
    SemanticType(
        "other_name", nothing=NAMES, survive="most_complete", mask="shape", key="name", nobody="name", pseudonym="words"
    ),
    SemanticType(
        "company_name",
        nothing=NAMES,
        survive="trust",
        mask="company",
        identity="company_name",
        key="company",
        nobody="company",
        names=4,
        pseudonym="words",
    ),
    SemanticType(
        "email",
        clean="email",
        mask="mailbox",
        unreadable="bad_email",
        rule="is an e-mail address",
        role="mailbox",
        identity="email",
        key="mailbox",
        nobody="mailbox",
        same="email",
        shows="mailboxes",
        pseudonym="mailbox",
    ),
    SemanticType(
        "phone",
        clean="phone",
        survive="newest",
        mask="phone",
        unreadable="bad_phone",
        undecided="ambiguous_phone",
        rule="is an international phone number",
        identity="phone",
        key="phone",
        nobody="phone",
        same="phone",
        shows="phones",
        pseudonym="phone",
    ),
    SemanticType(
        "url",
        clean="url",
        unreadable="bad_url",
        rule="is an address of the web",
        identity="url",
        key="host",
        nobody="host",
        same="url",
        strays=("mailbox",),
    ),
    SemanticType(
        "domain",
        clean="domain",
        survive="most_common",
        unreadable="bad_url",
        rule="is a domain",
        identity="url",
        key="host",
        nobody="host",
        same="domain",
        strays=("mailbox",),
    ),
    SemanticType("street", nothing=WORDS, survive="block", mask="shape", identity="street", pseudonym="words"),
    SemanticType("city", nothing=WORDS, survive="block", identity="city"),
    SemanticType(
        "postal_code",
        nothing=WORDS,
        clean="trim",
        survive="block",
        unreadable="bad_postal_code",
        identity="postal_code",
        key="code",
        nobody="postal_code",
        shows="codes",
        strays=("mailbox",),
    ),
    SemanticType("state", nothing=WORDS, survive="block", unreadable="not_a_state", identity="state"),
    SemanticType(
        "country",
        clean="country",
        survive="block",
        on_invalid="clear",
        unreadable="not_a_country",
        rule="is a country code",
        shows="countries",
    ),
    SemanticType(
        "tax_id",
        nothing=WORDS,
        clean="trim",
        survive="trust",
        mask="all",
        unreadable="bad_tax_id",
        identity="tax_id",
        key="code",
        nobody="tax_number",
        hard=True,
        shows="codes",
    ),
    SemanticType("iban", clean="iban", survive="trust", mask="iban", unreadable="bad_iban", key="code", nobody="iban"),
    SemanticType(
        "date",
        storage="date",
        clean="date",
        survive="newest",
        on_invalid="clear",
        unreadable="bad_date",
        undecided="ambiguous_date",
        rule="is a date",
        shows="dates",
        strays=("mailbox",),
    ),
    SemanticType(
        "birth_date",
        storage="date",
        clean="date",
        survive="equal",
        on_invalid="clear",
        mask="all",
        unreadable="bad_date",
        undecided="ambiguous_date",
        rule="is a date",
        identity="birth_date",
        nobody="day",
        hard=True,
        shows="dates",
    ),
    SemanticType(
        "created_at",
        storage="instant",
        clean="instant",
        survive="oldest",
        on_invalid="clear",
        unreadable="bad_date",
        undecided="ambiguous_date",
        rule="is an instant",
        shows="dates",
        strays=("mailbox",),
    ),
    SemanticType(
        "instant",
        storage="instant",
        clean="instant",
        survive="newest",
        on_invalid="clear",
        unreadable="bad_date",
        undecided="ambiguous_date",
        rule="is an instant",
        shows="dates",
        strays=("mailbox",),
    ),
    SemanticType(
        "money",
        storage="decimal",
        clean="money",
        survive="never_merged",
        on_invalid="hold",
        unreadable="not_a_number",
        undecided="ambiguous_number",
        rule="is an amount",
        role="amount",
        shows="numbers",
    ),
    SemanticType(
        "number",
        storage="decimal",
        clean="number",
        on_invalid="clear",
        unreadable="not_a_number",
        undecided="ambiguous_number",
        rule="is a number",
        shows="numbers",
    ),
    SemanticType(
        "integer",
        storage="integer",
        clean="integer",
        on_invalid="clear",
        unreadable="not_a_number",
        undecided="ambiguous_number",
        rule="is a whole number",
        shows="numbers",
    ),
    _measure("quantity", "number", "is a quantity", "not_a_number", "ambiguous_number"),
    _measure("score", "number", "is a score", "not_a_number", "ambiguous_number"),
    _measure("duration", "duration", "is a duration", "bad_duration", "ambiguous_duration"),  # in seconds
    SemanticType(
        "currency",
        clean="currency",
        survive="never_merged",
        on_invalid="hold",
        unreadable="not_a_currency",
        rule="is a currency code",
        role="currency",
    ),
    SemanticType(
        "boolean",
        storage="boolean",
        clean="boolean",
        on_invalid="clear",
        unreadable="not_a_boolean",
        rule="is yes or no",
    ),
    # Forbids something (do not call, deceased): where one source says so, it holds.
    SemanticType(
        "restriction",
        storage="boolean",
        clean="boolean",
        survive="any_true",
        on_invalid="hold",
        unreadable="not_a_boolean",
        rule="is yes or no",
    ),
    SemanticType("choice", nothing=WORDS, clean="trim", rule="is one of the target's words", role="choice"),
    SemanticType(
        "consent", nothing=WORDS, clean="trim", survive="strictest", rule="is a state of consent", role="consent"
    ),
    # What was said once: history, of which the newest does not follow alone, so it is no consent of a record.
    SemanticType(
        "consent_event", nothing=WORDS, clean="trim", survive="strictest", rule="is a state of consent", role="choice"
    ),
    SemanticType("tags", storage="list", clean="tags", survive="union"),
    SemanticType("list", nothing=WORDS, storage="list", clean=None, survive="union", mask="shape", pseudonym="list"),
    SemanticType("owner", nothing=WORDS, clean="trim", survive="trust", role="owner", strays=()),
    SemanticType("reference", nothing=WORDS, storage="reference", clean="trim", strays=("mailbox",)),
)

CONSENT_STRICTNESS = ("withdrawn", "bounced", "unknown", "granted")  # strictest first; empty counts as unknown
GRANTED = CONSENT_STRICTNESS[-1]
REFUSALS = CONSENT_STRICTNESS[: CONSENT_STRICTNESS.index("unknown")]


def type_of(name: str) -> SemanticType:
    """The type of that name; what is no name of one is text."""
    return TYPES.get(name, TYPES["text"])
