"""The generic CRM: routes, rules, habits, the witness, what tests may ask and set, and a file that outlives it."""

import json
import urllib.request
from pathlib import Path

import pytest
from simulated import KEY, SCHEMA, START, Direct, Wire, contact, engine

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.evidence import GROUNDS, counted
from crm_migrate_simulators.faults import KINDS
from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.rest import SIMULATOR
from crm_migrate_simulators.schema import SchemaError, read_schema
from crm_migrate_simulators.server import Server


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"last_name": "x" * 21}, "STRING_TOO_LONG", "last_name"),
        ({"last_name": None}, "REQUIRED_FIELD_MISSING", "last_name"),
        ({"stage": "lead"}, "INVALID_CHOICE", "stage"),
        ({"revenue": "1.000,50"}, "WRONG_TYPE", "revenue"),
        ({"revenue": "NaN"}, "WRONG_TYPE", "revenue"),
        ({"born": "31.12.1980"}, "WRONG_TYPE", "born"),
        ({"account": "4711"}, "PARENT_NOT_FOUND", "account"),
        ({"score": 5}, "READ_ONLY", "score"),
        ({"nickname": "A"}, "UNKNOWN_FIELD", "nickname"),
        ({"email": "AYSE@firma.example"}, "DUPLICATE_VALUE", "email"),
        ({KEY: "c0"}, "DUPLICATE_VALUE", KEY),
    ],
)
@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_rule_refuses_its_record_alone(fields: dict[str, object], code: str, field: str, verb: str) -> None:
    crm = Direct(engine())
    (other,) = crm.write("create", [contact(0, email="ayse@firma.example")]).body["results"]
    assert other["status"] == "created"
    bad = contact(1, **fields)
    if verb == "update":
        (made,) = crm.write("create", [contact(1)]).body["results"]
        bad = {"id": made["id"], "fields": fields}
    reply = crm.write(verb, [bad, *([contact(2)] if verb == "create" else [])])
    refused = next(r for r in reply.body["results"] if r["status"] == "refused")
    assert reply.status == 207
    assert (refused["error"]["code"], refused["error"]["field"]) == (code, field)
    assert verb == "update" or crm.find(["c2"]).body["results"]


def test_an_upsert_creates_then_changes_then_does_nothing() -> None:
    crm = Direct(engine())
    replies = [crm.write("upsert", [contact(1, stage=stage)], key=KEY) for stage in ("new", "won", "won")]
    assert [reply.body["results"][0]["status"] for reply in replies] == ["created", "updated", "unchanged"]
    assert len(crm.engine.log.creations) == 1


def test_an_upsert_by_a_mailbox_finds_the_record_that_a_merge_left() -> None:
    crm = Direct(engine())
    made = crm.write("create", [contact(1, email="a@firma.example"), contact(2, email="b@firma.example")])
    first, second = (result["id"] for result in made.body["results"])
    crm.write("merge", [{"winner": first, "loser": second}])
    (found,) = crm.write("upsert", [contact(3, email="B@firma.example")], key="email").body["results"]
    assert found["id"] == first, "two keys of ours, one record"


def test_a_merge_takes_the_children_along() -> None:
    crm = Direct(engine())
    accounts = [{"fields": {KEY: f"a{n}", "name": f"Öztürk {n}"}} for n in (1, 2)]
    first, second = (r["id"] for r in crm.write("create", accounts, of="accounts").body["results"])
    crm.write("create", [contact(1, account=second)])
    crm.write("merge", [{"winner": first, "loser": second}], of="accounts")
    assert crm.find(["c1"]).body["results"][0]["fields"]["account"] == first


