"""Properties of vCards (2.1, 3.0, 4.0) out of their lines: unfolded, decoded, with their types and labels."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_migrate_files.parsed import Unreadable, checked
from crm_migrate_files.text_lines import Line

_PROPERTY = re.compile(r"(?:(?P<group>[\w-]+)\.)?(?P<name>[\w-]+)(?P<more>(?:;(?:[^\":;]|\"[^\"]*\")*)*):", re.ASCII)
_PARAMETER = re.compile(r";((?:[^\":;]|\"[^\"]*\")*)")
_BASE64 = re.compile(rb"[ \t]*[A-Za-z0-9+/]+={0,2}[ \t]*")
_ESCAPED = re.compile(r"\\([\\;,:nN])")
_CARET = {"^n": "\n", "^'": '"', "^^": "^"}
# What is said of a value, and not of whom it is.
_READ = frozenset({"CHARSET", "ENCODING", "VALUE", "TYPE", "PREF", "LABEL", "X-APPLE-OMIT-YEAR"})
_ENCODINGS = {"QUOTED-PRINTABLE": "qp", "BASE64": "b64", "B": "b64", "8BIT": "", "7BIT": ""}


@dataclass(slots=True)
class Property:
    """A property of a card: `value` is unfolded and not yet parted; `binary` says that it is bytes, or too long."""

    name: str
    line: int
    value: str = ""
    group: str = ""
    types: list[str] = field(default_factory=list)
    preferred: bool = False
    label: str = ""
    binary: bool = False
    omitted_year: str = ""
    unread: tuple[str, ...] = ()

    def parts(self, version: str) -> list[str]:
        """Its components, without escapes."""
        found, escaped = [""], False
        for letter in self.value:
            if letter == ";" and not escaped:
                found.append("")
            else:
                found[-1] += letter
            escaped = letter == "\\" and not escaped
        return [plain(part, version).strip() for part in found]


def plain(text: str, version: str) -> str:
    """A text without escapes; version 2.1 has only that of the semicolon."""
    if version == "2.1":
        return text.replace("\\;", ";")
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def properties(lines: list[Line], version: str, codec: str) -> Iterator[Property]:
    """The properties of a card. Unreadable where a line is none, or is not written in its encoding."""
    for line in _unfolded(lines, version):
        if line.raw.strip():
            yield _property(line, codec)


def _unfolded(lines: list[Line], version: str) -> Iterator[Line]:
    """Logical lines. A fold of version 2.1 keeps the blank; quoted-printable goes on behind a `=` at the end."""
    held: Line | None = None
    for line in lines:
        kind = _kind(held.raw) if held else ""
        if held is None:
            held = line
        elif kind == "qp" and held.raw.endswith(b"="):
            held = Line(held.number, held.offset, held.raw[:-1] + line.raw)
        elif line.raw[:1] in (b" ", b"\t"):
            held = Line(held.number, held.offset, held.raw + line.raw[0 if version == "2.1" and kind != "b64" else 1 :])
        elif kind == "b64" and (not line.raw.strip() or _BASE64.fullmatch(line.raw)):
            held = Line(held.number, held.offset, held.raw + line.raw.strip())
        else:
            yield held
            held = line
    if held is not None:
        yield held


def _kind(raw: bytes) -> str:
    """How a line's value is encoded, by its head."""
    head = raw.partition(b":")[0].upper()
    if b"QUOTED-PRINTABLE" in head:
        return "qp"
    return "b64" if b"BASE64" in head or b"ENCODING=B;" in head + b";" else ""


def _property(line: Line, codec: str) -> Property:
    text = line.raw.decode("latin-1")
    match = _PROPERTY.match(text)
    if match is None:
        raise Unreadable("line_unreadable", f"line {line.number:,} has no name and no colon")
    found = Property(match["name"].upper(), line.number, group=match["group"] or "")
    said = _parameters(found, _text(match["more"].encode("latin-1"), codec, line))
    raw = line.raw[match.end() :]
    kind = _ENCODINGS.get(said.get("ENCODING", "").upper())
    if kind is None and "ENCODING" in said:
        raise Unreadable("line_unreadable", f"line {line.number:,} is in an encoding that is not known")
    if kind == "b64" or raw[:5].lower() == b"data:":
        found.binary = True
        return found
    data = quopri.decodestring(raw) if kind == "qp" else raw
    found.value = checked(_text(data, said.get("CHARSET") or codec, line))
    if said.get("VALUE", "").lower() == "uri":
        found.value = re.sub(r"^(?:tel|mailto):", "", found.value, flags=re.IGNORECASE)
    return found


def _parameters(found: Property, more: str) -> dict[str, str]:
    """What is said of the value, by name; types, preference and label go into the property."""
    said: dict[str, str] = {}
    unread = []
    for match in _PARAMETER.finditer(more):
        name, equals, value = match[1].partition("=")
        name = name.strip().upper()
        value = re.sub(r"\^[n'^]", lambda caret: _CARET[caret[0]], value.strip().strip('"'))
        if not equals and name in _ENCODINGS:  # version 2.1 leaves names of parameters out
            name, value = "ENCODING", name
        elif not equals:
            name, value = "TYPE", name
        if name == "TYPE":
            found.types += [each.strip().strip('"').lower() for each in value.split(",") if each.strip()]
        elif name not in _READ and name:
            unread.append(name)
        said[name] = value
    found.unread = tuple(unread)
    found.preferred = "pref" in found.types or "PREF" in said
    found.label, found.omitted_year = said.get("LABEL", ""), said.get("X-APPLE-OMIT-YEAR", "")
    return said


def _text(data: bytes, codec: str, line: Line) -> str:
    try:
        return data.decode("cp1252" if codec.lower() == "ansi" else codec)
    except (UnicodeDecodeError, LookupError):
        message = f"line {line.number:,} is not written in {codec.lower()}"
        raise Unreadable("undecodable", message) from None


def is_base64(text: str) -> bool:
    """Whether a text is base64, as some programs write pictures without saying so."""
    try:
        return len(text) > 200 and bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False
