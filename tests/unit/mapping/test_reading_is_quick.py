"""Hostile mappings are answered at once: no pattern goes over a line twice."""

import time
from pathlib import Path

import pytest

from crm_migrate.mapping import secrets
from crm_migrate.mapping.reading import MAX_LINE, read_text
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

HOSTILE = (
    "eyJ",
    "token",
    "token: ",
    'token: "xx',
    "://:",
    "://a:b",
    "://a:@",
    "Bearer ",
    "-----BEGIN ",
    "0",
    "?token=",
    '"\\',
    "00D",
    " ",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_mapping_full_of_what_begins_a_secret(piece: str) -> None:
    line = "# " + (piece * MAX_LINE)[: MAX_LINE - 10] + "\n"
    start = time.process_time()
    read_text("crm_migrate: 1\n" + line * 10, "m.yaml")
    assert time.process_time() - start < 5  # a tenth of that on a quiet machine


def test_a_line_that_no_mapping_has_is_refused_before_anything_looks_at_it() -> None:
    _, findings = read_text("a: 1\nb: " + "password: x" * MAX_LINE + "\n", "m.yaml")
    assert [f.code for f in findings] == ["mapping_yaml"]
    assert "(line 2)" in findings[0].message
    assert not findings[0].place.excerpt


def test_every_secret_of_a_line_is_blanked_and_told_once() -> None:
    document, findings = read_text("a: {my_token: abc123, password: def456}\n", "m.yaml")
    assert [f.code for f in findings].count("secret_literal") == 1
    assert not any(word in document.lines[0] for word in ("abc123", "def456"))


def test_a_mebibyte_of_what_begins_a_password_is_looked_through_once() -> None:
    start = time.process_time()
    for _ in range(105):
        secrets.in_line("://:" * (MAX_LINE // 4) + "@")
    assert time.process_time() - start < 1.5  # a tenth of that on a quiet machine


@pytest.mark.parametrize("line", ["      f{0}: {{a: c{0}, type: text}}", "f{0}: {{a: c}},"])
def test_a_mapping_of_twenty_thousand_fields_is_answered_at_once(tmp_path: Path, line: str) -> None:
    (tmp_path / "crm-migrate.yaml").write_text("\n".join(line.format(n) for n in range(20_000)), "utf-8")
    start = time.process_time()
    plan, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    assert plan is None and "15,000" in findings[0].message
    assert time.process_time() - start < 2
