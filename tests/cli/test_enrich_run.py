"""Sources that only add to records, through a whole run: a table of mailboxes finds its people by their number."""

import sqlite3
from pathlib import Path

from demo.finished_run import FinishedRun, crm_migrate

MAPPING = """crm_migrate: 1
environments: {local: {connector: sql, url: "sqlite:///crm.db"}}
sources: {people: {file: people.csv, key: Id}, boxes: {file: boxes.csv, key: Id}}
objects:
  contacts:
    from: people
    let:
      number: {people: Id, boxes: Person, type: id}
    enrich: {boxes: {by: number}}
    fields:
      last_name: {people: Name}
      email: {people: Mail, boxes: Mail, then: email, survive: trust, keep_others: additional_emails}
"""
PEOPLE = "Id,Name,Mail\n1,Adams,a@one.example\n2,Baker,\n3,Clark,c@one.example\n"
BOXES = "Id,Person,Mail\n10,1,A@ONE.example\n11,1, a2@one.example\n12,2,b@one.example\n13,9,nobody@one.example\n"


def test_rows_find_their_record_by_a_helper_that_is_not_loaded(tmp_path: Path) -> None:
    for name, text in (("crm-migrate.yaml", MAPPING), ("people.csv", PEOPLE), ("boxes.csv", BOXES)):
        (tmp_path / name).write_text(text, "utf-8")
    for verb in (("target", "prepare"), ("run",)):
        done = crm_migrate(*verb, str(tmp_path))
        assert done.returncode in (0, 1), done.stdout + done.stderr

    connection = sqlite3.connect(tmp_path / "crm.db")
    found = connection.execute("SELECT last_name, email, additional_emails FROM contacts ORDER BY 1").fetchall()
    columns = [row[1] for row in connection.execute("PRAGMA table_info(contacts)")]
    connection.close()
    assert found == [
        ("Adams", "a@one.example", '["a2@one.example"]'),
        ("Baker", "b@one.example", None),
        ("Clark", "c@one.example", None),
    ]
    assert "number" not in columns
    run = FinishedRun(tmp_path)
    rows = run.table("reconcile", "contacts", "dispositions")
    assert len(rows) == 7 and set(rows.filter(rows["__source"] == "boxes")["state"]) == {"enrichment"}
    reached = run.table("link", "contacts", "enrichment")
    assert reached.filter(reached["__node"].is_null())["__key"].to_list() == ["13"]
