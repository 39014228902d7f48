"""Yes and no, gender, tags: small vocabularies in many languages."""

import json
import re

import polars as pl

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step
from crm_migrate.cleansing.letters import fold
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context

# CLDR yesstr/nostr, the booleans of Excel by language, and what databases and forms write.
YES = frozenset(
    fold(w)
    for w in [
        "yes",
        "y",
        "true",
        "t",
        "1",
        "-1",
        "on",
        "x",
        "ja",
        "j",
        "wahr",
        "oui",
        "o",
        "vrai",
        "si",
        "s",
        "verdadero",
        "vero",
        "sim",
        "v",
        "evet",
        "e",
        "dogru",
        "ya",
        "benar",
        "tak",
        "prawda",
        "да",
        "д",
        "истина",
        "так",
        "checked",
        "selected",
        "enabled",
        "active",
        "aktiv",
        "aktif",
        "actif",
        "activo",
        "ativo",
        "attivo",
        "sand",
        "tosi",
        "kylla",
        "igen",
        "igaz",
        "ano",
        "pravda",
        "da",
        "adevarat",
        "nai",
        "αληθης",
        "ναι",
        "はい",
        "是",
        "真",
        "有",
        "예",
        "네",
        "是的",
        "نعم",
        "כן",
        "हाँ",
        "có",
        "đúng",
        "จริง",
        "ใช่",
        "opted-in",
        "optin",
        "opt-in",
        "subscribed",
        "granted",
        "✓",
        "✔",
        "☑",
        "√",
        "verdade",
        "waar",
        "juist",
        "oo",
        "áno",
        "хибність-не",
        "1.0",
        "yep",
        "yeah",
        "da-da",
        "tačno",
        "točno",
        "истинно",
        "sann",
        "jah",
        "jā",
        "taip",
    ]
    if w not in {"хибність-не", "da-da"}
)
NO = frozenset(
    fold(w)
    for w in [
        "no",
        "n",
        "false",
        "f",
        "0",
        "off",
        "nein",
        "falsch",
        "non",
        "faux",
        "falso",
        "nao",
        "nee",
        "onwaar",
        "hayir",
        "h",
        "yanlis",
        "tidak",
        "salah",
        "nie",
        "falsz",
        "нет",
        "ложь",
        "ні",
        "хибність",
        "unchecked",
        "disabled",
        "inactive",
        "inaktiv",
        "pasif",
        "inactif",
        "inactivo",
        "inativo",
        "nej",
        "falsk",
        "nei",
        "usann",
        "ei",
        "epatosi",
        "nem",
        "hamis",
        "ne",
        "nepravda",
        "nu",
        "fals",
        "οχι",
        "ψευδης",
        "いいえ",
        "否",
        "假",
        "无",
        "아니오",
        "아니요",
        "不",
        "不是",
        "لا",
        "לא",
        "नहीं",
        "không",
        "sai",
        "ไม่",
        "เท็จ",
        "opted-out",
        "optout",
        "opt-out",
        "unsubscribed",
        "✗",
        "✘",
        "☐",
        "0.0",
        "nope",
        "netačno",
        "netočno",
        "hindi",
        "nē",
        "ne-",
    ]
)
_LOCAL = {
    "sv": {"sant": True, "falskt": False},
    "hr": {"da": True, "ne": False},
    "fr": {"o": True},
    "tr": {"h": False, "e": True},
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
    word = fold(text.strip()).strip(".!* ")
    local = _LOCAL.get(locale[:2], {}).get(word)
    if local is not None:
        return Cell("true" if local else "false")
    if word in YES:
        return Cell("true")
    if word in NO:
        return Cell("false")
    return NULL if is_null(text) else invalid("neither yes nor no")


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
        labels = split_tags(text, separator)
        return Cell(json.dumps(labels, ensure_ascii=False, separators=(",", ":"))) if labels else NULL

    return as_step(values, outcomes(values, cell))


def _is_list(text: str) -> bool:
    """Already a JSON list of texts."""
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, list) and all(isinstance(x, str) for x in found)
