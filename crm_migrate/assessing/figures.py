"""The figures of an assessment: one model, which HTML, workbook and JSON all show.

Sentences are not in it: a `Said` names one of the catalogue (`words/<language>/assess.json`) and what stands in it.
Every share is two counts, `good` of `of`, so that parts can be added up.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION: Literal["1"] = "1"

Action = Literal["map", "archive", "drop", "ask"]
Severity = Literal["error", "warning", "note"]
Dimension = Literal["complete", "valid", "unique", "consistent", "timely", "linked"]
Light = Literal["red", "yellow", "green"]
Status = Literal["open", "assigned", "fixed", "accepted", "wont_fix"]
Unit = Literal["row", "group", "word", "person", "column", "source"]
OwnerState = Literal["active", "left", "unknown", "not_said"]


class Frozen(BaseModel):
    """Figures do not change once they are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(Frozen):
    """A sentence of the catalogue by its key, with what stands in its places."""

    key: str
    places: dict[str, int | str] = {}


class Count(Frozen):
    """So many `good` of `of`; `name` is what they are counted for (a column, a year, a type of record)."""

    name: str
    good: int
    of: int


class FileFigure(Frozen):
    """A file or a table as it was read. `counted` is an independent count of its rows, where the format has one."""

    source: str
    path: str
    sha256: str
    bytes: int
    rows: int
    aside: int
    counted: int | None
    encoding: str


class ReadingFigure(Frozen):
    """What is odd about how a source is read, by its code and in the words of its reader, and what to do."""

    source: str
    severity: Severity
    code: str
    message: str
    hint: str


class SourceFigure(Frozen):
    """One source: what it holds and since when. `object` is "" where nothing of the CRM model is in it.

    `dated_by` is the column whose days are the years of this assessment, `typed_by` that of the types of its records.
    """

    source: str
    object: str
    light: Light
    rows: int
    columns: int
    filled: int
    key: tuple[str, ...]
    dated_by: str
    typed_by: str
    first_day: str
    last_day: str


class ValueFigure(Frozen):
    """A value (masked where it is personal) and in how many rows it stands."""

    value: str
    cells: int


class ColumnFigure(Frozen):
    """How one column is used. `field` is the place in the CRM model that it is mapped to, or looks like.

    `by_year` and `by_type` are filled cells of the rows of that year and type. `last_used` is the last day, or year,
    of a row that has a value. `decided`: the mapping says so; else it is a recommendation.
    """

    source: str
    column: str
    kind: str
    field: str
    rows: int
    filled: int
    distinct: int
    shortest: int
    longest: int
    top: tuple[ValueFigure, ...]
    by_year: tuple[Count, ...]
    by_type: tuple[Count, ...]
    last_used: str
    action: Action
    because: Said
    decided: bool


class ScoreFigure(Frozen):
    """One dimension of quality of one source: its parts add up to it."""

    source: str
    dimension: Dimension
    good: int
    of: int
    parts: tuple[Count, ...]


class Example(Frozen):
    """A cell or a row, masked, with the row it stands in (counted from 1); 0 where it is no single row."""

    row: int
    value: str


class Effort(Frozen):
    """Minutes of somebody who knows the data to settle a finding of so many `units`, at best and at worst: assumed."""

    unit: Unit
    units: int
    least: int
    most: int


class Standing(Frozen):
    """What people decided about a finding, and what it was then (`4 of 86`). `stale`: it is another one now, or it was
    said to be fixed and is in the files of today."""

    status: Status = "open"
    owner: str = ""
    due: str = ""
    decision: str = ""
    seen: str = ""
    stale: bool = False


class Settled(Frozen):
    """A finding that people decided about and that is no longer there."""

    finding: str
    about: str
    status: Status
    owner: str
    decision: str


class Card(Frozen):
    """One finding for the meeting: what, how many, an example, and what it does in the new CRM.

    `id` stays the same as long as it is about the same: `kind`, `source` and `columns`. `mended` cells can be restored
    with proof.
    """

    id: str
    kind: str
    severity: Severity
    source: str
    columns: tuple[str, ...]
    count: int
    of: int
    mended: int
    because: Said
    effect: Said
    option: Said
    examples: tuple[Example, ...]
    effort: Effort | None = None
    standing: Standing = Standing()


class DuplicateFigure(Frozen):
    """Rows of a source that share what a rule compares. `sizes`: groups by their number of rows."""

    source: str
    rule: str
    columns: tuple[str, ...]
    rows: int
    groups: int
    surplus: int
    sizes: dict[str, int]


