"""How bytes read in one encoding and in others: words that no language writes, and rows that only another explains.

A file of one encoding into which rows of another were pasted decodes without an error: `Işık` of UTF-8 is `IÅŸÄ±k` in
windows-1252. What gives such rows away are words that nobody writes (a `Ÿ` in the midst of small letters, `§` inside a
word, two scripts in one word) and that another encoding turns into words that somebody does.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from crm_migrate_files.alphabets import ENCODINGS, TYPOGRAPHY, WESTERN, letters_of

UTF8 = "utf-8"
CODECS = (UTF8, *dict.fromkeys(codec for codecs in ENCODINGS.values() for codec in codecs))
# Bounded, so that a cell of a million letters is judged in pieces; only word starts are tried, so that it is linear.
_WORD = re.compile(rb"(?<![0-9A-Za-z\x80-\xff])[0-9A-Za-z]*+[\x80-\xff][0-9A-Za-z\x80-\xff]{0,250}")
_ROW = re.compile(rb"[^\r\n\x80-\xff]*+[\x80-\xff][^\r\n]*+")
_LETTERS = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"[^\W\d_\x00-\x7f]+")
_TILDE = re.compile(r"õ(?!es?\b)", re.IGNORECASE)  # of the languages in `WESTERN` only Portuguese has it, in `ões`
_MEMORY = 1 << 17
_OPENING, _CLOSING, _JOINING = frozenset("“„«№‘"), frozenset("“”»…®™²³ºª°’©€"), frozenset("’‘–—\u00ad")


def rows_beyond_ascii(block: bytes) -> list[bytes]:
    """The lines of a block that hold bytes above 127, each from its start."""
    return _ROW.findall(block)


def words_of(row: bytes) -> set[bytes]:
    """The words of a row that hold bytes above 127."""
    return set(_WORD.findall(row))


@lru_cache(maxsize=256)
def languages_of(codec: str) -> tuple[str, ...]:
    """The languages that are written in a codec."""
    return tuple(language for language, codecs in ENCODINGS.items() if codec in codecs)


@lru_cache(maxsize=256)
def usual_in(codec: str) -> tuple[str, ...]:
    """The languages of a codec, and those of Western Europe in every Latin one.

    Not Icelandic and Estonian: where their letters are in windows-1252, Turkish and old Macs have theirs, and a row of
    Turkish is likelier in a file of German than one of Icelandic.
    """
    usual = [language for language in languages_of(codec) if language not in ("is", "et")]
    latin = all(_script(letters_of(language)) for language in usual)
    return tuple(dict.fromkeys([*usual, "western"])) if latin else tuple(usual)


def _script(letters: frozenset[str]) -> bool:
    """True for letters that are Latin."""
    return all(c < "\u0300" for c in letters)  # with the `ə` of Azerbaijani


def decoded(word: bytes, codec: str) -> str | None:
    """A word in a codec, or None where it has no such bytes."""
    try:
        return word.decode(codec)
    except UnicodeDecodeError:
        return None


def plain(word: str) -> bool:
    """True for a word of the world's letters, of one script."""
    return not _mixed_scripts(word) and all(unicodedata.category(c)[0] in "LMNPS" for c in word)


def written(word: str, language: str) -> bool:
    """True where somebody writes such a word in a language: its letters, each in its place, and not too many."""
    letters = letters_of(language)
    if _mixed_scripts(word) or _misshapen(word) or _crowded(word, language):
        return False
    padded = f" {word} "
    return all(c < "\x80" or _in_place(padded[i - 1], c, padded[i + 1], letters) for i, c in enumerate(word, 1))


def _in_place(before: str, c: str, after: str, letters: frozenset[str]) -> bool:
    """True where a character beyond ASCII may stand between these two."""
    if c in letters:
        return True
    if c not in TYPOGRAPHY:
        return False
    if before.isalpha() and after.isalpha():
        return c in _JOINING or c == "·" or c.isspace()
    if after.isalpha():
        return c in _OPENING or c in _JOINING or c.isspace()
    return not before.isalpha() or c in _CLOSING or c in _JOINING or c.isspace()


def _mixed_scripts(word: str) -> bool:
    return len({c < "\u0300" or "\u1e00" <= c <= "\u1eff" for c in word if c.isalpha() and c not in "ªºµ"}) > 1


def _misshapen(word: str) -> bool:
    """A capital beyond ASCII in the midst of small letters, or a small one before a capital: `MŸller`, `öBEL`."""
    for piece in _LETTERS.findall(word.replace("ß", "")):
        small = piece.upper() != piece
        if small and any(c > "\x7f" and c.isupper() for c in piece[1:]):
            return True
        if any(a > "\x7f" and a.islower() and b.isupper() for a, b in itertools.pairwise(piece)):
            return True
    return False


def _crowded(word: str, language: str) -> bool:
    """More letters beyond ASCII in a row than a Latin script with few of them has: `Ïåòðîâ` is no French."""
    if language not in ("western", "de"):
        return False
    return any(len(run) > 2 for run in _RUN.findall(word))


