"""What people write: the authoring model of a mapping file. What the engine runs is `plan.py`.

Every scalar arrives as text; short forms become their one long form here. A word that the language knows but that is
not built yet stands in `planned` of its model, so that it is refused in clear words and never ignored.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from crm_migrate.mapping.authored import (
    Authored,
    Count,
    Flag,
    Nothing,
    Text,
    Texts,
    not_masked,
    one_name,
)
from crm_migrate.mapping.model_about import Abouts
from crm_migrate.mapping.model_attachments import Manifests
from crm_migrate.mapping.model_matching import Equal, Existing, LinkRerun, Match, Rerun
from crm_migrate.mapping.model_own_code import OwnCode
from crm_migrate.mapping.model_privacy import Privacy
from crm_migrate.mapping.model_proofs import Check, Example, Reconcile
from crm_migrate.mapping.model_register import Entry
from crm_migrate.mapping.model_sharing import Use
from crm_migrate.mapping.model_sources import Environment, Owners, Source, ValueMap
from crm_migrate.mapping.plan import Mode


class Money(Authored):
    """`report_in` a currency; `rates` a CSV of currency, date, rate; `rate_on` the date field that picks the rate."""

    report_in: str | None = Field(
        default=None, pattern="^[A-Z]{3}$", description="the currency that figures are converted to (ISO 4217)"
    )
    rates: str | None = Field(
        default=None,
        description="CSV of currency, date, rate: how many units of `report_in` one unit of that currency is worth",
    )
    rate_on: str | None = Field(default=None, description="the date field whose day picks the rate")


class ProjectPart(Authored):
    """Facts about the project that every source shares unless it says otherwise."""

    name: str = Field(
        default="", description="what the report calls the project; our keys in the target depend on it, so it stays"
    )
    locale: str = Field(
        default="en",
        description="language and country of what is written: dates, numbers, telephones (tr-TR, de-DE, en-GB)",
    )
    time_zone: str = Field(default="UTC", description="where local times are local, by its IANA name")
    as_of: Text | None = Field(default=None, description="today, for ages, retention and overdue dates (YYYY-MM-DD)")
    money: Money = Field(default=Money(), description="the currency of the report and its rates")
    fiscal_year_starts: Text = Field(
        default="01-01",
        pattern="^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
        description="first day of the year (MM-DD, at most the 28th) that derived quarters and years count by",
    )


class Feed(Authored):
    """One source that feeds an object. `trust` 1 is trusted most."""

    trust: Count | None = Field(default=None, description="whose value wins, 1 first; 1 unless said")
    where: str | None = Field(default=None, description="condition over columns: which rows hold such a record")
    because: str | None = Field(default=None, description="the decision by which the other rows are left out")
    else_: Literal["absent"] | None = Field(
        default=None,
        alias="else",
        description="rows that fail `where:` hold no such record; without it a decision leaves them out",
    )
    one_per: Texts = Field(default=(), description="fields that make one record of several rows")
    split_rows: str | None = Field(
        default=None,
        description="one record per part of a cell: `[column] by ';' with [companion]`; parts that name records (links,"
        " references) are known again by what they name, others by their place in the cell",
    )


class Enrich(Authored):
    """A source that only adds to records that it finds by a field."""

    by: str = Field(description="the field by which records are found")
    unmatched: Literal["suppression_list", "report"] = Field(
        default="report", description="what becomes of rows that find nobody"
    )


class Case(Authored):
    """One branch: `{when: ..., then: ...}`, or at the end `{else: ...}`; `null` writes nothing."""

    when: str | None = Field(default=None, description="condition over fields of the record")
    then: Nothing = Field(default=None, description="a word, or `= expression`")
    else_: Nothing = Field(
        default=None, alias="else", description="a word, or `= expression`, where no branch before took it"
    )

    @model_validator(mode="after")
    def _one_shape(self) -> "Case":
        said = self.model_fields_set
        if said not in ({"when", "then"}, {"else_"}) or (self.when is None and "when" in said):
            raise ValueError("this is no branch: write {when: ..., then: ...} or {else: ...}")
        return self


class TargetField(Authored):
    """One line of the mapping workbook: a target field, one column per source.

    Every word that is no option is a source with its value: `COLUMN | step | step(args)`, `= expression`, `same_row`.
    """

    elsewhere: ClassVar[dict[str, str]] = {
        "gather": "Several partners of a row are gathered by its source: `gather: list` in a `join:`; values that"
        " did not survive are kept by `keep_others:`.",
        "lookup": "A record of another object is found by `ref: OBJECT` and `by: FIELD`; records that are in the target"
        " already by `existing:` of their object.",
        "mask": "Values are masked where nobody may be reached: write `mask: [FIELD]` under an environment.",
        "privacy": "Write `sensitive: health` for a special value, `action:` for what becomes of it; people who may not"
        " be moved stand under `privacy:` of the file.",
        "ref_by": "Typed references stand beside `fields:`: write `about: {SOURCE: {ref_by: ...}}` under the object.",
    }
    cells: dict[str, str] = Field(default={})
    then: str | None = Field(default=None, description="steps for all sources")
    python: OwnCode | None = Field(
        default=None,
        description="a function of the project's own, `steps/loyalty.py:points`, that makes the value of the cell, as"
        " its steps leave it",
    )
    type: str | None = Field(default=None, description="semantic type of a field that the CRM model does not have")
    to: str | None = Field(default=None, description="name in the target, where the profile does not know it")
    survive: str | None = Field(
        default=None, description="which of several merged values wins, see Survivorship; default: by the type"
    )
    required: Flag | None = Field(default=None, description="a record without a value is rejected")
    ref: str | dict[str, str] | None = Field(
        default=None,
        description="`object` or `object.source`: whose key the cell speaks; where sources speak different keys,"
        " for each of them: `{source: object.source}`",
    )
    missing: Literal["hold", "reject", "clear", "warn_and_clear"] | None = Field(
        default=None, description="what becomes of a record whose link leads nowhere"
    )
    ambiguous: Literal["hold", "reject", "clear"] | None = Field(
        default=None, description="what becomes of a record whose link leads to several"
    )
    parent_excluded: Literal["exclude", "hold", "clear"] | None = Field(
        default=None, description="what becomes of a record whose parent is left out"
    )
    together: Literal["all", "keep_good"] = Field(
        default="keep_good",
        description="a family is a record and those that refer to it here: with `all` none of it is loaded while one of"
        " these is held or rejected; `keep_good` loads those that can be",
    )
    by: str | None = Field(
        default=None, description="the field of the other object that the cell speaks, where it is not the key"
    )
    constant: Text | None = Field(default=None, description="one value for all records")
    default: Text | None = Field(default=None, description="the value where no source says one")
    default_from: str | None = Field(
        default=None, description="`reference.field`: what the parent says, where the own cell is empty"
    )
    case: tuple[Case, ...] = Field(default=(), description="value by conditions, the first that holds counts")
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
    follows: str | None = Field(
        default=None,
        description="the consent whose winner says this field, too: its own cell, or, without a source, the texts of"
        " its `evidence:`; so a proof is that of the consent that stands",
    )
    allow_reconsent: str | None = Field(
        default=None,
        description="the decision by which a grant ends a refusal where its `evidence:` names a day behind it; without"
        " it a refusal stands, in one export and from run to run",
    )
    clear: Flag = Field(default=False, description="an emptied cell empties the target too")
    on_invalid: Literal["keep", "clear", "hold", "reject"] | None = Field(
        default=None, description="what becomes of a value that cannot be read; by the type unless said"
    )
    on_clock_change: Literal["keep", "clear", "hold", "reject"] | None = Field(
        default=None,
        description="what becomes of a local time that the clocks left out or showed twice (`time_skipped`,"
        " `time_twice`); kept and told by default",
    )
    sensitive: str | None = Field(
        default=None,
        description="why the value is special (`health`); it is masked everywhere and never shown in a review",
    )
    action: Annotated[Literal["migrate", "archive", "drop"], BeforeValidator(not_masked)] = Field(
        default="migrate", description="`archive` and `drop` keep the value out of the target, by decision"
    )
    because: str | None = Field(
        default=None,
        description="the decision for `action:`, or by which a consent counts as given without a word, by its id",
    )

    @model_validator(mode="before")
    @classmethod
    def _cells(cls, value: Any) -> Any:
        """A bare text is the value of the object's only source; words that are no option are sources."""
        if isinstance(value, str):
            return {"cells": {"": value}}
        if not isinstance(value, dict):
            return value
        known = set(cls.model_fields) - {"cells"} | cls.planned | cls.elsewhere.keys()
        options = {k: v for k, v in value.items() if k in known}
        return {**options, "cells": {k: v for k, v in value.items() if k not in known}}

    @classmethod
    def short_schemas(cls, long: dict[str, Any]) -> list[dict[str, Any]]:
        long.get("properties", {}).pop("cells", None)
        long["additionalProperties"] = {"type": "string", "description": "a source: COLUMN | step | step(args)"}
        return [{"type": "string"}]


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


