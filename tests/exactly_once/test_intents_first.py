"""The kernel's word for it: each intent, and the batch that it is about, is on disk before its request goes out."""

import os
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from crm_migrate_simulators.faults import Schedule, read_schedule
from exactly_once.company import write_project
from exactly_once.simulated_crms import SimulatedCrm
from exactly_once.targets import Place, opened
from exactly_once.traces import NEVER, SEEN, Event, durable, early, events, intents, requests, traced, usable
from exactly_once.warm import Job, Warm

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or not usable(), reason="needs strace")
FAULTS = "reset_after@2, partial_batch(0.5)@4, closed_before@7, result_missing@9, unavailable@11, late_commit(0.2)@13"


def loaded(warm: Warm, place: Place, folder: Path) -> list[Event]:
    """The trace of a load of the small company, some of whose answers get lost."""
    project = str(folder / "project")
    write_project(folder / "project")
    for words in (("target", "prepare"), ("run", "--until", "plan", "--report", "json")):
        ended = warm.run(Job((*words, project, "--env", place.name), place.variables, str(folder / "said")))
        assert ended.code == 0, (folder / "said").read_text()
    if isinstance(place, SimulatedCrm):
        place.server.engine.schedule = Schedule(read_schedule(FAULTS))
        place.server.engine.log.count_anew()
    child = warm.start(Job(("resume", project), place.variables, str(folder / "said"), lossy=0.3, halted=True))
    with traced(child, folder / "trace", *SEEN):
        pass
    assert child.end().code == 0, (folder / "said").read_text()
    assert not place.wrong(folder / "project")
    return events(folder / "trace")


def test_each_request_to_a_crm_goes_out_after_its_intent_is_on_disk(warm: Warm, tmp_path: Path) -> None:
    work = tmp_path / "project" / ".crm-migrate"
    with opened("rest", tmp_path / "project", patience=3) as place:
        seen = loaded(warm, place, tmp_path)
        promised = intents(work / "ledger.db", work / "runs")
    sent = requests(seen)
    assert len(sent) >= 14
    assert max(Counter((each.path, key) for each in sent for key in each.keys).values()) > 1, "nothing was sent again"
    assert early(seen, promised, sent) == []
    for each in promised:
        folder, _, stem = each.part.removesuffix(".parquet").rpartition("/")
        syncs = [e for e in seen if e.call == "fsync" and f"{folder}/.{stem}." in e.file]
        assert syncs and syncs[0].ended < durable(seen, each.hash) < NEVER, "an intent about rows that are not on disk"


def test_each_batch_reaches_a_database_after_its_intent_is_on_disk(warm: Warm, tmp_path: Path) -> None:
    work = tmp_path / "project" / ".crm-migrate"
    with opened("sqlite", tmp_path / "project") as place:
        seen = loaded(warm, place, tmp_path)
        promised = intents(work / "ledger.db", work / "runs")
        with sqlite3.connect(tmp_path / "project" / "crm.db") as database:
            (taken,) = database.execute("SELECT count(*) FROM _crm_migrate_batch").fetchone()
    first = {each.digest: durable(seen, each.hash) for each in reversed(promised)}
    assert len(first) == taken >= 10
    for digest, at in first.items():
        arrived = next(e for e in seen if "crm.db" in e.file and digest.encode() in e.data)
        assert at < arrived.begun
