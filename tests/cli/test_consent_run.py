"""Whole runs with consents: of several channels, with the proof of the one that stands, and given again by decision."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from first_runs import first_run

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {name: consents, locale: en-GB}
sources:
  crm: {file: crm.csv, key: id, changed: changed}
  shop: {file: shop.csv, key: id, changed: changed}
  mail: {file: mail.csv, key: mail}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: {crm: {trust: 1}, shop: {trust: 2}}
    enrich: {mail: {by: email}}
    fields:
      last_name: {crm: name, shop: name}
      email: {crm: mail, shop: mail, mail: mail}
      phone: {crm: phone, shop: phone}
      consent: {crm: ok, shop: ok, mail: state, per: email, evidence: [crm.proof, shop.proof, mail.at]AGAIN}
      consent_evidence: {follows: consent}
      consent_from: {crm: origin, shop: origin, follows: consent, type: text, to: consent_from}
      phone_consent: {crm: call, shop: call, per: phone, type: consent, to: phone_consent, evidence: [crm.call_proof]}
      phone_evidence: {follows: phone_consent, type: text, to: phone_evidence}
    match:
      - {rule: same mail, same: [email], do: merge}
"""
CRM = """id,name,mail,phone,ok,proof,origin,call,call_proof,changed
1,Ada,ada@x.example,+442079460001,granted,2024-01-01 web form,crm form,withdrawn,2024-06-01 by telephone,2024-01-01
2,Ben,ben@x.example,+442079460002,granted,2024-01-01 web form,crm form,granted,2024-06-02 by telephone,2024-01-01
3,Cleo,cleo@x.example,+442079460003,granted,2024-05-05 counter,crm form,,,2024-05-05
4,Dora,dora@x.example,+442079460004,granted,,crm form,granted,,2024-05-05
"""
SHOP = """id,name,mail,phone,ok,proof,origin,call,changed
s1,Ada,ada@x.example,+442079460001,withdrawn,2024-03-03 shop account,shop page,granted,2024-03-03
s3,Cleo,cleo@x.example,+442079460003,withdrawn,2024-02-02 shop account,shop page,,2024-02-02
s4,Dora,dora@x.example,+442079460004,withdrawn,2024-02-02 shop account,shop page,granted,2024-02-02
"""
MAIL = "mail,state,at\nben@x.example,withdrawn,2024-02-10\n"
DECISION = "decisions:\n  - {id: D-7, who: dpo, when: 2025-01-01, text: a younger proof ends an opt-out}\n"
COLUMNS = "last_name, consent, consent_evidence, consent_from, phone_consent, phone_evidence"


def run(folder: Path, again: str = "", zone: str = "", **files: str) -> dict[str, Any]:
    if any(folder.iterdir()):
        return _run(folder, again, zone, files)
    return first_run(folder, (__name__, again, zone, *files.items()), lambda place: _run(place, again, zone, files))


def _run(folder: Path, again: str, zone: str, files: Mapping[str, str]) -> dict[str, Any]:
    mapping = MAPPING.replace("AGAIN", again)
    if zone:
        mapping = mapping.replace("key: id, changed: changed}", f"key: id, changed: changed, time_zone: {zone}}}", 1)
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    (folder / "decisions").mkdir(exist_ok=True)
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    for name, text in {"crm": CRM, "shop": SHOP, "mail": MAIL}.items():
        (folder / f"{name}.csv").write_text(files.get(name, text), "utf-8")
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.output + repr(done.exception)
    figures = json.loads(done.stdout)["figures"]
    assert isinstance(figures, dict)
    return figures


def loaded(folder: Path) -> dict[str, tuple[str | None, ...]]:
    with sqlite3.connect(folder / "crm.db") as connection:
        return {row[0]: row[1:] for row in connection.execute(f"SELECT {COLUMNS} FROM contacts")}


