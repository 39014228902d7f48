"""The authored words for what an environment hides, what it waits for, what was bought there, when nobody works, and
what its nights must show."""

import typing
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from crm_migrate.mapping.authored import TEXTS_SCHEMA, Authored, Count, Moment, Size, Text, Texts, as_list

Need = Literal["mapping_signed", "one_clean_mock", "two_clean_mocks", "three_clean_mocks", "rehearsal_signed_off"]
_NEED_SCHEMA = {"enum": list(typing.get_args(Need))}
_NEEDS_SCHEMA = {"anyOf": [_NEED_SCHEMA, {"type": "array", "items": _NEED_SCHEMA}]}
Needs = Annotated[tuple[Need, ...], BeforeValidator(as_list), WithJsonSchema(_NEEDS_SCHEMA)]


class Mask(Authored):
    """What nobody may read or be reached by in this environment. Short: `mask: [email, phone]` are its `fields`."""

    fields: Texts = Field(
        min_length=1,
        description="semantic types (`email`: all fields of that type), fields (`phone`) or `object.field`; values"
        " become pseudonyms of the project",
    )
    allow: Texts = Field(
        default=(),
        description="who expects to be reached: `@ourcompany.example`, whole mailboxes, numbers (`+90...`)",
    )

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        return {"fields": value} if isinstance(value, str | list) else value

    @classmethod
    def short_schemas(cls, long: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG003 -- always the same
        return TEXTS_SCHEMA["anyOf"]


class Licence(Authored):
    """What was bought of the CRM, for what `plan` says of room and limits. Short: `licence: enterprise`."""

    short = "edition"

    edition: Text = Field(description="which edition, by its word in `capacity:` of the target's profile")
    users: Count | None = Field(
        default=None, description="how many users have a licence: some limits grow with them; one is assumed, and told"
    )
    storage: Size | None = Field(default=None, description="room for records by the contract, where it differs")
    file_storage: Size | None = Field(default=None, description="room for files by the contract, where it differs")
    requests: Count | None = Field(default=None, description="requests in 24 hours by the contract, where it differs")
    records: dict[str, Count] = Field(
        default={}, description="object -> how many of them the contract includes (`contacts: 5000`)"
    )


class Freeze(Authored):
    """When nobody works in the old system any more, and not yet in the new one: what `plan` compares a load with."""

    starts: Moment = Field(description="from when, with the offset: `2026-12-12T18:00+03:00`")
    ends: Moment = Field(description="until when, with the offset")
    reserve_hours: Count = Field(default=2, description="hours of it that are kept for looking and signing")


class Watch(Authored):
    """When a parallel run is stable: `crm-migrate watch` runs its nights. Short: `watch: 0.5 %` is its `under`."""

    short = "under"

    under: Text = Field(
        description="the share of records, of values and of money that must stay under it, in all and in each object"
    )
    nights: Count = Field(default=3, description="how many nights running, no two of them on one day of the project")
    money: Text | None = Field(
        default=None, description="its own limit for money, where one record is worth too large a share"
    )
    objects: dict[str, Text] = Field(
        default={}, description="object -> its own limit, where one record of it is too large a share (`tickets: 2 %`)"
    )
