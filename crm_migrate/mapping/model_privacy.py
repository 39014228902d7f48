"""The authored words for people whose records may not be moved: who asked to be erased, what is too old to be kept."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from crm_migrate.mapping.authored import Authored, Texts

_AGE = "^[1-9][0-9]{0,3}[ymd]$"


def _age(value: object) -> object:
    if isinstance(value, str) and re.match(_AGE, value):
        return value
    raise ValueError(f"`{value}` is no age: write 3y, 18m or 90d, for years, months or days")


Age = Annotated[str, BeforeValidator(_age), WithJsonSchema({"type": "string", "pattern": _AGE})]


class Retention(Authored):
    """How long records of an object may be kept: what is older is left out, by a decision."""

    older_than: Age = Field(description="age in years, months or days before `project.as_of`: `3y`, `18m`, `90d`")
    by: Texts = Field(min_length=1, description="the date field that tells the age; of several the latest counts")
    where: str | None = Field(default=None, description="condition over fields: which records the rule is about")
    undated: Literal["keep", "hold", "exclude"] = Field(
        default="keep", description="what becomes of records without any such date; those that are kept are told"
    )
    because: str = Field(description="the decision by which old records are left out, by its id")


Link = Literal["clear", "exclude", "hold"]


def _links(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


Links = Annotated[
    dict[str, Link],
    BeforeValidator(_links),
    WithJsonSchema({"anyOf": [{"enum": ["clear", "exclude", "hold"]}, {"type": "object"}]}),
]


class Erase(Authored):
    """People who asked to be erased: nothing of them is moved, and none of their values stays in what a run writes."""

    short: ClassVar[str | None] = "list"
    list_: str = Field(
        alias="list",
        description="CSV with a column per identifier: `email`, `phone`, `key` (`source:key`), `name` with"
        " `birth_date`, or any type or field of people and organisations (`tax_id`, `customer_number`); columns called"
        " `note...` say nothing of a person",
    )
    several: Literal["hold", "exclude"] = Field(
        default="hold",
        description="what becomes of records where a line of the list reaches several that are not one: they wait, or"
        " all of them are left out; either is told",
    )
    children: Links = Field(
        default={},
        description="what becomes of records that point to an erased one: the link is emptied (unless said), they are"
        " left out or wait; of all objects, or object -> word; what has no place without both ends (`links:`) is left"
        " out unless it is to wait",
    )
    suppressions: Literal["drop", "hash", "keep"] = Field(
        default="drop",
        description="what the list of opt-outs keeps of them: nothing, the sha256 of the mailbox in small letters, or"
        " the mailbox itself",
    )
    because: str | None = Field(default=None, description="the decision by which they and their children stay behind")


class Privacy(Authored):
    """What becomes of records of people who may not be moved."""

    erase: Erase | None = Field(default=None, description="who asked to be erased; a text alone is the list")
    retention: dict[str, Retention] = Field(
        default={},
        description="object -> how long its records may be kept; children as `parent_excluded:` of their link says",
    )
