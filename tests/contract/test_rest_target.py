"""The REST target against the conformance kit, on a simulated CRM behind a real socket, and what else it does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from simulated import KEY, START

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    COMPANY,
    PERSON,
    TARGET_CHECKS,
    OpenTarget,
    check_an_allowance_can_be_planned_with,
    everything,
    opened,
    write,
)
from crm_migrate.connecting.contract import TARGET_ID, TargetField, TargetObject, Usage
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, TargetError, UsageError
from crm_migrate_rest.settings import read_settings
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.rest import SIMULATOR
from crm_migrate_simulators.server import Server

EMPTY = {"objects": {COMPANY.name: {"fields": {}}, PERSON.name: {"fields": {}}}}
Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulated CRMs, and ends them."""
    servers: list[Server] = []

    def started(schema: Any = EMPTY, **how: Any) -> Server:
        servers.append(SIMULATOR.start(schema, **how))
        return servers[-1]

    yield started
    for server in servers:
        server.stop()


def opener(server: Server, **options: Any) -> OpenTarget:
    who = {"client_id": "crm-migrate", "client_secret": "not-a-secret"}
    quick = {"longest_seconds": "5", "settle_seconds": "0"}
    return lambda: connector("rest").target({"url": server.url, **who, **quick, **options})


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[[OpenTarget], None], start: Start) -> None:
    check(opener(start()))


