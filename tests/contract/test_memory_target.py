"""The targets in memory keep the contract like any other: what the loader is tested with is no easier than the rest."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm_migrate.connecting.conformance_jobs import JOB_CHECKS
from crm_migrate.connecting.conformance_listing import LIST_CHECKS
from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS, check_what_was_deleted_comes_back_as_it_was
from crm_migrate.connecting.conformance_targets import GENERIC, TARGET_CHECKS, ListKit, OpenTarget
from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Action,
    Answer,
    Limits,
    Refusal,
    TargetField,
    TargetObject,
    WriteBatch,
)
from crm_migrate.connecting.memory import MemoryTarget, Record, Store


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[[OpenTarget], None]) -> None:
    store = Store()
    check(lambda: MemoryTarget(store))


class JobsInMemory(MemoryTarget):
    """Jobs that are done as soon as they are given their records; `kept` outlives connections."""

    def __init__(self, store: Store, kept: dict[str, Answer | None]) -> None:
        super().__init__(store)
        self.kept = kept

    def job_limits(self, object: TargetObject, action: Action, records: int) -> Limits | None:
        return Limits(rows=10_000)

    def open_job(self, batch: WriteBatch) -> str:
        job = f"job-{len(self.kept)}"
        self.kept[job] = None
        return job

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        self.kept[job] = self.write(batch)
        return datetime.now(UTC)

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        keys = batch.rows[ENTITY].to_pylist()
        if job not in self.kept:
            return Answer(in_doubt=frozenset(keys))
        if self.kept[job] is None:
            self.kept[job] = Answer()
        answer = self.kept[job] or Answer()
        now = datetime.now(UTC)
        return Answer(
            answer.loaded, answer.refused, later={k: now for k in keys if k not in {*answer.loaded, *answer.refused}}
        )


@pytest.mark.parametrize("check", JOB_CHECKS, ids=lambda check: check.__name__)
def test_its_jobs_keep_the_contract(check: Callable[[OpenTarget], None]) -> None:
    store, kept = Store(), dict[str, Answer | None]()
    check(lambda: JobsInMemory(store, kept))


class WithBin(MemoryTarget):
    """What goes lies in a bin, by id. `fault` is what it does wrong."""

    def __init__(self, store: Store, bin: dict[str, Record], fault: str) -> None:
        super().__init__(store)
        self.bin, self.fault = bin, fault

    def remove(self, batch: WriteBatch) -> Answer:
        before = dict(self.store.records[batch.object.name])
        answer = super().remove(batch)
        left = self.store.records[batch.object.name]
        self.bin |= {id: record for id, record in before.items() if id not in left}
        return answer

    def deleted(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        there = {id: record for id, record in self.store.records[object.name].items() if self.fault == "names all"}
        return {id: str({**self.bin, **there}[id][ENTITY]) for id in ids if id in self.bin or id in there}

    def undelete(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, Refusal]:
        for id in list(self.bin) if self.fault == "all" else ids:
            if id in self.bin and self.fault != "nothing":
                record = self.bin[id] if self.fault == "in the bin" else self.bin.pop(id)
                changed = {"no key": {ENTITY: None}, "no cells": {"name": None}}.get(self.fault, {})
                self.store.records[object.name][f"{id}x" if self.fault == "new id" else id] = {**record, **changed}
            elif self.fault == "twice":
                return {id: Refusal("it is not deleted", "NOT_DELETED")}
        return {}


BIN_FAULTS = ["all", "names all", "in the bin", "new id", "no key", "no cells", "nothing", "twice"]


@pytest.mark.parametrize("fault", ["", *BIN_FAULTS])
def test_who_brings_back_something_else_is_found(fault: str) -> None:
    store, bin = Store(), dict[str, Record]()
    with pytest.raises(AssertionError) if fault else nullcontext():
        check_what_was_deleted_comes_back_as_it_was(lambda: WithBin(store, bin, fault))


LISTS = TargetObject("list", (TargetField("name", "text", required=True),))
MEMBERS = TargetObject(
    "member",
    (
        TargetField("from", "reference", reference=GENERIC.company.name),
        TargetField("to", "reference", reference="list"),
    ),
)
WITH_LISTS = replace(GENERIC, lists=ListKit(LISTS, MEMBERS, "kit-"))


class WithLists(MemoryTarget):
    """Lists as any other record. `fault` is what it does wrong."""

    fault = ""

    def write(self, batch: WriteBatch) -> Answer:
        (here, members), rows = (
            (self.store.records.get(each, {}) for each in ("list", "member")),
            batch.rows.to_pylist(),
        )
        moved = {row[ENTITY] for row in rows} if batch.action == "update" and batch.object.name == "member" else set()
        if self.fault == "by name" and batch.object.name == "list":
            same = {row[ENTITY]: id for row in rows for id, each in here.items() if each["name"] == row["name"]}
            return Answer(same) if same else super().write(batch)
        if self.fault == "twice" and batch.object.name == "member":
            members.update({f"{id}x": each for id, each in members.items() if not id.endswith("x")})
        if self.fault == "others move" and moved:
            members.update({id: {**each, "to": rows[0]["to"]} for id, each in members.items()})
        if self.fault == "stays" and moved:
            return Answer(dict.fromkeys(moved, "member-1"))
        return super().write(batch)

    def remove(self, batch: WriteBatch) -> Answer:
        ids, members = batch.rows[TARGET_ID].to_pylist(), self.store.records["member"]
        if self.fault == "takes members" and batch.object.name == "list":
            for id in [id for id, each in members.items() if each["to"] in ids]:
                del members[id]
        if self.fault == "takes records" and batch.object.name == "member":
            self.store.records[GENERIC.company.name].clear()
        if self.fault == "any key" and batch.object.name == "member":
            return Answer(
                {row[ENTITY]: row[TARGET_ID] for row in batch.rows.to_pylist() if members.pop(row[TARGET_ID])}
            )
        return super().remove(batch)


LIST_FAULTS = ["by name", "twice", "others move", "stays", "takes members", "takes records", "any key"]


@pytest.mark.parametrize("fault", ["", *LIST_FAULTS])
def test_lists_that_break_a_promise_are_found(fault: str) -> None:
    broken = []
    for check in LIST_CHECKS:
        store = Store()

        def opened(store: Store = store) -> WithLists:
            target = WithLists(store, unique=False) if fault == "twice" else WithLists(store)
            target.fault = fault
            return target

        try:
            check(opened, WITH_LISTS)
        except AssertionError:
            broken.append(check)
    assert bool(broken) == bool(fault), broken
