"""Records go into files that a CRM imports: what stands in them, what changes later, what they cannot say."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: by files, locale: de-DE, as_of: 2025-03-14}
sources:
  firms: {file: in/firms.csv, key: No}
  people: {file: in/people.csv, key: Id}
environments:
  import: {connector: files}
value_maps:
  mail: {unmapped: hold, map: {ja: granted, nein: withdrawn, "": unknown}}
objects:
  accounts:
    from: firms
    fields:
      name: {firms: Firma, required: true}
      postal_code: PLZ
      revenue: {firms: Umsatz | money(de)}
      currency: {constant: EUR}
      tags: Gruppen
      parent: {firms: Mutter, ref: accounts.firms, missing: clear}
  contacts:
    from: people
    fields:
      first_name: Vorname
      last_name: Nachname
      email: Mail
      birth_date: {people: Geboren | date(DD.MM.YYYY)}
      consent: {people: Post | map(mail), survive: strictest}
      company: {people: Firma, ref: accounts.firms, missing: clear}
"""
FIRMS = """No;Firma;PLZ;Umsatz;Gruppen;Mutter
1;Ağaç Möbel GmbH;01067;1.250,50;"Holz;Handel";
2;Baum GmbH;01069;;;1
"""
PEOPLE = """Id;Vorname;Nachname;Mail;Geboren;Post;Firma
7;Ayşe;Yılmaz;ayse@example.com;17.05.1980;ja;1
8;Jörg;Groß;joerg@example.com;;nein;2
"""


def project(folder: Path, mapping: str = MAPPING, **files: str) -> Path:
    (folder / "in").mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    for name, text in {"firms": FIRMS, "people": PEOPLE, **files}.items():
        (folder / "in" / f"{name}.csv").write_text(text, "utf-8")
    return folder


def run(folder: Path) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.stderr + repr(done.exception)
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def files(folder: Path, figures: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    found = {}
    for path in sorted((folder / "import" / figures["header"]["run"]).glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name] = list(csv.DictReader(file))
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = project(tmp_path_factory.mktemp("bundle"))
    return folder, run(folder)


def test_every_record_stands_in_the_files_as_the_crm_reads_it(first: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = first
    assert [gate["name"] for gate in figures["gates"] if not gate["passed"]] == []
    found = files(folder, figures)
    assert [*found] == ["01-accounts.csv", "02-contacts.csv", "03-accounts-changes.csv", "04-opt-outs.csv"]
    mother, daughter = found["01-accounts.csv"]
    assert (mother["name"], mother["postal_code"], mother["revenue"], mother["tags"]) == (
        "Ağaç Möbel GmbH", "01067", "1250.50", "Holz;Handel",
    )  # fmt: skip
    ayse, joerg = found["02-contacts.csv"]
    assert (ayse["birth_date"], ayse["consent"], ayse["company"]) == (
        "1980-05-17", "granted", mother["crm_migrate_id"],
    )  # fmt: skip
    assert found["03-accounts-changes.csv"] == [
        {"crm_migrate_id": daughter["crm_migrate_id"], "parent": mother["crm_migrate_id"]}
    ]
    assert joerg["consent"] == "withdrawn"
    assert found["04-opt-outs.csv"] == [{"email": "joerg@example.com"}]
