"""`espo` moves a small company into an installation. Arguments: its URL, the key of an API user.

The client encodes queries as EspoCRM's own document for Python does, takes a status of 200 alone for a success, and the
header `X-Status-Reason` for why not. It prints, as JSON, what it believes to be there.
"""

import json
import sys
from typing import Any

from espo import Espo, EspoMethods
from espo.exceptions import EspoError

URL, TOKEN = sys.argv[1:]
KEY = "cCrmMigrateId"
crm = Espo(URL, TOKEN)


def listed(entity: str, **words: Any) -> list[dict[str, Any]]:
    """The records of a list."""
    found = crm.request(EspoMethods.GET, entity, words)
    assert found["total"] >= len(found["list"])
    return list(found["list"])


def refused(client: Espo, method: EspoMethods, action: str, **words: Any) -> list[Any]:
    """Status and reason of a refusal."""
    try:
        client.request(method, action, words)
    except EspoError as error:
        return [error.code, error.reason]
    raise AssertionError(action)


firms = {}
for name in ("Işık", "O'Hara & Co", "Firma 3"):
    made = crm.request(EspoMethods.POST, "Account", {"name": name, KEY: name, "billingAddressCity": "Ankara"})
    assert made["name"] == name
    firms[name] = made["id"]
person = crm.request(EspoMethods.POST, "Contact", {"lastName": "Yılmaz", "accountId": firms["Işık"], KEY: "p"})
assert person["accountId"] == firms["Işık"]
where = [{"type": "equals", "attribute": KEY, "value": "O'Hara & Co"}]
found = [each["id"] for each in listed("Account", where=where, select=f"id,{KEY}")]
wanted = [{"type": "in", "attribute": "name", "value": ["Işık", "Firma 3"]}]
several = sorted(each["name"] for each in listed("Account", where=wanted, maxSize=10))
page = [each["name"] for each in listed("Account", orderBy="name", order="desc", offset=1, maxSize=1)]
changed = crm.request(EspoMethods.PUT, f"Account/{firms['Firma 3']}", {"name": "Firma III"})["name"]
gone = crm.request(EspoMethods.DELETE, f"Contact/{person['id']}")
told = {
    "firms": firms, "found": found, "several": several, "page": page, "changed": changed, "gone": gone,
    "left": listed("Contact"), "missing": refused(crm, EspoMethods.GET, f"Contact/{person['id']}"),
    "empty": refused(crm, EspoMethods.POST, "Account", name=""),
    "stranger": refused(Espo(URL, "wrong"), EspoMethods.GET, "Account"),
}  # fmt: skip
print(json.dumps(told))
