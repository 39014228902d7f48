"""What people write by mistake or on purpose: a finding with its place, and never a bug of ours."""

from pathlib import Path

import pytest

from crm_migrate.cli.frames import render
from crm_migrate.finding import Finding, errors
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

SMALL = """crm_migrate: 1
sources:
  a: {file: a.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: a
    fields:
      last_name: Last
"""


STEPS = (
    "max(-5)", "max(0)", f"max({'9' * 30})", "max(x)", f"date({'D' * 5000})", "number(xx_no)", "phone(ZZ)",
    "phone(turkey)", "date(zz)",
)  # fmt: skip


def found(folder: Path, text: str) -> list[Finding]:
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    return examine(Project(folder, folder / "crm-migrate.yaml"))[1]


def with_field(line: str) -> str:
    return SMALL + f"      {line}\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (with_field(r'title: {constant: "\uD800"}'), "mapping_characters", 11),
        (with_field(r'title: {constant: "a\0b"}'), "mapping_characters", 11),
        (SMALL.replace("file: a.csv", '"file": "***"'), "mapping_value", 3),
        (SMALL.replace("file: a.csv", "file: x/**y/a.csv"), "mapping_value", 3),
        (SMALL.replace("sqlite:///crm.db", "postgresql://h:999999/d"), "mapping_value", 5),
        (SMALL.replace("sqlite:///crm.db", "postgresql://h:port/d"), "mapping_value", 5),
        (SMALL.replace("file: a.csv", "url: 'postgresql://h:0/d', table: t"), "mapping_value", 3),
        *(
            (SMALL.replace("key: id", f"key: id, encoding: {name}"), "mapping_value", 3)
            for name in ("idna", "punycode", "undefined", "unicode_escape", "rot13", "hex", "no-such", "utf 7")
        ),
        *(
            (with_field(f"title: Titel | {step}"), "step_arguments", 11)
            for step in STEPS
        ),
        (with_field("'a''b\"c': {a: X, type: text}"), "name_invalid", 11),
        (with_field('"x; DROP TABLE": {a: X, type: text}'), "name_invalid", 11),
        (with_field("__key: {a: X, type: text}"), "name_invalid", 11),
        (with_field("Last_Name: {a: X, type: text}"), "name_twice", 11),
        (with_field("title: {a: X, to: LAST_NAME}"), "name_twice", 11),
        (with_field("id: {a: X, type: text}"), "name_reserved", 11),
        (with_field("target_id: {a: X, type: text}"), "name_reserved", 11),
        (with_field("mine: {a: X, type: text, to: crm_migrate_id}"), "name_reserved", 11),
        (with_field("mine: {a: X, type: text, to: __entity}"), "name_reserved", 11),
        (with_field("title: {a: X, action: mask}"), "mapping_value", 11),
        (SMALL + "    on_rerun: {now_split: apart}\n", "mapping_value", 11),
        (SMALL.replace("  contacts:", '  "../up":\n    to: t'), "name_invalid", 7),
        (SMALL.replace("environments", "  A: {file: b.csv, key: id}\nenvironments"), "name_twice", 4),
    ],
)  # fmt: skip
def test_a_finding_with_its_place(tmp_path: Path, text: str, code: str, line: int) -> None:
    told = found(tmp_path, text)
    assert (code, line) in [(f.code, f.place.line) for f in errors(told)], render(told)
    assert len(render(told)) < 4000


TOKEN = "q7Rk2mZx9LwB4tVn8Hd3sYpJ" + "5cFg"  # made up


@pytest.mark.parametrize(
    "text",
    [
        SMALL.replace("connector: sql", f"connector: sql, schema: {TOKEN}"),
        SMALL.replace("connector: sql", f"connector: sql, profile: {'ab12' * 10}"),
        SMALL.replace("sqlite:///crm.db", "postgresql://u:hunter2@h/d"),
        SMALL.replace("sqlite:///crm.db", "postgresql://u:p@ss@h/d"),
        SMALL + f"project: {{name: {TOKEN}}}\n",
        SMALL + "project: {name: 'https://me:letmein@host/x'}\n",
        SMALL + f"checks: [{{id: C1, object: contacts, assert: last_name, say: {TOKEN}}}]\n",
    ],
)
def test_what_looks_like_a_secret_is_refused_wherever_it_stands(tmp_path: Path, text: str) -> None:
    told = found(tmp_path, text)
    assert "secret_literal" in {f.code for f in told}, render(told)
    assert not any(word in render(told) for word in (TOKEN, "ab12ab12", "hunter2", "p@ss", "ss@h", "letmein"))


@pytest.mark.parametrize(
    "word",
    [
        "Opportunity_Line_Item_Product2_External_Id__c", "export/2024-03-14T10-22-33Z_contacts.csv",
        "550e8400-e29b-41d4-a716-446655440000", "Rindfleischetikettierungsüberwachungsaufgabe2024",
    ],
)  # fmt: skip
def test_long_names_are_no_secrets(tmp_path: Path, word: str) -> None:
    assert "secret_literal" not in {f.code for f in found(tmp_path, with_field(f"title: {word}"))}


@pytest.mark.parametrize(("column", "read"), [("ID", "ID#2"), ("id", "id#1"), ("__row", "column__row")])
def test_a_header_that_was_renamed_is_named_by_its_own_new_name(tmp_path: Path, column: str, read: str) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(with_field(f"title: {{a: {column}, type: text}}"), "utf-8")
    headers = {"a": ["id#1", "ID#2", "column__row", "Last", "id2"]}
    told = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"), columns=lambda source: headers[source.name])[1]
    assert f"`{read}`" in next(f.hint for f in told if f.code == "column_unknown" and f.place.line == 11)


def test_thousands_of_match_rules_are_refused(tmp_path: Path) -> None:
    rules = "".join(f"        - {{rule: r{n}, same: [last_name], do: review}}\n" for n in range(2000))
    told = found(tmp_path, SMALL + "    match:\n      rules:\n" + rules)
    assert [(f.code, f.message) for f in errors(told)] == [("mapping_value", "at most 200 entries may stand here")]
