"""Matching keys by semantic type: what two spellings of one thing have in common. Never shown, never loaded."""

import re
import unicodedata
from collections.abc import Callable
from functools import partial

import polars as pl

from crm_migrate.cleansing.cells import Cell, outcomes
from crm_migrate.cleansing.contact.email import email_key
from crm_migrate.cleansing.contact.phone import phone_cell
from crm_migrate.cleansing.contact.web import domain_cell
from crm_migrate.cleansing.organisations.companies import company_key
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.crm.types import Key, type_of


def compare_key(values: pl.Series, type: str, context: Context) -> pl.Series:
    """Key per row (null where there is none) of a column of a semantic type (`crm.types`).

    Equal keys mean "spelt alike", no more: e-mail mailbox, phone digits with country code (extension dropped), company
    name without its legal form, person name folded, registrable domain, tax number without marks, else folded text.
    """
    key = type_of(type).key
    if key == "mailbox":
        return email_key(values.str.strip_chars()).replace("", None).rename(values.name)
    region = context.evidence.get("phone_region") or context.region
    function = partial(phone_key, region=region) if key == "phone" else _KEYS[key]
    keys = outcomes(values, lambda text: Cell(function(text) or None))["value"]
    return keys.rename(values.name)


def text_key(text: str) -> str:
    """Folded words: letters and digits of any script, one blank between."""
    return " ".join(re.sub(r"[^\w]+|_", " ", fold(text)).split())


def name_key(text: str) -> str:
    """A person's name folded: diacritics gone, apostrophes and hyphens closed up or opened, dots gone."""
    opened = re.sub(r"[-‐‑–,.;/()\"]+", " ", re.sub(r"['’‘ʼ`´]", "", text))
    return text_key(opened)


def phone_key(text: str, region: str | None) -> str:
    """Digits with country code where the number can be read, else the bare digits behind leading zeros."""
    if re.fullmatch(r"\+\d{7,15}", text):
        return text[1:]
    value = phone_cell(text, region).value
    if value:
        return re.sub(r"\D", "", value.partition("|")[0].partition(";")[0])
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text)).lstrip("0")


def code_key(text: str) -> str:
    """Letters and digits in upper case: tax numbers, IBANs, postal codes, ids typed by hand."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).upper()


def domain_key(text: str) -> str:
    """The registrable domain."""
    return domain_cell(text).value or ""


_KEYS: dict[Key, Callable[[str], str]] = {
    "text": text_key,
    "company": company_key,
    "name": name_key,
    "host": domain_key,
    "code": code_key,
    "id": str.strip,
}
