"""The comment behind a proposed line: written and read back, and told from texts that only look like it."""

import string

from hypothesis import given
from hypothesis import strategies as some

from crm_migrate.mapping.proposed import LONGEST, Claim, comment, proposals, waiting
from crm_migrate.mapping.reading import read_text

TEXT = """\
crm_migrate: 1
sources:
  a: {file: a.csv, key: K}   # proposed: 0.93 "K" is named as a key
objects:
  contacts:
    from: [a, b]
    fields:
      email: {a: Mail, b: E}  # proposed: a 0.98 "Mail" is email (en) | b 0.70 the only such column
      phone: "x  # proposed: 0.10 a text"
      mobile: Cep   # said to be proposed: by nobody
      last_name: Soyad  #   proposed: 0.5
"""


def test_the_lines_that_wait_are_found_with_their_claims_and_no_others() -> None:
    document, findings = read_text(TEXT, "m.yaml")

    assert findings == []
    assert [(line.path, line.spot.line) for line in proposals(document)] == [
        (("sources", "a"), 3),
        (("objects", "contacts", "fields", "email"), 8),
    ]
    assert proposals(document)[1].claims == (
        Claim("a", 0.98, '"Mail" is email (en)'),
        Claim("b", 0.70, "the only such column"),
    )


def test_a_file_with_such_lines_has_one_note_that_counts_them() -> None:
    (note,) = waiting(read_text(TEXT, "m.yaml")[0])

    assert note.message.startswith("2 line(s) are proposed")
    assert note.place.line == 3


def test_a_file_without_has_none() -> None:
    assert waiting(read_text("crm_migrate: 1\n", "m.yaml")[0]) == []


@given(
    some.lists(
        some.tuples(
            some.sampled_from(["", "kisi", "a_1", "müşteri"]),
            some.integers(0, 100),
            some.text(min_size=1, max_size=60).filter(lambda text: text.strip()),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_is_said_stands_on_one_line_and_is_read_back(parts: list[tuple[str, int, str]]) -> None:
    claims = [Claim(source, score / 100, text) for source, score, text in parts]

    line = f"phone: Tel  {comment(claims)}"

    assert line.isprintable()
    assert len(comment(claims)) <= LONGEST
    document, findings = read_text(f"{line}\n", "m.yaml")
    assert findings == []
    (found,) = proposals(document)
    assert found.path == ("phone",)
    assert len(found.claims) == len(claims)
    for said, read in zip(claims, found.claims, strict=True):
        if all(char in string.ascii_letters + " " for char in said.because):
            assert (read.source, read.score, read.because.split()) == (said.source, said.score, said.because.split())
