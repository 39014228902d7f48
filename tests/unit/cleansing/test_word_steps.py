"""Steps of words over columns: what is said besides a value, and cells that are far too long."""

import polars as pl
import pytest

from crm_migrate import clean
from crm_migrate.cleansing import STEPS, Context


def test_a_name_at_birth_is_said_and_not_lost() -> None:
    answer = clean(["Sabine Keller geb. Winter"], "person_name", "de").loc[0]
    assert (answer["last"], answer["note"]) == ("Keller", "name at birth: Winter")


def test_a_step_keeps_a_note_that_has_no_flag() -> None:
    frame = STEPS["person.family"].function(pl.Series(["Selin Kara (kızlık soyadı Tunç)"]), Context(locale="tr-TR"))
    assert frame.row(0) == ("Kara", None, "name at birth: Tunç")


@pytest.mark.parametrize("name", ["country", "state", "postal_code", "gender", "company", "iban", "tax_id"])
def test_a_cell_far_too_long_stays_as_typed_and_is_refused(name: str) -> None:
    typed = "ab " * 3000
    frame = STEPS[name].function(pl.Series([typed]), Context(locale="tr-TR"))
    assert frame.row(0)[:2] == (typed, "invalid")
