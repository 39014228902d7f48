"""A form of several parts as it arrives (RFC 7578, RFC 2046 5.1), read strictly."""

from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

_HEADERS = HeaderParser()


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name, its type in small letters, the name of its file ("" where it is none) and its content."""

    name: str
    type: str
    file_name: str
    content: bytes


def is_form(content_type: str) -> bool:
    """Whether a body is a form of parts."""
    return _said(content_type).get_content_type() == "multipart/form-data"


def parts(content_type: str, body: bytes) -> list[Part]:
    """The parts in their order. Raises ValueError where the body is no form, or does not end."""
    boundary = _said(content_type).get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise ValueError("a form without a boundary")
    delimiter = b"--" + boundary.encode()
    before, *pieces = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if before.strip() or len(pieces) < 2 or pieces[-1].strip() != b"--":
        raise ValueError("a form that does not end")
    return [_part(piece) for piece in pieces[:-1]]


def _part(piece: bytes) -> Part:
    head, blank, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not blank or not piece.startswith(b"\r\n"):
        raise ValueError("a part without an empty line")
    headers = _HEADERS.parsestr(head.decode())
    name = headers.get_param("name", header="content-disposition")
    if headers.get_content_disposition() != "form-data" or not isinstance(name, str) or not name:
        raise ValueError("a part without a name")
    file_name = headers.get_param("filename", header="content-disposition")
    return Part(name, headers.get_content_type(), _text(file_name), content)


def _said(content_type: str) -> Message:
    said = Message()
    said["Content-Type"] = content_type or "application/json"
    return said


def _text(said: object) -> str:
    """A name as browsers write it: three letters of it in percent."""
    return said.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n") if isinstance(said, str) else ""
