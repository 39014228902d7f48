"""Dates before and after: what the mapping says and what the target holds, by month, and the day that is crowded."""

from pathlib import Path

import mini_run

from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.day_figures import DayFigure


def days(folder: Path, content: mini_run.Tables) -> list[DayFigure]:
    run = mini_run.write(folder, content)
    return list(reconcile(mini_run.plan(), run, mini_run.HEADER, "sql:mini").days)


def test_every_month_from_the_first_to_the_last_is_counted_on_both_sides(tmp_path: Path) -> None:
    content = mini_run.tables()
    dates = [str(row["close_date"]) for row in content["validate", "deals", "actual"] if row["close_date"]]
    (found,) = days(tmp_path, content)

    assert (found.object, found.field, found.created, found.as_expected) == ("deals", "close_date", False, True)
    assert found.crowded == ("", 0, 0)
    assert {span: actual for span, _, actual in found.bins if actual} == {
        month: sum(date.startswith(month) for date in dates) for month in {date[:7] for date in dates}
    }
    assert [span for span, *_ in found.bins] == sorted({span for span, *_ in found.bins})


def test_a_target_that_wrote_the_day_of_the_load_is_seen(tmp_path: Path) -> None:
    content = mini_run.tables()
    rows = content["validate", "deals", "actual"]
    ours = [row for row in rows if row["__entity"] and row["close_date"]]
    for row in ours:
        row["close_date"] = "2031-01-05"
    (found,) = days(tmp_path, content)

    assert found.crowded == ("2031-01-05", 0, len(ours))
    assert found.step == "year" and not found.as_expected, "months over more than four years would be too many"
    assert sum(before for _, before, _ in found.bins) == sum(after for _, _, after in found.bins) == len(ours)
