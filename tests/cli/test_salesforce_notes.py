"""Notes of the old system go to Salesforce as tasks that are done, beside its tasks, once however often it is run."""

from pathlib import Path

import pytest
from moved import left
from salesforce_orgs import ENVIRONMENT, served

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  todos: {file: todos.csv, key: id}
  notes: {file: notes.csv, key: id}
ENVIRONMENT
    longest_seconds: "10"
objects:
  accounts:
    from: firms
    fields: {name: name}
  tasks:
    from: [todos, notes]
    fields:
      subject: {todos: what, notes: title}
      description: {todos: details, notes: text}
      status: {todos: state, notes: "= 'Completed'"}
      company: {todos: firm, notes: firm, ref: accounts.firms}
""".replace("ENVIRONMENT\n", ENVIRONMENT)


def test_notes_are_tasks_that_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "firms.csv").write_text("id,name\n1,Işık A.Ş.\n", encoding="utf-8")
    (tmp_path / "todos.csv").write_text("id,what,details,state,firm\n1,Call,,Not Started,1\n", encoding="utf-8")
    notes = 'id,title,text,firm\n1,Visit,"Wants two.\nLikes ""red"" <b>most</b>.",1\n2,Fair,Met in Bursa,1\n'
    (tmp_path / "notes.csv").write_text(notes, encoding="utf-8")
    with served(monkeypatch) as server:
        for command in (("target", "prepare"), ("run",), ("run",)):
            assert left(*command, tmp_path) == 0
        tasks = [each.values for each in server.engine.store.all("Task")]
        said = sorted((t["Subject"], t["Status"], t.get("Description")) for t in tasks)
        assert said == [
            ("Call", "Not Started", None),
            ("Fair", "Completed", "Met in Bursa"),
            ("Visit", "Completed", 'Wants two.\nLikes "red" <b>most</b>.'),
        ]
        (firm,) = server.engine.store.all("Account")
        assert {t["WhatId"] for t in tasks} == {firm.id}
