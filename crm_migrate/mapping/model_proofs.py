"""The authored words that prove a migration: checks, figures, controls, gates, examples."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from crm_migrate.mapping.authored import Authored, Flag, Text, Texts


class Check(Authored):
    """An expression over the merged record that must hold."""

    id: str
    object: str
    assert_: str = Field(alias="assert")
    else_: Literal["reject", "hold", "warn"] = Field(default="reject", alias="else")
    say: str = ""


class Kpi(Authored):
    """A figure that must be the same on both sides."""

    of: str
    where: str | None = None
    sum: str | None = None
    count: Literal["all"] | None = None
    by: Texts = ()
    never_rises: Flag = False
    never_falls: Flag = False


class Control(Authored):
    """A figure from outside, said by somebody: `186420.50 EUR`."""

    value: Text
    from_: str = Field(default="", alias="from")
    said_by: str = ""


def _limits(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


Limits = Annotated[
    dict[str, str],
    BeforeValidator(_limits),
    WithJsonSchema({"anyOf": [{"type": ["string", "number"]}, {"type": "object"}]}),
]


class Reconcile(Authored):
    """What is compared, which figures must agree, which limits decide, who signs."""

    compare: dict[str, Text] = Field(default={})
    kpis: dict[str, Kpi] = Field(default={})
    controls: dict[str, Control] = Field(default={})
    gates: dict[str, Limits] = Field(default={})
    sign_off: Texts = ()


def _rows(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


_ROWS = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
GivenRows = Annotated[tuple[dict[str, str | None], ...], BeforeValidator(_rows), WithJsonSchema(_ROWS)]
ExpectedRows = Annotated[tuple[dict[str, str | None], ...], BeforeValidator(_rows), WithJsonSchema(_ROWS)]


class Example(Authored):
    """An executed example: rows by source, what becomes of them by object."""

    name: str
    given: dict[str, GivenRows]
    expect: dict[str, ExpectedRows]