def _rules(value: Any) -> Any:
    """One rule is a list of one."""
    return [value] if isinstance(value, dict) else value


class ObjectPart(Authored):
    """One object of the target: who feeds it, its fields, how its records match."""

    from_: Feeds = Field(default={}, alias="from", description="sources that make records of it")
    to: str | tuple[Case, ...] | None = Field(
        default=None,
        min_length=1,
        description="name in the target, where the profile does not know it; or branches by conditions over the fields"
        " of a row, `[{when: ..., then: Event}, {else: Task}]`: the object is one for each of these then, called"
        " `activities_event` and `activities_task` in the rest of the file",
    )
    record_type: TargetField | None = Field(
        default=None,
        description="which of the target's kinds of this object a record is (a person account): a line like any other"
        " field, by `case:`, `constant:` or a column; short for the field `record_type`",
    )
    let: dict[str, TargetField] = Field(default={}, description="helper fields: read and cleaned, and not loaded")
    fields: dict[str, TargetField] = Field(description="target field -> where its value comes from")
    about: Abouts = Field(
        default={},
        description="source -> its typed references, such as parent_type and parent_id; of the only source where"
        " none is named",
    )
    manifest: Manifests = Field(
        default={},
        description="source -> the files that its rows name; of the object `attachments`, and of the only source where"
        " none is named",
    )
    enrich: dict[str, Enrich] = Field(default={}, description="sources that only add to records")
    existing: Existing | None = Field(
        default=None, description="how records are found that stand in the target already"
    )
    by: Texts = Field(
        default=(), description="beside `existing: only`: the fields whose values find a record of the target"
    )
    mode: Mode | None = Field(
        default=None, description="which of its records are written; what the file says for all objects unless said"
    )
    target_unique: dict[str, Literal["keep_best", "hold"]] = Field(
        default={}, description="fields that the target takes only once, and what becomes of the others"
    )
    on_rerun: Rerun = Field(default=Rerun(), description="what a second run does where something has changed")
    match: Match = Field(default=Match(), description="how records find their doubles")
    equal_to: Annotated[tuple[Equal, ...], BeforeValidator(_rules)] = Field(
        default=(),
        max_length=50,
        description="rules by which its records are one of another object already, as leads are contacts; the first"
        " that finds somebody counts. Short: one rule without a list",
    )

    @property
    def branches(self) -> tuple[Case, ...]:
        """The branches of a `to:` by condition; none where one name is said."""
        return self.to if isinstance(self.to, tuple) else ()