def matrix(figures: dict[str, Any], field: str) -> dict[tuple[str, str], tuple[int, int]]:
    cells = (c for c in figures["consent"] if c["field"] == field)
    return {(c["before"], c["after"]): (c["count"], c["without_evidence"]) for c in cells}


def codes(figures: dict[str, Any]) -> dict[str, int]:
    return {each["code"]: each["count"] for each in figures["exceptions"]}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("consents")
    return folder, run(folder)


def test_the_proof_is_that_of_the_consent_that_stands(first: tuple[Path, dict[str, Any]]) -> None:
    there = loaded(first[0])
    assert there["Ada"][:3] == ("withdrawn", "shop.proof: 2024-03-03 shop account", "shop page")
    assert there["Ben"][:3] == ("withdrawn", "mail.at: 2024-02-10", None), "the list won, which has no origin"
    assert there["Cleo"][:3] == ("withdrawn", "shop.proof: 2024-02-02 shop account", "shop page")


def test_each_channel_is_decided_by_itself_and_has_its_own_matrix(first: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = first
    there = loaded(folder)
    assert there["Ada"][3:] == ("withdrawn", "crm.call_proof: 2024-06-01 by telephone")
    assert there["Ben"][3:] == ("granted", "crm.call_proof: 2024-06-02 by telephone")
    assert matrix(figures, "consent") == {("withdrawn", "withdrawn"): (4, 0)}
    assert matrix(figures, "phone_consent") == {
        ("withdrawn", "withdrawn"): (1, 0), ("granted", "granted"): (2, 0), ("unknown", "unknown"): (1, 0),
    }  # fmt: skip


def test_a_younger_proof_ends_a_refusal_where_a_decision_allows_it(tmp_path: Path) -> None:
    figures = run(tmp_path, ", allow_reconsent: D-7")
    there = loaded(tmp_path)
    assert there["Cleo"][:3] == ("granted", "crm.proof: 2024-05-05 counter", "crm form")
    assert there["Ada"][0] == there["Ben"][0] == "withdrawn", "the refusal is younger"
    assert there["Dora"][0] == "withdrawn", "a grant without proof ends nothing"
    assert codes(figures)["reconsented"] == 1
    assert matrix(figures, "consent")["withdrawn", "granted"] == (1, 0), "told in the matrix, and founded"


def test_a_gate_of_one_channel_is_red_for_itself(tmp_path: Path) -> None:
    figures = run(tmp_path)
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("UPDATE contacts SET phone_consent = 'granted' WHERE last_name = 'Ada'")
    figures = run(tmp_path)
    assert matrix(figures, "phone_consent")["withdrawn", "granted"] == (1, 1)
    assert not any(unfounded for _, unfounded in matrix(figures, "consent").values())
    assert "consent" in [gate["name"] for gate in figures["gates"] if not gate["passed"]]


LATER = "e1,Eve,eve@x.example,,{ok},{proof},crm form,,,{day}\n"


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("again", "proof", "after"),
    [
        ("", "2024-09-09 web form", "withdrawn"),
        (", allow_reconsent: D-7", "", "withdrawn"),
        (", allow_reconsent: D-7", "2024-01-01 web form", "withdrawn"),
        (", allow_reconsent: D-7", "2024-09-09 web form", "granted"),
    ],
)
def test_an_opt_out_of_an_earlier_load_ends_only_by_a_younger_proof(
    tmp_path: Path, again: str, proof: str, after: str
) -> None:
    run(tmp_path, again, crm=CRM + LATER.format(ok="withdrawn", proof="2024-08-08 letter", day="2024-08-08"))
    figures = run(tmp_path, again, crm=CRM + LATER.format(ok="granted", proof=proof, day="2024-09-09"))
    assert loaded(tmp_path)["Eve"][0] == after
    assert ("opt_out_stands" in codes(figures)) == (after == "withdrawn"), "it waits, and is told"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (", allow_reconsent: D-8", "no decision `D-8`"),
        (", survive: newest, allow_reconsent: D-7", "only a consent that survives by `strictest`"),
    ],
)
def test_words_that_could_bring_an_opt_out_back_are_checked(tmp_path: Path, words: str, message: str) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING.replace("AGAIN", words), "utf-8")
    checked = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert message in checked.output
    proofless = MAPPING.replace(", evidence: [crm.proof, shop.proof, mail.at]AGAIN", ", allow_reconsent: D-7")
    (tmp_path / "crm-migrate.yaml").write_text(proofless.replace("follows: phone_consent", "follows: phone"), "utf-8")
    checked = CliRunner().invoke(cli, ["mapping", "check", str(tmp_path)])
    assert "only by its proof" in checked.output and "`phone` is no consent of `contacts`" in checked.output


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("refused", "granted"),
    [
        ("2024-03-03 shop account", "2024-03-03 09:00 web form"),
        ("2024-03-03 09:00 shop account", "2024-03-03 09:00:30 web form"),
        ("2024-03-03 shop account", "2024-01-01 web form, valid until 2027-01-01"),
        ("called 2.2.2024, ended 1.9.2024", "2024-05-05 counter"),
    ],
)
def test_a_proof_that_may_be_older_ends_no_refusal(tmp_path: Path, refused: str, granted: str) -> None:
    crm = CRM.splitlines()[0] + f'\n1,Ada,ada@x.example,,granted,"{granted}",crm form,,,2024-01-01\n'
    shop = SHOP.splitlines()[0] + f'\ns1,Ada,ada@x.example,,withdrawn,"{refused}",shop page,,2024-01-01\n'
    figures = run(tmp_path, ", allow_reconsent: D-7", crm=crm, shop=shop)
    assert loaded(tmp_path)["Ada"][0] == "withdrawn"
    assert "reconsented" not in codes(figures)


