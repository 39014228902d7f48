"""A model of a database as a source: read page by page in the order of its ids, which are read a second time.

Records that others are pointed to are told by their ids, and by names of their own beside them (`user_id.login`,
`country_id.code`, `category_id.name`); choices by their values. Archived records are read, too (`active`).
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.paged_source import PagedSource
from crm_migrate.errors import InputError
from crm_migrate_odoo.answers import Record
from crm_migrate_odoo.auth import open_rooms, signed_in
from crm_migrate_odoo.describe import Described
from crm_migrate_odoo.looking import Looking
from crm_migrate_odoo.settings import Settings
from crm_migrate_odoo.shapes import ABOUT, ABOUT_MODEL, ACTIVE, LOST, MODELS, NATURAL, PROBABILITY, STAGE, STAGED
from crm_migrate_odoo.tags import text_of_tags
from crm_migrate_odoo.values import SEMANTIC, Column, id_of, read_text

_READ = frozenset({*SEMANTIC, "many2many", "many2one_reference", "reference"})  # what is told as text
Told = tuple[Column, str]  # a column, and the name by which the record is told that it leads to


class OdooSource(PagedSource[Told]):
    """Reads one model. Every `read` begins anew."""

    system = "odoo"

    def __init__(self, spec: SourceSpec, settings: Settings, waiting: Waiting | None = None) -> None:
        super().__init__(spec)
        questions, _ = open_rooms(settings, waiting or Waiting())
        self._looking = Looking(questions, lambda: signed_in(questions, settings))

    @cached_property
    def _described(self) -> Described:
        found = self._looking.described(str(self._spec.table))
        if found is None:
            raise InputError(
                f"source `{self._spec.name}`: Odoo has no model {self._spec.table} that this user may see",
                hint="look at its technical name (`res.partner`) and whether its app is installed",
            )
        return found

    @cached_property
    def columns(self) -> Sequence[tuple[str, Told]]:
        """The columns of a row, the id first."""
        kept = [column for column in self._described.columns.values() if column.type in _READ and column.name != "id"]
        first: list[tuple[str, Told]] = [("id", (Column("id", "integer"), ""))]
        stage = [(STAGE, (self._described.columns[STAGED], STAGE))] if self._described.staged else []
        return [*first, *chain.from_iterable(map(_of, kept)), *stage]

    def pages(self) -> Iterator[Sequence[Record]]:
        """All records, archived ones among them."""
        return self._looking.pages(self._described.model, self._where, self._asked)

    @property
    def _asked(self) -> list[str]:
        return list(dict.fromkeys(column.name for _, (column, _) in self.columns))

    def bare_pages(self) -> Iterator[Sequence[Record]]:
        """The ids of all records."""
        return self._looking.pages(self._described.model, self._where, ["id"])

    @property
    def _where(self) -> list[object]:
        return self._looking.of_kind(self._described)

    def id_of(self, record: Record) -> str:
        """The id of a record."""
        return str(record["id"])

    def cells(self, column: Told, records: Sequence[Record]) -> list[str | None]:
        """A column of records as canonical text."""
        of, by = column
        values = [record.get(of.name) for record in records]
        if of.type == "many2many":
            lists = [value if isinstance(value, list) else [] for value in values]
            names = self._looking.names_of(of.of, by, {id for ids in lists for id in ids}) if by else {}
            return [text_of_tags([names.get(str(id), "") if by else str(id) for id in ids]) for ids in lists]
        if not by:
            return [None if of.type == "many2one_reference" and not v else read_text(v, of) for v in values]
        model, name = (of.of, "name") if by == STAGE else (of.of, by)
        names = self._looking.names_of(model, name, {id for value in values if (id := id_of(value))})
        told = [names.get(str(id_of(value))) for value in values]
        return [_lost(record) or cell for record, cell in zip(records, told, strict=True)] if by == STAGE else told

    def left_out(self) -> Sequence[str]:
        """Columns of the model that hold no text."""
        return [name for name, column in self._described.columns.items() if column.type not in _READ]


def _lost(record: Record) -> str | None:
    return LOST if not record.get(ACTIVE) and not record.get(PROBABILITY) else None


def _of(column: Column) -> Iterator[tuple[str, Told]]:
    """How a column is told: as it is, and by a name of the record that it leads to."""
    yield column.name, (column, "")
    if column.name == ABOUT_MODEL and column.of == MODELS:
        yield f"{ABOUT}.model", (column, "model")
    names = NATURAL.get(column.of, ())
    yield from ((f"{column.name}.{by}", (column, by)) for by in names[:1])
