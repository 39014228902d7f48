"""A table of an environment as a source: read page by page in the order of its ids, which are read a second time.

Choices are told by their labels, lookups by ids, the owner and the currency by their own names, too.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.paged_source import PagedSource
from crm_migrate.errors import InputError
from crm_migrate_dynamics.answers import LOOKUP_OF, Record
from crm_migrate_dynamics.auth import open_rooms
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.looking import Looking
from crm_migrate_dynamics.requests import Api
from crm_migrate_dynamics.settings import Settings
from crm_migrate_dynamics.shapes import CURRENCY, OWNER
from crm_migrate_dynamics.values import READ, Column, read_text

# Lookups that are told by a name besides: the table that it stands in, and the column.
_NAMED = {OWNER: ("systemuser", "internalemailaddress"), CURRENCY: ("transactioncurrency", "isocurrencycode")}
Told = tuple[Column, str, str]  # a column, the one table that is meant, by which name


class DynamicsSource(PagedSource[Told]):
    """Reads one table. Every `read` begins anew."""

    system = "dynamics"

    def __init__(self, spec: SourceSpec, settings: Settings, waiting: Waiting | None = None) -> None:
        super().__init__(spec)
        questions, _, _ = open_rooms(settings, waiting or Waiting())
        self._looking = Looking(questions, Api(settings.version))

    @cached_property
    def _described(self) -> Described:
        found = self._looking.described(str(self._spec.table))
        if found is None:
            raise InputError(
                f"source `{self._spec.name}`: Dataverse has no table {self._spec.table} that this user may see",
                hint="look at its logical name (`account`) and the security roles of the application user",
            )
        return found

    @cached_property
    def columns(self) -> Sequence[tuple[str, Told]]:
        """The columns of a row, the id first."""
        kept = (column for column in self._described.columns.values() if column.type in READ)
        return sorted(chain.from_iterable(map(_of, kept)), key=lambda told: told[0] != self._described.key)

    def pages(self) -> Iterator[Sequence[Record]]:
        """All records."""
        names = [self._described.key, *(column.read_name for _, (column, _, _) in self.columns)]
        return self._looking.pages(self._described, list(dict.fromkeys(names)), self._where)

    def bare_pages(self) -> Iterator[Sequence[Record]]:
        """The ids of all records."""
        return self._looking.pages(self._described, [self._described.key], self._where)

    @property
    def _where(self) -> str:
        return self._looking.of_kind(self._described)

    def id_of(self, record: Record) -> str:
        """By the column that every table has for it."""
        return str(record[self._described.key])

    def cells(self, column: Told, records: Sequence[Record]) -> list[str | None]:
        """A column of records as canonical text."""
        of_it, of, by = column
        cells = [read_text(record.get(of_it.read_name), of_it) for record in records]
        if of:
            tables = (record.get(of_it.read_name + LOOKUP_OF, of) for record in records)
            cells = [cell if table == of else None for cell, table in zip(cells, tables, strict=True)]
        if not by:
            return cells
        names = self._looking.names_of(of, by, {cell for cell in cells if cell})
        return [names.get(cell or "") for cell in cells]

    def left_out(self) -> Sequence[str]:
        """Columns of the table that hold no text."""
        return [name for name, column in self._described.columns.items() if column.type not in READ]


def _of(column: Column) -> Iterator[tuple[str, Told]]:
    """How a column is told: as it is, by each table that it may lead to, and by a name."""
    if len(column.leads) > 1 and column.name != OWNER:
        yield from ((f"{column.name}.{table}", (column, table, "")) for table in sorted(column.leads))
    else:
        yield column.name, (column, "", "")
    if column.name in _NAMED:
        of, by = _NAMED[column.name]
        yield f"{column.name}.{by}", (column, of, by)