def test_who_says_nothing_later_ends_no_refusal_and_changes_no_proof(tmp_path: Path) -> None:
    again, line = ", allow_reconsent: D-7", LATER.format(ok="withdrawn", proof="2024-08-08 letter", day="2024-08-08")
    kept = ("withdrawn", "crm.proof: 2024-08-08 letter", "crm form")
    run(tmp_path, again, crm=CRM + line)
    for ok, proof in (("unknown", "2024-09-09 letter"), ("", "2020-01-01 letter"), ("granted", "2022-02-02 letter")):
        run(tmp_path, again, crm=CRM + LATER.format(ok=ok, proof=proof, day="2024-09-09"))
        assert loaded(tmp_path)["Eve"][:3] == kept


def eve(ok: str, proof: str, origin: str, day: str = "2024-09-09") -> str:
    return CRM + f"e1,Eve,eve@x.example,,{ok},{proof},{origin},,,{day}\n"


def test_a_proof_without_a_consent_replaces_none_and_is_told(tmp_path: Path) -> None:
    run(tmp_path, crm=eve("withdrawn", "2024-08-08 letter", "letter"))
    figures = run(tmp_path, crm=eve("", "", "web form"))
    assert loaded(tmp_path)["Eve"][:3] == ("withdrawn", "crm.proof: 2024-08-08 letter", "letter")
    assert codes(figures)["proof_of_nothing"] == 1
    assert codes(run(tmp_path, crm=CRM + "n1,Nil,nil@x.example,,,,web form,,,2024-01-01\n"))["proof_of_nothing"] == 1
    assert loaded(tmp_path)["Nil"][:3] == (None, None, None)


def test_an_old_proof_goes_with_the_consent_that_it_proved(tmp_path: Path) -> None:
    """Else it would be the day of the refusal, and a grant that is older than that would end it."""
    again = ", allow_reconsent: D-7"
    run(tmp_path, again, crm=eve("granted", "2024-01-01 web form", "web form"))
    run(tmp_path, again, crm=eve("withdrawn", "", ""))
    assert loaded(tmp_path)["Eve"][:3] == ("withdrawn", None, None)
    figures = run(tmp_path, again, crm=eve("granted", "2024-05-05 web form", "web form"))
    assert loaded(tmp_path)["Eve"][0] == "withdrawn"
    assert codes(figures)["opt_out_stands"] == 1


