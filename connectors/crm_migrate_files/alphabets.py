"""Which legacy encodings a language is written in, and the letters beyond ASCII that its texts hold."""

from functools import lru_cache

TYPOGRAPHY = frozenset("’‘“”„–—…€°§«»·•®©™²³½¼\u00a0\u00ad´ªº№&£¥±")

ENCODINGS: dict[str, tuple[str, ...]] = {
    "tr": ("cp1254", "iso8859_9", "cp857", "mac_turkish"),
    "az": ("cp1254", "iso8859_9", "cp857"),
    "de": ("cp1252", "iso8859_15", "cp850", "mac_roman"),
    "pl": ("cp1250", "iso8859_2", "cp852"),
    "cs": ("cp1250", "iso8859_2", "cp852"),
    "sk": ("cp1250", "iso8859_2", "cp852"),
    "hr": ("cp1250", "iso8859_2", "cp852"),
    "hu": ("cp1250", "iso8859_2", "cp852"),
    "ro": ("cp1250", "iso8859_2", "iso8859_16"),
    "ru": ("cp1251", "koi8_r", "cp866", "iso8859_5"),
    "uk": ("cp1251", "koi8_u", "iso8859_5"),
    "bg": ("cp1251", "iso8859_5"),
    "el": ("cp1253", "iso8859_7"),
    "he": ("cp1255", "iso8859_8"),
    "ar": ("cp1256", "iso8859_6"),
    "lt": ("cp1257", "iso8859_13"),
    "lv": ("cp1257", "iso8859_13"),
    "et": ("cp1257", "cp1252"),
    "is": ("cp1252", "iso8859_1"),
    "th": ("cp874",),
    "western": ("cp1252", "iso8859_15", "cp850", "mac_roman"),
}

_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_CENTRAL = {
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
}
_LOWER: dict[str, str] = {
    "tr": "çğıöşüâîû",
    "az": "çğıöşüə",
    "de": "äöüßé",
    **_CENTRAL,
    "ru": _CYRILLIC,
    "uk": _CYRILLIC + "іїєґ",
    "bg": _CYRILLIC,
    "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "he": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "et": "äõöüšž",
    "is": "áðéíóúýþæö",
    "th": "".join(chr(c) for c in range(0x0E01, 0x0E5C)),
    "western": "àáâãäåæçèéêëìíîïñòóôõöøùúûüßœ",
}
# Letters that stand together in words of one language: French, Spanish and Catalan, Portuguese, Italian, German,
# Swedish and Finnish, Danish and Norwegian, Dutch, Icelandic, Irish.
WESTERN: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        (
            "àâæçèéêëîïôœùûüÿ",
            "áàçéèíïñóòúü",
            "áàâãçéêíóôõúü",
            "àèéìíîòóù",
            "äöüßé",
            "åäöéü",
            "æøåéèóòôâê",
            "áàäçéèêëíïóöúü",
            "áðéíóúýæö",
            "áéíóú",
        ),
    )
)
NAMES: dict[str, str] = {
    "tr": "Turkish",
    "az": "Azerbaijani",
    "de": "German",
    "pl": "Polish",
    "cs": "Czech",
    "sk": "Slovak",
    "hr": "Croatian or Slovene",
    "hu": "Hungarian",
    "ro": "Romanian",
    "ru": "Russian",
    "uk": "Ukrainian",
    "bg": "Bulgarian",
    "el": "Greek",
    "he": "Hebrew",
    "ar": "Arabic",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "et": "Estonian",
    "is": "Icelandic",
    "th": "Thai",
    "western": "Western European",
}


def language_of(locale: str | None) -> str:
    """The language whose letters a locale expects: `tr-TR` is `tr`; Latin-1 languages are `western`."""
    code = (locale or "").replace("_", "-").partition("-")[0].lower()
    code = {"be": "ru", "mk": "bg", "sr": "ru", "bs": "hr", "sl": "hr", "fa": "ar"}.get(code, code)
    return code if code in ENCODINGS else "western"


@lru_cache(maxsize=64)
def letters_of(language: str) -> frozenset[str]:
    """Letters beyond ASCII of a language, small and capital."""
    lower = _LOWER[language]
    capital = lower.replace("ı", "").replace("ß", "").upper() + ("İ" if "ı" in lower else "")
    return frozenset(lower + capital)
