"""What programs and hands do to any text, so that it can be undone without a doubt."""

import random
import unicodedata
from collections.abc import Callable
from html.entities import codepoint2name

Damage = Callable[[random.Random, str], str]


def blanks(rng: random.Random, text: str) -> str:
    """Blanks around it and doubled inside."""
    inner = text.replace(" ", rng.choice(("  ", " ", "   ")))
    return rng.choice((" ", "  ", "\t", "")) + inner + rng.choice((" ", "   ", "\n", "\t "))


def hard_blanks(rng: random.Random, text: str) -> str:
    """No-break, narrow or full-width blanks."""
    blank = rng.choice(("\u00a0", "\u202f", "\u2009", "\u3000"))
    return text.replace(" ", blank) if " " in text else text + blank


def invisible(rng: random.Random, text: str) -> str:
    """Zero-width characters, soft hyphens and marks of direction from web pages."""
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(("\u200b", "\ufeff", "\u00ad", "\u200e", "\u2060")) + text[at:]


def decomposed(rng: random.Random, text: str) -> str:
    """Letters and their marks apart, as macOS writes them."""
    return unicodedata.normalize("NFD", text)


def entities(rng: random.Random, text: str) -> str:
    """As HTML has it: named or numbered."""
    if rng.random() < 0.5:
        return text.encode("ascii", "xmlcharrefreplace").decode()
    return "".join(f"&{codepoint2name[ord(c)]};" if _is_named(c) else c for c in text)


def _is_named(character: str) -> bool:
    return ord(character) > 127 and ord(character) in codepoint2name


def mojibake(rng: random.Random, text: str) -> str:
    """UTF-8 that was read as Windows-1252, or as Latin-1 where that page has no such byte."""
    try:
        return text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return text.encode().decode("latin-1")


def apostrophe(rng: random.Random, text: str) -> str:
    """The mark of a spreadsheet that what follows is text."""
    return f"'{text}"


def quoted(rng: random.Random, text: str) -> str:
    """Quotes that a CSV left around it."""
    return f'"{text}"'


def doubly_quoted(rng: random.Random, text: str) -> str:
    """Quotes that were written twice, or three times, by an exporter of an export."""
    marks = rng.choice(('""', '"""'))
    return f"{marks}{text}{marks}"


def lost_letters(rng: random.Random, text: str) -> str:
    """Letters that a code page did not have, as question marks or U+FFFD: lost for good."""
    mark = rng.choice("?\ufffd")
    return "".join(mark if ord(c) > 127 else c for c in text)


def wide(rng: random.Random, text: str) -> str:
    """Digits and Latin letters as wide as Chinese characters."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


ANYWHERE: dict[str, Damage] = {
    "blanks": blanks,
    "hard blanks": hard_blanks,
    "invisible characters": invisible,
    "decomposed letters": decomposed,
    "HTML entities": entities,
    "mojibake": mojibake,
}
