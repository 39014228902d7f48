"""Every kind of value that `clean` knows, by name: one function of a text, a locale and options."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate.cleansing.amounts.numbers import NumberContext, amount_cell, decimal_of, integer_cell
from crm_migrate.cleansing.cells import NULL, Cell, invalid
from crm_migrate.cleansing.choices.picklists import gender_cell, picklist_cell
from crm_migrate.cleansing.choices.vocabularies import boolean_cell
from crm_migrate.cleansing.contact.email import email_cell, key_of
from crm_migrate.cleansing.contact.phone import phone_cell
from crm_migrate.cleansing.contact.web import domain_cell, url_cell
from crm_migrate.cleansing.csv_shapes import csv_cell
from crm_migrate.cleansing.dates.parsing import context_of, date_cell
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.organisations.companies import company_cell, company_key_cell
from crm_migrate.cleansing.organisations.identifiers import iban_cell, id_cell, tax_cell
from crm_migrate.cleansing.people.person_cells import person_cell
from crm_migrate.cleansing.places.addresses import address_cell
from crm_migrate.cleansing.places.countries import country_among
from crm_migrate.cleansing.places.localities import language_of, region_of
from crm_migrate.cleansing.places.postal_codes import postal_cell
from crm_migrate.cleansing.places.states import state_cell
from crm_migrate.cleansing.text.mending import text_cell, turkish
from crm_migrate.cleansing.text.note_flags import note_flags
from crm_migrate.cleansing.text.strings import null_cell, plain_text
from crm_migrate.errors import UsageError

Options = Mapping[str, Any]
Reader = Callable[[str, str, Options], Cell]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `parts` are the columns of a composite kind, `options` the names it understands."""

    name: str
    read: Reader
    doc: str
    parts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def _person(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    """`ok` where the text is already given and family name and nothing else."""
    cell = person_cell(text, language_of(locale))
    plain = cell.flag is None and len(cell.parts) == 1 and list(cell.parts[0]) == ["first", "last"]
    if plain and " ".join(cell.parts[0].values()) == text:
        return Cell(cell.value, "ok", cell.note, cell.parts)
    return cell


def _number(text: str, locale: str, options: Options) -> Cell:
    """A number; a currency beside it is left out."""
    return amount_cell(text, _numbers(locale, options, "unknown"), with_currency=False)


def _money(text: str, locale: str, options: Options) -> Cell:
    """An amount; `scale` says that a driver returned it without its decimal point (Access Currency: 4)."""
    cell = amount_cell(text, _numbers(locale, options, "never"))
    scale = options.get("scale")
    if scale and cell.value and cell.value.lstrip("-").isdigit():
        digits = cell.value.lstrip("-").zfill(int(scale) + 1)
        sign = "-" if cell.value.startswith("-") else ""
        return Cell(f"{sign}{digits[: -int(scale)]}.{digits[-int(scale) :]}", "suspect", f"read with {scale} decimals")
    if cell.value and " " in cell.value and cell.flag is None:
        return Cell(cell.value, "changed", cell.note)
    return cell


def _integer(text: str, locale: str, options: Options) -> Cell:
    return integer_cell(text, _numbers(locale, options, "unknown"))


def _numbers(locale: str, options: Options, percent: str) -> NumberContext:
    """Separators as the option says, else as the locale has them; and what a percentage is."""
    decimal = options.get("decimal")
    return NumberContext(decimal or decimal_of(locale), decimal is not None, locale, percent)


def _country(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    """A country; `na` says what `NA` is (`namibia`, `nothing`), else `clean` asks the column."""
    return country_among(text, options.get("na", "namibia"))


def _date(text: str, locale: str, options: Options) -> Cell:
    """A date; `order` (`DMY`, `MDY`, `YMD`) where the column is known, `days_from` (1900, 1904) of a workbook."""
    if options.get("days_from", "1900") not in ("1900", "1904"):
        raise UsageError(f"no workbook counts its days from {options['days_from']}", hint="days_from is 1900 or 1904")
    facts = {"date_order": options["order"]} if options.get("order") else {}
    return date_cell(text, context_of(locale, facts | {"excel_1904": str(options.get("days_from") == "1904").lower()}))


def _boolean(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    cell = boolean_cell(text, locale)
    return Cell(cell.value, "changed") if cell.value else cell


def _email_key(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    cell = email_cell(text)
    return Cell(key_of(cell.value)) if cell.value else cell


def _company(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    return company_cell(text, region_of(locale))


def _company_key(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    return company_key_cell(text, language_of(locale) if locale else "")


def _note(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    """Flags only: a note is never changed."""
    return Cell(None, ";".join(note_flags(text)) or "none")


_HTML = re.compile(
    r"<(p|div|span|b|i|u|strong|em|a|ul|ol|li|table|tr|td|h[1-6]|font|html|body)\b[^<>]*>.*</\1\s*>|<br\s*/?>",
    re.IGNORECASE | re.DOTALL,
)


def _text(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    """A text repaired; elements of HTML, which no person types, become what they show."""
    return text_cell(plain_text(text) if _HTML.search(text) else text, options.get("code_page"))


def _from_turkish(read: Reader) -> Reader:
    """The reader, behind the repair of Turkish letters that were read as Western European ones."""
    return lambda text, locale, options: read(
        turkish(text) if language_of(locale) in {"tr", "az"} else text, locale, options
    )


def _null(text: str, locale: str, options: Options) -> Cell:  # noqa: ARG001
    return NULL if is_null(text) else null_cell(text)


def _simple(function: Callable[[str], Cell]) -> Reader:
    return lambda text, locale, options: function(text)  # noqa: ARG005


def _by_region(function: Callable[[str, str | None], Cell]) -> Reader:
    return lambda text, locale, options: function(text, options.get("region") or region_of(locale))


# No value of these kinds is that long (characters); patterns must not search a megabyte that stands in such a column.
LONGEST = 5000
_ANY_LENGTH = frozenset(("text", "note_flag", "null_string", "csv_structure", "id", "picklist"))


def read_bounded(kind: Kind, text: str, locale: str, options: Options) -> Cell:
    """The outcome of a text; one that is far too long for its kind is refused unread."""
    if len(text) > LONGEST and kind.name not in _ANY_LENGTH and text.strip():
        return invalid(f"longer than {LONGEST} characters")
    return kind.read(text, locale, options)


_NAMES = ("prefix", "first", "middle", "nickname", "last", "suffix")
_ADDRESS = ("street", "street2", "city", "state", "postal", "country")

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        Kind("person_name", _from_turkish(_person), "a person's name into its parts", _NAMES),
        Kind("company", _from_turkish(_company), "a company's name, its legal form in the usual writing"),
        Kind("company_matchkey", _company_key, "what two spellings of a company have in common"),
        Kind("phone", _by_region(phone_cell), "E.164, with ;ext= for an extension", (), ("region",)),
        Kind("email", _simple(email_cell), "a mailbox by RFC 5321; several joined by |"),
        Kind("email_matchkey", _email_key, "a mailbox in lower case with its domain decoded"),
        Kind("domain_matchkey", _simple(domain_cell), "the registrable domain"),
        Kind("url", _simple(url_cell), "a web address with scheme and lower-case host"),
        Kind(
            "address",
            _from_turkish(_by_region(address_cell)),
            "an address into its parts, where they are certain",
            _ADDRESS,
            ("region",),
        ),
        Kind("postal_code", _by_region(postal_cell), "a postal code in the writing of its country", (), ("region",)),
        Kind("state", _by_region(state_cell), "the second part of the ISO 3166-2 code", (), ("region",)),
        Kind("country", _country, "the ISO 3166-1 code", (), ("na",)),
        Kind("date", _date, "ISO 8601; instants in UTC", (), ("order", "days_from")),
        Kind("money", _money, "a plain decimal and its currency", (), ("decimal", "scale")),
        Kind("number", _number, "a plain decimal", (), ("decimal",)),
        Kind("integer", _integer, "a whole number", (), ("decimal",)),
        Kind("boolean", _boolean, "true or false"),
        Kind(
            "gender",
            lambda text, locale, options: gender_cell(text, language_of(locale) if locale else ""),  # noqa: ARG005
            "male, female or other",
        ),
        Kind(
            "picklist",
            lambda t, locale, o: picklist_cell(t, o.get("choices"), o.get("map")),  # noqa: ARG005
            "a choice of the target",
            (),
            ("choices", "map"),
        ),
        Kind(
            "text",
            _from_turkish(_text),
            "text repaired",
            (),
            ("code_page",),
        ),
        Kind("null_string", _null, "empty where the text only says nothing"),
        Kind("note_flag", _note, "what a note asks of us: do not call, deceased, erase ..."),
        Kind(
            "id",
            lambda text, locale, options: id_cell(text, options.get("system") or locale),
            "a record id",
            (),
            ("system",),
        ),
        Kind("tax_id", _by_region(tax_cell), "a tax number with valid check digits", (), ("region",)),
        Kind("iban", _simple(iban_cell), "an IBAN with valid check digits"),
        Kind("csv_structure", _simple(csv_cell), "what a piece of CSV holds"),
    )
}
