"""LDIF: folds, base64, several values, changes that are refused, and the cases of another reader."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from sources_kit.reading import read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files import CONNECTOR

TWO = """version: 1

# wer
#  da ist
dn: cn=a,dc=x
cn: a
mail: a@x.example
Mail: b@x.example



dn:: Y249YixkYz14
cn:: w5Y=
"""


def test_entries_are_rows_and_several_values_are_columns(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, TWO.encode(), "a.ldif")
    assert found.columns == ("dn", "cn", "mail", "mail#2")
    assert found.rows == [["cn=a,dc=x", "a", "a@x.example", "b@x.example"], ["cn=b,dc=x", "Ö", None, None]]
    assert (found.lines, found.facts[0].counted, found.codes) == ([5, 12], 2, set())


def test_a_value_is_a_row_where_it_is_asked_for(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, TWO.encode(), "a.ldif", table="MAIL")
    assert found.rows == [["cn=a,dc=x", "a@x.example"], ["cn=a,dc=x", "b@x.example"]]
    assert (found.lines, found.facts[0].counted) == ([7, 8], 2)


@pytest.mark.parametrize(
    "said", ["changetype: modify\nreplace: cn\ncn: b\n-", "changetype: delete", "control: 1.2.3 true"]
)
def test_changes_are_refused_with_their_line(tmp_path: Path, said: str) -> None:
    with pytest.raises(InputError, match="line 5: holds changes"):
        read_bytes(tmp_path, f"dn: cn=a\ncn: a\n\ndn: cn=b\n{said}\n".encode(), "a.ldif")


def test_entries_that_are_to_be_added_are_entries(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b"dn: cn=a\nchangetype: add\ncn: a\n", "a.ldif").rows == [["cn=a", "a"]]


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"kein Doppelpunkt", "line_unreadable"), (b"cn:: %%%", "line_unreadable"), (b"cn: \xff\xfe", "undecodable")],
)
def test_a_damaged_entry_is_set_aside(tmp_path: Path, line: bytes, code: str) -> None:
    data = b"dn: cn=a\ncn: \xc3\x96\n\ndn: cn=b\n" + line + b"\n\ndn: cn=c\ncn: c\n"
    found = read_bytes(tmp_path, data, "a.ldif", encoding="utf-8")
    assert [(q.code, q.line, q.offset) for q in found.aside] == [(code, 4, 17)]
    assert (len(found.rows), found.adds_up()) == (2, True)


def test_bytes_and_values_elsewhere_are_told(tmp_path: Path) -> None:
    data = b"dn: cn=a\njpegPhoto:: /9j/4AAQ\njpegPhoto:< file:///a.jpg\ncn: a\n"
    found = read_bytes(tmp_path, data, "a.ldif")
    assert (found.columns, [(f.code, f.count) for f in found.findings]) == (("dn", "cn"), [("binary_left", 2)])


def test_the_source_keeps_the_contract(tmp_path: Path) -> None:
    (tmp_path / "a.ldif").write_text("\n".join(f"dn: cn={i}\ncn: {i}\n{'x' * (i == 2)}\n" for i in range(5)), "utf-8")
    spec = SourceSpec("s", files=(SourceFile(tmp_path / "a.ldif"),))
    assert check_source(lambda: CONNECTOR.source(spec)) == []


def _as_text(value: Any) -> str | None:
    """A value of the cases; None where it is bytes that are no text."""
    return None if isinstance(value, dict) else value


@pytest.mark.shared_data
def test_the_cases_of_another_reader(shared_data: Path, tmp_path: Path) -> None:
    """Entries as python-ldap reads them; what it ignores or stops at by its options is left out."""
    cases = json.loads((shared_data / "python-ldap" / "ldif_cases.json").read_text("utf-8"))
    tried = 0
    for case in cases:
        if case["record_type"] != "entry" or case["ignored_attr_types"] or case["max_entries"] or not case["expected"]:
            continue
        found = read_bytes(tmp_path, case["input"].encode(), "a.ldif")
        for row, (dn, attributes) in zip(found.table.to_pylist(), case["expected"], strict=True):
            said = {name: row.get(name) for name in attributes}
            assert row["dn"] == dn
            assert said == {
                name: next(filter(None, map(_as_text, values)), None) for name, values in attributes.items()
            }
        assert found.adds_up()
        tried += 1
    assert tried > 10
    assert base64.b64decode("w5Y=").decode() == "Ö"
