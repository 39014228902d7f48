"""How a CRM wants its import files: what a target profile says in its section `files`, as the connector gets it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from crm_migrate.connecting.contract import TargetField
from crm_migrate.crm.types import type_of
from crm_migrate.errors import UsageError
from crm_migrate_bundles.closing import Closed


@dataclass(frozen=True, slots=True)
class Layout:
    """Encoding, separators and spellings of the files, and how many rows and bytes one may have (None: any).

    `imports` are taken in 24 hours. These limits are those of the `edition`, or what each of the `editions` takes where
    nobody said which it is; `limits_by` is whose word they are.
    `forbidden` are signs that no cell may hold.
    `always`: object -> columns with the same cell in every row that is added. `opt_outs` is the object of those who may
    not be written to, `mailbox` the header of theirs.
    `beside`: object -> column -> the link that it stands beside, and the field there whose value it has. `known`:
    object -> the columns that the CRM has by itself; others (`own_columns`) are made by people, or lost.
    `closed`: object -> how files say that its records are closed, where stages do not.
    `owner_by` is what of a user the import finds an owner by, `owner_form` how that looks.
    `changes` are imported by our key, or made by hand; `empty_cells` says what an import does with them.
    `links` are looked for by the import, or kept as a text: then a name that several have is right too.
    `called`: object -> the field by which the record is named where others link to it; our key where none is said.
    `order`: the objects as they are imported. `key`: object -> the header of the column with our key. `consent`: the
    words for what somebody allows; where there are none, who refused stands in the list of opt-outs alone.
    `headings`: object -> field -> what its column is called in exports besides; `labels`: object -> field -> word of
    our files -> word of exports; `boxes`: object -> field of a consent -> cell of an export -> word of the consent.
    `zones`: object -> the time zone of moments without an offset in its export.
    `profile` is the name of the profile that says all this.
    `steps` say what to do with the files; `clicks_by` is the day on which pages of the vendor had their menu path.
    `language` is that of the project.
    """

    format: Literal["csv", "xlsx"] = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    days: str = "YYYY-MM-DD"
    moments: str = "YYYY-MM-DDTHH:mm:ssZ"
    yes: str = "true"
    no: str = "false"
    list: str = ";"
    forbidden: str = ""
    decimal: str = "."
    rows: int | None = None
    bytes: int | None = None
    imports: int | None = None
    edition: str | None = None
    editions: Sequence[str] = ()
    limits_by: Literal["vendor", "others"] = "others"
    consent: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    key: Mapping[str, str] = field(default_factory=dict)
    order: Sequence[str] = ()
    always: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    beside: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    closed: Mapping[str, Closed] = field(default_factory=dict)
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    owner_by: Literal["id", "mailbox", "name"] | None = None
    owner_form: str | None = None
    links: Literal["found", "text"] = "found"
    own_columns: Literal["made", "lost"] = "made"
    changes: Literal["by_key", "by_hand"] = "by_key"
    empty_cells: Literal["keep", "clear"] = "clear"
    opt_outs: str = "suppressions"
    mailbox: str = "email"
    headings: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    boxes: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    profile: str = ""
    title: str = ""
    clicks_by: str | None = None
    steps: Sequence[str] = ()
    language: str = "en"

    def key_of(self, object: str) -> str:
        """The header of the column with our key."""
        return self.key.get(object, "crm_migrate_id")

    def has_column(self, field: TargetField) -> bool:
        """Whether files have a column for a field: consents have none where there are no words for them."""
        return type_of(field.type).role != "consent" or bool(self.consent)


def layout_of(options: Mapping[str, Any]) -> Layout:
    """The layout that the profile of an environment gave. UsageError where it gave none."""
    text = options.get("layout")
    if text is None:
        raise UsageError(
            "the profile of this environment says nothing of files",
            hint="profile: files, or another one of `crm-migrate connectors`; see docs/import-files.md",
        )
    said = json.loads(str(text))
    closed = {name: Closed(**each) for name, each in said.pop("closed", {}).items()}
    return Layout(**said, closed=closed)
