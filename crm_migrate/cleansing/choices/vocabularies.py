"""Yes and no, gender, tags: small vocabularies in many languages."""

import json
import re

import polars as pl

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step
from crm_migrate.cleansing.choices.consent import consent_of
from crm_migrate.cleansing.nulls import is_null, program_word
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import words

# CLDR yesstr/nostr, the booleans of Excel by language, and what databases and forms write.
YES = words("yes")
NO = words("no")
_LOCAL = {
    "hr": {"da": True, "ne": False},
    "tr": {"e": True, "h": False, "var": True, "yok": False},
    "it": {"v": True, "f": False},
}
_BYTES = {
    "b'\\x01'": "true",
    "b'\\x00'": "false",
    'b"\\x01"': "true",
    'b"\\x00"': "false",
    "\x01": "true",
    "\x00": "false",
}


def boolean_cell(text: str, locale: str = "en") -> Cell:
    """`true` or `false`; one raw byte of MySQL's BIT(1) counts too."""
    raw = _BYTES.get(text.strip(" "))
    if raw:
        return Cell(raw)
    word = re.sub(r"^opt(ed)?[ -_]?(in|out)$", r"opt-\2", fold(text.strip()).strip(".!*\"' "))
    local = _LOCAL.get(locale[:2], {}).get(word)
    if local is not None:
        return Cell("true" if local else "false")
    if word in YES:
        return Cell("true")
    if word in NO:
        return Cell("false")
    if is_null(text):
        return NULL
    consent = consent_of(text)
    return invalid("neither yes nor no") if consent is None else Cell("true" if consent else "false")


@step("boolean", "boolean", examples=(("Evet", "true"), ("FALSCH", "false")))
def boolean_step(values: pl.Series, context: Context) -> pl.DataFrame:
    """Read yes and no in many languages and as databases and spreadsheets write them."""
    return as_step(values, outcomes(values, lambda text: boolean_cell(text, context.locale)))


_LABELS = re.compile(r'"((?:[^"]|"")*)"|([^"]+)')
_COLOUR = re.compile(
    r"\s*\((?:green|yellow|orange|red|purple|blue|sky|lime|pink|black)(?:_(?:light|dark))?\)$", re.IGNORECASE
)


def split_tags(text: str, separator: str | None = None) -> list[str]:
    """The labels of a cell in order without repeats: by the separator, else by the one that the exporters use.

    Mailchimp `"VIP","Blog"`, Google `* myContacts ::: Navy`, Trello `Buy (green), Urgent (red)`, SugarCRM `^a^,^b^`.
    """
    text = text.strip()
    if separator:
        parts = text.split(separator)
    elif ":::" in text:
        parts = text.split(":::")
    elif re.fullmatch(r'"(?:[^"]|"")*"(?:\s*,\s*"(?:[^"]|"")*")*', text):
        parts = [m[1].replace('""', '"') for m in _LABELS.finditer(text) if m[1]]
    elif text.startswith("^"):
        parts = text.split("^,^")
    else:
        parts = re.split(r"\s*[;|\n]\s*", text) if re.search(r"[;|\n]", text) else text.split(",")
    return list(dict.fromkeys(label for label in (_label(p) for p in parts) if label))


def _label(text: str) -> str:
    """One label without the marks of its exporter."""
    return _COLOUR.sub("", text.strip().strip("^").removeprefix("* ").strip()).strip()


@step("tags", "list", parameters=("separator",), examples=(('"VIP","Blog"', '["VIP","Blog"]'), ("a; b", '["a","b"]')))
def tags_step(values: pl.Series, context: Context, separator: str | None = None) -> pl.DataFrame:  # noqa: ARG001
    """Split labels into a JSON list, by the separator that is given or that the exporter is known to use."""

    def cell(text: str) -> Cell:
        if text.startswith("[") and text.endswith("]") and _is_list(text):
            return Cell(text)
        word = program_word(text)
        if word and word.value is None:
            return word
        labels = split_tags(text, separator)
        listed = json.dumps(labels, ensure_ascii=False, separators=(",", ":"))
        if not labels:
            return NULL
        return Cell(listed, word.flag, word.note) if word else Cell(listed)

    return as_step(values, outcomes(values, cell))


def _is_list(text: str) -> bool:
    """Already a JSON list of texts."""
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, list) and all(isinstance(x, str) for x in found)
