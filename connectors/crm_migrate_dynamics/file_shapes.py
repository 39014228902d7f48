"""Files as Dataverse has them: notes whose column `documentbody` holds the bytes in base64. Pure.

Such a note is made by one request with its bytes, its lookups and our key, so what is found by our key is whole. How
many bytes arrived Dataverse counts itself.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from crm_migrate.connecting.contract import Content
from crm_migrate.connecting.http import Stream
from crm_migrate.connecting.kinds import Kind
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.records import Shape

FILES = Kind("annotation", "isdocument", "true")  # the notes that are files
BODY, SIZE, TITLE = "documentbody", "filesize", "subject"
_GROUP = 3  # bytes that are four letters of base64


def with_size(described: Described) -> Described:
    """Files with their size as a field that we may say, without their bytes as one, and without a title that has to
    be: forms ask for one, the API does not, and a file has a name."""
    if described.kind != FILES:
        return described
    columns = {name: column for name, column in described.columns.items() if name != BODY}
    if SIZE in columns:
        columns[SIZE] = replace(columns[SIZE], creatable=True, updatable=True)
    if TITLE in columns:
        columns[TITLE] = replace(columns[TITLE], required=False)
    return replace(described, columns=columns)


def plain(shape: Shape) -> Shape:
    """How the fields of a file are written, without what its bytes say."""
    return replace(shape, places={name: place for name, place in shape.places.items() if name != SIZE})


def body(values: Mapping[str, Any], content: Content) -> Stream:
    """A record with its bytes as JSON, made while it is sent."""
    said = json.dumps(dict(values), ensure_ascii=False, allow_nan=False)[:-1]
    head = f'{said}{", " if values else ""}"{BODY}": "'.encode()
    tail = b'"}'
    letters = -(-content.size // _GROUP) * 4

    def chunks() -> Iterator[bytes]:
        yield head
        yield from _encoded(content.chunks())
        yield tail

    return Stream(len(head) + letters + len(tail), chunks)


def _encoded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        whole = left + piece
        cut = len(whole) - len(whole) % _GROUP
        left = whole[cut:]
        yield base64.b64encode(whole[:cut])
    yield base64.b64encode(left)


def is_content(said: object, content: Content) -> bool:
    """Whether the bytes of a note are these."""
    if not isinstance(said, str):
        return False
    return hashlib.md5(base64.b64decode(said), usedforsecurity=False).hexdigest() == content.md5
