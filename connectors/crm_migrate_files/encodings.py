"""The encoding of a text file, decided on all of its bytes, with the evidence in words.

Order: byte-order mark, strict UTF-8, UTF-16 by its NUL bytes, then the single-byte encodings of the locale's language
scored by its letters. (Statistical detectors call Turkish windows-1254 `cp1252` and turn `ş` into `þ`.)
"""

import codecs
from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.alphabets import ENCODINGS, NAMES, TYPOGRAPHY, language_of, letters_of
from crm_migrate_files.readings import Judge, decoded, rows_beyond_ascii, usual_in, words_of, written

BLOCK = 1 << 22
SAMPLED_ROWS = 500  # of every block
_LEAD = 0xC0  # from here on, a byte begins a sequence of UTF-8
_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(slots=True)
class Survey:
    """Statistics of all bytes: NUL at even and odd offsets, and how the text does as UTF-8.

    `good` and `bad` count sequences beyond ASCII that are and are not UTF-8; `first_bad` is the offset of the first.
    """

    bytes: int = 0
    even_nul: int = 0
    odd_nul: int = 0
    good: int = 0
    bad: int = 0
    first_bad: int | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """A decided encoding: Python codec name, bytes of its mark to skip, how it was decided, what is odd.

    `judge` knows rows of other encodings (None: there can be none); what the mapping `declared` is doubted less.
    """

    codec: str
    mark: int
    evidence: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    judge: Judge | None = None
    declared: bool = False

    @property
    def label(self) -> str:
        """The name that people know: `windows-1254`."""
        return label(self.codec)


def label(codec: str) -> str:
    """The name of a codec as it is written in a mapping."""
    return codec.replace("cp125", "windows-125").replace("iso8859_", "iso-8859-").replace("_", "-")


def survey(handle: BinaryIO) -> Survey:
    """Read the whole file once and count."""
    result = Survey()
    handle.seek(0)
    tail = b""
    while block := handle.read(BLOCK):
        _count_nul(result, block)
        tail = _count_utf8(result, tail + block, result.bytes - len(tail))
        result.bytes += len(block)
    if tail:
        _bad_utf8(result, tail, result.bytes - len(tail))
    return result


def _count_nul(result: Survey, block: bytes) -> None:
    if b"\0" in block:
        array = np.frombuffer(block, dtype=np.uint8)
        result.even_nul += int(np.count_nonzero(array[0::2] == 0))
        result.odd_nul += int(np.count_nonzero(array[1::2] == 0))


def _count_utf8(result: Survey, block: bytes, offset: int) -> bytes:
    """Count sequences; returns the cut-off sequence at the end of the block, to be put before the next one."""
    if result.bad > 1000 and result.bad > result.good:
        return b""
    used = len(block) - _begun(block[-3:])
    if not _is_utf8(block[:used]):
        _bad_utf8(result, block, offset)
        return b""
    result.good += int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8, count=used) >= _LEAD))
    return block[used:]


def _begun(end: bytes) -> int:
    """How many bytes at the end of a block are the beginning of a sequence that goes on in the next one."""
    for behind, byte in enumerate(reversed(end), 1):
        if byte >= _LEAD:
            return behind if behind < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
    return 0


def _is_utf8(block: bytes) -> bool:
    """Whether a block is UTF-8, whole; Arrow asks that several times faster than a string is made."""
    ends = pa.py_buffer(np.array([0, len(block)], dtype=np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(block)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _ascii(block: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) < 128))


def _bad_utf8(result: Survey, block: bytes, offset: int) -> None:
    try:
        block.decode()
    except UnicodeDecodeError as error:
        if result.first_bad is None:
            result.first_bad = offset + error.start
    text = block.decode("utf-8", "replace")
    bad = text.count("\ufffd") - block.count(b"\xef\xbf\xbd")
    result.bad += bad
    result.good += len(text) - _ascii(block) - bad


def declared(name: str) -> str:
    """The Python codec of a declared encoding. UsageError where there is none, or where it is no text encoding."""
    try:
        info = codecs.lookup(name.strip().lower().replace("windows-", "cp").replace("ansi", "cp1252"))
    except LookupError:
        raise UsageError(
            f"there is no encoding `{name}`", hint="write for instance utf-8, windows-1254, windows-1252 or utf-16"
        ) from None
    if not info._is_text_encoding:
        raise UsageError(f"`{name}` is no encoding of text", hint="write for instance utf-8 or windows-1254")
    return "utf-8" if info.name in ("utf-8-sig", "ascii") else info.name


