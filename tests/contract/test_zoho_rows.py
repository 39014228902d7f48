"""Rows of subforms of Zoho CRM as records of their own: written through their records, read, changed and taken back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from zohos import WHO, opened, options, started

from crm_migrate.connecting.conformance_targets import batch_of, everything, write
from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Action,
    Remove,
    SourceSpec,
    Target,
    TargetField,
    TargetObject,
    WriteBatch,
)
from crm_migrate.connecting.discovery import connector
from crm_migrate_simulators.server import Server
from crm_migrate_zoho.shapes import KEY

Start = Callable[..., Server]
Row = dict[str, str | None]
FIELDS = {
    "Item": {"data_type": "text", "length": 20},
    "Quantity": {"data_type": "double", "length": 18},
    KEY: {"data_type": "text", "length": 64},
}
SCHEMA = {"objects": {"Line_Items": {"subform_of": "Deals", "fields": FIELDS}}, "pipelines": False}
LINE = TargetObject(
    "Line_Items",
    (
        TargetField("Parent_Id", "reference", required=True, reference="Deals"),
        TargetField("Item", "text"),
        TargetField("Quantity", "number"),
    ),
    KEY,
)
DEAL = TargetObject("Deals", (TargetField("Deal_Name", "text"), TargetField("Stage", "text")), KEY)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts organisations whose deals have lines, and ends them."""
    servers: list[Server] = []

    def begun(**how: Any) -> Server:
        servers.append(started(SCHEMA, **how))
        return servers[-1]

    yield begun
    for server in servers:
        server.stop()


def deals(target: Target, many: int = 2) -> list[str]:
    """Deals of ours, by their ids."""
    target.prepare((DEAL,), apply=True)
    rows: list[Row] = [{ENTITY: f"d{n}", "Deal_Name": f"D{n}", "Stage": "Qualification"} for n in range(many)]
    made = write(target, DEAL, "deals", rows).loaded
    return [made[f"d{n}"] for n in range(many)]


def line(entity: str, deal: str | None, item: str = "Vida", quantity: str | None = "1") -> Row:
    return {ENTITY: entity, "Parent_Id": deal, "Item": item, "Quantity": quantity}


def ask(object: TargetObject, name: str, rows: list[Row], action: Action) -> WriteBatch:
    return replace(batch_of(object, name, rows, "update"), action=action)


def removing(target: Target) -> Remove:
    assert isinstance(target, Remove)
    return target


def told(target: Target) -> list[Row]:
    return [{name: cell for name, cell in row.items() if name != "target_id"} for row in everything(target, LINE)]


def theirs(server: Server, deal: str) -> str:
    """A row that a user adds."""
    store = server.engine.store
    return str(store.create("Line_Items", {"Parent_Id": deal, "Item": "theirs"}, server.engine.clock.now()).id)


REPLACES = pytest.mark.parametrize("replaces", ["no", "yes"])


@REPLACES
def test_rows_land_in_their_records_and_leave_those_of_users(replaces: str, start: Start) -> None:
    server = start(habits={"rows_replace": replaces})
    target = opened(server)
    one, other = deals(target)
    theirs(server, one)
    first = [line("a", one), line("b", other, "Somun", "2.5"), line("c", one, "Rondela", None)]
    assert set(write(target, LINE, "a", first).loaded) == {"a", "b", "c"}
    assert set(write(target, LINE, "b", [line("d", one, "Pul")]).loaded) == {"d"}
    user = {ENTITY: None, "Parent_Id": one, "Item": "theirs", "Quantity": None}
    assert sorted(told(target), key=str) == sorted([user, *first, line("d", one, "Pul")], key=str)
    change: Row = {ENTITY: "a", "Item": "Cıvata", "Quantity": None}
    assert set(write(target, LINE, "c", [change], "update").loaded) == {"a"}
    assert line("a", one, "Cıvata", None) in told(target) and len(told(target)) == 5


def test_a_row_of_an_earlier_try_is_not_made_again(start: Start) -> None:
    server = start()
    target = opened(server)
    one, other = deals(target)
    id = theirs(server, one)
    server.engine.store.update("Line_Items", id, {KEY: "a"}, server.engine.clock.now())
    rows = [line("a", one), line("b", other), line("c", one)]
    for _ in range(2):
        answer = write(target, LINE, "a", rows)
        assert set(answer.loaded) == {"a", "b", "c"} and answer.loaded["a"] == id
    assert sorted(row[ENTITY] or "" for row in told(target)) == ["a", "b", "c"]


