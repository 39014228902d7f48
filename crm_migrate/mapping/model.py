"""What people write: the authoring model of a mapping file. What the engine runs is `plan.py`.

Every scalar arrives as text; short forms become their one long form here. A word that the language knows but that is
not built yet stands in `planned` of its model, so that it is refused in clear words and never ignored.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from crm_migrate.mapping.authored import (
    TEXTS_SCHEMA,
    Authored,
    Count,
    Flag,
    Nothing,
    Text,
    Texts,
    not_masked,
    not_only,
    one_name,
)
from crm_migrate.mapping.model_proofs import Check, Example, Reconcile


class Money(Authored):
    """`report_in` a currency; `rates` a CSV of currency, date, rate; `rate_on` the date field that picks the rate."""

    report_in: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    rates: str | None = Field(
        default=None,
        description="CSV of currency, date, rate: how many units of `report_in` one unit of that currency is worth",
    )
    rate_on: str | None = Field(default=None, description="the date field whose day picks the rate")


class ProjectPart(Authored):
    """Facts about the project that every source shares unless it says otherwise."""

    name: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    as_of: Text | None = Field(default=None, description="today, for ages, retention and overdue dates (YYYY-MM-DD)")
    money: Money = Money()
    fiscal_year_starts: Text = Field(
        default="01-01",
        pattern="^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
        description="first day of the year (MM-DD, at most the 28th) that derived quarters and years count by",
    )


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

    planned = frozenset({"mask", "needs"})
    connector: str
    profile: str | None = Field(default=None, description="target profile; the connector's name when it is not said")
    owners: str | None = None


class Unmapped(Authored):
    """Columns that no field takes: kept in the archive (patterns), or dropped with a decision."""

    archive: Texts = ()
    drop: dict[str, str] = Field(default={})


class Join(Authored):
    """A left join of a database source: `by` is own column -> partner's column."""

    table: str
    by: dict[str, str]
    take: str | None = None
    gather: Literal["list"] | None = None


class Key(Authored):
    """The column or columns that name a row for ever."""

    planned = frozenset({"changed_key"})
    columns: Texts

    @model_validator(mode="before")
    @classmethod
    def _columns(cls, value: Any) -> Any:
        return {"columns": value} if isinstance(value, str | list) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        del core, handler
        return TEXTS_SCHEMA


class Source(WithOptions):
    """A file, a set of files with a tag each, a table or query of a database, or what a connector's own words name."""

    use: str | None = Field(default=None, description="source profile: project, plug-in or built-in")
    connector: str | None = None
    file: str | None = None
    files: dict[str, str] = Field(default={}, description="tag of the rows -> file or pattern")
    tag: str | None = Field(default=None, description="name of the column that holds the tag")
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: Count | None = None
    short_rows: Literal["aside", "fill"] = Field(
        default="aside",
        description="rows of a text file with fewer cells than the header: set aside, or `fill`: the cells that are"
        " missing at the end are empty, as spreadsheets export them",
    )
    url: str | None = None
    table: str | None = None
    query: str | None = None
    covers: Texts = ()
    join: dict[str, Join] = Field(default={})
    key: Key | None = None
    changed: str | None = Field(default=None, description="column of the last change, with `| date(FORMAT)` if need be")
    skip: Texts = ()
    unmapped: Unmapped = Unmapped()
    locale: str | None = None
    time_zone: str | None = None


class ValueMap(Authored):
    """A translation of values, and what a value without translation does."""

    planned = frozenset({"by"})
    map: dict[str, Text] = Field(default={})
    file: str | None = Field(default=None, description="CSV with the columns from and to")
    unmapped: str = Field(
        default="hold",
        pattern=r"^(hold|reject|keep|warn|default\(.*\))$",
        description="What a value without translation does; a near miss of a known word is told whatever it says",
    )


class Inactive(Authored):
    """Records of people who have left."""

    open_records: Literal["successor", "keep", "clear"] = "successor"
    closed_records: str = Field(default="successor", pattern=r"^(successor|keep|clear|keep_as_text\(\w+\))$")


