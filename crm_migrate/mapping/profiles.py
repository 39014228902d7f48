"""Profiles as data: what an export of a system looks like, and how a CRM names the canonical objects and fields."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from crm_migrate.mapping.authored import Authored, Count, Flag, Size, Text, Texts
from crm_migrate.mapping.model_about import Nothing

_DAY = r"^\d{4}-\d{2}-\d{2}$"


class ProfileColumn(Authored):
    """A column of an export: other names of it, and what becomes of it: a field, a link, or nothing with a reason."""

    aliases: Texts = Field(default=(), description="other names that it has in other versions or languages")
    field: Texts = Field(default=(), description="the canonical field that it feeds, `contacts.email`, or several")
    ref: str | None = Field(
        default=None,
        description="of a link: `object.profile`, whose key the cell speaks (`accounts.hubspot/companies`)",
    )
    map: dict[str, Text] = Field(default={}, description="its words -> those of the field; any other word waits")
    date: str | None = Field(default=None, description="how days are written in it: `YYYY-MM-DD`")
    proves: str | None = Field(default=None, description="the field (a consent) whose proof stands in it")
    steps: str | None = Field(default=None, description="steps behind the column: `money(en)`")
    left: str | None = Field(default=None, description="why it feeds nothing")
    note: str = Field(default="", description="what somebody has to know of it")


class ProfileJoin(Authored):
    """A partner table of a database, whose columns are `alias.column`, as `join:` of a source has it."""

    table: str = Field(description="the partner; where the database has no such table, that is told")
    by: dict[str, str] = Field(description="own column -> column of the partner; an earlier join's are own, too")
    take: str | None = Field(default=None, description="which is meant of several: `first(is_primary desc)`")
    left: str | None = Field(default=None, description="why the columns of it that the profile does not name are left")


class ProfileAbout(Authored):
    """A typed reference, as `about:` of an object has it: two cells that name a record together."""

    type: str = Field(description="the cell that says of which object the record is: a column, or `= expression`")
    id: str = Field(description="the cell that says which record it is")
    map: dict[str, Annotated[str | None, Nothing]] = Field(
        description="word of the type -> `object.profile`, whose key the id is; `null` for what gets no link. A word"
        " whose profile is not read waits, as one that does not stand here"
    )


class ProfileRecord(Authored):
    """How the rows of an export hold an object: which of them, and what is no column alone."""

    filled: Texts = Field(default=(), description="rows in which one of these columns is filled hold such a record")
    where: str | None = Field(default=None, description="a condition over columns that they must meet besides")
    one_per: Texts = Field(default=(), description="fields that make one record of several rows")
    split_rows: str | None = Field(default=None, description="one record per part of a cell: `[column] by ';'`")
    fields: dict[str, Text] = Field(
        default={}, description="field -> `= expression`, `same_row`, or a column that feeds another field, too"
    )
    ref: dict[str, Text] = Field(default={}, description="field that is a link -> `object.profile`, whose key it is")
    about: ProfileAbout | None = Field(default=None, description="the record that it is about, by a type and an id")


class Layout(Authored):
    """The header of one version or way of an export, as it was seen."""

    columns: Texts = Field(default=(), description="its header, in order; all columns of the profile unless said")
    evidence: str = Field(default="", description="where it was seen")


class SourceProfile(Authored):
    """What an export or database of a system looks like. Facts carry the day they were last verified.

    A file is of a profile where the profile knows seven in ten of its columns and all its `marks`; where it has marks,
    they are enough. `crm-migrate init` and `mapping suggest` make lines of what `columns` and `objects` say.
    """

    crm_migrate_source: Literal["1"] = Field(description="version of the language")
    title: str = Field(description="which system, and which of its exports")
    last_verified: Text = Field(pattern=_DAY, description="the day on which somebody last looked (YYYY-MM-DD)")
    evidence: str = Field(default="", description="where these facts are from")
    connector: str = Field(default="files", description="which connector reads it")
    table: str | None = Field(
        default=None, description="of a database: the table that it is; `crm-migrate init --database` looks for it"
    )
    join: dict[str, ProfileJoin] = Field(
        default={}, description="name -> table of the database that `init` joins it with, for columns `name.column`"
    )
    encoding: str | None = Field(default=None, description="encoding of its text files, where it is always the same")
    delimiter: str | None = Field(default=None, description="the sign between its cells, where it is always the same")
    time_zone: str | None = Field(default=None, description="where its local times are local")
    short_rows: Literal["aside", "fill"] = Field(
        default="aside", description="rows with fewer cells than the header, where the mapping does not say it"
    )
    key: Texts = Field(default=(), description="column or columns that name a row")
    changed: str | None = Field(default=None, description="column of the last change")
    skip: Texts = Field(default=(), description="conditions of rows that are no records")
    files: dict[str, str] = Field(
        default={}, description="tag -> pattern of a file's name, where the name says what its rows are"
    )
    tag: str | None = Field(default=None, description="the column that such a tag becomes")
    consent: str = Field(default="", description="what in it is an opt-in, what an opt-out, and what says nothing")
    marks: Texts = Field(default=(), description="columns without which it is not this export, by their own names")
    layouts: dict[str, Layout] = Field(default={}, description="name -> header of a version of it")
    columns: dict[str, ProfileColumn] = Field(default={}, description="column -> its other names, and what it feeds")
    objects: dict[str, ProfileRecord] = Field(
        default={}, description="object -> which rows hold it, and fields that are no column alone"
    )
    quirks: Texts = Field(default=(), description="what surprised somebody, in words")

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns that are not joined."""
        return tuple(name for name in self.columns if name.partition(".")[0] not in self.join)

    def alias(self, name: str, headers: Iterable[str]) -> str | None:
        """The header that a profile's column has in this file, if one of its names is there."""
        own = next((own for own, column in self.columns.items() if name in (own, *column.aliases)), None)
        return self.spoken(headers).get(own) if own is not None else None

    def spoken(self, headers: Iterable[str]) -> dict[str, str]:
        """Own column -> header of a file: by its own name, else an alias, else either in other letters (a or A).

        No header is two columns; of two headers that differ by their letters alone neither is guessed.
        """
        free = dict.fromkeys(headers)
        found: dict[str, str] = {}
        for names in (self._own, self._aliases):
            self._claim(names(), free, found)
        self._claim([(own, folded(name)) for names in (self._own, self._aliases) for own, name in names()],
                    _by_letters(free), found)  # fmt: skip
        return found

    @staticmethod
    def _claim(names: Iterable[tuple[str, str]], free: dict[str, str | None], found: dict[str, str]) -> None:
        for own, name in names:
            if own not in found and name in free:
                found[own] = free.pop(name) or name

    def _own(self) -> list[tuple[str, str]]:
        return [(own, own) for own in self.columns]

    def _aliases(self) -> list[tuple[str, str]]:
        return [(own, alias) for own, column in self.columns.items() for alias in column.aliases]


