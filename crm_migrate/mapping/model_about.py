"""The authored words for typed references: a cell says of which object the record is that another cell names."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from crm_migrate.mapping.authored import Authored


class Parent(Authored):
    """What a word of the type means: whose key the id is."""

    short = "ref"
    ref: str = Field(description="`object` or `object.source`: whose key the id speaks")
    field: str | None = Field(
        default=None,
        description="the reference field that takes it, where several of this object lead there",
    )


def _nothing(value: Any) -> Any:
    """`null` as a file has it: every scalar is text."""
    return None if value in ("null", "~", "") else value


Nothing = BeforeValidator(_nothing)


class RefBy(Authored):
    """A typed reference: two cells that name a record together."""

    type: str = Field(description="the cell that says of which object the record is: a column, or `= expression`")
    id: str = Field(description="the cell that says which record it is: `COLUMN | step`, or `= expression`")
    map: dict[str, Annotated[Parent | None, Nothing]] = Field(
        min_length=1,
        description='word of the type -> whose key the id is; `null` for what gets no link, `""` for an id whose type'
        " is empty",
    )


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class About(Authored):
    """What the records of a source are about, where the source says it by typed references.

    Each id goes to the one reference field of the object that leads to what its type means, which need not be written
    under `fields:`. A type that `map` does not know, beside an id, is told with its word, and `missing` says what
    becomes of the record; without an id there is no link. The helper `about` holds the object that was meant.
    """

    ref_by: Annotated[tuple[RefBy, ...], BeforeValidator(_listed)] = Field(
        description="the typed reference, or a list of them where rows have several"
    )
    missing: Literal["hold", "reject", "clear", "warn_and_clear"] | None = Field(
        default=None, description="what becomes of a record whose link leads nowhere, or whose type is unknown"
    )
    ambiguous: Literal["hold", "reject", "clear"] | None = Field(
        default=None, description="what becomes of a record whose link leads to several"
    )
    parent_excluded: Literal["exclude", "hold", "clear"] | None = Field(
        default=None, description="what becomes of a record whose parent is left out"
    )


def _by_source(value: Any) -> Any:
    return {"": value} if isinstance(value, dict) and "ref_by" in value else value


# By source; the words of the only source may stand there themselves.
Abouts = Annotated[dict[str, About], BeforeValidator(_by_source)]
