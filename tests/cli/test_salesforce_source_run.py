"""A Salesforce is left for a database: its records are read, by pages and by a job, joined by their ids, and
counted by Salesforce itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from moved import left
from salesforce_orgs import started

MAPPING = """\
crm_migrate: 1
sources:
  firms:
    connector: salesforce
    url: "env:OLD_URL"
    client_id: crm-migrate
    client_secret: "env:OLD_SECRET"
    table: Account
    key: Id
    changed: LastModifiedDate
    unmapped: {archive: ["*"]}
  people:
    connector: salesforce
    url: "env:OLD_URL"
    client_id: crm-migrate
    client_secret: "env:OLD_SECRET"
    table: Contact
    key: Id
    job_from: "10"
    unmapped: {archive: ["*"]}
environments:
  new: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: firms
    fields:
      name: Name
      employees: NumberOfEmployees
      created_at: CreatedDate
  contacts:
    from: people
    fields:
      last_name: LastName
      email: Email
      company: {people: AccountId, ref: accounts.firms}
"""


def test_an_organisation_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    server = started()
    try:
        store, now = server.engine.store, server.engine.clock.now()
        firms = [store.create("Account", {"Name": f"Işık {n}", "NumberOfEmployees": n}, now).id for n in range(5)]
        for n in range(12):
            values = {"LastName": f"Yılmaz-{n}", "Email": f"k{n}@firma{n % 5}.example", "AccountId": firms[n % 5]}
            store.create("Contact", values, now)
        gone = store.create("Contact", {"LastName": "Gone"}, now).id
        store.delete("Contact", gone, now)
        monkeypatch.setenv("OLD_URL", server.url)
        monkeypatch.setenv("OLD_SECRET", "not-a-secret")
        (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
        assert left("target", "prepare", tmp_path) == 0
        assert left("run", tmp_path) == 0
        told = capfd.readouterr()
        assert "deleted_left_out" in told.err + told.out
        assert sum("jobs/" in each.route and each.method == "POST" for each in server.engine.log.requests) == 1
        assert not list(tmp_path.rglob("records.db"))
        with closing(sqlite3.connect(tmp_path / "crm.db")) as db:
            rows = db.execute(
                "SELECT c.last_name, a.name FROM contacts c JOIN accounts a ON a.id = c.company ORDER BY c.email"
            ).fetchall()
        assert sorted(rows) == sorted((f"Yılmaz-{n}", f"Işık {n % 5}") for n in range(12))
    finally:
        server.stop()
