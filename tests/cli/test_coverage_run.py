"""Columns and relations that the mapping says nothing of block the sign-off; what it says of the others is listed."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from first_runs import first_run

from crm_migrate.cli import cli
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.stages.reconcile.coverage import coverage
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.state import runs

FIRMS = "".join(f"F-{n},Firma {n},{'x' if n == 3 else ''},\n" for n in range(1, 13))
PEOPLE = "".join(f"{n},Person {n},F-{1 + n % 12},p{n}@a.example,{n % 2}\n" for n in range(1, 15))
DEALS = "".join(f"{n},Deal {n},F-{1 + n % 12},{n}00,EUR\n" for n in range(1, 13))
MAPPING = """crm_migrate: 1
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  firma: {file: firma.csv, key: Nr, unmapped: {archive: [Notiz]}}
  kisi: {file: kisi.csv, key: No}
  satis: {file: satis.csv, key: No}
objects:
  accounts:
    from: firma
    fields: {name: Ad}
  contacts:
    from: {kisi: {where: "Aktif = '1' or Aktif = '0'", because: D-1}}
    fields:
      full_name: {kisi: Ad}
      email: {kisi: Posta}
      company: {kisi: FirmaNr, ref: accounts}
  deals:
    from: satis
    fields:
      name: {satis: Ad}
      amount: {satis: Tutar}
      currency: {satis: Para}
      company: {satis: Firma, ref: accounts}
"""
DECISIONS = '- {id: D-1, who: Ayşe Demir, when: "2025-03-03", text: said}\n'


def run(folder: Path, mapping: str = MAPPING, decisions: str = DECISIONS) -> dict[str, Any]:
    def made(place: Path) -> dict[str, Any]:
        (place / "decisions").mkdir()
        for name, text in (
            ("crm-migrate.yaml", mapping),
            ("decisions/d.yaml", decisions),
            ("firma.csv", f"Nr,Ad,Notiz,Leer\n{FIRMS}"),
            ("kisi.csv", f"No,Ad,FirmaNr,Posta,Aktif\n{PEOPLE}"),
            ("satis.csv", f"No,Ad,Firma,Tutar,Para\n{DEALS}"),
        ):
            (place / name).write_text(text, "utf-8")
        done = CliRunner().invoke(cli, ["run", str(place), "--json"])
        figures: dict[str, Any] = json.loads(done.stdout)["figures"]
        return figures

    return first_run(folder, ("coverage", mapping, decisions), made)


def gates(figures: dict[str, Any], *names: str) -> dict[str, tuple[str, bool]]:
    return {
        f"{g['name']} {g['scope']}".strip(): (g["actual"], g["passed"]) for g in figures["gates"] if g["name"] in names
    }


def test_every_column_and_relation_has_its_fate(tmp_path: Path) -> None:
    figures = run(tmp_path)

    assert figures["verdict"] == "GO", figures["gates"]
    assert [(c["source"], c["column"], c["fate"], c["filled"], c["into"]) for c in figures["columns"]] == [
        ("firma", "Nr", "key", 12, []),
        ("firma", "Ad", "mapped", 12, ["accounts.name"]),
        ("firma", "Notiz", "archived", 1, []),
        ("firma", "Leer", "empty", 0, []),
        ("kisi", "No", "key", 14, []),
        ("kisi", "Ad", "mapped", 14, ["contacts.full_name"]),
        ("kisi", "FirmaNr", "mapped", 14, ["contacts.company"]),
        ("kisi", "Posta", "mapped", 14, ["contacts.email"]),
        ("kisi", "Aktif", "decides", 14, ["contacts"]),
        ("satis", "No", "key", 12, []),
        ("satis", "Ad", "mapped", 12, ["deals.name"]),
        ("satis", "Firma", "mapped", 12, ["deals.company"]),
        ("satis", "Tutar", "mapped", 12, ["deals.amount"]),
        ("satis", "Para", "mapped", 12, ["deals.currency"]),
    ]
    assert [(r["source"], r["column"], r["parent"], r["fate"], r["filled"]) for r in figures["relations"]] == [
        ("kisi", "FirmaNr", "accounts", "linked", 14),
        ("satis", "Firma", "accounts", "linked", 12),
    ]
    assert gates(figures, "columns", "relations") == {"columns": ("0", True), "relations": ("0", True)}


# a line of the mapping -> what stands there instead, and what is told
LESS = {
    "a column": ("      email: {kisi: Posta}\n", "", {"columns kisi": ("1: Posta", False)}),
    "what was archived": (", unmapped: {archive: [Notiz]}", "", {"columns firma": ("1: Notiz", False)}),
    "a relation": (
        "      company: {kisi: FirmaNr, ref: accounts}\n",
        "",
        {"columns kisi": ("1: FirmaNr", False), "relations kisi": ("1: FirmaNr", False)},
    ),
    "a relation that is kept as a text": (
        "company: {satis: Firma, ref: accounts}",
        "old_firm: {satis: Firma, type: text}",
        {"columns": ("0", True), "relations satis": ("1: Firma", False)},
    ),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("what", LESS)
def test_a_line_less_blocks_the_sign_off(tmp_path: Path, what: str) -> None:
    line, instead, told = LESS[what]
    assert MAPPING.count(line) == 1

    figures = run(tmp_path, MAPPING.replace(line, instead))

    assert figures["verdict"] == "NO-GO"
    found = gates(figures, "columns", "relations")
    assert {name: found[name] for name in told} == told


def test_a_relation_without_link_is_accepted_by_its_reason_or_a_decision(tmp_path: Path) -> None:
    line, instead, _ = LESS["a relation that is kept as a text"]
    text = MAPPING.replace(line, instead)
    for name in ("said", "accepted"):
        (tmp_path / name).mkdir()
    satis = "satis: {file: satis.csv, key: No"
    said = run(tmp_path / "said", text.replace(satis, f"{satis}, unmapped: {{no_link: {{Firma: D-1}}}}"))
    accepted = run(tmp_path / "accepted", text, DECISIONS.replace("D-1", "accept:relations.satis") + DECISIONS)

    assert (said["verdict"], accepted["verdict"]) == ("GO", "GO WITH ACCEPTED EXCEPTIONS")
    assert [(r["fate"], r["why"]) for r in said["relations"] if r["column"] == "Firma"] == [("dropped", "D-1")]


SHEET = """crm_migrate: 1
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
sources:
  sheet: {file: satis.csv, key: No}
