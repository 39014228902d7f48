"""An opt-out is about a mailbox or a number: no record of another key, and of no other object, brings it back."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from first_runs import first_run

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: elsewhere, locale: en-GB}
sources:
  crm: {file: crm.csv, key: id, changed: changed}
  fair: {file: fair.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: crm
    fields:
      last_name: {crm: name}
      email: {crm: mail}
      mobile: {crm: mobile}
      consent: {crm: ok, evidence: [crm.proof]AGAIN}
      consent_evidence: {follows: consent}
      sms_consent: {crm: sms, type: consent, per: mobile, to: sms_consent}
  leads:
    from: fair
    fields: {last_name: {fair: name}, email: {fair: mail}, consent: {fair: ok}}
reconcile:
  gates: {gone: 100%}
"""
DECISION = "decisions:\n  - {id: D-7, who: dpo, when: 2025-01-01, text: a younger proof ends an opt-out}\nMORE"
MORE = "  - {id: 'ID', who: dpo, when: 2025-01-01, text: she called and asked for it}\n"
HEAD = "id,name,mail,mobile,ok,proof,sms,changed\n"
OTHER = "x9,Zoe,zoe@x.example,,granted,,,2024-01-01\n"
K1 = "k1,Kim,k@example.com,+447700900001,withdrawn,2024-03-03 letter,withdrawn,2024-03-03\n"
K2 = "k2,Kim,{mail},{mobile},{ok},{proof},{sms},2024-09-09\n"


def k2(
    mail: str = "k@example.com", mobile: str = "", ok: str = "granted", proof: str = "2024-09-09 form", sms: str = ""
) -> str:
    return K2.format(mail=mail, mobile=mobile, ok=ok, proof=proof, sms=sms)


def run(
    folder: Path, people: str, fair: str = "", again: str = "", decided: str = "", mapping: str = MAPPING, *more: str
) -> dict[str, Any]:
    words = (people, fair, again, decided, mapping, *more)
    if any(folder.iterdir()):
        return _run(folder, *words)
    return first_run(folder, (__name__, *words), lambda place: _run(place, *words))


def _run(folder: Path, people: str, fair: str, again: str, decided: str, mapping: str, *more: str) -> dict[str, Any]:
    (folder / "crm-migrate.yaml").write_text(mapping.replace("AGAIN", again), "utf-8")
    (folder / "decisions").mkdir(exist_ok=True)
    text = DECISION.replace("MORE", MORE.replace("ID", decided) if decided else "")
    (folder / "decisions" / "d.yaml").write_text(text, "utf-8")
    (folder / "crm.csv").write_text(HEAD + people + OTHER, "utf-8")
    (folder / "fair.csv").write_text("id,name,mail,ok\n" + fair, "utf-8")
    done = CliRunner().invoke(cli, ["run", str(folder), "--json", *more])
    assert done.stdout, done.output + repr(done.exception)
    figures = json.loads(done.stdout)["figures"]
    assert isinstance(figures, dict)
    assert all(line["unexplained"] == 0 for line in figures["accounting"])
    return figures


def waiting(figures: dict[str, Any], object_name: str = "contacts") -> dict[str, list[str]]:
    """Code -> the records that wait for it."""
    found = [e for e in figures["exceptions"] if e["object"] == object_name and e["state"] == "held"]
    return {e["code"]: [each["record"] for each in e["examples"]] for e in found}


def told(figures: dict[str, Any]) -> list[str]:
    return [x["message"] for e in figures["exceptions"] for x in e["examples"] if e["code"].startswith("opt_out")]


def loaded(folder: Path, table: str = "contacts", field: str = "consent") -> list[tuple[str, str | None]]:
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        return connection.execute(f"SELECT last_name, {field} FROM {table} ORDER BY 1, 2").fetchall()


def failed(figures: dict[str, Any]) -> set[str]:
    return {gate["name"] for gate in figures["gates"] if not gate["passed"]}


STOOD = [("Kim", "withdrawn"), ("Zoe", "granted")]


@pytest.mark.cases(1)
@pytest.mark.parametrize("mail", ["k@example.com", "K@Example.COM"])
@pytest.mark.parametrize("still", ["", K1])
def test_a_grant_under_another_key_waits_for_the_opt_out_in_the_target(tmp_path: Path, mail: str, still: str) -> None:
    run(tmp_path, K1)
    figures = run(tmp_path, still + k2(mail=mail))
    assert loaded(tmp_path) == STOOD
    assert waiting(figures) == {"opt_out_stands": ["crm:k2"]}
    assert ["contacts crm:k1" in message and "consent" in message for message in told(figures)] == [True]


def test_another_mailbox_of_the_same_host_is_somebody_else(tmp_path: Path) -> None:
    run(tmp_path, K1)
    figures = run(tmp_path, K1 + k2(mail="k+news@example.com"))
    assert ("Kim", "granted") in loaded(tmp_path)
    assert waiting(figures) == {}
    assert "consent" not in failed(figures)


