"""The rules of simulated products name their evidence: what is named is there, and the pages in docs are current."""

import re
import sys
from pathlib import Path

import pytest

from crm_migrate_simulators.dynamics import SIMULATOR as DYNAMICS
from crm_migrate_simulators.evidence import GROUNDS
from crm_migrate_simulators.hubspot import SIMULATOR as HUBSPOT
from crm_migrate_simulators.salesforce.simulator import SIMULATOR as SALESFORCE
from crm_migrate_simulators.starting import Simulator
from crm_migrate_simulators.zoho import SIMULATOR as ZOHO

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
from make_simulator_rules import pages  # noqa: E402

PRODUCTS = {"dataverse": DYNAMICS, "hubspot": HUBSPOT, "salesforce": SALESFORCE, "zoho": ZOHO}
LARGE = frozenset({"schema_contact_properties_v3", "schema_company_properties_v1", "schema_deal_properties_v1"})


def test_the_pages_are_those_of_the_tables() -> None:
    """`python scripts/make_simulator_rules.py` writes them."""
    assert {path: path.read_text(encoding="utf-8") for path in pages()} == pages()


@pytest.mark.parametrize(("name", "simulator"), PRODUCTS.items())
def test_every_recording_that_a_rule_names_is_there(name: str, simulator: Simulator) -> None:
    there = {path.stem for path in (ROOT / "tests" / "vendor" / name).glob("*.json")} | LARGE
    named = [each for rule in simulator.rules if rule.ground == "recording" for each in _names(rule.source)]
    assert set(named) <= there
    assert all(rule.ground in GROUNDS for rule in simulator.rules)


def _names(source: str) -> list[str]:
    words = source.split(";")[0].split("(")[0]
    return [word.strip() for word in words.split(",") if "*" not in word and " to " not in word and word.strip()]


@pytest.mark.parametrize("simulator", PRODUCTS.values(), ids=PRODUCTS)
def test_most_rules_are_known(simulator: Simulator) -> None:
    assumed = sum(rule.ground == "assumed" for rule in simulator.rules)
    assert assumed < len(simulator.rules) / 4


OWN = [kind for simulator in PRODUCTS.values() for kind in simulator.own_faults.values()]


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.name)
def test_own_faults_are_described_and_known(kind: object) -> None:
    words, evidence = str(getattr(kind, "words", "")), str(getattr(kind, "evidence", ""))
    assert words.endswith(".") and re.match("recording|document|assumed", evidence)
