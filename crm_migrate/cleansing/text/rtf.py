"""The text of RTF (Rich Text Format 1.9.1, Microsoft), as Outlook, Access and Delphi programs keep notes.

Only what a person would read: fonts, colours, pictures, headers and whatever a reader need not know (`\\*`) go.
"""

import re
from dataclasses import dataclass, field, replace

from crm_migrate.cleansing.vocabulary import words

_BEGINS = re.compile(r"\s*\{\\rtf\d?(?![a-z])")
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z'])"
    r"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)
# Groups that hold no text of the document.
_UNSEEN = words("rtf_unseen")
_SEEN = {
    **dict.fromkeys(("par", "line", "row", "sect", "page"), "\n"),
    **dict.fromkeys(("tab", "cell"), "\t"),
    **{"emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"},
}
_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
# Character sets of fonts (`\fcharset`) as code pages.
_CHARSETS = {
    **{
        77: "mac_roman",
        128: "cp932",
        129: "cp949",
        134: "gbk",
        136: "big5",
        161: "cp1253",
        162: "cp1254",
        163: "cp1258",
    },
    **{177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"},
}
_FONT = re.compile(r"\\f(\d+)(?:\\[a-z*]+-?\d* ?|\{[^{}]*\})*?\\fcharset(\d+)")


def is_rtf(text: str) -> bool:
    """Whether a text is a document of RTF, or the beginning of one."""
    return _BEGINS.match(text) is not None


def is_whole(text: str) -> bool:
    """Whether every group that an RTF document opens is closed: else it was cut."""
    braces = [found[0] for found in re.finditer(r"\\[\\{}]|[{}]", text) if len(found[0]) == 1]
    return braces.count("{") <= braces.count("}")


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds within braces: whether it is read, the code page, characters that stand in for a `\\u`."""

    unseen: bool = False
    page: str = "cp1252"
    stand_ins: int = 1


@dataclass(slots=True)
class _Reader:
    """The text so far, bytes that wait for the rest of their character, and the groups that are open."""

    fonts: dict[int, str]
    group: _Group = field(default_factory=_Group)
    open: list[_Group] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    bytes: bytearray = field(default_factory=bytearray)
    skip: int = 0

    def add(self, text: str) -> None:
        """Text that is seen; the stand-ins of a character that was given by its number are not."""
        self.flush()
        passed = min(self.skip, len(text))
        self.skip -= passed
        if not self.group.unseen:
            self.found.append(text[passed:])

    def byte(self, value: int) -> None:
        """A byte of the code page; several may be one character."""
        if self.skip:
            self.skip -= 1
        elif not self.group.unseen:
            self.bytes.append(value)

    def flush(self) -> None:
        """Waiting bytes as text."""
        if self.bytes:
            self.found.append(self.bytes.decode(self.group.page, "replace"))
            self.bytes.clear()

    def brace(self, brace: str) -> None:
        """A group begins or ends."""
        self.flush()
        self.skip = 0
        if brace == "{":
            self.open.append(self.group)
        elif self.open:
            self.group = self.open.pop()

    def word(self, word: str, number: int | None) -> None:
        """A control word."""
        if word == "u" and number is not None:
            self.add("")
            self.skip = 0
            self.add(chr(number & 0xFFFF))
            self.skip = self.group.stand_ins
        elif word in _SEEN:
            self.add(_SEEN[word])
        elif word in _UNSEEN:
            self.flush()
            self.group = replace(self.group, unseen=True)
        else:
            self.flush()
            self.group = self._set(word, number)

    def _set(self, word: str, number: int | None) -> _Group:
        """The group behind a word that sets something."""
        if word == "uc":
            return replace(self.group, stand_ins=number or 0)
        if word == "ansicpg" and number:
            return replace(self.group, page=_known(f"cp{number}"))
        if word in _PAGES:
            return replace(self.group, page=_PAGES[word])
        if word == "f" and number in self.fonts:
            return replace(self.group, page=self.fonts[number])
        return self.group


def _known(page: str) -> str:
    """A code page that Python has; 65001 is UTF-8."""
    try:
        b"".decode(page)
    except LookupError:
        return "utf-8" if page == "cp65001" else "cp1252"
    return page


def rtf_text(text: str) -> str:
    """The text of a document, a line for each paragraph."""
    fonts = {int(font): _CHARSETS[int(charset)] for font, charset in _FONT.findall(text) if int(charset) in _CHARSETS}
    reader = _Reader(fonts)
    for token in _TOKEN.finditer(text):
        if token["brace"]:
            reader.brace(token["brace"])
        elif token["byte"]:
            reader.byte(int(token["byte"], 16))
        elif token["word"]:
            reader.word(token["word"], int(token["number"]) if token["number"] else None)
        elif token["sign"] == "*":
            reader.group = replace(reader.group, unseen=True)
        elif token["sign"]:
            reader.add({"~": "\u00a0", "_": "-", "-": ""}.get(token["sign"], token["sign"]))
        elif token["text"]:
            reader.add(token["text"])
    reader.flush()
    whole = "".join(reader.found).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "\n".join(line.rstrip() for line in whole.split("\n")).strip()
