"""Languages say the same things, numbers are said exactly, and the published schema is the one of the model."""

import json
import re
import string
from decimal import Decimal
from pathlib import Path

import pytest
from fictional_figures import figures
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.reports import presentable
from crm_migrate.reports.changes import changes, pieces
from crm_migrate.reports.json_report import render, schema
from crm_migrate.reports.speaking import told
from crm_migrate.words import catalogue, languages
from crm_migrate.words.language import language
from crm_migrate.words.messages import spoken
from crm_migrate.workspace.figures import Gate
from crm_migrate.workspace.follow_up import GoneException

ROOT = Path(__file__).resolve().parents[3]
CATALOGUES = {code: catalogue(code) for code in languages()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_every_word_with_the_same_placeholders() -> None:
    assert {"de", "en", "tr"} <= set(CATALOGUES)
    for words in CATALOGUES.values():
        assert words.keys() == CATALOGUES["en"].keys()
        assert {k: placeholders(v) for k, v in words.items()} == {
            k: placeholders(v) for k, v in CATALOGUES["en"].items()
        }
        assert all(words.values())


def test_templates_use_words_that_exist() -> None:
    words = language("en").words
    templates = (ROOT / "crm_migrate" / "reports" / "templates").glob("*.html")
    used = {w for t in templates for w in re.findall(r"\bw\(['\"]([\w.]+)['\"][,)]", t.read_text(encoding="utf-8"))}

    assert used - words.keys() == set()
    assert len(used) > 40


@pytest.mark.parametrize(
    ("locale", "code"), [("tr_TR", "tr"), ("tr-TR", "tr"), ("de_AT", "de"), ("fr", "en"), ("", "en"), ("../en", "en")]
)
def test_a_locale_without_words_reads_english(locale: str, code: str) -> None:
    assert language(locale).code == code


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    assert language("tr").number(1234567) == "1.234.567"
    assert language("tr").amount("-1250000.50") == "-1.250.000,50"
    assert language("de").amount("-1250000.50") == "-1.250.000,50"
    assert language("en").amount("1250000.5") == "1,250,000.5"
    assert language("en").amount("9" * 25 + ".01").endswith("9.01")
    assert [language("en").amount(t) for t in ("n/a", "NaN", "", "1E+3")] == ["n/a", "NaN", "", "1,000"]


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_hundred_percent_is_said_only_when_nothing_differs(part: int, more: int) -> None:
    said = language("en").percent(part, part + more)

    assert (said == "100 %") == (more == 0 and part > 0)
    if part + more:
        assert Decimal(said.removesuffix(" %")) <= Decimal(100 * part) / (part + more)


def test_the_published_schema_is_the_model_s() -> None:
    published = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))

    assert published == json.loads(json.dumps(schema())), "run: python scripts/report_schema.py"


def test_the_report_has_every_key_of_the_schema() -> None:
    report = json.loads(render(presentable(figures()), masked=True))
    model = schema()["$defs"]["Figures"]

    assert set(report) == set(schema()["properties"])
    assert set(report["figures"]) == set(model["properties"])
    assert set(model["required"]) <= set(report["figures"])


@given(st.text("ab ıİ", max_size=30), st.text("ab ıİ", max_size=30))
def test_changes_leave_what_is_equal_and_name_the_rest(left: str, right: str) -> None:
    spans = changes(left, right)
    rebuilt, at = "", 0
    for a0, a1, b0, b1 in spans:
        assert a1 > a0 or b1 > b0
        rebuilt += left[at:a0] + right[b0:b1]
        at = a1
    assert rebuilt + left[at:] == right
    assert (spans == []) == (left == right)
    assert "".join(text for text, _ in pieces(left, [s[:2] for s in spans])) == left


def test_very_long_texts_are_compared_quickly() -> None:
    assert changes("x" * 1000 + "a" * 5000 + "y", "x" * 1000 + "b" * 5000 + "y") == [(1000, 6000, 1000, 6000)]


