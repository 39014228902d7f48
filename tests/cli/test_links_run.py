"""Link tables through whole runs: merges now and later, a second run, an undo, and a link that somebody loses."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.stages.dedupe import same_links
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.parts import tables
from crm_migrate.workspace.state import runs

MAPPING = """crm_migrate: 1
project: {name: links}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  firma: {file: firma.csv, key: id}
  kisi: {file: kisi.csv, key: id}
  opp: {file: opp.csv, key: id}
  opp_con: {file: opp_con.csv, key: id}
  rel: {file: rel.csv, key: id}
objects:
  accounts: {from: firma, fields: {name: name}}
  contacts:
    from: {kisi: {where: "last != 'Test'", because: D-1}}
    fields: {last_name: last, email: email}
    match: [{rule: same mailbox, same: [email], do: merge}]
    on_rerun: {now_merged: merge}
  deals: {from: opp, fields: {name: name, company: company}}
links:
  deal_contacts: {from: opp_con, ends: {deals: opportunity_id, contacts: contact_id}, fields: {role: contact_role}}
  relations:
    from: rel
    ends: {person: {rel: a, ref: contacts}, other: {rel: b, ref: contacts}}
    symmetric: true
    fields: {kind: {rel: kind, type: choice}}
reconcile: {gates: {held: 0}}
examples:
  - name: two links to one person are one, and the first one speaks
    given:
      firma: {id: "1", name: Alfa}
      opp: {id: "10", name: Pres, company: "1"}
      kisi: [{id: "1", last: Ada, email: ada@x.example}, {id: "2", last: Ada, email: ada@x.example}]
      opp_con:
        - {id: "1", opportunity_id: "10", contact_id: "1", contact_role: Decision maker}
        - {id: "2", opportunity_id: "10", contact_id: "2", contact_role: Buyer}
    expect:
      deal_contacts: {role: Decision maker}
  - name: whose mailbox is the same is no friend of himself
    given:
      kisi: [{id: "1", last: Ada, email: ada@x.example}, {id: "2", last: Ada, email: ada@x.example}]
      rel: {id: "1", a: "1", b: "2", kind: friend}
    expect:
      relations: {excluded: self_link_merged}
