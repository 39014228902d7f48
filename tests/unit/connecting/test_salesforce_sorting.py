"""What is laid down to be sorted: in the order of the ids, each once, and gone afterwards, also on a full disk."""

import errno
import random
from pathlib import Path

import pytest

from crm_migrate.errors import TargetError
from crm_migrate_salesforce.sorting import Sorted


def cells(number: int, length: int = 5) -> dict[str, str]:
    return {"Id": f"001{number:015}", "Name": "ı\r\n" * length}


def test_it_comes_back_in_order(tmp_path: Path) -> None:
    records = [cells(n) for n in range(100)]
    shuffled = random.Random(7).sample(records, 100)
    with Sorted(tmp_path / "scratch") as laid:
        laid.add(shuffled[:30])
        laid.add(shuffled[30:])
        parts = list(laid.parts(40))
        assert [len(part) for part in parts] == [40, 40, 20]
        assert [record for part in parts for record in part] == records
        assert list(tmp_path.rglob("records.db"))
    assert not list((tmp_path / "scratch").iterdir())


def test_nobody_comes_twice(tmp_path: Path) -> None:
    with Sorted(tmp_path / "scratch") as laid:
        laid.add([cells(1)])
        with pytest.raises(TargetError, match="twice"):
            laid.add([cells(2), cells(1)])
    assert not list((tmp_path / "scratch").iterdir())


def test_a_disk_that_is_full_is_told_as_one(tmp_path: Path) -> None:
    with Sorted(tmp_path / "scratch") as laid:
        laid._db.execute("PRAGMA max_page_count = 8")
        with pytest.raises(OSError, match=r"\[Errno") as told:
            laid.add([cells(n, 2000) for n in range(20)])
    assert told.value.errno == errno.ENOSPC
    assert not list((tmp_path / "scratch").iterdir())