def test_a_number_is_heard_by_the_consent_of_its_channel_alone(tmp_path: Path) -> None:
    run(tmp_path, K1)
    figures = run(tmp_path, k2(mail="new@example.com", mobile="+447700900001", sms="granted"))
    assert waiting(figures) == {"opt_out_stands": ["crm:k2"]}
    assert ["sms_consent" in message for message in told(figures)] == [True]
    figures = run(tmp_path, k2(mail="new@example.com", mobile="+447700900002", sms="granted"))
    assert waiting(figures) == {}
    assert ("Kim", "granted") in loaded(tmp_path)


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("again", "proof", "decided", "goes"),
    [
        (", allow_reconsent: D-7", "2024-09-09 form", "", True),
        (", allow_reconsent: D-7", "2024-01-01 form", "", False),
        (", allow_reconsent: D-7", "", "", False),
        ("", "2024-09-09 form", "reconsent:crm:k2", True),
        ("", "", "reconsent:crm:k2", True),
        ("", "", "reconsent:contacts", True),
        ("", "2024-09-09 form", "reconsent:crm:x9", False),
    ],
)
def test_it_goes_in_by_a_younger_proof_or_by_a_decision(
    tmp_path: Path, again: str, proof: str, decided: str, goes: bool
) -> None:
    run(tmp_path, K1, again=again)
    figures = run(tmp_path, k2(proof=proof), again=again, decided=decided)
    assert (("Kim", "granted") in loaded(tmp_path)) == goes
    assert ("opt_out_stands" in waiting(figures)) == (not goes)
    assert "consent" not in failed(figures), "what a proof or a decision allows is founded"


@pytest.mark.sweep("the same rule by another way into the target")
def test_a_decision_about_one_key_ends_its_own_opt_out_too(tmp_path: Path) -> None:
    run(tmp_path, K1)
    again = K1.replace("withdrawn,2024-03-03 letter", "granted,")
    assert waiting(run(tmp_path, again)) == {"opt_out_stands": ["crm:k1"]}
    figures = run(tmp_path, again, decided="reconsent:crm:k1")
    assert ("Kim", "granted") in loaded(tmp_path)
    assert "consent" not in failed(figures)


def test_a_mailbox_that_moves_to_somebody_who_allows_it_waits(tmp_path: Path) -> None:
    run(tmp_path, K1 + k2(mail="new@example.com"))
    figures = run(tmp_path, K1 + k2())
    assert waiting(figures) == {"opt_out_stands": ["crm:k2"]}


@pytest.mark.cases(1)
@pytest.mark.parametrize("between", ["|", ";", ", "])
def test_a_mailbox_that_is_kept_beside_another_one_is_refused_too(tmp_path: Path, between: str) -> None:
    mapping = MAPPING.replace("email: {crm: mail}", "email: {crm: mail, keep_others: other_mails}", 1)
    mapping = mapping.replace("      mobile:", "      other_mails: {crm: sms, type: text}\n      mobile:", 1)
    mapping = mapping.replace("      sms_consent: {crm: sms, type: consent, per: mobile, to: sms_consent}\n", "")
    kept = f'"one@example.com{between}K2@example.com"'
    run(tmp_path, K1.replace("withdrawn,2024-03-03\n", f"{kept},2024-03-03\n"), mapping=mapping)

    figures = run(tmp_path, k2(mail="k2@example.com"), mapping=mapping)

    assert waiting(figures) == {"opt_out_stands": ["crm:k2"]}


@pytest.mark.sweep("the same rule by another way into the target")
def test_a_record_that_is_gone_from_the_target_is_remembered(tmp_path: Path) -> None:
    run(tmp_path, K1)
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection, connection:
        connection.execute("DELETE FROM contacts WHERE last_name = 'Kim'")
    assert "opt_out_stands" in waiting(run(tmp_path, k2()))


def test_somebody_whom_others_brought_to_the_target_refuses_as_well(tmp_path: Path) -> None:
    run(tmp_path, "")
    theirs = [("Kim", "K@example.com", "withdrawn"), *((f"P{n}", f"p{n}@x.example", "granted") for n in range(9))]
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection, connection:
        connection.executemany("INSERT INTO contacts (last_name, email, consent) VALUES (?, ?, ?)", theirs)
    figures = run(tmp_path, k2())
    assert waiting(figures) == {"opt_out_stands": ["crm:k2"]}
    assert ["of contacts in the target" in message for message in told(figures)] == [True]


@pytest.mark.parametrize("decided", ["reconsent:crmm:k2", "reconsent:contact"])
def test_a_decision_about_nobody_is_an_error(tmp_path: Path, decided: str) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING.replace("AGAIN", ""), "utf-8")
    text = DECISION.replace("MORE", MORE.replace("ID", decided))
    (tmp_path / "decisions" / "d.yaml").write_text(text, "utf-8")
    checked = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert checked.exit_code == 2
    assert f"the decision `{decided}` is about" in checked.output


