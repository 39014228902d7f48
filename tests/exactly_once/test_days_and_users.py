"""A quota that ends the day, and users who work while we load: nothing is lost, nothing of theirs is overwritten."""

import os
from pathlib import Path

import pytest

from crm_migrate_simulators.log import Log
from crm_migrate_simulators.quotas import DAY, Quotas, TooMany
from exactly_once.company import TRUTH
from exactly_once.prepared import Prepared
from exactly_once.simulated_crms import SimulatedCrm
from exactly_once.targets import opened
from exactly_once.warm import Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the loaders are forks of a warm parent"),
]


class _UntilMade(Quotas):
    """A day that is used up once so many records are made, however many requests a busy machine took for them."""

    def __init__(self, log: Log, enough: int) -> None:
        super().__init__()
        self._log, self._enough = log, enough

    def enter(self, now: float) -> TooMany | None:
        if len(self._log.creations) >= self._enough:
            self.per_day = 0
        return super().enter(now)


def test_a_quota_that_ends_at_37_percent_is_resumed_a_day_later(warm: Warm, tmp_path: Path) -> None:
    with opened("rest", tmp_path / "project", patience=5) as place:
        assert isinstance(place, SimulatedCrm)
        project = Prepared(warm, place, tmp_path)
        project.begin()
        assert project.run("resume").code == 0, project.said()
        whole = place.requests()
        project.begin()
        place.server.engine.quotas = _UntilMade(place.server.engine.log, len(TRUTH) * 37 // 100)
        assert project.run("resume").code == 75, project.said()
        assert "crm-migrate resume" in project.said()
        made = len(place.server.engine.log.creations)
        assert 0 < made < len(TRUTH)
        assert project.run("resume").code == 75, project.said()
        assert len(place.server.engine.log.creations) == made

        place.server.engine.quotas = Quotas()
        place.server.engine.clock.advance(DAY)
        assert project.run("resume", later=DAY).code == 0, project.said()
        assert not place.wrong(tmp_path)
        assert sum(not each.refused for each in place.server.engine.log.requests) <= 1.6 * whole


def test_what_users_edit_during_the_load_stays_through_load_and_undo(warm: Warm, tmp_path: Path) -> None:
    """Records are edited while links of others are still being written."""
    with opened("rest", tmp_path / "project", patience=5) as place:
        assert isinstance(place, SimulatedCrm)
        project, store = Prepared(warm, place, tmp_path), None
        project.begin()
        child = warm.start(project.job("resume"))
        assert child.reach("links")
        engine = place.server.engine
        store, edited = engine.store, {}
        for object, field, which in (("accounts", "name", 3), ("accounts", "name", 9), ("contacts", "last_name", 7)):
            record = sorted(store.all(object), key=lambda each: each.id)[which]
            edited[object, record.id] = field, f"{record.values[field]} (by a user)"
            store.update(object, record.id, {field: edited[object, record.id][1]}, engine.clock.now())
        assert child.end().code in (0, 1), project.said()

        def kept() -> dict[tuple[str, str], tuple[str, object]]:
            there = {
                (each.object, each.id): each.values for name in ("accounts", "contacts") for each in store.all(name)
            }
            return {key: (field, there[key][field]) for key, (field, _) in edited.items()}

        assert kept() == edited
        assert place.wrong(tmp_path).doubled == 0
        assert project.run("undo", "--apply").code in (0, 1), project.said()
        assert kept() == edited
        assert len(store.all("contacts")) == 1
