"""simple-salesforce and jsforce, which we did not write, drive the simulated Salesforce over its socket."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from salesforces import KEY, SCHEMA, running

from vendor_judges.clients import by_node, by_python

DRIVERS = Path(__file__).parent / "drivers"
SCENARIOS = [
    *[
        ("simple.py", name)
        for name in ("rows", "refusals", "describes", "files", "pages", "bulk1", "bulk2", "assertion")
    ],
    *[("jsforce.cjs", name) for name in ("rows", "pages", "describes", "bulk1", "bulk2")],
]
_LEAD = {"Lead": {"fields": {"Other_Key__c": {"type": "string", "externalId": True}}}}


@pytest.mark.parametrize(("driver", "scenario"), SCENARIOS)
def test_a_client_that_others_wrote(driver: str, scenario: str, tmp_path: Path) -> None:
    run: Callable[..., Any] = by_node if driver.endswith(".cjs") else by_python
    pem = tmp_path / "key.pem"
    pem.touch()
    schema = {**SCHEMA, "objects": {**SCHEMA["objects"], **_LEAD}}
    with running(schema, page="200", certificate=str(pem)) as server:
        believed = run(DRIVERS / driver, server.url, scenario, str(pem))
        told, made = server.engine.log.summary(), list(server.engine.log.creations)
    asked = [each for each in made if each.object in ("Account", "Contact", "Lead")]  # not what comes along by itself
    assert Counter(each.object for each in asked) == believed and told["doubled"] == {}
    assert all(each.key for each in asked) or "Lead" in believed, KEY


OTHER_WAY = pytest.mark.sweep("the same company the other way round")


@pytest.mark.parametrize("apis", ["rest,bulk", pytest.param("bulk,rest", marks=OTHER_WAY)])
def test_cumulusci_loads_a_company(apis: str, tmp_path: Path) -> None:
    """The hardest judge: lookups of a table to itself, polymorphic ones, upserts by name and by e-mail, both APIs."""
    with running() as server:
        believed = by_python(DRIVERS / "load_dataset.py", server.url, apis, str(tmp_path))
        created = server.engine.log.summary()["created"]
    expected = {"Account": 60, "Contact": 300, "Opportunity": 60, "Task": 100, "Campaign": 1, "CampaignMember": 150}
    created.pop("AccountContactRelation")  # of a contact with its account: the organisation makes it itself
    assert believed == created == expected
