"""How a figure of the pack is defined: measures of one object each, and a formula over them.

Conditions and sums are expressions over canonical and derived fields. `{as_of}`, `{year_ago}`, `{start}` and `{end}`
are days: the project's `as_of`, twelve months before it, the first and the last day of the period. `{since}`,
`{until}`, `{customer}` are what the mapping says of customers (`pack: customers:`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from crm_migrate.mapping.plan import Aggregate

Kind = Literal["count", "amount", "share", "days", "number"]
CUSTOMERS = "customers"  # the object that the mapping calls so
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, or added up (`sum`, or taken otherwise by `how`), of which object, where.

    `else_`: what stands for a field that nobody maps. Only what is added up has a bridge.
    """

    of: str
    where: str = "true"
    sum: str | None = None
    else_: Mapping[str, str] = field(default_factory=lambda: NONE)
    how: Aggregate = "sum"


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure: the formula over the names of its measures, and what it is told by, as far as the fields are mapped.

    `never`: the target may not have more than the sources (`rises`), or less but for what rules leave out and merge
    (`falls`). Its name and its question are `word.pack.<name>` and `word.ask.<name>` of the catalogue.
    """

    name: str
    measures: Mapping[str, Measure]
    formula: str
    kind: Kind
    by: tuple[str, ...] = ()
    never: Literal["", "rises", "falls"] = ""
    leaving: bool = False  # it needs to be known when customers leave


def one(name: str, measure: Measure, kind: Kind, *by: str, never: Literal["", "rises", "falls"] = "") -> Definition:
    """A figure of one measure."""
    return Definition(name, {"n": measure}, "n", kind, by, never)
