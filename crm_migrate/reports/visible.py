"""Foreign text made visible: nothing in it can steer a terminal, turn the reading direction or hide."""

import re
import unicodedata

from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.row_keys import separated

LIMIT = 2_000  # characters of one text in any report; 50 novels in one report help nobody

_NOTE = 24  # characters of "… (+1234)": a text that was cut before is not cut again

_PICTURES = {"\n": "⏎", "\r": "␍", "\t": "⇥", "\x7f": "␡"}
_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u02ff]*")  # printable for certain, and most of what there is


def visible(text: str, limit: int = LIMIT) -> str:
    """The text with control, format, private and broken characters shown as symbols, cut to `limit` characters."""
    shown = text[:limit] if len(text) > limit else text
    if not _PLAIN.fullmatch(shown):
        shown = "".join(_symbol(character) for character in shown)
    return shown if len(text) <= limit else f"{shown}… (+{len(text) - limit})"


def _symbol(character: str) -> str:
    if character in _PICTURES:
        return _PICTURES[character]
    if ord(character) < 32:
        return chr(0x2400 + ord(character))
    # Cc control, Cf bidi and zero width, Cs lone surrogates, Co private use, Cn unassigned, Zl and Zp separators
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"⟨U+{ord(character):04X}⟩"
    return character


def cut(text: str) -> tuple[str, str]:
    """The first `LIMIT` characters, and a note on how many follow (empty when none do)."""
    return (text, "") if len(text) <= LIMIT else (text[:LIMIT], f"… (+{len(text) - LIMIT})")


def visible_figures(figures: Figures) -> Figures:
    """The same figures with every text in them made visible."""
    return Figures.model_validate(_walk(figures.model_dump()))


def _walk(value: object) -> object:
    match value:
        case str():
            return visible(separated(value), LIMIT + _NOTE)
        case dict():
            return {visible(key): _walk(item) for key, item in value.items()}
        case tuple() | list():
            return tuple(_walk(item) for item in value)
        case _:
            return value
