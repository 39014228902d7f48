"""`conflicts`: fields that both sides changed go to Excel with their three values, and come back with whose stays."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
from called import ran

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: x
    fields: {last_name: name, email: mail | email, phone: tel | phone(DE)}
reconcile:
  gates: {held: {contacts: 100%}}
"""
HEAD = "id;name;mail;tel"


def export(folder: Path, *rows: str) -> None:
    (folder / "x.csv").write_text("\n".join([HEAD, *rows, ""]), "utf-8")


def there(folder: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(folder / "crm.db") as connection:
        return list(connection.execute("SELECT email, phone FROM contacts ORDER BY last_name"))


def answer(file: Path, *words: str, column: str = "A") -> None:
    book = openpyxl.load_workbook(file)
    for row, word in enumerate(words, 2):
        book["conflicts"][f"{column}{row}"] = word
    book.save(file)


def taken(folder: Path, file: Path, code: int = 0) -> dict[str, Any]:
    said = ("--read", str(file), "--who", "ayse", "--why", "asked", "--json")
    found: dict[str, Any] = json.loads(ran("conflicts", str(folder), *said, code=code).stdout)
    return found


def test_conflicts_are_shown_answered_and_acted_on(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    file = tmp_path / "c.xlsx"
    export(tmp_path, "1;Ada;ada@one.example;030 1000001", "2;Bo;bo@one.example;030 1000002")
    ran("run", str(tmp_path))
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("UPDATE contacts SET email = 'user@two.example'")
    # Both mailboxes are at odds; the telephone of the first is only ours.
    export(tmp_path, "1;Ada;ada@three.example;030 1000009", "2;Bo;bo@three.example;030 1000002")
    ran("run", str(tmp_path))
    assert [mail for mail, _ in there(tmp_path)] == ["user@two.example"] * 2

    ran("conflicts", str(tmp_path), "-o", str(file))
    head, *rows = openpyxl.load_workbook(file)["conflicts"].iter_rows(values_only=True)
    lines = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    assert [(each["record"], each["field"]) for each in lines] == [("x:1", "email"), ("x:2", "email")]
    assert (lines[0]["we sent"], lines[0]["ours now"], lines[0]["theirs now"]) == (
        "ada@one.example", "ada@three.example", "user@two.example",
    )  # fmt: skip

    answer(file, "maybe", "theirs")
    told = taken(tmp_path, file, code=1)
    assert [finding["code"] for finding in told["findings"]] == ["conflict_word"]
    assert (told["ours"], told["theirs"], told["open"]) == (0, 1, 1)
    answer(file, "ours", "theirs")
    assert taken(tmp_path, file) == {"ours": 1, "theirs": 1, "open": 0, "findings": []}

    ran("run", str(tmp_path))
    assert there(tmp_path) == [("ada@three.example", "+49301000009"), ("user@two.example", "+49301000002")]
    assert "no field" in ran("conflicts", str(tmp_path)).stdout

    answer(file, "ours", column="D")
    assert {finding["code"] for finding in taken(tmp_path, file, code=1)["findings"]} == {"rejects_row"}
