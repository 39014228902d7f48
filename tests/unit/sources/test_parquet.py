"""Parquet: every type as text without loss, what cannot be told by place, and a count by another program."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sources_kit.reading import Read, read, read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files import CONNECTOR

MOMENT = dt.datetime(2024, 7, 1, 10, 11, 12)
PAIR = pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))])
CASES: dict[str, tuple[pa.Array, list[str | None]]] = {
    "int64": (pa.array([2**63 - 1, -1, None]), ["9223372036854775807", "-1", None]),
    "uint64": (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
    "double": (pa.array([15.0, 0.1 + 0.2, 1e22, 1.125, 1e-7]), ["15", "0.3", "1" + "0" * 22, "1.1250", "0.0000001"]),
    "odd": (pa.array([float("nan"), float("-inf")]), ["nan", "-inf"]),
    "single": (pa.array([0.1, 16777216.0], pa.float32()), ["0.1", "16777216"]),
    "decimal": (
        pa.array([Decimal("12.50"), Decimal("-0.01"), None], pa.decimal128(38, 2)), ["12.50", "-0.01", None]),
    "small": (pa.array([Decimal("0.00000001")], pa.decimal128(20, 8)), ["0.00000001"]),
    "three": (pa.array([Decimal("1.125")], pa.decimal128(20, 3)), ["1.1250"]),
    "wide": (pa.array([Decimal(10) ** 60], pa.decimal256(70, 0)), ["1" + "0" * 60]),
    "bool": (pa.array([True, False, None]), ["true", "false", None]),
    "text": (pa.array(["00123", "", None, "Şirket\n2"]), ["00123", "", None, "Şirket\n2"]),
    "words": (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    "date": (pa.array([dt.date(1604, 2, 29), dt.date(9999, 12, 31)]), ["1604-02-29", "9999-12-31"]),
    "time": (pa.array([dt.time(10, 1, 2), dt.time(0, 0, 0, 5)]), ["10:01:02", "00:00:00.000005"]),
    "moment": (pa.array([MOMENT, dt.datetime(1, 1, 1)]), ["2024-07-01T10:11:12", "0001-01-01T00:00:00"]),
    "fraction": (pa.array([1500], pa.timestamp("ms")), ["1970-01-01T00:00:01.5"]),
    "nano": (pa.array([1_000_000_001], pa.timestamp("ns")), ["1970-01-01T00:00:01.000000001"]),
    "zone": (
        pa.array([MOMENT, dt.datetime(2024, 1, 1)], pa.timestamp("us", "Europe/Berlin")),
        ["2024-07-01T12:11:12+02:00", "2024-01-01T01:00:00+01:00"]),
    "utc": (pa.array([MOMENT, None], pa.timestamp("ms", "UTC")), ["2024-07-01T10:11:12+00:00", None]),
    "span": (pa.array([dt.timedelta(days=1, hours=12, milliseconds=5)]), ["36:00:00.005"]),
    "list": (pa.array([[1, None], [], None]), ["[1,null]", "[]", None]),
    "money": (pa.array([[Decimal("1.10")]], pa.list_(pa.decimal128(9, 2))), ["[1.10]"]),
    "map": (
        pa.array([[("a", 1)], [("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int64())), ['{"a":1}', '[["a",1],["a",2]]']
    ),
    "structs": (pa.array([[{"a": 1, "b": ["x"]}]], pa.list_(PAIR)), ['[{"a":1,"b":["x"]}]']),
    "bytes": (pa.array([b"\xc5\x9f", b"\xff\x00"]), ["ş", "ff00"]),
    "fixed": (pa.array([b"abcd"], pa.binary(4)), ["abcd"]),
    "uuid": (
        pa.array([bytes(range(16))], pa.uuid()), ["00010203-0405-0607-0809-0a0b0c0d0e0f"]),
}  # fmt: skip


def written(folder: Path, table: pa.Table, **options: Any) -> Read:
    pq.write_table(table, folder / "a.parquet", **options)
    return read(folder / "a.parquet")


@pytest.mark.parametrize("name", CASES)
def test_a_type_is_text_without_loss(tmp_path: Path, name: str) -> None:
    array, meant = CASES[name]
    found = written(tmp_path, pa.table({"c": array}))
    assert [row[0] for row in found.rows] == meant
    assert found.adds_up() and found.facts[0].counted == len(meant)
    assert found.codes == ({"bytes_as_hex"} if name == "bytes" else set())


def test_structures_are_columns_by_their_path(tmp_path: Path) -> None:
    rows = [{"a": 1, "b": ["x"]}, None, {"a": None, "b": None}]
    found = written(tmp_path, pa.table({"p": pa.array(rows, PAIR), "p.a": ["own", "own", "own"]}))
    assert found.columns == ("p.a#1", "p.b", "p.a#2") and "header_doubled" in found.codes
    assert found.rows == [["1", '["x"]', "own"], [None, None, "own"], [None, None, "own"]]


def test_far_days_of_old_writers_stay_the_days_they_are(tmp_path: Path) -> None:
    far = pa.table({"d": pa.array([dt.datetime(9999, 12, 31), dt.datetime(1066, 10, 14)], pa.timestamp("us"))})
    found = written(tmp_path, far, use_deprecated_int96_timestamps=True)
    assert found.rows == [["9999-12-31T00:00:00"], ["1066-10-14T00:00:00"]]


def test_rows_with_what_is_no_text_are_set_aside_with_their_place(tmp_path: Path) -> None:
    raw = pa.array([b"good", b"b\xffd", b"nul\0", b"too"])
    text = pa.StringArray.from_buffers(4, *raw.buffers()[1:])
    found = written(tmp_path, pa.table({"id": ["1", "2", "3", "4"], "name": text}), use_dictionary=False)
    assert found.rows == [["1", "good"], ["4", "too"]] and found.lines == [1, 4]
    assert [(a.line, a.code) for a in found.aside] == [(2, "undecodable"), (3, "nul_byte")]
    assert found.aside[0].raw == '"2" | b\\xffd' and found.adds_up()


PHONES = pa.list_(pa.struct([("kind", pa.string()), ("numbers", pa.list_(pa.int64()))]))
PEOPLE = pa.table(
    {
        "id": [1, 2, 3, 4],
        "at": pa.array(
            [{"city": "Bonn", "tags": ["x"]}] * 4, pa.struct([("city", pa.string()), ("tags", pa.list_(pa.string()))])
        ),
        "phones": pa.array(
            [[{"kind": "home", "numbers": [11, 12]}, {"kind": "work", "numbers": None}], [], None, [None]], PHONES
        ),
        "grid": pa.array([[[1], [2, None]], None, [], [[]]], pa.list_(pa.list_(pa.int8()))),
    }
)


@pytest.mark.parametrize(
    ("table", "columns", "rows", "childless"),
    [
        (
            "phones",
            ("kind", "numbers", "parent.id", "parent.at.city"),
            [["home", "[11,12]", "1", "Bonn"], ["work", None, "1", "Bonn"], [None, None, "4", "Bonn"]],
            2,
        ),
        (
            "phones.numbers",
            ("value", "parent.kind", "parent.parent.id", "parent.parent.at.city"),
            [["11", "home", "1", "Bonn"], ["12", "home", "1", "Bonn"]],
            3,
        ),
        ("at.tags", ("value", "parent.id", "parent.at.city"), [["x", str(at), "Bonn"] for at in range(1, 5)], 0),
        ("grid", ("value", "parent.id", "parent.at.city"), [[each, "1", "Bonn"] for each in ("1", "2", None)], 3),
    ],
)
def test_a_list_in_records_is_a_table_of_its_own(
    tmp_path: Path, table: str, columns: tuple[str, ...], rows: list[list[str | None]], childless: int
) -> None:
    pq.write_table(PEOPLE, tmp_path / "a.parquet", row_group_size=3)
    found = read(tmp_path / "a.parquet", table=table)
    assert (found.columns, found.rows, found.lines) == (columns, rows, [*range(1, len(rows) + 1)])
    assert found.adds_up() and found.facts[0].counted == len(rows)
    told = [words for words in found.facts[0].evidence if "no entry" in words]
    assert told == ([f"{childless} records have no entry in `{table}`"] if childless else [])


def test_a_list_is_what_json_says_of_the_same_records(tmp_path: Path) -> None:
    """Entry by entry the cells of the other reader, whose names are those of the objects that have them."""
    records = [{k: v for k, v in row.items() if v is not None} for row in PEOPLE.drop_columns(["grid"]).to_pylist()]
    pq.write_table(PEOPLE.drop_columns(["grid"]), tmp_path / "a.parquet")
    one = read(tmp_path / "a.parquet", table="phones.numbers")
    other = read_bytes(tmp_path, "\n".join(map(json.dumps, records)).encode(), "a.jsonl", table="phones.numbers")
    assert sorted(one.columns) == sorted(other.columns)
    assert one.table.select(other.columns).to_pylist() == other.table.select(other.columns).to_pylist()


@pytest.mark.parametrize("table", ["phone", "id", "at", "phones.kind"])
def test_what_is_no_list_is_no_table(tmp_path: Path, table: str) -> None:
    pq.write_table(PEOPLE, tmp_path / "a.parquet")
    with pytest.raises(InputError, match=f"holds no list `{table}`; there are: at.tags, phones, phones.numbers, grid"):
        read(tmp_path / "a.parquet", table=table)


def test_lists_of_records_are_told_to_who_wants_all_tables(tmp_path: Path) -> None:
    pq.write_table(PEOPLE, tmp_path / "a.parquet")
    told = CONNECTOR.contents(SourceFile(tmp_path / "a.parquet"), None)
    assert told.left == ("its list `phones` stays JSON in its records; rows of its own are `table: phones`",)


def test_damaged_encrypted_and_other_files_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2, 3]}), tmp_path / "good.parquet")
    good = (tmp_path / "good.parquet").read_bytes()
    for data, words in ((good[:-9], "cannot be read"), (b"PARE" + good[4:], "encrypted"), (b"id;a\n1;2\n", "PAR1")):
        with pytest.raises(InputError, match=words):
            read_bytes(tmp_path, data, "bad.parquet")
    with pytest.raises(InputError, match="is a Parquet file, not text"):
        read_bytes(tmp_path, good, "a.csv")
    with pytest.raises(InputError, match="`sheet: x` says nothing"):
        read(tmp_path / "good.parquet", sheet="x")


def test_a_broken_page_is_no_short_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [f"text {i}" for i in range(5_000)]}), tmp_path / "a.parquet", compression="snappy")
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[2_000:2_400] = bytes(400)
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes(tmp_path, bytes(data), "a.parquet")


def test_a_parquet_file_keeps_the_contract(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": range(7), "name": ["x", None] * 3 + ["y"]}), tmp_path / "a.parquet")
    source = CONNECTOR.source(SourceSpec("s", files=(SourceFile(tmp_path / "a.parquet"),)))
    assert check_source(lambda: source) == []


def three(values: "st.SearchStrategy[Any]") -> "st.SearchStrategy[list[Any]]":
    return st.lists(st.none() | values, min_size=3, max_size=3)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=three(st.decimals(-(10**12), 10**12, allow_nan=False, places=4)),
    texts=three(st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
    moments=three(st.datetimes()),
    lists=three(st.lists(st.none() | st.integers(-(2**60), 2**60))),
)
def test_what_was_written_comes_back(
    tmp_path: Path, numbers: list[Any], texts: list[Any], moments: list[Any], lists: list[Any]
) -> None:
    columns = {
        "n": pa.array(numbers, pa.decimal128(38, 4)), "t": pa.array(texts, pa.string()),
        "m": pa.array(moments, pa.timestamp("us")), "l": pa.array(lists, pa.list_(pa.int64())),
    }  # fmt: skip
    found = written(tmp_path, pa.table(columns)).table
    assert [n and Decimal(n) for n in found.column("n").to_pylist()] == numbers
    assert found.column("t").to_pylist() == texts
    assert [m and dt.datetime.fromisoformat(m) for m in found.column("m").to_pylist()] == moments
    assert [each and json.loads(each) for each in found.column("l").to_pylist()] == lists
