"""Contact roles of deals in Zoho CRM as records of their own: given, read, changed and taken back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from zohos import opened, started

from crm_migrate.connecting.conformance_targets import batch_of, everything, write
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, Remove, Target, TargetField, TargetObject
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.zoho.modules import IN_DEALS
from crm_migrate_zoho.parts import KEYS, NAME
from crm_migrate_zoho.shapes import KEY

Start = Callable[..., Server]
Row = dict[str, str | None]
ROLE = TargetObject(
    NAME,
    (
        TargetField("Deal", "reference", required=True, reference="Deals"),
        TargetField("Contact", "reference", required=True, reference="Contacts"),
        TargetField("Role", "text", required=True),
    ),
    KEY,
)
BUYS, DECIDES = "Purchasing", "Decision Maker"


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts organisations without pipelines, and ends them."""
    servers: list[Server] = []

    def begun(**how: Any) -> Server:
        servers.append(started({"pipelines": False}, **how))
        return servers[-1]

    yield begun
    for server in servers:
        server.stop()


def put(server: Server, module: str, **values: Any) -> str:
    """A record that a user makes."""
    return str(server.engine.store.create(module, values, server.engine.clock.now()).id)


def people(server: Server, deals: int = 2, contacts: int = 3) -> tuple[list[str], list[str]]:
    """Deals and contacts."""
    return (
        [put(server, "Deals", Deal_Name=f"D{n}", Stage="Qualification") for n in range(deals)],
        [put(server, "Contacts", Last_Name=f"C{n}") for n in range(contacts)],
    )


def prepared(server: Server) -> Target:
    target = opened(server)
    target.prepare((ROLE,), apply=True)
    return target


def role(entity: str, deal: str, contact: str, name: str | None = BUYS) -> Row:
    return {ENTITY: entity, "Deal": deal, "Contact": contact, "Role": name}


def told(target: Target) -> list[Row]:
    return [{name: cell for name, cell in row.items() if name != "target_id"} for row in everything(target, ROLE)]


def taken(target: Target, ids: dict[str, str]) -> Answer:
    assert isinstance(target, Remove)
    rows: list[Row] = [{ENTITY: entity, TARGET_ID: id} for entity, id in ids.items()]
    return target.remove(replace(batch_of(ROLE, "r", rows, "update"), action="remove"))


def in_deals(server: Server) -> list[str | None]:
    return [each.values.get("Role") for each in server.engine.store.all(IN_DEALS)]


def keys_of(server: Server, deal: str) -> str | None:
    record = server.engine.store.get("Deals", deal)
    assert record is not None
    return record.values.get(KEYS)


def test_roles_land_in_their_deals_once(start: Start) -> None:
    server = start()
    assert opened(server).prepare((ROLE,), apply=False) == (f"add field Deals.{KEY}", f"add field Deals.{KEYS}")
    target = prepared(server)
    (one, other), (a, b, c) = people(server)
    rows = [role("x", one, a), role("y", one, b, DECIDES), role("z", other, a)]
    for _ in range(2):
        answer = write(target, ROLE, "a", rows)
        assert answer.loaded == {"x": f"{one}-{a}", "y": f"{one}-{b}", "z": f"{other}-{a}"}
    put(server, IN_DEALS, Deal=other, Contact=c, Role=DECIDES)
    assert told(target) == rows, "that of a user is none of ours"
    assert len(in_deals(server)) == 4
    assert target.limits(ROLE, "create").parallel == 1
    (described,) = target.describe([NAME]).objects
    assert BUYS in next(each.choices for each in described.fields if each.name == "Role")
    keyed = [row for table in target.read(ROLE, "key", ["y"]) for row in table.to_pylist()]
    named = [row for table in target.read(ROLE, "id", [f"{one}-{b}"]) for row in table.to_pylist()]
    assert keyed == named == [{"target_id": f"{one}-{b}", **rows[1]}]