def _two(value: Any) -> Any:
    if isinstance(value, dict) and len(value) != 2:
        raise ValueError(f"a link has two ends, and this has {len(value)}: write {{deals: COLUMN, contacts: COLUMN}}")
    return value


class LinkPart(Authored):
    """A link table: each of its links joins two records, and may say something of them (a role, since when).

    `ends` are called like the objects that they join, `{deals: opportunity_id, contacts: contact_id}`, or like the
    references that the CRM model has for such links (`related_contact` of `relationships`); an end of another name says
    `ref:`. Links whose ends are equal once doubles are merged are one link.
    """

    from_: Feeds = Field(default={}, alias="from", description="sources whose rows are links")
    to: Annotated[str | None, BeforeValidator(one_name)] = Field(
        default=None, description="name in the target, where the profile does not know it; its own name unless said"
    )
    ends: Annotated[dict[str, TargetField], BeforeValidator(_two)] = Field(
        description="the two records that a link joins; without one of them (`missing:`), or with one that is left out"
        " (`parent_excluded: exclude` unless said), there is no link"
    )
    distinct: Texts = Field(
        default=(),
        description="fields that are part of what a link is: links of equal ends that differ in them stay several",
    )
    symmetric: Flag = Field(default=False, description="A-B and B-A are one link (spouses, partner companies)")
    to_itself: Literal["exclude", "hold", "keep"] = Field(
        default="exclude",
        description="what becomes of a link whose ends are one record, in the source or since doubles were merged:"
        " it is left out and told, waits, or is loaded as any other",
    )
    let: dict[str, TargetField] = Field(default={}, description="helper fields: read and cleaned, and not loaded")
    fields: dict[str, TargetField] = Field(
        default={}, description="what a link says; of type text unless the CRM model, the target or `type:` says more"
    )
    mode: Mode | None = Field(
        default=None, description="which of its links are written; what the file says for all objects unless said"
    )
    on_rerun: LinkRerun = Field(default=LinkRerun(), description="what a second run does where something has changed")


