"""What a plan reads of a target that is full of other people's records: their ids, and only ours with their fields."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts
from company import Company, ExistingPlan, make_plan

from crm_migrate.connecting.contract import By, TargetObject
from crm_migrate.stages.load import planning
from crm_migrate_sql.target import SqlTarget

FOREIGN = 2_000


class Counted(SqlTarget):
    """Counts the cells of fields that are read of each object, by how they are asked for."""

    def __init__(self, where: dict[str, str], cells: dict[tuple[str, str], int]) -> None:
        super().__init__(where)
        self._cells = cells

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        for table in super().read(object, by, values):
            place = (object.name, by)
            self._cells[place] = self._cells.get(place, 0) + table.num_rows * (table.num_columns - 2)
            yield table


class Counting(Bench):
    """A company whose target counts what a plan reads."""

    def __init__(self, folder: Path, **objects: Any) -> None:
        super().__init__(folder / "project", {"url": f"sqlite:///{folder / 'crm.db'}"}, make_plan(**objects))
        self.cells: dict[tuple[str, str], int] = {}

    def open(self) -> SqlTarget:
        return Counted(self.where, self.cells)

    def planned(self, **rows: Any) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        """What happens to the contacts, and the cells that the plan read."""
        self.cells.clear()
        plan = self.plan(**rows)
        return counts(plan, "contacts"), {place: cells for place, cells in self.cells.items() if cells}


def crowded(folder: Path, **objects: Any) -> Counting:
    bench = Counting(folder, **objects)
    bench.load()
    bench.sql(
        f"INSERT INTO person (last_name, email) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        f" WHERE i < {FOREIGN}) SELECT 'Other ' || i, 'other' || i || '@else.example' FROM n"
    )
    return bench


def test_the_fields_of_other_records_are_not_read(tmp_path: Path) -> None:
    bench = crowded(tmp_path)
    assert bench.planned(accounts=ACCOUNTS, contacts=CONTACTS) == ({"create": 2}, {}), "nothing there is ours"
    bench.execute()
    assert len(bench.there("contacts")) == FOREIGN + 2
    changed = [{**CONTACTS[0], "vip": "false"}, *CONTACTS[1:]]
    happens, cells = bench.planned(accounts=ACCOUNTS, contacts=changed)
    assert happens == {"update": 1, "unchanged": 1}
    assert cells == {("company", "all"): 2 * 3, ("person", "key"): 2 * 5}, "two accounts, all ours; two people of many"


@pytest.mark.cases(2)
@pytest.mark.parametrize("lost", ["", "sent", "everything"])
def test_the_plan_is_the_same_as_if_all_had_been_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    bench = crowded(tmp_path)
    bench.load(accounts=ACCOUNTS, contacts=CONTACTS)
    bench.sql("UPDATE person SET email = 'new@isik.example' WHERE last_name = 'Yılmaz'")
    bench.sql("DELETE FROM person WHERE last_name = 'Öz'")
    if lost:
        work = bench.company.project.work
        for folder in [work] if lost == "everything" else list(work.glob("targets/*/sent")):
            shutil.rmtree(folder)
    rows = {"accounts": ACCOUNTS, "contacts": [{**CONTACTS[0], "vip": "false"}, *CONTACTS[1:]]}
    thin = bench.plan(**rows)
    read = (bench.rows("load", "contacts", "before"), bench.rows("load", "contacts", "entities"))
    monkeypatch.setattr(planning, "asks_of_others", lambda *_: True)
    whole = bench.plan(**rows)
    assert thin.objects == whole.objects
    assert read == (bench.rows("load", "contacts", "before"), bench.rows("load", "contacts", "entities"))
    assert len(read[0]) == FOREIGN + 1


@pytest.mark.parametrize("why", ["existing", "unique"])
def test_what_decides_something_is_read_of_all(tmp_path: Path, why: str) -> None:
    bench = crowded(tmp_path)
    if why == "existing":
        plan = make_plan(contacts={"existing": ExistingPlan(match=("email",), then="fill_blanks")})
        bench.company = Company(bench.company.folder, plan)
    else:
        bench.sql("CREATE UNIQUE INDEX one_mailbox ON person (email)")
    taken = [{**CONTACTS[0], "email": "other7@else.example"}]
    happens, cells = bench.planned(accounts=ACCOUNTS, contacts=taken)
    assert happens == ({"update": 1} if why == "existing" else {"held": 1})
    assert cells[("person", "all")] == FOREIGN * 5
