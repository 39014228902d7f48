"""Typed references (`about:`): lowered to a guarded cell in the field that is meant, and every unclear one is told."""

import re
from pathlib import Path

import pytest

from crm_migrate.finding import Finding
from crm_migrate.mapping.plan import CellPlan, ObjectPlan, Plan
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

SMALL = """crm_migrate: 1
sources:
  acc: {file: acc.csv, key: id}
  ven: {file: ven.csv, key: id}
  kisi: {file: kisi.csv, key: id}
  crm: {file: crm.csv, key: id}
  sf: {file: sf.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts: {from: [acc, ven], fields: {name: {acc: name, ven: name}}}
  contacts: {from: kisi, fields: {last_name: name}}
"""
TASKS = """  tasks:
    from: crm
    fields: {subject: name}
    about: {ref_by: {type: parent_type, id: parent_id, map: MAP}}
"""


def written(block: str) -> str:
    """The mapping with an object, and those sources that it names."""
    spare = [line for line in SMALL.splitlines() if "file:" in line and line.split(":")[0].strip() in ("crm", "sf")]
    unused = [line for line in spare if not re.search(rf"\b{line.split(':')[0].strip()}\b", block)]
    return "".join(f"{line}\n" for line in SMALL.splitlines() if line not in unused) + block


def planned(folder: Path, block: str) -> tuple[Plan | None, list[Finding]]:
    path = folder / "crm-migrate.yaml"
    path.write_text(written(block), encoding="utf-8")
    return examine(Project(folder, path))


def examined(folder: Path, block: str) -> tuple[ObjectPlan | None, list[Finding]]:
    plan, findings = planned(folder, block)
    return plan.objects[-1] if plan else None, findings


def tasks(map_: str) -> str:
    return TASKS.replace("MAP", map_)


def cell(each: ObjectPlan, field: str, source: str = "crm") -> CellPlan:
    return each.field(field).cells[source]


def test_a_typed_reference_is_a_guarded_cell_in_each_field_that_may_be_meant(tmp_path: Path) -> None:
    each, findings = examined(tmp_path, tasks("{Accounts: accounts.acc, Firms: accounts.acc, Contacts: contacts}"))
    assert each is not None, findings
    assert cell(each, "company").expression == "if([parent_type] in ('Accounts', 'Firms'), [parent_id], null)"
    assert cell(each, "contact").expression == "if([parent_type] in ('Contacts'), [parent_id], null)"
    ref = each.field("company").ref
    assert ref is not None
    assert (ref.object, ref.spaces, ref.missing) == ("accounts", {"crm": "acc"}, "hold")
    helper = each.field("about")
    assert (helper.let, helper.target) == (True, None)
    assert helper.cells["crm"].expression == "if([parent_id] != null, coalesce([parent_type], '(empty)'), null)"


def test_names_and_words_with_marks_of_the_language_stay_what_they_are(tmp_path: Path) -> None:
    block = tasks("""{"O'Neil": accounts.acc}""").replace("parent_type", "'a]b'")
    each, findings = examined(tmp_path, block)
    assert each is not None, findings
    assert cell(each, "company").expression == "if([a]]b] in ('O''Neil'), [parent_id], null)"


def test_steps_of_the_id_are_steps_of_every_cell_and_policies_are_those_of_every_field(tmp_path: Path) -> None:
    block = TASKS.replace("id: parent_id", "id: parent_id | digits").replace(
        "map: MAP}", "map: {Contacts: contacts}}, missing: warn_and_clear, parent_excluded: clear"
    )
    each, findings = examined(tmp_path, block)
    assert each is not None, findings
    assert [step.name for step in cell(each, "contact").steps][:1] == ["digits"]
    ref = each.field("contact").ref
    assert ref is not None
    assert (ref.missing, ref.parent_excluded) == ("warn_and_clear", "clear")


