"""The conformance kit for targets that take many records as a job (`Jobs`).

    @pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS, *JOB_CHECKS))

A target that has no jobs passes them by.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from crm_migrate.connecting.conformance_targets import (
    GENERIC,
    Kit,
    OpenTarget,
    Rows,
    batch_of,
    everything,
    opened,
)
from crm_migrate.connecting.contract import ENTITY, Answer, Jobs, WriteBatch

PATIENCE = 600.0  # seconds that a small job may take


def _finished(target: Jobs, job: str, batch: WriteBatch) -> Answer:
    """The answer of a job, asked for as often as it says."""
    until = time.monotonic() + PATIENCE
    while isinstance(told := target.outcome(job, batch), datetime):
        assert time.monotonic() < until, "a small job is not done in ten minutes"
        time.sleep(max(0.0, (told - datetime.now(UTC)).total_seconds()))
    return told


def check_a_job_writes_what_it_was_given(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """An open job writes nothing; a submitted one names everybody, and another connection hears the same of it."""
    target = opened(open_target, kit)
    if not isinstance(target, Jobs):
        return
    rows: Rows = [{"__entity": f"c{n}", kit.name: f"Company {n}"} for n in range(20)]
    batch = batch_of(kit.company, "jobs", [*rows, {"__entity": "poison", **kit.poison[1]}])
    job = target.open_job(batch)
    assert job, "a job has an id"
    assert everything(target, kit.company) == [], "an open job wrote something"
    target.submit(job, batch)
    answer = _finished(target, job, batch)
    assert set(answer.loaded) == {row[ENTITY] for row in rows}, answer
    assert len(set(answer.loaded.values())) == len(rows), "two records answered with one id"
    assert (set(answer.refused), answer.in_doubt, dict(answer.later)) == ({"poison"}, frozenset(), {})
    there = {row[ENTITY]: row["target_id"] for row in everything(target, kit.company)}
    assert there == dict(answer.loaded)
    other = open_target()
    assert isinstance(other, Jobs)
    assert _finished(other, job, batch) == answer, "whoever goes on after us hears something else"
    other.close()
    changed: Rows = [{"__entity": f"c{n}", kit.name: f"Changed {n}"} for n in range(20)]
    update = batch_of(kit.company, "changes", changed, "update")
    job = target.open_job(update)
    target.submit(job, update)
    assert dict(_finished(target, job, update).loaded) == there
    assert {row[kit.name] for row in everything(target, kit.company)} == {row[kit.name] for row in changed}
    target.close()


def check_a_job_that_never_began_is_ended(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Nobody gave it its records: all of them are sent later, and it cannot begin any more."""
    target = opened(open_target, kit)
    if not isinstance(target, Jobs):
        return
    batch = batch_of(kit.company, "idle", [{"__entity": f"c{n}", kit.name: f"Company {n}"} for n in range(3)])
    job = target.open_job(batch)
    for _ in range(2):
        answer = _finished(target, job, batch)
        assert set(answer.later) == {"c0", "c1", "c2"}, answer
        assert not answer.loaded and not answer.refused and not answer.in_doubt
    assert everything(target, kit.company) == []
    target.close()


def check_an_unknown_job_leaves_doubt(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """What a job did that the target has forgotten is not guessed."""
    target = opened(open_target, kit)
    if not isinstance(target, Jobs):
        return
    batch = batch_of(kit.company, "lost", [{"__entity": "c1", kit.name: "Acme"}])
    job = target.open_job(batch)
    target.outcome(job, batch)  # it ends it
    unknown = job[:-1] + ("A" if job[-1] != "A" else "B")
    assert target.outcome(unknown, batch) == Answer(in_doubt=frozenset({"c1"}))
    target.close()


JOB_CHECKS: tuple[Callable[..., None], ...] = (
    check_a_job_writes_what_it_was_given,
    check_a_job_that_never_began_is_ended,
    check_an_unknown_job_leaves_doubt,
)
