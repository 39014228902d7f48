"""The authored words for people whose records may not be moved: what is too old to be kept."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from crm_migrate.mapping.authored import Authored, Texts

_AGE = "^[1-9][0-9]{0,3}[ymd]$"


def _age(value: object) -> object:
    if isinstance(value, str) and re.match(_AGE, value):
        return value
    raise ValueError("write an age as 3y, 18m or 90d: years, months or days")


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


class Privacy(Authored):
    """What becomes of records of people who may not be moved."""

    retention: dict[str, Retention] = Field(
        default={},
        description="object -> how long its records may be kept; children as `parent_excluded:` of their link says",
    )
