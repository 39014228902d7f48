"""A record that a job made and a user took away before we asked for its results is loaded, and not made again."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from salesforce_orgs import opened, started

from crm_migrate.connecting.conformance_targets import batch_of
from crm_migrate.connecting.contract import ENTITY, Answer, Jobs, TargetField, TargetObject
from crm_migrate_salesforce.shapes import KEY
from crm_migrate_simulators.server import Server

ACCOUNT = TargetObject("Account", (TargetField("Name", "text"),), KEY)


@pytest.fixture
def server() -> Iterator[Server]:
    org = started()
    yield org
    org.stop()


@pytest.mark.parametrize("how", ["deleted", "merged"])
def test_whom_a_job_made_and_a_user_took_away_is_not_made_again(server: Server, how: str) -> None:
    target = opened(server, job_from="1")
    target.prepare((ACCOUNT,), apply=True)
    assert isinstance(target, Jobs)
    batch = batch_of(ACCOUNT, "firms", [{ENTITY: name, "Name": name} for name in ("a", "b")])
    job = target.open_job(batch)
    target.submit(job, batch)
    engine, until = server.engine, time.monotonic() + 60
    while len(made := {str(r.values[KEY]): r.id for r in engine.store.all("Account")}) < 2:
        assert time.monotonic() < until, "the job does not come to its end"
        target.outcome(job, batch)  # the simulated job goes on while it is asked
        time.sleep(0.05)
    if how == "deleted":
        engine.store.delete("Account", made["a"], engine.clock.now())
    else:
        engine.store.merge("Account", made["b"], made["a"], engine.clock.now())
    said: Answer | datetime = datetime.max
    while not isinstance(said, Answer):
        said = target.outcome(job, batch)
    assert said.loaded == made and not said.later and not said.in_doubt and not said.refused