class RelationFigure(Frozen):
    """A column that speaks the key of another source. `found` + `orphans` = `filled`.

    `parents` are those with children, of `of_parents`; `most` is the largest number of children of one, `whales` those
    with more than 10,000. `cycles` are rows that lead back to themselves, where a source refers to itself.
    """

    source: str
    column: str
    parent: str
    key: str
    declared: bool
    filled: int
    found: int
    orphans: int
    parents: int
    of_parents: int
    most: int
    whales: tuple[ValueFigure, ...]
    cycles: int
    one_to_one: bool


class PickValue(Frozen):
    """A word of a list: how often, from when to when, and what it becomes; None where nobody has said it."""

    value: str
    cells: int
    first: str
    last: str
    becomes: str | None


class PicklistFigure(Frozen):
    """A column of few words; those without a translation first. `mapped`: a value map is there."""

    source: str
    column: str
    field: str
    mapped: bool
    values: tuple[PickValue, ...]
    unmapped: int
    more: int


class OwnerFigure(Frozen):
    """Somebody who owns records. `state` is what the owners file says."""

    source: str
    column: str
    owner: str
    state: OwnerState
    records: int
    successor: str


class MoneyFigure(Frozen):
    """Open deals of one owner in one currency ("" where no column says it): `summed` of `deals` have an amount that can
    be read, and `amount` is their sum."""

    source: str
    column: str
    owner: str
    state: OwnerState
    successor: str
    currency: str
    deals: int
    summed: int
    amount: str


class SensitiveFigure(Frozen):
    """A category of sensitive content in a column: cells that hold it, of those that were looked at."""

    source: str
    column: str
    category: str
    cells: int
    of: int


class ConsentFigure(Frozen):
    """What a column says of consent, and for how many of the rows that say something there is any evidence of when."""

    source: str
    column: str
    rows: int
    filled: int
    evidence: tuple[str, ...]
    proved: int
    values: tuple[ValueFigure, ...]


class VolumeFigure(Frozen):
    """Records to load into one object, and how long: `requests` of `batch` records, `fast` to `slow` seconds."""

    source: str
    object: str
    records: int
    bytes: int
    batch: int
    requests: int
    fast: int
    slow: int


class Use(Frozen):
    """Columns of all sources by how they are used; `most` columns hold 95 % of the filled cells.

    The parts `empty`, `constant`, `died` and `alive` add up to `columns`.
    """

    columns: int
    most: int
    empty: int
    constant: int
    died: int
    alive: int


class Change(Frozen):
    """What differs from the baseline: `was` and `now` of a figure of a source or a column."""

    what: Literal["file", "rows", "column", "filled", "distinct", "finding"]
    source: str
    name: str
    was: str
    now: str


class Burn(Frozen):
    """Findings of a source ("" for all of them) then and now: `before` - `gone` + `new` = `now`, of which `open_before`
    and `open_now` wait for somebody. `cells_before` and `cells_now` are what they count together."""

    source: str
    before: int
    gone: int
    new: int
    now: int
    open_before: int
    open_now: int
    cells_before: int
    cells_now: int


class Since(Frozen):
    """The baseline that this assessment is compared with. `same`: every file is the same to the byte."""

    made: str
    same: bool
    changes: tuple[Change, ...]
    burn: tuple[Burn, ...] = ()


class Assessment(Frozen):
    """Everything that an assessment says, whole. `decisions` are columns and words that wait for somebody's word."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    title: str
    made: str
    tool: str
    mapping: str
    masked: bool
    files: tuple[FileFigure, ...]
    reading: tuple[ReadingFigure, ...] = ()
    sources: tuple[SourceFigure, ...]
    use: Use
    decisions: int
    hurts: tuple[str, ...]
    columns: tuple[ColumnFigure, ...]
    scores: tuple[ScoreFigure, ...]
    cards: tuple[Card, ...]
    settled: tuple[Settled, ...] = ()
    duplicates: tuple[DuplicateFigure, ...]
    relations: tuple[RelationFigure, ...]
    loops: tuple[tuple[str, ...], ...]
    picklists: tuple[PicklistFigure, ...]
    owners: tuple[OwnerFigure, ...]
    money: tuple[MoneyFigure, ...] = ()
    sensitive: tuple[SensitiveFigure, ...]
    consent: tuple[ConsentFigure, ...]
    volumes: tuple[VolumeFigure, ...]
    not_assessed: tuple[Said, ...]
    since: Since | None = None
