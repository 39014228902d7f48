"""Leads that are contacts already: reported, never doubled, and their opt-outs never lost."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: leads}
sources:
  people: {file: people.csv, key: id}
  leads: {file: leads.csv, key: id}
  tasks: {file: tasks.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: people
    fields:
      last_name: {people: name}
      email: {people: mail}
      phone: {people: tel}
      consent: {people: ok}
      job_title: {case: [{when: "consent = 'granted'", then: gets our letter}, {else: gets nothing}]}
  leads:
    from: leads
    equal_to:
      - {rule: same mailbox, of: contacts, same: [email], do: skip, because: D-1}
      - {rule: same number and name, of: contacts, same: [phone, last_name ~ 0.9], do: skip, because: D-1}
    fields:
      last_name: {leads: name}
      email: {leads: mail}
      phone: {leads: tel}
      consent: {leads: ok}
  todos:
    to: todos
    from: tasks
    fields:
      subject: {tasks: text, type: text}
      lead: {tasks: lead, ref: leads, type: reference, parent_excluded: clear}
"""
PEOPLE = """id,name,mail,tel,ok
1,Yılmaz,a@firma.example,+902125550101,granted
2,Öz,b@firma.example,+902125550102,granted
3,Şahin,c@firma.example,+902125550103,
4,Kaya,info@firma.example,,granted
5,Ak,d@firma.example,+902125550105,granted
6,Ak,d2@firma.example,+902125550105,granted
"""
LEADS = """id,name,mail,tel,ok
11,Yılmaz,A@firma.example,,withdrawn
12,Öz,b@firma.example,,
13,Sahin,other@elsewhere.example,+902125550103,withdrawn
14,Demir,info@firma.example,,granted
15,Ak,,+902125550105,withdrawn
16,Yeni,new@firma.example,+902125550199,granted
17,Öz,,+902125550102,bounced
"""
TASKS = "id,text,lead\n1,call,12\n2,write,16\n"


def write(folder: Path, leads: str = LEADS, mapping: str = MAPPING, people: str = PEOPLE) -> None:
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    for name, text in (("people", people), ("leads", leads), ("tasks", TASKS)):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "decisions").mkdir(exist_ok=True)
    decided = "- {id: D-1, who: ada, when: 2026-11-30, text: a lead that is a contact stays behind}\n"
    (folder / "decisions" / "leads.yaml").write_text(decided, "utf-8")


def run(folder: Path, *given: str, **more: str) -> dict[str, Any]:
    write(folder, *given, **more)
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, (done.stderr, done.exception)
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as db:
        return db.execute(query).fetchall()


def states(figures: dict[str, Any], name: str = "leads") -> dict[str, int]:
    (line,) = (each for each in figures["accounting"] if each["object"] == name)
    return {state: count for state, count in line["states"].items() if count}


def reasons(figures: dict[str, Any], name: str = "leads") -> dict[str, int]:
    return {each["code"]: each["count"] for each in figures["exceptions"] if each["object"] == name}


def test_a_lead_that_is_a_contact_is_left_out_with_its_reason_and_its_opt_out_goes_there(tmp_path: Path) -> None:
    figures = run(tmp_path)
    assert states(figures) == {"created": 1, "excluded": 3, "held": 3}
    assert reasons(figures) == {"equal_skipped": 3, "equal_consent": 1, "equal_unsure": 1, "equal_ambiguous": 1}
    (skipped,) = (each for each in figures["exceptions"] if each["code"] == "equal_skipped")
    assert skipped["rule"] == "D-1"
    told = {each["record"]: each["message"] for each in skipped["examples"]}
    assert told["leads:11"] == "is contacts people:1 already, by D-1"
    assert ask(tmp_path, "SELECT last_name FROM leads") == [("Yeni",)]
    people = ask(tmp_path, "SELECT last_name, consent, job_title FROM contacts ORDER BY id")
    assert people == [
        ("Yılmaz", "withdrawn", "gets nothing"),  # whatever is computed of a consent hears it too
        ("Öz", "bounced", "gets nothing"),  # 12 says nothing, 17 has no mailbox and is her by number and name
        ("Şahin", "withdrawn", "gets nothing"),  # 13 waits, for its own mailbox would be forgotten
        ("Kaya", "granted", "gets our letter"),  # info@ may be several people's
        ("Ak", "granted", "gets our letter"),  # which of two is not known
        ("Ak", "granted", "gets our letter"),
    ]
    assert reasons(figures, "contacts")["consent_of_equal"] == 3
    assert ask(tmp_path, "SELECT subject, lead IS NULL FROM todos ORDER BY id") == [("call", 1), ("write", 0)]
    assert figures["sentence"].count("none is unexplained")
    again = run(tmp_path)
    assert states(again) == {"unchanged": 1, "excluded": 3, "held": 3}
    assert states(again, "contacts") == {"unchanged": 6}


