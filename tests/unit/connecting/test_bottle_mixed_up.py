"""An answer of BottleCRM that names a record of somebody else: that record stays as it is."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, TargetField, TargetObject, WriteBatch
from crm_migrate.connecting.http import Answer, Http, Pace, Request, Waiting
from crm_migrate_bottle.calls import Calls
from crm_migrate_bottle.looking import Looking
from crm_migrate_bottle.shapes import CUSTOM, KEY, MODELS
from crm_migrate_bottle.writing import Writing

THEIRS, OURS = "6f2c1d1e-0000-4000-8000-000000000001", "6f2c1d1e-0000-4000-8000-000000000002"
CONTACTS = MODELS["contacts"]
Told = TypeVar("Told")


class Organisation:
    """Contacts without a socket. Whoever creates one is answered with the id that stands in `says`."""

    def __init__(self, says: str, *, drops: str = "") -> None:
        self.says, self.drops = says, drops
        self.contacts = {THEIRS: self._contact(THEIRS, {"first_name": "Grace", CUSTOM: {KEY: "another"}})}
        self.deleted: list[str] = []

    def send(self, request: Request) -> Answer:
        said = self._said(request)
        return Answer(request, 404 if said is None else 200, {}, json.dumps(said or {"detail": "No."}).encode())

    def ask(self, request: Request, read: Callable[[Answer], Told], readings: int = 1) -> Told:
        return read(self.send(request))

    def _said(self, request: Request) -> Any:
        if request.method == "POST":
            self.contacts[OURS] = self._contact(OURS, request.json)
            return {"error": False, "id": self.says}
        if request.method == "DELETE":
            self.deleted.append(request.at["id"])
            self.contacts.pop(request.at["id"])
            return {"error": False}
        if "custom-fields" in request.route:
            return {"definitions": [{"key": KEY, "target_model": CONTACTS.custom, "is_active": True}]}
        if "users" in request.route:
            return {"profiles": []}
        if request.at:
            found = self.contacts.get(request.at["id"])
            return found and {"contact_obj": found}
        return {"count": len(self.contacts), "results": list(self.contacts.values()),
                "contacts_count": len(self.contacts)}  # fmt: skip

    def _contact(self, id: str, body: Any) -> dict[str, Any]:
        held = {name: each for name, each in body.items() if name != self.drops}
        return {"id": id, "created_at": "2027-01-15T00:00:00Z", CUSTOM: {}, **held}


def load(organisation: Organisation) -> Any:
    room = cast(Http, organisation)
    looking = Looking(room, room, "mixed-up")
    object = TargetObject("contacts", (TargetField("first_name", "text"),))
    rows = pa.table({ENTITY: ["ada"], "first_name": ["Ada"]})
    calls = Calls(room, looking, Waiting(), Pace(600))
    return Writing(calls).write(WriteBatch("p", "r", "b", object, "create", rows, "d"))


def test_a_record_that_an_answer_names_by_mistake_is_not_taken_back() -> None:
    organisation = Organisation(says=THEIRS)
    told = load(organisation)
    assert organisation.deleted == [] and organisation.contacts.keys() == {THEIRS, OURS}
    assert (dict(told.loaded), dict(told.refused), told.in_doubt) == ({}, {}, frozenset({"ada"}))


def test_a_record_of_ours_that_has_lost_a_value_is_taken_back() -> None:
    organisation = Organisation(says=OURS, drops="first_name")
    told = load(organisation)
    assert organisation.deleted == [OURS] and not told.loaded
    assert told.refused["ada"].field == "first_name"


def test_a_record_that_holds_what_was_sent_is_loaded() -> None:
    organisation = Organisation(says=OURS)
    assert dict(load(organisation).loaded) == {"ada": OURS} and not organisation.deleted
