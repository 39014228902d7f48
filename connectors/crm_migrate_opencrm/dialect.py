"""What a CRM of this room has to say and to do: its fields as data, and one record per request.

A record is flat: attribute -> value of JSON, its id under `id`. A field of ours is one attribute (`accountId`), or a
link to a record of one of several entities, which two attributes hold (`parent.Account`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import Refusal

Record = Mapping[str, Any]
Kind = Literal[
    "text", "long_text", "choice", "boolean", "integer", "number", "money", "date", "instant", "owner", "reference",
    "email", "phone", "url", "list",
]  # fmt: skip
ID = "id"
NO_MAIL = frozenset({"withdrawn", "bounced"})  # states of consent


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entity. `default`: the CRM fills it where nothing is sent; `trims`: it
    takes blanks off the ends of a value. `type_attribute`: the attribute that says of which entity (`to`) the record is
    that `attribute` names."""

    name: str
    kind: Kind
    attribute: str = ""
    required: bool = False
    read_only: bool = False
    default: bool = False
    trims: bool = False
    length: int | None = None
    choices: tuple[str, ...] = ()
    to: str = ""
    type_attribute: str = ""
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity: its fields by name, where our key and the kind of a record live ("": nowhere yet), and the attributes
    of its mailbox, and those that say that nobody may write to it and that it is dead ("": none)."""

    name: str
    fields: Mapping[str, Field]
    key: str = ""
    kind: str = ""
    mailbox: str = ""
    opted_out: str = ""
    dead: str = ""


@dataclass(frozen=True, slots=True)
class Pointing:
    """That a record, `by`, refers to another one, `id`, by a field of an entity; "" for the kind of none."""

    id: str
    entity: str
    kind: str
    field: str
    by: str


class Dialect(Protocol):
    """One CRM. Methods that ask raise what the HTTP room raises, and TargetError where the CRM refuses a question."""

    title: str
    seen: str  # where an administrator lets our user see an entity
    key_name: str  # of the field of our key, where nobody has made it yet
    key_names: tuple[str, ...]  # that a mapping may say; the general one among them
    kind_name: str
    unforeseen: tuple[str, ...]

    def identity(self) -> str:
        """Which installation this is."""
        ...

    def entity(self, name: str) -> Entity | None:
        """An entity as it is now; None where there is none. TargetError where we do not see all of its records."""
        ...

    def forget(self) -> None:
        """That an administrator may have changed an entity: it is asked for anew."""
        ...

    def people(self) -> Mapping[str, str]:
        """Mailbox (in small letters) of an active user -> id."""
        ...

    def records(self, entity: Entity, *, bare: bool) -> list[Record]:
        """All records in the order of their making; `bare`: id, key and kind do."""
        ...

    def having(self, entity: Entity, attribute: str, values: Collection[str]) -> list[Record]:
        """The records with one of these values."""
        ...

    def one(self, entity: Entity, id: str) -> Record | None:
        """A record; None where it is not there."""
        ...

    def create(self, entity: Entity, body: Mapping[str, Any]) -> Record | Refusal:
        """A new record as it is there now; why there is none."""
        ...

    def change(self, entity: Entity, id: str, body: Mapping[str, Any]) -> Record | Refusal:
        """A record as it is there after a change; why it was not changed."""
        ...

    def delete(self, entity: Entity, id: str) -> bool | Refusal:
        """True where a record went, False where it was not there any more; why it stays."""
        ...

    def pointing(self, entity: Entity, ids: Sequence[str] | None) -> Iterator[Pointing]:
        """Who refers to these records of an entity; to any, without ids."""
        ...

    def rights(self, name: str) -> str:
        """The rights on an entity that our user lacks, in the CRM's words; "" where it has them, or nobody says."""
        ...

    def by_hand(self, entity: str, field: str, type: str) -> ByHand:
        """A field that an administrator makes there, and where."""
        ...

    def where_choices(self, entity: str, field: str) -> str:
        """Where an administrator adds what a field may be."""
        ...

    def looks(self, records: int, *, by_id: bool) -> int:
        """Questions that find so many records by our keys, or by their ids."""
        ...

    def pages(self, records: int) -> int:
        """Questions that list so many records."""
        ...

    def describing(self, names: Collection[str]) -> int:
        """Questions that tell what these entities have, and what we may do with them."""
        ...

    def sending(self, entity: Entity, filled: Collection[str]) -> int:
        """Requests that create or change one record of which these fields are filled."""
        ...

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use there."""
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...
