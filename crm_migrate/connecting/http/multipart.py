"""A form of several parts with the bytes of a file in it (RFC 7578), made while it is sent: nobody holds it whole."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from crm_migrate.connecting.http.asking import Stream

_QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@dataclass(frozen=True, slots=True)
class Form:
    """What goes in front of the file: name -> (type, text) of the other parts; then the file, last of all."""

    texts: Mapping[str, tuple[str, str]]
    name: str
    file_name: str
    length: int
    chunks: Callable[[], Iterator[bytes]]
    file_type: str = "application/octet-stream"


def multipart(form: Form) -> tuple[str, Stream]:
    """The type of the content, and the content."""
    boundary = f"crm-migrate-{secrets.token_hex(16)}"  # no file holds it, so none has to be searched for it
    head, tail = _head(form, boundary), f"\r\n--{boundary}--\r\n".encode()

    def chunks() -> Iterator[bytes]:
        yield head
        yield from form.chunks()
        yield tail

    return f"multipart/form-data; boundary={boundary}", Stream(len(head) + form.length + len(tail), chunks)


def _head(form: Form, boundary: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n'
        for name, (kind, text) in form.texts.items()
    ]
    file_name = form.file_name.translate(_QUOTED)
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{form.name}"; filename="{file_name}"\r\n'
        f"Content-Type: {form.file_type}\r\n\r\n"
    )
    return "".join(parts).encode()
