"""simple-salesforce, a client that we did not write, works with the simulated Salesforce over its socket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from salesforces import KEY, SCHEMA, TOKEN, running
from simple_salesforce import Salesforce, SFType
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from crm_migrate_simulators.server import Server


class Plain(HTTPAdapter):
    """The client builds `https://` addresses; the simulator speaks plain HTTP on this machine."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def server() -> Iterator[Server]:
    schema = {
        **SCHEMA,
        "objects": {**SCHEMA["objects"], "Lead": {"fields": {KEY: {"type": "string", "externalId": True}}}},
    }
    with running(schema, page="200") as server:
        yield server


@pytest.fixture
def client(server: Server, monkeypatch: pytest.MonkeyPatch) -> Salesforce:
    for module in ("bulk.sleep", "bulk2.sleep"):
        monkeypatch.setattr(f"simple_salesforce.{module}", lambda _: None)  # it waits for seconds between two looks
    return _client(server)


def _client(server: Server) -> Salesforce:
    said = requests.post(f"{server.url}/services/oauth2/token", data=TOKEN, timeout=5, headers=_FORM).json()
    session = requests.Session()
    session.mount("https://", Plain())
    url = said["instance_url"].replace("http://", "https://")
    return Salesforce(instance_url=url, session_id=said["access_token"], session=session, version="62.0")


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_rows_from_their_making_to_their_end(client: Salesforce) -> None:
    contacts: SFType = client.Contact
    made = contacts.create({"LastName": "Yılmaz", "Email": "Ayse@Example.com", KEY: "c1"})
    assert made["success"] and len(made["id"]) == 18
    assert contacts.get(made["id"])["Email"] == "ayse@example.com"
    assert contacts.get_by_custom_id(KEY, "c1")["Id"] == made["id"]
    assert contacts.update(made["id"][:15], {"FirstName": "Ayşe"}) == 204
    assert contacts.upsert(f"{KEY}/c1", {"FirstName": "Ayşegül"}) == 200
    assert contacts.upsert(f"{KEY}/c2", {"LastName": "Kaya"}) == 201
    assert contacts.get(made["id"])["Name"] == "Ayşegül Yılmaz"
    assert contacts.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        contacts.get(made["id"])
    assert client.query_all("SELECT IsDeleted FROM Contact ORDER BY LastName", include_deleted=True)["totalSize"] == 2


