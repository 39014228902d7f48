"""A module of an account as a source: its views read whole, choices and owners as words, and counted once more.

What lies in the recycle bin is left out. A reading is no snapshot; where the count changes meanwhile it is begun anew.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa

from crm_migrate.connecting.contract import FILE, LINE, ROW, FileFact, SourceBatch, SourceSchema, SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import InputError, TargetError
from crm_migrate.finding import Finding, Place
from crm_migrate_freshsales.answers import Record
from crm_migrate_freshsales.auth import open_rooms
from crm_migrate_freshsales.looking import Looking
from crm_migrate_freshsales.settings import Settings
from crm_migrate_freshsales.shapes import (
    ACCOUNTS,
    ACTIVITIES,
    CONTACTS,
    CUSTOM,
    DEALS,
    MODELS,
    OWNER,
    STAGE,
    TYPE,
    Model,
)
from crm_migrate_freshsales.values import Names, told_plain, word_of

ID = "id"
WHEN = ("created_at", "updated_at")
# What is not told under the name that the settings of a module give it.
GROUPS = frozenset({"emails", ACCOUNTS, CONTACTS, "lookup"})
BESIDE: dict[str, tuple[str, ...]] = {  # columns that a module has beside those fields
    CONTACTS: ("email", "emails.all", ACCOUNTS, f"{ACCOUNTS}.all", "external_id"),
    DEALS: (CONTACTS, f"{CONTACTS}.all"),
    ACTIVITIES: ("targetable_id", "targetable_type", TYPE),
}
_TOLD = frozenset({"number_of_employees", "time_zone", "base_currency_amount"})  # that answers tell, beside our shapes
_TYPES = {"tags": "tags", "amount": "money", **dict.fromkeys(("start_date", "end_date", *WHEN), "instant")}


class FreshsalesSource:
    """Reads one module. Every `read` begins anew."""

    def __init__(self, spec: SourceSpec, settings: Settings, waiting: Waiting | None = None) -> None:
        self._spec, self._place = spec, Place(source=spec.name)
        questions, _ = open_rooms(settings, waiting or Waiting())
        self._looking = Looking(questions, waiting or Waiting(), 0)
        self._fact: FileFact | None = None

    @cached_property
    def _model(self) -> Model:
        found = MODELS.get(str(self._spec.table))
        if found is None:
            raise InputError(
                f"source `{self._spec.name}`: {self._spec.table} of Freshsales is not read",
                hint=f"table: one of {', '.join(MODELS)}",
            )
        return found

    @cached_property
    def _definitions(self) -> list[Record]:
        try:
            return self._looking.definitions(self._model)
        except TargetError as error:
            raise self._unread(error) from None

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """The fields of the module that its records tell, and what stands beside them."""
        model, beside = self._model, BESIDE.get(self._model.name, ())
        named = [str(each["name"]) for each in self._definitions if each["name"] not in GROUPS]
        told = [name for name in named if name in model.fields or name.startswith("cf_") or name in _TOLD]
        return tuple(dict.fromkeys((ID, *told, *beside, *WHEN)))

    @cached_property
    def _left(self) -> tuple[str, ...]:
        """Fields that the settings name and no answer tells, as far as is known."""
        return tuple(
            str(each["name"])
            for each in self._definitions
            if each["name"] not in self._columns and each["name"] not in GROUPS
        )

    @cached_property
    def _header(self) -> Header:
        return name_columns(self._columns, self._place)

    def describe(self) -> SourceSchema:
        """The fields of the module. InputError where it cannot be read."""
        return SourceSchema(self._header.names, self._header.renamed)

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the order of their ids, in batches of at most `batch_rows`."""
        try:
            names = self._looking.names(self._model, self._definitions)
            records = self._looking.records(self._model)
            counted = self._looking.counted(self._model)
        except TargetError as error:
            raise self._unread(error) from None
        for start in range(0, len(records), batch_rows):
            yield SourceBatch(self._table(records[start : start + batch_rows], start, names))
        self._fact = FileFact(
            path=f"freshsales: {self._model.name}",
            sha256="",
            bytes=0,
            records=len(records),
            quarantined=0,
            counted=counted,
            count_method="totals of the views behind the reading",
            evidence=(
                "read by views; no snapshot, and without the recycle bin",
                f"fields that no answer tells: {', '.join(self._left) or 'none'}",
            ),
        )

    def _table(self, records: Sequence[Record], row: int, names: Names) -> pa.Table:
        count = len(records)
        columns: dict[str, pa.Array] = {
            ROW: pa.array(range(row, row + count), pa.int64()),
            FILE: pa.array([0] * count, pa.int32()),
            LINE: pa.array(range(row + 1, row + count + 1), pa.int64()),
        }
        for column, name in zip(self._columns, self._header.names, strict=True):
            columns[name] = pa.array([cell_of(column, each, names) for each in records], pa.string())
        return pa.table(columns)

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read; complete only after `read` is exhausted."""
        return ((self._fact,) if self._fact else ()), self._header.findings

    def _unread(self, error: TargetError) -> InputError:
        return InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint)


def cell_of(column: str, record: Record, names: Names) -> str | None:
    """A column of a record as canonical text: choices by their label, users by their mailbox."""
    if column.startswith("cf_"):
        return told_plain(str(names.customs.get(column, {}).get("type")), record[CUSTOM].get(column))
    if column.endswith(".all"):
        ids = _all(column.removesuffix(".all"), record)
        return json.dumps(ids, ensure_ascii=False) if ids else None
    if column == ACCOUNTS:
        return next((str(each["id"]) for each in record.get(ACCOUNTS) or () if each.get("is_primary")), None)
    if column == CONTACTS:
        return next(iter(_all(CONTACTS, record)), None)
    held = record.get(column)
    return None if held is None else _worded(column, held, names)


def _worded(column: str, held: Any, names: Names) -> str | None:
    if column == OWNER:
        return names.former.get(held) or word_of(names.owners, held)
    if column == STAGE:
        return next((word for there in names.stages.values() for word, id in there.items() if id == held), str(held))
    if column in names.choices:
        return word_of(names.choices[column], held)
    return told_plain(_TYPES.get(column, "text"), held)


def _all(of: str, record: Record) -> list[str]:
    if of == "emails":
        return [str(each["value"]) for each in record.get("emails") or ()]
    if of == ACCOUNTS:
        return [str(each["id"]) for each in record.get(ACCOUNTS) or ()]
    return [str(id) for id in record.get("contact_ids") or ()]
