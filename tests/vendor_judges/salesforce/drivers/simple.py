"""simple-salesforce works with an org. Arguments: its URL, a scenario. Prints what it believes."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import requests
import simple_salesforce.bulk
import simple_salesforce.bulk2
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

KEY = "Legacy_Key__c"
URL = sys.argv[1]
FORM = {"grant_type": "client_credentials", "client_id": "crm-migrate", "client_secret": "not-a-secret"}
for module in (simple_salesforce.bulk, simple_salesforce.bulk2):
    module.sleep = lambda _: None  # it waits for seconds between two looks


class Plain(HTTPAdapter):
    """The client builds `https://` addresses; the simulator speaks plain HTTP on this machine."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


def signed_in() -> Salesforce:
    said = requests.post(f"{URL}/services/oauth2/token", data=FORM, timeout=5).json()
    session = requests.Session()
    session.mount("https://", Plain())
    url = said["instance_url"].replace("http://", "https://")
    return Salesforce(instance_url=url, session_id=said["access_token"], session=session, version="62.0")


def raises(kind: type[Exception], words: str, act: Any) -> None:
    try:
        act()
    except kind as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"no {kind.__name__}")


def rows(client: Salesforce) -> Any:
    contacts = client.Contact
    made = contacts.create({"LastName": "Yılmaz", "Email": "Ayse@Example.com", KEY: "c1"})
    assert made["success"] and len(made["id"]) == 18
    assert contacts.get(made["id"])["Email"] == "ayse@example.com"
    assert contacts.get_by_custom_id(KEY, "c1")["Id"] == made["id"]
    assert contacts.update(made["id"][:15], {"FirstName": "Ayşe"}) == 204
    assert contacts.upsert(f"{KEY}/c1", {"FirstName": "Ayşegül"}) == 200
    assert contacts.upsert(f"{KEY}/c2", {"LastName": "Kaya"}) == 201
    assert contacts.get(made["id"])["Name"] == "Ayşegül Yılmaz"
    assert contacts.delete(made["id"]) == 204
    raises(SalesforceResourceNotFound, "ENTITY_IS_DELETED", lambda: contacts.get(made["id"]))
    assert client.query_all("SELECT IsDeleted FROM Contact ORDER BY LastName", include_deleted=True)["totalSize"] == 2
    return {"Contact": 2}


def refusals(client: Salesforce) -> Any:
    raises(SalesforceMalformedRequest, "REQUIRED_FIELD_MISSING", lambda: client.Account.create({"Phone": "1"}))
    raises(SalesforceMalformedRequest, "No such column", lambda: client.query("SELECT Nonsense FROM Account"))
    for _ in range(2):
        client.Lead.create({"LastName": "A", "Company": "B", "Other_Key__c": "same"})
    raises(SalesforceMoreThanOneRecord, "", lambda: client.Lead.get_by_custom_id("Other_Key__c", "same"))
    requests.post(f"{URL}/services/oauth2/revoke", data={"token": client.session_id}, timeout=5)
    raises(SalesforceExpiredSession, "INVALID_SESSION_ID", client.describe)
    return {"Lead": 2}


def files(client: Salesforce) -> Any:
    """A version by a form, as the vendor documents it, and its bytes by the client's own way."""
    data = bytes(range(256)) * 100
    firm = client.Account.create({"Name": "Işık", KEY: "a1"})["id"]
    about = {"Title": "Teklif", "PathOnClient": "teklif.bin", "FirstPublishLocationId": firm}
    parts = {
        "entity_content": (None, json.dumps(about), "application/json"),
        "VersionData": ("teklif.bin", data, "application/octet-stream"),
    }
    headers = {"Authorization": f"Bearer {client.session_id}"}
    made = requests.post(f"{URL}/services/data/v62.0/sobjects/ContentVersion", files=parts, headers=headers, timeout=5)
    assert made.status_code == 201, made.text
    version = client.ContentVersion.get(made.json()["id"])
    assert version["ContentSize"] == len(data) and version["FileExtension"] == "bin"
    assert client.ContentVersion.get_base64(made.json()["id"], "VersionData") == data
    where = f"WHERE LinkedEntityId = '{firm}'"
    assert client.query(f"SELECT Id FROM ContentDocumentLink {where}")["totalSize"] == 1
    raises(SalesforceMalformedRequest, "requires a filter", lambda: client.query("SELECT Id FROM ContentDocumentLink"))
    return {"Account": 1}