class MappingFile(Use):
    """A whole mapping file: what it says itself, laid over the shared mapping that it may use."""

    elsewhere: ClassVar[dict[str, str]] = {
        "about": "Write it under the object whose records are about something.",
        "attachments": "Write `attachments: {from: ..., manifest: {path: ..., base: ...}, ...}` under `objects:`.",
    }
    crm_migrate: Annotated[Literal["1"], WithJsonSchema({"enum": [1, "1"]})] = Field(
        description="version of the language"
    )
    project: ProjectPart = Field(default=ProjectPart(), description="facts that every source shares")
    environments: dict[str, Environment] = Field(
        min_length=1,
        description="where records go, by the name for `--env`; by default the first not called like production",
    )
    sources: dict[str, Source] = Field(min_length=1, description="where records come from")
    value_maps: dict[str, ValueMap] = Field(default={}, description="translations of values, for the step `map(NAME)`")
    owners: Owners | None = Field(default=None, description="who owns records, in the source and in the target")
    mode: Mode = Field(
        default="upsert",
        description="which records of all objects are written: `insert_only` creates what the target does not have"
        " and changes nothing, `update_only` changes what it has and creates nothing; the list of opt-outs is always"
        " written",
    )
    objects: dict[str, ObjectPart] = Field(min_length=1, description="what is made: one block per object of the target")
    privacy: Privacy = Field(default=Privacy(), description="whose records may not be moved")
    links: dict[str, LinkPart] = Field(
        default={}, description="what joins records many to many: one block per link table of the target"
    )
    checks: tuple[Check, ...] = Field(default=(), description="rules that merged records must keep")
    reconcile: Reconcile = Field(default=Reconcile(), description="what is compared after the load, and what must hold")
    examples: tuple[Example, ...] = Field(
        default=(), description="rows and what becomes of them; `crm-migrate mapping test` runs them"
    )
    register_: dict[str, Entry] = Field(
        default={},
        alias="register",
        description="`contacts.phone`, `value_maps.stage`, `kisi[Faks]`, or a whole object or source -> what is agreed"
        " about it, and who owes what by when; nothing of it changes what a run does",
    )


RESERVED = (
    frozenset(TargetField.model_fields) - {"cells"}
    | TargetField.planned
    | TargetField.elsewhere.keys()
    | {"all_blank", "same_row", "else", "when"}
)
