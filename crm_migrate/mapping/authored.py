"""What all authored models share: no unknown words, short forms, and texts read as what they stand for."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError


class Authored(BaseModel):
    """A part of the file: no unknown words, nothing interpreted behind the author's back."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    planned: ClassVar[frozenset[str]] = frozenset()
    elsewhere: ClassVar[dict[str, str]] = {}  # a word that is looked for here -> where it is said
    short: ClassVar[str | None] = None  # the word that a bare text stands for

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, value: Any) -> Any:
        return {cls.short: value} if cls.short and isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        schema = handler(core)
        resolved = handler.resolve_ref_schema(schema)
        if "anyOf" not in resolved and (shorts := cls.short_schemas(resolved)):
            inner = dict(resolved)
            resolved.clear()
            resolved.update({"title": inner.get("title", cls.__name__), "anyOf": [*shorts, inner]})
        return schema

    @classmethod
    def short_schemas(cls, long: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG003 -- some ask it
        """The schemas of what may stand instead of its words, whose schema is `long`."""
        return [{"type": "string"}] if cls.short else []


def as_list(value: Any) -> Any:
    """One text is a list of one."""
    return [value] if isinstance(value, str) else value


def _yes_no(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    raise ValueError(f"`{value}` is neither of the two: write true or false")


def not_masked(value: Any) -> Any:
    """What becomes of a field; which environments hide its values is said there."""
    if value == "mask":
        raise ValueError("values are masked where nobody may be reached: write `mask: [FIELD]` under an environment")
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit() and 0 < int(value) < 10**9:
        return int(value)
    raise ValueError(f"`{value}` is no whole number from 1 on: write 1, 2, 3 ...")


def one_name(value: Any) -> Any:
    """One name of a target object; a link table has no branches."""
    if isinstance(value, list):
        raise PydanticCustomError("not_supported", "a target by condition is not supported for link tables")
    return value


def _size(value: str) -> str:
    if not re.match(_BYTES, value):
        raise ValueError(f"`{value}` is no size: write 500 kB, 25 MB, 2.5 GB ...")
    return value


def _moment(value: str) -> str:
    """A moment that was, with the offset by which everybody means the same."""
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"`{value}` is no moment ({error}): write 2026-12-12T18:00+03:00") from None
    if not re.match(_MOMENT, value):
        raise ValueError(f"`{value}` does not say in which time zone: write 2026-12-12T18:00+03:00")
    return value


_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_BYTES = r"^[0-9]+(\.[0-9]+)? ?(B|kB|MB|GB|KiB|MiB|GiB)$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$"
TEXTS_SCHEMA: dict[str, list[dict[str, Any]]] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
}
Texts = Annotated[tuple[str, ...], BeforeValidator(as_list), WithJsonSchema(TEXTS_SCHEMA)]
Flag = Annotated[bool, BeforeValidator(_yes_no), WithJsonSchema({"type": "boolean"})]
Count = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer", "minimum": 1})]
Text = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
Size = Annotated[str, AfterValidator(_size), WithJsonSchema({"type": "string", "pattern": _BYTES})]
Moment = Annotated[str, AfterValidator(_moment), WithJsonSchema({"type": "string", "pattern": _MOMENT})]
Nothing = Annotated[str | None, WithJsonSchema({"type": ["string", "number", "boolean", "null"]})]


def bytes_of(text: str) -> int:
    """How many bytes a size such as `25 MB` is; the model saw to its form (`Size`)."""
    number = text.rstrip("BkMGKi ")
    return int(Decimal(number) * _UNITS[text.removeprefix(number).strip()])
