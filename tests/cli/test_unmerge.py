"""`unmerge`, end to end: run, take apart, run again; two records in the target, links back, nothing lost."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {as_of: 2025-03-14, money: {report_in: EUR, rates: fx.csv, rate_on: close_date}}
sources:
  firma: {file: firma.csv, key: id}
  deal: {file: deal.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: firma
    fields: {name: name, tax_id: tax, phone: phone, city: city}
    match:
      - {rule: same tax number, same: [tax_id], do: merge}
  deals:
    from: deal
    fields:
      name: name
      company: {deal: firma, ref: accounts.firma}
      amount: amount
      currency: {constant: EUR}
      close_date: closes
reconcile:
  kpis: {pipeline: {of: deals, sum: amount, by: [close_month]}}
  gates: {unexplained: 0, held: 0, rejected: 0}
"""
FIRMA = [
    "id,name,tax,phone,city", "1,Demir Makine,7340562918,+902120000001,", "2,Demir Tekstil,7340562918,,Bursa",
    "3,Demir Tekstil,7340562918,,Bursa", "4,Kaya Yapı,6120945783,,İzmir",
]  # fmt: skip
DEAL = [
    "id,name,firma,amount,closes",
    "a,Pres,1,100.50,2025-01-01",
    "b,Kumaş,2,20.25,2025-01-02",
    "c,İplik,3,3.00,2025-01-03",
]


def invoke(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli, [*words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "fx.csv").write_text("currency,date,rate\nEUR,2020-01-01,1\n", "utf-8")
    (tmp_path / "firma.csv").write_text("\n".join([*FIRMA, ""]), "utf-8")
    (tmp_path / "deal.csv").write_text("\n".join([*DEAL, ""]), "utf-8")
    return tmp_path


def rows(project: Path, query: str) -> list[Any]:
    with sqlite3.connect(project / "crm.db") as target:
        return target.execute(query).fetchall()


def unmerged(project: Path, subject: str, *more: str) -> Any:
    return invoke("unmerge", str(project), subject, "--who", "ayse", "--why", "two firms of one family", *more)


def deals(project: Path) -> Sequence[Any]:
    return rows(project, "SELECT d.name, a.name, d.amount FROM deals d JOIN accounts a ON a.id = d.company ORDER BY 1")


def test_run_unmerge_run_gives_two_records_with_their_own_links_and_values(project: Path) -> None:
    first = invoke("run", str(project))["figures"]
    assert first["verdict"] == "GO"
    assert len(rows(project, "SELECT * FROM accounts")) == 2
    before = dict(rows(project, "SELECT name, id FROM accounts"))
    (merged,) = {name for _, name, _ in deals(project)}

    told = unmerged(project, "firma:1")
    assert told["leaving"] == ["firma:1"] and told["staying"] == ["firma:2", "firma:3"]
    assert len(told["decisions"]) == 2 and all(d["decision"] == "apart" and d["evidence"] for d in told["decisions"])
    said = " ".join(told["follows"])
    assert f"record {before[merged]} " in said and "stays with firma:2, firma:3" in said and "1 deals" in said

    second = invoke("run", str(project))["figures"]
    assert second["verdict"] == "GO"
    found = rows(project, "SELECT name, phone, city, id FROM accounts ORDER BY name")
    assert [(name, phone, city) for name, phone, city, _ in found] == [
        ("Demir Makine", "+902120000001", None),
        ("Demir Tekstil", None, "Bursa"),  # nothing of the one who left is kept
        ("Kaya Yapı", None, "İzmir"),
    ]
    assert {name: id_ for name, *_, id_ in found}["Demir Tekstil"] == before[merged]
    assert [(deal, firm) for deal, firm, _ in deals(project)] == [
        ("Kumaş", "Demir Tekstil"), ("Pres", "Demir Makine"), ("İplik", "Demir Tekstil"),
    ]  # fmt: skip
    assert sum(float(line["unexplained"]) for line in second["accounting"]) == 0
    assert {b["unexplained"] for b in second["bridges"]} == {"0"} or all(
        float(b["unexplained"]) == 0 for b in second["bridges"]
    )
    assert [b["target_total"] for b in first["bridges"]] == [b["target_total"] for b in second["bridges"]]

    third = invoke("run", str(project))["figures"]
    assert all(not line["states"].get("created") and not line["states"].get("updated") for line in third["accounting"])


def test_a_whole_cluster_falls_apart_and_before_a_load_nothing_is_to_be_undone(project: Path) -> None:
    done = CliRunner().invoke(cli, ["run", str(project), "--until", "dedupe"])
    assert done.exit_code == 0, done.output
    everybody = [word for name in ("firma:1", "firma:2", "firma:3") for word in ("--member", name)]
    told = unmerged(project, "firma:1", *everybody)
    assert told["staying"] == [] and len(told["leaving"]) == 3
    assert "None of them was loaded yet" in " ".join(told["follows"])
    invoke("run", str(project))
    assert len(rows(project, "SELECT * FROM accounts")) == 4


def test_a_record_of_the_target_is_the_one_that_explain_means(project: Path) -> None:
    invoke("run", str(project))
    for target_id in (row[0] for row in rows(project, "SELECT id FROM accounts")):
        (record,) = invoke("explain", f"accounts:{target_id}", str(project))["records"]
        members = {f"{row['source']}:{row['key']}" for row in record["rows"]}
        if len(members) > 1:
            told = unmerged(project, f"accounts:{target_id}")
            assert set(told["leaving"]) == members
            return
    pytest.fail("no record of several rows")


def test_a_member_leaves_that_is_named(project: Path) -> None:
    invoke("run", str(project))
    told = unmerged(project, "firma:1", "--member", "firma:3")
    assert told["leaving"] == ["firma:3"] and told["staying"] == ["firma:1", "firma:2"]
    invoke("run", str(project))
    assert len(rows(project, "SELECT * FROM accounts")) == 3


@pytest.mark.parametrize(
    ("subject", "more", "said"),
    [
        ("firma:99", (), "no record and no cluster"), ("firma:4", (), "merged with nothing"),
        ("firma:1", ("--member", "firma:4"), "firma:1, firma:2, firma:3"),
        ("firma:1", ("--object", "firms"), "accounts"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_apart_is_told_and_nothing_is_written(
    project: Path, subject: str, more: tuple[str, ...], said: str
) -> None:
    invoke("run", str(project))
    words = ["unmerge", str(project), subject, "--who", "a", "--why", "b", *more]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code != 0
    error = done.exception if done.exception else None
    assert said in f"{getattr(error, 'message', '')} {getattr(error, 'hint', '')} {done.output}"
    assert not (project / "decisions").exists()


def test_decisions_that_join_them_are_shown_as_the_chain(project: Path) -> None:
    (project / "decisions").mkdir()
    (project / "decisions" / "steering.yaml").write_text(
        'duplicates:\n- {object: accounts, members: ["firma:1", "firma:2"], decision: merge, who: b, when: 2025,'
        " why: one}\n",
        "utf-8",
    )
    invoke("run", str(project))
    done = CliRunner().invoke(cli, ["unmerge", str(project), "firma:1", "--who", "a", "--why", "b"])
    findings = getattr(done.exception, "findings", ())
    assert any("firma:1 = firma:2, but firma:1 ≠ firma:2" in finding.message for finding in findings)
    assert not (project / "decisions" / "duplicates.yaml").exists()
