"""Fields that are called as our own columns are, and limits that the mapping knows: through the whole pipeline."""

import sqlite3
from pathlib import Path

from crm_migrate.pipeline import start
from crm_migrate.workspace.layout import Project

WORDS = ("code", "rule", "field", "message", "state", "action", "number", "decision", "node", "size", "cluster", "why")
MAPPING = """crm_migrate: 1
sources:
  x: {{file: x.csv, key: id}}
environments:
  mock: {{connector: sql, url: "sqlite:///crm.db"}}
objects:
  gadgets:
    from: x
    to: gadgets
    fields:
      name: {{x: name, type: text, required: true}}
{fields}
"""


def silent(_stage: str, _what: str = "", _done: int = 0, _total: int = 0) -> None:
    return None


def test_fields_called_as_our_reason_columns_arrive_and_are_compared(tmp_path: Path) -> None:
    fields = "\n".join(f"      {word}: {{x: {word}, type: text}}" for word in WORDS)
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING.format(fields=fields), "utf-8")
    given = ("held", "r", "f", "m", "rejected", "create", "7", "apart", "1", "2", "3", "w")
    rows = ["id;name;" + ";".join(WORDS), f"1;A;{';'.join(given)}", "2;;existing;r;f;m;ready;excluded;7;merge;1;2;3;w"]
    (tmp_path / "x.csv").write_text("\n".join([*rows, ""]), "utf-8")

    project = Project(tmp_path, tmp_path / "crm-migrate.yaml")
    for state in ("created", "unchanged"):
        figures = start(project, None, silent).figures

        assert figures is not None
        (line,) = figures.accounting
        assert (line.states[state], line.states["rejected"], line.unexplained) == (1, 1, 0)
        assert "missing_required" in {group.code for group in figures.exceptions}
        assert {f.field: (f.compared, f.matched) for f in figures.fields if f.field in WORDS} == dict.fromkeys(
            WORDS, (1, 1)
        )
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        found = crm.execute(f"SELECT {', '.join(WORDS)} FROM gadgets").fetchall()
    assert found == [given]


def test_a_value_that_is_longer_than_its_field_waits_and_is_said_before_the_load(tmp_path: Path) -> None:
    text = (
        MAPPING.replace("gadgets", "products").format(fields="      code: {x: code}").replace("    to: products\n", "")
    )
    (tmp_path / "crm-migrate.yaml").write_text(text.replace(", type: text, required: true", ""), "utf-8")
    (tmp_path / "x.csv").write_text(f"id;name;code\n1;A;{'9' * 65}\n2;B;9\n", "utf-8")

    figures = start(Project(tmp_path, tmp_path / "crm-migrate.yaml"), None, silent).figures

    assert figures is not None
    assert ("too_long", "before") in {(group.code, group.state) for group in figures.exceptions}
    assert "target_would_refuse" in {group.code for group in figures.exceptions if group.state == "held"}
    states = figures.accounting[0].states
    assert (states["created"], states["held"], states["failed"]) == (1, 1, 0)