@pytest.mark.parametrize(
    ("missing", "unmapped"),
    [("hold", "hold"), ("reject", "reject"), ("clear", "warn"), ("warn_and_clear", "warn")],
)
def test_an_unknown_type_does_what_a_missing_parent_does(tmp_path: Path, missing: str, unmapped: str) -> None:
    block = TASKS.replace("map: MAP}", f"map: {{Contacts: contacts, Bugs: null}}}}, missing: {missing}")
    plan, findings = planned(tmp_path, block)
    assert plan is not None, findings
    (value_map,) = plan.value_maps.values()
    assert value_map.entries == {"Contacts": "contacts", "Bugs": ""}
    assert value_map.unmapped == unmapped


def test_the_map_may_say_what_an_id_without_a_type_is(tmp_path: Path) -> None:
    plan, findings = planned(tmp_path, tasks('{Contacts: contacts, "": contacts}'))
    assert plan is not None, findings
    (value_map,) = plan.value_maps.values()
    assert value_map.entries == {"Contacts": "contacts", "(empty)": "contacts"}
    wanted = "if([parent_type] in ('Contacts') or [parent_type] = null, [parent_id], null)"
    assert cell(plan.object("tasks"), "contact").expression == wanted


def test_sources_and_lists_of_references_share_the_fields_of_the_object(tmp_path: Path) -> None:
    block = """  tasks:
    from: [crm, sf]
    fields:
      subject: {crm: name, sf: Subject}
      contact: {crm: contact_id, missing: clear}
    about:
      crm: {ref_by: {type: parent_type, id: parent_id, map: {Accounts: accounts.ven}}}
      sf:
        ref_by:
          - {type: "= left([WhoId], 3)", id: WhoId, map: {"003": contacts}}
          - {type: "= left([WhatId], 3)", id: WhatId, map: {"001": accounts.acc}}
"""
    each, findings = examined(tmp_path, block)
    assert each is not None, findings
    company, contact = each.field("company").ref, each.field("contact").ref
    assert company is not None
    assert contact is not None
    assert company.spaces == {"crm": "ven", "sf": "acc"}
    assert (contact.spaces, contact.missing) == ({"crm": "kisi", "sf": "kisi"}, "clear")
    assert cell(each, "contact").column == "contact_id"
    assert cell(each, "contact", "sf").expression == "if((left([WhoId], 3)) in ('003'), [WhoId], null)"
    assert {f.name: set(f.cells) for f in each.fields if f.let} == {"about": {"crm", "sf"}, "about_2": {"sf"}}


def test_where_several_fields_lead_there_the_map_names_one(tmp_path: Path) -> None:
    block = """  relationships:
    from: crm
    fields: {role: role}
    about:
      ref_by:
        - {type: type_a, id: id_a, map: {Person: {ref: contacts, field: contact}}}
        - {type: type_b, id: id_b, map: {Person: PERSON}}
"""
    each, findings = examined(tmp_path, block.replace("PERSON", "{ref: contacts, field: related_contact}"))
    assert each is not None, findings
    assert cell(each, "related_contact").expression == "if([type_b] in ('Person'), [id_b], null)"
    each, findings = examined(tmp_path, block.replace("PERSON", "contacts"))
    assert [f.code for f in findings] == ["ref_ambiguous"]
    assert "contact, related_contact" in findings[0].message


def test_an_object_of_ones_own_has_a_field_of_ones_own(tmp_path: Path) -> None:
    block = """  visits:
    from: crm
    to: visits
    fields:
      name: {crm: name, type: text}
      firm: {ref: accounts}
    about: {ref_by: {type: parent_type, id: parent_id, map: {Accounts: accounts.acc}}}
"""
    each, findings = examined(tmp_path, block)
    assert each is not None, findings
    assert cell(each, "firm").expression == "if([parent_type] in ('Accounts'), [parent_id], null)"


