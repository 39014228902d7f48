"""The rules of the simulated Dataverse that no recording shows: lookups, options, days, states, money, keys."""

from collections.abc import Iterator
from typing import Any

import pytest
from environments import DATA, KEY, SECRET, TENANT, Environment

from crm_migrate_simulators.dynamics import SIMULATOR
from crm_migrate_simulators.schema import SchemaError

PARENT = "parentcustomerid_account@odata.bind"
NOBODY = "00000000-0000-0000-0000-00000000000f"


@pytest.fixture
def environment() -> Iterator[Environment]:
    made = Environment({"tables": {"new_project": {"label": "Project", "columns": {}}}})
    yield made
    made.stop()


REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "too long": ("accounts", {"name": "x" * 161}, 400, "0x80044331"),
    "no column": ("accounts", {"nme": "x"}, 400, "0x80048d19"),
    "no option": ("accounts", {"industrycode": 99}, 400, "0x8004431a"),
    "option as text": ("accounts", {"industrycode": "1"}, 400, "0x80048d19"),
    "number as text": ("accounts", {"revenue": "5"}, 400, "0x80048d19"),
    "below its range": ("accounts", {"numberofemployees": -1}, 400, "0x80044330"),
    "moment for a day": ("contacts", {"birthdate": "1990-01-01T00:00:00Z"}, 400, "0x80048d19"),
    "day for a moment": ("tasks", {"scheduledend": "2025-01-01"}, 400, "0x80048d19"),
    "moment without a zone": ("tasks", {"scheduledend": "2025-01-01T10:00:00"}, 400, "0x80048d19"),
    "before 1753": ("contacts", {"birthdate": "1752-12-31"}, 400, "0x80040239"),
    "parent that is not there": ("contacts", {PARENT: f"/accounts({NOBODY})"}, 404, "0x80040217"),
    "parent of another table": ("contacts", {PARENT: f"/contacts({NOBODY})"}, 404, "0x80040217"),
    "lookup without a table": ("contacts", {"parentcustomerid@odata.bind": f"/accounts({NOBODY})"}, 400, "0x80048d19"),
    "lookup as a column": ("opportunities", {"parentaccountid": NOBODY}, 400, "0x80048d19"),
    "begins won": ("opportunities", {"name": "O", "statecode": 1, "statuscode": 3}, 400, "0x80048408"),
    "begins with a reason of another state": ("tasks", {"subject": "T", "statuscode": 5}, 400, "0x80048408"),
    "no table": ("acounts", {"name": "x"}, 404, "0x80060888"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_breaks_a_rule_is_refused_with_status_and_code(environment: Environment, case: str) -> None:
    set, body, status, code = REFUSED[case]
    told, _, said = environment.ask("POST", DATA + set, body)
    assert (told, said["error"]["code"]) == (status, code)
    assert environment.rows("contacts", "lastname") == environment.rows("accounts", "name") == []


def test_what_only_the_system_writes_is_left_out_without_a_word(environment: Environment) -> None:
    environment.make("accounts", name="A", createdon="2001-01-01T00:00:00Z", exchangerate=7)
    (row,) = environment.rows("accounts", "createdon", "exchangerate")
    assert row["createdon"] > "2020" and row["exchangerate"] == 1.0


def test_the_date_of_creation_is_set_once_and_with_the_right(environment: Environment) -> None:
    id = environment.make("accounts", name="A", overriddencreatedon="2001-01-01T00:00:00Z")
    assert environment.ask("PATCH", f"{DATA}accounts({id})", {"overriddencreatedon": "1999-01-01T00:00:00Z"})[0] == 204
    assert environment.rows("accounts", "createdon")[0]["createdon"] == "2001-01-01T00:00:00Z"
    poor = Environment(created_on="no")
    assert poor.ask("POST", f"{DATA}accounts", {"name": "A", "overriddencreatedon": "2001-01-01T00:00:00Z"})[0] == 403
    poor.stop()


def test_amounts_have_a_base_at_the_rate_of_their_currency(environment: Environment) -> None:
    (dollar,) = environment.rows("transactioncurrencies", "exchangerate", where="isocurrencycode eq 'USD'")
    bound = {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({dollar['transactioncurrencyid']})"}
    environment.make("opportunities", name="O", estimatedvalue=108.004, **bound)
    (row,) = environment.rows("opportunities", "estimatedvalue", "estimatedvalue_base", "exchangerate")
    assert (row["estimatedvalue"], row["estimatedvalue_base"], row["exchangerate"]) == (108.0, 100.0, 1.08)


def close(environment: Environment, action: str, id: str, **more: Any) -> tuple[int, Any]:
    told = {"subject": "closed", "opportunityid@odata.bind": f"/opportunities({id})", **more}
    status, _, said = environment.ask("POST", DATA + action, {"Status": -1, "OpportunityClose": told})
    return status, said


def test_an_opportunity_is_won_by_its_action_and_then_read_only(environment: Environment) -> None:
    id = environment.make("opportunities", name="O", estimatedvalue=5)
    won = {"statecode": 1, "statuscode": 3}
    refused = environment.ask("PATCH", f"{DATA}opportunities({id})", won)[2]["error"]["message"]
    assert "WinOpportunityRequest" in refused
    assert close(environment, "WinOpportunity", id, actualend="2024-02-29")[0] == 204
    assert close(environment, "LoseOpportunity", id)[0] == 400
    (row,) = environment.rows("opportunities", "statecode", "statuscode", "actualclosedate", "actualvalue")
    assert (row["statecode"], row["statuscode"], row["actualclosedate"], row["actualvalue"]) == (1, 3, "2024-02-29", 5)
    assert environment.ask("PATCH", f"{DATA}opportunities({id})", {"name": "P"})[0] == 400
    assert environment.ask("PATCH", f"{DATA}opportunities({id})", {"statecode": 0, "statuscode": 1})[0] == 204
    assert environment.ask("PATCH", f"{DATA}opportunities({id})", {"name": "P"})[0] == 204


def test_a_case_is_resolved_by_its_action(environment: Environment) -> None:
    assert environment.ask("POST", f"{DATA}incidents", {"title": "C"})[0] == 400, "without a customer"
    account = environment.make("accounts", name="A")
    id = environment.make("incidents", title="C", **{"customerid_account@odata.bind": f"/accounts({account})"})
    assert environment.ask("PATCH", f"{DATA}incidents({id})", {"statecode": 1, "statuscode": 5})[0] == 400
    told = {"subject": "done", "incidentid@odata.bind": f"/incidents({id})"}
    assert environment.ask("POST", f"{DATA}CloseIncident", {"Status": 4, "IncidentResolution": told})[0] == 400
    assert environment.ask("POST", f"{DATA}CloseIncident", {"Status": 5, "IncidentResolution": told})[0] == 204


def test_a_state_brings_its_reason_and_a_reason_alone_stays_in_its_state(environment: Environment) -> None:
    id = environment.make("tasks", subject="T")
    assert environment.ask("PATCH", f"{DATA}tasks({id})", {"statuscode": 5})[0] == 400
    assert environment.ask("PATCH", f"{DATA}tasks({id})", {"statuscode": 3})[0] == 204
    assert environment.ask("PATCH", f"{DATA}tasks({id})", {"statecode": 1})[0] == 204
    assert environment.rows("tasks", "statuscode")[0]["statuscode"] == 5


def test_a_key_is_active_after_a_while_and_then_unique() -> None:
    environment = Environment(key_seconds="60")
    environment.keyed("account")
    of = f"{DATA}EntityDefinitions(LogicalName='account')/Keys"
    assert environment.ask("GET", of)[2]["value"][0]["EntityKeyIndexStatus"] == "Pending"
    environment.make("accounts", name="A", **{KEY: "a1"})
    assert environment.ask("PATCH", f"{DATA}accounts({KEY}='a1')", {"name": "B"})[0] == 400, "not yet"
    environment.ask("PUT", "/_simulator/clock", {"advance": 61})
    environment._token = ""
    assert environment.ask("GET", of)[2]["value"][0]["EntityKeyIndexStatus"] == "Active"
    status, _, said = environment.ask("POST", f"{DATA}accounts", {"name": "C", KEY: "A1"})
    assert (status, said["error"]["code"]) == (412, "0x80060892"), "whatever their case"
    assert environment.ask("PATCH", f"{DATA}accounts({KEY}='a1')", {"name": "B"})[0] == 204
    environment.stop()


def test_a_key_over_doubled_values_fails(environment: Environment) -> None:
    for _ in range(2):
        environment.make("accounts", name="same")
    of = f"{DATA}EntityDefinitions(LogicalName='account')/Keys"
    assert environment.ask("POST", of, {"SchemaName": "new_name", "KeyAttributes": ["name"]})[0] == 204
    assert environment.ask("GET", of)[2]["value"][0]["EntityKeyIndexStatus"] == "Failed"
    environment.make("accounts", name="same")


def test_many_records_are_made_together_or_not_at_all(environment: Environment) -> None:
    targets = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": name} for name in ("A", "x" * 161, "B")]
    message = f"{DATA}accounts/Microsoft.Dynamics.CRM.CreateMultiple"
    assert environment.ask("POST", message, {"Targets": targets})[0] == 400
    assert environment.rows("accounts", "name") == []
    assert environment.ask("POST", message, {"Targets": targets[::2]})[0] == 200
    del targets[0]["@odata.type"]
    assert environment.ask("POST", message, {"Targets": targets[:1]})[0] == 400, "each says its type"


def test_upsert_multiple_refuses_a_key_in_the_body_of_who_is_new(environment: Environment) -> None:
    environment.keyed("account")
    message = f"{DATA}accounts/Microsoft.Dynamics.CRM.UpsertMultiple"
    target = {"@odata.type": "Microsoft.Dynamics.CRM.account", "@odata.id": f"accounts({KEY}='a1')", "name": "A"}
    assert environment.ask("POST", message, {"Targets": [{**target, KEY: "a1"}]})[0] == 400
    assert environment.ask("POST", message, {"Targets": [target]})[0] == 204
    assert environment.ask("POST", message, {"Targets": [{**target, KEY: "a1", "name": "B"}]})[0] == 204
    assert [row["name"] for row in environment.rows("accounts", "name")] == ["B"]


def change_set(*parts: tuple[str, str, str]) -> bytes:
    """A batch of one change set."""
    inner = "".join(
        f"--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {n}\r\n\r\n"
        f"{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
        for n, (method, path, body) in enumerate(parts, 1)
    )
    return f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inner}--c--\r\n--b--\r\n".encode()


def test_a_change_set_is_done_whole_or_not_at_all(environment: Environment) -> None:
    made = ("POST", f"{DATA}tasks", '{"subject": "T"}')
    wrong = change_set(made, ("PATCH", "$1", '{"statuscode": 99}'))
    right = change_set(made, ("PATCH", "$1", '{"statecode": 1, "statuscode": 5}'))
    kind = {"content-type": "multipart/mixed; boundary=b", "Prefer": "odata.continue-on-error"}
    status, _, told = environment.ask("POST", f"{DATA}$batch", wrong, **kind)
    assert status == 200 and "HTTP/1.1 400" in told
    assert environment.rows("tasks", "subject") == []
    assert "HTTP/1.1 400" not in environment.ask("POST", f"{DATA}$batch", right, **kind)[2]
    assert [row["statuscode"] for row in environment.rows("tasks", "statuscode")] == [5]


def test_children_go_with_their_parent_and_other_lookups_are_emptied(environment: Environment) -> None:
    account = environment.make("accounts", name="A")
    contact = environment.make(
        "contacts", lastname="K", **{"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    )
    other = environment.make("accounts", name="B", **{"primarycontactid@odata.bind": f"/contacts({contact})"})
    assert environment.ask("DELETE", f"{DATA}accounts({account})")[0] == 204
    assert environment.rows("contacts", "lastname") == []
    assert (
        environment.ask("GET", f"{DATA}accounts({other})?$select=_primarycontactid_value")[2]["_primarycontactid_value"]
        is None
    )


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("name eq 'bé'", ["BÉ"]),
        ("name eq 'o''k' or revenue gt 10", ["C", "O'K"]),
        ("not (revenue eq null) and revenue le 20", ["C"]),
        ("contains(name,'É')", ["BÉ"]),
        ('Microsoft.Dynamics.CRM.In(PropertyName=\'name\',PropertyValues=["c","BÉ"])', ["BÉ", "C"]),
        ("_parentaccountid_value ne null", []),
    ],
)
def test_conditions_are_those_of_odata(environment: Environment, where: str, found: list[str]) -> None:
    for name, more in (("BÉ", {}), ("C", {"revenue": 20}), ("O'K", {})):
        environment.make("accounts", name=name, **more)
    assert sorted(row["name"] for row in environment.rows("accounts", "name", where=where)) == found


def test_what_is_not_simulated_is_said(environment: Environment) -> None:
    assert environment.ask("GET", f"{DATA}accounts?$expand=primarycontactid")[0] == 501
    assert environment.ask("GET", f"{DATA}accounts?$skip=1")[0] == 400
    heads = {"MSCRM.SuppressDuplicateDetection": "false"}
    assert environment.ask("POST", f"{DATA}accounts", {"name": "A"}, **heads)[0] == 501


def test_tokens_are_given_to_who_is_known_and_end() -> None:
    environment = Environment(token_seconds="60")
    assert environment.signed_in(client_secret="wrong")["error"] == "invalid_client"
    assert environment.signed_in(scope="x")["error"] == "invalid_scope"
    assert environment.ask("GET", f"{DATA}WhoAmI")[0] == 200
    environment.ask("PUT", "/_simulator/clock", {"advance": 61})
    assert environment.ask("GET", f"{DATA}WhoAmI")[0] == 401
    assert TENANT and SECRET
    environment.stop()


def test_the_limit_of_five_minutes_says_when_to_come_again() -> None:
    environment = Environment(requests="2")
    assert [environment.ask("GET", f"{DATA}WhoAmI")[0] for _ in range(2)] == [200, 200]
    status, headers, said = environment.ask("GET", f"{DATA}WhoAmI")
    assert (status, said["error"]["code"]) == (429, "0x80072322") and 0 < int(headers["retry-after"]) <= 300
    environment.stop()


def test_tables_that_a_person_or_a_client_adds_are_there(environment: Environment) -> None:
    label = {"LocalizedLabels": [{"Label": "Place", "LanguageCode": 1033}]}
    name = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_Name", "MaxLength": 50,
            "IsPrimaryName": True, "DisplayName": label}  # fmt: skip
    said = {"SchemaName": "new_Place", "DisplayName": label, "Attributes": [name]}
    assert environment.ask("POST", f"{DATA}EntityDefinitions", said)[0] == 204
    environment.make("new_places", new_name="here")
    environment.make("new_projects", new_name="there")
    assert environment.ask("POST", f"{DATA}new_places", {"new_name": "x" * 51})[0] == 400