objects:
  accounts:
    from: {sheet: {one_per: name}}
    fields: {name: Firma}
  deals:
    from: sheet
    fields: {name: Ad, amount: Tutar, currency: Para, company: {sheet: same_row, ref: accounts}}
"""


def test_what_one_row_is_made_into_is_linked(tmp_path: Path) -> None:
    for name in ("linked", "apart"):
        (tmp_path / name).mkdir()
    linked = run(tmp_path / "linked", SHEET)
    apart = run(tmp_path / "apart", SHEET.replace(", company: {sheet: same_row, ref: accounts}", ""))

    assert gates(linked, "relations") == {"relations": ("0", True)}
    assert [(r["parent"], r["into"], r["filled"]) for r in linked["relations"]] == [("accounts", ["deals.company"], 12)]
    assert gates(apart, "relations") == {"relations sheet": ("1: accounts + deals", False)}


def test_what_a_good_run_had_and_this_mapping_has_not_blocks_the_sign_off_until_it_is_accepted(tmp_path: Path) -> None:
    constant, check = (
        "      pipeline: {constant: Sales}\n",
        "checks: [{id: C1, object: deals, assert: amount > 0, else: warn}]\n",
    )
    whole = MAPPING.replace("    from: satis\n    fields:\n", f"    from: satis\n    fields:\n{constant}") + check
    whole += "project: {name: same}\n"
    good = run(tmp_path, whole)
    assert (good["verdict"], gates(good, "taken_out")) == ("GO", {}), "there is nothing to compare with"

    def again(mapping: str, decisions: str = DECISIONS) -> dict[str, Any]:
        (tmp_path / "crm-migrate.yaml").write_text(mapping, "utf-8")
        (tmp_path / "decisions" / "d.yaml").write_text(decisions, "utf-8")
        done = CliRunner().invoke(cli, ["run", str(tmp_path), "--json"])
        figures: dict[str, Any] = json.loads(done.stdout)["figures"]
        return figures

    less = again(
        whole.replace(constant, "").replace(check, "").replace("name: {satis: Ad}", "name: {satis: Ad | trim}")
    )
    assert (less["verdict"], gates(less, "taken_out")) == ("NO-GO", {"taken_out deals": ("2: C1, pipeline", False)})
    changed = {each["place"]: each["change"] for each in less["mapping_changes"]["changes"]}
    assert changed["objects.deals.fields.pipeline"] == "out"
    assert changed["objects.deals.fields.name"] == "other"
    assert less["mapping_changes"]["since"] == good["header"]["run"]

    mapping = (tmp_path / "crm-migrate.yaml").read_text("utf-8")
    accepted = again(mapping, DECISIONS.replace("D-1", "accept:taken_out.deals") + DECISIONS)
    assert accepted["verdict"] == "GO WITH ACCEPTED EXCEPTIONS"
    page = (sorted((tmp_path / "reports").iterdir())[-1] / "report.html").read_text("utf-8")
    assert "objects.deals.fields.pipeline" in page
    assert gates(again(mapping), "taken_out") == {"taken_out": ("0", True)}, (
        "what was accepted is what is compared with"
    )


def test_a_relation_is_found_by_its_values_though_strangers_come_first(tmp_path: Path) -> None:
    keys, strangers = [f"P-{n:04}" for n in range(300)], [f"X-{n:04}" for n in range(10)]
    rows = [f"{n},Name {n},{{}},{{}},  " for n in range(2_400)]
    few = [*strangers[:5] * 300, *keys * 3]  # 5 of 305 values: they may be
    many = [*strangers * 150, *keys * 3]  # 10 of 310 values: too many
    filled = [row.format(few[n], many[n]) for n, row in enumerate(rows)]
    (tmp_path / "firms.csv").write_text("Code,Title\n" + "".join(f"{key},Firm {key}\n" for key in keys), "utf-8")
    (tmp_path / "people.csv").write_text("\n".join(["Nr,Called,Few,Many,Blank", *filled, ""]), "utf-8")
    (tmp_path / "crm-migrate.yaml").write_text(
        """crm_migrate: 1
environments: {mock: {connector: sql, url: "sqlite:///crm.db"}}
sources: {firms: {file: firms.csv, key: Code}, people: {file: people.csv, key: Nr}}
objects:
  accounts: {from: firms, fields: {name: Title}}
  contacts: {from: people, fields: {last_name: Called}}
""",
        "utf-8",
    )
    assert CliRunner().invoke(cli, ["run", str(tmp_path), "--until", "link"]).exit_code == 0
    (run,) = runs(Project(tmp_path, tmp_path / "crm-migrate.yaml"))

    with relations(run, "reconcile", partial=True) as tables:
        of_columns, of_relations = coverage(tables, read_plan(run))

    found = {each.column: (each.fate, each.filled) for each in of_columns}
    assert (found["Few"], found["Blank"]) == (("unspoken", 2_400), ("empty", 0))
    assert [(each.column, each.parent, each.found, each.looked_at) for each in of_relations] == [
        ("Few", "firms", 300, 305)
    ]
