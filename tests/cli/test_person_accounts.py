"""Record types, and people who are accounts: the executed example of docs/target-objects.md."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crm_migrate.cli import cli

PAGE = Path(__file__).parents[2] / "docs" / "target-objects.md"
FILES = {
    "firma.csv": "FirmaNo,Unvan\nF1,Örnek Makine A.Ş.\n",
    "kisi.csv": "KisiNo,Ad,Soyad,Mail,FirmaNo\nK1,Ayşe,Yılmaz,ayse@ornek.example,F1\nK2,Deniz,Tek,deniz@tek.example,\n",
    "teklif.csv": "No,Ad,FirmaNo,KisiNo\n1,Pres,F1,K1\n2,Torna,,K2\n",
}


def example() -> str:
    found = re.search(r"<!-- person accounts -->\n```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def write(folder: Path, text: str) -> None:
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    for name, content in FILES.items():
        (folder / name).write_text(content, "utf-8")


def test_people_without_a_company_become_accounts(tmp_path: Path) -> None:
    write(tmp_path, example())
    done = CliRunner().invoke(cli, ["run", str(tmp_path), "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    assert figures["verdict"] == "GO"
    with closing(sqlite3.connect(tmp_path / "crm.db")) as db:
        accounts = db.execute("SELECT name, record_type, first_name, last_name, email FROM accounts ORDER BY name")
        assert accounts.fetchall() == [
            ("Deniz Tek", "Person Account", "Deniz", "Tek", "deniz@tek.example"),
            ("Örnek Makine A.Ş.", "Business Account", None, None, None),
        ]
        people = db.execute("SELECT c.last_name, a.name FROM contacts c JOIN accounts a ON a.id = c.company").fetchall()
        assert people == [("Yılmaz", "Örnek Makine A.Ş.")]
        deals = db.execute(
            "SELECT d.name, a.name FROM deals d JOIN accounts a ON a.id = d.company ORDER BY 1"
        ).fetchall()
        assert deals == [("Pres", "Örnek Makine A.Ş."), ("Torna", "Deniz Tek")]


def test_a_record_type_that_the_target_does_not_have_is_told(tmp_path: Path) -> None:
    text = example().replace("then: Person Account", "then: Persn Account")
    write(tmp_path, text)
    profiles = tmp_path / "mappings" / "targets"
    profiles.mkdir(parents=True)
    ours = (Path(__file__).parents[2] / "mappings" / "targets" / "sql.yaml").read_text("utf-8")
    head, _, accounts = ours.partition("  accounts:\n")
    known = "record_type: {column: RecordType, type: choice, choices: [Business Account, Person Account]}"
    accounts = accounts.replace("record_type: {type: choice, length: 80}", known, 1)
    (profiles / "sql.yaml").write_text(f"{head}  accounts:\n{accounts}", "utf-8")
    told = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert (told.exit_code, "choice_unknown" in told.output, "Persn Account" in told.output) == (2, True, True), (
        told.output
    )


def test_a_record_type_is_said_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        example().replace("    fields:\n      name:", "    fields:\n      record_type: {constant: X}\n      name:", 1),
    )
    told = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert told.exit_code == 2
    assert "`record_type` stands in `fields` too" in told.output
