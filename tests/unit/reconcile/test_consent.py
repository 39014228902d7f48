"""An opt-out ends only by a younger, proven grant, from whatever side it came."""

from pathlib import Path

import mini_run
import pytest

from crm_migrate.mapping.plan import FieldPlan, Plan
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import Figures

AYSE = "ayse@isik.example"  # whom K1 brings with a grant
PROOFS = ("kisi.Izin", "kisi.ConsentDate")
WITHDRAWN = {"consent": "withdrawn", "__changed": "2024-02-10T09:15:00"}


def plan() -> Plan:
    """The plan of the run, whose mailing list speaks of consent too."""
    whole = mini_run.plan()
    contacts = whole.object("contacts")
    fields = tuple(
        f.model_copy(update={"cells": f.cells | {"mail": mini_run.cell("State")}, "evidence": PROOFS})
        if f.name == "consent"
        else f
        for f in contacts.fields
    )
    spoken = contacts.model_copy(update={"fields": fields})
    return whole.model_copy(update={"objects": tuple(spoken if o.name == "contacts" else o for o in whole.objects)})


def raised(folder: Path, content: mini_run.Tables) -> list[tuple[str, str, int]]:
    found: Figures = reconcile(plan(), mini_run.write(folder, content), mini_run.HEADER, "sql:mini")
    red = [(c.before, c.after, c.without_evidence) for c in found.consent if c.without_evidence]
    assert bool(red) == ("consent" in {g.name for g in found.gates if not g.passed})
    assert all(len(c.examples) == c.without_evidence for c in found.consent)
    return red


def granted_with(evidence: str) -> mini_run.Tables:
    """Somebody who said yes with this evidence, and unsubscribed by the mailing list on 2024-02-10."""
    content = mini_run.tables()
    content["map", "contacts", "kisi", "records"][0]["__ev"] = evidence
    content["map", "contacts", "mail", "records"][0] |= WITHDRAWN
    return content


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "evidence",
    [
        '["kisi.Izin: granted"]',
        '["kisi.ConsentDate: 2023-05-01"]',
        '["kisi.ConsentDate: 09.02.2024"]',
        '["kisi.ConsentDate: 02/11/2024"]',  # November or February: no proof
        '["kisi.ConsentDate: 2024-02-10"]',
        '["kisi.ConsentDate: 2024-02-10 10:00"]',  # in Istanbul, the zone of this source: seven o'clock in UTC
    ],
)
def test_a_grant_that_is_not_proven_to_be_younger_does_not_end_an_opt_out(tmp_path: Path, evidence: str) -> None:
    assert raised(tmp_path, granted_with(evidence)) == [("withdrawn", "granted", 1)]


@pytest.mark.parametrize("evidence", ['["kisi.ConsentDate: 2024-02-10 14:00"]', '["kisi.ConsentDate: 11.02.2024"]'])
def test_a_younger_grant_with_evidence_ends_it(tmp_path: Path, evidence: str) -> None:
    assert raised(tmp_path, granted_with(evidence)) == []


