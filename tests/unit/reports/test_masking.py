"""Personal values are hidden everywhere, deterministically, and their shape stays."""

from pathlib import Path

import pytest
from fictional_figures import figures
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.crm.types import TYPES
from crm_migrate.reports import FORMATS, presentable, terminal, write_reports
from crm_migrate.reports.masking import mask, masked, scrub
from crm_migrate.workspace.figures import Cause, Example, FieldFigure

PERSONAL = ("Ayşe Yılmaz", "Jürgen", "Zoë", "Şükrü", "Öztürk", "ayse@anadolu", "212 000")


@pytest.mark.parametrize(
    ("text", "type_name", "shown"),
    [
        ("ayse@firma.example", "email", "a***@f****.example"),
        ("Ayşe Yılmaz", "person_name", "A*** Y*****"),
        ("Zoë Müller-Lüdenscheidt", "person_name", "Z** M*****-L***********"),
        ("+90 212 000 00 00", "phone", "+90 *** *** ** **"),
        ("0212 000 00 00", "phone", "**** *** ** **"),
        ("TR33 0006 1005", "iban", "TR** **** ****"),
        ("1980-02-29", "birth_date", "****-**-**"),
        ("calls on Monday", "long_text", "***** ** ******"),
        ("ayse@firma.example", "", "a***@f****.example"),
        ("李小明", "person_name", "李**"),
        ("", "email", ""),
    ],
)
def test_masks_keep_the_shape(text: str, type_name: str, shown: str) -> None:
    assert mask(text, type_name) == shown


@given(st.text(max_size=40), st.sampled_from([*TYPES, ""]))
def test_masks_keep_the_length_and_hide_every_digit(text: str, type_name: str) -> None:
    shown = mask(text, type_name)

    assert len(shown) == len(text)
    assert mask(text, type_name) == shown
    assert sum(c.isdigit() for c in shown) <= 2


@pytest.mark.parametrize("name", [*FORMATS, "terminal"])
def test_no_rendering_names_a_person(name: str, tmp_path: Path) -> None:
    model = figures(hostile=False)
    if name == "terminal":
        text = "\n".join(terminal.render(presentable(model)))
    else:
        (path,) = write_reports(model, tmp_path, formats=[name])
        text = _text(path)

    assert [value for value in PERSONAL if value in text] == []


def _text(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())


def test_reveal_shows_what_is_there(tmp_path: Path) -> None:
    (path,) = write_reports(figures(hostile=False), tmp_path, formats=["html"], reveal=True)

    assert "Zoë Müller" in path.read_text(encoding="utf-8")


def _shown(example: Example, type_name: str, cause: str = "x") -> FieldFigure:
    field = FieldFigure(
        object="contacts", field="f", type=type_name, records=1, compared=1, matched=0, classes={"different": 1},
        causes=(Cause(cause=cause, cls="different", count=1, examples=(example,)),),
    )  # fmt: skip
    return masked(figures().model_copy(update={"fields": (field,)})).fields[0]


def test_hidden_characters_that_differ_are_marked() -> None:
    (shown,) = _shown(Example(record="a:1", expected="Yılmaz", actual="Yilmaz"), "family_name").causes[0].examples

    assert (shown.expected, shown.actual) == ("Y○****", "Y●****")


def test_a_personal_type_is_masked_though_the_example_forgot_to_say_so() -> None:
    example = Example(record="a:1", expected="Ayşe", actual=None, message="Ayşe is gone", personal=False)
    (shown,) = _shown(example, "given_name").causes[0].examples

    assert (shown.expected, shown.actual, shown.message) == ("A***", None, "A*** is gone")


def test_values_of_other_types_stay_readable() -> None:
    example = Example(record="a:1", expected="proposal", actual="new", message="stage ‘new’", personal=False)
    (shown,) = _shown(example, "choice").causes[0].examples

    assert (shown.expected, shown.message) == ("proposal", "stage ‘new’")


def test_a_cause_that_names_a_value_is_masked_with_it() -> None:
    example = Example(record="a:1")

    assert (
        _shown(example, "email", "default value info@crm.example").causes[0].cause == "default value i***@c**.example"
    )
    assert _shown(example, "choice", "default value new").causes[0].cause == "default value new"


def test_sentences_lose_addresses_numbers_and_what_they_quote() -> None:
    said = "‘Ayşe’ <ayse@firma.example> rang +90 212 000 00 00 on 2025-03-05"

    assert scrub(said) == "‘A***’ <a***@f****.example> rang +90 *** *** ** ** on 2025-03-05"


def test_owners_stay_readable_and_groups_by_a_personal_field_do_not() -> None:
    model = figures()
    by_email = model.kpis[0].model_copy(update={"group": "stage=new, email=ayse@anadolu.example"})
    shown = masked(model.model_copy(update={"kpis": (by_email,)}))

    assert shown.owners == model.owners
    assert shown.kpis[0].group == "stage=new, email=a***@a******.example"
