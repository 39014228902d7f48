"""A small fictional company on disk, as the stages before the load leave it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from crm_migrate.mapping.plan import (
    CellPlan,
    ExistingPlan,
    FeedPlan,
    FieldPlan,
    ObjectPlan,
    Plan,
    RefPlan,
    RerunPlan,
    SourcePlan,
)
from crm_migrate.mapping.plan_environment import EnvironmentPlan as EnvironmentPlan
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import write_manifest, write_part
from crm_migrate.workspace.state import new_run

Record = Mapping[str, str | int | None]


def _field(name: str, type: str = "text", **more: object) -> FieldPlan:
    return FieldPlan(name=name, type=type, target=name, cells={"crm": CellPlan(column=name)}, **more)  # type: ignore[arg-type]


def make_plan(
    *,
    accounts: Mapping[str, object] | None = None,
    contacts: Mapping[str, object] | None = None,
    parent: RefPlan | None = None,
    company: RefPlan | None = None,
    clear: bool = False,
) -> Plan:
    """Accounts with a parent account, contacts with a company; keyword arguments change the two objects."""
    feed = (FeedPlan(source="crm"),)
    account = ObjectPlan(
        name="accounts", entity="organisation", target="company", feeds=feed,
        fields=(
            _field("name", "company_name", required=True),
            _field("revenue", "money"),
            _field("parent", "reference", ref=parent or RefPlan(object="accounts")),
        ),
        second_pass=("parent",),
        **(accounts or {}),
    )  # fmt: skip
    contact = ObjectPlan(
        name="contacts", entity="person", target="person",
        fields=(
            _field("last_name", "family_name", required=True),
            _field("email", "email", clear=clear),
            _field("birth_date", "birth_date"),
            _field("vip", "boolean"),
            _field("company", "reference", ref=company or RefPlan(object="accounts")),
        ),
        **{"feeds": feed, **(contacts or {})},
    )  # fmt: skip
    return Plan(
        project="test",
        environment=EnvironmentPlan(name="mock", connector="sql"),
        sources=(SourcePlan(name="crm", key=("id",), locale="en", time_zone="UTC"),),
        objects=(account, contact),
    )


def write(folder: Path, schema: Mapping[str, pa.DataType], rows: Sequence[Record]) -> None:
    """Publish rows as a finished table of one part."""
    table = pa.Table.from_pylist([dict(row) for row in rows], pa.schema(list(schema.items())))
    write_manifest(folder, [write_part(folder, "00000", table)])


@dataclass
class Company:
    """A project folder; `stage` writes the tables of a new run. A row's `id` is its source key and its cluster is
    its position, unless `cluster` names another row's id (merged into it)."""

    folder: Path
    plan: Plan = field(default_factory=make_plan)

    @property
    def project(self) -> Project:
        return Project(self.folder, self.folder / "crm-migrate.yaml")

    def stage(self, **objects: Sequence[Record]) -> Run:
        run = new_run(self.project, self.plan)
        numbers = {name: {str(row["id"]): n for n, row in enumerate(rows)} for name, rows in objects.items()}
        for object_plan in self.plan.objects:
            self._object(run, object_plan, objects.get(object_plan.name, ()), numbers)
        return run

    def _object(
        self, run: Run, object_plan: ObjectPlan, rows: Sequence[Record], numbers: Mapping[str, Mapping[str, int]]
    ) -> None:
        name, own = object_plan.name, numbers.get(object_plan.name, {})
        feed = object_plan.feeds[0]
        nodes = [{"__node": own[str(r["id"])], "__source": feed.source, "__key": str(r["id"])} for r in rows]
        clusters = [{"__node": own[str(r["id"])], "__cluster": own[str(r.get("cluster") or r["id"])]} for r in rows]
        write(
            run.table("link", name, "nodes"),
            {"__node": pa.int64(), "__source": pa.string(), "__key": pa.string()},
            nodes,
        )
        write(run.table("dedupe", name, "clusters"), {"__node": pa.int64(), "__cluster": pa.int64()}, clusters)
        schema: dict[str, pa.DataType] = {"__cluster": pa.int64(), "__state": pa.string()}
        schema |= dict.fromkeys(("__code", "__rule", "__field", "__message"), pa.string())
        schema |= {f.name: pa.int64() if f.ref else pa.string() for f in object_plan.fields}
        entities = []
        for row in rows:
            if row.get("cluster"):
                continue
            entity: dict[str, str | int | None] = {
                "__cluster": own[str(row["id"])],
                "__state": row.get("state", "ready"),
            }
            entity["__code"] = row.get("code")
            for f in object_plan.fields:
                value = row.get(f.name)
                entity[f.name] = numbers[f.ref.object][str(value)] if f.ref and value is not None else value
            entities.append(entity)
        write(run.table("complete", name, "entities"), schema, entities)


__all__ = ["Company", "ExistingPlan", "RefPlan", "RerunPlan", "make_plan", "write"]
