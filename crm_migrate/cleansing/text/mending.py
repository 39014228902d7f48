"""Text that went through programs: mojibake, entities, control characters, escapes; and the plain text steps."""

import html
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header

import ftfy
import polars as pl

from crm_migrate.cleansing.cells import Cell, as_step, outcomes, step, with_residue
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.letters import lower
from crm_migrate.cleansing.text.rtf import is_rtf, is_whole, rtf_text
from crm_migrate.cleansing.vocabulary import words

# A text that this matches needs nothing but trimming: printable ASCII without the marks that start an escape, and runs
# of letters that no mojibake is made of. Broken UTF-8 is a lead byte with continuation bytes, and no code page (cp1250,
# cp1252, cp1254, MacRoman) has _NEVER among the latter; ş is one in cp1250, behind ç and Ö, so only after _BEFORE.
_ASCII = r"[\x20-\x25\x27-\x7E\n\t]"
_LETTERS = "[äöüßçğıöşüÇĞİÖŞÜéèêëáàâîïíóôúùûñÄÉÑøåæØÆłńęźżćřěščžýůőűățşôõãąś]"
_NEVER, _BEFORE = "[ıİğĞüÜöÖçÇ]", "[ıİğĞüö]"
_RUN = f"(?:{_BEFORE}[şŞ]|{_LETTERS})(?:{_NEVER}|{_BEFORE}[şŞ])*"
_CLEAN = f"^{_ASCII}*(?:{_RUN}{_ASCII}+)*(?:{_RUN})?$"
_ESCAPED = r"^\s*\{\\rtf|_x[0-9A-Fa-f]{4}_|=\?[\w-]+\?[QqBb]\?|^\s*[=+\-@\t]|\w\?\w|[ \t]\n|\r"
_SURE, _SUSPICIOUS = re.compile(_CLEAN), re.compile(_ESCAPED)
_OOXML = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RETURN = re.compile(r"_x000[Dd]_(?:_x000[Aa]_|\n)?")
_WORD = re.compile(r"=\?[\w-]+\?[QqBb]\?[^?]*\?=")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
# Blanks of all widths; the wide one of Chinese and Japanese stays beside their characters.
_BLANK = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f]|(?<![\u2e80-\uffef])\u3000(?![\u2e80-\uffef])")
_PARTING = re.compile(r"[\x01-\x03\x0b\x0c\x1c-\x1f]")  # what FileMaker, Hive and others part lines and lists with
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# A question mark inside a word, or glued before one in small letters, stands for a letter that an encoding did not
# have; not before `=`, as in a query.
_LOSSY = re.compile(r"\ufffd|(?:[^\W\d_A-Z]\?[^\W\d_A-Z]|[A-Z]\?[^\W\d_]|(?<=\s)\?[^\W\d_A-Z][^\W\d_])(?![\w.%-]*=)")
# The same in a value that is no sentence: also at the start of a word.
_LOSSY_NAME = re.compile(
    r"\ufffd|[^\W\d_]\?+[^\W\d_]|[^\W\d_]\?+(?=\s+\w)|(?:^|(?<=[\s(-]))\?+(?=[^\W\d_A-ZÀ-Þ]|[A-ZÀ-Þ]{2})"
)
LOST_LETTERS = "characters were lost in an earlier conversion and cannot be restored"
_FORMULA = re.compile(r"""=\s*[\w("'+\-@]|[+\-@]\s*[A-Za-z_][\w.]*\s*\(|[+\-@].*\|.*!""")
_URL = re.compile(r"https?://\S+|www\.\S+")


def parted(text: str) -> str:
    """The text with line breaks where control characters part lines or values, as extract reads them.

    One that stands alone parts nothing: it is a bit of a database (`0x01` is yes).
    """
    return text if len(text) == 1 else _PARTING.sub("\n", text)


