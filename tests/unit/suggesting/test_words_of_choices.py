"""Words that a target does not have are told when a line is proposed that copies them."""

from pathlib import Path

import pytest

from crm_migrate.suggesting.starting import start

HEADER = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Deal owner\n"


def told(folder: Path, *stages: str) -> list[str]:
    rows = (f"{n},Deal {n},{stage},Sales,10.5,2026-01-0{n},kim@ours.example\n" for n, stage in enumerate(stages, 1))
    (folder / "deals.csv").write_text(HEADER + "".join(rows), "utf-8")
    begun = start(folder)
    assert "stage: Deal Stage" in begun.text, begun.text
    return [note for note in begun.told.notes if "does not have" in note]


def test_words_of_the_target_are_not_told(tmp_path: Path) -> None:
    assert told(tmp_path, "new", "closedwon", "") == []


@pytest.mark.parametrize("own", [(), ("new",)])
def test_other_words_are_told_by_name(tmp_path: Path, own: tuple[str, ...]) -> None:
    (note,) = told(tmp_path, *own, "Demo held", "Angebot", "Demo held")
    words = "Deal Stage has words that deals.stage of the target does not have (Angebot, Demo held)"
    assert words in note and "closedlost, closedwon" in note and "`Deal Stage | map(NAME)`" in note


def test_of_many_words_the_first_are_listed(tmp_path: Path) -> None:
    (note,) = told(tmp_path, *(f"S{n}" for n in range(1, 10)))
    assert "(S1, S2, S3, S4, S5, S6, S7, S8 and 1 more)" in note
