"""A batch in HubSpot that one record spoils, while an earlier try had begun others of it: it comes to an end."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from between import deaf

from crm_migrate.connecting.conformance_targets import batch_of
from crm_migrate.connecting.contract import ENTITY, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InDoubt
from crm_migrate_simulators.call import Call
from crm_migrate_simulators.hubspot import SIMULATOR
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.wire import Reply

TOKEN = "pat-na1-simulated"
WORKS_AT = "associations.companies.Primary"
COMPANY = TargetObject("companies", (TargetField("name", "company_name"),))
CONTACT = TargetObject(
    "contacts",
    (
        TargetField("lastname", "family_name"),
        TargetField("email", "email", unique=True),
        TargetField("birthday", "date"),
        TargetField(WORKS_AT, "reference", reference="companies"),
    ),
)


@pytest.fixture
def server() -> Iterator[Server]:
    running = SIMULATOR.start(None, habits={"requests": "0"})
    yield running
    running.stop()


def target_at(url: str) -> Target:
    target = connector("hubspot").target({"url": url, "token": TOKEN, "longest_seconds": "5", "settle_seconds": "0"})
    target.prepare((COMPANY, CONTACT), apply=True)
    return target


def refuse_as_a_whole(server: Server, word: bytes) -> None:
    """A creation of a batch with that word in it: 409, and nobody is named (behaviour S6 of the recordings)."""
    known = server.engine.crm.answer

    def answer(call: Call) -> Reply:
        if call.request.path.endswith("contacts/batch/create") and word in call.request.body:
            said = {"status": "error", "message": "it exists", "correlationId": "c", "category": "CONFLICT"}
            return Reply(409, said)
        return known(call)

    server.engine.crm.answer = answer  # type: ignore[method-assign]


def of_somebody_else(server: Server, **properties: str) -> None:
    body = json.dumps({"properties": properties}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    urlopen(Request(f"{server.url}/crm/v3/objects/contacts", body, headers)).close()


@pytest.mark.parametrize("spoilt", [{"email": "taken@x.example"}, {"email": "none"}, {"birthday": "soon"}, {}], ids=str)
def test_who_was_begun_is_finished_though_another_of_the_batch_spoils_it(
    server: Server, spoilt: dict[str, str]
) -> None:
    target = target_at(server.url)
    of_somebody_else(server, email="taken@x.example")
    parent = target.write(batch_of(COMPANY, "c", [{ENTITY: "c1", "name": "Acme"}])).loaded["c1"]
    begun = [{ENTITY: f"p{n}", "lastname": "Kim", "email": f"k{n}@x.example", WORKS_AT: parent} for n in range(3)]
    with deaf(server.url, b"contacts/batch/create") as deafened, pytest.raises(InDoubt):
        target_at(deafened).write(batch_of(CONTACT, "first", begun))
    if not spoilt:
        refuse_as_a_whole(server, b"p9")
    left = [*begun, {ENTITY: "p9", "lastname": "Kim", WORKS_AT: parent, **spoilt}]
    loaded: dict[str, str] = {}
    for _ in range(5):
        answer = target.write(batch_of(CONTACT, "again", left))
        loaded |= answer.loaded
        if answer.refused_whole is not None or answer.refused:
            break
        left = [row for row in left if row[ENTITY] in answer.later]
    assert set(loaded) == {"p0", "p1", "p2"}
    assert answer.refused_whole is not None or set(answer.refused) == {"p9"}


def test_links_that_an_answer_does_not_speak_of_are_asked_for_again(server: Server) -> None:
    target = target_at(server.url)
    parent = target.write(batch_of(COMPANY, "c", [{ENTITY: "c1", "name": "Acme"}])).loaded["c1"]
    rows = [{ENTITY: "p1", "lastname": "Kim", WORKS_AT: parent}, {ENTITY: "p2", "lastname": "Lee"}]
    target.write(batch_of(CONTACT, "p", rows))
    known, silent = server.engine.crm.answer, [True, True]

    def answer(call: Call) -> Reply:
        if "/associations/" in call.request.path and silent and silent.pop():
            return Reply(200, {"status": "COMPLETE", "results": []})
        return known(call)

    server.engine.crm.answer = answer  # type: ignore[method-assign]
    there = {row[ENTITY]: row[WORKS_AT] for table in target.read(CONTACT) for row in table.to_pylist()}
    assert there == {"p1": parent, "p2": None}
    assert not silent
