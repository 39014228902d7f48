"""An opt-out ends only by a younger, proven grant, from whatever side it came."""

from pathlib import Path

import mini_run
import pytest

from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import Figures

WITHDRAWN = {"consent": "withdrawn", "__changed": "2024-02-10T09:15:00"}


def plan() -> Plan:
    """The plan of the run, whose mailing list speaks of consent too."""
    whole = mini_run.plan()
    contacts = whole.object("contacts")
    fields = tuple(
        f.model_copy(update={"cells": f.cells | {"mail": mini_run.cell("State")}}) if f.name == "consent" else f
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


@pytest.mark.parametrize(
    "evidence",
    [
        '["kisi.Izin: granted"]',
        '["kisi.ConsentDate: 2023-05-01"]',
        '["kisi.ConsentDate: 09.02.2024"]',
        '["kisi.ConsentDate: 02/11/2024"]',  # November or February: no proof
        '["kisi.ConsentDate: 2024-02-10"]',
    ],
)
def test_a_grant_that_is_not_proven_to_be_younger_does_not_end_an_opt_out(tmp_path: Path, evidence: str) -> None:
    assert raised(tmp_path, granted_with(evidence)) == [("withdrawn", "granted", 1)]


@pytest.mark.parametrize("evidence", ['["kisi.ConsentDate: 2024-02-10 10:00"]', '["kisi.ConsentDate: 11.02.2024"]'])
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