def test_a_row_that_is_not_taken_keeps_no_other_out(start: Start) -> None:
    server = start()
    target = opened(server)
    one, other = deals(target)
    bad, long = {1, 4}, "x" * 21
    rows = [line(f"r{n}", one if n % 2 else other, long if n in bad else "Vida") for n in range(9)]
    rows += [line("homeless", None), line("lost", "4876876000000999999")]
    answer = write(target, LINE, "a", rows)
    assert set(answer.loaded) == {f"r{n}" for n in range(9) if n not in bad}
    assert {entity: why.code for entity, why in answer.refused.items()} == {
        "r1": "INVALID_DATA", "r4": "INVALID_DATA", "homeless": "REQUIRED", "lost": "INVALID_DATA",
    }  # fmt: skip
    changes: list[Row] = [{ENTITY: f"r{n}", "Item": long if n == 3 else "Pul"} for n in (1, 2, 3, 5)]
    answer = write(target, LINE, "b", changes, "update")
    assert set(answer.loaded) == {"r2", "r5"} and set(answer.refused) == {"r1", "r3"}


def test_a_row_stays_with_its_record(start: Start) -> None:
    server = start()
    target = opened(server)
    one, other = deals(target)
    write(target, LINE, "a", [line("a", one)])
    answer = write(target, LINE, "b", [line("a", other)], "update")
    assert answer.refused["a"].code == "MOVED" and told(target) == [line("a", one)]


@REPLACES
def test_rows_are_taken_back_and_those_of_users_keep_their_record(replaces: str, start: Start) -> None:
    server = start(habits={"rows_replace": replaces})
    target = opened(server)
    one, other = deals(target)
    made = write(target, LINE, "a", [line("a", one), line("b", one), line("c", other)]).loaded
    kept = theirs(server, one)
    server.engine.store.delete("Line_Items", made["b"], server.engine.clock.now())
    rows: list[Row] = [{ENTITY: entity, TARGET_ID: made[entity]} for entity in ("a", "b", "c")]
    rows += [{ENTITY: "strange", TARGET_ID: kept}]
    answer = removing(target).remove(ask(LINE, "r", rows, "remove"))
    assert (set(answer.loaded), answer.gone, set(answer.refused)) == ({"a", "b", "c"}, frozenset({"b"}), {"strange"})
    assert [row["Item"] for row in told(target)] == ["theirs"]
    going: list[Row] = [{ENTITY: "d0", TARGET_ID: one}, {ENTITY: "d1", TARGET_ID: other}]
    gone = removing(target).remove(ask(DEAL, "d", going, "remove"))
    assert set(gone.loaded) == {"d1"} and gone.refused["d0"].code == "REFERRED", "a user has written into it"


def test_rows_of_users_are_adopted_and_given_back(start: Start) -> None:
    server = start()
    target = opened(server)
    (deal,) = deals(target, 1)
    id = theirs(server, deal)
    answer = write(target, LINE, "a", [{ENTITY: "a", TARGET_ID: id, "Item": "Vida"}], "update")
    assert answer.loaded == {"a": id} and told(target) == [line("a", deal, "Vida", None)]
    back = removing(target).release(ask(LINE, "b", [{ENTITY: "a", TARGET_ID: id, "Item": "theirs"}], "release"))
    assert back.loaded == {"a": id} and told(target) == [{**line("a", deal, "theirs", None), ENTITY: None}]


def test_fields_of_rows_are_made_and_what_a_record_cannot_be_without_is_told(start: Start) -> None:
    server = start()
    target = opened(server)
    wider = replace(LINE, fields=(*LINE.fields, TargetField("Tax", "money")))
    assert target.prepare((wider,), apply=True) == ("add field Line_Items.Tax",)
    (described,) = target.describe(["Line_Items"]).objects
    fields = {each.name: each for each in described.fields}
    assert fields["Parent_Id"].required and fields["Parent_Id"].reference == "Deals" and "Tax" in fields
    assert target.limits(LINE, "create").parallel == 1 < target.limits(DEAL, "create").parallel
    assert "Line_Items" not in {each.name for each in target.describe(["Deals"]).objects[0].fields}
    held = started({"objects": {"Line_Items": {"subform_of": "Deals"}}})
    try:
        field = held.engine.store.schema.objects["Deals"].fields
        field["Line_Items"] = replace(field["Line_Items"], required=True)
        (described,) = opened(held).describe(["Deals"]).objects
        assert [each.name for each in described.fields if each.name == "Line_Items" and each.required]
    finally:
        held.stop()


def test_a_subform_is_a_source_of_its_own(start: Start) -> None:
    server = start()
    target = opened(server)
    one, other = deals(target)
    write(target, LINE, "a", [line("a", one), line("b", other, "Somun", "2.5")])
    said = options(server)
    spec = SourceSpec("alt", url=said["url"], table="Line_Items", options={"login_url": said["login_url"], **WHO})
    source = connector("zoho").source(spec)
    rows = [row for batch in source.read(10) for row in batch.records.to_pylist()]
    assert [(row["Parent_Id"], row["Item"], row["Quantity"]) for row in rows] == [
        (one, "Vida", "1"), (other, "Somun", "2.5"),
    ]  # fmt: skip