def describes(client: Salesforce) -> Any:
    names = {each["name"] for each in client.describe()["sobjects"]}
    assert {"Account", "Task", "ContentVersion", "FieldPermissions"} <= names
    fields = {field["name"]: field for field in client.Account.describe()["fields"]}
    assert fields[KEY]["externalId"] and fields["Name"]["length"] == 255
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000
    assert client.search("FIND {nobody}")["searchRecords"] == []
    said = {"label": "X", "type": "Text", "length": 20, "externalId": True}
    body = {"FullName": "Case.X__c", "Metadata": said}
    made = client.restful("tooling/sobjects/CustomField", method="POST", json=body)
    found = client.toolingexecute("query/?q=SELECT+Id+FROM+CustomField+WHERE+DeveloperName='X'")
    assert made["success"] and found["size"] == 1 and found["records"][0]["Id"] == made["id"]
    return {}


def pages(client: Salesforce) -> Any:
    people = [{"LastName": f"K{n}", KEY: f"k{n}"} for n in range(450)]
    results = client.bulk.Contact.insert(people, batch_size=100)  # five batches side by side
    assert len(results) == 450 and all(result["success"] for result in results), results[-1]
    first = client.query("SELECT Id, LastName FROM Contact")
    assert (len(first["records"]), first["done"], first["totalSize"]) == (200, False, 450)
    every = client.query_all(f"SELECT {KEY} FROM Contact")["records"]
    assert {row[KEY] for row in every} == {f"k{n}" for n in range(450)}
    assert len(list(client.query_all_iter("SELECT Id FROM Contact"))) == 450
    return {"Contact": 450}


def bulk1(client: Salesforce) -> Any:
    firms = [{KEY: "a1", "Name": "A"}, {KEY: "a2"}]
    made = client.bulk.Account.upsert(firms, KEY)
    assert [row["success"] for row in made] == [True, False]
    assert made[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert [row["created"] for row in client.bulk.Account.upsert(firms[:1], KEY)] == [False]
    found = client.bulk.Account.query("SELECT Id, Name FROM Account")
    assert [row["Name"] for row in found] == ["A"]
    assert all(row["success"] for row in client.bulk.Account.update([{"Id": found[0]["Id"], "Name": "B"}]))
    assert all(row["success"] for row in client.bulk.Account.delete([{"Id": found[0]["Id"]}]))
    return {"Account": 1}


def bulk2(client: Salesforce) -> Any:
    firms = [{KEY: f"b{n}", "Name": f'Büro {n}, "{n}"', "Phone": "" if n else "+49 30 1"} for n in range(30)]
    (told,) = client.bulk2.Account.upsert(records=firms, external_id_field=KEY)
    assert (told["numberRecordsTotal"], told["numberRecordsFailed"]) == (30, 0)
    good = client.bulk2.Account.get_successful_records(told["job_id"])
    assert good.count("\n") == 31 and '"sf__Id","sf__Created"' in good
    (again,) = client.bulk2.Account.insert(records=firms[:2])
    assert again["numberRecordsFailed"] == 2
    assert "DUPLICATE_VALUE" in client.bulk2.Account.get_failed_records(again["job_id"])
    text = "".join(client.bulk2.Account.query(f"SELECT Id, {KEY}, Name FROM Account"))
    assert text.count("\n") == 31 and '"Büro 3, ""3"""' in text
    ids = [{"Id": row["Id"]} for row in client.query("SELECT Id FROM Account")["records"]]
    (gone,) = client.bulk2.Account.delete(records=ids)
    assert gone["numberRecordsFailed"] == 0 and client.query("SELECT Id FROM Account")["totalSize"] == 0
    return {"Account": 30}


def assertion(client: Salesforce) -> Any:
    """PyJWT and cryptography sign with the key in argument 3; the simulator has to tell it from another's."""
    import jwt
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    own, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    with Path(sys.argv[3]).open("wb") as pem:
        pem.write(own.public_key().public_bytes(serialization.Encoding.PEM, form))
    now = int(time.time())
    claims = {"iss": "crm-migrate", "sub": "integration@simulated.example", "aud": "https://login.salesforce.com"}
    for key, until, status in ((own, now + 120, 200), (other, now + 120, 400), (own, 1, 400), (own, now + 900, 400)):
        signed = jwt.encode({**claims, "exp": until}, key, algorithm="RS256")
        said = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}
        answer = requests.post(f"{URL}/services/oauth2/token", data=said, timeout=5)
        assert answer.status_code == status, answer.text
    return {}


SCENARIOS = {each.__name__: each for each in (rows, refusals, files, describes, pages, bulk1, bulk2, assertion)}

if __name__ == "__main__":
    print(json.dumps(SCENARIOS[sys.argv[2]](signed_in())))
