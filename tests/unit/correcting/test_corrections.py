"""Corrections put into records as they are read: which cells change, and which are left as they are and told."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_migrate.finding import Severity
from crm_migrate.mapping.plan import CorrectionPlan
from crm_migrate.stages.extract.correcting import Correcting
from crm_migrate.workspace.corrections import Correction, read_corrections, write_corrections

ROWS = {"K1": "0212", "K2": None, "K3": "yok", "K4": "a"}


def records(*rows: tuple[str | None, str | None], first: int = 0) -> pa.Table:
    """Rows of key and telephone; the lines of the file begin at 2."""
    numbers = list(range(first, first + len(rows)))
    return pa.table({
        "__row": pa.array(numbers, pa.int64()), "__file": pa.array([0] * len(rows), pa.int32()),
        "__line": pa.array([n + 2 for n in numbers], pa.int64()),
        "No": pa.array([key for key, _ in rows], pa.string()), "Tel": pa.array([cell for _, cell in rows], pa.string()),
    })  # fmt: skip


def correction(key: str | None, was: str, now: str, column: str = "Tel", **place: object) -> CorrectionPlan:
    return CorrectionPlan(name=f"C-{key or place}", column=column, was=was, now=now, by="ayse", key=key, **place)


def corrected(*corrections: CorrectionPlan, table: pa.Table | None = None) -> tuple[pa.Table, Correcting]:
    correcting = Correcting("kisi", ("No",), corrections, ["old/kisi.csv"])
    return correcting.read(records(*ROWS.items()) if table is None else table), correcting


def told(correcting: Correcting) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in correcting.findings()}


def test_a_cell_that_says_what_it_said_is_corrected_and_the_rest_stays() -> None:
    table, correcting = corrected(correction("K1", "0212", "0216"), correction("K2", "", "0232"))
    assert table["Tel"].to_pylist() == ["0216", "0232", "yok", "a"]
    assert table.drop_columns("Tel").equals(records(*ROWS.items()).drop_columns("Tel"))
    assert correcting.corrected().to_pylist() == [
        {"__row": 0, "name": "Tel", "was": "0212", "now": "0216", "correction": "C-K1", "who": "ayse"},
        {"__row": 1, "name": "Tel", "was": "", "now": "0232", "correction": "C-K2", "who": "ayse"},
    ]
    assert told(correcting) == {"correction_made": Severity.NOTE}


def test_a_cell_can_be_emptied() -> None:
    table, _ = corrected(correction("K3", "yok", ""))
    assert table["Tel"].to_pylist() == ["0212", None, None, "a"]


@pytest.mark.parametrize(
    "about, code, severity",
    [
        (correction("K1", "0999", "0216"), "correction_stale", Severity.WARNING),
        (correction("K1", "0999", "0212"), "correction_unused", Severity.NOTE),  # the export is right by now
        (correction("K9", "0212", "0216"), "correction_unused", Severity.NOTE),
        (correction(None, "0212", "0216", file="old/kisi.csv", line=99), "correction_unused", Severity.NOTE),
        (correction(None, "0212", "0216", file="other.csv", line=2), "correction_unused", Severity.NOTE),
    ],
)
def test_what_does_not_fit_any_more_changes_nothing_and_is_told(
    about: CorrectionPlan, code: str, severity: Severity
) -> None:
    table, correcting = corrected(about)
    assert table.equals(records(*ROWS.items()))
    assert told(correcting) == {code: severity}


def test_a_row_without_a_key_is_found_by_its_line() -> None:
    table = records((None, "1"), ("K1", "2"))
    found, _ = corrected(correction(None, "1", "3", file="old/kisi.csv", line=2), table=table)
    assert found["Tel"].to_pylist() == ["3", "2"]


def test_a_key_that_two_rows_have_stops_the_run_also_over_two_batches() -> None:
    correcting = Correcting("kisi", ("No",), [correction("K1", "1", "2")], [])
    correcting.read(records(("K1", "1")))
    correcting.read(records(("K1", "5"), first=1))
    assert told(correcting)["correction_doubtful"] is Severity.ERROR


def test_the_key_itself_can_be_corrected() -> None:
    table, _ = corrected(correction("K1", "K1", "K7", column="No"), correction("K1", "0212", "1"))
    assert table["No"].to_pylist()[0] == "K7"
    assert table["Tel"].to_pylist()[0] == "1"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffd"), max_size=20)


@example(row="kisi:a\x85b", was="x\x85", now="\u2028y", why="z\x85")
@given(row=TEXT.map("kisi:".__add__), was=TEXT, now=TEXT, why=TEXT)
def test_whatever_people_write_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, row: str, was: str, now: str, why: str
) -> None:
    folder = tmp_path_factory.mktemp("decisions")
    said = Correction(row, "Tel", was, now, "ayse", "2026-03-14", why or "because")
    if was != now:
        assert write_corrections(folder, [said]) == []
        found, findings = read_corrections(folder)
        assert findings == []
        assert [(each.about, each.was, each.now, each.why) for each in found] == [(said.about, was, now, said.why)]


def test_a_later_correction_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    said = Correction("kisi:1", "Tel", "1", "2", "ayse", "2026-03-14", "typing")
    other = Correction("kisi:2", "Tel", "1", "2", "ayse", "2026-03-14", "typing")
    assert write_corrections(tmp_path, [said, other]) == []
    assert write_corrections(tmp_path, [Correction("kisi:1", "Tel", "1", "3", "ali", "2026-03-15", "again")]) == []
    assert [(each.row, each.now) for each in read_corrections(tmp_path)[0]] == [("kisi:1", "3"), ("kisi:2", "2")]


@pytest.mark.parametrize(
    "text, words",
    [
        ("corrections: [{row: 'k:1', column: Tel, was: a, now: b, who: x, when: y}]", "`why` is missing"),
        ("corrections: [{row: 'k:1', column: Tel, now: b, who: x, when: y, why: z}]", "`was` is missing"),
        ("corrections: [{row: k1, column: Tel, was: a, now: b, who: x, when: y, why: z, id: C}]", "source:key"),
        ("corrections: [{row: 'k:1', column: Tel, was: a, now: a, who: x, when: y, why: z, id: C}]", "are the same"),
        ("corrections: [{row: 'k:1', colum: Tel, was: a, now: b, who: x, when: y, why: z, id: C}]", "unknown word"),
        (
            "corrections: [{row: 'k:1', column: T, was: a, now: \ufffd, who: x, when: y, why: z, id: C}]",
            "could not read",
        ),
        ("corrections: {row: 'k:1'}", "no list"),
        ("decisions: [{row: 'k:1', column: Tel, was: a, now: b, who: x, when: y, why: z, id: C}]", "read under"),
        ("corrections: [", "cannot be read"),
    ],
)
def test_an_entry_that_cannot_be_taken_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "corrections.yaml").write_text(text, "utf-8")
    found, findings = read_corrections(tmp_path)
    assert found == []
    assert [finding.code for finding in findings] == ["decision_invalid"]
    assert words in findings[0].message


def test_two_corrections_of_one_cell_contradict(tmp_path: Path) -> None:
    said = Correction("kisi:1", "Tel", "1", "2", "ayse", "2026-03-14", "typing")
    write_corrections(tmp_path, [said])
    (tmp_path / "corrections.yaml").rename(tmp_path / "other.yaml")
    assert [finding.code for finding in write_corrections(tmp_path, [said])] == ["decision_invalid"]
    (tmp_path / "more.yaml").write_bytes((tmp_path / "other.yaml").read_bytes())
    assert [finding.code for finding in read_corrections(tmp_path)[1]] == ["decision_conflict"]