def folded(name: str) -> str:
    """A column's name whatever its letters and blanks."""
    return " ".join(name.casefold().split())


def _by_letters(headers: Iterable[str]) -> dict[str, str | None]:
    """Headers by their names whatever the letters, where that name is of one alone."""
    counted = Counter(folded(header) for header in headers)
    return {folded(header): header for header in headers if counted[folded(header)] == 1}


class ProfileField(Authored):
    """A field of the target. `choices` are the target's own values; `reference` names a canonical object."""

    column: str | None = Field(default=None, description="its name in the target; that of the CRM model unless said")
    exported: Texts = Field(
        default=(), description="what exports call it where neither its column nor the profile of the export says so"
    )
    labels: dict[str, Text] = Field(
        default={},
        description="word of import files -> what exports show for it, where more than capitals and signs differ",
    )
    type: str | None = Field(default=None, description="semantic type, where the CRM model does not have the field")
    length: Count | None = Field(default=None, description="how many characters it takes")
    required: Flag = Field(default=False, description="the target refuses a record without it")
    unique: Flag = Field(default=False, description="the target takes each value once")
    choices: Texts = Field(default=(), description="the target's own words for it")
    map: dict[str, Text] = Field(
        default={}, description="a word of the mapping -> the target's for the same; any other goes as it is"
    )
    default: Text | None = Field(
        default=None, description="what is written where there is no value, unless the mapping says it"
    )
    on_invalid: Literal["keep", "clear", "hold"] | None = Field(
        default=None, description="what becomes of a value that is none, unless the mapping says it"
    )
    shared: Literal["keep_best", "hold"] | None = Field(
        default=None, description="whose it is where several records have a value, unless the mapping says it"
    )
    nowhere: Text | None = Field(default=None, description="why the target has no place for it: it is archived")
    reference: str | None = Field(default=None, description="the canonical object that it leads to")
    read_only: Flag = Field(default=False, description="the target computes it itself")
    last_verified: Annotated[Text | None, Field(pattern=_DAY)] = Field(
        default=None, description="the day on which somebody last looked; that of the profile unless said"
    )
    note: str = Field(default="", description="what somebody has to know of it")