@pytest.mark.parametrize(
    ("locale", "actual", "shown"),
    [
        ("en", "1364501.5", "1,364,501.5"),
        ("tr", "1364501.5", "1.364.501,5"),
        ("en", "2.00 % (12 of 34000)", "2.00 % (12 of 34,000)"),
        ("tr", "2.00 % (12 of 34000)", "%2,00 (34.000 içinden 12)"),
        ("de", "3 (1364501.50 EUR, 1200 JPY)", "3 (1.364.501,50 EUR, 1.200 JPY)"),
        ("en", "every record", "every record"),
        ("tr", "the first 1,200 of every source", "her kaynağın ilk 1.200 kaydı"),
    ],
)
def test_figures_of_gates_are_written_as_the_rest_of_the_page(locale: str, actual: str, shown: str) -> None:
    gate = Gate(name="left_out_amount", scope="EUR", limit=actual, actual=actual, passed=False)
    model = figures(locale=locale).model_copy(update={"gates": (gate,)})
    (found,) = told(model, language(locale)).gates
    assert (found.limit, found.actual) == (shown, shown)


@pytest.mark.parametrize(
    ("currency", "text", "shown"),
    [
        ("EUR", "1364501.5", "1.364.501,50"),
        ("EUR", "0.005", "0,005"),  # what is there is never hidden
        ("JPY", "1200.00", "1.200"),
        ("KWD", "-1.5", "-1,500"),
        ("", "12", "12"),  # a count
        ("EUR", "sorulacak", "sorulacak"),
    ],
)
def test_money_is_written_with_the_digits_of_its_currency(currency: str, text: str, shown: str) -> None:
    assert language("de").money(text, currency) == shown


@pytest.mark.parametrize(
    "sentence",
    [
        "1250800.50 stands for amounts in EUR, TRY at once",
        "100 is written, the lines add up to 99.50 EUR",
        "100 is written, the lines add up to 99.50",
        "said by kisi:K3 (held)",
        "company names 12 of accounts, which is excluded (excluded_rule) by D-004.",
        "currency: the target does not have the currency; owner: the user is disabled in the target",
        "company points to a record of accounts that is excluded (parent_excluded) by D-004.",
    ],
)
def test_sentences_of_totals_consents_and_decisions_are_spoken_in_turkish(sentence: str) -> None:
    assert spoken(sentence, language("tr")) != sentence


@pytest.mark.parametrize(
    ("locale", "state", "rule", "shown"),
    [
        ("tr", "held", "consent", "consent"),  # a field, and not the gate of that name
        ("tr", "different", "date -1 day", "tarih −1 gün"),
        ("tr", "lost", "swapped with last_name", "last_name ile yer değiştirmiş"),
        ("en", "held", "case", "case"),
        ("en", "different", "case", "only upper and lower case"),
    ],
)
def test_a_rule_is_called_as_the_mapping_calls_it_and_a_cause_in_words(
    locale: str, state: str, rule: str, shown: str
) -> None:
    model = figures(locale=locale)
    group = model.exceptions[0].model_copy(update={"state": state, "rule": rule})
    (told_group,) = told(model.model_copy(update={"exceptions": (group,)}), language(locale)).exceptions
    assert told_group.rule == shown


@pytest.mark.parametrize("code", sorted(set(languages()) - {"en"}))
def test_an_exception_that_is_gone_is_said_in_the_language_of_the_page(code: str) -> None:
    title = CATALOGUES["en"]["code.target_lost.title"]
    found = figures()
    gone = GoneException(
        id="E-1", code="target_lost", severity="error", object="x", source="", field="", count=1, title=title
    )
    follow_up = found.follow_up.model_copy(update={"gone": (gone,)})
    said = told(found.model_copy(update={"follow_up": follow_up}), language(code)).follow_up.gone[0].title
    assert said == CATALOGUES[code]["code.target_lost.title"] != title
