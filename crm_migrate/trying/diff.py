"""What a changed mapping changes, as figures: every record and cell of the old result leads to the new one.

Personal values are masked already: whoever renders this need not know which they are.
"""

from pydantic import BaseModel, ConfigDict

from crm_migrate.mapping.plan_lines import Line

READY, UNREAD = "ready", ""  # the state of rows that are in a record, and of rows that one side does not read


class Part(BaseModel):
    """A value of the diff: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sample(Part):
    """A change of a cell, in how many records it is the same, and one of them."""

    record: str
    before: str | None
    after: str | None
    records: int = 1


class FieldDiff(Part):
    """The cells of a field that differ in records that stay, the most frequent changes first."""

    field: str
    cells: int
    samples: tuple[Sample, ...] = ()


class Move(Part):
    """Rows whose fate is another one: state and code, before and after. Of each a few by name."""

    before: str
    before_code: str
    after: str
    after_code: str
    rows: int
    records: tuple[str, ...] = ()

    @property
    def apart(self) -> bool:
        """Whether the rows are in no record on either side."""
        return READY not in (self.before, self.after)


class Regrouped(Part):
    """Records that are made of other rows than before: those of the old result, and those of the new one."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class ObjectDiff(Part):
    """One object. `before` + `added` + `split` - `removed` - `merged` = `after`, and for the rows of each state as many
    as `moves` say.

    `merged` records went into others, `split` ones came out of others; of the records that stay `changed` have other
    cells, and `regrouped` other rows. `touched` counts each record once that is any of it, and rows that are in none
    and moved.
    """

    object: str
    before: int
    after: int
    added: int = 0
    removed: int = 0
    merged: int = 0
    split: int = 0
    changed: int = 0
    regrouped: int = 0
    touched: int = 0
    fields: tuple[FieldDiff, ...] = ()
    moves: tuple[Move, ...] = ()
    groups: tuple[Regrouped, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    states_before: dict[str, int] = {}
    states_after: dict[str, int] = {}


class MappingDiff(Part):
    """Two mappings over the same rows. `files` are those beside the mapping that differ, `read_otherwise` the sources
    that the two read in different ways; `exceeded` says which limits do not hold."""

    old: str
    new: str
    rows: int
    locale: str
    objects: tuple[ObjectDiff, ...]
    lines: tuple[Line, ...] = ()
    files: tuple[str, ...] = ()
    read_otherwise: tuple[str, ...] = ()
    exceeded: tuple[str, ...] = ()

    @property
    def touched(self) -> int:
        """Records, and rows in none, of all objects."""
        return sum(each.touched for each in self.objects)
