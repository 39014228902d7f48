"""Two writings of a letter are one value wherever values meet; a folded record answers to the keys of its rows."""

import sqlite3
import unicodedata
from pathlib import Path

import pytest

from crm_migrate.mapping.resolving import examine
from crm_migrate.pipeline import start
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
project: {locale: tr-TR}
sources:
  a: {file: a.csv, key: Id}
  c: {file: c.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  kind: {unmapped: hold, map: {Müşteri: customer}}
owners: {from: owners.csv}
objects:
  accounts:
    from: {a: {one_per: name}}
    fields: {name: Name, owner: {a: Who, then: owner}, industry: Kind | map(kind)}
  contacts:
    from: c
    fields:
      last_name: Last
      company: {c: Acc, ref: accounts.a}
      title: {c: "= concat(if(contains(Last, ' '), 'two words', 'one word'), '')"}
"""


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_decomposed_letters_and_folded_rows(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "owners.csv").write_text(
        f"legacy_login,target_email,status,successor\n{decomposed('öz')},oz@x.example,active,\n", "utf-8"
    )
    rows = [
        "Id,Name,Who,Kind",
        f"ü1,Işık,öz,{decomposed('Müşteri')}",
        f"ü2,{decomposed('Işık')},{decomposed('öz')},Müşteri",
        "3,Kaya,,",
    ]
    (tmp_path / "a.csv").write_text("\n".join([*rows, ""]), "utf-8")
    people = ["Id,Last,Acc", f"1,Lee,{decomposed('ü1')}", "2,De Vos,ü2", "3,Fox,3"]
    (tmp_path / "c.csv").write_text("\n".join([*people, ""]), "utf-8")

    figures = start(Project(tmp_path, tmp_path / "crm-migrate.yaml"), None, lambda *_: None, workers=1).figures

    assert figures is not None and all(line.states["held"] == 0 for line in figures.accounting)
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        found = crm.execute(
            "SELECT c.last_name, a.name, a.owner, a.industry, c.title FROM contacts c"
            " JOIN accounts a ON a.id = c.company"
        )
        assert sorted(found) == [
            ("De Vos", "Işık", "oz@x.example", "customer", "two words"), ("Fox", "Kaya", None, None, "one word"),
            ("Lee", "Işık", "oz@x.example", "customer", "one word"),
        ]  # fmt: skip


def test_a_consent_that_the_newest_word_decides_is_told(tmp_path: Path) -> None:
    line = "{c: Ok, type: consent, survive: newest, evidence: [c.When]}"
    text = MAPPING.replace(
        "      last_name: Last\n", f"      last_name: Last\n      consent: {line}\n".replace(", type: consent", "")
    )
    (tmp_path / "crm-migrate.yaml").write_text(text, "utf-8")
    (tmp_path / "owners.csv").write_text(
        "legacy_login,target_email,status,successor\nayse,ayse@x.example,active,\n", "utf-8"
    )
    _, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    assert [(f.code, f.place.line) for f in findings] == [("consent_not_strictest", 19)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{c: Ok, default: granted}", ["consent_presumed"]),
        ("{constant: granted}", ["consent_presumed"]),
        ("{case: [{when: last_name, then: withdrawn}, {else: granted}]}", ["consent_presumed"]),
        ("{c: Ok, default: granted, because: D-7}", []),
        ("{c: Ok, default: unknown}", []),
        ("{case: [{when: last_name, then: granted}, {else: unknown}]}", []),
    ],
)
def test_a_consent_that_is_given_without_a_word_needs_a_decision(tmp_path: Path, line: str, told: list[str]) -> None:
    text = MAPPING.replace("      last_name: Last\n", f"      last_name: Last\n      consent: {line}\n")
    (tmp_path / "crm-migrate.yaml").write_text(text, "utf-8")
    (tmp_path / "owners.csv").write_text(
        "legacy_login,target_email,status,successor\nayse,ayse@x.example,active,\n", "utf-8"
    )
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "d.yaml").write_text(
        'decisions:\n- {id: D-7, who: ute, when: "2025-03-01", text: customers by contract}\n', "utf-8"
    )
    _, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    assert [f.code for f in findings] == told
