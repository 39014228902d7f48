"""Nothing that the terminal shows is wider than it, and folded columns add up like the whole ones."""

import itertools
import re
from pathlib import Path

import pytest

from crm_migrate.cli import main
from crm_migrate.reports import terminal
from crm_migrate.workspace.figures import AccountingLine

STATES = {
    "created": 142, "updated": 3, "unchanged": 4, "merged": 5, "folded": 2, "enrichment": 7, "absent": 8,
    "excluded": 9, "rejected": 10, "held": 11, "failed": 12,
}  # fmt: skip


def line(name: str = "accounts", source: str = "books", factor: int = 1) -> AccountingLine:
    states = {state: count * factor for state, count in STATES.items()}
    whole = sum(states.values())
    return AccountingLine(object=name, source=source, read=whole - 12, extra=12, states=states, unexplained=0)


@pytest.mark.parametrize("width", [50, 80, 120, 200])
@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000])
def test_the_accounting_fits_and_its_numbers_add_up(width: int, factor: int) -> None:
    long = line("opportunities_of_the_german_branch", "sales pipeline of the field staff", factor)
    table = terminal.accounting((line(factor=factor), long), width)

    assert max(map(terminal.text_width, table)) <= width
    for text in told_lines(table):
        numbers = [int(word.replace(",", "")) for word in re.findall(r"(?<![\w.])[\d,]*\d(?![\w.])", text)]
        assert numbers[0] + numbers[1] == sum(numbers[2:]) == sum(STATES.values()) * factor, text


def told_lines(table: list[str]) -> list[str]:
    """The lines of the table without its head; a sentence over several lines is one."""
    if "object" in table[0]:
        return table[1:]
    starts = [number for number, text in enumerate(table) if not text.startswith(" ")]
    return [" ".join(table[a:b]) for a, b in itertools.pairwise([*starts, len(table)])]


def test_a_line_that_does_not_add_up_says_so_at_any_width() -> None:
    wrong = line().model_copy(update={"unexplained": 7})
    for width in (40, 80, 200):
        assert "DOES NOT ADD UP (7 unexplained)" in " ".join(" ".join(terminal.accounting((wrong,), width)).split())


MAPPING = """\
crm_migrate: 1
sources:
  musteriler_ve_tedarikciler: {file: contacts.csv, key: ContactID, skip: ["Vorname = 'Summe'"]}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: musteriler_ve_tedarikciler
    fields:
      first_name: Vorname
      last_name: Nachname
"""


def test_plan_run_and_runs_fit_eighty_columns(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    rows = "ContactID;Vorname;Nachname\n1;Ida;Kara\n2;Eda;Kaya\n2;Ada;Kaya\n;Uta;Kara\n9;Summe;\n"
    (tmp_path / "contacts.csv").write_text(rows, encoding="utf-8")
    main(["plan", str(tmp_path)])
    with pytest.raises(SystemExit):
        main(["run", str(tmp_path)])
    main(["runs", str(tmp_path)])
    out, err = capfd.readouterr()

    # A path and a command that names one stay whole, to be copied.
    paths = re.compile(rf"(report +|as a workbook: crm-migrate report --project ){re.escape(str(tmp_path))}.*")
    assert [text for text in (out + err).splitlines() if len(text) > 80 and not paths.fullmatch(text)] == []
    assert re.search(r"NO-GO  1 arrived, \d wait", out)
    assert "stopped after plan" in out