def test_a_loaded_lead_that_becomes_a_contact_waits_and_is_told(tmp_path: Path) -> None:
    lead = "id,name,mail,tel,ok\n16,Yeni,new@firma.example,,granted\n"
    assert states(run(tmp_path, lead)) == {"created": 1}
    figures = run(tmp_path, lead, people=PEOPLE + "7,Yeni,new@firma.example,,granted\n")
    assert states(figures) == {"held": 1}
    assert reasons(figures) == {"now_excluded": 1}


@pytest.mark.sweep("every channel is heard where it is left out")
def test_kept_ones_are_told_and_hear_each_other(tmp_path: Path) -> None:
    kept = MAPPING.replace("same: [email], do: skip, because: D-1", "same: [email], do: keep")
    leads = "id,name,mail,tel,ok\n11,Yılmaz,a@firma.example,,withdrawn\n13,Şahin,c@firma.example,,granted\n"
    figures = run(tmp_path, leads, kept, people=PEOPLE.replace("+902125550103,\n", "+902125550103,bounced\n"))
    assert states(figures) == {"created": 2}
    assert reasons(figures) == {"equal_kept": 2, "consent_of_equal": 1}
    assert ask(tmp_path, "SELECT last_name, consent FROM leads ORDER BY id") == [
        ("Yılmaz", "withdrawn"),
        ("Şahin", "bounced"),
    ]
    assert ask(tmp_path, "SELECT consent FROM contacts ORDER BY id LIMIT 1") == [("withdrawn",)]


@pytest.mark.sweep("who waits holds back in the runs of the others")
def test_who_does_not_come_holds_nobody_back_and_who_waits_does(tmp_path: Path) -> None:
    """A contact that is rejected is nobody in the target: the lead is loaded. One that waits lets the lead wait."""
    checks = "checks:\n  - {id: C1, object: contacts, assert: last_name != 'Yılmaz', else: OTHERWISE}\n"
    leads = "id,name,mail,tel,ok\n11,Yılmaz,a@firma.example,,withdrawn\n"
    figures = run(tmp_path, leads, MAPPING + checks.replace("OTHERWISE", "reject"))
    assert (states(figures), reasons(figures)) == ({"created": 1}, {})
    (tmp_path / "crm.db").unlink()
    figures = run(tmp_path, leads, MAPPING + checks.replace("OTHERWISE", "hold"))
    assert (states(figures), reasons(figures)) == ({"held": 1}, {"equal_waits": 1})


@pytest.mark.sweep("as who does not come holds nobody back")
def test_a_contact_that_the_load_does_not_write_leaves_out_nobody(tmp_path: Path) -> None:
    leads = "id,name,mail,tel,ok\n11,Yılmaz,a@firma.example,,withdrawn\n"
    run(tmp_path, "id,name,mail,tel,ok\n")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as db, db:
        db.execute("DELETE FROM contacts WHERE last_name = 'Yılmaz'")
    figures = run(tmp_path, leads)
    assert (states(figures), reasons(figures)) == ({"held": 1}, {"equal_waits": 1})


def test_every_channel_of_a_lead_is_heard_and_none_of_its_opt_outs_is_lost(tmp_path: Path) -> None:
    """Two consents of each: who refuses calls is not called as a contact, though mails are granted."""
    calls, mails = "      phone_consent: {{{}: calls, type: consent, per: phone}}\n", "      consent: {{{}: ok}}\n"
    two = MAPPING
    for source in ("people", "leads"):
        two = two.replace(mails.format(source), mails.format(source) + calls.format(source))
    people = """id,name,mail,tel,ok,calls
1,Yılmaz,a@firma.example,+902125550101,granted,granted
2,Öz,b@firma.example,+902125550102,granted,granted
3,Şahin,c@firma.example,+902125550103,granted,granted
4,Ak,d@firma.example,+902125550104,granted,granted
"""
    leads = """id,name,mail,tel,ok,calls
11,Yılmaz,a@firma.example,+902125550101,granted,withdrawn
12,Öz,b@firma.example,+902125550199,granted,withdrawn
13,Şahin,c@firma.example,,granted,withdrawn
14,Ak,d@firma.example,+902125550104,withdrawn,granted
"""
    figures = run(tmp_path, leads, two, people=people)
    assert reasons(figures) == {"equal_skipped": 3, "equal_consent": 1}  # 12 refuses a number that its contact lacks
    assert ask(tmp_path, "SELECT last_name, consent, phone_consent FROM contacts ORDER BY id") == [
        ("Yılmaz", "granted", "withdrawn"),
        ("Öz", "granted", "withdrawn"),
        ("Şahin", "granted", "withdrawn"),  # 13 names no number: it speaks for whoever it is
        ("Ak", "withdrawn", "granted"),
    ]
    told = [each for each in figures["exceptions"] if each["object"] == "contacts"]
    assert {(e["code"], e["field"]): e["count"] for e in told} == {
        ("consent_of_equal", "consent"): 1,
        ("consent_of_equal", "phone_consent"): 3,
    }
    (tmp_path / "crm.db").unlink()
    deaf = two.replace(calls.format("people"), "      calls: {people: calls, type: text}\n")
    figures = run(tmp_path, leads, deaf, people=people)  # contacts that know nothing of calls
    assert reasons(figures) == {"equal_skipped": 1, "equal_consent": 3}