class ProfileView(Authored):
    """The view of an object that users find when they open it, as it is before anybody makes another one.

    What it does not show, by the first reason that holds: `inactive_owner` (of a user who has left), `unknown_owner`
    (of no user of the owners file: a queue, a team), `no_owner`, `wrong_type` (of a record type that the target does
    not name, or of none), `unknown_stage` (a stage or status that is none of the target's), `closed`.
    """

    called: Text = Field(description="its name in the target")
    hides: Texts = Field(
        description="`inactive_owner`, `unknown_owner`, `no_owner`, `wrong_type`, `unknown_stage`, `closed`"
    )
    evidence: str = Field(default="", description="where that is from")


class ProfileClosed(Authored):
    """Of a CRM that keeps apart from the stage whether a record is closed: which words of a field say so, and where."""

    by: Text = Field(description="the field whose words say both: `stage`")
    words: dict[str, Text] = Field(
        description="word of the target that closes a record and is no stage -> what `column` says of such a record"
    )
    column: Text = Field(description="the column of the state, of exports and (unless `by_hand`) of import files")
    open: Text = Field(description="what that column says of every other record")
    day: Text | None = Field(default=None, description="the field with the day on which it was closed")
    days: dict[str, Text] = Field(default={}, description="word -> the column of an import file that takes that day")
    by_hand: Flag = Field(
        default=False, description="the import closes no record: files have a list of what people have to close"
    )


class ProfileObject(Authored):
    """An object of the target; `key_field` is where our entity id lives.

    Of files beside records: the `largest_file` that it takes (`25 MB`), and endings that it takes not at all.
    """

    name: str = Field(description="its name in the target")
    key_field: str = Field(default="crm_migrate_id", description="the field of the target that keeps our key")
    last_verified: Annotated[Text | None, Field(pattern=_DAY)] = Field(
        default=None, description="the day on which somebody last looked; that of the profile unless said"
    )
    fields: dict[str, ProfileField] = Field(default={}, description="canonical field -> what it is in the target")
    called: Text | None = Field(
        default=None,
        description="the field by which import files name the record where others link to it; our key unless said",
    )
    export: Text | None = Field(
        default=None, description="the source profile that knows the columns of its export: `hubspot/companies`"
    )
    always: dict[str, Text] = Field(
        default={}, description="column -> cell of every row that an import file adds: what the object is there"
    )
    beside: dict[str, Text] = Field(
        default={},
        description="column of an import file -> `link.field` of the target: what the import wants beside a link",
    )
    closed: ProfileClosed | None = Field(
        default=None, description="where the target keeps apart from the stage whether a record is closed"
    )
    opt_outs: Texts = Field(
        default=(),
        description="fields of the target (`*` for anything) in which it keeps who opted out: a load writes them with a"
        " consent, so no other field goes there beside one",
    )
    last: dict[str, Texts] = Field(
        default={},
        description="column -> objects whose records have to be there before it is written: what closes a record comes"
        " behind its lines",
    )
    view: ProfileView | None = Field(default=None, description="what users see of it when they open it")
    largest_file: Size | None = Field(default=None, description="size above which it takes no file")
    forbidden_files: Texts = Field(default=(), description="endings of files that it does not take")
    quirks: Texts = Field(default=(), description="what surprised somebody, in words")


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error:
        raise ValueError(f"`{value}` is no regular expression") from None
    return value


