"""`conformance`: a sandbox is tried promise by promise, leaves a dated result, and is never production."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.connecting.conformance_targets import GENERIC, Kit, ListKit, batch_of
from crm_migrate.connecting.contract import ENTITY, Answer, Limits, TargetField, TargetObject, WriteBatch
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.inspecting.conforming import conform

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
environments:
  uat: {connector: sql, url: "sqlite:///crm.db"}
  prod: {connector: sql, url: "sqlite:///live.db"}
objects:
  deals:
    from: x
    fields: {name: name}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "x.csv").write_text("id;name\n1;a\n", "utf-8")
    return tmp_path


def tried(project: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["conformance", str(project), *options])


def test_every_promise_is_tried_twice_over_and_the_result_is_dated(project: Path) -> None:
    for _ in range(2):  # a target that was tried before is as good as a fresh one
        done = tried(project, "--env", "uat", "--apply", "--json", "-o", str(project / "result.json"))
        assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told == json.loads((project / "result.json").read_text("utf-8"))
    assert told["target"].startswith("sql-")
    assert len(told["promises"]) > 12
    assert all(promise["kept"] for promise in told["promises"])
    assert {promise["name"]: promise["left"] for promise in told["promises"]}["references lead somewhere"] == 0


def test_nothing_is_done_unasked_and_nothing_in_production(project: Path) -> None:
    assert tried(project, "--env", "uat").exit_code == 0
    assert not (project / "crm.db").exists()
    assert tried(project, "--env", "prod", "--apply").exit_code != 0
    assert not (project / "live.db").exists()


class Forgetful(MemoryTarget):
    """Answers for every record, and writes the first only."""

    def write(self, batch: WriteBatch) -> Answer:
        first = super().write(WriteBatch(batch.project, batch.run, batch.batch, batch.object, batch.action,
                                         batch.rows.slice(0, 1), batch.digest))  # fmt: skip
        rest = {key: f"lost-{key}" for key in batch.rows["__entity"].to_pylist()[1:]}
        return Answer({**first.loaded, **rest}, first.refused)


@pytest.mark.parametrize(("make", "whole"), [(MemoryTarget, True), (Forgetful, False)])
def test_a_broken_promise_is_named_and_stops_no_other(make: Callable[..., MemoryTarget], whole: bool) -> None:
    store = Store()
    told = list(conform(lambda: make(store, Limits(rows=500))))
    assert all(promise.kept for promise in told) is whole
    assert any(promise.kept for promise in told)
    assert all(promise.words for promise in told if not promise.kept)


class Particular(MemoryTarget):
    """Has objects of its own only."""

    def kit(self, token: str) -> Kit:
        company = replace(GENERIC.company, name=f"own:{token}")
        fields = tuple(
            replace(each, reference=company.name) if each.reference else each for each in GENERIC.person.fields
        )
        return replace(
            GENERIC, company=company, person=replace(GENERIC.person, name=f"own:people {token}", fields=fields)
        )

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        assert all(each.name.startswith("own:") for each in objects)
        return super().prepare(objects, apply=apply)


def test_a_target_with_a_kit_of_its_own_is_tried_with_that() -> None:
    store = Store()
    told = list(conform(lambda: Particular(store, Limits(rows=500))))
    assert [promise for promise in told if not promise.kept] == []
    assert len(store.objects) > len(told), "each promise had objects of its own"


LISTS = TargetObject("list", (TargetField("name", "text", required=True),))


class Listing(Particular):
    """Has lists, all of them in one place."""

    def kit(self, token: str) -> Kit:
        kit = super().kit(token)
        company = TargetField("from", "reference", reference=kit.company.name)
        member = TargetObject(f"own:members {token}", (company, TargetField("to", "reference", reference="list")))
        return replace(kit, lists=ListKit(LISTS, member, f"conformance-{token}-"))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        return MemoryTarget.prepare(self, objects, apply=apply)


def test_lists_are_tried_and_those_of_others_stay() -> None:
    store = Store()
    target = Listing(store)
    target.prepare((LISTS,), apply=True)
    target.write(batch_of(LISTS, "a", [{ENTITY: "theirs", "name": "Newsletter"}]))
    told = {promise.name: promise for promise in conform(lambda: Listing(store, Limits(rows=500)))}
    assert told["the name of a list is no key"].kept
    assert all(promise.kept and not promise.left for name, promise in told.items() if "list" in name)
    assert [record["name"] for record in store.records["list"].values()] == ["Newsletter"]
