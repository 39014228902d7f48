"""UTF-8 that was read as an older encoding, once or several times: `GÃ¼ler`. Mended where it goes there and back."""

import re
from functools import cache

import ftfy.bad_codecs
import polars as pl

from crm_migrate.quality.damage.tally import Damage, Tally, found

KIND = "double_encoding"
_PAGES = ("sloppy-windows-1252", "sloppy-windows-1254", "latin-1", "cp850", "mac_roman")
_MOST = 3  # times
# What a mended text may gain: letters of Latin alphabets, signs of typography and of currencies. Other scripts come
# only in words of two letters and more (below): one Cyrillic letter in a Turkish name is an accident of bytes.
_GAINED = "[\u00a0-\u017f\u0218-\u021b\u02bc\u1e00-\u1eff\u2010-\u2027\u2030\u2039\u203a\u20a0-\u20bf\u2122]"
_FOREIGN = re.compile("[\u0370-\u052f\u0590-\u06ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2,}")
_IS_GAINED = re.compile(_GAINED)
# A letter that ends a word before a quotation mark or a dash (`OPÄ’S`, `TANGÅ–`) is the same characters as a broken
# one; `Ã` and `Â` end no word of the languages that we serve but in broken text.
_DOUBTFUL = re.compile("(?<![a-z])[Ä-Þ][‘’“”–—…«»\u00a0\u2039\u203a]")


@cache
def _lead() -> str:
    """Characters that a lead byte of UTF-8 becomes, one followed by what a continuation byte becomes."""
    ftfy.bad_codecs.ok()
    leads, follows = set[str](), set[str]()
    for page in _PAGES:
        leads |= {bytes([b]).decode(page) for b in range(0xC2, 0xF5)}
        follows |= {bytes([b]).decode(page) for b in range(0x80, 0xC0)}
    return "[{}][{}]".format(*("".join(sorted(chars)) for chars in (leads, follows)))


def double_encoding(column: Tally) -> Damage | None:
    """Cells that are UTF-8 read as another encoding; `mended` has what they were.

    A cell counts only if all of it is such bytes, the bytes are right UTF-8, and the text they are gives the cell
    again. A cell that could also be a word before a quotation mark is left out.
    """
    wide = column.values.filter(pl.col("value").str.len_bytes() > pl.col("value").str.len_chars())
    suspects = column.of(wide).like(_lead())
    mended = {text: whole for text in suspects["value"] if (whole := mend(text)) is not None}
    if not mended:
        return None
    return found(KIND, column, suspects.filter(pl.col("value").is_in(list(mended))), {}, mended)


def mend(text: str) -> str | None:
    """What a text was before its UTF-8 was read as another encoding; None where that is not proved."""
    best = None
    for _ in range(_MOST):
        once = _mend_once(text)
        if once is None:
            return best
        best = text = once
    return best


def _mend_once(text: str) -> str | None:
    if _is_doubtful(text):
        return None
    for page in _PAGES:
        try:
            raw = text.encode(page)
            whole = raw.decode("utf-8")
            back = whole.encode("utf-8").decode(page)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if whole != text and back == text and _is_likely(whole):
            return whole
    return None


def _is_likely(whole: str) -> bool:
    """Whether all that is not ASCII in a mended text is what people write."""
    rest = _FOREIGN.sub("", whole)
    return all(character.isascii() or _IS_GAINED.match(character) for character in rest)


def _is_doubtful(text: str) -> bool:
    """Whether nothing in a cell is broken but what a quotation mark behind a capital letter would be too."""
    return re.search(_lead(), _DOUBTFUL.sub("", text)) is None and _DOUBTFUL.search(text) is not None
