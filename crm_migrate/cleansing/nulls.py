"""What people and programs write when they mean "nothing": by kind of column, never for names."""

import re

# Written by programs: database clients, spreadsheets, languages, form libraries, exporters.
PROGRAMS = frozenset(
    [
        "null",
        "(null)",
        "<null>",
        "[null]",
        "\\n",
        "none",
        "nan",
        "<na>",
        "nil",
        "undefined",
        "[object",
        "object]",
        "<empty>",
        "(empty)",
        "empty",
        "(blank)",
        "blank",
        "(none)",
        "<none>",
        "[none]",
        "#n/a",
        "#na",
        "n/a#",
        "#null!",
        "[not",
        "provided]",
        "not_provided",
        "<nil>",
        "nat",
        "pd.nat",
    ]
) | {"[not provided]", "[object object]", "not provided", "no value", "(no value)", "<not set>", "(not set)", "not set"}
# Written by people: English, German, French, Spanish, Italian, Portuguese, Dutch, Turkish, Indonesian, Polish, Russian.
PEOPLE = frozenset(
    "n/a n.a. n.a na. n/a. n/d n.d. n.d k.a. k.a k/a s/n s.n. s/d s.d. n.v.t. n.v.t nvt tbd tbc tba t.b.d. unknown unk "
    "unbekannt inconnu inconnue desconocido desconocida desconhecido sconosciuto onbekend bilinmiyor belirsiz yok boş bos keine "
    "keiner kein keins ohne aucun aucune ninguno ninguna nenhum nessuno geen nincs brak нет нету неизвестно ingen "
    "ukjent okänd tuntematon nieznany neznámý ismeretlen άγνωστο nc n.c. ND-".lower().split()
) | {
    "not applicable", "not available", "not known", "no data", "no info", "to be determined", "to be confirmed",
    "keine angabe", "nicht bekannt", "nicht vorhanden", "non renseigné", "non communiqué", "sin datos", "no aplica",
    "no disponible", "não informado", "non disponibile", "niet bekend", "bilgi yok", "tidak ada", "tidak diketahui",
    "belum ada", "brak danych", "нет данных", "не указано", "없음", "なし", "無", "无", "不明", "غير معروف",
}  # fmt: skip
_FILLER = re.compile(r"[\s.\-_–—*?#/\\,;:~|+='\"`!·•]*")


def is_filler(text: str) -> bool:
    """No letter and no digit: dashes, dots, question marks, blanks."""
    return _FILLER.fullmatch(text) is not None


def is_null(text: str) -> bool:
    """Means "nothing" in a column that holds no names and no free choice of words."""
    folded = " ".join(text.split()).lower()
    bare = folded.rstrip(".!")
    return any(word in PROGRAMS or word in PEOPLE for word in (folded, bare)) or is_filler(text)