"""
ADA = "ada@x.example"
FILES = {
    "firma.csv": "id,name\n1,Alfa\n",
    "kisi.csv": f"id,last,email\n1,Ada,{ADA}\n2,Ada,ada2@x.example\n3,Bob,bob@x.example\n4,Cem,cem@x.example\n",
    "opp.csv": "id,name,company\n10,Pres,1\n11,Torna,1\n",
    "opp_con.csv": "id,opportunity_id,contact_id,contact_role\n"
    "1,10,1,Decision maker\n2,10,2,Buyer\n3,10,3,Buyer\n4,11,4,\n5,11,4,\n",
    "rel.csv": "id,a,b,kind\n1,1,3,friend\n2,3,2,friend\n3,4,4,self\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "d.yaml").write_text("- {id: D-1, who: ada, when: 2026-11-30, text: no tests}\n", "utf-8")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def one_mailbox(folder: Path) -> None:
    """Contacts 1 and 2 turn out to be one."""
    (folder / "kisi.csv").write_text(FILES["kisi.csv"].replace("ada2@", "ada@"), "utf-8")


def run(folder: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    return done.exit_code, json.loads(done.stdout)["figures"]


def states(figures: dict[str, Any], name: str) -> dict[str, int]:
    (line,) = (each for each in figures["accounting"] if each["object"] == name)
    return {state: count for state, count in line["states"].items() if count}


def reasons(figures: dict[str, Any], name: str) -> dict[str, int]:
    return {each["code"]: each["count"] for each in figures["exceptions"] if each["object"] == name}


def unexplained(figures: dict[str, Any]) -> int:
    return sum(each["unexplained"] for each in figures["accounting"])


def there(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        return crm.execute(query).fetchall()


DEAL_CONTACTS = (
    "SELECT d.name, c.last_name, l.role FROM deal_contacts l JOIN deals d ON d.id = l.deal"
    " JOIN contacts c ON c.id = l.contact ORDER BY 1, 2, 3"
)
RELATIONS = (
    "SELECT p.last_name, o.last_name, r.kind FROM relations r JOIN contacts p ON p.id = r.person"
    " JOIN contacts o ON o.id = r.other ORDER BY 1, 2"
)


def test_links_of_merged_contacts_are_one_and_every_row_is_accounted_for(folder: Path) -> None:
    one_mailbox(folder)
    code, figures = run(folder)
    assert (code, unexplained(figures)) == (0, 0)
    assert there(folder, DEAL_CONTACTS) == [
        ("Pres", "Ada", "Decision maker"), ("Pres", "Bob", "Buyer"), ("Torna", "Cem", None),
    ]  # fmt: skip
    assert there(folder, RELATIONS) == [("Ada", "Bob", "friend")]
    assert states(figures, "deal_contacts") == {"created": 3, "merged": 2}
    assert states(figures, "relations") == {"created": 1, "merged": 1, "excluded": 1}
    assert reasons(figures, "deal_contacts") == {"link_differs": 1}
    assert reasons(figures, "relations") == {"self_link": 1}
    ends = {(each["object"], each["field"]): (each["expected"], each["present"]) for each in figures["links"]}
    assert ends["deal_contacts", "deal"] == ends["deal_contacts", "contact"] == (3, 3)
    code, again = run(folder)
    assert (code, states(again, "deal_contacts")) == (0, {"unchanged": 3, "merged": 2})
    assert states(again, "relations") == {"unchanged": 1, "merged": 1, "excluded": 1}


@pytest.mark.sweep("tests/unit/load/test_merged_later.py merges in memory")
def test_links_follow_contacts_that_are_merged_later(folder: Path) -> None:
    code, figures = run(folder)
    assert (code, states(figures, "deal_contacts")) == (0, {"created": 4, "merged": 1})
    assert len(there(folder, RELATIONS)) == 2
    one_mailbox(folder)
    code, figures = run(folder)
    assert (code, unexplained(figures)) == (0, 0)
    assert there(folder, DEAL_CONTACTS) == [
        ("Pres", "Ada", "Decision maker"), ("Pres", "Bob", "Buyer"), ("Torna", "Cem", None),
    ]  # fmt: skip
    assert there(folder, RELATIONS) == [("Ada", "Bob", "friend")]
    assert len(there(folder, "SELECT * FROM contacts")) == 3, "nothing refers to the contact that was merged"
    code, again = run(folder)
    assert (code, states(again, "deal_contacts")) == (0, {"unchanged": 3, "merged": 2})


def test_a_loaded_link_that_leads_back_now_waits_and_is_told(folder: Path) -> None:
    (folder / "rel.csv").write_text("id,a,b,kind\n1,1,2,twin\n", "utf-8")
    assert run(folder)[0] == 0
    one_mailbox(folder)
    code, figures = run(folder)
    assert (code, unexplained(figures)) == (1, 0)
    assert states(figures, "relations") == {"held": 1}
    assert "now_excluded" in reasons(figures, "relations")


@pytest.mark.sweep("tests/unit/stages_link decides it")
def test_a_link_goes_with_the_end_that_is_left_out_and_waits_for_one_that_waits(folder: Path) -> None:
    text = FILES["kisi.csv"].replace("Cem", "Test").replace("3,Bob", "3,Bob,b@x.example\n3,Rob")
    (folder / "kisi.csv").write_text(text, "utf-8")
    code, figures = run(folder)
    assert (code, unexplained(figures)) == (1, 0)
    assert states(figures, "deal_contacts") == {"created": 2, "excluded": 2, "held": 1}
    assert reasons(figures, "deal_contacts") == {"parent_excluded": 2, "parent_held": 1}


def test_undo_takes_links_before_their_ends(folder: Path) -> None:
    one_mailbox(folder)
    run(folder)
    done = CliRunner().invoke(cli, ["undo", str(folder), "--apply"])
    assert done.exit_code == 0, done.output
    assert [there(folder, f"SELECT * FROM {name}") for name in ("deal_contacts", "relations", "contacts")] == [[]] * 3


def test_a_link_that_somebody_loses_fails_the_gate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug joins links and forgets the members that are not the first."""
    from crm_migrate.stages import dedupe

    joined = same_links.join_same

    def forgets(work: Any, each: Any, link: Any, nodes: str) -> None:
        joined(work, each, link, nodes)
        work.execute(
            f'CREATE OR REPLACE VIEW "nodes/{each.name}" AS SELECT * FROM ({_definition(work, each.name)})'
            f" WHERE __node NOT IN (SELECT b FROM \"verdicts/{each.name}\" WHERE rule = 'same ends')"
        )

    monkeypatch.setattr(dedupe, "join_same", forgets)
    one_mailbox(folder)
    code, figures = run(folder)
    assert code == 1
    assert unexplained(figures) > 0
    assert "unexplained" in {gate["name"] for gate in figures["gates"] if not gate["passed"]}


def _definition(work: Any, name: str) -> str:
    """The query of a view."""
    ((text,),) = work.rows("SELECT sql FROM duckdb_views() WHERE view_name = ?", [f"nodes/{name}"])
    return str(text).partition(" AS ")[2].rstrip(";")


def test_the_examples_of_the_mapping_are_run(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["mapping", "test", str(folder)])
    assert done.exit_code == 0, done.output
    assert "2" in done.output


@pytest.mark.sweep("tests of explain tell other stories")
def test_the_story_of_a_link_names_both_its_rows(folder: Path) -> None:
    one_mailbox(folder)
    run(folder)
    told = CliRunner().invoke(cli, ["explain", "opp_con:2", str(folder)])
    assert told.exit_code == 0, told.output
    assert "opp_con:1" in told.output and "same ends" in told.output
    latest = runs(Project(folder, folder / "crm-migrate.yaml"))[-1]
    rows = [
        row for part in tables(latest.table("reconcile", "deal_contacts", "dispositions")) for row in part.to_pylist()
    ]
    assert {row["__key"]: row["survivor"] for row in rows if row["state"] == "merged"} == {
        "2": "opp_con:1", "5": "opp_con:4",
    }  # fmt: skip
