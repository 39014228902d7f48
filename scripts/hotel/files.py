"""Writes the exports: the same rows give the same files on every machine."""

import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from sheets import Sheet, workbook

from hotel.news import NEWS
from hotel.rows import House, Row

DATABASE, STAYS, LETTERS = "old/konak.db", "pms/stays.jsonl", "news/contacts.csv"
COMPLAINTS, SURVEYS = "desk/complaints.xlsx", "surveys/responses.csv"
FILES = {"stay": STAYS, "news": LETTERS, "ticket": COMPLAINTS, "survey": SURVEYS}
SURVEY = ("id", "survey", "answered_at", "booking", "email", "score", "comment")
TICKET = ("No", "Tarih", "Misafir", "Rezervasyon", "Konu", "Açıklama", "Durum", "Sorumlu")
DESK = Sheet(
    "Şikâyetler",
    ("Sardunya Konak: şikâyetler", "resepsiyon doldurur"),
    header_row=4,
    columns=TICKET,
    creator="Sardunya Konak",
    created=datetime(2025, 10, 31),
)
TABLES = {
    "guest": "id INTEGER PRIMARY KEY, salutation TEXT, given_name TEXT, family_name TEXT, birth_date TEXT, phone TEXT,"
    " street TEXT, postal_code TEXT, city TEXT, country TEXT, language TEXT, loyalty_no TEXT, owner TEXT, note TEXT,"
    " is_test INTEGER NOT NULL, deleted INTEGER NOT NULL, created_at TEXT, changed_at TEXT",
    "guest_custom": "guest_id INTEGER PRIMARY KEY, newsletter TEXT, dietary TEXT, room_wish TEXT",
    "guest_email": "id INTEGER PRIMARY KEY, guest_id INTEGER, address TEXT, is_primary INTEGER, kind TEXT",
    "household": "id INTEGER PRIMARY KEY, name TEXT, kind TEXT",
    "household_guest": "id INTEGER PRIMARY KEY, household_id INTEGER, guest_id INTEGER, role TEXT",
    "company": "id INTEGER PRIMARY KEY, name TEXT, kind TEXT, tax_no TEXT, city TEXT, website TEXT, owner TEXT,"
    " parent_id INTEGER, status TEXT, changed_at TEXT",
    "campaign": "id INTEGER PRIMARY KEY, name TEXT, channel TEXT, starts TEXT, budget TEXT, currency TEXT,"
    " is_test INTEGER NOT NULL",
    "campaign_member": "id INTEGER PRIMARY KEY, campaign_id INTEGER, guest_id INTEGER, state TEXT",
    "booking_guest": "id INTEGER PRIMARY KEY, booking_no TEXT, guest_id INTEGER, role TEXT",
    "activity": "id INTEGER PRIMARY KEY, kind TEXT, subject TEXT, parent_type TEXT, parent_id TEXT, owner TEXT,"
    " status TEXT, at TEXT",
}
VERSION_OF_WRITER = slice(96, 100)  # of the SQLite header: the only bytes that tell one machine from another


def write_exports(house: House, folder: Path) -> None:
    """Every file of the hotel below `folder`; rows of files learn their physical line."""
    _write(folder / DATABASE, _database(house))
    _write(folder / STAYS, _lines(house.of("stay")))
    _write(folder / LETTERS, _csv(house.of("news"), NEWS, ",", "\n"))
    _write(folder / SURVEYS, b"\xef\xbb\xbf" + _csv(house.of("survey"), SURVEY, ";", "\r\n"))
    _write(folder / COMPLAINTS, workbook(DESK, house.of("ticket")))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _database(house: House) -> bytes:
    connection = sqlite3.connect(":memory:")
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
        records = house.partners.get(name) or [row.cells for row in house.of(name)]
        names = [column.split()[0] for column in columns.split(", ")]
        places = ", ".join("?" * len(names))
        values = [[_cell(record[each]) for each in names] for record in records]
        connection.executemany(f"INSERT INTO {name} VALUES ({places})", values)
    connection.commit()
    content = bytearray(connection.serialize())
    connection.close()
    content[VERSION_OF_WRITER] = (3_040_000).to_bytes(4, "big")
    return bytes(content)


def _cell(value: object) -> object:
    """The old CRM writes nothing as NULL."""
    return None if value == "" else value


def _lines(rows: Sequence[Row]) -> bytes:
    """One object per line; who walked in has no guest, who came without an agency has none."""
    out = []
    for number, row in enumerate(rows, 1):
        row.line = number
        said = {name: value for name, value in row.cells.items() if name != "nights"}
        text = json.dumps(said, ensure_ascii=False, default=_plain).encode()
        out.append((text if row.raw is None else row.raw) + b"\n")
    return b"".join(out)


def _plain(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()


def _csv(rows: Sequence[Row], columns: Sequence[str], delimiter: str, end: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow(columns)
    for number, row in enumerate(rows, 2):
        row.line = number
        writer.writerow([row.cells[name] for name in columns])
    return text.getvalue().encode()
