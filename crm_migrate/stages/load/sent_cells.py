"""What the batches of a planned load hold, as the load cuts them: which columns, and of some which values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_migrate.connecting.contract import Load
from crm_migrate.mapping.plan import FieldPlan
from crm_migrate.quoting import literal, names_of, quoted
from crm_migrate.stages.load.keys import names_field
from crm_migrate.stages.load.objects import Link, written_of
from crm_migrate.workspace.relations import Relations

# Roles or types of which targets look at the values.
_NAMED = ("consent", "owner", "currency", "choice", "stage", "pipeline")


@dataclass(frozen=True, slots=True)
class Sent:
    """The planned lines of an object: a FROM item, its loaded fields, those of its links that are written later, and
    what is written last and is no link."""

    tables: Relations
    lines: str
    fields: Sequence[FieldPlan]
    later: Sequence[Link]
    last: Sequence[FieldPlan] = ()

    @property
    def _waits(self) -> set[str]:
        return {*(link.name for link in self.later), *(str(field.target) for field in self.last)}

    def created(self, rows: int) -> Iterator[Load]:
        """The batches that create; what is written later is not among their columns."""
        waits = self._waits
        own = [each for each in self.fields if each.target not in waits]
        for count, _, _, *cells in self._batches(rows, "__action = 'create'", own, "NULL"):
            yield Load(count, dict(zip((str(f.target) for f in own), map(_words, cells), strict=True)), new=True)

    def changed(self, rows: int) -> Iterator[Load]:
        """The batches that adopt or change, by slices and by what changes alike; then links by themselves, and last
        what is no link."""
        waits = self._waits
        for adopts in (True, False):
            kind = "__code = 'existing'" if adopts else "__code IS DISTINCT FROM 'existing'"
            names = names_of("__changed_fields")
            where = f"__action = 'update' AND {kind}"
            for count, _, changed, *cells in self._batches(rows, where, self.fields, names):
                told = {str(f.target): _words(words) for f, words in zip(self.fields, cells, strict=True)}
                columns = {name: told[name] for name in changed or () if name in told and name not in waits}
                if columns or adopts or not changed:
                    yield Load(count, columns, adopts)
        for link in self.later:
            where = (
                f"(__action = 'create' AND {quoted(link.name)} IS NOT NULL)"
                f" OR {names_field('__changed_fields', link.name)}"
            )
            for count, new, _, words in self._batches(rows, where, [link.field], "NULL"):
                yield Load(count, {link.name: _words(words)}, new=new)
        for together, _ in self.closing():
            fields = [each for each in self.last if str(each.target) in together]
            where = f"{self._written} = [{', '.join(map(literal, together))}]"
            for count, new, _, *cells in self._batches(rows, where, fields, "NULL"):
                yield Load(count, dict(zip((str(f.target) for f in fields), map(_words, cells), strict=True)), new=new)

    def closing(self) -> list[tuple[list[str], int]]:
        """What is written last and is no link: the fields that are written together, and of how many records."""
        if not self.last:
            return []
        query = f"SELECT {self._written} AS names, count(*) FROM {self.lines} GROUP BY 1 HAVING len(names) > 0"
        return [(list(names), int(count)) for names, count in self.tables.rows(f"{query} ORDER BY 1")]

    @property
    def _written(self) -> str:
        return written_of([str(field.target) for field in self.last])

    def _batches(self, rows: int, where: str, fields: Sequence[FieldPlan], alike: str) -> Iterator[tuple]:  # type: ignore[type-arg]
        cells = "".join(f", {_told(each)}" for each in fields)
        yield from self.tables.rows(
            f"""SELECT count(*), bool_and(__action = 'create'), any_value(alike){cells} FROM (
              SELECT *, {alike} AS alike, (row_number() OVER (ORDER BY __cluster) - 1) // {rows} AS slice
              FROM {self.lines} WHERE {where}) GROUP BY slice, alike ORDER BY slice, alike"""
        )


def _told(field: FieldPlan) -> str:
    """SQL: the values of a column, of those that are looked at; else "" where there is any."""
    cell = quoted(str(field.target))
    value = cell if field.kind.role in _NAMED or field.type in _NAMED else literal("")
    return f"list(DISTINCT {value}) FILTER (nullif({cell}::VARCHAR, '') IS NOT NULL)"


def _words(cells: Sequence[object] | None) -> frozenset[str]:
    return frozenset(str(each) for each in cells or ())
