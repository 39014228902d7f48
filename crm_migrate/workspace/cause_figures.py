"""What is said of a cause beside its count: how sure it is, where it is concentrated, and who made it."""

from typing import Literal

from crm_migrate.workspace.figure import Figure

Confidence = Literal["", "seen", "high", "medium", "low"]
Who = Literal["load", "step", "target"]
Dimension = Literal["source", "file", "owner", "choice", "country", "month", "batch"]


class Place(Figure):
    """A part of the records that a cause hits more often than the rest.

    `count` of the `of` cells there that it could have hit, and `elsewhere` of `elsewhere_of`. `field` is the field of
    ours that says the value (of `month` a date, whose first seven characters it is); "" of source, file and batch.
    """

    dimension: Dimension
    field: str = ""
    value: str
    count: int
    of: int
    elsewhere: int
    elsewhere_of: int


class Maker(Figure):
    """Who made so many cells of a cause what they are.

    `load`: it planned to write just that, `rule` being its reason. `step`: the cell is as the source has it, as if
    `rule`, the steps of the mapping, had not been taken. `target`: it was sent as expected; `rule` is the field's
    length there, where it ends at that.
    """

    who: Who
    rule: str = ""
    count: int


class Equivalence(Figure):
    """A rule under which two texts of a semantic type are the same value: of how many compared `fields`, and how many
    `cells` of them match by it alone."""

    type: str
    rule: str
    fields: int
    cells: int