@pytest.mark.parametrize("habits", [{"shuffled": "yes"}, {"returns_ids": "no"}, {"batch": "60", "page": "7"}], ids=str)
@pytest.mark.parametrize("check", (*TARGET_CHECKS[2:10], *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_whatever_its_habits(check: Callable[[OpenTarget], None], start: Start, habits: dict[str, str]) -> None:
    check(opener(start(habits=habits)))


def test_what_is_left_today_is_what_the_crm_counts(start: Start) -> None:
    server = start(quotas=Quotas(per_day=500, per_window=400, window=30))
    check_an_allowance_can_be_planned_with(opener(server))
    target = opened(opener(server))
    assert isinstance(target, Usage)
    said = target.allowance()
    used = server.engine.quotas.usage(server.engine.clock.now())["used_today"]
    assert used is not None
    assert (said.per_day, said.left) == (500, 500 - used)
    assert (said.per_window, said.window_seconds) == (400, 30)


def test_an_atomic_crm_refuses_as_a_whole_and_without_values(start: Start) -> None:
    server = start(habits={"atomic": "yes", "names_culprit": "no"})
    target = opened(opener(server))
    answer = write(target, COMPANY, "a", [{"__entity": "c1", "name": "Acme"}, {"__entity": "c2", "name": "Gizli" * 9}])
    assert answer.refused_whole is not None
    assert answer.refused_whole.code == "STRING_TOO_LONG"
    assert "Gizli" not in answer.refused_whole.words
    assert everything(target, COMPANY) == []


def test_in_an_atomic_crm_twins_of_an_earlier_try_are_told_apart(start: Start) -> None:
    target = opened(opener(start(habits={"atomic": "yes"})))
    first = write(target, COMPANY, "a", [{"__entity": "c1", "name": "Acme"}])
    answer = write(target, COMPANY, "b", [{"__entity": n, "name": n} for n in ("c0", "c1", "c2")])
    assert answer.loaded == first.loaded
    assert set(answer.later) == {"c0", "c2"}


def test_a_record_of_theirs_is_adopted_and_a_change_names_its_record(start: Start) -> None:
    server = start({"objects": {COMPANY.name: {"fields": {"name": {}, "city": {}}}}})
    store = server.engine.store
    theirs = store.create(COMPANY.name, {"name": "Öztürk", "city": "İzmir"}, START)
    target = opener(server)()
    target.prepare((COMPANY,), apply=True)
    assert [row["__entity"] for row in everything(target, COMPANY)] == [None]
    adopted = write(target, COMPANY, "a", [{"__entity": "c1", TARGET_ID: theirs.id, "name": None}], "update")
    assert adopted.loaded == {"c1": theirs.id}
    assert store.all(COMPANY.name)[0].values == {"city": "İzmir", KEY: "c1"}
    gone = write(target, COMPANY, "b", [{"__entity": "c2", TARGET_ID: "999", "name": "x"}], "update")
    assert set(gone.refused) == {"c2"}


@pytest.mark.parametrize("seed", range(4))
def test_a_field_that_was_said_to_be_made_is_looked_for(start: Start, seed: int) -> None:
    server = start()
    server.engine.schedule = Schedule(read_schedule("nothing_written:0.4"), seed)

    opener(server)().prepare((COMPANY,), apply=True)

    made = server.engine.store.definition(COMPANY.name).fields
    assert {KEY, *(field.name for field in COMPANY.fields)} <= set(made)


def test_a_field_that_is_never_made_ends_the_preparation(start: Start) -> None:
    server = start()
    server.engine.schedule = Schedule(read_schedule("nothing_written:1"), 1)

    with pytest.raises(TargetError, match=f"made the field {KEY} of {COMPANY.name}, and does not have it"):
        opener(server)().prepare((COMPANY,), apply=True)


def test_what_a_user_wrote_is_read_as_canonical_text(start: Start) -> None:
    fields = {"sum": {"type": "decimal"}, "at": {"type": "datetime"}, "note": {}, "vip": {"type": "boolean"}}
    server = start({"objects": {"things": {"fields": fields}}})
    told = {"sum": 1e-7, "at": "2024-01-01T01:30:00+02:00", "note": "", "vip": False}
    server.engine.store.create("things", told, START)
    things = TargetObject("things", (*(TargetField(name, "text") for name in fields), TargetField("nowhere", "text")))
    (row,) = everything(opener(server)(), things)
    assert list(row) == ["target_id", "__entity", *fields], "a field that is not there has no column"
    assert list(row.values())[1:] == [None, "0.0000001", "2023-12-31T23:30:00Z", None, "false"]


@pytest.mark.parametrize(
    "fields", [{KEY: {}}, {KEY: {"unique": True}}, {"sap_no": {"unique": True, "external": True}}], ids=str
)
def test_where_our_key_cannot_live_nothing_is_prepared(start: Start, fields: dict[str, Any]) -> None:
    target = opener(start({"objects": {COMPANY.name: {"fields": fields}}}))()
    assert not target.describe((COMPANY.name,)).prepared
    with pytest.raises(TargetError, match="our key cannot live"):
        target.prepare((COMPANY,), apply=False)


def test_an_object_that_is_missing_is_named_and_not_made(start: Start) -> None:
    target = opener(start({"objects": {}}))()
    assert target.prepare((COMPANY,), apply=False) == (f"make object {COMPANY.name} (by hand)",)
    with pytest.raises(TargetError, match="no object conformance_company"):
        target.prepare((COMPANY,), apply=True)
    with pytest.raises(TargetError, match="no object conformance_company"):
        list(target.read(COMPANY))


def test_credentials_that_are_refused_are_said_so(start: Start) -> None:
    with pytest.raises(AuthExpired, match="no token for these credentials"):
        opener(start(), client_secret="wrong")().identity()


def test_two_organisations_of_one_name_are_two(start: Start) -> None:
    assert opener(start())().identity() != opener(start())().identity()


@pytest.mark.parametrize(
    "wrong", [{"url": ""}, {"client_secret": ""}, {"parallel": "0"}, {"parallel": "1.5"}, {"longest_seconds": "-1"},
              {"settle_seconds": "soon"}, {"longest_seconds": "nan"}], ids=str,
)  # fmt: skip
def test_an_option_that_cannot_be_meant_is_refused_without_its_value(wrong: dict[str, str]) -> None:
    good = {"url": "https://crm.example", "client_id": "us", "client_secret": "hush"}
    with pytest.raises(UsageError) as error:
        read_settings({**good, **wrong})
    assert next(iter(wrong)) in error.value.message
    assert "hush" not in repr(read_settings(good))
