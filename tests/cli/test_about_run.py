"""Typed references through a whole run: every link where it belongs, every type that nobody knows told, none lost."""

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: typed, locale: en-GB}
sources:
  acc: {file: acc.csv, key: id}
  kisi: {file: kisi.csv, key: id}
  gorev: {file: gorev.csv, key: id}
  sf: {file: sf.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts: {from: acc, fields: {name: name}}
  contacts:
    from: kisi
    fields: {last_name: name, email: mail}
    match: [{rule: same mailbox, same: [email], do: merge}]
  tasks:
    from: [gorev, sf]
    fields:
      subject: {gorev: name, sf: Subject}
    about:
      gorev:
        ref_by: {type: parent_type, id: parent_id, map: {Accounts: accounts, Contacts: contacts, Bugs: null}}
        MORE
      sf:
        ref_by:
          - {type: "= left([WhoId], 3)", id: WhoId, map: {"003": contacts}}
          - {type: "= left([WhatId], 3)", id: WhatId, map: {"001": accounts, "006": null}}
        MORE
"""
FILES = {
    "acc.csv": "id,name\n1,Isik\n001A,Firma\n",
    # 7 and 8 share a mailbox and are one person.
    "kisi.csv": "id,name,mail\n7,Yilmaz,y@x.example\n8,Yilmaz,y@x.example\n003B,Demir,d@x.example\n",
    "gorev.csv": "id,name,parent_type,parent_id\n"
    "1,account,Accounts,1\n2,contact,Contacts,7\n3,merged contact, Contacts ,8\n4,unknown type,Leads,9\n"
    "5,left out by the map,Bugs,5\n6,type alone,Accounts,\n7,nothing,,\n8,id alone,,1\n9,slip,Acounts,1\n"
    "10,no such contact,Contacts,99\n",
    "sf.csv": "Id,Subject,WhoId,WhatId\n1,both,003B,001A\n2,what,,001A\n3,who,003B,006C\n4,unknown prefix,00QX,\n",
}
LINKED = {
    "account": ("Isik", None), "contact": (None, "Yilmaz"), "merged contact": (None, "Yilmaz"),
    "left out by the map": (None, None), "type alone": (None, None), "nothing": (None, None),
    "both": ("Firma", "Demir"), "what": ("Firma", None), "who": (None, "Demir"),
}  # fmt: skip


def run(folder: Path) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def project(folder: Path, policy: str = "", empty: str = "") -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    text = MAPPING.replace("        MORE\n", policy and f"        {policy}\n").replace(
        "Bugs: null", f"Bugs: null{empty}"
    )
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    return folder


def links(folder: Path) -> dict[str, tuple[str | None, str | None]]:
    with sqlite3.connect(folder / "crm.db") as database:
        rows = database.execute(
            "SELECT t.subject, a.name, c.last_name FROM tasks t LEFT JOIN accounts a ON a.id = t.company"
            " LEFT JOIN contacts c ON c.id = t.contact"
        )
        return {subject: (firm, person) for subject, firm, person in rows}


def told(figures: dict[str, Any]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for each in figures["exceptions"]:
        if each["object"] == "tasks":
            found[each["code"], each["field"]] += each["count"]
    return found


def test_links_arrive_and_what_nobody_can_place_waits_with_its_word(tmp_path: Path) -> None:
    figures = run(project(tmp_path))
    assert links(tmp_path) == LINKED
    assert told(figures) == {("value_unmapped", "about"): 4, ("parent_missing", "contact"): 1}
    examples = [x["message"] for e in figures["exceptions"] if e["code"] == "value_unmapped" for x in e["examples"]]
    words = ("(empty)", "00Q", "Acounts", "Leads")
    assert all(any(word in text for text in examples) for word in words), examples
    assert any("Accounts" in text for text in examples), "a slip is asked about"
    assert {line["unexplained"] for line in figures["accounting"]} == {0}
    story = CliRunner().invoke(cli, ["explain", "gorev:3", str(tmp_path)], terminal_width=200).output
    assert "in ('Contacts')" in story
    again = run(tmp_path)
    assert {line["states"]["created"] + line["states"]["updated"] for line in again["accounting"]} == {0}
    assert links(tmp_path) == LINKED


def test_a_link_that_leads_nowhere_may_be_cleared_and_is_told(tmp_path: Path) -> None:
    figures = run(project(tmp_path, "missing: warn_and_clear", ', "": accounts'))
    loose = dict.fromkeys(("unknown type", "slip", "no such contact", "unknown prefix"), (None, None))
    assert links(tmp_path) == LINKED | loose | {"id alone": ("Isik", None)}, "the map says what an id alone is"
    assert told(figures) == {("value_unmapped", "about"): 3, ("parent_missing", "contact"): 1}
