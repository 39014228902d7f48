"""What became of every column of the sources, and of every relation that stands in them."""

from typing import Literal

from crm_migrate.workspace.figure import Figure

ColumnFate = Literal[
    "mapped", "dropped", "key", "decides", "joined", "helps", "proves", "archived", "empty", "unspoken"
]  # fmt: skip
RelationFate = Literal["linked", "joined", "adds", "dropped", "archived", "unspoken"]


class ColumnFigure(Figure):
    """One column of a source as it was read: `filled` of its `rows` cells hold something.

    The fate is the first that holds: `mapped` (a field that is loaded takes it, named in `into`), `dropped` by the
    decision `why`, `key` (names the row), `decides` (conditions, splits, the day of the last change, the tag), `joined`
    (finds a partner), `helps` (a field that is not loaded takes it), `proves` (evidence), `archived` (with the decision
    `why` where a field says it), `empty`; `unspoken`: it holds something and the mapping says nothing of it.
    """

    source: str
    column: str
    fate: ColumnFate
    rows: int
    filled: int
    into: tuple[str, ...] = ()
    why: str = ""


class RelationFigure(Figure):
    """What one column of a source says of another record, or of what one row is made into (`column` is then empty).

    `parent` is the object that is linked, else the source whose keys the column speaks. `filled` cells (rows that make
    both) say one. `linked`: the reference in `into` takes it; `joined`: it finds the partner of a join; `adds`: rows
    that add to records are matched by it; `dropped` by the decision `why`; `archived`; `unspoken`: found in the data,
    and no link is made of it. `declared` ones stand in the mapping; of the others `found` of the `looked_at` different
    values are keys of the parent.
    """

    source: str
    column: str
    parent: str
    fate: RelationFate
    filled: int
    declared: bool
    into: tuple[str, ...] = ()
    why: str = ""
    found: int = 0
    looked_at: int = 0
