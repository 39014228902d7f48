"""The simulated HubSpot portal: what a migration does first, the witness, and a file that outlives it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hubspots import KEY, START, Portal, ids

from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.wire import Request


def test_a_key_is_made_and_records_are_upserted_by_it() -> None:
    portal = Portal()
    portal.key()
    said = [{"idProperty": KEY, "id": f"k{n}", "properties": {"lastname": "Yılmaz"}} for n in range(3)]
    first, again = portal.batch("upsert", said), portal.batch("upsert", said)
    assert (first.status, again.status) == (200, 200)
    assert all(r["new"] for r in first.body["results"]) and not any(r["new"] for r in again.body["results"])
    assert sorted(ids(first)) == sorted(ids(again))
    assert portal.engine.log.summary()["created"] == {"contacts": 3}
    assert sorted(str(creation.key) for creation in portal.engine.log.creations) == ["k0", "k1", "k2"]
    read = portal.batch("read", [{"id": "k1"}, {"id": "k9"}], idProperty=KEY, properties=[KEY])
    assert read.status == 207 and [r["properties"][KEY] for r in read.body["results"]] == ["k1"]
    assert read.body["errors"][0]["context"] == {"ids": ["k9"]}


def test_what_stands_beside_records_outlives_the_process(tmp_path: Path) -> None:
    for life in range(2):
        portal = Portal(keep=Keep(tmp_path / "portal.jsonl"))
        if not life:
            portal.key()
            ada, firm = portal.make(email="ada@firma.example", crm_migrate_id="a"), portal.make("companies", name="X")
            pair = {"from": {"id": ada}, "to": {"id": firm}}
            path = "/crm/associations/2026-09/contacts/companies/batch/associate/default"
            assert portal.ask("POST", path, {"inputs": [pair]}).status == 200
        found = portal.ask("GET", f"/crm/v4/objects/contacts/{ada}/associations/companies").body["results"]
        assert [each["toObjectId"] for each in found] == [int(firm)]
        assert portal.ask("GET", f"/crm/v3/objects/contacts/a?idProperty={KEY}").body["id"] == ada
        portal.engine.close()


def test_a_token_of_half_an_hour() -> None:
    portal = Portal()
    form = "grant_type=refresh_token&client_id=crm-migrate&client_secret=not-a-secret&refresh_token="

    def token(path: str, refresh: str) -> dict[str, str]:
        said: dict[str, str] = portal.engine.answer(Request("POST", path, {}, {}, (form + refresh).encode())).body
        return said

    assert token("/oauth/v1/token", "wrong")["status"] == "BAD_REFRESH_TOKEN"
    good = token("/oauth/v3/token", "not-a-refresh-token")
    assert portal.ask("GET", "/crm/v3/owners", token=good["access_token"]).status == 200
    whose = f"/oauth/v1/access-tokens/{good['access_token']}"
    assert portal.ask("GET", whose).body["hub_id"] == 12345678
    portal.engine.clock.set(START + 1800)
    assert portal.ask("GET", whose).status == 404
    late = portal.ask("GET", "/crm/v3/owners", token=good["access_token"])
    assert (late.status, late.body["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert portal.ask("GET", "/crm/v3/owners", token="x").body["category"] == "INVALID_AUTHENTICATION"


def test_many_at_once_upsert_the_same_keys_and_each_is_created_once() -> None:
    portal = Portal()
    portal.key()

    def load(turn: int) -> int:
        keys = [f"k{n % 60}" for n in range(turn * 7, turn * 7 + 50)]
        return portal.batch("upsert", [{"idProperty": KEY, "id": key, "properties": {}} for key in keys]).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(load, range(24))) == {200}
    assert portal.engine.log.doubled() == {}
    assert len(portal.engine.log.creations) == 60


def test_a_record_that_another_request_holds_is_locked() -> None:
    portal = Portal()
    ada, firm = portal.make(), portal.make("companies", name="X")
    portal.engine.store.locked.add(firm)
    pair = {"inputs": [{"from": {"id": ada}, "to": {"id": firm}}]}
    path = "/crm/associations/2026-09/contacts/companies/batch/associate/default"
    assert portal.ask("POST", path, pair).status == 423
    changed = portal.ask("PATCH", f"/crm/v3/objects/companies/{firm}", {"properties": {"name": "Y"}})
    assert (changed.status, changed.body["category"]) == (423, "LOCKED")
    portal.engine.store.locked.clear()
    assert portal.ask("POST", path, pair).status == 200
