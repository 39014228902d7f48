"""Files as Salesforce has them: a document with versions, shared with records by links. Pure.

A file of ours is the latest version of its document, and its id is that of the document, which stays when the bytes
become others. Its links are told as if they were references of the version: `LinkedEntity.Account`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from crm_migrate.connecting.contract import ENTITY
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_salesforce.describe import Described
from crm_migrate_salesforce.records import Shape, Values
from crm_migrate_salesforce.shapes import PREFIXES

VERSION, DOCUMENT, LINK = "ContentVersion", "ContentDocument", "ContentDocumentLink"
OF, TO = "ContentDocumentId", "LinkedEntityId"  # the document, and what it is shared with
FIRST, LATEST, DATA = "FirstPublishLocationId", "IsLatest", "VersionData"
SIZE, CHECKSUM = "ContentSize", "Checksum"  # Salesforce works them out; said by us they are compared
CONTENT = frozenset({SIZE, CHECKSUM})
BEGUN = "~"  # behind the key of a file that is not shared with all its records yet
USERS = "005"


def with_links(version: Described, link: Described) -> Described:
    """The versions of documents with size, digest and links as fields that we may say."""
    ours = {"createable": True, "updateable": True, "nillable": True}
    fields = {name: words for name, words in version.fields.items() if name != FIRST}
    fields |= {name: {**fields[name], **ours} for name in CONTENT if name in fields}
    if TO in link.fields:
        fields[TO] = {**link.fields[TO], **ours}
    return replace(version, fields=fields, prefix="")


@dataclass(frozen=True, slots=True)
class Parts:
    """A row in three parts: what is a field of the version, what its bytes are, and place -> the record to share with
    (None: with none any more)."""

    fields: Row
    content: Mapping[str, str | None]
    links: Mapping[str, str | None]


def parts(shape: Shape, row: Row) -> Parts:
    """The parts of a row."""
    cells = {name: cell for name, cell in row.items() if name in shape.places}
    kinds = {name: shape.places[name].field for name in cells}
    return Parts(
        {ENTITY: row[ENTITY]} | {name: cells[name] for name, field in kinds.items() if field not in (*CONTENT, TO)},
        {kinds[name]: cells[name] for name, field in kinds.items() if field in CONTENT},
        {name: cells[name] for name, field in kinds.items() if field == TO},
    )


def plain(shape: Shape) -> Shape:
    """How the fields of a version are written, without bytes and links."""
    own = {name: place for name, place in shape.places.items() if place.field not in (*CONTENT, TO)}
    return replace(shape, places=own)


def sent(values: Values) -> Values:
    """The fields of one version as a request by itself has them."""
    return {name: value for name, value in values.items() if name not in ("attributes", "id")}


def kept(shape: Shape, record: Record) -> Values:
    """What a new version is given of the one before it, which would else be lost."""
    fields = {place.field for place in shape.places.values()} - {TO, *CONTENT}
    own = {name: record.get(name) for name in fields if shape.described.fields[name].get("createable")}
    return {name: value for name, value in own.items() if value is not None}


def is_content(record: Record, md5: str, size: int) -> bool:
    """Whether a version holds these bytes, as Salesforce itself counts and digests them."""
    return str(record.get(CHECKSUM)).lower() == md5 and record.get(SIZE) == size


def linked(shape: Shape, name: str, shared: Collection[str]) -> str | None:
    """The record of the kind that a place means, of those that a document is shared with; of several the least."""
    of = shape.places[name].of
    return min((id for id in shared if of and id.startswith(PREFIXES[of])), default=None)


def strangers(shape: Shape, shared: Sequence[str]) -> list[str]:
    """Records that a document is shared with and that no place of ours stands for: users shared it with them."""
    ours = {linked(shape, name, shared) for name, place in shape.places.items() if place.field == TO}
    return [id for id in shared if id not in ours and not id.startswith(USERS)]
