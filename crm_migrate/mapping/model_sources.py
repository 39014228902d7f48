"""The authored words for where records come from and go: sources, environments, value maps, owners."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from crm_migrate.mapping.authored import (
    TEXTS_SCHEMA,
    Authored,
    Count,
    Text,
    Texts,
)
from crm_migrate.mapping.model_environments import Freeze, Licence, Mask, Needs, Watch
from crm_migrate.mapping.plan import MAP_JOINER


class WithOptions(Authored):
    """Every further word is an option of the connector, which says what it reads; secrets only as `env:NAME`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]] = Field(
        init=False
    )

    @property
    def options(self) -> dict[str, str]:
        """What is said to the connector alone."""
        return dict(self.__pydantic_extra__ or {})


class Environment(WithOptions):
    """Where the records go. Every further word is an option of the connector; secrets only as `env:NAME`."""

    connector: str = Field(description="which connector writes: `crm-migrate connectors` lists them")
    profile: str | None = Field(default=None, description="target profile; the connector's name when it is not said")
    owners: str | None = Field(default=None, description="another file of owners for this environment")
    mask: Mask | None = Field(default=None, description="what is loaded as pseudonyms, so that nobody is reached")
    needs: Needs = Field(
        default=(),
        description="what must be there before anything is loaded: all who sign have signed this mapping"
        " (`crm-migrate mapping sign`); so many runs with it in other environments wrote records and ended with GO;"
        " one of these runs is signed off (`crm-migrate signoff`), and nothing that was signed has changed",
    )
    licence: Licence | None = Field(
        default=None, description="what was bought of the CRM: `plan` says whether requests, room and contracts suffice"
    )
    freeze: Freeze | None = Field(
        default=None, description="when nobody works: `plan` says whether that suffices, and what to load before it"
    )
    watch: Watch | None = Field(
        default=None, description="when its nights are stable: a gate of every report (`crm-migrate watch`)"
    )


class Unmapped(Authored):
    """Columns that no field takes: kept in the archive (patterns), or dropped with a decision; relations without link.

    Signing off is blocked while a column that holds something is neither mapped, archived nor dropped, and while a
    relation that stands in the data (a column whose values are keys of another source, objects that are made of one
    row) becomes no link.
    """

    archive: Texts = Field(default=(), description="names or patterns of columns that are kept in the archive")
    drop: dict[str, str] = Field(default={}, description="column -> the decision to leave it behind")
    no_link: dict[str, str] = Field(
        default={},
        description="column that names a record of another source, or two objects of a row (`accounts + deals`)"
        " -> the decision that no link is made of it",
    )


class Join(Authored):
    """A left join, with a table of the same database or with another source: `by` is own column -> partner's column.

    More than one partner is an error unless `take` or `gather` says what is meant. Partners that belong to no row, and
    those that `take` leaves behind, are counted and told. Columns of another source that nobody takes are left over
    there, once.
    """

    table: str | None = Field(default=None, description="the partner, a table of the same database")
    source: str | None = Field(
        default=None,
        description="the partner, another source of this mapping (a CSV beside a CSV), which need not feed an object"
        " itself: its rows are accounted for by the join",
    )
    by: dict[str, str] = Field(
        description="own column -> column of the partner; what an earlier join brought is own, too:"
        " `by: {address.city_id: id}`"
    )
    take: str | None = Field(
        default=None, description="which partner is meant where a row has several: `first(column desc)`, `last(column)`"
    )
    gather: Literal["list"] | None = Field(
        default=None, description="every column as the list of what all partners say"
    )


