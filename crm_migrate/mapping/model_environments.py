"""The authored words for what an environment hides from its users, and what it waits for."""

import typing
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from crm_migrate.mapping.authored import TEXTS_SCHEMA, Authored, Texts, as_list

Need = Literal["mapping_signed", "one_clean_mock", "two_clean_mocks", "three_clean_mocks"]
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