def test_what_is_no_role_is_refused_and_keeps_no_key(start: Start) -> None:
    server = start()
    target = prepared(server)
    (one, _), (a, b, c) = people(server)
    put(server, IN_DEALS, Deal=one, Contact=c, Role=DECIDES)
    missing = "4876876000000999999"
    rows = [
        role("good", one, a), role("twice", one, a, DECIDES), role("nameless", one, b, None),
        role("strange", one, b, "Nobody"), role("theirs", one, c), role("no deal", missing, a),
        role("nobody", one, missing),
    ]  # fmt: skip
    answer = write(target, ROLE, "a", rows)
    assert set(answer.loaded) == {"good"}
    assert {entity: why.code for entity, why in answer.refused.items()} == {
        "twice": "EXISTS", "nameless": "REQUIRED", "strange": "UNKNOWN", "theirs": "EXISTS", "no deal": "REFERENCE",
        "nobody": "INVALID_DATA",
    }  # fmt: skip
    assert keys_of(server, one) == f"good {a}"
    assert sorted(map(str, in_deals(server))) == [DECIDES, BUYS]


def test_a_role_becomes_another_one_and_stays_with_its_deal_and_contact(start: Start) -> None:
    server = start()
    target = prepared(server)
    (one, other), (a, *_) = people(server)
    write(target, ROLE, "a", [role("x", one, a)])
    assert set(write(target, ROLE, "b", [{ENTITY: "x", "Role": DECIDES}], "update").loaded) == {"x"}
    assert told(target) == [role("x", one, a, DECIDES)] and in_deals(server) == [DECIDES]
    answer = write(target, ROLE, "c", [role("x", other, a), role("gone", one, a)], "update")
    assert {entity: why.code for entity, why in answer.refused.items()} == {"x": "MOVED", "gone": "NOT_FOUND"}


def test_roles_are_taken_back_and_who_was_there_before_stays(start: Start) -> None:
    server = start()
    target = prepared(server)
    (one, other), (a, b, c) = people(server)
    put(server, IN_DEALS, Deal=one, Contact=b)
    made = dict(write(target, ROLE, "a", [role("x", one, a), role("y", one, b), role("z", other, c)]).loaded)
    link = next(each.id for each in server.engine.store.all(IN_DEALS) if each.values["Deal"] == other)
    server.engine.store.delete(IN_DEALS, link, server.engine.clock.now())
    answer = taken(target, {**made, "strange": made["x"]})
    assert (set(answer.loaded), answer.gone) == ({"x", "y", "z"}, frozenset({"z"}))
    assert answer.refused["strange"].code == "OTHER_KEY"
    assert told(target) == [] and in_deals(server) == [BUYS], "whom users had put there has a part in the deal still"
    assert not keys_of(server, one)
    again = taken(target, made)
    assert set(again.loaded) == again.gone == {"x", "y", "z"}


def test_a_key_without_its_role_is_no_record_and_the_next_try_gives_the_role(start: Start) -> None:
    server = start()
    target = prepared(server)
    (one, _), (a, *_) = people(server)
    server.engine.store.update("Deals", one, {KEYS: f"x {a}\nscribble"}, server.engine.clock.now())
    assert told(target) == []
    assert set(write(target, ROLE, "a", [role("x", one, a)]).loaded) == {"x"}
    assert told(target) == [role("x", one, a)]


def test_a_deal_that_does_not_keep_our_key_gets_no_role(start: Start) -> None:
    server = start()
    target = prepared(server)
    (one, _), (a, *_) = people(server)
    for fault in ("rows_locked@1", "in_blueprint@1"):
        server.engine.schedule = Schedule(read_schedule(fault, server.engine.kinds))
        server.engine.log.count_anew()
        answer = write(target, ROLE, fault, [role("x", one, a)])
        assert set(answer.later if "locked" in fault else answer.refused) == {"x"} and not answer.loaded
    assert in_deals(server) == [] and not keys_of(server, one)