def decide(handle: BinaryIO, wanted: str | None, locale: str | None, place: Place) -> Encoding:
    """The encoding of an open file: the declared one, checked against the bytes, or the one that the bytes prove."""
    handle.seek(0)
    head = handle.read(4)
    mark, codec = next(((len(m), c) for m, c in _MARKS if head.startswith(m)), (0, ""))
    found = survey(handle)
    if wanted is not None:
        return _declared(handle, wanted, codec, mark, found, place)
    if codec:
        words = (f"{label(codec)}: the file begins with its byte-order mark", *_bad_words(found))
        return Encoding(codec, mark, words, judge=_judge_of_utf8(handle, found, locale) if codec == "utf-8" else None)
    wide = _wide(found)
    if wide:
        return Encoding(wide, 0, (f"{wide}: every second byte is NUL and there is no byte-order mark",))
    sample = _sample(handle) if found.bad else Sample()
    if not found.bad or len(sample.utf8) >= len(sample.other):
        judge = _judge_of_utf8(handle, found, locale)
        return Encoding("utf-8", 0, (_utf8_words(found), *_bad_words(found)), judge=judge)
    return _single_byte(sample, found, locale, place)


def _judge_of_utf8(handle: BinaryIO, found: Survey, locale: str | None) -> Judge | None:
    """For a file of UTF-8 with rows that are none: which encoding those are in."""
    if not found.bad:
        return None
    words = [words_of(row) for row in _sample(handle).other]
    language = language_of(locale)
    (fitting, _), codec, _ = max((_fit(words, codec, language) for codec in ENCODINGS[language]), key=lambda f: f[0])
    return Judge("utf-8", (), present=frozenset({codec})) if fitting else None


def _declared(handle: BinaryIO, name: str, marked: str, mark: int, found: Survey, place: Place) -> Encoding:
    codec = declared(name)
    if codec in ("utf-16", "utf-32"):
        codec = marked if marked.startswith(codec) else f"{codec}-le"
    words = f"{label(codec)}: declared in the mapping"
    findings = []
    if marked and marked != codec:
        findings.append(_contradicted(f"{name} is declared, but the file begins with the mark of {marked}", place))
    elif not marked and codec not in ("utf-8",) and found.good >= 3 and not found.bad and not _wide(found):
        said = f"{name} is declared, but all {found.good:,} sequences beyond ASCII are valid UTF-8"
        findings.append(_contradicted(said, place))
    # A whole file of another encoding was just told; rows of another one are told by the judge.
    mixed = found.bad and keeps_ascii(codec) and codec != "utf-8"
    judge = _judge(codec, usual_in(codec), (), _sample(handle)) if mixed else None
    return Encoding(codec, mark if marked == codec else 0, (words,), tuple(findings), judge, declared=True)


def _contradicted(message: str, place: Place) -> Finding:
    hint = "take `encoding:` out of the mapping, or look at names with accents in `preview`"
    return Finding("encoding_contradicted", message, Severity.WARNING, place, hint)