def test_contacts_without_a_consent_cannot_keep_an_opt_out(tmp_path: Path) -> None:
    bare = MAPPING.replace("      consent: {people: ok}\n", "").replace(
        """      job_title: {case: [{when: "consent = 'granted'", then: gets our letter}, {else: gets nothing}]}\n""",
        "",
    )
    leads = "id,name,mail,tel,ok\n11,Yılmaz,a@firma.example,,withdrawn\n12,Öz,b@firma.example,,granted\n"
    figures = run(tmp_path, leads, bare)
    assert (states(figures), reasons(figures)) == ({"held": 1, "excluded": 1}, {"equal_consent": 1, "equal_skipped": 1})


def test_the_gate_would_see_an_opt_out_that_was_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: neither the contact nor the load hears the lead. The proof finds the mailbox that is granted and was
    refused."""
    from crm_migrate.stages import complete
    from crm_migrate.stages.complete import equals
    from crm_migrate.stages.load import planning

    monkeypatch.setattr(complete, "with_strictest", lambda _work, _each, query: query)
    monkeypatch.setattr(equals, "_lost", lambda *_: None)
    monkeypatch.setattr(planning, "hold_refused", lambda *_: 0)
    figures = run(tmp_path, "id,name,mail,tel,ok\n11,Yılmaz,a@firma.example,,withdrawn\n")
    assert {gate["name"]: gate["passed"] for gate in figures["gates"]}["consent"] is False


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("of: contacts, same: [email]", "of: contact, same: [email]", "the other object `contact` is not there"),
        ("of: contacts, same: [email]", "of: leads, same: [email]", "the other object `leads` is not there"),
        ("same: [email]", "same: [job_title]", "the field of both `leads` and `contacts` `job_title` is not there"),
        ("same: [email]", "same: [last_name ~ 0.8]", "must be equal, not only alike"),
        ("same: [email]", "same: [email], unless: [email is shared]", "only `email differs` is known"),
        ("because: D-1}\n      - ", "because: D-9}\n      - ", "there is no decision `D-9`"),
        ("do: skip", "do: merge", "`merge` is not known here"),
    ],
)
def test_rules_that_cannot_be_kept_are_told(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert was in MAPPING
    write(tmp_path, mapping=MAPPING.replace(was, now, 1))
    told = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert (told.exit_code, said in told.output) == (2, True), told.output


@pytest.mark.cases(1)
@pytest.mark.parametrize("policy", ["clear", "exclude", "hold"])
def test_what_hangs_on_a_lead_that_waits_since_the_load_was_planned_waits_too(tmp_path: Path, policy: str) -> None:
    """Only the target says that the contact cannot come: until then the lead was left out, and its task without it."""
    mapping = MAPPING.replace("phone: {people: tel}", "phone: {people: tel}\n      department: {people: unit}")
    mapping = mapping.replace("parent_excluded: clear", f"parent_excluded: {policy}")
    header, *lines = PEOPLE.splitlines()
    good = "\n".join([f"{header},unit", *(f"{line},Sales" for line in lines), ""])
    leads = LEADS.replace("17,", "18,").replace("+902125550102,bounced", "+902125550188,")
    figures = run(tmp_path, leads, mapping, people=good.replace("550102,granted,Sales", "550102,granted," + "S" * 300))
    assert reasons(figures)["equal_waits"] == 1
    assert states(figures, "todos") == {"created": 1, "held": 1}
    assert reasons(figures, "todos") == {"parent_excluded" if policy == "hold" else "parent_held": 1}
    assert ask(tmp_path, "SELECT subject, lead IS NULL FROM todos") == [("write", 0)]
    mended = run(tmp_path, leads, mapping, people=good)
    assert (
        states(mended, "todos")
        == {
            "clear": {"created": 1, "unchanged": 1},
            "exclude": {"excluded": 1, "unchanged": 1},
            "hold": {"held": 1, "unchanged": 1},
        }[policy]
    )
