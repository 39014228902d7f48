"""UTF-8 is counted the same wherever a block ends, and as Python's own decoder sees it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate_files import encodings

PIECES = [b"a", "ş".encode(), "€".encode(), "😀".encode(), b"\n"]
WRONG = [b"\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xff"]


def surveyed(data: bytes, block: int) -> encodings.Survey:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "BLOCK", block)
        return encodings.survey(io.BytesIO(data))


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.integers(1, 9))
def test_text_has_all_its_sequences(pieces: list[bytes], block: int) -> None:
    found = surveyed(data := b"".join(pieces), block)
    assert (found.good, found.bad, found.bytes) == (sum(c > "\x7f" for c in data.decode()), 0, len(data))


@given(st.lists(st.sampled_from(PIECES), max_size=20), st.sampled_from(WRONG), st.integers(1, 9))
def test_what_is_no_utf8_is_seen_at_its_place(pieces: list[bytes], wrong: bytes, block: int) -> None:
    before = b"".join(pieces)
    found = surveyed(before + wrong + b"after", block)
    assert found.bad and found.first_bad == len(before)
