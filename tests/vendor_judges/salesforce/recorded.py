"""Recorded exchanges of Salesforce, sent to a simulated one that holds what the answer presupposes."""

import json
import re
from pathlib import Path
from typing import Any

from salesforces import Salesforce, engine

from crm_migrate_simulators.wire import Reply
from vendor_judges.comparing import differences, differences_of_xml

HERE = Path(__file__).resolve().parents[2] / "vendor" / "salesforce"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "recordings" / "salesforce"
VERSION = "62.0"
_ID = re.compile(
    r"\b(?:00[0-9A-Za-z]|01[0-9A-Za-z]|06[0-9A-Za-z]|0PS|70[0-9A-Za-z]|75[0-9]|500|a0[0-9A-Za-z])[0-9A-Za-z]{12,15}\b"
)
_TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "objects": {
        "Opportunity": {"fields": {"external_id__c": {"type": "string", "externalId": True, "unique": True}}},
        "Account": {"recordTypes": {"PytestAccountRecordType": {}}},
        "TestObject15__c": {"fields": {}},
        "Whizbang__c": {
            "fields": {
                "External_Field__c": {"type": "string", "externalId": True},
                "Checkbox_Label": {"type": "boolean"},
                "Currency_Label": {"type": "currency"},
                "Date_Label": {"type": "date"},
                "DateTime_Label": {"type": "datetime"},
                "OtherDateTime_Label": {"type": "datetime"},
                "Email_Label": {"type": "email"},
                "Number_Label": {"type": "double"},
                "Percent_Label": {"type": "percent"},
                "Phone_Label": {"type": "phone"},
                "Picklist_Label": {"type": "picklist", "picklistValues": ["one", "two"]},
                "Picklist_Multiselect_Label": {"type": "multipicklist", "picklistValues": ["four", "five", "six"]},
                "Text_Label": _TEXT,
                "TextArea_Label": {"type": "textarea"},
                "TextAreaLong_Label": {"type": "textarea", "length": 32000},
                "TextAreaRich_Label": {"type": "textarea", "length": 32000},
                "URL_Label": {"type": "url"},
                "Auto_Number": _TEXT,
                "ParentWhizbang__c": {"type": "reference", "referenceTo": ["Whizbang__c"]},
            }
        },
    }
}
_LEAST: dict[str, dict[str, Any]] = {
    "Account": {"Name": "Example"},
    "Contact": {"LastName": "Example"},
    "Lead": {"LastName": "Example", "Company": "Example"},
    "Opportunity": {"Name": "Example", "StageName": "Prospecting", "CloseDate": "2030-01-01"},
    "Event": {"ActivityDateTime": "2024-11-07T07:00:00.000+0000", "DurationInMinutes": 60},
    "Campaign": {"Name": "Example"},
    "PermissionSet": {"Name": "Example", "Label": "Example"},
    "OpportunityContactRole": {},
    "Whizbang__c": {},
    "RecordType": {},
}
_PREFIXES = {"001": "Account", "003": "Contact", "00Q": "Lead", "006": "Opportunity", "00U": "Event", "701": "Campaign",
             "0PS": "PermissionSet", "00k": "OpportunityContactRole"}  # fmt: skip


