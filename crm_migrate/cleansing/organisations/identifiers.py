"""Identifiers: record ids of systems, tax numbers and IBANs, by their check digits; nothing is padded or guessed."""

import re
import unicodedata
from typing import Any

from stdnum import get_cc_module, iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.nulls import PROGRAMS, is_filler, is_null
from crm_migrate.cleansing.spreadsheet_errors import is_spreadsheet_error
from crm_migrate.cleansing.text.digits import marked
from crm_migrate.cleansing.vocabulary import table

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x1f\u00a0]")
_GUID = re.compile(
    r"[{(]?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})[)}]?", re.IGNORECASE
)
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mrz|mai|okt|dez|ene|abr|ago|dic|fev|avr|juin|"
    "juil|août|déc|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|mei|agu|des"
)
_DATED = re.compile(rf"\d{{1,2}}[-. ](?:{_MONTHS})\.?|(?:{_MONTHS})[-. ]\d{{2}}", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d[.,]?\d*[eE][+]?\d{1,3}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def id_cell(text: str, system: str = "") -> Cell:
    """A record id as its system writes it (`salesforce`: 18 characters); spreadsheet damage is refused."""
    value = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).strip()
    formula = re.fullmatch(r'=\s*"([^"]*)"', value)
    quoted = re.fullmatch(r'"([^"]+)"', value)
    value = (formula[1] if formula else quoted[1] if quoted else value).lstrip("'`").strip()
    if is_spreadsheet_error(value):
        return invalid("an error value of a spreadsheet")
    if is_filler(value) or value.lower() in PROGRAMS or value.lower() in {"n/a", "n.a.", "k.a."}:
        return NULL
    if _SCIENTIFIC.fullmatch(value) and re.search(r"[eE]\+|[.,]", value):
        return invalid("scientific notation: digits were lost")
    guid = _GUID.fullmatch(value)
    if guid and (not value.isdigit() or "-" in value):
        return Cell("-".join(guid.groups()).lower())
    if system == "salesforce" and re.fullmatch(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", value):
        return _salesforce(value)
    if system == "salesforce":
        return invalid("no id of Salesforce: those have 15 or 18 letters and digits")
    return _plain_id(value)


def _plain_id(value: str) -> Cell:
    """An id of digits or any text."""
    value = re.sub(r"^zcrm_(?=\d)", "", value)
    value = re.sub(r"^(\d+)[.,]0+$", r"\1", value)
    if re.fullmatch(r"\d{16,}", value) and set(value[15:]) == {"0"}:
        return Cell(value, "suspect", "zeros behind 15 digits: a spreadsheet may have cut it")
    if _DATED.fullmatch(value):
        return Cell(value, "suspect", "a spreadsheet may have made a date of it")
    return Cell(value)


def _salesforce(value: str) -> Cell:
    """The 18-character id: the last three say which letters of each five are capitals."""
    full = value[:15] + "".join(
        _ALPHABET[sum(1 << i for i, c in enumerate(value[at : at + 5]) if "A" <= c <= "Z")] for at in (0, 5, 10)
    )
    if len(value) == 18 and full != value:
        return invalid("the checksum does not fit: letter case was changed")
    return Cell(full)


_EU = frozenset(vat.MEMBER_STATES) if hasattr(vat, "MEMBER_STATES") else frozenset()
_PREFIX = {"GR": "EL", "GB": "GB", "XI": "XI"}
# Which number a country means by "tax number" where python-stdnum has several.
_MODULES = {region: tuple(names.split()) for region, names in table("tax_numbers").items()}


# Countries whose numbers are written with their punctuation, in forms and in registers.
_WRITTEN = frozenset(("US", "BR", "CH", "ID", "CL", "AR", "AU"))


def tax_cell(text: str, region: str | None) -> Cell:
    """A tax number with valid check digits: VAT numbers with their prefix, others in the national writing."""
    if marked(text):
        return invalid("a footnote mark stands at a number")
    value = _INVISIBLE.sub(" ", unicodedata.normalize("NFKC", text)).strip().strip("'").strip()
    if is_null(value):
        return NULL
    if re.fullmatch(r"\d[.,]\d+[eE]\+\d+", value):
        return invalid("scientific notation: digits were lost")
    value = re.sub(r"^(\d{6,})\.0+$", r"\1", value)
    value = re.sub(
        r"^(?:VAT(?:[ -]?(?:ID|NO|REG|NUMBER))*|UST-?ID(?:NR)?|USt\.?-?Id\.?-?Nr|TVA|IVA|P\.?\s?IVA|NIF|CIF|"
        r"BTW|VKN|TCKN|NPWP|EIN|CNPJ|CPF|RFC|ABN|GSTIN|Tax ID)\b\.?\s*[:#.]*\s*",
        "",
        value,
        flags=re.IGNORECASE,
    )
    prefixed = re.match(r"(EL|XI|[A-Z]{2})[\s.\-]*(?=[A-Z0-9])", value.upper())
    if (
        prefixed
        and (prefixed[1].lower() in _EU or prefixed[1] in {"EL", "GB", "XI"})
        and (region in {None, prefixed[1]} or prefixed[1] in {"EL", "XI"} or _is_vat(value))
    ):
        return _vat(value, prefixed[1])
    return _national(value, region) if region else invalid("no country, and no prefix that names one")


def _is_vat(value: str) -> bool:
    return bool(vat.is_valid(value))


def _vat(value: str, prefix: str) -> Cell:
    """A VAT number with its country's prefix."""
    if prefix in {"GB", "XI"}:
        module: Any = get_cc_module("gb", "vat")
        return _validated(module, value, "GB" if prefix == "GB" else "XI")
    try:
        number = str(vat.validate(value))
        # Directive 2006/112/EC, article 215: Greece writes EL.
        return Cell("EL" + number.removeprefix("GR") if number.startswith("GR") else number)
    except ValidationError as error:
        return invalid(_reason(error))


def _national(value: str, region: str) -> Cell:
    """A number by the modules of its country, the first that finds it valid."""
    reason = "the country's numbers are not known"
    names = _MODULES.get(region, ()) or ("vat", "tin")
    if region == "US" and re.fullmatch(r"\d{2}-\d{7}", value):
        names = ("ein",)  # the hyphen says which: an SSN is written 3-2-4
    bare = re.sub(r"[\s./\-]+", "", value)
    if bare.isdigit() and (len(set(bare)) == 1 or bare in "12345678901234567890"):
        return Cell(None, "placeholder", "a filler, not a number")
    for name in names:
        module = get_cc_module(region.lower(), name)
        if module is None:
            continue
        cell = _validated(module, value, "")
        cell = cell if cell.value else _validated(module, bare, "")
        if cell.value:
            return Cell(str(module.format(cell.value))) if region in _WRITTEN and hasattr(module, "format") else cell
        reason = cell.note or reason
    return invalid(reason) if any(get_cc_module(region.lower(), n) for n in names) else Cell(value, "suspect", reason)


def _validated(module: Any, value: str, prefix: str) -> Cell:
    """A number by one module, in its national writing where it has one."""
    try:
        number = str(module.validate(value))
    except ValidationError as error:
        return invalid(_reason(error))
    if prefix:
        return Cell(prefix + number.removeprefix(prefix))
    return Cell(number)


def _reason(error: ValidationError) -> str:
    return str(error).rstrip(".").lower()


def iban_cell(text: str) -> Cell:
    """An IBAN without blanks, valid by country length and check digits (ISO 13616)."""
    value = re.sub(
        r"^IBAN\s*:?\s*", "", _INVISIBLE.sub(" ", unicodedata.normalize("NFKC", text)).strip(), flags=re.IGNORECASE
    )
    if is_null(value):
        return NULL
    try:
        # The national rules of the library know banks by lists that go out of date; length and check digits do not.
        return Cell(str(iban.validate(value, check_country=False)))
    except ValidationError as error:
        return invalid(_reason(error))