class Key(Authored):
    """The column or columns that name a row for ever. Short: `key: ID`, `key: [Company, Deal]`."""

    columns: Texts = Field(min_length=1, description="the columns, in the order of the key")
    changed_key: Literal["new", "review", "same"] = Field(
        default="new",
        description="what a row is whose key differs in one column from that of a loaded record that no row feeds any"
        " more: another record, a question (it waits, with the old key), or the same record where no other comes into"
        " question; for keys of several columns, of at most 120 characters",
    )

    @model_validator(mode="before")
    @classmethod
    def _columns(cls, value: Any) -> Any:
        return {"columns": value} if isinstance(value, str | list) else value

    @classmethod
    def short_schemas(cls, long: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG003 -- always the same
        return TEXTS_SCHEMA["anyOf"]


class Source(WithOptions):
    """A file, a set of files with a tag each, a table or query of a database, or what a connector's own words name."""

    use: str | None = Field(default=None, description="source profile: project, plug-in or built-in")
    connector: str | None = Field(
        default=None,
        description="which connector reads; `sql` where there is a `url:`, else that of the profile, else `files`",
    )
    file: Texts = Field(
        default=(),
        description="one file, or a pattern or list of several that are one table (`exports/*.csv`), inside the"
        " project; a file in an archive as in a folder: `export.zip/contacts.csv`",
    )
    files: dict[str, str] = Field(default={}, description="tag of the rows -> file or pattern")
    tag: str | None = Field(default=None, description="name of the column that holds the tag")
    encoding: str | None = Field(default=None, description="encoding of text files, where it is not to be found out")
    delimiter: str | None = Field(default=None, description="one character, or `tab`, where it is not to be found out")
    sheet: str | None = Field(default=None, description="which sheet of a workbook that has several")
    header_row: Count | None = Field(default=None, description="row of the column names, from 1")
    short_rows: Literal["aside", "fill"] = Field(
        default="aside",
        description="rows of a text file with fewer cells than the header: set aside, or `fill`: the cells that are"
        " missing at the end are empty, as spreadsheets export them",
    )
    url: str | None = Field(default=None, description="address of a database; its secrets as `env:NAME`")
    table: str | None = Field(
        default=None,
        description="table or view of the database, or of the file of Access; of JSON, the list"
        " whose entries are the rows, by its path:"
        " `contacts`, `contacts.phones`; of vCards and LDIF, what is to be a row for every value: `TEL`, `member`;"
        " of e-mail `addresses`",
    )
    query: str | None = Field(default=None, description="SELECT of the database, read in one snapshot")
    covers: Texts = Field(
        default=(), description="tables that the query reads; their rows are counted in the same snapshot"
    )
    join: dict[str, Join] = Field(
        default={}, description="name -> partner whose columns are read with this source, as `name.column`"
    )
    key: Key | None = Field(
        default=None,
        description="column or columns that name a row for ever; "
        "reports, erase lists and corrections write a key of several as `Ost · 7`",
    )
    changed: str | None = Field(default=None, description="column of the last change, with `| date(FORMAT)` if need be")
    skip: Texts = Field(
        default=(), description="conditions of rows that are no records (`Durum = 'TOPLAM'`); each is counted"
    )
    unmapped: Unmapped = Field(default=Unmapped(), description="what becomes of columns that no field takes")
    stays_behind: str | None = Field(
        default=None,
        description="the decision by which nothing of it is moved: its rows are read and counted, and feed no object",
    )
    locale: str | None = Field(default=None, description="of this source, where it is not that of the project")
    time_zone: str | None = Field(default=None, description="of this source, where it is not that of the project")


def _flat(value: Any) -> Any:
    """`{Sales: {Won: closedwon}}` as `{Sales␟Won: closedwon}`: one key for the words of all columns."""
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        nested = _flat(inner)
        flat |= (
            {f"{key}{MAP_JOINER}{more}": v for more, v in nested.items()} if isinstance(nested, dict) else {key: inner}
        )
    return flat


_NESTED = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "object"]}}


class ValueMap(Authored):
    """A translation of values, and what a value without translation does.

    On several columns the words stand in each other, those of the first column
    outermost: `{by: [pipeline, stage], map: {Sales: {Won: closedwon}, Service: {Won: paid}}}`. A field asks it with
    its own cell, the last of `by`: `Stage | map(stage)`; the others are columns of the same source that are called as
    `by` says, or named behind the map, in that order: `Aşama | map(stage, Hat)`.
    """

    by: Texts = Field(
        default=(),
        description="the columns whose words decide together, the cell's own last; only where there are several",
    )
    map: Annotated[dict[str, Text], BeforeValidator(_flat), WithJsonSchema(_NESTED)] = Field(
        default={}, description="value in the source -> value in the target; nested where there is `by`"
    )
    file: str | None = Field(default=None, description="CSV with the columns from and to; with those of `by` and to")
    unmapped: str = Field(
        default="hold",
        pattern=r"^(hold|reject|keep|warn|default\(.*\))$",
        description="What a value without translation does; a near miss of a known word is told whatever it says",
    )


class Inactive(Authored):
    """Records of people who have left."""

    open_records: Literal["successor", "keep", "clear"] = Field(
        default="successor", description="records with open work"
    )
    closed_records: str = Field(
        default="successor",
        pattern=r"^(successor|keep|clear|keep_as_text\(\w+\))$",
        description="all others; `keep_as_text(field)` writes the name into a field",
    )


class Owners(Authored):
    """A CSV of legacy_login, target_email, status (active or left), successor; and what unknown and gone ones get."""

    short = "from"
    from_: str = Field(alias="from", description="the CSV")
    unknown: Literal["hold", "clear", "keep_as_text"] = Field(
        default="hold", description="owners who are not in the file"
    )
    inactive: Inactive = Field(default=Inactive(), description="owners who have left")
