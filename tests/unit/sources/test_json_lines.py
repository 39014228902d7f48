"""Files of one JSON object per line: what becomes of their values, and of lines that are none."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources_kit.reading import read, read_bytes

from crm_migrate.errors import InputError
from crm_migrate_files import CONNECTOR, json_lines
from crm_migrate_files.json_values import MAX_DEPTH


def lines(*records: str) -> bytes:
    return "\n".join(records).encode() + b"\n"


def test_objects_become_columns_by_their_path_and_lists_stay_json(tmp_path: Path) -> None:
    data = lines(
        '{"no": "B-1", "guest": {"id": 7, "name": "Ayşe"}, "extras": ["spa", 2.50, {"a": null}], "paid": true}',
        '{"no": "B-2", "guest": null, "agency": 12, "extras": [], "paid": false}',
    )

    found = read_bytes(tmp_path, data, "stays.jsonl")

    assert found.columns == ("no", "guest.id", "guest.name", "extras", "paid", "guest", "agency")
    assert found.rows == [
        ["B-1", "7", "Ayşe", '["spa",2.50,{"a":null}]', "true", None, None],
        ["B-2", None, None, "[]", "false", None, "12"],
    ]
    assert found.lines == [1, 2] and found.aside == () and found.adds_up()


def test_numbers_are_taken_as_they_are_written(tmp_path: Path) -> None:
    data = lines('{"a": 412.50, "b": 12345678901234567890123, "c": 1E3, "d": -0.0}')
    assert read_bytes(tmp_path, data, "a.jsonl").rows == [["412.50", "12345678901234567890123", "1E3", "-0.0"]]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (b'{"a": 1', "no_json_object", "is no JSON"),
        (b'{"a": 1} {"a": 2}', "no_json_object", "Extra data"),
        (b"[1, 2]", "no_json_object", "is a list, not an object"),
        (b"17", "no_json_object", "is a number, not an object"),
        (b'"a"', "no_json_object", "is a text, not an object"),
        (b"null", "no_json_object", "is null, not an object"),
        (b'{"a": NaN}', "no_json_object", "NaN is no number"),
        (b'{"a": -Infinity}', "no_json_object", "-Infinity is no number"),
        (b"{'a': 1}", "no_json_object", "is no JSON"),
        (b'{"a": 1, "a": 2}', "json_name_twice", "says `a` twice"),
        (b'{"x": [{"a": 1, "a": 2}]}', "json_name_twice", "says `a` twice"),
        (b'{"a.b": 1, "a": {"b": 2}}', "json_name_twice", "says `a.b` twice"),
        (b'{"a": "\xff"}', "undecodable", "byte 8 of the line is no UTF-8"),
        (b'{"a": "\\ud800"}', "undecodable", "half of a letter"),
        (b'{"\\udfff": "a"}', "undecodable", "half of a letter"),
        (b'{"a": "x\\u0000y"}', "nul_byte", "NUL"),
        (b'{"a":' * (MAX_DEPTH + 2) + b"1" + b"}" * (MAX_DEPTH + 2), "no_json_object", "nested too deeply"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "no_json_object", "nested too deeply"),
        (b'{"a":' + b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2) + b"}", "no_json_object", "nested too deeply"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_record_is_set_aside_alone(tmp_path: Path, line: bytes, code: str, words: str) -> None:
    found = read_bytes(tmp_path, b'{"id": 1}\n' + line + b'\n{"id": 3}\n', "a.jsonl")

    assert [row[0] for row in found.rows] == ["1", "3"] and found.lines == [1, 3]
    (aside,) = found.aside
    assert (aside.code, aside.line, aside.offset) == (code, 2, 10)
    assert words in aside.message and found.adds_up()


def test_a_last_line_without_its_end_and_blank_lines_and_a_mark(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b'\xef\xbb\xbf\r\n{"id": 1}\r\n \t\r\n\n{"id": 2}', "a.ndjson")

    assert found.rows == [["1"], ["2"]] and found.lines == [2, 5] and found.adds_up()
    assert any("3 blank lines" in line for line in found.facts[0].evidence)


def test_an_empty_object_is_a_record_of_nothing(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, lines('{"a": 1}', "{}", '{"a": {}}'), "a.jsonl")
    assert found.rows == [["1"], [None], [None]] and found.adds_up()


def test_names_are_told_apart_as_columns_are(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, lines('{"Tel": 1, "tel": 2, "__x": 3}', '{"": 4, "Tel": 5}'), "a.jsonl")

    assert found.columns == ("Tel#1", "tel#2", "column__x", "Column 4")
    assert found.rows == [["1", "2", "3", None], ["5", None, None, "4"]]
    assert {"header_doubled", "header_empty", "header_reserved"} <= found.codes


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xff\xfe{\0}\0", "is no UTF-8"),
        (b"id;name\n1;x\n", "no line holds a JSON object"),
        (b"{}\n{}\n", "no line holds a JSON object"),
        (b'{\n "a": 1\n}\n', "no line holds a JSON object"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_bytes(tmp_path, data, "a.jsonl")


def test_names_that_are_values_are_refused(tmp_path: Path) -> None:
    data = b"".join(b'{"%d": 1}\n' % number for number in range(20_000))
    with pytest.raises(InputError, match="more than 16,384 names"):
        read_bytes(tmp_path, data, "a.jsonl")


def test_a_line_longer_than_any_record_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_RECORD", 50)
    monkeypatch.setattr(json_lines, "_BLOCK", 7)
    data = b'{"id": 1}\n{"id": "' + b"x" * 100 + b'"}\n{"id": 3}\n{"id": "' + b"y" * 100

    found = read_bytes(tmp_path, data, "a.jsonl")

    assert found.rows == [["1"], ["3"]] and found.lines == [1, 3]
    assert [(aside.code, aside.line) for aside in found.aside] == [("record_too_long", 2), ("record_too_long", 4)]
    assert found.facts[0].bytes == len(data) and found.adds_up()


def test_a_file_that_changes_between_its_two_readings_is_refused(tmp_path: Path) -> None:
    from crm_migrate.connecting.contract import SourceFile, SourceSpec

    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1}\n')
    source = CONNECTOR.source(SourceSpec("s", files=(SourceFile(path),)))
    source.describe()
    path.write_bytes(b'{"id": 1, "new": 2}\n')
    with pytest.raises(InputError, match="has changed since its columns were read"):
        list(source.read(10))


def test_words_of_other_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"`encoding: cp1254` says nothing about a\.jsonl"):
        read_bytes(tmp_path, b'{"id": 1}\n', "a.jsonl", encoding="cp1254")


def test_files_are_one_table_and_many_records_come_in_stretches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "STRETCH", 4)
    monkeypatch.setattr(json_lines, "_BLOCK", 5)
    for name, first in (("a", 0), ("b", 50)):
        text = "".join(f'{{"id": {first + i}, "{name}": "x"}}\n' if i % 7 else "broken\n" for i in range(20))
        (tmp_path / f"{name}.jsonl").write_text(text, "utf-8")

    found = read(tmp_path / "a.jsonl", tmp_path / "b.jsonl", batch_rows=6)

    assert found.columns == ("id", "a", "b") and len(found.rows) == 34 and len(found.aside) == 6
    assert found.adds_up() and found.table.column("__row").to_pylist() == list(range(34))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text(st.characters(categories=("Ll", "Nd")), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), min_size=1, max_size=6))
def test_no_value_is_lost_or_changed(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    data = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()

    found = read_bytes(tmp_path_factory.mktemp("json"), data, "a.jsonl")

    assert len(found.rows) == len(records) and found.adds_up()
    for row, record in zip(found.rows, records, strict=True):
        cells = sorted(cell for cell in row if cell is not None)
        expected = [value for value in record.values() if value is not None]
        assert cells == sorted(
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            for value in expected
        )
