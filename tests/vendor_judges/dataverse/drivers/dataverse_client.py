"""Microsoft's own client of Dataverse drives a simulated one and says in JSON what it believes: `python ... ADDRESS`.

It only takes addresses with TLS, so its requests go to one that is led to the simulator.
"""

import json
import sys
import time
import urllib.parse
import urllib.request

import requests
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from requests.adapters import HTTPAdapter

HERE, TENANT = sys.argv[1], "11111111-2222-3333-4444-555555555555"
THERE = "simulated.example"


class Led(HTTPAdapter):
    """Sends what is for that address to the simulator."""

    def send(self, request, **how):  # type: ignore[no-untyped-def]
        parts = urllib.parse.urlsplit(request.url)
        request.url = HERE + parts._replace(scheme="", netloc="").geturl()
        request.headers["Host"] = THERE
        return super().send(request, **{**how, "verify": False})


def led(self):  # type: ignore[no-untyped-def]
    for scheme in ("https://", "http://"):
        self.mount(scheme + THERE, Led())


class Credential:
    """A token by client credentials, as `azure-identity` would get one."""

    def get_token(self, *scopes, **_):  # type: ignore[no-untyped-def]
        form = {"grant_type": "client_credentials", "client_id": "crm-migrate", "client_secret": "not-a-secret",
                "scope": scopes[0]}  # fmt: skip
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{HERE}/{TENANT}/oauth2/v2.0/token", body) as answer:
            said = json.load(answer)
        return AccessToken(said["access_token"], int(time.time()) + said["expires_in"])


plain = requests.Session.__init__


def begun(self, *args, **kwargs):  # type: ignore[no-untyped-def]
    plain(self, *args, **kwargs)
    led(self)


requests.Session.__init__ = begun
told = {}
with DataverseClient(f"https://{THERE}", Credential()) as client:
    made = client.tables.create("new_Place", {"new_Code": "string", "new_Size": "int", "new_Open": "bool"})
    told["table"] = [made.logical_name, made.entity_set_name]
    key = client.tables.create_alternate_key("new_Place", "new_CodeKey", ["new_code"])
    told["keys"] = [[each.schema_name, each.status] for each in client.tables.get_alternate_keys("new_Place")]
    one = client.records.create("account", {"name": "One"})
    many = client.records.create("account", [{"name": f"Many {n}", "numberofemployees": n} for n in range(5)])
    told["accounts"] = {"One": one, **{f"Many {n}": id for n, id in enumerate(many)}}
    client.records.update("account", one, {"telephone1": "555-0101"})
    client.records.update("account", many[:2], [{"fax": "555-0102"}, {"fax": "555-0103"}])
    child = {"lastname": "Öz", "parentcustomerid_account@odata.bind": f"/accounts({one})"}
    told["contact"] = client.records.create("contact", child)
    items = [{"alternate_key": {"new_code": f"P{n}"}, "record": {"new_size": n}} for n in range(3)]
    client.records.upsert("new_place", items)
    client.records.upsert("new_place", [{"alternate_key": {"new_code": "P0"}, "record": {"new_size": 9}}])
    pages = client.records.list_pages("account", select=["name", "accountid"], page_size=4)
    told["listed"] = sorted(record["name"] for page in pages for record in page)
    found = client.records.retrieve("account", one, select=["name", "telephone1"])
    told["retrieved"] = [found["name"], found["telephone1"]]
    batch = client.batch.new()
    batch.records.create("account", {"name": "x" * 161})
    batch.records.create("account", {"name": "In a batch"})
    with batch.changeset() as together:
        made_here = together.records.create("account", {"name": "In a change set"})
        together.records.create("contact", {"lastname": "Ay", "parentcustomerid_account@odata.bind": made_here})
    result = batch.execute(continue_on_error=True)
    told["batch"] = [len(result.succeeded), len(result.failed), [each.status_code for each in result.failed]]
    try:
        client.records.create("account", {"nme": "wrong"})
    except HttpError as error:
        told["refused"] = [error.status_code, error.details.get("service_error_code")]
    client.records.delete("account", many[4])
    try:
        client.records.retrieve("account", many[4], select=["name"])
        told["gone"] = None
    except HttpError as error:
        told["gone"] = error.status_code
json.dump(told, sys.stdout)
