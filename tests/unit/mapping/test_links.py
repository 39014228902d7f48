"""`links:`: a link table becomes an object with two references, whose findings stand where the link was written."""

from pathlib import Path
from typing import Any

import pytest

from crm_migrate.cli.workbook import lines
from crm_migrate.finding import Finding
from crm_migrate.mapping.plan import LinkPlan, ObjectPlan, Plan
from crm_migrate.mapping.resolving import examine, resolve
from crm_migrate.workspace.layout import Project

SMALL = """crm_migrate: 1
sources:
  opp: {file: opp.csv, key: id}
  old: {file: old.csv, key: id}
  kisi: {file: kisi.csv, key: id}
  opp_con: {file: opp_con.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts: {from: kisi, fields: {last_name: name}}
  deals: {from: [opp, old], fields: {name: {opp: name, old: name}}}
links:
"""
FIRST = 13  # the line of a link
TO_DEALS = "{opp_con: opportunity_id, ref: deals.opp}"
DESIGN = f"deal_contacts: {{from: opp_con, ends: {{deals: {TO_DEALS}, contacts: con}}, fields: {{role: contact_role}}}}"


def project(folder: Path, link: str) -> Project:
    path = folder / "crm-migrate.yaml"
    path.write_text(SMALL + "".join(f"  {line}\n" for line in link.splitlines()), encoding="utf-8")
    return Project(folder, path)


def linked(folder: Path, link: str) -> ObjectPlan:
    plan, _ = resolve(project(folder, link))
    return next(each for each in plan.objects if each.link is not None)


def told(folder: Path, link: str) -> list[Finding]:
    return examine(project(folder, link))[1]


def test_the_shortest_link_table_is_an_object_with_two_references(tmp_path: Path) -> None:
    each = linked(tmp_path, DESIGN)
    assert (each.name, each.target, each.entity, each.mergeable) == ("deal_contacts", "deal_contacts", "thing", False)
    assert each.link == LinkPlan(ends=("deal", "contact")), "as the model calls them"
    ends = [each.field(name) for name in ("deal", "contact")]
    assert [end.ref and (end.ref.object, end.ref.spaces) for end in ends] == [
        ("deals", {"opp_con": "opp"}),
        ("contacts", {"opp_con": "kisi"}),
    ]
    assert {end.type for end in ends} == {"reference"}
    assert each.field("role").type == "choice"
    each = linked(tmp_path, DESIGN.replace("deal_contacts", "people_of_deals"))
    assert each.link == LinkPlan(ends=("deals", "contacts"))
    assert (each.target, each.field("role").type) == ("people_of_deals", "text")


def test_what_is_not_said_of_an_end_holds_or_goes_with_its_record(tmp_path: Path) -> None:
    for end in ("deal", "contact"):
        ref = linked(tmp_path, DESIGN).field(end).ref
        assert ref is not None
        assert (ref.missing, ref.ambiguous, ref.parent_excluded) == ("hold", "hold", "exclude")


def test_a_link_follows_its_ends_in_a_second_run_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert linked(tmp_path, DESIGN).on_rerun.now_merged == "merge"
    gone = linked(tmp_path, DESIGN[:-1] + ", on_rerun: {gone: ignore}}").on_rerun
    assert (gone.gone, gone.now_merged) == ("ignore", "merge")
    assert linked(tmp_path, DESIGN[:-1] + ", on_rerun: {now_merged: review}}").on_rerun.now_merged == "review"


def test_records_of_one_object_are_linked_by_the_names_of_the_model(tmp_path: Path) -> None:
    people = "ends: {contact: {opp_con: a}, related_contact: {opp_con: b}}"
    each = linked(tmp_path, f"relationships: {{from: opp_con, {people}, fields: {{role: kind}}}}")
    assert each.link == LinkPlan(ends=("contact", "related_contact"))
    refs = [each.field(end).ref for end in ("contact", "related_contact")]
    assert [ref and ref.object for ref in refs] == ["contacts", "contacts"]


def test_every_word_of_a_link_reaches_the_plan(tmp_path: Path) -> None:
    each = linked(
        tmp_path,
        "relations:\n  from: {opp_con: {where: kind}}\n  to: contact_links\n  mode: insert_only\n  symmetric: true\n"
        "  to_itself: hold\n  distinct: [kind]\n  let: {note: note}\n"
        "  ends: {one: {opp_con: a, ref: contacts, missing: reject}, other: {opp_con: b, ref: contacts}}\n"
        "  fields: {kind: {opp_con: kind, type: choice}}",
    )
    assert (each.target, each.mode, each.feeds[0].where) == ("contact_links", "insert_only", "kind")
    assert each.link == LinkPlan(ends=("one", "other"), distinct=("kind",), symmetric=True, to_itself="hold")
    assert (each.field("note").target, each.field("kind").type) == (None, "choice")
    one = each.field("one").ref
    assert one is not None and one.missing == "reject"


def test_several_feeds_speak_the_keys_of_their_own_systems(tmp_path: Path) -> None:
    each = linked(
        tmp_path,
        "deal_contacts:\n  from: [opp_con, old]\n"
        "  ends:\n    deals: {opp_con: opp, old: id, ref: {opp_con: deals.opp, old: deals.old}}\n"
        "    contacts: {opp_con: con, old: con}\n",
    )
    deals = each.field("deal").ref
    assert deals is not None and deals.spaces == {"opp_con": "opp", "old": "old"}


BLOCK = f"deal_contacts:\n  from: opp_con\n  ends:\n    deals: {TO_DEALS}\n    contacts: con"


@pytest.mark.parametrize(
    ("link", "code", "line"),
    [
        (DESIGN.replace("deals.opp", "deals.nobody"), "ref_unknown", FIRST),
        (DESIGN.replace(", ref: deals.opp", ""), "ref_ambiguous", FIRST),
        (DESIGN.replace("opp_con", "opp_conn"), "source_unknown", 6),
        (DESIGN.replace("from: opp_con", "from: contacts_of_deals"), "source_unknown", FIRST),
        (BLOCK.replace("contacts: con", "contacts: con | nostep"), "step_unknown", FIRST + 4),
        (BLOCK.replace("  from: opp_con\n", "").replace(": con", ": {opp_con: con}"), "mapping_missing", FIRST),
        (BLOCK.replace("deal_contacts", "'deal contacts'"), "name_invalid", FIRST),
        (DESIGN[:-1] + ", to: sqlite_links}", "name_reserved", FIRST),
        (DESIGN.replace("role: contact_role", "role: {opp_con: r, type: nothing}"), "type_unknown", FIRST),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_is_written(tmp_path: Path, link: str, code: str, line: int) -> None:
    found = [(f.code, f.place.line) for f in told(tmp_path, link)]
    assert (code, line) in found, found


def test_show_says_what_makes_a_link(tmp_path: Path) -> None:
    plan: Plan = resolve(project(tmp_path, DESIGN[:-1] + ", distinct: [role]}"))[0]
    shown: list[Any] = list(lines(plan, resolved=False))
    assert "  links: one for deal, contact, role; to itself: exclude" in shown
