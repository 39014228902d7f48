"""Which cells of a row go with the people that it speaks of, and which stay, because the rest of the row needs them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan, SourcePlan, SplitPlan

_FIGURES = ("amount", "currency", "consent", "choice", "owner")  # roles of values that name nobody by themselves


@dataclass(frozen=True, slots=True)
class Redaction:
    """What becomes of the columns of a row: `emptied`, `renamed` (a key: it becomes a token), or cut by parts."""

    emptied: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    parted: dict[str, SplitPlan] = field(default_factory=dict)

    @property
    def columns(self) -> set[str]:
        """All columns that change."""
        return {*self.emptied, *self.renamed, *self.parted}


class Columns:
    """The columns of one source, as the mapping reads them."""

    def __init__(self, plan: Plan, source: SourcePlan, names: Iterable[str]) -> None:
        self._plan, self._source = plan, source
        self._names = [name for name in names if not name.startswith("__")]
        self._ruling = set(_ruling(plan, source))
        self._known: dict[tuple[frozenset[str], frozenset[str]], Redaction] = {}

    def redaction(self, erased: frozenset[str], parts: frozenset[str] = frozenset()) -> Redaction:
        """For a row whose records of these objects are erased; of `parts` only some of the row's parts are."""
        if (erased, parts) not in self._known:
            self._known[erased, parts] = self._redaction(erased, parts)
        return self._known[erased, parts]

    def _redaction(self, erased: frozenset[str], parts: frozenset[str]) -> Redaction:
        gone = {name for name in self._names if self._goes(name, erased)}
        cut = {name: split for each in erased for name, split in self.split(each) if name in gone}
        whole = gone - cut.keys()
        if parts:  # what is not cut is of the other people of the row, too
            whole = {name for name in whole if not self._read(name, parts)}
        key = [name for name in self._source.key if name in whole]
        return Redaction(tuple(sorted(whole - set(key))), tuple(key), cut)

    def personal_key(self) -> bool:
        """Whether the key of a row names somebody."""
        people = frozenset(each.name for each in self._plan.objects)
        return any(self._goes(name, people) for name in self._source.key)

    def only_ruling(self) -> list[str]:
        """The columns that rules read and no field: what stands there is not known."""
        known = {*self._source.key, self._source.changed, self._source.tag}
        return [n for n in self._names if n in self._ruling - known and not any(self._readers(n))]

    def says(self, text: str) -> bool:
        """Whether a rule of the source names this text."""
        return any(f"'{text}'" in rule for rule in _rules(self._plan, self._source))

    def mailboxes(self) -> list[str]:
        """The columns that mailboxes are read from."""
        return [n for n in self._names if any(f.kind.key == "mailbox" for _, f in self._readers(n))]

    def _goes(self, name: str, erased: frozenset[str]) -> bool:
        readers = list(self._readers(name))
        mine = [f for o, f in readers if o.name in erased]
        kept = name in self._source.key or name in self._ruling
        if not readers:
            return not kept
        if any(_names_somebody(f) for f in mine):
            return True
        return bool(mine) and len(mine) == len(readers) and not kept and not all(map(_is_figure, mine))

    def _read(self, name: str, objects: frozenset[str]) -> bool:
        return any(o.name in objects for o, _ in self._readers(name))

    def _readers(self, name: str) -> Iterator[tuple[ObjectPlan, FieldPlan]]:
        for each in self._plan.objects:
            for one in each.fields:
                cell = one.cells.get(self._source.name)
                if cell is None:
                    continue
                spoken = {cell.column} if cell.expression is None else {n.name for n in parse(cell.expression).names()}
                if name in spoken:
                    yield each, one

    def split(self, name: str) -> Iterator[tuple[str, SplitPlan]]:
        """The columns that are cut into parts for an object, the leading one first."""
        for feed in self._plan.object(name).feeds:
            if feed.source == self._source.name and feed.split is not None:
                yield from ((column, feed.split) for column in (feed.split.column, *feed.split.companions))


def _ruling(plan: Plan, source: SourcePlan) -> Iterator[str]:
    """Columns that rules of the source read, the instant of its last change and its tag."""
    yield from filter(None, (source.changed, source.tag))
    for rule in _rules(plan, source):
        yield from (name.name for name in parse(rule).names())


def _rules(plan: Plan, source: SourcePlan) -> Iterator[str]:
    rules = [skip.expression for skip in source.skip]
    rules += [feed.where for o in plan.objects for feed in o.feeds if feed.source == source.name]
    yield from filter(None, rules)


def _names_somebody(one: FieldPlan) -> bool:
    """Values by which a person is known or reached, or that are special."""
    kind = one.kind
    reaches = kind.key in ("mailbox", "phone") or kind.nobody == "day" or kind.storage == "list"
    return bool(kind.identity.endswith("_name") and kind.key == "name") or reaches or one.personal or (
        one.sensitive is not None or kind.hard
    )  # fmt: skip


def _is_figure(one: FieldPlan) -> bool:
    """Values that tell nobody apart: amounts, states, owners, days of work; and links, which say keys."""
    kind = TYPES[one.type]
    if one.personal or one.sensitive or kind.personal:
        return False
    return one.ref is not None or kind.role in _FIGURES or kind.storage in (
        "decimal", "integer", "boolean", "date", "instant"
    )  # fmt: skip
