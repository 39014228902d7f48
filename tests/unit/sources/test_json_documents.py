"""JSON documents, and lists inside of records as tables of their own: every entry, exactly as it is written, once."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sources_kit.reading import read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files import CONNECTOR

EXPORT = """{
  "exported": "2024-01-01", "total": 2,
  "contacts": [
    {"id": 12345678901234567890, "name": "Ada", "limit": 412.50,
     "phones": [{"no": "1", "kind": {"of": "home"}}, {"no": "2"}]},
    {"id": 2, "name": "J\\u00f6", "phones": [], "tags": ["a", null]},
    {"id": 3, "address": {"city": "Bonn", "lines": ["x"]}}
  ],
  "flags": ["x", "y"]
}"""
CHILDREN = ("no", "kind.of", "parent.id", "parent.name", "parent.limit")


def test_the_only_list_of_records_is_the_table(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, EXPORT.encode(), "a.json")
    assert found.columns == ("id", "name", "limit", "phones", "tags", "address.city", "address.lines")
    assert found.rows[0][:3] == ["12345678901234567890", "Ada", "412.50"]
    assert found.rows[1][1] == "Jö" and found.rows[1][4] == '["a",null]'
    assert found.lines == [1, 2, 3] and found.adds_up() and found.facts[0].counted == 3
    assert "the records are the list `contacts`" in found.facts[0].evidence


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_list_in_a_record_is_a_table_of_its_own(tmp_path: Path, name: str) -> None:
    document = json.loads(EXPORT, parse_float=lambda text: 412.5)
    lines = "\n".join(json.dumps(each) for each in document["contacts"])
    data, table = (EXPORT, "contacts.phones") if name == "a.json" else (lines, "phones")
    found = read_bytes(tmp_path, data.encode(), name, table=table)
    assert found.columns == CHILDREN and found.adds_up() and found.facts[0].counted == 2
    assert [row[:4] for row in found.rows] == [
        ["1", "home", "12345678901234567890", "Ada"], ["2", None, "12345678901234567890", "Ada"],
    ]  # fmt: skip
    assert any(words.startswith("2 records have no entry in `phones`") for words in found.facts[0].evidence)
    assert found.lines == [1, 2]


def test_lists_of_lists_are_gone_through_and_plain_entries_are_values(tmp_path: Path) -> None:
    data = (
        b'[{"id": 1, "o": [{"n": "a", "l": ["x", null, 1.10]}, {"n": "b", "l": [[2, 3]]}]}, {"id": 2, "o": {"l": 7}}]'
    )
    found = read_bytes(tmp_path, data, "a.json", table="o.l")
    assert found.columns == ("value", "parent.n", "parent.parent.id", "parent.id", "parent.o.l")
    assert [row[:3] for row in found.rows] == [
        ["x", "a", "1"], [None, "a", "1"], ["1.10", "a", "1"], ["2", "b", "1"], ["3", "b", "1"], ["7", None, None],
    ]  # fmt: skip
    assert found.rows[-1][3:] == ["2", "7"] and found.adds_up()


def test_a_record_that_would_lose_a_value_is_set_aside_alone(tmp_path: Path) -> None:
    data = b'[{"a": 1}, {"a": 2, "a": 3}, 7, {"a": "x\\u0000"}, {"a": NaN}, {"a": 4}]'
    found = read_bytes(tmp_path, data, "a.json")
    assert found.rows == [["1"], ["4"]] and found.lines == [1, 6]
    codes = [(aside.line, aside.code) for aside in found.aside]
    assert codes == [(2, "json_name_twice"), (3, "no_json_object"), (4, "nul_byte"), (5, "no_json_object")]
    assert found.adds_up() and found.aside[0].message == "the record says `a` twice"


def test_an_entry_that_would_lose_a_value_is_set_aside_alone(tmp_path: Path) -> None:
    data = b'{"l": [{"parent.id": 1}, {"v": 2}], "id": 5}\n{"l": [{"v": 1, "v": 2}], "id": 6}\n{"l": [{"v": 3}]}\n'
    found = read_bytes(tmp_path, data, "a.jsonl", table="l")
    assert [(aside.line, aside.code) for aside in found.aside] == [(1, "json_name_twice"), (3, "json_name_twice")]
    assert found.lines == [2, 4] and found.adds_up()


REFUSED = {
    "cut": (b'[{"a": 1},\n{"a": 2},\n{"a"', {}, "is no JSON from line 3 on"),
    "two": (b'[{"a": 1}]\n[{"a": 2}]', {}, "is no JSON from line 2 on"),
    "behind": (b'{"d": [{"a": 1}], "x": }', {}, "is no JSON from line 1 on"),
    "several": (b'{"c": [{"a": 1}], "d": [{"a": 1}]}', {}, "several lists of records: c, d"),
    "unknown": (b'{"c": [{"a": 1}], "d": 1}', {"table": "contacts"}, "holds no `contacts`; there are: c, d"),
    "letters": (b'[{"a": "\xff"}]', {}, "is no UTF-8"),
    "deep": (b"[" * 200_000, {}, "nested too deeply"),
    "nothing": (b'[{"l": []}]', {"table": "l"}, "no record holds a JSON object"),
    "words": (b"id;name\n1;x\n", {}, "is no JSON from line 1 on"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_cannot_be_read_says_where(tmp_path: Path, name: str) -> None:
    data, words, message = REFUSED[name]
    with pytest.raises(InputError, match=message) as caught:
        read_bytes(tmp_path, data, "a.json", **words)
    assert caught.value.hint


def test_the_ending_does_not_say_how_records_stand(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b'{"a": 1}\n{"a": 2}\n', "a.json").rows == [["1"], ["2"]]
    assert read_bytes(tmp_path, b'\xef\xbb\xbf[{"a": 1}]', "a.jsonl").rows == [["1"]]
    assert read_bytes(tmp_path, b'{\n"a": 1\n}', "b.json").rows == [["1"]]


def test_a_table_of_a_text_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`table: x` says nothing about a"):
        read_bytes(tmp_path, b"id;name\n1;x\n", "a.csv", table="x")


def test_a_document_keeps_the_contract(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(EXPORT, "utf-8")
    for table, more in ((None, 1), ("contacts.phones", 1), ("contacts", 1)):
        text = EXPORT.replace('{"no": "2"}', '{"no": "2"}, {"no": "3"}') if more else EXPORT
        (tmp_path / "a.json").write_text(text, "utf-8")
        spec = SourceSpec("s", files=(SourceFile(tmp_path / "a.json"),), table=table)
        assert check_source(lambda spec=spec: CONNECTOR.source(spec)) == []


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), min_size=1, max_size=4))
def test_no_value_is_lost_or_changed_in_a_document(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    data = json.dumps([{"id": number, **each} for number, each in enumerate(records)]).encode()
    found = read_bytes(tmp_path, data, "a.json")
    assert found.adds_up() and len(found.rows) == len(records)
    for row, record in zip(found.table.to_pylist(), records, strict=True):
        cells = {key: value for key, value in record.items() if not isinstance(value, dict)}
        for key, value in cells.items():
            told = row[key] if value is None or isinstance(value, str) else json.loads(row[key])
            assert told == value
