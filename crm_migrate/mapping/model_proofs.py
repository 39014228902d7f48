"""The authored words that prove a migration: checks, figures, controls, gates, examples."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from crm_migrate.mapping.authored import TEXTS_SCHEMA, Authored, Flag, Text, Texts


class Check(Authored):
    """An expression over the merged record that must hold."""

    id: str = Field(description="name of the check")
    object: str = Field(description="whose records")
    assert_: str = Field(alias="assert", description="condition over fields that must hold")
    else_: Literal["reject", "hold", "warn"] = Field(
        default="reject", alias="else", description="what becomes of a record that fails it"
    )
    say: str = Field(default="", description="what the report says of it; the condition itself unless said")


class Kpi(Authored):
    """A figure that must be the same on both sides."""

    of: str = Field(description="whose records")
    where: str | None = Field(default=None, description="condition over fields: which of them")
    sum: str | None = Field(default=None, description="the field that is added up")
    count: Literal["all"] | None = Field(default=None, description="the records are counted")
    by: Texts = Field(default=(), description="fields by whose values the figure is told one by one")
    never_rises: Flag = Field(default=False, description="a target that has more than the sources is a difference")
    never_falls: Flag = Field(default=False, description="a target that has less than the sources is a difference")


class Customers(Authored):
    """Who is a customer, and from which day to which."""

    of: str = Field(description="whose records: `accounts`, `contacts`")
    where: str | None = Field(default=None, description="condition over fields: which of them are customers")
    since: str = Field(description="field of the day on which somebody became a customer")
    until: str | None = Field(default=None, description="field of the day on which a customer left; empty: still one")


class Pack(Authored):
    """The pack of key figures by the definitions of docs/key-figures.md; short: `pack: all`, `pack: [sales, hygiene]`.

    Those whose fields are mapped are computed in sources, as expected and in the target; of the others the report says
    why not. A difference fails the gate `pack`.
    """

    families: Texts = Field(
        default=(),
        description="`sales`, `service`, `customers`, `marketing`, `hygiene`; all of them unless said, or by `all`",
    )
    period: str | None = Field(
        default=None,
        pattern=r"^\d{4}$",
        description="the year of retention, CAC and the like, by the calendar year in which it begins; the last whole"
        " fiscal year before `as_of` unless said",
    )
    customers: Customers | None = Field(default=None, description="who is a customer")

    @model_validator(mode="before")
    @classmethod
    def _families(cls, value: Any) -> Any:
        return {"families": value} if isinstance(value, str | list) else value

    @classmethod
    def short_schemas(cls, long: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG003 -- always the same
        return TEXTS_SCHEMA["anyOf"]


class Control(Authored):
    """A figure from outside, said by somebody: `186420.50 EUR`."""

    value: Text = Field(description="the figure, with its currency")
    from_: str = Field(default="", alias="from", description="where it was said: a ledger, a sheet, a mail")
    said_by: str = Field(default="", description="who said it")


def _limits(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


Limits = Annotated[
    dict[str, str],
    BeforeValidator(_limits),
    WithJsonSchema({"anyOf": [{"type": ["string", "number"]}, {"type": "object"}]}),
]


class Reconcile(Authored):
    """What is compared, which figures must agree, which limits decide, who signs."""

    compare: dict[str, Text] = Field(
        default={}, description="object -> how many records are compared cell by cell: `all` or a number"
    )
    kpis: dict[str, Kpi] = Field(default={}, description="figures of both sides that must agree")
    pack: Pack | None = Field(default=None, description="the usual key figures of a CRM, by one definition each")
    controls: dict[str, Control] = Field(default={}, description="figure -> what somebody outside says it is")
    gates: dict[str, Limits] = Field(default={}, description="gate -> limit, or object -> limit; see Gates")
    sign_off: Texts = Field(default=(), description="who signs")


def _rows(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


_ROWS = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
GivenRows = Annotated[tuple[dict[str, str | None], ...], BeforeValidator(_rows), WithJsonSchema(_ROWS)]
ExpectedRows = Annotated[tuple[dict[str, str | None], ...], BeforeValidator(_rows), WithJsonSchema(_ROWS)]


class Example(Authored):
    """An executed example: rows by source, what becomes of them by object."""

    name: str = Field(description="name of the example")
    given: dict[str, GivenRows] = Field(description="source -> a row or rows")
    expect: dict[str, ExpectedRows] = Field(description="object -> the record or records that come of them")
