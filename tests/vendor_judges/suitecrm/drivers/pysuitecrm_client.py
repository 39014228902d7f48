"""`PySuiteCRM` moves a small company into an installation. Arguments: its URL, a client, its secret.

The client names the id of what it creates, keeps its token in a file where it runs, and proves itself by the header of
RFC 6749, 2.3.1. It prints, as JSON, what it believes to be there.
"""

import json
import os
import sys
import tempfile

from PySuiteCRM.SuiteCRM import SuiteCRM

URL, CLIENT, SECRET = sys.argv[1:]
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # a simulator on this machine
os.chdir(tempfile.mkdtemp())  # where it keeps its token
crm = SuiteCRM(CLIENT, SECRET, f"{URL}/Api/V8")

firms = {name: crm.Accounts.create(name=name)["data"]["id"] for name in ("Işık", "O'Hara & Co")}
person = crm.Contacts.create(last_name="Yılmaz", account_id=firms["Işık"])["data"]
found = crm.Accounts.get(fields=["name", "phone_office"], name="Işık")
changed = crm.Accounts.update(firms["Işık"], phone_office="555-0101")["data"]
behind = crm.Accounts.get(name={"operator": ">", "value": "J"})
crm.Contacts.delete(person["id"])
wrong = ""
try:
    SuiteCRM(CLIENT, "wrong", f"{URL}/Api/V8")
except SystemExit as ended:
    wrong = str(ended.code)
print(json.dumps({
    "firms": firms, "account": person["attributes"]["account_id"], "found": [each["id"] for each in found],
    "told": found[0]["attributes"], "phone": changed["attributes"]["phone_office"],
    "behind": [each["attributes"]["name"] for each in behind], "fields": crm.Accounts.fields(),
    "gone": crm.Contacts.get(last_name="Yılmaz"), "wrong": wrong,
}))  # fmt: skip
