"""The encoding of a text file, decided on all of its bytes, with the evidence in words.

Order: byte-order mark, strict UTF-8, UTF-16 by its NUL bytes, then the single-byte encodings of the locale's language
scored by its letters. (Statistical detectors call Turkish windows-1254 `cp1252` and turn `ş` into `þ`.)
"""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files.alphabets import ENCODINGS, NAMES, TYPOGRAPHY, language_of, letters_of

BLOCK = 1 << 22
Histogram = npt.NDArray[np.int64]
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
    """A decided encoding: Python codec name, bytes of its mark to skip, how it was decided, what is odd."""

    codec: str
    mark: int
    evidence: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

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
    try:
        text, used = codecs.utf_8_decode(block, "strict", False)
    except UnicodeDecodeError:
        _bad_utf8(result, block, offset)
        return b""
    if len(text) != used:
        result.good += len(text) - _ascii(block[:used])
    return block[used:]


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
        return _declared(wanted, codec, mark, found, place)
    if codec:
        return Encoding(codec, mark, (f"{label(codec)}: the file begins with its byte-order mark", *_bad_words(found)))
    wide = _wide(found)
    if wide:
        return Encoding(wide, 0, (f"{wide}: every second byte is NUL and there is no byte-order mark",))
    if not found.bad or found.good >= 10 * found.bad:
        return Encoding("utf-8", 0, (_utf8_words(found), *_bad_words(found)))
    return _single_byte(handle, found, locale, place)


def _declared(name: str, marked: str, mark: int, found: Survey, place: Place) -> Encoding:
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
    return Encoding(codec, mark if marked == codec else 0, (words,), tuple(findings))


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


def _histogram(handle: BinaryIO) -> Histogram:
    """How often each byte value occurs in the file."""
    handle.seek(0)
    counts = np.zeros(256, dtype=np.int64)
    while block := handle.read(BLOCK):
        array = np.frombuffer(block, dtype=np.uint8)
        counts += np.bincount(array[array > 127], minlength=256)
    return counts


def _single_byte(handle: BinaryIO, found: Survey, locale: str | None, place: Place) -> Encoding:
    hinted, histogram = language_of(locale), _histogram(handle)
    high = int(histogram.sum())
    # A hinted language is asked first and kept unless another one explains clearly more of the bytes.
    languages = [hinted, *(name for name in ENCODINGS if name != hinted)]
    tried = [(*_best(histogram, name), name) for name in languages]
    best = max(tried, key=lambda t: t[0])
    count, codec, language = tried[0] if locale and tried[0][0] >= 0.9 * best[0] else best
    words = (
        f"{label(codec)}: {count:,} of {high:,} bytes above 127 are {NAMES[language]} letters or punctuation",
        f"utf-8 fails at byte {found.first_bad:,}" if found.first_bad is not None else "utf-8 fails",
    )
    findings = [] if language == hinted and locale else [_guessed(codec, words, place)]
    if count < 0.95 * high:
        message = f"{label(codec)} explains only {count:,} of {high:,} bytes above 127"
        findings.append(Finding("encoding_uncertain", message, Severity.WARNING, place, "declare `encoding:`"))
    return Encoding(codec, 0, words, tuple(findings))


def _guessed(codec: str, words: tuple[str, ...], place: Place) -> Finding:
    message = f"the encoding was guessed without help of the locale: {'; '.join(words)}"
    hint = f"write `encoding: {label(codec)}` when names look right in `preview`"
    return Finding("encoding_guessed", message, Severity.WARNING, place, hint)


def _best(histogram: Histogram, language: str) -> tuple[int, str]:
    """The encoding of a language that explains most bytes, and how many.

    Small letters break a tie: KOI8-R and windows-1251 hold the same letters, small and capital ones swapped.
    """
    fits = [(*_fit(histogram, codec, language), codec) for codec in ENCODINGS[language]]
    count, _, codec = max(fits, key=lambda f: f[:2])
    return count, codec


def _fit(histogram: Histogram, codec: str, language: str) -> tuple[int, int]:
    """How many bytes above 127 are letters of the language or punctuation; and how many of them small letters."""
    known = letters_of(language) | TYPOGRAPHY
    texts = {value: bytes([value]).decode(codec, "ignore") for value in range(128, 256)}
    fitting = {value: text for value, text in texts.items() if text and text in known}
    small = sum(int(histogram[value]) for value, text in fitting.items() if text.islower())
    return sum(int(histogram[value]) for value in fitting), small


def keeps_ascii(codec: str) -> bool:
    """True where quotes, delimiters and line ends are single bytes of their own, so that bytes can be scanned."""
    if codec == "utf-8":
        return True
    try:
        single = all(len(bytes([b]).decode(codec, "replace")) == 1 for b in range(256))
        return single and bytes(range(128)).decode(codec) == bytes(range(128)).decode("ascii")
    except (UnicodeError, LookupError):
        return False