def strange(word: str) -> bool:
    """True for a word of Western European letters that no language of theirs has together or has there.

    `Jiøí`, `Gyõzõ`: weaker than what `written` says, for names travel and marry. So is a word with a soft hyphen, which
    nobody sees: `Çağrı` of Turkish Windows has one where it is read as DOS.
    """
    letters = letters_of("western").intersection(word.lower())
    return "\u00ad" in word or bool(_TILDE.search(word)) or not any(letters <= own for own in WESTERN)


def _unlikely(word: str, languages: tuple[str, ...]) -> bool:
    """True for a strange word that no other language of these explains."""
    return strange(word) and not any(written(word, each) for each in languages if each != "western")


def reads_as(word: bytes, codec: str) -> bool:
    """True where the word in a codec is one that somebody writes there."""
    text = decoded(word, codec)
    if text is None:
        return False
    return plain(text) if codec == UTF8 else any(written(text, language) for language in languages_of(codec))


class Judge:
    """Says of rows of a file in `codec` whether only another encoding explains them.

    `own` are the languages of the file (of UTF-8 all: empty). A word that is none of theirs but still usual in the
    codec is held against a row only in favour of UTF-8, whose sequences hardly come about by chance, and of encodings
    that other rows of the file have proven (`present`). `likely` encodings are tried before the rest.
    """

    def __init__(
        self,
        codec: str,
        own: tuple[str, ...],
        *,
        present: frozenset[str] = frozenset(),
        likely: Iterable[str] = (),
    ) -> None:
        self._codec, self._own = codec, own
        # What is valid UTF-8 by accident is of an encoding that other rows are in, or it is what it says.
        others = present if codec == UTF8 else (UTF8, *sorted(present), *likely, *CODECS)
        self._others = tuple(c for c in dict.fromkeys(others) if c != codec)
        self._present, self._trusted = present, present | {UTF8}
        self._known: dict[bytes, _Verdict] = {}

    def suspects(self, block: bytes) -> bool:
        """True where a block holds a word that is not of the file's own language, or may be another one."""
        if block.isascii():
            return False
        verdicts = map(self._verdict, words_of(block))
        return any(v.odd or v.strange or not self._present.isdisjoint(v.apart & v.likely) for v in verdicts)

    def foreign(self, row: bytes) -> str | None:
        """The codec of a row that is not written in the file's own, else None."""
        if row.isascii():
            return None
        verdicts = [self._verdict(word) for word in words_of(row)]
        if not any(verdict.odd for verdict in verdicts):
            return None
        if any(verdict.odd and UTF8 in verdict.apart for verdict in verdicts):  # one cell pasted into a row is enough
            return UTF8
        fit = frozenset(self._others).intersection(*(verdict.fits for verdict in verdicts))
        return next((codec for codec in self._others if codec in fit and self._against(verdicts, codec)), None)

    def doubtful(self, row: bytes) -> str | None:
        """The codec in which a row of the file's own may be meant as well: one that other rows have proven, or any
        where the row holds a `strange` word; else None."""
        verdicts = [] if row.isascii() else [self._verdict(word) for word in words_of(row)]
        tried = self._others if any(v.strange for v in verdicts) else [c for c in self._others if c in self._present]
        fit = frozenset(tried).intersection(*(v.likely for v in verdicts)) if verdicts else frozenset()
        return next((c for c in tried if c in fit and any(c in v.apart for v in verdicts)), None)

    def _against(self, verdicts: "list[_Verdict]", codec: str) -> bool:
        return any(v.impossible or codec in self._trusted for v in verdicts if v.odd and codec in v.apart)

    def _verdict(self, word: bytes) -> "_Verdict":
        verdict = self._known.get(word)
        if verdict is None:
            if len(self._known) >= _MEMORY:
                self._known.clear()
            verdict = self._known[word] = self._judged(word)
        return verdict

    def _judged(self, word: bytes) -> "_Verdict":
        text = decoded(word, self._codec)
        odd = text is None or not self._written(text, self._own)
        impossible = odd and (text is None or not self._written(text, usual_in(self._codec)))
        same = frozenset(c for c in self._others if text is not None and decoded(word, c) == text)
        fits = frozenset(c for c in self._others if reads_as(word, c))
        unlikely = text is not None and self._codec != UTF8 and _unlikely(text, self._own)
        likely = frozenset(c for c in fits if c == UTF8 or not _unlikely(decoded(word, c) or "", languages_of(c)))
        return _Verdict(odd, impossible, unlikely, fits | same, fits - same, likely | same)

    def _written(self, text: str, languages: tuple[str, ...]) -> bool:
        return plain(text) if self._codec == UTF8 else any(written(text, language) for language in languages)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is known of a word.

    `odd`: no word of the file's own languages; `impossible`: of none that is usual in its codec; `strange`: of no
    single Western one; `fits`: the codecs in which it is a word; `apart`: those of them in which it is another word;
    `likely`: those in which it is not `strange`.
    """

    odd: bool
    impossible: bool
    strange: bool
    fits: frozenset[str]
    apart: frozenset[str]
    likely: frozenset[str]
