"""Every kind of fault that simulated CRMs of vendors have, into a load: each record once, nothing lost unsaid.

A few kinds of each CRM, drawn by a seed; all with `--soak`, which prints the table of docs/reliability.md.
"""

import os
import random
from pathlib import Path

import pytest

from exactly_once.simulated_crms import SimulatedCrm
from exactly_once.struck_crms import PATIENT, StrikingCrm
from exactly_once.targets import opened
from exactly_once.told import table
from exactly_once.warm import Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the loader is a fork of a warm parent"),
]
SHORT = 5  # kinds


NAMES = [
    *("dynamics", "espocrm", "freshsales", "hubspot", "odoo", "salesforce", "suitecrm", "zoho"),
    pytest.param("vtiger", marks=pytest.mark.sweep("it is loaded by the same room as EspoCRM")),
]


@pytest.mark.parametrize("name", NAMES)
def test_no_kind_of_fault_doubles_or_loses_a_record(
    warm: Warm, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    with opened(name, tmp_path / "project") as place:
        assert isinstance(place, SimulatedCrm)
        crm = StrikingCrm(warm, place, tmp_path)
        kinds = [*crm.kinds]
        if not request.config.getoption("--soak"):
            kinds = random.Random(f"short {name}").sample([each for each in kinds if each not in PATIENT], SHORT)
        told = [crm.strike(kind) for kind in kinds]
        print(table(told, {kind: crm.kinds[kind].words for kind in kinds}))
    assert [(each.kind, each.complaints) for each in told if each.complaints] == []
