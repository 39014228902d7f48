"""The simulated Salesforce from a token to a loaded, queried and witnessed record, by every way of writing."""

from urllib.parse import quote

from salesforces import KEY, Salesforce, engine, row


def test_a_session_is_needed_and_ends() -> None:
    asked = Salesforce(engine(session_seconds=60))
    assert asked.ask("GET", "sobjects").status == 200
    asked.engine.clock.advance(61)
    assert asked.refused("GET", "sobjects") == (401, "INVALID_SESSION_ID")
    asked.sign_in()
    assert asked.ask("GET", "limits").headers["Sforce-Limit-Info"].startswith("api-usage=")


def test_rows_of_a_collection_have_a_result_each() -> None:
    asked = Salesforce()
    good = {"Name": "A", KEY: "a1"}
    results = asked.write("POST", [row("Account", **good), row("Account", Phone="1"), row("Account", **good)])
    assert [result["success"] for result in results] == [True, False, False]
    assert [result["errors"][0]["statusCode"] for result in results[1:]] == [
        "REQUIRED_FIELD_MISSING",
        "DUPLICATE_VALUE",
    ]
    together = asked.write("POST", [row("Account", Name="B"), row("Account")], together=True)
    assert [r["errors"][0]["statusCode"] for r in together] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert len(asked.query("SELECT Id FROM Account")) == 1


def test_an_upsert_finds_by_its_key_and_a_lookup_by_another() -> None:
    asked = Salesforce()
    rows = [row("Account", Name=f"A{n}", **{KEY: f"a{n}"}) for n in range(3)]
    assert [r["created"] for r in asked.write("PATCH", rows, f"/Account/{KEY}")] == [True] * 3
    assert [r["created"] for r in asked.write("PATCH", rows, f"/Account/{KEY}")] == [False] * 3
    asked.create("Contact", LastName="Yılmaz", Email="Ayse@Example.com", Account={KEY: "a1"})
    assert asked.query("SELECT Account.Name, Email FROM Contact") == [
        {"Account": {"attributes": _url("Account", rows=asked), "Name": "A1"}, "Email": "ayse@example.com"}
    ]
    twice = asked.write("PATCH", [rows[0], rows[0]], f"/Account/{KEY}")
    assert [r["success"] for r in twice] == [True, False]


def test_a_key_in_a_path_may_hold_anything() -> None:
    asked = Salesforce()
    for key in ("a/b", "ü ö", "50%25", "a?b#c&d=e", "it's"):
        path = f"sobjects/Account/{KEY}/{quote(key, safe='')}"
        assert asked.ask("PATCH", path, {"Name": key}).status == 201
        assert asked.ask("PATCH", path, {"Name": key}).body["created"] is False
        assert asked.ask("GET", path).body[KEY] == key
    part = {"method": "GET", "url": f"/services/data/v62.0/sobjects/Account/{KEY}/{quote('a/b', safe='')}"}
    told = asked.ask("POST", "composite", {"compositeRequest": [{**part, "referenceId": "one"}]}).body
    assert told["compositeResponse"][0]["body"]["Name"] == "a/b"


def test_versions_have_their_seasons() -> None:
    told = {each["version"]: each["label"] for each in Salesforce().ask("GET", "/services/data").body}
    assert (told["31.0"], told["62.0"], told["66.0"]) == ("Summer '14", "Winter '25", "Spring '26")
    assert Salesforce().refused("GET", "/services/data/v29.0/sobjects") == (410, "UNSUPPORTED_API_VERSION")
    assert Salesforce().refused("GET", "/services/data/v99.0/sobjects") == (404, "NOT_FOUND")


def _url(object: str, rows: Salesforce) -> dict[str, str]:
    id = rows.query(f"SELECT Id FROM {object} WHERE {KEY} = 'a1'")[0]["Id"]
    return {"type": object, "url": f"/services/data/v62.0/sobjects/{object}/{id}"}


def test_a_field_of_an_administrator_is_seen_once_a_permission_set_says_so() -> None:
    asked = Salesforce(engine(schema={}))
    said = {"label": "Key", "type": "Text", "length": 40, "externalId": True, "unique": True}
    made = asked.ask("POST", "tooling/sobjects/CustomField", {"FullName": "Account.Key__c", "Metadata": said})
    assert made.status == 201 and made.body["id"].startswith("00N")
    again = asked.refused("POST", "tooling/sobjects/CustomField", {"FullName": "Account.Key__c", "Metadata": said})
    assert again == (400, "DUPLICATE_DEVELOPER_NAME")
    assert asked.refused("GET", "query", q="SELECT Key__c FROM Account") == (400, "INVALID_FIELD")
    assert asked.refused("POST", "sobjects/Account", {"Name": "A", "Key__c": "1"}) == (400, "INVALID_FIELD")
    permissions = asked.create("PermissionSet", Name="Loading", Label="Loading")
    user = asked.query("SELECT Id FROM User WHERE LastName = 'User'")[0]["Id"]
    may = {"ParentId": permissions, "SobjectType": "Account", "Field": "Account.Key__c", "PermissionsRead": True}
    asked.create("FieldPermissions", **may)
    assert asked.refused("GET", "query", q="SELECT Key__c FROM Account") == (400, "INVALID_FIELD")
    asked.create("PermissionSetAssignment", PermissionSetId=permissions, AssigneeId=user)
    assert asked.query("SELECT Key__c FROM Account") == []
    body = {"Name": "A", "Key__c": "1"}
    assert asked.refused("POST", "sobjects/Account", body) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_a_bulk_job_tells_each_row() -> None:
    asked = Salesforce()
    lines = "\n".join(f"k{n},Kaya,{'' if n else 'tomorrow'}" for n in range(450))
    job = asked.job(f"{KEY},LastName,Birthdate\n{lines}\n", "Contact", "upsert", KEY)
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 450, 1)
    assert {r[KEY] for r in asked.rows(job, "successfulResults")} == {f"k{n}" for n in range(1, 450)}
    (failed,) = asked.rows(job, "failedResults")
    assert failed["sf__Error"].startswith("INVALID_FIELD:Failed to deserialize field at col 2.")
    assert asked.rows(job, "unprocessedrecords") == []


def test_the_witness_notes_each_creation_with_its_key(tmp_path) -> None:  # type: ignore[no-untyped-def]
    asked = Salesforce(engine(keep=tmp_path / "org"))
    asked.create("Account", Name="A", **{KEY: "a1"})
    asked.ask("PATCH", f"sobjects/Account/{KEY}/a1", {"Name": "B"})
    assert [(c.object, c.key) for c in asked.engine.log.creations] == [("Account", "a1")]
    asked.engine.close()
    again = Salesforce(engine(keep=tmp_path / "org"))
    assert again.query(f"SELECT Name FROM Account WHERE {KEY} = 'A1'") == [{"Name": "B"}]
    assert again.engine.log.doubled() == {}
