"""`unmerge`, end to end: run, take apart, run again; two records in the target, links back, nothing lost."""

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: p, as_of: 2025-03-14, money: {report_in: EUR, rates: fx.csv, rate_on: close_date}}
sources:
  firma: {file: firma.csv, key: id}
  deal: {file: deal.csv, key: id}
  kisi: {file: kisi.csv, key: id}
  post: {file: post.csv, key: id}
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
  contacts:
    from: kisi
    enrich: {post: {by: email, unmatched: suppression_list}}
    fields:
      last_name: {kisi: name}
      email: {kisi: mail, post: mail, then: email}
      phone: {kisi: phone, then: phone(TR)}
      consent: {kisi: says, post: says, survive: strictest}
    match:
      - {rule: same phone, same: [phone], do: merge}
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
KISI = [
    "id,name,mail,phone,says",
    "1,Kaya,ayse@kaya.example,+902120000001,granted",
    "2,Kaya,ali@kaya.example,+902120000001,withdrawn",
    "3,Ak,can@ak.example,+902120000002,withdrawn",
    "4,Ak,cem@ak.example,+902120000002,",
    "5,Su,su@su.example,+902120000003,granted",
    "6,Su,so@su.example,+902120000003,granted",
]
POST = ["id,mail,says", "1,cem@ak.example,withdrawn", "2,kerim@x.example,withdrawn"]


def invoke(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli, [*words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def written(folder: Path) -> Path:
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "fx.csv").write_text("currency,date,rate\nEUR,2020-01-01,1\n", "utf-8")
    for name, lines in (("firma", FIRMA), ("deal", DEAL), ("kisi", KISI), ("post", POST)):
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), "utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A project that was loaded once, and the figures of that run."""
    folder = written(tmp_path_factory.mktemp("first"))
    return folder, invoke("run", str(folder))["figures"]


@pytest.fixture
def loaded(first: tuple[Path, Any], tmp_path: Path) -> Path:
    """A copy of the loaded project."""
    return Path(shutil.copytree(first[0], tmp_path / "p"))


def rows(project: Path, query: str) -> list[Any]:
    with sqlite3.connect(project / "crm.db") as target:
        return target.execute(query).fetchall()


def unmerged(project: Path, subject: str, *more: str) -> Any:
    return invoke("unmerge", str(project), subject, "--who", "ayse", "--why", "two firms of one family", *more)


def deals(project: Path) -> Sequence[Any]:
    return rows(project, "SELECT d.name, a.name, d.amount FROM deals d JOIN accounts a ON a.id = d.company ORDER BY 1")


def test_run_unmerge_run_gives_two_records_with_their_own_links_and_values(
    first: tuple[Path, Any], loaded: Path
) -> None:
    project, figures = loaded, first[1]
    assert figures["verdict"] == "GO"
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
    assert [b["target_total"] for b in figures["bridges"]] == [b["target_total"] for b in second["bridges"]]

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


def test_a_record_of_the_target_is_the_one_that_explain_means(loaded: Path) -> None:
    for target_id in (row[0] for row in rows(loaded, "SELECT id FROM accounts")):
        (record,) = invoke("explain", f"accounts:{target_id}", str(loaded))["records"]
        members = {f"{row['source']}:{row['key']}" for row in record["rows"]}
        if len(members) > 1:
            told = unmerged(loaded, f"accounts:{target_id}")
            assert set(told["leaving"]) == members
            return
    pytest.fail("no record of several rows")


@pytest.mark.sweep("a whole cluster falls apart, and one of two, in the runs of the others")
def test_a_member_leaves_that_is_named(loaded: Path) -> None:
    told = unmerged(loaded, "firma:1", "--member", "firma:3")
    assert told["leaving"] == ["firma:3"] and told["staying"] == ["firma:1", "firma:2"]
    invoke("run", str(loaded))
    assert len(rows(loaded, "SELECT * FROM accounts")) == 3


@pytest.mark.parametrize(
    ("subject", "more", "said"),
    [
        ("firma:99", (), "no record and no cluster"), ("firma:4", (), "merged with nothing"),
        ("firma:1", ("--member", "firma:4"), "firma:1, firma:2, firma:3"),
        ("firma:1", ("--object", "firms"), "accounts"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_apart_is_told_and_nothing_is_written(
    loaded: Path, subject: str, more: tuple[str, ...], said: str
) -> None:
    words = ["unmerge", str(loaded), subject, "--who", "a", "--why", "b", *more]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code != 0
    error = done.exception if done.exception else None
    assert said in f"{getattr(error, 'message', '')} {getattr(error, 'hint', '')} {done.output}"
    assert not (loaded / "decisions").exists()


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


def test_opt_outs_stay_where_they_were_said_and_none_comes_back_to_life_unseen(loaded: Path) -> None:
    consents = "SELECT email, consent FROM contacts WHERE last_name <> 'Su' ORDER BY email"
    assert {said for _, said in rows(loaded, consents)} == {"withdrawn"}
    follows = {name: " ".join(unmerged(loaded, name)["follows"]) for name in ("kisi:1", "kisi:3", "kisi:5")}
    assert "opt-out of kisi:2" in follows["kisi:1"] and "`accept:consent`" in follows["kisi:1"]
    assert "opt-out" not in follows["kisi:3"] + follows["kisi:5"]

    second = invoke("run", str(loaded), code=1)["figures"]

    assert rows(loaded, consents) == [
        ("ali@kaya.example", "withdrawn"),
        ("ayse@kaya.example", "granted"),  # as she said herself: nobody refused for her
        ("can@ak.example", "withdrawn"),
        ("cem@ak.example", "withdrawn"),  # by the mailing list
    ]
    assert rows(loaded, "SELECT consent FROM contacts WHERE last_name = 'Su'") == [("granted",)] * 2
    assert rows(loaded, "SELECT email, state FROM suppressions ORDER BY email") == [
        ("cem@ak.example", "withdrawn"), ("kerim@x.example", "withdrawn"),
    ]  # fmt: skip
    raised = [cell for cell in second["consent"] if cell["without_evidence"]]
    assert [(cell["before"], cell["after"], cell["count"]) for cell in raised] == [("withdrawn", "granted", 1)]
    assert [example["record"] for example in raised[0]["examples"]] == ["kisi:1"]
    assert {gate["name"] for gate in second["gates"] if not gate["passed"]} >= {"consent"}
