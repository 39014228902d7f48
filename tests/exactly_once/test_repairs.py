"""A repair into databases and simulated CRMs: killed while it writes, finished by a second call, judged by the witness.

Between the load and the reading back something in the target changes the mailboxes of half of the people; the report
names them, the repair writes them again. What a user changes after the report stays.
"""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import driven, served

from crm_migrate.workspace.exception_states import read_states
from exactly_once.company import PEOPLE
from exactly_once.prepared import Prepared
from exactly_once.simulated_crms import SimulatedCrm
from exactly_once.targets import Place, SqliteFile, opened
from exactly_once.warm import Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed loader is a fork of a warm parent"),
]
DAMAGED = PEOPLE // 2
PEOPLE_OF = {  # where a simulated CRM keeps people: object, name, mailbox
    "dynamics": ("contact", "lastname", "emailaddress1"),
    "hubspot": ("contacts", "lastname", "email"),
    "salesforce": ("Contact", "LastName", "Email"),
}
SERVERS = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ("postgresql", "mariadb")]


def set_mailboxes(place: Place, folder: Path, mailboxes: dict[str, str]) -> None:
    """Somebody who is not us gives people, by their last name, other mailboxes."""
    if isinstance(place, SimulatedCrm):
        store, clock = place.server.engine.store, place.server.engine.clock
        of, name, mailbox = PEOPLE_OF[place.name]
        for record in store.all(of):
            if record.values[name] in mailboxes:
                store.update(of, record.id, {mailbox: mailboxes[record.values[name]]}, clock.now())
    elif isinstance(place, SqliteFile):
        with closing(sqlite3.connect(folder / "crm.db")) as connection, connection:
            pairs = [(mailbox, name) for name, mailbox in mailboxes.items()]
            connection.executemany("UPDATE contacts SET email = ? WHERE last_name = ?", pairs)
    else:
        schema = place.variables.get("CRM_SCHEMA")
        table = f"{schema}.contacts" if schema else "contacts"
        engine = sa.create_engine(driven(place.variables["CRM_URL"]), poolclass=sa.NullPool)
        with engine.begin() as served_by:
            for name, mailbox in mailboxes.items():
                said = sa.text(f"UPDATE {table} SET email = :mailbox WHERE last_name = :name")
                served_by.execute(said, {"mailbox": mailbox, "name": name})


def told(project: Prepared, code: int, verb: str, *more: str) -> dict[str, Any]:
    """The figures that a verb prints."""
    ended = project.run(verb, *more, "--json")
    assert ended.code == code, project.said()
    figures = json.JSONDecoder().raw_decode(project.said()[project.said().index("{") :])[0]["figures"]
    assert isinstance(figures, dict)
    return figures


def reported(warm: Warm, place: Place, folder: Path) -> tuple[Prepared, str]:
    """A project whose last report tells of the damage, and the id of that exception."""
    project = Prepared(warm, place, folder)
    project.begin()
    assert project.run("resume", "--until", "load").code == 0, project.said()
    set_mailboxes(place, project.folder, {f"Person-{n}": f"moved{n}@strange.example" for n in range(0, PEOPLE, 2)})
    figures = told(project, 1, "resume")
    (exception,) = (each for each in figures["exceptions"] if each["field"] == "email")
    assert (exception["count"], figures["verdict"]) == (DAMAGED, "NO-GO")
    assert place.wrong(project.folder).others == DAMAGED
    return project, exception["id"]


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("sqlite", marks=pytest.mark.sweep("tests/cli/test_repair.py stops it there")),
        *SERVERS,
        pytest.param("dynamics", marks=pytest.mark.sweep("two other simulated CRMs are enough")),
        "hubspot",
        "salesforce",
    ],
)
def test_a_repair_that_is_killed_is_finished_by_the_same_command_and_closes_its_exception(
    warm: Warm, tmp_path: Path, target: str
) -> None:
    served(target)
    with opened(target, tmp_path / "project", **patient(target)) as place:
        project, exception = reported(warm, place, tmp_path)
        words = ("repair", "--field", "email", "--apply")
        for seam, part in (("send", 0.0), ("send", 0.5), ("remember", 0.0), ("report", 0.0)):
            child = warm.start(project.job(*words, "--json"))
            child.reach(seam)
            child.wait(part * warm.usual(seam))
            assert child.kill().code == -9, f"it was not killed at {seam}: {project.said()}"
        figures = told(project, 0, *words)

        assert not place.wrong(project.folder)
        said = read_states(project.folder)[exception]
        assert (said.status, f"written={DAMAGED}" in said.evidence) == ("fixed", True)
        assert [(each["cells"], each["repaired"]) for each in figures["repairs"]] == [(DAMAGED, DAMAGED)]
        assert told(project, 0, "run")["verdict"] == "GO"
        assert not place.wrong(project.folder), "the run after it writes nothing else"


@pytest.mark.cases(3)
@pytest.mark.parametrize("target", ["sqlite", *SERVERS, *PEOPLE_OF])
def test_what_a_user_has_changed_since_the_report_stays(warm: Warm, tmp_path: Path, target: str) -> None:
    served(target)
    with opened(target, tmp_path / "project", **patient(target)) as place:
        project, exception = reported(warm, place, tmp_path)
        set_mailboxes(place, project.folder, {"Person-4": "user@firm.example"})

        figures = told(project, 1, "repair", "--field", "email", "--apply")

        (repair,) = figures["repairs"]
        assert (repair["repaired"], repair["edited"]) == (DAMAGED - 1, 1)
        assert place.wrong(project.folder).others == 1, "the cell of the user, and nothing else"
        assert exception not in read_states(project.folder)


def patient(target: str) -> dict[str, float]:
    """A busy machine must not look like a fault."""
    return {"patience": 30} if target in PEOPLE_OF else {}