def repaired(text: str) -> str:
    """Undo what programs did to a text, until nothing is left to undo; what a person typed stays."""
    if _SURE.fullmatch(text) and not _SUSPICIOUS.search(text):
        return text.strip()
    for _ in range(6):
        once = _repaired_once(text)
        if once == text:
            break
        text = once
    return text


def _repaired_once(text: str) -> str:
    text = _OOXML.sub(lambda m: _unescaped(int(m[1], 16)), _RETURN.sub("\n", text))
    text = _decoded_words(parted(text.replace("\r\n", "\n").replace("\r", "\n")))
    text = _from_dos(text)
    text = ftfy.fix_text(html.unescape(text) if "&" in text else text, normalization="NFC", unescape_html=False)
    text = _from_windows(text)
    text = _BLANK.sub(" ", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    text = _CONTROL.sub("", INVISIBLE.sub(_kept_joiner, text))
    return unicodedata.normalize("NFC", text).strip()


# UTF-8 read as cp1252 that ftfy leaves alone, as it could be a letter and a sign (`Ã…sa`): a capital lead byte behind a
# small letter, before its continuation and a small letter, or before a letter that no language has with it, is no
# spelling of any language.
_WINDOWS_PAIR = re.compile(r"(?<=[a-z])[ÂÃÄÅ][^\x00-\x7f]|[ÂÃÄÅ][^\x00-\x7fÀ-ÿ](?=[a-z])|[ÂÃÄÅ][žŸšœŒŠŽ]")


def _from_windows(text: str) -> str:
    """A text whose UTF-8 bytes were read as cp1252; as it was where that does not fit to the last byte."""
    if not _WINDOWS_PAIR.search(text):
        return text
    try:
        return text.encode("sloppy-windows-1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


# UTF-8 read as the DOS page 850, which ftfy does not try: lead bytes are box drawings there.
_DOS_LEAD = re.compile("[┬├─┼][^\x00-\x7f]")


def _from_dos(text: str) -> str:
    """A text whose UTF-8 bytes were read as cp850; as it was where that does not fit to the last byte."""
    if not _DOS_LEAD.search(text):
        return text
    try:
        return text.encode("cp850").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _unescaped(code: int) -> str:
    """A character of an OOXML escape; what no text may hold is left out."""
    return "" if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


def _kept_joiner(match: re.Match[str]) -> str:
    """Zero-width (non-)joiners carry meaning in Persian and Indic words and in emoji; elsewhere they are dirt."""
    text, at = match.string, match.start()
    if match[0] not in "\u200c\u200d" or not 0 < at < len(text) - 1:
        return ""
    return match[0] if ord(text[at - 1]) > 0x5FF and ord(text[at + 1]) > 0x5FF else ""


def _decoded_words(text: str) -> str:
    """RFC 2047 words as text; an undecodable one stays."""
    if "=?" not in text or not _WORD.search(text):
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeDecodeError, ValueError):
        return text


# cp1254 and cp1250 read as cp1252; Icelandic and others use some of these letters, so only a column can say it.
_PAGES = ("cp1254", "cp1250", "cp1257", "iso8859-9", "iso8859-2")


def other_page(text: str, code_page: str) -> str:
    """A text whose bytes were of another Western code page than cp1252; as it was where they do not fit."""
    try:
        return text.encode("cp1252").decode(code_page)
    except (UnicodeEncodeError, UnicodeDecodeError, LookupError):
        return text


_TURKISH = re.compile(r"[A-PR-VYZa-pr-vyzÇçĞğİıÖöŞşÜüÂâÎîÛû\W\d_]*")
_STRAY_SOFT_G = re.compile(r"(?:^|[^aeıioöuüâîûAEIİOÖUÜÂÎÛ])[ğĞ]")


# What only Turkish has among the languages that use ý: these letters, or cp1254 letters that stand where Czech and
# Slovak (`Nový`, `Sýkora`) have none; else every word with ý must be a known one.
_PROOF = re.compile(r"[ÐðÞþçÇöÖüÜ]|(?<!\w)Ý")
_WITH_Y = re.compile(r"\w*[Ýý]\w*")
_WORDS_WITH_DOTLESS = words("names_dotless") | words("turkish_dotless")


def turkish(text: str) -> str:
    """A text of a Turkish locale whose cp1254 bytes were read as cp1252 (`Þahin`, `Kadýköy`).

    Only where the cell proves it: letters that Czech and Slovak do not have, or words known with ı; and where the
    repaired text is possible Turkish: its alphabet, and ğ behind a vowel. An Icelandic or a Czech name stays.
    """
    if not re.search("[ÐðÝýÞþ]", text) or re.search("[ĞğİıŞş]", text):
        return text
    repaired_text = other_page(text, "cp1254")
    if _ICELANDIC.search(repaired_text):
        return text
    possible = _TURKISH.fullmatch(repaired_text) and not _STRAY_SOFT_G.search(repaired_text)
    return repaired_text if possible and (_PROOF.search(text) or _are_known(text)) else text


# No Turkish word has these; Icelandic names do (Guðrún, Sigurður, Aðalsteinn).
_ICELANDIC = re.compile(r"\bgu[ğ]|urğ|\bağal|öğvar|(?:son|dottir)$", re.IGNORECASE)


def _are_known(text: str) -> bool:
    """Every word with ý is a Turkish word or name with ı (its stem: endings are added to it)."""
    found = [lower(other_page(word, "cp1254"), "tr") for word in _WITH_Y.findall(text)]
    return all(any(word[:end] in _WORDS_WITH_DOTLESS for end in range(len(word), 2, -1)) for word in found)


# ü, é, ä, ö of a DOS page read as cp1252 or Latin-1: a control character or a low or closing quote inside a word.
_DOS_LETTER = re.compile("(?<=[A-Za-z])[\x80-\x9f„”‚](?=[a-z])")


def text_cell(text: str, code_page: str | None = None) -> Cell:
    """A text repaired; flags what was lost before us and what a spreadsheet would run."""
    cut = is_rtf(text) and not is_whole(text)
    text = rtf_text(text) if is_rtf(text) else text
    value = repaired(other_page(text, code_page) if code_page in _PAGES else text)
    if not value:
        return Cell(None, "null")
    if cut:
        return Cell(value, "suspect", "a document of RTF that does not end: the rest was cut")
    if _DOS_LETTER.search(text) and _DOS_LETTER.search(ftfy.fix_encoding(text)):
        return Cell(text.strip(), "lossy", "letters of another code page stand inside words: export again as UTF-8")
    if _LOSSY.search(_URL.sub("", value)):
        return Cell(value, "lossy", LOST_LETTERS)
    if _FORMULA.match(value):
        return Cell(value, "formula_injection", "a spreadsheet would run this text as a formula")
    return Cell(value)


def has_lost_letters(name: str) -> bool:
    """Whether a name or an address has marks where letters were that an encoding did not have (`M?ller`, `?ahin`)."""
    return _LOSSY_NAME.search(name) is not None


def text_outcomes(values: pl.Series) -> pl.DataFrame:
    """Outcomes of `text_cell`: rows that are clean by their shape are only trimmed."""
    shape = values.str.contains(_CLEAN) & ~values.str.contains(_ESCAPED)
    trimmed = values.str.strip_chars()
    return with_residue(values, shape & (trimmed != ""), trimmed, text_cell)


@step("text", "text", examples=(("Ã–zlem", "Özlem"), ("AT&amp;T", "AT&T")))
def text_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Repair text that programs broke (mojibake, entities, escapes, control characters) and trim it."""
    page = context.evidence.get("code_page")
    if page:  # the whole column showed it; see evidence.py
        return as_step(values, outcomes(values, lambda text: text_cell(text, page)))
    return as_step(values, text_outcomes(values))