@pytest.mark.sweep("the same rule by another way into the target")
def test_an_undone_opt_out_holds_nobody_up(tmp_path: Path) -> None:
    run(tmp_path, OTHER.replace("x9", "x8"))
    figures = run(tmp_path, OTHER.replace("x9", "x8") + K1)
    done = CliRunner().invoke(cli, ["undo", str(tmp_path), figures["header"]["run"], "--apply"])
    assert done.exit_code in (0, 1), done.output
    figures = run(tmp_path, OTHER.replace("x9", "x8") + k2())
    assert waiting(figures) == {}
    assert ("Kim", "granted") in loaded(tmp_path)


ERASE = "privacy:\n  erase: erase.csv\nreconcile:"


def test_whoever_is_erased_still_refuses_while_the_record_is_there(tmp_path: Path) -> None:
    run(tmp_path, K1)
    (tmp_path / "erase.csv").write_text("key\ncrm:k1\n", "utf-8")
    figures = run(tmp_path, K1 + k2(), mapping=MAPPING.replace("reconcile:", ERASE))
    assert "opt_out_stands" in waiting(figures) or "erased" in str(figures["exceptions"])
    assert ("Kim", "granted") not in loaded(tmp_path)


# ------------------------------------------------------------------------------------------------- within one run


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("people", "fair", "object_name", "waits"),
    [
        (k2(), "l1,Kim,K@example.com,withdrawn\n", "contacts", "crm:k2"),
        (K1, "l1,Kim,K@example.com,granted\n", "leads", "fair:l1"),
        (K1 + k2(), "", "contacts", "crm:k2"),
    ],
)
def test_one_mailbox_of_two_records_of_a_run_is_granted_by_none(
    tmp_path: Path, people: str, fair: str, object_name: str, waits: str
) -> None:
    figures = run(tmp_path, people, fair)
    assert waiting(figures, object_name) == {"opt_out_elsewhere": [waits]}
    assert ("Kim", "granted") not in loaded(tmp_path) + loaded(tmp_path, "leads")
    assert ("Kim", "withdrawn") in loaded(tmp_path) + loaded(tmp_path, "leads")
    figures = run(tmp_path, people, fair, decided=f"reconsent:{waits}")
    assert waiting(figures, object_name) == {}
    assert ("Kim", "granted") in loaded(tmp_path) + loaded(tmp_path, "leads")
    assert "consent" not in failed(figures)
    assert [count for id, *_, count in figures["decisions"] if id.startswith("reconsent:")] == [1]
    figures = run(tmp_path, people, fair, decided=f"reconsent:{object_name}")
    assert [count for id, *_, count in figures["decisions"] if id.startswith("reconsent:")] == [1]


@pytest.mark.cases(1)
@pytest.mark.parametrize("mail", ["Kim at shop.example", "kim@"])
def test_a_mailbox_that_cannot_be_read_is_refused_all_the_same(tmp_path: Path, mail: str) -> None:
    figures = run(tmp_path, K1.replace("k@example.com", mail), f"l1,Kim,{mail.lower()},granted\n")
    assert waiting(figures, "leads") == {"opt_out_elsewhere": ["fair:l1"]}
    assert "consent" not in failed(figures)


def test_who_is_unknown_or_says_nothing_does_not_wait(tmp_path: Path) -> None:
    figures = run(tmp_path, K1, "l1,Kim,k@example.com,\nl2,Kim,k@example.com,unknown\n")
    assert waiting(figures, "leads") == {}
    assert len(loaded(tmp_path, "leads")) == 2
    assert "consent" not in failed(figures), "who grants nothing brings no opt-out back"


@pytest.mark.sweep("the same rule by another way into the target")
def test_an_opt_out_that_comes_later_is_told_of_the_other_record_that_allows_the_mailbox(tmp_path: Path) -> None:
    figures = run(tmp_path, k2(), "l1,Kim,k@example.com,granted\n")
    assert "consent" not in failed(figures)
    figures = run(tmp_path, k2(), "l1,Kim,k@example.com,withdrawn\n")
    assert loaded(tmp_path, "leads") == [("Kim", "withdrawn")], "the opt-out itself arrives"
    assert "consent" in failed(figures), "and the contact that still allows it is no secret"
    said = [c for c in figures["consent"] if c["object"] == "contacts" and c["without_evidence"]]
    assert [(c["before"], c["after"]) for c in said] == [("withdrawn", "granted")]
    assert "fair:l1" in said[0]["examples"][0]["message"]


def test_the_plan_tells_who_waits_and_for_whom(tmp_path: Path) -> None:
    run(tmp_path, K1)
    (tmp_path / "crm.csv").write_text(HEAD + k2(), "utf-8")
    planned = CliRunner().invoke(cli, ["plan", str(tmp_path), "--json"])
    assert "opt_out_stands" in planned.stdout
    assert "contacts crm:k1 refuses the same mailbox" in planned.stdout