def test_an_atomic_batch_is_all_or_nothing_and_its_witness_too() -> None:
    crm = Direct(engine(atomic=True, names_culprit=False))
    batch = [contact(1), contact(2, stage="unknown"), contact(3)]
    reply = crm.write("create", batch)
    assert (reply.status, crm.engine.log.creations) == (422, [])
    assert "c2" not in json.dumps(reply.body) and "stage" not in reply.body["error"]["message"].replace(
        "stage does", ""
    )
    assert crm.ask("GET", "/v1/objects/contacts/records").body["results"] == []
    assert crm.write("create", [contact(1), contact(3)]).status == 200
    assert crm.engine.log.summary()["created"] == {"contacts": 2}


def test_the_same_record_twice_in_one_batch_is_refused_whole() -> None:
    crm = Direct(engine())
    assert crm.write("create", [contact(1), contact(1)]).status == 400
    assert crm.engine.log.creations == []


def test_a_batch_has_a_limit() -> None:
    crm = Direct(engine(batch=2))
    assert crm.write("create", [contact(n) for n in range(3)]).status == 413


def test_ids_may_be_left_out_and_results_shuffled() -> None:
    crm = Direct(engine(returns_ids=False, shuffled=True))
    results = crm.write("create", [contact(n) for n in range(20)]).body["results"]
    assert not any("id" in result for result in results)
    assert [r["key"] for r in results] != [f"c{n}" for n in range(20)]


def test_a_field_of_ours_is_added_and_described() -> None:
    crm = Direct(engine())
    said = {"name": "legacy_id", "type": "text", "unique": True}
    assert crm.ask("POST", "/v1/objects/accounts/fields", said).status == 201
    assert said in crm.ask("GET", "/v1/objects/accounts").body["fields"]
    assert crm.ask("POST", "/v1/objects/accounts/fields", said).status == 400


def test_links_are_made_once_taken_and_read() -> None:
    crm = Direct(engine())
    first, second = (r["id"] for r in crm.write("create", [contact(1), contact(2)]).body["results"])
    path = "/v1/associations/colleague/batch/"
    pairs = [{"from": first, "to": second}, {"from": first, "to": "4711"}]
    assert [r["status"] for r in crm.ask("POST", path + "create", {"pairs": pairs}).body["results"]] == [
        "created",
        "refused",
    ]
    assert crm.ask("POST", path + "read", {"ids": [first]}).body["results"] == [{"from": first, "to": second}]
    crm.ask("POST", path + "delete", {"pairs": pairs[:1]})
    assert crm.ask("POST", path + "read", {"ids": [first]}).body["results"] == []


@pytest.mark.parametrize(
    "body", [None, [], {}, {"records": {}}, {"records": []}, {"records": [1]}, {"records": [{"fields": 1}]}]
)
@pytest.mark.parametrize("verb", ["create", "update", "upsert", "delete", "merge", "read"])
def test_a_request_that_cannot_be_read_is_refused(body: object, verb: str) -> None:
    crm = Direct(engine())
    reply = crm.ask("POST", f"/v1/objects/contacts/batch/{verb}", body)
    assert reply.status in (400, 207)
    assert crm.engine.log.creations == []


def test_a_token_expires_by_the_clock() -> None:
    clock = Clock(START)
    crm = Direct(engine(clock=clock, token_seconds=60))
    assert crm.ask("GET", "/v1/about").status == 200
    clock.advance(61)
    assert crm.ask("GET", "/v1/about").status == 401
    assert crm.ask("GET", "/v1/objects/nothing").status == 401, "nobody learns what there is without one"


def test_the_witness_names_what_was_created_twice() -> None:
    crm = Direct(engine())
    (made,) = crm.write("create", [contact(1)]).body["results"]
    crm.write("delete", [{"id": made["id"]}])
    crm.write("create", [contact(1), contact(2)])
    assert crm.engine.log.doubled() == {"contacts:c1": 2}
    assert crm.engine.log.summary()["created"] == {"contacts": 3}


