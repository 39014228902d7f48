"""Hostile mappings are answered at once: no pattern goes over a line twice."""

import time

import pytest

from crm_migrate.mapping.reading import MAX_LINE, read_text

HOSTILE = (
    "eyJ",
    "token",
    "token: ",
    'token: "xx',
    "://:",
    "://a:b",
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