@pytest.mark.parametrize(
    "schema",
    [
        {"tables": []},
        {"tables": {"account": {"colums": {}}}},
        {"tables": {"account": {"columns": {"x": {"type": "Txt"}}}}},
    ],
)
def test_a_schema_that_cannot_be_meant_is_refused(schema: Any) -> None:
    with pytest.raises(SchemaError):
        SIMULATOR.start(schema)


FAULTS = {"execution_time": 429, "plugin_fails": 400, "privilege_missing": 403, "sql_timeout": 500, "throttled": 429,
          "duplicate_rule": 412, "error_after": 500, "nothing_written": 200, "token_expired": 401}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_answer_in_the_words_of_an_environment(fault: str) -> None:
    environment = Environment(faults=f"{fault}@1")
    assert environment.ask("POST", f"{DATA}accounts", {"name": "A"})[0] == FAULTS[fault]
    environment._token = ""
    assert len(environment.rows("accounts", "name")) == (fault == "error_after")
    environment.stop()


def test_an_environment_outlives_its_process(tmp_path: Any) -> None:
    first = SIMULATOR.start(None, store=tmp_path / "kept.jsonl")
    client = Environment.__new__(Environment)
    client.server, client.url, client._token = first, first.url, ""
    client.keyed("account")
    id = client.make("accounts", name="A", **{KEY: "a1"})
    first.stop()
    again = SIMULATOR.start(None, store=tmp_path / "kept.jsonl")
    client.server, client.url, client._token = again, again.url, ""
    assert [(row["accountid"], row[KEY]) for row in client.rows("accounts", KEY)] == [(id, "a1")]
    assert client.ask("POST", f"{DATA}accounts", {"name": "B", KEY: "a1"})[0] == 412
    client.make("accounts", name="C", **{KEY: "a2"})
    again.stop()


def test_who_is_merged_stays_out_of_use_and_its_children_move(environment: Environment) -> None:
    first, second = (environment.make("accounts", name=name) for name in ("A", "B"))
    environment.make("contacts", lastname="K", **{PARENT: f"/accounts({second})"})
    store = environment.server.engine.store
    store.merge("account", first, second, 1_800_000_000.0)
    loser = store.get("account", second)
    assert loser is not None and not loser.deleted
    assert (loser.values["statecode"], loser.values["merged"], loser.values["masterid"]) == (1, True, first)
    assert [row["_parentcustomerid_value"] for row in environment.rows("contacts", "_parentcustomerid_value")] == [
        first
    ]