class Owners(Authored):
    """A CSV of legacy_login, target_email, status (active or left), successor; and what unknown and gone ones get."""

    short = "from"
    from_: str = Field(alias="from")
    unknown: Literal["hold", "clear", "keep_as_text"] = "hold"
    inactive: Inactive = Inactive()


class Feed(Authored):
    """One source that feeds an object. `trust` 1 is trusted most."""

    trust: Count | None = None
    where: str | None = None
    because: str | None = None
    else_: Literal["absent"] | None = Field(default=None, alias="else")
    one_per: Texts = ()
    split_rows: str | None = None


class Enrich(Authored):
    """A source that only adds to records that it finds by a field."""

    by: str
    unmatched: Literal["suppression_list", "report"] = "report"


class Existing(Authored):
    """Records that are in the target already: `match` names the fields that must be equal, or is `learned`."""

    planned = frozenset({"only", "by"})
    match: Texts
    then: Literal["fill_blanks", "source_wins", "target_wins", "review"] = "review"


class Rerun(Authored):
    """What a second run does with a row whose fate has changed."""

    planned = frozenset({"now_split"})
    gone: Literal["flag", "review", "ignore"] = "flag"
    now_excluded: Literal["flag", "review"] = "review"
    now_merged: Literal["review", "merge"] = "review"
    edited: Literal["review", "source_wins", "target_wins"] = "review"
    rekeyed: Literal["review", "same", "new"] = "review"


class MatchRule(Authored):
    """All of `same`, none of `unless`: `[email, last_name ~ 0.85]`, `[tax_id differs, email is shared]`."""

    rule: str
    same: Texts
    unless: Texts = ()
    do: Literal["merge", "review", "apart"] = "review"


class Match(Authored):
    """How records of one object find each other: by rules, by a model that is learned from the records, or by both.

    Short: `match: learned` is `{learned: propose}`; a list of rules is `{rules: [...]}`. The model speaks where no rule
    does: what a rule or a person keeps apart, or sends to review, it never merges.
    """

    learned: Literal["propose", "merge"] | None = Field(
        default=None, description="`propose` asks people about likely pairs; `merge` is the opt-in to automatic merging"
    )
    limit: Text | None = Field(
        default=None, description="how many wrong merges may be expected among merged records; `1 per 1000` unless said"
    )
    rules: tuple[MatchRule, ...] = Field(default=(), max_length=200)  # each is a join over all records

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"rules": value}
        if isinstance(value, str) and value != "learned":
            raise PydanticCustomError("literal_error", "Input should be 'learned'", {"expected": "'learned'"})
        return {"learned": "propose"} if value == "learned" else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        schema = handler(core)
        inner = handler.resolve_ref_schema(schema)
        content = dict(inner)
        rules = content["properties"]["rules"]
        inner.clear()
        short = {"enum": ["learned"], "description": "the model proposes pairs, and merges nothing"}
        inner.update({"title": cls.__name__, "anyOf": [short, {k: rules[k] for k in ("type", "items")}, content]})
        return schema


class Case(Authored):
    """One branch: `{when: ..., then: ...}`, or at the end `{else: ...}`; `null` writes nothing."""

    when: str | None = None
    then: Nothing = None
    else_: Nothing = Field(default=None, alias="else")

    @model_validator(mode="after")
    def _one_shape(self) -> "Case":
        said = self.model_fields_set
        if said not in ({"when", "then"}, {"else_"}) or (self.when is None and "when" in said):
            raise ValueError("a branch is {when: ..., then: ...} or {else: ...}")
        return self


