"""`vtigerpy` moves a small company into an installation. Arguments: its URL, a user, the access key.

The client logs in by itself, asks for its challenge by POST, and leaves every answer to its caller. It prints, as
JSON, what it believes to be there.
"""

import json
import sys
from typing import Any

from vtigerpy import Vtiger

URL, USER, TOKEN = sys.argv[1:]
crm = Vtiger(URL, USER, TOKEN)


def asked(operation: str, **words: str) -> Any:
    """What was answered to a question."""
    return _result(crm.get(operation, **words))


def told(operation: str, **words: str) -> Any:
    """What was answered to a change."""
    return _result(crm.post(operation, **words))


def _result(answer: Any) -> Any:
    said = answer.json()
    assert answer.status_code == 200 and said["success"], said
    return said["result"]


modules = asked("listtypes")["types"]
labels = {each["label"]: each["name"] for each in asked("describe", elementType="Accounts")["fields"]}
key = labels["crm_migrate_id"]
firms = {}
for name in ("Işık", "O'Hara & Co"):
    element = {"accountname": name, "assigned_user_id": "19x1", key: name}
    firms[name] = told("create", elementType="Accounts", element=json.dumps(element))["id"]
person = {"lastname": "Yılmaz", "account_id": firms["Işık"], "assigned_user_id": "19x1"}
person_id = told("create", elementType="Contacts", element=json.dumps(person))["id"]
found = asked("query", query=f"SELECT * FROM Accounts WHERE {key} IN ('Işık');")
kept = asked("retrieve", id=firms["Işık"])
changed = told("revise", element=json.dumps({"id": kept["id"], "phone": "555-0101"}))
told("delete", id=person_id)
gone = crm.get("retrieve", id=person_id).json()
wrong = ""
try:
    Vtiger(URL, USER, "wrong")
except Exception as error:  # noqa: BLE001 -- it has no class of its own
    wrong = error.args[0]["error"]["code"]
print(json.dumps({
    "modules": modules, "firms": firms, "found": [each["id"] for each in found], "phone": changed["phone"],
    "gone": gone["error"]["code"], "wrong": wrong,
}))  # fmt: skip
