"""A company and its target: whole loads, and what the target holds afterwards."""

from pathlib import Path
from typing import Any

from company import Company, Record

from crm_migrate.connecting.contract import Target
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load import LoadPlan, LoadResult, execute_load, plan_load, remember_load
from crm_migrate.stages.load.objects import target_object
from crm_migrate.stages.undo import UndoReport, choose, undo
from crm_migrate.stages.validate import validate_after
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import tables
from crm_migrate.workspace.state import mark_done
from crm_migrate_sql.target import SqlTarget

ACCOUNTS: list[Record] = [
    {"id": "A", "name": "Işık Makine", "revenue": "1250000.50", "parent": "B"},
    {"id": "B", "name": "Weiß & Söhne"},
]
CONTACTS: list[Record] = [
    {
        "id": "1",
        "last_name": "Yılmaz",
        "email": "ayse@isik.example",
        "company": "A",
        "vip": "true",
        "birth_date": "1980-02-28",
    },
    {"id": "2", "last_name": "Yilmaz", "cluster": "1"},
    {"id": "3", "last_name": "Öz", "company": "B"},
]


class Bench:
    """A company and its target; `load` is one whole run."""

    def __init__(self, folder: Path, where: dict[str, str], plan: Plan) -> None:
        self.company = Company(folder, plan)
        self.where = where
        self.run: Run | None = None

    def open(self) -> Target:
        """A new connection to the target."""
        return SqlTarget(self.where)

    def plan(self, **objects: list[Record]) -> LoadPlan:
        self.run = self.company.stage(**objects)
        target = self.open()
        try:
            return plan_load(self.company.plan, self.company.project, self.run, target)
        finally:
            target.close()

    def execute(self, **more: Any) -> LoadResult:
        assert self.run is not None
        target = self.open()
        try:
            result = execute_load(self.company.plan, self.company.project, self.run, target, **more)
            validate_after(self.company.plan, self.run, target)
            mark_done(self.run, "validate")
            remember_load(self.company.plan, self.company.project, self.run, target.identity())
            return result
        finally:
            target.close()

    def load(self, **objects: list[Record]) -> LoadPlan:
        plan = self.plan(**objects)
        self.execute()
        return plan

    def rows(self, *path: str) -> list[dict[str, Any]]:
        assert self.run is not None
        return [row for table in tables(self.run.table(*path)) for row in table.to_pylist()]

    def undo(self, run: Run | None = None, *, apply: bool = True, **more: Any) -> UndoReport:
        """The undo of a run, the latest that wrote something by default."""
        target, chosen = self.open(), run or choose(self.company.project, None)
        try:
            return undo(self.company.plan, self.company.project, chosen, target, apply=apply, **more)
        finally:
            target.close()

    def there(self, name: str) -> list[dict[str, Any]]:
        target = self.open()
        object = target_object(self.company.plan, self.company.plan.object(name))
        try:
            return [row for table in target.read(object) for row in table.to_pylist()]
        finally:
            target.close()

    def sql(self, statement: str) -> None:
        """What somebody else does in the target."""
        target = SqlTarget(self.where)
        for name in ("company", "person", "notes"):
            statement = statement.replace(name, target._dialect.place(name))
        with target._backend.writing() as session:
            session.run(statement)
        target.close()


def counts(plan: LoadPlan, name: str) -> dict[str, int]:
    load = next(o for o in plan.objects if o.object == name)
    figures = load.model_dump(include={"create", "update", "unchanged", "held", "rejected", "excluded", "vanished"})
    return {key: value for key, value in figures.items() if value}


def waiting(bench: Bench, name: str) -> dict[str, str]:
    return {row["code"]: row["action"] for row in bench.rows("load", name, "entities") if row["code"]}
