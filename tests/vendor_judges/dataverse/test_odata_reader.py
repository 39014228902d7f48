"""A library of OData that is not ours reads our batches and the simulator's answers as we read them."""

import base64
import json
from pathlib import Path
from urllib.request import Request, urlopen

from environments import Environment

from crm_migrate_dynamics import multipart
from crm_migrate_dynamics.multipart import Step
from crm_migrate_dynamics.requests import ONLY_THERE, Api
from vendor_judges.clients import by_python

DRIVER = Path(__file__).parent / "drivers" / "odata_reader.py"
API = Api("v9.2")


def answer(environment: Environment, body: bytes, kind: str) -> tuple[str, bytes]:
    """Content type and body of the answer to a batch."""
    token = environment.signed_in()["access_token"]
    headers = {"authorization": f"Bearer {token}", "content-type": kind, "prefer": "odata.continue-on-error"}
    with urlopen(Request(f"{environment.url}{API.root}/$batch", body, headers, method="POST")) as said:
        return said.headers["content-type"], said.read()


def read(environment: Environment, groups: list[list[Step]], folder: Path) -> tuple[list[object], list[object], bytes]:
    """What the library reads of a batch and of its answer, and the answer."""
    body, kind = multipart.written(groups, API.root)
    answered = answer(environment, body, kind)
    told = {"request": (kind, body), "answer": answered}
    file = folder / "batch.json"
    file.write_text(json.dumps({name: [k, base64.b64encode(b).decode()] for name, (k, b) in told.items()}), "utf-8")
    said = by_python(DRIVER, str(file), f"{environment.url}{API.root}")
    return said["asked"], said["answered"], answered[1]


def test_batches_and_answers_are_read_as_we_mean_and_read_them(tmp_path: Path) -> None:
    environment = Environment()
    try:
        firm = environment.make("accounts", name="There")
        deal = "0a1b2c3d-0000-0000-0000-00000000000a"
        groups = [
            [Step("POST", "accounts", {"name": "Işık\r\n--batch_ & 'O\"'", "description": "line\n\nline"})],
            [Step("PATCH", f"accounts({firm})", {"telephone1": None}, ONLY_THERE)],
            [
                Step("POST", "opportunities", {"opportunityid": deal, "name": "Won"}),
                Step("POST", "WinOpportunity", {"Status": 3, "OpportunityClose": {
                    "subject": "s", "opportunityid@odata.bind": f"/opportunities({deal})"}}),
            ],
            [Step("POST", "accounts", {"name": "x" * 161})],
            [Step("GET", "accounts?$select=name&$filter=name%20eq%20'There'")],
            [Step("DELETE", f"accounts({firm})")],
        ]  # fmt: skip
        asked, answered, raw = read(environment, groups, tmp_path)
    finally:
        environment.stop()
    meant = [[[each.method, each.path, each.body] for each in group] for group in groups]
    assert asked == [group if len(group) > 1 else group[0] for group in meant]
    ours = multipart.read(raw)
    theirs = [one[0] if isinstance(one[0], list) else one for one in answered if isinstance(one, list)]
    assert [[each.status, each.headers.get("odata-entityid"), each.said] for each in ours] == theirs
    assert [each.status for each in ours] == [204, 204, 204, 400, 200, 204]
