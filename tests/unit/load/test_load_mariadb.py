"""Whole loads into MariaDB: records and links once, changes alone, and nothing where nothing changed."""

from pathlib import Path

import pytest
from bench import ACCOUNTS, CONTACTS, Bench, counts
from company import Record, make_plan
from databases import options


@pytest.mark.mariadb
def test_a_load_its_change_and_its_repetition(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "project", options("mariadb", tmp_path), make_plan())
    assert counts(bench.load(accounts=ACCOUNTS, contacts=CONTACTS), "contacts") == {"create": 2}
    companies = {row["name"]: row for row in bench.there("accounts")}
    assert companies["Işık Makine"]["parent"] == companies["Weiß & Söhne"]["target_id"]
    assert bench.load(accounts=ACCOUNTS, contacts=CONTACTS).writes == 0
    changed: list[Record] = [{**ACCOUNTS[0], "revenue": "7.10"}, ACCOUNTS[1]]
    assert counts(bench.load(accounts=changed, contacts=CONTACTS), "accounts") == {"update": 1, "unchanged": 1}
    assert bench.load(accounts=changed, contacts=CONTACTS).writes == 0
