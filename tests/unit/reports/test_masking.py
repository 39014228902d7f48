"""Personal values are hidden everywhere, deterministically, and their shape stays."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fictional_figures import figures
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.crm.types import TYPES
from crm_migrate.reports import FORMATS, presentable, terminal, write_reports
from crm_migrate.reports.hiding import About, masked, message
from crm_migrate.reports.masking import mask, scrub
from crm_migrate.reports.naming import Names
from crm_migrate.workspace.figures import Cause, Example, ExceptionGroup, FieldFigure, Privacy

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


@given(st.text(max_size=40), st.sampled_from([name for name, kind in TYPES.items() if kind.personal] + [""]))
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
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
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


@pytest.mark.parametrize(
    ("text", "type_name", "shown"),
    [
        ("ahmet.yilmaz", "email", "a****.y*****"),  # no mailbox: behind the dot stands a surname
        ("ayse@firma.yilmaz", "email", "a***@f****.y*****"),
        ("ece@@kaya.example", "email", "e**@@k***.e******"),
        ("Bob Ray", "email", "B** R**"),
        ("Ahmet Çelik Ticaret", "company_name", "A**** Ç**** T******"),  # perhaps a person in business
        ("Hans Müller e.K.", "company_name", "H*** M***** e.K."),
        ("Akdağ Kaynak San. ve Tic. Ltd. Şti.", "company_name", "Akdağ Kaynak San. ve Tic. Ltd. Şti."),
        ("PT Maju Jaya", "company_name", "PT Maju Jaya"),
        ("12500.00", "money", "12500.00"),
        ("sorulacak", "money", "sorulacak"),
        ("00.00.0000", "date", "00.00.0000"),
        ("withdrawn", "consent", "withdrawn"),
        ("ask bob@firm.example", "money", "ask b**@f***.example"),
        ("+90 532 123 45 67", "money", "+90 *** *** ** **"),
        ("0012345678", "id", "0012345678"),
    ],
)
def test_what_is_masked_follows_from_the_type(text: str, type_name: str, shown: str) -> None:
    assert mask(text, type_name) == shown


KEYS = Privacy(
    fields={"contacts.email": "email", "contacts.company": "company_name", "contacts.first_name": "given_name"},
    keys={"people": (("email",),), "sheet": (("company_name", "text"), ("person_name",)), "firma": (("",),)},
)


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ("people:Bob Ray", "people:B** R**"),
        ("people:bob@firm.example", "people:b**@f***.example"),
        ("people:row 12", "people:row 12"),
        ("firma:1291", "firma:1291"),
        ("firma:Kumpir 12", "firma:Kumpir 12"),
        ("sheet:Ahmet Çelik Ticaret␟Torna", "sheet:A**** Ç**** T******␟Torna"),
        ("sheet:Akdağ A.Ş.␟Torna", "sheet:Akdağ A.Ş.␟Torna"),
        ("sheet:Ada Lovelace", "sheet:A** L*******"),  # the key of an object with `one_per:`
        ("people:Bob Ray + sheet:Ada Lovelace", "people:B** R** + sheet:A** L*******"),
    ],
)
def test_keys_are_masked_by_what_they_are_mapped_to(record: str, shown: str) -> None:
    assert Names(KEYS).record(record) == shown


@pytest.mark.parametrize(
    ("said", "about", "shown"),
    [
        (
            "The rows at a.csv:3, a.csv:4 share the key Bob Ray and differ in city. Mend the key or the rows: "
            "neither is taken.",
            About("city", record="people:Bob Ray"),
            "The rows at a.csv:3, a.csv:4 share the key B** R** and differ in city. Mend the key or the rows: "
            "neither is taken.",
        ),
        (
            "company names Ahmet Çelik Ticaret of accounts, which no source has. Bring it, or say `missing:`.",
            About("reference", "company_name", "firma:1"),
            "company names A**** Ç**** T****** of accounts, which no source has. Bring it, or say `missing:`.",
        ),
        (
            "Perhaps the same as people:Bob Ray: same domain. Decide in decisions/duplicates.yaml.",
            About("", record="people:Ada"),
            "Perhaps the same as people:B** R**: same domain. Decide in decisions/duplicates.yaml.",
        ),
        ("it does not hold that Durum != 'Test'", About("", record="firma:9"), "it does not hold that Durum != 'Test'"),
        ("no translation in value map stage: İptal", About("choice"), "no translation in value map stage: İptal"),
        ("no number: 'Bob Ray'", About("money"), "no number: 'B** R**'"),  # a cell that slipped: it may be a name
        (
            "duplicate key: Key (last_name)=(Yılmaz) exists for Ada", About("", record="people:Ada"),
            "duplicate key: Key (last_name)=(Y*****) exists for A**",
        ),
    ],
)  # fmt: skip
def test_sentences_are_masked_place_by_place(said: str, about: About, shown: str) -> None:
    assert message(said, Names(KEYS), about) == shown


def test_the_mapping_s_own_rule_stays_readable() -> None:
    rule = Example(record="firma:1299", message="Durum != 'Test'", personal=False)
    group = figures().exceptions[0].model_copy(update={"field": "", "examples": (rule,)})
    shown = masked(figures().model_copy(update={"exceptions": (group,)}))

    assert shown.exceptions[0].examples[0].message == "Durum != 'Test'"


def test_a_value_that_stands_in_another_field_s_cell_is_masked_as_what_it_is() -> None:
    swapped = Example(record="firma:1", expected="Buyer", actual="Yılmaz", personal=False)
    cause = Cause(cause="swapped with last_name", cls="different", count=1, examples=(swapped,))
    base = FieldFigure(
        object="contacts", field="job_title", type="text", records=1, compared=1, matched=0, classes={"different": 1},
        causes=(cause,),
    )  # fmt: skip
    other = base.model_copy(update={"field": "last_name", "type": "family_name", "causes": ()})
    (shown,) = masked(figures().model_copy(update={"fields": (base, other)})).fields[0].causes[0].examples

    assert (shown.expected, shown.actual) == ("Buyer", "Y●●●●●")


def test_owners_stay_readable_and_groups_by_a_personal_field_do_not() -> None:
    model = figures()
    by_email = model.kpis[0].model_copy(update={"group": "stage=new, email=ayse@anadolu.example"})
    comma = by_email.model_copy(update={"group": "full_name=Müller, Hans, stage=new"})
    shown = masked(model.model_copy(update={"kpis": (by_email, comma)}))

    assert shown.owners == model.owners
    assert shown.kpis[0].group == "stage=new, email=a***@a******.example"
    assert shown.kpis[1].group == "full_name=M*****, H***, stage=new"


def test_an_exception_whose_cause_names_a_value_is_masked_with_it() -> None:
    group = ExceptionGroup(
        code="defaulted", severity="error", object="contacts", source="", field="email", state="different", count=1,
        rule="default value info@crm.example", title="", fix="",
    )  # fmt: skip
    model = figures().model_copy(
        update={"exceptions": (group,), "privacy": Privacy(fields={"contacts.email": "email"})}
    )

    assert masked(model).exceptions[0].rule == "default value i***@c**.example"


def test_a_parent_s_key_is_masked_as_that_of_any_record() -> None:
    wrong = Example(record="firma:1", expected="people:Bob Ray", actual="firma:12", personal=False)
    group = ExceptionGroup(
        code="wrong_parent", severity="error", object="contacts", source="", field="owner", rule="", state="different",
        count=1, title="", fix="", examples=(wrong,),
    )  # fmt: skip
    privacy = KEYS.model_copy(update={"fields": {**KEYS.fields, "contacts.owner": "reference"}})
    found = masked(figures().model_copy(update={"exceptions": (group,), "privacy": privacy}))

    assert [(e.expected, e.actual) for x in found.exceptions for e in x.examples] == [("people:B** R**", "firma:12")]
