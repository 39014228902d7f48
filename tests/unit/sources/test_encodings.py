"""Encodings are decided on all bytes, with the evidence in words and the locale as a hint."""

from pathlib import Path

import pytest
from sources_kit.reading import read_bytes

from crm_migrate.errors import UsageError

TURKISH = "Ad;Not\nIşık;Öğüt\nİNCE;Şahin çağrı\n"
GERMAN = "Name;Ort\nMüller;Köln\nGroß;Nürnberg – Süd\n"


@pytest.mark.parametrize(
    ("text", "codec", "locale", "label"),
    [
        (TURKISH, "cp1254", "tr-TR", "windows-1254"),
        (TURKISH, "cp1254", None, "windows-1254"),
        (TURKISH, "cp857", "tr-TR", "cp857"),
        (GERMAN, "cp1252", "de-DE", "windows-1252"),
        (GERMAN.replace(" – ", " "), "cp850", "de-DE", "cp850"),
        ("Имя;Город\nИван;Москва\n", "cp1251", "ru-RU", "windows-1251"),
        ("Имя;Город\nИван;Москва\n", "koi8_r", "ru-RU", "koi8-r"),
        ("Imię;Miasto\nŁukasz;Łódź\n", "cp1250", "pl-PL", "windows-1250"),
        ("Όνομα;Πόλη\nΓιώργος;Αθήνα\n", "cp1253", "el-GR", "windows-1253"),
        (TURKISH, "utf-8", "tr-TR", "utf-8"),
        (TURKISH, "utf-8-sig", "tr-TR", "utf-8"),
        (TURKISH, "utf-16", "tr-TR", "utf-16-le"),
        (TURKISH, "utf-32", "tr-TR", "utf-32-le"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, text: str, codec: str, locale: str | None, label: str) -> None:
    found = read_bytes(tmp_path, text.encode(codec), locale=locale)
    assert found.facts[0].encoding == label
    header, *rows = [line.split(";") for line in text.splitlines()]
    assert list(found.columns) == header
    assert found.rows == rows
    assert found.adds_up()


def test_the_evidence_is_printed(tmp_path: Path) -> None:
    evidence = read_bytes(tmp_path, TURKISH.encode("cp1254"), locale="tr-TR").facts[0].evidence
    assert "windows-1254: 10 of 10 bytes above 127 are Turkish letters or punctuation" in evidence
    assert "utf-8 fails at byte 8" in evidence
    assert any(line.startswith("delimiter semicolon: 3 of the first 3 rows") for line in evidence)


def test_the_first_letter_may_come_late(tmp_path: Path) -> None:
    data = b"a;b\n" + b"1;2\n" * 100_000 + "3;Işık\n".encode("cp1254")
    assert read_bytes(tmp_path, data, locale="tr-TR").rows[-1] == ["3", "Işık"]


def test_one_bad_row_does_not_turn_utf8_into_something_else(tmp_path: Path) -> None:
    data = b"a;b\n" + "1;Işık\n".encode() * 20 + b"2;\xfd\n"
    found = read_bytes(tmp_path, data, locale="tr-TR")
    assert found.facts[0].encoding == "utf-8"
    assert [(q.code, q.line, q.offset) for q in found.aside] == [("undecodable", 22, len(data) - 4)]
    assert "\\xfd" in found.aside[0].raw


def test_a_letter_cut_by_a_block_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migrate_files.encodings.BLOCK", 7)
    found = read_bytes(tmp_path, "a;b\nşşşşşşşşş;😀😀😀😀\n".encode())
    assert found.facts[0].encoding == "utf-8"
    assert not found.aside


def test_without_a_hint_a_guess_is_told(tmp_path: Path) -> None:
    assert "encoding_guessed" in read_bytes(tmp_path, TURKISH.encode("cp1254")).codes
    assert "encoding_guessed" not in read_bytes(tmp_path, TURKISH.encode("cp1254"), locale="tr").codes


def test_a_declared_encoding_is_obeyed_and_contradicted(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, TURKISH.encode(), encoding="windows-1252")
    assert found.rows[0][0] != "Işık"
    assert "encoding_contradicted" in found.codes
    assert "encoding_contradicted" not in read_bytes(tmp_path, TURKISH.encode("cp1254"), encoding="windows-1254").codes


@pytest.mark.parametrize("name", ["utf-9", "rot13", "hex", "windows-9999"])
def test_an_unknown_encoding_is_a_wrong_mapping(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no encoding"):
        read_bytes(tmp_path, b"a\n1\n", encoding=name)


def test_bytes_that_an_encoding_has_not_are_set_aside(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"a;b\n1;\x9d\n2;x\n", encoding="windows-1252")
    assert found.rows == [["2", "x"]]
    assert found.aside[0].code == "undecodable"
    assert "0x9D" in found.aside[0].message


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_mark_before_a_quoted_header_is_no_part_of_it(tmp_path: Path, codec: str) -> None:
    found = read_bytes(tmp_path, '"a;b";c\n1;2\n'.encode(codec))
    assert (found.columns, found.rows) == (("a;b", "c"), [["1", "2"]])
    assert not found.findings
