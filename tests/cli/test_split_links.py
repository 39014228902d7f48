"""Links in one cell (`split_rows`) over several runs: who comes, goes or changes place touches no other link."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.stages.load import rekeying
from crm_migrate.stages.map import batch

MAPPING = """crm_migrate: 1
project: {name: split}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  kisi: {file: kisi.csv, key: id}
  opp: {file: opp.csv, key: id}
objects:
  contacts: {from: kisi, fields: {last_name: last}}
  deals: {from: opp, fields: {name: name}}
links:
  deal_contacts:
    from: {opp: {split_rows: "[people] by ';' with [roles]"}}
    ends: {deals: {opp: id, ref: deals}, contacts: {opp: people}}
    DISTINCTfields: {role: {opp: roles}}
"""
LINKS = "SELECT c.last_name, l.role, l.id FROM deal_contacts l JOIN contacts c ON c.id = l.contact ORDER BY 1, 2"


def run(folder: Path, people: str, roles: str = "", distinct: str = "") -> dict[str, Any]:
    """One run with this cell; what became of the links."""
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("DISTINCT", distinct), "utf-8")
    (folder / "kisi.csv").write_text("id,last\n1,Ada\n2,Bob\n3,Cem\n4,Dee\n", "utf-8")
    (folder / "opp.csv").write_text(f"id,name,people,roles\n10,Pres,{people},{roles}\n", "utf-8")
    figures = json.loads(CliRunner().invoke(cli, ["run", str(folder), "--json"]).stdout)["figures"]
    assert sum(each["unexplained"] for each in figures["accounting"]) == 0
    (line,) = (each["states"] for each in figures["accounting"] if each["object"] == "deal_contacts")
    told = {e["code"]: e["count"] for e in figures["exceptions"] if e["object"] == "deal_contacts"}
    return {state: count for state, count in line.items() if count} | told


def there(folder: Path) -> dict[tuple[str, str | None], int]:
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        found = crm.execute(LINKS).fetchall()
    assert len({(name, role) for name, role, _ in found}) == len(found), "no link is there twice"
    return {(name, role): id for name, role, id in found}


def placed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an earlier version called parts: by their place."""
    for module in (batch, rekeying):
        monkeypatch.setattr(module, "naming", lambda *_: ())


@pytest.mark.sweep("equal parts are told apart by what stands beside them, whatever their order")
@pytest.mark.cases(1)
@pytest.mark.parametrize("upgraded", [False, True])
def test_order_is_no_identity(tmp_path: Path, upgraded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where an earlier version has loaded the first cell: its links are known by what they join."""
    if upgraded:
        with monkeypatch.context() as earlier:
            placed(earlier)
            run(tmp_path, "1;2;4", "a;b;d")
    else:
        run(tmp_path, "1;2;4", "a;b;d")
    first = there(tmp_path)
    assert set(first) == {("Ada", "a"), ("Bob", "b"), ("Dee", "d")}
    assert run(tmp_path, "2;3;1", "b;c;a") == {"created": 1, "unchanged": 2, "gone": 1}
    second = there(tmp_path)
    assert second == first | {("Cem", "c"): second["Cem", "c"]}
    assert run(tmp_path, "3;2", "c;boss") == {"updated": 1, "unchanged": 1, "gone": 2}
    last = there(tmp_path)
    assert last["Bob", "boss"] == first["Bob", "b"]
    told = CliRunner().invoke(cli, ["explain", "opp:10", str(tmp_path)])
    assert told.exit_code == 0 and "boss" in told.output, "a row is named by its key, whatever its parts are called"


def test_equal_parts_are_told_apart_by_what_stands_beside_them(tmp_path: Path) -> None:
    distinct = "distinct: [role]\n    "
    assert run(tmp_path, "1;1", "a;b", distinct) == {"created": 2}
    first = there(tmp_path)
    assert run(tmp_path, "1;1", "b;a", distinct) == {"unchanged": 2}
    assert run(tmp_path, "1", "b", distinct) == {"unchanged": 1, "gone": 1}
    assert there(tmp_path) == first
    assert run(tmp_path, "1;1", "b;b", distinct)["unchanged"] == 1, "one link that is said twice is one"
