"""Kinds without a step of their own, as steps of the mapping, and two that only look: notes and sensitive content."""

from collections.abc import Callable

import polars as pl

from crm_migrate.cleansing.cells import Cell, as_step, outcomes, step, unguessed
from crm_migrate.cleansing.kinds import KINDS, read_bounded
from crm_migrate.cleansing.organisations.companies import company_cell
from crm_migrate.cleansing.steps import FILE_FLAGS, Context
from crm_migrate.cleansing.text.note_flags import note_flags
from crm_migrate.cleansing.text.sensitive import sensitive_content


def _regional(name: str, example: tuple[str, str]) -> None:
    """Register a kind that needs a region as `name(REGION)`."""
    kind = KINDS[name]

    def function(values: pl.Series, context: Context, region: str | None = None) -> pl.DataFrame:
        known = (region or context.region or "").upper()
        return as_step(values, unguessed(outcomes(values, lambda text: read_bounded(kind, text, known, {}))))

    function.__doc__ = f"Write {kind.doc}; the region is that of the locale unless given."
    step(name, name, parameters=("region",), examples=(example,))(function)


def _plain(name: str, example: tuple[str, str]) -> None:
    """Register a kind that needs no more than the locale."""
    kind = KINDS[name]

    def function(values: pl.Series, context: Context) -> pl.DataFrame:
        return as_step(values, outcomes(values, lambda text: read_bounded(kind, text, context.locale, {})))

    function.__doc__ = f"Write {kind.doc}."
    step(name, name, examples=(example,))(function)


_regional("postal_code", ("6420", "06420"))
_regional("state", ("İSTANBUL", "34"))
_regional("tax_id", ("454 053 6920", "4540536920"))
_plain("iban", ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"))
_plain("gender", ("Bayan", "female"))


@step("id", "id", parameters=("system",), examples=(("1234567890.0", "1234567890"),))
def id_step(values: pl.Series, context: Context, system: str = "") -> pl.DataFrame:  # noqa: ARG001
    """Undo spreadsheet damage to a record id where that is lossless, refuse it where it is not; `id(salesforce)`."""
    return as_step(values, outcomes(values, lambda text: KINDS["id"].read(text, system, {})))


@step("company", "company", examples=(("Acme LLC.", "Acme LLC"),))
def company_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Tidy a company's name; `Selbständig` and its like are none."""
    return as_step(values, outcomes(values, lambda text: company_cell(text, context.region)))


def _file_cell(text: str) -> Cell:
    code, _, why = text.partition(": ")
    return Cell(text, code, why) if code in FILE_FLAGS else Cell(text)


@step("file_found", "file_found", examples=(("file_missing: there is none", "file_missing: there is none"),))
def file_found_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Flag what `attached.problem` says of the file that a row names; `manifest:` adds it to the helper `file`."""
    return outcomes(values, _file_cell)


def _flagging(values: pl.Series, find: Callable[[str], list[str]]) -> pl.DataFrame:
    """Values as they are, flagged with what a text holds."""

    def cell(text: str) -> Cell:
        return Cell(text, ";".join(find(text)) or None)

    return outcomes(values, cell)


@step("note_flags", "note_flags", examples=(("aramayın", "aramayın"),))
def note_flags_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Flag notes that ask something of us (deceased, do_not_call, erase ...); the text stays."""
    return _flagging(values, note_flags)


@step("sensitive", "sensitive", examples=(("is diabetic", "is diabetic"),))
def sensitive_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Flag texts with content of GDPR article 9, payment cards or national ids; the text stays."""
    return _flagging(values, sensitive_content)
