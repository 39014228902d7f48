"""The fictional dealer into each CRM of the guides by one other line: `connector:`, with what lets us in beside it."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from dealer_elsewhere import SAMPLE
from demo.finished_run import FinishedRun, assert_adds_up, lines_of
from moved import TRUTH, left

from crm_migrate.cli.simulated import simulated_crm
from crm_migrate.mapping.merging import merged_text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SALESFORCE = {"qualified": "Qualification", "proposal": "Proposal/Price Quote"}
SALESFORCE |= {"closedwon": "Closed Won", "closedlost": "Closed Lost"}
HUBSPOT = {"qualified": "Qualified To Buy", "proposal": "Presentation Scheduled"}
STAGES: dict[str, dict[str, str]] = {
    "salesforce": SALESFORCE,
    "hubspot": HUBSPOT | {"closedwon": "Closed Won", "closedlost": "Closed Lost"},
    "dynamics": {"qualified": "Qualify", "proposal": "Propose", "closedwon": "Won", "closedlost": "Lost"},
    "zoho": SALESFORCE,
    "freshsales": {"qualified": "Follow-up", "proposal": "Negotiation", "closedwon": "Won", "closedlost": "Lost"},
}
WANTS_A_DAY = frozenset({"salesforce"})  # an opportunity without its day is refused there


def several_currencies(url: str, secret: str) -> None:
    """As an administrator switches them on in a portal."""
    body = {"name": "deal_currency_code", "label": "Currency", "type": "string", "fieldType": "text",
            "groupName": "dealinformation"}  # fmt: skip
    head = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    request = Request(f"{url}/crm/v3/properties/deals", json.dumps(body).encode(), head, method="POST")
    assert urlopen(request).status == 201


ADMINISTRATOR: dict[str, Callable[[str, str], None]] = {"hubspot": several_currencies}


def environment_of(crm: str) -> str:
    """The environment alone, of the mapping that the demo lays over the dealer's."""
    lines = (SAMPLE / "elsewhere" / crm / "mapping.yaml").read_text("utf-8").splitlines()
    start = lines.index("environments:")
    end = next(at for at in range(start + 1, len(lines)) if not lines[at].startswith(" "))
    return "\n".join([*lines[start:end], ""])


@pytest.mark.parametrize("crm", STAGES)
def test_another_connector_moves_the_dealer_with_the_same_accounting(crm: str, tmp_path: Path) -> None:
    folder = tmp_path / "dealer"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("second", "truth", "elsewhere"))
    mapping = folder / "crm-migrate.yaml"
    mapping.write_text(merged_text(mapping.read_text("utf-8"), environment_of(crm)), "utf-8")
    setting = (SAMPLE / "elsewhere" / crm / "simulated.json").read_text("utf-8")
    with simulated_crm(crm, setting, tmp_path / "store", faults="", seed=7) as url:
        ADMINISTRATOR.get(crm, lambda *_: None)(url, json.loads(setting)["secret"])
        assert left("run", folder) == 0
    run = FinishedRun(folder)
    assert_adds_up(run.figures)
    fates = [line for line in lines_of(TRUTH / "fates.csv") if line["object"] == "deals"]
    true = {line["entity"] for line in fates if line["state"] == "created"}
    assert stages(run) == Counter(STAGES[crm][stage] for stage in true_stages(true, crm).values())


def true_stages(entities: set[str], crm: str) -> dict[str, str]:
    """Entity -> stage in the dealer's words, of the deals that this CRM takes."""
    said: dict[str, dict[str, str]] = {entity: {} for entity in entities}
    for line in lines_of(TRUTH / "fields.csv"):
        if line["object"] == "deals" and line["entity"] in said:
            said[line["entity"]][line["field"]] = line["value"]
    return {
        e: cells["stage"]
        for e, cells in said.items()
        if cells.get("stage") and (crm not in WANTS_A_DAY or cells.get("close_date"))
    }


def stages(run: FinishedRun) -> Counter[Any]:
    """What the CRM held when it was read back."""
    plan = json.loads((run.folder / "plan.json").read_text("utf-8"))
    fields = next(each["fields"] for each in plan["objects"] if each["name"] == "deals")
    column = next(field["target"] for field in fields if field["name"] == "stage")
    return Counter(each[column] for each in run.actual("deals").values())
