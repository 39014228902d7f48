"""What `plan` says before anything is written: also of the rows that never became a record."""

from pathlib import Path

import pytest

from crm_migrate.cli import main

MAPPING = """\
crm_migrate: 1
sources:
  kontakte: {file: contacts.csv, key: ContactID, skip: ["Vorname = 'Summe'"]}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: kontakte
    fields:
      first_name: Vorname
"""


def test_the_plan_tells_of_rows_that_wait_before_they_are_records(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    rows = "ContactID;Vorname\n1;Ida\n2;Eda\n2;Ada\n;Uta\n9;Summe\n"
    (tmp_path / "contacts.csv").write_text(rows, encoding="utf-8")
    main(["plan", str(tmp_path)])
    told = capfd.readouterr().out
    assert "1 records would be written" in told
    assert "2  contacts held: key_conflict (" in told
    assert "1  contacts held: key_missing (" in told
    assert "1  contacts excluded: skipped_line (" in told


ALIKE = """\
crm_migrate: 1
sources:
  crm: {file: contacts.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: crm
    fields: {last_name: name, email: mail}
    match:
      - {rule: same name, same: [last_name], do: review}
"""


def test_the_plan_ends_with_the_open_questions(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(ALIKE, encoding="utf-8")
    rows = "id,name,mail\n1,Yılmaz,a@one.example\n2,Yılmaz,b@two.example\n3,Öz,c@three.example\n"
    (tmp_path / "contacts.csv").write_text(rows, encoding="utf-8")
    main(["plan", str(tmp_path)])
    told = capfd.readouterr().out
    assert "open questions  contacts: 1 about duplicates, 2 records; on them hang nothing" in told
    assert "answer them before the load" in told
