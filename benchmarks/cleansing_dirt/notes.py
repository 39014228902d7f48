"""Dirt of texts and notes: markup of word processors and web pages, control characters, code pages; wishes in words."""

import html
import random
from collections.abc import Callable

from benchmarks.cleansing_dirt.choices import phrase
from benchmarks.cleansing_dirt.damage import ANYWHERE, lost_letters
from benchmarks.cleansing_dirt.material import LOCALES, language
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

_KINDS = ("do_not_call", "do_not_email", "deceased", "none")


def _lines(rng: random.Random, of: str, least: int = 1) -> list[str]:
    return [phrase(rng, of, rng.choice(_KINDS)) for _ in range(rng.randint(least, 3))]


def _written(write: Callable[[random.Random, list[str]], str], least: int = 2, between: str = "\n") -> Draw:
    """Lines of text in another writing; the truth has them one below the other."""

    def draw(rng: random.Random) -> Row:
        of = language(rng)
        lines = _lines(rng, of, least)
        return Row(write(rng, lines), (between.join(lines),), LOCALES[of])

    return draw


def _damaged(name: str) -> Draw:
    def draw(rng: random.Random) -> Row:
        of = language(rng)
        text = phrase(rng, of, rng.choice(_KINDS))
        typed = ANYWHERE[name](rng, text)
        return Row(typed, (typed.strip() if name == "blanks" else text,), LOCALES[of])

    return draw


def _rtf(rng: random.Random, lines: list[str]) -> str:
    """RTF as Outlook and Word write it: letters by code page or by number, fonts, colours, a generator."""
    escape = _by_page if rng.random() < 0.5 else _by_number
    fonts = r"{\fonttbl{\f0\fnil\fcharset0 Calibri;}{\f1\fswiss Arial;}}"
    colours = r"{\colortbl ;\red0\green0\blue255;}"
    head = rng.choice(
        (
            r"{\rtf1\ansi\ansicpg1252\deff0" + fonts + colours,
            r"{\rtf1\ansi\deff0" + fonts + r"{\*\generator Riched20 10.0;}",
        )
    )
    body = "\\par\r\n".join(
        rng.choice((escape(line), r"{\b " + escape(line) + "}", r"\f1\fs22 " + escape(line))) for line in lines
    )
    return f"{head}\r\n\\viewkind4\\uc1\\pard\\f0\\fs20 {body}\\par\r\n}}"


def _rtf_more(rng: random.Random, lines: list[str]) -> str:
    """RTF of Turkish and Polish Windows, with line breaks, hyperlinks and hidden groups."""
    page = rng.choice((1254, 1250, 1252))
    body = rng.choice(("\\line ", "\\par ", "\\par\n")).join(_by_page(line, page) for line in lines)
    shape = rng.choice(("plain", "group", "field", "bare"))
    if shape == "group":
        body = "{\\rtlch\\fcs1 \\af0 \\ltrch\\fcs0 \\insrsid42 " + body + "}"
    elif shape == "field":
        body = r'{\field{\*\fldinst{HYPERLINK "https://shop.example/"}}{\fldrslt{' + body + "}}}"
    elif shape == "bare":
        body = r"{\*\bkmkstart top}{\*\bkmkend top}{\info{\author Nobody}}" + body
    return rf"{{\rtf1\ansi\ansicpg{page}\deff0{{\fonttbl{{\f0 Arial;}}}}\pard " + body + r"\par}"


def _by_number(text: str) -> str:
    return "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text)


def _by_page(text: str, page: int = 1252) -> str:
    """Letters of the code page by their byte, others by their number."""
    return "".join(c if ord(c) < 128 else _byte(c, page) for c in text)


def _byte(character: str, page: int) -> str:
    try:
        return f"\\'{character.encode(f'cp{page}')[0]:02x}"
    except UnicodeEncodeError:
        return f"\\u{ord(character)}?"


def _html(rng: random.Random, lines: list[str]) -> str:
    coded = [html.escape(line, quote=False) for line in lines]
    return rng.choice(
        (
            "<br>".join(coded),
            "".join(f"<div>{line}</div>" for line in coded),
            "<html><head><style>p {margin:0}</style></head><body>" + "<br/>".join(coded) + "</body></html>",
            "<br />".join(f"<b>{line}</b>" for line in coded),
        )
    )


def _lost(rng: random.Random) -> Row:
    while True:
        of = language(rng)
        typed = lost_letters(rng, phrase(rng, of, rng.choice(_KINDS)))
        if not typed.isascii() or any(mark in typed[1:-1] and not typed.endswith("?") for mark in "?"):
            return Row(typed, (), LOCALES[of])


TEXT: Dirts = {
    "clean": _written(lambda rng, lines: "\n".join(lines)),
    "RTF": _written(_rtf),
    "RTF, other pages and marks": _written(_rtf_more),
    "HTML": _written(_html),
    "vertical tabs": _written(lambda rng, lines: "\x0b".join(lines)),
    "line breaks of Windows": _written(lambda rng, lines: "\r\n".join(lines)),
    "line breaks of old Macs": _written(lambda rng, lines: "\r".join(lines)),
    "escapes of workbooks": _written(lambda rng, lines: "_x000D_\n".join(lines)),
    "control characters": _written(
        lambda rng, lines: "\n".join(line[:3] + rng.choice("\x00\x07\x08") + line[3:] for line in lines)
    ),
    "letters lost": _lost,
    **{name: _damaged(name) for name in ANYWHERE},
}


def _noted(what: str, book: str = "phrases") -> Draw:
    def draw(rng: random.Random) -> Row:
        of = language(rng)
        text = phrase(rng, of, what, book)
        return Row(rng.choice((text, text.capitalize(), f"{text}.", f"12.3.2021: {text}")), (what,), LOCALES[of])

    return draw


NOTE: Dirts = {what.replace("_", " "): _noted(what) for what in _KINDS}


def wishes(book: str) -> Dirts:
    """Wishes in the words of another file."""
    return {what.replace("_", " "): _noted(what, book) for what in _KINDS}
