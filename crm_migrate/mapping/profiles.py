"""Profiles as data: what an export of a system looks like, and how a CRM names the canonical objects and fields."""

from typing import Annotated, Literal

from pydantic import Field

from crm_migrate.mapping.authored import BYTES, Authored, Count, Flag, Text, Texts

_DAY = r"^\d{4}-\d{2}-\d{2}$"


class ProfileColumn(Authored):
    """A column of an export: other names of it, and the canonical field that it usually feeds."""

    aliases: Texts = Field(default=(), description="other names that it has in other versions or languages")
    field: str | None = Field(default=None, description="the canonical field that it usually feeds: `contacts.email`")
    date: str | None = Field(default=None, description="how days are written in it: `YYYY-MM-DD`")
    note: str = Field(default="", description="what somebody has to know of it")


class SourceProfile(Authored):
    """What an export or database of a system looks like. Facts carry the day they were last verified."""

    crm_migrate_source: Literal["1"] = Field(description="version of the language")
    title: str = Field(description="which system, and which of its exports")
    last_verified: Text = Field(pattern=_DAY, description="the day on which somebody last looked (YYYY-MM-DD)")
    evidence: str = Field(default="", description="where these facts are from")
    connector: str = Field(default="files", description="which connector reads it")
    encoding: str | None = Field(default=None, description="encoding of its text files, where it is always the same")
    delimiter: str | None = Field(default=None, description="the sign between its cells, where it is always the same")
    time_zone: str | None = Field(default=None, description="where its local times are local")
    key: Texts = Field(default=(), description="column or columns that name a row")
    changed: str | None = Field(default=None, description="column of the last change")
    skip: Texts = Field(default=(), description="conditions of rows that are no records")
    files: dict[str, str] = Field(
        default={}, description="tag -> pattern of a file's name, where the name says what its rows are"
    )
    tag: str | None = Field(default=None, description="the column that such a tag becomes")
    columns: dict[str, ProfileColumn] = Field(default={}, description="column -> its other names, and what it feeds")
    quirks: Texts = Field(default=(), description="what surprised somebody, in words")

    def alias(self, name: str, headers: frozenset[str]) -> str | None:
        """The header that a profile's column has in this file, if one of its names is there."""
        names = next((n for n in self._names() if name in n), ())
        return next((other for other in names if other in headers), None)

    def _names(self) -> list[tuple[str, ...]]:
        return [(name, *column.aliases) for name, column in self.columns.items()]


class ProfileField(Authored):
    """A field of the target. `choices` are the target's own values; `reference` names a canonical object."""

    column: str | None = Field(default=None, description="its name in the target; that of the CRM model unless said")
    type: str | None = Field(default=None, description="semantic type, where the CRM model does not have the field")
    length: Count | None = Field(default=None, description="how many characters it takes")
    required: Flag = Field(default=False, description="the target refuses a record without it")
    unique: Flag = Field(default=False, description="the target takes each value once")
    choices: Texts = Field(default=(), description="the target's own words for it")
    reference: str | None = Field(default=None, description="the canonical object that it leads to")
    read_only: Flag = Field(default=False, description="the target computes it itself")
    last_verified: Annotated[Text | None, Field(pattern=_DAY)] = Field(
        default=None, description="the day on which somebody last looked; that of the profile unless said"
    )
    note: str = Field(default="", description="what somebody has to know of it")


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
    opt_outs: Texts = Field(
        default=(),
        description="fields of the target (`*` for anything) in which it keeps who opted out: a load writes them with a"
        " consent, so no other field goes there beside one",
    )
    largest_file: str | None = Field(default=None, pattern=BYTES, description="size above which it takes no file")
    forbidden_files: Texts = Field(default=(), description="endings of files that it does not take")
    quirks: Texts = Field(default=(), description="what surprised somebody, in words")


class TargetProfile(Authored):
    """How canonical objects and fields are named in a CRM, and what it allows."""

    crm_migrate_target: Literal["1"] = Field(description="version of the language")
    title: str = Field(description="which CRM, and which edition of it")
    last_verified: Text = Field(pattern=_DAY, description="the day on which somebody last looked (YYYY-MM-DD)")
    evidence: str = Field(default="", description="where these facts are from")
    load_order: Texts = Field(default=(), description="objects in the order in which they are loaded")
    objects: dict[str, ProfileObject] = Field(description="canonical object -> what it is in the target")
    quirks: Texts = Field(default=(), description="what surprised somebody, in words")