def test_an_opt_out_in_a_row_that_was_folded_into_another_is_heard(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["map", "contacts", "kisi", "records"][1] |= WITHDRAWN  # the second row with the key K1

    assert raised(tmp_path, content) == [("withdrawn", "granted", 1)]


def test_what_the_target_said_before_a_delta_does_not_come_back_to_life(tmp_path: Path) -> None:
    content = mini_run.tables()
    earlier = {"target_id": "21", "__entity": "c0", "consent": "withdrawn"}
    content["load", "contacts", "theirs"] = [earlier]
    content["load", "contacts", "before"].append({"target_id": "21", "__entity": "c0"})

    assert raised(tmp_path, content) == [("withdrawn", "granted", 1)]


@pytest.mark.cases(1)
@pytest.mark.parametrize("after", ["granted", "withdrawn"])
def test_who_is_gone_from_the_export_and_kept_in_the_target_is_counted(tmp_path: Path, after: str) -> None:
    content = gone("granted", after)

    found = reconcile(plan(), mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    before = reconcile(plan(), mini_run.write(tmp_path / "b", mini_run.tables()), mini_run.HEADER, "sql:mini")
    assert sum(c.count for c in found.consent) == sum(c.count for c in before.consent) + 1
    moves = {(c.before, c.after): c.count for c in found.consent}
    was = {(c.before, c.after): c.count for c in before.consent}
    assert moves["granted", after] == was.get(("granted", after), 0) + 1
    assert not any(c.without_evidence for c in found.consent)


def gone(before: str, after: str) -> mini_run.Tables:
    """Somebody whom an earlier load brought and no row feeds any more."""
    content = mini_run.tables()
    content["load", "contacts", "vanished"] = [
        {"__entity": "cg", "code": "gone", "policy": "ignore", "message": "no row feeds it any more"}
    ]
    there = {"target_id": "77", "__entity": "cg", "email": "gone@isik.example"}
    content["load", "contacts", "theirs"] = [there | {"consent": before}]
    for stage, table in (("load", "before"), ("validate", "after"), ("load", "known")):
        content.setdefault((stage, "contacts", table), []).append({"target_id": "77", "__entity": "cg"})
    content["validate", "contacts", "actual"].append(there | {"consent": after})
    return content


def test_an_opt_out_of_today_about_somebody_gone_is_heard(tmp_path: Path) -> None:
    content = gone("granted", "granted")
    content["extract", "kisi", "records"][2] |= {"Eposta": "Gone@isik.example", "Izin": "withdrawn"}  # K3 is held

    assert raised(tmp_path, content) == [("withdrawn", "granted", 1)]


def moved_on(word: str, evidence: str = "[]") -> mini_run.Tables:
    """Somebody gone who was granted, and whose mailbox came back as K1's, a record of another key that says `word`."""
    content = gone("granted", "granted")
    content["validate", "contacts", "actual"][-1]["email"] = AYSE.upper()
    content["validate", "contacts", "actual"][0]["consent"] = word
    content["map", "contacts", "kisi", "records"][0] |= {"consent": word, "__ev": evidence}
    return content


def test_an_opt_out_that_came_under_another_key_is_heard_for_who_is_gone(tmp_path: Path) -> None:
    content = moved_on("withdrawn")

    assert raised(tmp_path, content) == [("withdrawn", "granted", 1)]
    found = reconcile(plan(), mini_run.write(tmp_path / "b", content), mini_run.HEADER, "sql:mini")
    (example,) = [e for cell in found.consent for e in cell.examples]
    assert example.message == "said by kisi:K1 under the same mailbox"


def test_a_grant_under_another_key_gives_nothing_to_who_is_gone(tmp_path: Path) -> None:
    content = moved_on("granted")
    content["validate", "contacts", "actual"][-1]["consent"] = "unknown"
    content["load", "contacts", "theirs"][-1]["consent"] = "unknown"

    found = reconcile(plan(), mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    assert ("unknown", "unknown") in {(c.before, c.after) for c in found.consent}
    assert not any(c.without_evidence for c in found.consent)


def test_what_the_target_refused_ends_only_by_decision_and_says_so(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["load", "contacts", "theirs"] = [{"target_id": "21", "__entity": "c0", "consent": "withdrawn"}]
    content["load", "contacts", "before"].append({"target_id": "21", "__entity": "c0"})
    content["map", "contacts", "kisi", "records"][0]["__ev"] = '["kisi.ConsentDate: 2025-01-01"]'

    found = reconcile(plan(), mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    (example,) = [e for cell in found.consent for e in cell.examples]
    assert "the decision `accept:consent`" in example.message


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("word", "before"), [("withdrawn", "withdrawn"), ("bounced", "bounced"), ("abgemeldet", "unknown")]
)
@pytest.mark.parametrize("row", [1, 2])  # K2 is excluded by a decision, K3 is held
def test_an_opt_out_in_a_row_that_did_not_arrive_is_heard(tmp_path: Path, row: int, word: str, before: str) -> None:
    content = mini_run.tables()
    content["extract", "kisi", "records"][row] |= {"Eposta": AYSE.capitalize(), "Izin": word}

    assert raised(tmp_path, content) == [(before, "granted", 1)]


def test_the_row_that_said_so_is_named(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["extract", "kisi", "records"][2] |= {"Eposta": AYSE, "Izin": "withdrawn"}

    found = reconcile(plan(), mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    (example,) = [e for cell in found.consent for e in cell.examples]
    assert (example.record, example.message) == ("kisi:K1", "said by kisi:K3 (held)")


@pytest.mark.parametrize("word", ["", "granted", "unknown"])
def test_a_row_that_did_not_arrive_and_refuses_nothing_changes_nothing(tmp_path: Path, word: str) -> None:
    content = mini_run.tables()
    content["extract", "kisi", "records"][2] |= {"Eposta": AYSE, "Izin": word}

    assert raised(tmp_path, content) == []


def test_a_line_that_cannot_be_read_may_be_an_opt_out(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["extract", "kisi", "quarantine"][0]["raw"] = f"K9;Ayşe;<{AYSE.upper()}>;withdrawn;;;"

    assert raised(tmp_path, content) == [("unknown", "granted", 1)]


def test_an_opt_out_about_a_second_mailbox_of_a_record_is_heard(tmp_path: Path) -> None:
    """Nobody is reached by it, so that only the list of second mailboxes tells whom it is about."""
    content = mini_run.tables()
    content["complete", "contacts", "entities"][0]["more"] = '["second@isik.example"]'
    content["map", "contacts", "mail", "records"][1] |= {"email": "second@isik.example"} | WITHDRAWN
    content["link", "contacts", "enrichment"][1] |= {"by": "second@isik.example"}
    whole = plan()
    contacts = whole.object("contacts")
    fields = tuple(
        f.model_copy(update={"keep_others": "more", "cells": f.cells | {"mail": mini_run.cell("Email")}})
        if f.name == "email"
        else f
        for f in contacts.fields
    )
    spoken = contacts.model_copy(update={"fields": (*fields, FieldPlan(name="more", type="list", target="more"))})
    whole = whole.model_copy(update={"objects": tuple(spoken if o.name == "contacts" else o for o in whole.objects)})

    found = reconcile(whole, mini_run.write(tmp_path, content), mini_run.HEADER, "sql:mini")

    assert [(c.before, c.after) for c in found.consent if c.without_evidence] == [("withdrawn", "granted")]
