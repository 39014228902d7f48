"""What users of the target have merged: found by what it says, or by the keys of ours that one record carries."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from bench import Bench
from company import make_plan

from crm_migrate.connecting.contract import By, Target, TargetObject
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.stages.follow import follow


class Merging(MemoryTarget):
    """A CRM in memory whose users merge: `into` says which id went into which, `moved` which keys went along."""

    def __init__(self, store: Store, into: Mapping[str, str], moved: Mapping[str, str]) -> None:
        super().__init__(store)
        self.into, self.moved, self.asked = into, moved, list[str]()

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        yield from super().read(object, by, values)
        if object.name == "company":
            keys = {"__entity": list(self.moved), "target_id": list(self.moved.values())}
            yield pa.table({name: pa.array(cells, pa.string()) for name, cells in keys.items()})

    def merged_into(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        self.asked += ids
        return {id: self.into[id] for id in ids if id in self.into}


class Merged(Bench):
    """Three accounts in a CRM in memory, then as its users left them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, {}, make_plan())
        self.store, self.into, self.moved = Store(), dict[str, str](), dict[str, str]()
        self.load(accounts=[{"id": name, "name": name} for name in "ABC"])
        self.ids = {str(each["name"]): id for id, each in self.store.records["company"].items()}
        self.keys = {str(each["name"]): str(each["__entity"]) for each in self.store.records["company"].values()}

    def open(self) -> Target:
        return Merging(self.store, self.into, self.moved)

    def gone(self, name: str, into: str, *, with_key: bool) -> None:
        """A user merges an account into a record."""
        self.store.records["company"].pop(self.ids[name], None)
        if with_key:
            self.moved[self.keys[name]] = into
        else:
            self.into[self.ids[name]] = into

    def followed(self) -> dict[str, tuple[str, str | None]]:
        """Name of an account -> where it went, and the name of the account that is left there."""
        self.run = self.company.stage(accounts=[])
        target = Merging(self.store, self.into, self.moved)
        merged = follow(self.company.plan, self.company.project, self.run, target)
        names = {key: name for name, key in self.keys.items()}
        rows = self.rows("follow", "accounts", "merged")
        assert merged == bool(rows)
        assert set(target.asked) <= {self.ids[names[row["__entity"]]] for row in rows} | {self.ids["B"]}
        return {names[row["__entity"]]: (row["into"], names.get(row["survivor"])) for row in rows}


@pytest.fixture
def merged(tmp_path: Path) -> Merged:
    return Merged(tmp_path)


@pytest.mark.parametrize("with_key", [False, True])
def test_two_of_ours_and_then_three_are_one(merged: Merged, with_key: bool) -> None:
    assert merged.followed() == {}
    merged.gone("A", merged.ids["C"], with_key=with_key)
    assert merged.followed() == {"A": (merged.ids["C"], "C")}
    merged.gone("B", merged.ids["C"], with_key=with_key)
    assert merged.followed() == {"A": (merged.ids["C"], "C"), "B": (merged.ids["C"], "C")}


def test_a_strangers_record_has_no_account_of_ours(merged: Merged) -> None:
    merged.gone("A", "stranger", with_key=False)
    assert merged.followed() == {"A": ("stranger", None)}


def test_who_was_deleted_went_nowhere(merged: Merged) -> None:
    del merged.store.records["company"][merged.ids["B"]]
    assert merged.followed() == {}


def test_a_key_that_wandered_to_a_strangers_record_alone_is_no_merge_of_ours(merged: Merged) -> None:
    merged.gone("A", "stranger", with_key=True)
    assert merged.followed() == {}