def test_an_empty_cell_ends_no_opt_out_where_empty_cells_clear(tmp_path: Path) -> None:
    run(tmp_path, ", clear: true", crm=eve("withdrawn", "2024-08-08 letter", "letter"))
    figures = run(tmp_path, ", clear: true", crm=eve("", "", ""))
    assert loaded(tmp_path)["Eve"][:3] == ("withdrawn", "crm.proof: 2024-08-08 letter", "letter")
    assert codes(figures)["opt_out_stands"] == 1


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("refused", "granted", "zone", "after"),
    [
        ("2024-03-03T10:00:00+03:00", "2024-03-03T08:00:00Z", "", "granted"),
        ("2024-03-03T10:00:00-05:00", "2024-03-03T12:00:00Z", "", "withdrawn"),
        ("2024-03-03T10:00:00Z", "2024-03-03 11:30:00", "Europe/Istanbul", "withdrawn"),
        ("2024-03-03T10:00:00Z", "2024-03-03 13:30:00", "Europe/Istanbul", "granted"),
        ("2024-03-03 10:00:00 IST", "2024-03-03T11:00:00Z", "", "withdrawn"),
        ("2024-03-03 10:00:00 PM", "2024-03-03T21:00:00Z", "", "withdrawn"),
        ("2024-03-03T10:00:00.250+0300", "2024-03-03T07:30:00.5Z", "", "granted"),
    ],
)
def test_proofs_are_compared_as_moments(tmp_path: Path, refused: str, granted: str, zone: str, after: str) -> None:
    crm = CRM.splitlines()[0] + f"\n1,Ada,ada@x.example,,granted,{granted},crm form,,,2024-01-01\n"
    shop = SHOP.splitlines()[0] + f"\ns1,Ada,ada@x.example,,withdrawn,{refused},shop page,,2024-01-01\n"
    run(tmp_path, ", allow_reconsent: D-7", zone, crm=crm, shop=shop)
    assert loaded(tmp_path)["Ada"][0] == after


@pytest.mark.sweep("three runs; others here make two")
def test_a_refusal_that_is_said_again_keeps_the_younger_proof(tmp_path: Path) -> None:
    """Else a grant between the two proofs would end it."""
    again, kept = ", allow_reconsent: D-7", ("withdrawn", "crm.proof: 2024-08-08 letter", "letter")
    run(tmp_path, again, crm=eve("withdrawn", "2024-08-08 letter", "letter"))
    run(tmp_path, again, crm=eve("withdrawn", "2024-03-03 counter", "counter"))
    assert loaded(tmp_path)["Eve"][:3] == kept, "all that came with a proof stays together"
    figures = run(tmp_path, again, crm=eve("granted", "2024-05-05 web form", "web form"))
    assert (loaded(tmp_path)["Eve"][:3], codes(figures)["opt_out_stands"]) == (kept, 1)
    run(tmp_path, again, crm=eve("withdrawn", "2024-10-10 call", "call"))
    assert loaded(tmp_path)["Eve"][:3] == ("withdrawn", "crm.proof: 2024-10-10 call", "call")


@pytest.mark.sweep("compared as moments in one run")
def test_proofs_are_compared_as_moments_from_run_to_run(tmp_path: Path) -> None:
    again = ", allow_reconsent: D-7"
    run(tmp_path, again, crm=eve("withdrawn", "2024-08-08T10:00:00-07:00", "letter"))
    figures = run(tmp_path, again, crm=eve("granted", "2024-08-08T12:00:00+00:00", "web form"))
    assert codes(figures)["opt_out_stands"] == 1
    run(tmp_path, again, crm=eve("granted", "2024-08-08T17:00:01Z", "web form"))
    assert loaded(tmp_path)["Eve"][0] == "granted"
