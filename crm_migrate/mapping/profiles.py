"""Profiles as data: what an export of a system looks like, and how a CRM names the canonical objects and fields."""

from typing import Annotated, Literal

from pydantic import Field

from crm_migrate.mapping.authored import BYTES, Authored, Count, Flag, Text, Texts


class ProfileColumn(Authored):
    """A column of an export: other names of it, and the canonical field that it usually feeds."""

    aliases: Texts = ()
    field: str | None = None
    date: str | None = None
    note: str = ""


class SourceProfile(Authored):
    """What an export or database of a system looks like. Facts carry the day they were last verified."""

    crm_migrate_source: Literal["1"]
    title: str
    last_verified: Text = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    evidence: str = ""
    connector: str = "files"
    encoding: str | None = None
    delimiter: str | None = None
    time_zone: str | None = None
    key: Texts = ()
    changed: str | None = None
    skip: Texts = ()
    files: dict[str, str] = Field(default={})  # tag -> pattern of a name, where the name says what the rows are
    tag: str | None = None  # the column that such a tag becomes
    columns: dict[str, ProfileColumn] = Field(default={})
    quirks: Texts = ()

    def alias(self, name: str, headers: frozenset[str]) -> str | None:
        """The header that a profile's column has in this file, if one of its names is there."""
        names = next((n for n in self._names() if name in n), ())
        return next((other for other in names if other in headers), None)

    def _names(self) -> list[tuple[str, ...]]:
        return [(name, *column.aliases) for name, column in self.columns.items()]


class ProfileField(Authored):
    """A field of the target. `choices` are the target's own values; `reference` names a canonical object."""

    column: str | None = None
    type: str | None = None
    length: Count | None = None
    required: Flag = False
    unique: Flag = False
    choices: Texts = ()
    reference: str | None = None
    read_only: Flag = False
    last_verified: Annotated[Text | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None
    note: str = ""


class ProfileObject(Authored):
    """An object of the target; `key_field` is where our entity id lives.

    Of files beside records: the `largest_file` that it takes (`25 MB`), and endings that it takes not at all.
    """

    name: str
    key_field: str = "crm_migrate_id"
    last_verified: Annotated[Text | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None
    fields: dict[str, ProfileField] = Field(default={})
    largest_file: str | None = Field(default=None, pattern=BYTES)
    forbidden_files: Texts = ()
    quirks: Texts = ()


class TargetProfile(Authored):
    """How canonical objects and fields are named in a CRM, and what it allows."""

    crm_migrate_target: Literal["1"]
    title: str
    last_verified: Text = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    evidence: str = ""
    load_order: Texts = ()
    objects: dict[str, ProfileObject]
    quirks: Texts = ()