class ProfileFiles(Authored):
    """How a CRM that is reached by files alone wants them written, and what to do with them.

    Days and moments are patterns of `YYYY`, `MM`, `DD`, `HH`, `mm`, `ss`; moments are in UTC.
    """

    format: Literal["csv", "xlsx"] = Field(default="csv", description="text, or workbooks whose cells are all text")
    encoding: Literal["utf-8", "utf-8-sig", "utf-16"] = Field(
        default="utf-8", description="of text; `utf-8-sig` has a mark"
    )
    delimiter: Text = Field(default=",", pattern=r"^[,;|\t]$", description="what stands between cells of text")
    days: Text = Field(default="YYYY-MM-DD", description="how days are written")
    moments: Text = Field(default="YYYY-MM-DDTHH:mm:ssZ", description="how moments are written")
    yes: Text = Field(default="true", description="the word for a ticked box")
    no: Text = Field(default="false", description="the word for an empty one")
    list: Text = Field(
        default=";", description="what stands between entries of a list; an entry that holds it is refused"
    )
    forbidden: Text = Field(
        default="", description="signs that the import takes in no cell: a record that holds one is refused"
    )
    decimal: Literal[".", ","] = Field(default=".", description="the decimal mark")
    rows: Count | None = Field(default=None, description="how many rows a file may have; more are several files")
    size: Size | None = Field(default=None, description="how large a file may be: `10 MB`")
    owner_by: Literal["id", "mailbox", "name"] | None = Field(
        default=None, description="what of a user an import finds the owner of a record by, where somebody knows"
    )
    owner_form: Annotated[Text, AfterValidator(_pattern)] | None = Field(
        default=None, description="how that looks, as a regular expression; an owner who looks otherwise is refused"
    )
    changes: Literal["by_key", "by_hand"] = Field(
        default="by_key", description="whether an import changes records that it finds by our key, or people do it"
    )
    links: Literal["found", "text"] = Field(
        default="found", description="whether the import looks for the record that a link names, or keeps the name"
    )
    own_columns: Literal["made", "lost"] = Field(
        default="made",
        description="whether people can make fields for columns that it does not have, or its import leaves them"
        " out; then no mapping goes there with an object that the profile does not have",
    )
    empty_cells: Literal["keep", "clear"] = Field(
        default="clear",
        description="what a changing import does with a field whose cell is empty; with `clear`, also where nobody"
        " knows, records of which the same fields changed share a file without others",
    )
    limits_by: Literal["vendor", "others"] = Field(
        default="others",
        description="who says `rows` and `size`: pages of the vendor, or others (the page beside the files says so)",
    )
    consent: dict[str, Text] = Field(
        default={}, description="word of a consent -> cell; without, refusals stand in the list of opt-outs alone"
    )
    clicks_by: Annotated[Text | None, Field(pattern=_DAY)] = Field(
        default=None,
        description="the day on which help pages of the vendor had the menu path of these steps; else the page calls it"
        " unverified",
    )
    steps: Texts = Field(default=(), description="what to do before the import, by the keys of `words/*/bundle.json`")


class ProfileEdition(Authored):
    """What an edition takes; `..._per_user` comes on top for every user."""

    requests: Count | None = Field(default=None, description="requests in 24 hours")
    requests_per_user: Count | None = Field(default=None, description="further requests in 24 hours for a user")
    requests_most: Count | None = Field(default=None, description="requests in 24 hours, however many users there are")
    requests_per_hour: Count | None = Field(default=None, description="requests in an hour")
    storage: Size | None = Field(default=None, description="room for records: `10 GB`")
    storage_per_user: Size | None = Field(default=None, description="further room for records for a user")
    file_storage: Size | None = Field(default=None, description="room for files")
    file_storage_per_user: Size | None = Field(default=None, description="further room for files for a user")
    records: dict[str, Count] = Field(default={}, description="object -> how many of them are included")
    file_rows: Count | None = Field(default=None, description="how many rows an import file may have")
    file_size: Size | None = Field(default=None, description="how large an import file may be: `10 MB`")
    imports: Count | None = Field(default=None, description="imports of files in 24 hours")


class ProfileCapacity(Authored):
    """What the editions of a CRM hold, as of a day: vendors change these numbers, contracts overrule them."""

    last_verified: Text = Field(pattern=_DAY, description="the day on which somebody last looked (YYYY-MM-DD)")
    evidence: str = Field(description="where these facts are from")
    record: Size | None = Field(default=None, description="what a record takes of the room, however long it is")
    sizes: dict[str, Size] = Field(default={}, description="object -> what one of these takes (`0 B`: nothing)")
    said: dict[str, str] = Field(default={}, description="object -> what is to be known of its count")
    editions: dict[str, ProfileEdition] = Field(description="word of an edition -> what it takes")


class TargetProfile(Authored):
    """How canonical objects and fields are named in a CRM, and what it allows."""

    crm_migrate_target: Literal["1"] = Field(description="version of the language")
    title: str = Field(description="which CRM, and which edition of it")
    last_verified: Text = Field(pattern=_DAY, description="the day on which somebody last looked (YYYY-MM-DD)")
    evidence: str = Field(default="", description="where these facts are from")
    load_order: Texts = Field(default=(), description="objects in the order in which they are loaded")
    batch: Count = Field(default=1, description="how many records a request takes at most")
    objects: dict[str, ProfileObject] = Field(description="canonical object -> what it is in the target")
    quirks: Texts = Field(default=(), description="what surprised somebody, in words")
    files: ProfileFiles | None = Field(
        default=None, description="how the files of `connector: files` are written; any other connector needs none"
    )
    capacity: ProfileCapacity | None = Field(
        default=None, description="what the editions of the CRM hold and take: what `plan` compares a load with"
    )

    @property
    def called(self) -> str:
        """The CRM without its edition."""
        return self.title.partition(" (")[0]
