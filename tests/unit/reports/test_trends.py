"""The lines in the tiles of the summary say what this run and those before it say, drawn and in words."""

from fictional_figures import figures

from crm_migrate.reports.trends import trends
from crm_migrate.words.language import language


def test_a_line_goes_through_the_runs_from_the_oldest_to_this_one() -> None:
    drawn = trends(figures().follow_up.rehearsals, language("en"))

    assert set(drawn) == {"accounting", "fields", "links", "kpis", "consent", "unexpected"}
    assert drawn["links"].said == "Wrong links and orphans, run by run: 12 → 2 → 0"
    assert drawn["links"].points == ((2, 2), (50, 16), (98, 18)), "twelve is above, nothing below"
    assert drawn["fields"].said == "Cells that agree, run by run: 98.00 % → 99.80 % → 99.80 %"
    assert drawn["kpis"].points == ((2, 10), (50, 10), (98, 10)), "no change is a line in the middle"


def test_a_run_alone_has_no_trend() -> None:
    assert trends((), language("en")) == {}