def test_what_tests_ask_and_set_is_not_counted() -> None:
    with Server(engine("error_before:1", quotas=Quotas(per_day=1))) as server:

        def put(what: str, said: object, method: str = "PUT") -> None:
            request = urllib.request.Request(
                f"{server.url}/_simulator/{what}", json.dumps(said).encode(), method=method
            )
            assert urllib.request.urlopen(request).status == 200

        wire = Wire(server.url)
        put("faults", {"faults": "", "seed": 3})
        assert wire.write("create", [contact(1)])[0] == 200
        (record,) = wire.told("records/contacts")
        put("user", {"do": "edit", "object": "contacts", "id": record["id"], "fields": {"stage": "won"}}, "POST")
        assert wire.told("records/contacts")[0]["values"]["stage"] == "won"
        put("clock", {"set": START + 86_400})
        assert wire.told("clock") == {"now": START + 86_400}
        assert wire.told("summary")["requests"] == 2
        assert len(wire.told("faults")) == len(KINDS)


def test_a_file_outlives_the_process_with_records_links_fields_and_the_witness(tmp_path: Path) -> None:
    file = tmp_path / "crm.jsonl"
    crm = Direct(engine(keep=Keep(file)))
    first, second = (r["id"] for r in crm.write("create", [contact(1), contact(2)]).body["results"])
    crm.write("update", [{"id": first, "fields": {"stage": "won"}}])
    crm.write("delete", [{"id": second}])
    crm.ask("POST", "/v1/associations/self/batch/create", {"pairs": [{"from": first, "to": first}]})
    crm.ask("POST", "/v1/objects/contacts/fields", {"name": "late"})
    before = crm.engine.store.all("contacts")
    crm.engine.close()
    with file.open("a", encoding="utf-8") as torn:
        torn.write('["record", {"rec')

    again = Direct(engine(keep=Keep(file)))
    assert again.engine.store.all("contacts") == before
    assert again.engine.store.links("self") == [(first, first)]
    assert "late" in again.engine.store.definition("contacts").fields
    assert [creation.key for creation in again.engine.log.creations] == ["c1", "c2"]
    assert again.write("create", [contact(3)]).body["results"][0]["id"] > second
    again.engine.close()
    assert [c.key for c in engine(keep=Keep(file)).log.creations] == ["c1", "c2", "c3"]


def test_a_server_stops_while_clients_hang_and_connections_are_open() -> None:
    with Server(engine("hang_before(1000)@1", clock=Clock())) as server, pytest.raises((TimeoutError, OSError)):
        Wire(server.url, timeout=0.2).write("create", [contact(1)])


def test_it_is_started_by_words() -> None:
    server = SIMULATOR.start(SCHEMA, faults="error_before@1", habits={"atomic": "yes", "batch": "7"}, now=START)
    try:
        assert Wire(server.url).ask("GET", "/v1/about")[0] == 500
        about = json.loads(Wire(server.url).ask("GET", "/v1/about")[1])
        assert (about["batch"], about["atomic"]) == (7, True)
    finally:
        server.stop()


@pytest.mark.parametrize("habits", [{"atomc": "yes"}, {"atomic": "true"}, {"batch": "many"}])
def test_a_habit_that_there_is_not_is_refused(habits: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        SIMULATOR.start(SCHEMA, habits=habits)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([], "objects"),
        ({"objects": {"a": {}}}, "a: an object has `fields`"),
        ({"objects": {"a": {"fields": {"b": {"typ": "text"}}}}}, "a.b: unknown words: typ"),
        ({"objects": {"a": {"fields": {"b": {"type": "blob"}}}}}, "a.b: there is no type 'blob'"),
        ({"objects": {"a": {"fields": {"b": {"type": "reference", "reference": "c"}}}}}, "a.b: `reference`"),
    ],
)
def test_a_schema_that_cannot_be_understood_says_where(said: object, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        read_schema(said)


def test_the_evidence_is_counted() -> None:
    grounds = [kind.evidence.split()[0] for kind in KINDS.values()]
    assert set(grounds) <= set(GROUNDS)
    assert grounds.count("assumed") < len(KINDS) / 3
    assert (
        counted(["recording", "document", "document", "assumed"]) == "1 by recording, 2 by document, 1 assumed (25 %)"
    )
