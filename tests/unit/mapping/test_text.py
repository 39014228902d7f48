"""The small texts: cells, steps, comparisons, vetoes, splits, references, limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.mapping.plan import SamePlan, SplitPlan, VetoPlan
from crm_migrate.mapping.text import (
    TextError,
    parse_amount,
    parse_cell,
    parse_limit,
    parse_ref,
    parse_same,
    parse_split,
    parse_steps,
    parse_veto,
)


def shape(text: str) -> tuple[str | None, str | None, list[tuple[str, tuple[str, ...], dict[str, str]]]]:
    cell = parse_cell(text)
    return cell.column, cell.expression, [(s.plan.name, s.plan.args, s.plan.options) for s in cell.steps]


@pytest.mark.parametrize(
    ("text", "column", "steps"),
    [
        ("Vorname", "Vorname", []),
        ("  E-posta ", "E-posta", []),
        ("Tel | phone(TR)", "Tel", [("phone", ("TR",), {})]),
        ("custom.industry_c", "custom.industry_c", []),
        ("Umsatz (EUR), brutto", "Umsatz (EUR), brutto", []),
        ("A|B", "A|B", []),
        ("s\u0327ehir", "ş" + "ehir", []),
        ("Web | domain(except=free_mail) | trim", "Web", [("domain", (), {"except": "free_mail"}), ("trim", (), {})]),
        ("Tarih | date(DD.MM.YYYY)", "Tarih", [("date", ("DD.MM.YYYY",), {})]),
        ("D | date('DD, MM', YYYY)", "D", [("date", ("DD, MM", "YYYY"), {})]),
        ("K | person.given", "K", [("person.given", (), {})]),
        ("K | max( 10 )", "K", [("max", ("10",), {})]),
        ("K | f()", "K", [("f", (), {})]),
    ],
)
def test_the_text_before_the_first_bar_is_a_column(text: str, column: str, steps: list[object]) -> None:
    assert shape(text) == (column, None, steps)


def test_an_expression_may_hold_bars() -> None:
    assert shape("= concat(a, ' | ', [b | c]) | trim") == (None, " concat(a, ' | ', [b | c])", [("trim", (), {})])


@pytest.mark.parametrize(
    "text", ["", "  ", " | trim", "A | ", "A | 1x", "A | f(", "A | f(a,)", "A | f(a) b", "A |trim", "A| trim"]
)
def test_broken_cells_have_a_place(text: str) -> None:
    with pytest.raises(TextError) as refused:
        parse_cell(text)
    assert 0 <= refused.value.offset <= len(text)


def test_steps_know_where_they_stand() -> None:
    assert [s.at for s in parse_cell("Tel | trim |  phone(TR)").steps] == [6, 14]
    assert parse_steps("phone(TR)")[0].at == 0


@given(st.text(st.characters(exclude_characters="|=", exclude_categories=["C", "Z"]), min_size=1))
def test_any_name_without_a_bar_is_a_column(name: str) -> None:
    assert parse_cell(name).expression is None
    assert parse_cell(f"{name} | trim").column == parse_cell(name).column


def test_same_and_unless() -> None:
    assert parse_same("domain") == SamePlan(field="domain")
    assert parse_same("name ~ 0.90") == SamePlan(field="name", similarity=0.9)
    assert parse_veto("tax_id differs") == VetoPlan(field="tax_id", kind="differs")
    assert parse_veto("email is shared") == VetoPlan(field="email", kind="shared")


@pytest.mark.parametrize("text", ["name ~ 90", "name ~ 0", "name ~", "~ 0.9", "name 0.9", "name ~ 1.1", "a b"])
def test_broken_comparisons(text: str) -> None:
    with pytest.raises(TextError):
        parse_same(text)


@pytest.mark.parametrize("text", ["differs", "tax_id differ", "tax_id is", "a b differs", ""])
def test_broken_vetoes(text: str) -> None:
    with pytest.raises(TextError):
        parse_veto(text)


def test_split_rows() -> None:
    split = parse_split("[Kişi] by ';' with [E-posta], [Tel]")
    assert split == SplitPlan(column="Kişi", by=";", companions=("E-posta", "Tel"))
    assert parse_split("[A] by ' '' '") == SplitPlan(column="A", by=" ' ")


@pytest.mark.parametrize(
    "text", ["Kişi by ';'", "[A] by ;", "[A]", "[A] by ''", "[A] by ';' with B", "[A] by ';' with [B],"]
)
def test_broken_splits(text: str) -> None:
    with pytest.raises(TextError):
        parse_split(text)


def test_references() -> None:
    assert parse_ref("accounts.firma") == ("accounts", "firma")
    assert parse_ref("accounts") == ("accounts", None)
    with pytest.raises(TextError):
        parse_ref("accounts.firma.x")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("held", "0", ("<=", "0", False)),
        ("rejected", "0.5%", ("<=", "0.005", True)),
        ("rejected", "<= 12", ("<=", "12", False)),
        ("arrived", ">= 95%", (">=", "0.95", True)),
        ("arrived", "95%", (">=", "0.95", True)),
        ("field_match", "1.0", (">=", "1", True)),
        ("field_match", "99.9%", (">=", "0.999", True)),
        ("unexplained", "100", ("<=", "100", False)),
    ],
)
def test_limits(name: str, text: str, expected: tuple[str, str, bool]) -> None:
    gate = parse_limit(name, "contacts", text)
    assert (gate.compare, gate.limit, gate.share) == expected


@pytest.mark.parametrize("text", ["half", "-1", "1e3", "101%", "> 3", ""])
def test_broken_limits(text: str) -> None:
    with pytest.raises(TextError):
        parse_limit("arrived", "", text)


def test_amounts() -> None:
    assert parse_amount("186420.50 EUR") == ("186420.50", "EUR")
    assert parse_amount("12") == ("12", "")
    for wrong in ("186,420.50 EUR", "EUR 12", "12 eur", "1.2.3", ""):
        with pytest.raises(TextError):
            parse_amount(wrong)
