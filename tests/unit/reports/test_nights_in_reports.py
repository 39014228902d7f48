"""The nights of a parallel run as reports draw and say them."""

from fractions import Fraction

import pytest
from fictional_figures import figures

from crm_migrate.reports.nights import HEIGHT, LIMIT, columns, lines, percent, sentence
from crm_migrate.reports.speaking import told
from crm_migrate.words.language import language
from crm_migrate.workspace.figures import Gate
from crm_migrate.workspace.night_figures import WatchFigure


def watch() -> WatchFigure:
    found = figures().watch
    assert found is not None
    return found


def test_every_calendar_day_has_a_column_and_the_limit_is_one_line_for_all_shares() -> None:
    drawn = columns(watch(), language("en"))
    assert [each.outcome for each in drawn] == [
        "over", "stable", "same", "missed", "missed", "failed", "blocked", "stable",
    ]  # fmt: skip
    assert drawn[0].height > LIMIT, "310 of 18,429 are beyond 0.5 %"
    assert (drawn[0].height, drawn[0].cut) == (HEIGHT, True), "more than two and a half times its limit"
    assert drawn[1].height == 39, "95.50 of 10,000.00 EUR are nearest to their limit of 1 %"
    assert {each.height for each in drawn if each.outcome in ("missed", "failed")} == {0}


def test_a_terminal_is_told_of_the_last_nights_and_of_the_row() -> None:
    assert list(lines(watch(), language("en"))) == [
        "night  2025-03-10: no result",
        "night  2025-03-11: blocked; 61 of 18,429 records deviate (0.34 %);"
        " nearest to its limit: EUR 95.50 of 10,000.00 (0.96 %); no share counts while this gate fails:"
        " not exported any more",
        "night  2025-03-12: stable; 61 of 18,429 records deviate (0.34 %);"
        " nearest to its limit: EUR 95.50 of 10,000.00 (0.96 %); 7 records changed by users in the target",
        "nights  1 of 3 stable nights running, each under 0.50 %",
    ]


def test_what_is_some_is_never_none() -> None:
    assert [percent(Fraction(n, 100_000_000)) for n in (0, 1)] == ["0.00", "0.01"]


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        ("2", "2"),
        ("0 (over: deals 12.5 %)", "0 (über der Grenze: deals 12,5 %)"),
        ("0 (over: all 0.61 %)", "0 (über der Grenze: alles 0,61 %)"),
        ("0 (blocked: read, whole)", "0 (gesperrt: {read}, {whole})"),
    ],
)
def test_the_gate_speaks_the_language_of_the_reader(actual: str, said: str) -> None:
    german = language("de")
    gate = Gate(name="stable", scope="", limit=">= 3 nights", actual=actual, passed=False)
    (spoken,) = told(figures().model_copy(update={"gates": (gate,)}), german).gates
    names = {name: german.name("word", name) for name in ("read", "whole")}
    assert (spoken.limit, spoken.actual) == (">= 3 Nächte", said.format(**names))


def test_the_row_in_a_sentence() -> None:
    enough = watch().model_copy(update={"row": 3})
    assert sentence(enough, language("tr")) == "art arda 3 kararlı gece, 3 gerekli, her biri %0,50 altında"