def _wide(found: Survey) -> str:
    """UTF-16 without a mark: NUL bytes nearly always at the same half of each pair."""
    half = max(found.bytes // 2, 1)
    if found.bytes % 2 == 0 and found.odd_nul > 0.4 * half and found.even_nul < 0.02 * half:
        return "utf-16-le"
    if found.bytes % 2 == 0 and found.even_nul > 0.4 * half and found.odd_nul < 0.02 * half:
        return "utf-16-be"
    return ""


def _utf8_words(found: Survey) -> str:
    if not found.good:
        return f"utf-8: all {found.bytes:,} bytes are ASCII"
    return f"utf-8: {found.good:,} sequences beyond ASCII are valid UTF-8"


def _bad_words(found: Survey) -> tuple[str, ...]:
    if not found.bad or found.first_bad is None:
        return ()
    return (f"{found.bad:,} are not; the first at byte {found.first_bad:,}: those rows are set aside",)


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows beyond ASCII from all over a file: those that are UTF-8, and the others."""

    utf8: list[bytes] = field(default_factory=list)
    other: list[bytes] = field(default_factory=list)


def _sample(handle: BinaryIO) -> Sample:
    """Evenly, at most so many rows of every block."""
    handle.seek(0)
    sample = Sample()
    while block := handle.read(BLOCK):
        rows = rows_beyond_ascii(block)
        for row in rows[:: len(rows) // SAMPLED_ROWS + 1]:
            (sample.other if decoded(row, "utf-8") is None else sample.utf8).append(row)
    return sample


def _single_byte(sample: Sample, found: Survey, locale: str | None, place: Place) -> Encoding:
    codec, language, _ = guess(sample.other, locale)
    judge = _judge(codec, (language,), ENCODINGS[language], sample)
    rows = [row for row in sample.other if judge.foreign(row) is None]
    histogram = Counter(b for row in rows for b in row if b > 127)
    high, count = histogram.total(), _explained(histogram, codec, language)
    words = (
        f"{label(codec)}: {count:,} of {high:,} bytes above 127 are {NAMES[language]} letters or punctuation",
        f"utf-8 fails at byte {found.first_bad:,}" if found.first_bad is not None else "utf-8 fails",
    )
    findings = [] if locale and language == language_of(locale) else [_guessed(codec, words, place)]
    if count < 0.95 * high:
        message = f"{label(codec)} explains only {count:,} of {high:,} bytes above 127"
        findings.append(Finding("encoding_uncertain", message, Severity.WARNING, place, "declare `encoding:`"))
    return Encoding(codec, 0, words, tuple(findings), judge)


def _judge(codec: str, own: tuple[str, ...], likely: tuple[str, ...], sample: Sample) -> Judge:
    """The judge of a file, who knows what other encodings its rows prove."""
    first = Judge(codec, own, likely=likely)
    present = frozenset(other for row in sample.other if (other := first.foreign(row)))
    return Judge(codec, own, present=present, likely=likely)


def guess(rows: list[bytes], locale: str | None) -> tuple[str, str, int]:
    """The encoding and language that read most rows as words somebody writes, and how many rows those are.

    The locale's language is kept where it reads most rows; else whoever reads more of them wins.
    """
    hinted = language_of(locale)
    words = [words_of(row) for row in rows]
    best = max((_fit(words, codec, hinted) for codec in ENCODINGS[hinted]), key=lambda f: f[0])
    if locale is None or best[0][0] * 2 <= len(rows):
        every = [_fit(words, codec, language) for language, codecs in ENCODINGS.items() for codec in codecs]
        best = max([best, *every], key=lambda f: f[0])
    (fitting, _), codec, language = best
    return codec, language, fitting


def _fit(rows: list[set[bytes]], codec: str, language: str) -> tuple[tuple[int, int], str, str]:
    """How many rows are words of a language in a codec, and how many of their words begin with a small letter.

    Small letters break a tie: KOI8-R and windows-1251 hold the same letters, small and capital ones swapped.
    """
    texts = {word: decoded(word, codec) for word in frozenset().union(*rows)}
    good = {word for word, text in texts.items() if text is not None and written(text, language)}
    fitting = [words for words in rows if words <= good]
    small = sum(c.islower() and c > "\x7f" for words in fitting for word in words for c in texts[word] or "")
    return (len(fitting), small), codec, language


def _explained(histogram: "Counter[int]", codec: str, language: str) -> int:
    """How many bytes above 127 are letters of the language or punctuation."""
    known = letters_of(language) | TYPOGRAPHY
    return sum(count for value, count in histogram.items() if bytes([value]).decode(codec, "ignore") in known)


def _guessed(codec: str, words: tuple[str, ...], place: Place) -> Finding:
    message = f"the encoding was guessed without help of the locale: {'; '.join(words)}"
    hint = f"write `encoding: {label(codec)}` when names look right in `preview`"
    return Finding("encoding_guessed", message, Severity.WARNING, place, hint)


def keeps_ascii(codec: str) -> bool:
    """True where quotes, delimiters and line ends are single bytes of their own, so that bytes can be scanned."""
    if codec == "utf-8":
        return True
    try:
        single = all(len(bytes([b]).decode(codec, "replace")) == 1 for b in range(256))
        return single and bytes(range(128)).decode(codec) == bytes(range(128)).decode("ascii")
    except (UnicodeError, LookupError):
        return False