class TargetField(Authored):
    """One line of the mapping workbook: a target field, one column per source.

    Every word that is no option is a source with its value: `COLUMN | step | step(args)`, `= expression`, `same_row`.
    """

    planned = frozenset({"ref_by", "python", "lookup", "mask", "privacy", "gather"})
    cells: dict[str, str] = Field(default={})
    then: str | None = Field(default=None, description="steps for all sources")
    type: str | None = Field(default=None, description="semantic type of a field that the CRM model does not have")
    to: str | None = Field(default=None, description="name in the target, where the profile does not know it")
    survive: str | None = Field(
        default=None, description="which of several merged values wins, see Survivorship; default: by the type"
    )
    required: Flag | None = None
    ref: str | None = None
    missing: Literal["hold", "reject", "clear", "warn_and_clear"] | None = None
    ambiguous: Literal["hold", "reject", "clear"] | None = None
    parent_excluded: Literal["exclude", "hold", "clear"] | None = None
    by: str | None = None
    constant: Text | None = None
    default: Text | None = None
    default_from: str | None = Field(
        default=None, description="`reference.field`: what the parent says, where the own cell is empty"
    )
    case: tuple[Case, ...] = ()
    per: str | None = Field(
        default=None,
        description="the field whose value the survivor is chosen for: `per: email` keeps a consent with its mailbox",
    )
    keep_others: str | None = Field(
        default=None, description="the field that keeps the values that did not survive; of type list or text"
    )
    evidence: Texts = Field(
        default=(), description="`source.column` texts that prove the value (a consent); they are kept with it"
    )
    clear: Flag = False
    on_invalid: Literal["keep", "clear", "hold", "reject"] | None = None
    on_clock_change: Literal["keep", "clear", "hold", "reject"] | None = Field(
        default=None,
        description="what becomes of a local time that the clocks left out or showed twice (`time_skipped`,"
        " `time_twice`); kept and told by default",
    )
    sensitive: str | None = None
    action: Annotated[Literal["migrate", "archive", "drop"], BeforeValidator(not_masked)] = "migrate"
    because: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _cells(cls, value: Any) -> Any:
        """A bare text is the value of the object's only source; words that are no option are sources."""
        if isinstance(value, str):
            return {"cells": {"": value}}
        if not isinstance(value, dict):
            return value
        known = set(cls.model_fields) - {"cells"} | cls.planned
        options = {k: v for k, v in value.items() if k in known}
        return {**options, "cells": {k: v for k, v in value.items() if k not in known}}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        schema = handler(core)
        inner = handler.resolve_ref_schema(schema)
        inner.get("properties", {}).pop("cells", None)
        inner["additionalProperties"] = {"type": "string", "description": "a source: COLUMN | step | step(args)"}
        content = dict(inner)
        inner.clear()
        inner.update({"title": cls.__name__, "anyOf": [{"type": "string"}, content]})
        return schema


def _feeds(value: Any) -> Any:
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return {name: {} for name in value}
    return {k: {} if v is None else v for k, v in value.items()} if isinstance(value, dict) else value


Feeds = Annotated[
    dict[str, Feed],
    BeforeValidator(_feeds),
]


class ObjectPart(Authored):
    """One object of the target: who feeds it, its fields, how its records match."""

    planned = frozenset({"record_type", "about", "attachments"})
    from_: Feeds = Field(default={}, alias="from")
    to: Annotated[str | None, BeforeValidator(one_name)] = Field(
        default=None, description="name in the target, where the profile does not know it"
    )
    let: dict[str, TargetField] = Field(default={})
    fields: dict[str, TargetField]
    enrich: dict[str, Enrich] = Field(default={})
    existing: Annotated[Existing | None, BeforeValidator(not_only)] = None
    target_unique: dict[str, Literal["keep_best", "hold"]] = Field(default={})
    on_rerun: Rerun = Rerun()
    match: Match = Match()


class MappingFile(Authored):
    """A whole mapping file."""

    planned = frozenset({"use", "with", "without", "links", "privacy", "attachments", "about"})
    crm_migrate: Annotated[Literal["1"], WithJsonSchema({"enum": [1, "1"]})]
    project: ProjectPart = ProjectPart()
    environments: dict[str, Environment] = Field(min_length=1)
    sources: dict[str, Source] = Field(min_length=1)
    value_maps: dict[str, ValueMap] = Field(default={})
    owners: Owners | None = None
    objects: dict[str, ObjectPart] = Field(min_length=1)
    checks: tuple[Check, ...] = ()
    reconcile: Reconcile = Reconcile()
    examples: tuple[Example, ...] = ()


RESERVED = (
    frozenset(TargetField.model_fields) - {"cells"} | TargetField.planned | {"all_blank", "same_row", "else", "when"}
)