def names() -> list[str]:
    """All recordings that are beside the tests."""
    return sorted(path.stem for path in HERE.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    """A recording; Whizbang is called as custom objects are, versions are one that is not retired."""
    path = HERE / f"{name}.json"
    text = (path if path.exists() else SHARED / f"{name}.json").read_text("utf-8")
    text = re.sub(r"\bWhizbang(?=[/\" ?.\\]|$)", "Whizbang__c", text)
    text = re.sub(
        r"(?<=/data/)v(xx|\d\d)\.0|(?<=/async/)vxx\.0",
        lambda f: f"v{VERSION}" if f[0][1:3] != "xx" or "data" in text else VERSION,
        text,
    )
    text = (
        text.replace("/async/v62.0", "/async/62.0").replace("vxx.0", f"v{VERSION}").replace(">vxx.0<", f">{VERSION}<")
    )
    said: dict[str, Any] = json.loads(text)
    return said


class World:
    """A simulated org and the ids that stand in it for recorded ones."""

    def __init__(self, **habits: Any) -> None:
        self.asked = Salesforce(engine(schema=SCHEMA, **habits))
        self.asked.sign_in()
        self.ids: dict[str, str] = {}

    def needs(self, value: Any) -> None:
        """Records for all ids in a text or tree, the least that each has to be."""
        for id in dict.fromkeys(_ID.findall(json.dumps(value))):
            object = _PREFIXES.get(id[:3])
            if object and id[:15] not in self.ids:
                self.holds(id, object, {})

    def holds(self, id: str, object: str, values: dict[str, Any]) -> str:
        """A record for a recorded id."""
        store = self.asked.engine.store
        fields = store.schema.objects[object].fields
        given = {
            n: self.here(v)
            for n, v in values.items()
            if n in fields and fields[n].more.get("createable") and v is not None
        }
        if object == "OpportunityContactRole" and "OpportunityId" not in given:
            given["OpportunityId"] = next(record.id for record in store.all("Opportunity"))
        made = self.asked.create(object, **{**_LEAST[object], **given})
        if id:
            self.ids[id[:15]] = made
        return made

    def has_job(self, id: str, path: str, **said: str) -> None:
        """An open job for a recorded id; of Bulk API 1 where the path is one of its."""
        if "/async/" in path:
            opened = {"operation": "upsert", "contentType": "CSV", "concurrencyMode": "Parallel", **said}
            headers = {"Content-Type": "application/json"}
            self.ids[id[:15]] = self.asked.ask("POST", "/services/async/62.0/job", opened, headers).body["id"]
        else:
            opened = {"operation": "insert", "object": "Account", "lineEnding": "LF", **said}
            self.ids[id[:15]] = self.asked.ask("POST", "jobs/ingest", opened).body["id"]

    def here(self, value: Any) -> Any:
        """The same with ids of this org."""
        text = _ID.sub(lambda found: self.ids.get(found[0][:15], found[0]), json.dumps(value))
        return json.loads(text)

    def learn(self, recorded: Any, ours: bytes) -> None:
        """Ids of an answer, for requests that follow: those at the same places."""
        old = _ID.findall(json.dumps(recorded))
        new = _ID.findall(ours.decode())
        if len(old) == len(new):
            self.ids.update({one[:15]: other for one, other in zip(old, new, strict=True)})

    def send(self, request: dict[str, Any]) -> Reply:
        """The answer to a recorded request."""
        method, path = request["method"], self.here(request["path"])
        query = {name: self.here(value) for name, value in (request.get("query") or {}).items()}
        body, headers = self.here(request.get("body")), dict(request.get("headers") or {})
        if isinstance(body, str):
            body = body.replace("**Elided**", self.asked._token)
        return self.asked.ask(method, path, body, headers, **query)


def holds_rows(world: World, rows: list[dict[str, Any]]) -> None:
    """Records that a query's answer tells: their parents and children first made as far as ids say so."""
    for row in rows:
        object = row["attributes"]["type"]
        nested = [value for value in row.values() if isinstance(value, dict) and "attributes" in value]
        world.needs([v for n, v in row.items() if n.endswith("Id") and n != "Id"])
        id = row.get("Id") or row["attributes"].get("url", "").rpartition("/")[2]
        world.holds(id if _ID.fullmatch(id) else "", object, row)
        del nested


def judged(
    world: World, recorded: dict[str, Any], reply: Reply, loose: tuple[str, ...] = (), status: int | None = None
) -> list[str]:
    """What is different, but for members in `loose`."""
    response = recorded["response"]
    found = []
    if reply.status != (status or response["status"]):
        found.append(f"status {reply.status} instead of {response['status']}")
    for name in ("Location", "Sforce-Limit-Info"):
        if name in (response["headers"] or {}) and name not in reply.headers:
            found.append(f"no header {name}")
    expected, payload = response["body"], reply.payload()
    if isinstance(expected, str) and expected.lstrip().startswith("<"):
        found += differences_of_xml(expected, payload.decode())
    elif isinstance(expected, str):
        found += _of_csv(expected, payload.decode())
    elif expected is None:
        found += [f"a body instead of none: {payload[:80]!r}"] if payload else []
    else:
        found += differences(expected, json.loads(payload) if payload else None)
    return [line for line in found if not any(word in line for word in loose)]


def _of_csv(recorded: str, ours: str) -> list[str]:
    one, other = recorded.strip().split("\n"), ours.strip().split("\n")
    found = [] if one[0] == other[0] else [f"heads {other[0]} instead of {one[0]}"]
    return found + ([] if len(one) == len(other) else [f"{len(other)} lines instead of {len(one)}"])
