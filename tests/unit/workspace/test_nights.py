"""How nights make a row: one a day, none missed, none over its limit, the same mapping, new files."""

import pytest

from crm_migrate.workspace.night_figures import Share
from crm_migrate.workspace.nights import Known, Result, day_of, standing

BOUND = {"mapping": "m", "limits": "l", "target": "t"}


def share(deviating: int) -> Share:
    return Share(measure="records", scope="", deviating=str(deviating), of="1000", limit="0.005")


def night(day: int, deviating: int = 0, files: str | None = None, **other: object) -> Result:
    """A night of November that read files of its own."""
    said: dict[str, object] = {
        "environment": "prod",
        "day": f"2026-11-{day:02}",
        "run": f"{day:05}",
        "does": "delta",
        "bound": BOUND,
    }
    said |= {"sources": f"{day}" if files is None else files, "shares": (share(deviating),)}
    return Result.model_validate(said | other)


def known(*results: Result, begun: tuple[int, ...] = ()) -> Known:
    return Known(tuple(f"2026-11-{day:02}" for day in begun) or tuple(each.day for each in results), results)


def row(found: Known, today: int = 30) -> list[str]:
    watch = standing(found, f"2026-11-{today:02}", 3, "0.005")
    return [
        f"{each.day[-2:]}{'-' + each.until[-2:] if each.until else ''} {each.outcome} {each.row}"
        for each in watch.nights
    ]


CASES = {
    "none yet": (Known(), 3, []),
    "three in a row": (known(night(1), night(2), night(3)), 3, ["01 stable 1", "02 stable 2", "03 stable 3"]),
    "the share itself is not under it": (known(night(1, 4), night(2, 5)), 2, ["01 stable 1", "02 over 0"]),
    "a missed night": (known(night(1), night(3)), 3, ["01 stable 1", "02 missed 0", "03 stable 1"]),
    "missed ones are one line": (known(night(1), night(5)), 5, ["01 stable 1", "02-04 missed 0", "05 stable 1"]),
    "the last night was missed": (known(night(1), night(2)), 4, ["01 stable 1", "02 stable 2", "03 missed 0"]),
    "tonight is still to come": (known(night(1), night(2)), 3, ["01 stable 1", "02 stable 2"]),
    "begun, without a result": (known(night(1), begun=(1, 2)), 2, ["01 stable 1", "02 failed 0"]),
    "twice on one day": (known(night(1), night(1, run="2", sources="b"), night(2)), 2, ["01 stable 1", "02 stable 2"]),
    "the worse of one day": (known(night(1, 9), night(1, run="2", sources="b")), 1, ["01 over 0"]),
    "a second attempt": (known(night(1), begun=(1, 1)), 1, ["01 stable 1"]),
    "the same files": (
        known(night(1), night(2, files="1"), night(3)), 3, ["01 stable 1", "02 same 1", "03 stable 2"],
    ),
    "the same files, and over": (known(night(1, 9), night(2, 9, files="1")), 2, ["01 over 0", "02 over 0"]),
    "a source without a digest": (
        known(night(1, files=""), night(2, files="")), 2, ["01 stable 1", "02 stable 2"],
    ),
    "the old system stands still": (
        known(night(1), night(2, files="1", does="reconcile")), 2, ["01 stable 1", "02 stable 2"],
    ),
    "another mapping": (
        known(night(1), night(2), night(3, bound={**BOUND, "mapping": "n"})), 3,
        ["01 stable 1", "02 stable 2", "03 stable 1"],
    ),
    "another mapping on the same files": (
        known(night(1), night(2, files="1", bound={**BOUND, "mapping": "n"})), 2, ["01 stable 1", "02 stable 1"],
    ),
    "a gate without which nothing counts": (
        known(night(1), night(2, blocked=("gone",))), 2, ["01 stable 1", "02 blocked 0"],
    ),
    "a clock that was ahead once": (known(night(1), night(29), night(2)), 2, ["01 stable 1", "02 stable 2"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_row_of_nights(case: str) -> None:
    found, today, rows = CASES[case]
    assert row(found, today) == rows


def test_what_began_the_row_anew_is_named() -> None:
    other = {"mapping": "n", "limits": "l", "target": "u"}
    watch = standing(known(night(1), night(2, bound=other)), "2026-11-02", 3, "0.005")
    assert watch.nights[-1].changed == ("mapping", "target")


def test_the_night_of_a_run_is_the_last_one_and_a_run_by_day_is_none() -> None:
    before = known(night(1), night(2), begun=(1, 2, 3))
    assert standing(before, "2026-11-03", 3, "0.005", night(3)).stable
    by_day = standing(known(night(1), night(2)), "2026-11-03", 3, "0.005")
    assert (by_day.row, by_day.tonight, by_day.stable) == (2, False, False)


def test_a_day_is_one_of_the_project() -> None:
    assert day_of("2026-11-01T22:30:00Z", "Europe/Istanbul") == "2026-11-02"
    assert day_of("2026-11-01T22:30:00Z", "UTC") == "2026-11-01"
