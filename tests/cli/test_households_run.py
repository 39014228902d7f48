"""Households of an old CRM become households with memberships: one table of contacts, one of relationships."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: households}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  kontakt: {file: kontakt.csv, key: id}
  bezug: {file: bezug.csv, key: id}
value_maps:
  bezug: {map: {Head of Household for: head, Household Member of: member}}
objects:
  households:
    from: {kontakt: {where: "type = 'Household'", else: absent}}
    fields: {name: name}
  contacts:
    from: {kontakt: {where: "type = 'Individual'", else: absent}}
    fields: {last_name: name, email: email}
    match: [{rule: same mailbox, same: [email], do: merge}]
links:
  relationships:
    from: {bezug: {where: "kind in ('Head of Household for', 'Household Member of')", else: absent}}
    ends: {contacts: a, households: b}
    distinct: [role]
    fields: {role: kind | map(bezug)}
  friendships:
    from: {bezug: {where: "kind = 'Friend of'", else: absent}}
    ends: {one: {bezug: a, ref: contacts}, other: {bezug: b, ref: contacts}}
    symmetric: true
examples:
  - name: who heads a household and lives in it has two links, whoever he is twice
    given:
      kontakt:
        - {id: "1", type: Individual, name: Demir, email: demir@x.example}
        - {id: "2", type: Individual, name: Demir, email: demir@x.example}
        - {id: "9", type: Household, name: Demir household, email: ""}
      bezug:
        - {id: "1", a: "1", b: "9", kind: Head of Household for}
        - {id: "2", a: "1", b: "9", kind: Household Member of}
        - {id: "3", a: "2", b: "9", kind: Household Member of}
    expect:
      contacts: {last_name: Demir}
      relationships: [{role: head}, {role: member}]
"""
KONTAKT = """id,type,name,email
1,Individual,Demir,demir@x.example
2,Individual,Demir,demir@x.example
3,Individual,Kaya,kaya@x.example
8,Household,Kaya household,
9,Household,Demir household,
"""
BEZUG = """id,a,b,kind
1,1,9,Head of Household for
2,1,9,Household Member of
3,2,9,Household Member of
4,3,8,Head of Household for
5,3,1,Friend of
6,2,3,Friend of
7,1,2,Friend of
"""
MEMBERS = (
    "SELECT h.name, c.last_name, r.role FROM relationships r JOIN contacts c ON c.id = r.contact"
    " JOIN households h ON h.id = r.household ORDER BY 1, 2, 3"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("crm-migrate.yaml", MAPPING), ("kontakt.csv", KONTAKT), ("bezug.csv", BEZUG)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_households_and_their_members_arrive_and_every_relationship_is_accounted_for(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    assert done.exit_code == 0, done.output
    assert sum(each["unexplained"] for each in figures["accounting"]) == 0
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        assert crm.execute(MEMBERS).fetchall() == [
            ("Demir household", "Demir", "head"), ("Demir household", "Demir", "member"),
            ("Kaya household", "Kaya", "head"),
        ]  # fmt: skip
        assert crm.execute("SELECT count(*) FROM friendships").fetchall() == [(1,)]
    states = {each["object"]: {s: n for s, n in each["states"].items() if n} for each in figures["accounting"]}
    assert states["relationships"] == {"created": 3, "merged": 1, "absent": 3}
    assert states["friendships"] == {"created": 1, "merged": 1, "excluded": 1, "absent": 4}


def test_the_example_is_run(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["mapping", "test", str(folder)])
    assert done.exit_code == 0, done.output