def test_refusals_are_exceptions_of_the_client(client: Salesforce, server: Server) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        client.Account.create({"Phone": "1"})
    with pytest.raises(SalesforceMalformedRequest, match="No such column"):
        client.query("SELECT Nonsense FROM Account")
    for _ in range(2):
        client.Lead.create({"LastName": "A", "Company": "B", KEY: "same"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Lead.get_by_custom_id(KEY, "same")
    server.engine.crm.forget_tokens()
    with pytest.raises(SalesforceExpiredSession):
        client.describe()


def test_describes_and_limits(client: Salesforce) -> None:
    names = {each["name"] for each in client.describe()["sobjects"]}
    assert {"Account", "Task", "ContentVersion", "FieldPermissions"} <= names
    fields = {field["name"]: field for field in client.Account.describe()["fields"]}
    assert fields[KEY]["externalId"] and fields["Name"]["length"] == 255
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000
    assert client.search("FIND {nobody}")["searchRecords"] == []


def test_pages_of_a_query(client: Salesforce) -> None:
    rows = [{"LastName": f"K{n}", KEY: f"k{n}"} for n in range(450)]
    results = client.bulk.Contact.insert(rows, batch_size=200)
    assert all(result["success"] for result in results) and len(results) == 450
    first = client.query("SELECT Id, LastName FROM Contact")
    assert (len(first["records"]), first["done"], first["totalSize"]) == (200, False, 450)
    every = client.query_all(f"SELECT {KEY} FROM Contact")["records"]
    assert {row[KEY] for row in every} == {f"k{n}" for n in range(450)}
    assert len(list(client.query_all_iter("SELECT Id FROM Contact"))) == 450


def test_the_older_bulk_api(client: Salesforce) -> None:
    rows = [{KEY: "a1", "Name": "A"}, {KEY: "a2"}]
    made = client.bulk.Account.upsert(rows, KEY)
    assert [row["success"] for row in made] == [True, False]
    assert made[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert [row["created"] for row in client.bulk.Account.upsert(rows[:1], KEY)] == [False]
    found = client.bulk.Account.query("SELECT Id, Name FROM Account")
    assert [row["Name"] for row in found] == ["A"]
    assert all(row["success"] for row in client.bulk.Account.update([{"Id": found[0]["Id"], "Name": "B"}]))
    assert all(row["success"] for row in client.bulk.Account.delete([{"Id": found[0]["Id"]}]))


def test_bulk_2(client: Salesforce, tmp_path: Path) -> None:
    rows = [{KEY: f"b{n}", "Name": f'Büro {n}, "{n}"', "Phone": "" if n else "+49 30 1"} for n in range(30)]
    (told,) = client.bulk2.Account.upsert(records=rows, external_id_field=KEY)
    assert (told["numberRecordsTotal"], told["numberRecordsFailed"]) == (30, 0)
    good = client.bulk2.Account.get_successful_records(told["job_id"])
    assert good.count("\n") == 31 and '"sf__Id","sf__Created"' in good
    (again,) = client.bulk2.Account.insert(records=rows[:2])
    assert again["numberRecordsFailed"] == 2
    assert "DUPLICATE_VALUE" in client.bulk2.Account.get_failed_records(again["job_id"])
    text = "".join(client.bulk2.Account.query(f"SELECT Id, {KEY}, Name FROM Account"))
    assert text.count("\n") == 31 and '"Büro 3, ""3"""' in text
    ids = [{"Id": row["Id"]} for row in client.query("SELECT Id FROM Account")["records"]]
    (gone,) = client.bulk2.Account.delete(records=ids)
    assert gone["numberRecordsFailed"] == 0 and client.query("SELECT Id FROM Account")["totalSize"] == 0


def test_a_field_by_the_metadata_api_of_restful_calls(client: Salesforce) -> None:
    said = {"label": "X", "type": "Text", "length": 20, "externalId": True}
    made = client.restful(
        "tooling/sobjects/CustomField", method="POST", json={"FullName": "Case.X__c", "Metadata": said}
    )
    assert made["success"]
    found = client.toolingexecute("query/?q=SELECT+Id+FROM+CustomField+WHERE+DeveloperName='X'")
    assert found["size"] == 1 and found["records"][0]["Id"] == made["id"]


def test_a_token_for_a_signed_assertion(tmp_path: Path) -> None:
    """PyJWT and cryptography sign; the simulator has to find the signature good, and another's bad."""
    import time

    import jwt
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    own, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = tmp_path / "key.pem"
    pem.write_bytes(own.public_key().public_bytes(serialization.Encoding.PEM, form))
    claims = {"iss": "crm-migrate", "sub": "integration@simulated.example", "aud": "https://login.salesforce.com"}
    claims |= {"exp": int(time.time()) + 120}  # type: ignore[dict-item]
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    with running(None, certificate=str(pem)) as server:
        for key, status in ((own, 200), (other, 400)):
            said = {"grant_type": grant, "assertion": jwt.encode(claims, key, algorithm="RS256")}
            answer = requests.post(f"{server.url}/services/oauth2/token", data=said, timeout=5)
            assert answer.status_code == status, answer.text
        late = jwt.encode({**claims, "exp": 1}, own, algorithm="RS256")
        refused = requests.post(
            f"{server.url}/services/oauth2/token", data={"grant_type": grant, "assertion": late}, timeout=5
        )
        assert refused.json()["error"] == "invalid_grant"
