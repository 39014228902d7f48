"""Won and lost are no stages everywhere: the files say it as that CRM wants it, and its exports are read so."""

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.errors import InputError
from tests.cli.test_exports_in_their_own_words import rows
from tests.cli.test_files_target import compared, differing, run

MAPPING = """crm_migrate: 1
project: {name: by files, as_of: 2025-03-14}
sources:
  firms: {file: in/firms.csv, key: No}
  chances: {file: in/chances.csv, key: Id}
environments:
  import: {connector: files, profile: PROFILE}
objects:
  accounts:
    from: firms
    fields: {name: Firm}
  deals:
    from: chances
    fields:
      name: Title
      stage: Stage
      close_date: Closed
      company: {chances: Firm, ref: accounts.firms}
"""
CHANCES = """Id,Title,Stage,Closed,Firm
1,Saw,qualified,2025-05-01,1
2,Lathe,closedwon,2024-11-30,1
3,Press,closedlost,2023-02-28,1
4,Drill,,2025-06-01,1
"""
# Profile -> its file of deals: columns of stage, state and days; their cells of each deal; states in exports.
SAID: dict[str, tuple[str, list[str], list[list[str]]]] = {
    "pipedrive_files": (
        "02-deals.xlsx",
        ["Deal - Stage", "Deal - Status", "Deal - Won time", "Deal - Lost time"],
        [
            ["Qualified", "Open", "", ""], ["", "Won", "2024-11-30", ""], ["", "Lost", "", "2023-02-28"],
            ["", "Open", "", ""],
        ],
    ),
    "dynamics_files": ("02-Opportunity.csv", ["Sales Stage"], [["Qualify"], [""], [""], [""]]),
    "odoo_files": (
        "02-crm.lead.csv", ["stage_id", "active"],
        [["Qualified", "True"], ["Won", "True"], ["", "False"], ["", "True"]],
    ),
}  # fmt: skip
STATES = {
    "pipedrive_files": ("Deal - Status", ["Open", "Won", "Lost", "Open"]),
    "dynamics_files": ("Status", ["Open", "Won", "Lost", "Open"]),
    "odoo_files": ("active", ["True", "True", "False", "True"]),
}


def project(folder: Path, name: str) -> tuple[Path, dict[str, Any]]:
    (folder / "in").mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("PROFILE", name), "utf-8")
    (folder / "in" / "firms.csv").write_text("No,Firm\n1,Ege GmbH\n", "utf-8")
    (folder / "in" / "chances.csv").write_text(CHANCES, "utf-8")
    return folder, run(folder)


@pytest.fixture(scope="module", params=SAID)
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, dict[str, Any]]:
    return request.param, *project(tmp_path_factory.mktemp("closed"), request.param)


def made(folder: Path, figures: dict[str, Any]) -> Path:
    place: Path = folder / "import" / figures["header"]["run"]
    return place


def exported(folder: Path, figures: dict[str, Any], place: Path, name: str, **states: str) -> Path:
    """All files as the CRM exports them, with its own column of the state; `states` is title -> state."""
    column, said = STATES[name]
    place.mkdir()
    for path in sorted(made(folder, figures).glob("0[12]-*")):
        found = rows(path)
        if path.name == SAID[name][0]:
            for row, state in zip(found, said, strict=True):
                title = next(cell for cell in row.values() if cell in ("Saw", "Lathe", "Press", "Drill"))
                row[column] = states.get(title, state)
        with (place / f"{path.stem[3:]}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*found[0]])
            writer.writeheader()
            writer.writerows(found)
    return place


def test_what_is_closed_stands_where_the_import_looks_for_it(loaded: tuple[str, Path, dict[str, Any]]) -> None:
    name, folder, figures = loaded
    file, columns, cells = SAID[name]
    found = rows(made(folder, figures) / file)
    assert [[row[column] for column in columns] for row in found] == cells
    assert not [column for column in found[0] if "tatus" in column and column not in columns]


def test_what_an_import_cannot_close_is_listed_until_it_changes_and_its_export_has_the_state(tmp_path: Path) -> None:
    folder, figures = project(tmp_path / "p", "dynamics_files")
    keys = {row["Topic"]: row["crm_migrate_id"] for row in rows(made(folder, figures) / "02-Opportunity.csv")}
    assert rows(made(folder, figures) / "03-to-be-closed.csv") == [
        {"object": "Opportunity", "key": keys["Lathe"], "state": "Won", "day": "2024-11-30"},
        {"object": "Opportunity", "key": keys["Press"], "state": "Lost", "day": "2023-02-28"},
    ]
    assert "`to-be-closed` lists the records" in (made(folder, figures) / "README.md").read_text("utf-8")
    place = tmp_path / "exports"
    place.mkdir()
    for path in made(folder, figures).glob("0[12]-*.csv"):
        (place / path.name[3:]).write_bytes(path.read_bytes())
    done = CliRunner().invoke(cli, ["reconcile", str(folder), "--target-export", str(place)])
    assert isinstance(done.exception, InputError) and "lacks the columns Status" in done.exception.message
    later = CHANCES.replace("Saw,qualified", "Saw,closedwon").replace("Press,closedlost", "Press,proposal")
    (folder / "in" / "chances.csv").write_text(later.replace("Drill", "Big drill"), "utf-8")
    figures = run(folder)
    (path,) = made(folder, figures).glob("*to-be-closed.csv")
    assert [(row["state"], row["day"]) for row in rows(path)] == [("Won", "2025-05-01"), ("Open", "")]


def test_an_export_says_by_its_state_what_is_closed(tmp_path: Path, loaded: tuple[str, Path, dict[str, Any]]) -> None:
    name, folder, figures = loaded
    code, found = compared(folder, exported(folder, figures, tmp_path / "same", name))
    assert (code, differing(found)) == (0, {})
    opened = STATES[name][1][0]
    code, found = compared(folder, exported(folder, figures, tmp_path / "other", name, Press=opened))
    assert (code, differing(found)) == (1, {"deals.stage": 1})