@pytest.mark.parametrize(
    ("block", "code", "words"),
    [
        (tasks("{Accounts: account.acc}"), "ref_unknown", "account"),
        (tasks("{Accounts: accounts.firma}"), "ref_unknown", "firma"),
        (tasks("{Accounts: accounts}"), "ref_ambiguous", "whose key"),
        (tasks("{Tasks: tasks}"), "field_unknown", "no field of `tasks` leads to tasks"),
        (tasks("{Accounts: {ref: accounts.acc, field: contact}}"), "field_unknown", "contact"),
        (tasks("{Accounts: accounts.acc, Vendors: accounts.ven}"), "ref_ambiguous", "acc, ven"),
        (tasks("{Contacts: contacts}").replace("parent_type,", "parent_type | lower,"), "mapping_text", "no steps"),
        (tasks("{Contacts: contacts}").replace("parent_id,", "parent_id | nothing,"), "step_unknown", "nothing"),
        (tasks("{Contacts: contacts}").replace("{ref_by", "{sf: {ref_by") + "}", "source_not_fed", "sf"),
        (tasks("{Contacts: contacts}").replace("from: crm", "from: [crm, sf]"), "source_ambiguous", "2 sources"),
        (tasks("{Contacts: contacts}").replace("{subject: name}", "{subject: name, contact: c}"),
         "field_conflict", "twice"),
        (tasks("{Contacts: contacts}").replace("{subject: name}", "{subject: name, contact: {by: last_name}}"),
         "field_conflict", "by:"),
        (tasks("{Contacts: contacts}").replace("fields:", "let: {about: name}\n    fields:"), "field_twice", "about"),
        (tasks("{}"), "mapping_value", ""),
        (tasks("{Contacts: contacts}").replace("parent_id", "'= upper('"), "expression", ""),
    ],
)  # fmt: skip
def test_what_is_unclear_is_told_where_it_stands(tmp_path: Path, block: str, code: str, words: str) -> None:
    each, findings = examined(tmp_path, block)
    assert each is None
    told = [f for f in findings if f.code == code]
    assert told, findings
    assert words in told[0].message
    assert told[0].place.line > written(block).splitlines().index("  tasks:"), "it stands in the object"


def test_one_field_has_one_policy(tmp_path: Path) -> None:
    block = """  tasks:
    from: [crm, sf]
    fields: {subject: {crm: name, sf: Subject}}
    about:
      crm: {ref_by: {type: t, id: i, map: {C: contacts}}, missing: clear}
      sf: {ref_by: {type: t, id: i, map: {C: contacts}}}
"""
    _, findings = examined(tmp_path, block)
    assert [f.code for f in findings] == ["field_conflict"]
    assert "`missing:`" in findings[0].message


@pytest.mark.parametrize(
    "block",
    [
        "  tasks: {from: crm, fields: {subject: name, contact: {ref_by: {type: t, id: i}}}}\n",
        "  tasks: {from: crm, fields: {subject: name}}\nabout: {tasks: {ref_by: {type: t, id: i, map: {}}}}\n",
    ],
)
def test_a_typed_reference_in_another_place_is_sent_to_its_own(tmp_path: Path, block: str) -> None:
    _, findings = examined(tmp_path, block)
    assert any("under the object" in f.hint for f in findings), findings


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("{type: t, id: i, map: {C: contacts}}", "mapping_missing", "`ref_by` is missing"),
        ("{}", "mapping_missing", "`ref_by` is missing"),
        ("{ref_by: {type: t, id: i}}", "mapping_missing", "`map` is missing"),
        ("{ref_by: []}", "mapping_missing", "`ref_by:` names no"),
        ("{ref_by: {type: t, id: i, map: {C: contacts}, mising: hold}}", "mapping_unknown_word", "mising"),
    ],
)
def test_what_is_left_out_is_told_once_and_where_it_belongs(tmp_path: Path, said: str, code: str, words: str) -> None:
    _, findings = examined(
        tmp_path, f"  tasks:\n    from: crm\n    fields: {{subject: name}}\n    about: {{crm: {said}}}\n"
    )
    assert {f.code for f in findings} <= {code, "mapping_unknown_word"}, findings
    assert any(f.code == code and words in f.message for f in findings)
