"""Reading YAML: places, traps, bounds, secrets. Nothing that is written may crash the reader or be echoed."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from crm_migrate.cli.frames import as_github, as_json, render
from crm_migrate.finding import Finding
from crm_migrate.mapping.reading import MAX_BYTES, read_bytes, read_file, read_text
from crm_migrate.mapping.tree import Mapping, Scalar, plain


def codes(text: str) -> list[tuple[str, int, int]]:
    return [(f.code, f.place.line, f.place.column) for f in read_text(text, "m.yaml")[1]]


def test_every_scalar_is_text() -> None:
    document, findings = read_text("a: 1\nb: yes\nc: null\nd: 2025-03-14\ne: 0123\nf: 1.10\ng:\nno: off\n", "m.yaml")
    assert not findings
    assert plain(document.root) == {
        "a": "1", "b": "yes", "c": "null", "d": "2025-03-14", "e": "0123", "f": "1.10", "g": None, "no": "off",
    }  # fmt: skip


@pytest.mark.parametrize("style", ["|", "|-", "|+", ">", ">-", ">+"])
def test_a_text_over_several_lines_is_what_yaml_says(style: str) -> None:
    """The parser marks where a text behind `>` was folded; none of its marks is part of what is said."""
    text = f"query: {style}\n  SELECT a,\n  b\n\n  FROM t\n    WHERE c\nname: x\n"
    document, findings = read_text(text, "m.yaml")
    assert not findings
    assert plain(document.root) == YAML(typ="base").load(text)


def test_places_count_characters_from_one() -> None:
    document, _ = read_text("objects:\n  kişi: {ad: Açık 'x', soyad: \"B\"}\n", "m.yaml")
    kisi = document.find(("objects", "kişi"))
    assert isinstance(kisi, Mapping)
    value = kisi.value("soyad")
    assert isinstance(value, Scalar)
    assert (value.text, value.spot.line, value.spot.column, value.plain) == ("B", 2, 31, False)
    assert document.key_spot(("objects", "kişi", "soyad")).column == 24


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: Tel #2", [("mapping_cut", 1, 8)]),
        ("a: Tel # a comment", []),
        ('a: "Tel #2"', []),
        ("a: {b: Ad, Soyad}", [("mapping_comma", 1, 12)]),
        ("a: {b: Ad, c: Soyad}", []),
        (
            "a: {b: domain(except=x, y)}",
            [("mapping_comma", 1, 25), ("mapping_unclosed", 1, 14), ("mapping_unclosed", 1, 26)],
        ),
        ("a: Tel (iş)", []),
        ("a: Tel (iş", [("mapping_unclosed", 1, 8)]),
        ('a: "Tel (iş"', []),
        ("a: b)", [("mapping_unclosed", 1, 5)]),
        ("a: = concat(x, ')')", []),
        ("a: 1\nb: 2\na: 3", [("mapping_duplicate", 3, 1)]),
        ("a: &x 1", [("mapping_anchor", 1, 4)]),
        ("a: *x", [("mapping_anchor", 1, 4)]),
        ("<<: x", [("mapping_anchor", 1, 1)]),
        ("a: !!python/object x", [("mapping_tag", 1, 4)]),
        ("a: b: c", [("mapping_yaml", 1, 5)]),
        ("a: 'b", [("mapping_yaml", 1, 4)]),
        ("a: 1\n---\nb: 2", [("mapping_yaml", 2, 1)]),
        ("a:\n\tb: 1", [("mapping_tab", 2, 1)]),
        ("a: \x07", [("mapping_characters", 1, 4)]),
        ("", [("mapping_yaml", 1, 1)]),
        ("just text", [("mapping_yaml", 1, 1)]),
        ("? {a: b}\n: c", [("mapping_yaml", 1, 3)]),
    ],
)
def test_traps_are_told_with_their_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert sorted(codes(text)) == sorted(expected)


@pytest.mark.parametrize("before", ["|\n", ">\n", ">-\n", "|+\n", "\n", '"', "'"])
@pytest.mark.parametrize("lines", [2, 3, 6])
def test_all_lines_of_a_secret_are_blanked(before: str, lines: int) -> None:
    secret = [f"hunter{n}hunter" for n in range(lines)]
    close = before if before in "'\"" else ""
    text = f"password: {before}  " + "\n  ".join(secret) + f"{close}\nafter: stays\nbroken: Tel #2\n"
    document, findings = read_text(text, "m.yaml")
    shown = render(findings) + as_json(findings) + as_github(findings) + "\n".join(document.lines)
    assert [part for part in secret if part in shown] == []
    assert "after: stays" in document.lines


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "a: " + "[" * 50_000 + "]" * 50_000,
        "a: " + "{b: " * 50_000,
        "- " * 50_000,
        "? " * 50_000,
        "\n".join(" " * n + "a:" for n in range(900)),
        "\n" * 50_000 + "[" * 200,
        "a: '" + "[" * 50_000,
        "".join("[\n" for _ in range(5_000)),
        "a: &a [x]\nb: [*a, *a]\n" * 500,
        "!" * 50_000,
        "token" * 8_000,
        "eyJ" * 12_000 + ".",
        "://a:" * 8_000,
    ],
    ids=range(14),
)
def test_hostile_text_ends_quickly(text: str) -> None:
    started = time.monotonic()
    _, findings = read_text(text, "m.yaml")
    assert findings
    assert time.monotonic() - started < 10
    assert len(render(findings[:50])) < 100_000


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    document, findings = read_text(text, "m.yaml")
    assert document.root.entries or findings or not text.strip() or plain(document.root) == {}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_bytes(data, "m.yaml")


def test_too_large_and_not_there(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    assert [f.code for f in read_file(path, "m.yaml")[1]] == ["mapping_file"]
    path.write_bytes(b"a: 1\n" + b"#" * MAX_BYTES)
    assert [f.code for f in read_file(path, "m.yaml")[1]] == ["mapping_yaml"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter() -> None:
    document, findings = read_bytes("\ufeffa: 1\r\nb: ş\r\n".encode(), "m.yaml")
    assert not findings
    assert plain(document.root) == {"a": "1", "b": "ş"}
    assert document.find(("b",)).spot.line == 2


SECRETS = [
    ("token: {}", "s3cr3t-of-ours"),
    ("  client_secret: '{}'", "s3cr3t-of-ours"),
    ("a: {{password: {}, b: c}}", "s3cr3t,"[:-1]),
    ("url: postgresql://loader:{}@db.example/crm", "hunter2"),
    ('url: "mysql://u:{}@db.example/x?y=z"', "p%40ss"),
    ("url: mysql://db.example/x?password={}", "hunter2hunter2"),
    ("a: {}", "pat-na1-01234567-89ab-cdef-0123-456789abcdef"),
    ("a: {}", "ghp_0123456789abcdefghijklmnopqrstuvwxyz"),
    ("a: {}", "AKIAABCDEFGHIJKLMNOP"),
    ("a: {}", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh"),
    ("a: 'Bearer {}'", "abcdefghijklmnopqrstuvwxyz"),
    ("password: |\n  {}\n", "first-line-of-it"),
    ("password:\n  {}\n", "on-the-next-line"),
    ('password: "{}"\nb: [', "with-broken-yaml"),
    ("# token: {}\na: [", "in-a-comment-too"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_refused_and_never_echoed(text: str, secret: str) -> None:
    document, findings = read_text(text.format(secret) + "\nbroken: Tel #2\n", "m.yaml")
    assert "secret_literal" in {f.code for f in findings}
    shown = render(findings) + as_json(findings) + as_github(findings) + "\n".join(document.lines)
    assert secret not in shown


@pytest.mark.parametrize(
    "text",
    [
        "token: env:HS_TOKEN",
        "password: keyring:crm/loader",
        'secret: "file:secrets/token"',
        "url: postgresql://loader:${env:PGPASSWORD}@db.example/crm",
        "url: env:SUITE_URL",
        "url: sqlite:///crm.db",
        "name: Token of appreciation",
        "say: see https://crm.example/a:b",
        "E-posta: kisi@firma.example",
    ],
)
def test_references_to_secrets_are_welcome(text: str) -> None:
    assert not read_text(text, "m.yaml")[1]


def test_frames_point_at_the_character() -> None:
    (finding,) = read_text("a: ş, Tel #2", "m.yaml")[1]
    assert render([finding]).splitlines()[:5] == [
        "error[mapping_cut]: a `#` cut this value to `ş, Tel`",
        " --> m.yaml:1:11",
        "  |",
        "1 | a: ş, Tel #2",
        "  |           ^",
    ]


def test_long_lines_are_cut_around_the_caret() -> None:
    (finding,) = read_text("a: " + "x" * 400 + " #2", "m.yaml")[1]
    lines = render([finding]).splitlines()
    assert all(len(line) < 140 for line in lines[1:5])
    assert lines[3][lines[4].index("^")] == "#"


def test_github_annotations_escape() -> None:
    text = as_github([Finding("x", "50% of a\nb")])
    assert text == "::error title=x::50%25 of a%0Ab.\n"
