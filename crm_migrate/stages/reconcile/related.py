"""What became of every relation that stands in the sources: a record that arrives without its company is half lost.

The mapping declares relations (`ref:`, `about:`, joins, enrichment, what one row is made into). Others are found in the
data: a column whose values are keys of another source, by its name where at least half of them are, by its values alone
where there are enough of them and nearly all are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan, SourcePlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.columns import columns_of
from crm_migrate.workspace.coverage_figures import ColumnFigure, RelationFate, RelationFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EXTRACTED, RECORDS, texts

LOOKED = 20_000  # different values of a column that are looked at
ENOUGH, NEARLY_ALL, HALF = 10, 0.98, 0.5  # different values, and the shares of them that are keys
_FIRST_ROWS = 2_000  # that are looked at of all columns at once
_SMALL = "^[0-9]{1,3}$"  # numbers that any list has: they prove nothing
_KEY_WORDS = ("id", "no", "nr", "key", "number")
Columns = Mapping[str, Sequence[ColumnFigure]]  # by source


def relation_figures(tables: Relations, plan: Plan, columns: Columns) -> Iterator[RelationFigure]:
    """Every relation, those that are declared first."""
    declared = [*_declared(plan, columns), *_of_rows(tables, plan)]
    yield from declared
    spoken = {(each.source, each.column) for each in declared if each.column}
    keys = _keys(tables, plan)
    for source in plan.sources:
        open_ = [each for each in columns[source.name] if (source.name, each.column) not in spoken]
        open_ = [each for each in open_ if _may_refer(plan, source, each)]
        for column in _hopeful(tables, plan, source, open_, keys):
            yield from _found(tables, plan, source, column, keys)


# ------------------------------------------------------------------------------------------------------- declared


def _declared(plan: Plan, columns: Columns) -> Iterator[RelationFigure]:
    """The references, joins and enrichments of the mapping, by the columns that they read."""
    filled = {(each.source, each.column): each.filled for of in columns.values() for each in of}
    for source, column, parent, fate, into in dict.fromkeys(_said(plan)):
        yield RelationFigure(
            source=source, column=column, parent=parent, fate=fate, filled=filled.get((source, column), 0),
            declared=True, into=(into,),
        )  # fmt: skip


def _said(plan: Plan) -> Iterator[tuple[str, str, str, RelationFate, str]]:
    for each in plan.objects:
        for field in (field for field in each.fields if field.ref is not None and field.action == "migrate"):
            for source, cell in field.cells.items():
                for column in columns_of(cell):
                    yield source, column, field.ref.object if field.ref else "", "linked", f"{each.name}.{field.name}"
        for enrich in each.enrich:
            by = each.field(enrich.by).cells.get(enrich.source)
            for column in columns_of(by) if by is not None else ():
                yield enrich.source, column, each.name, "adds", f"{each.name}.{enrich.by}"
    for source_plan in plan.sources:
        for join in source_plan.joins:
            for column in join.by:
                yield source_plan.name, column, join.table, "joined", join.alias


# ------------------------------------------------------------------------------------- what one row is made into


def _of_rows(tables: Relations, plan: Plan) -> Iterator[RelationFigure]:
    """Objects that are made of the same rows: linked by a reference of the row, or by nothing."""
    for source in plan.sources:
        fed = [each for each in plan.objects if any(feed.source == source.name for feed in each.feeds)]
        for each in fed:
            for field in each.fields:
                if field.ref is not None and source.name in field.ref.same_row and field.action == "migrate":
                    both = _rows_of(tables, source.name, each, plan.object(field.ref.object))
                    yield _row(source.name, field.ref.object, "linked", both, f"{each.name}.{field.name}")
        for one, other in combinations(_islands(fed, source.name), 2):
            both, first, second = max(
                ((_rows_of(tables, source.name, a, b), a.name, b.name) for a in one for b in other),
                key=lambda found: found[0],
            )
            if both:
                why = source.no_links.get(f"{first} + {second}") or source.no_links.get(f"{second} + {first}") or ""
                yield _row(source.name, first, "dropped" if why else "unspoken", both, second, why)


def _row(source: str, parent: str, fate: RelationFate, both: int, into: str, why: str = "") -> RelationFigure:
    return RelationFigure(
        source=source,
        column="",
        parent=parent,
        fate=fate,
        filled=both,
        declared=fate == "linked",
        into=(into,),
        why=why,
    )


def _rows_of(tables: Relations, source: str, one: ObjectPlan, other: ObjectPlan) -> int:
    """The rows of a source that hold both."""
    first, second = (tables.scan(RECORDS, each.name, source) for each in (one, other))
    return tables.count(f"(SELECT DISTINCT a.__row FROM {first} a SEMI JOIN {second} b ON a.__row = b.__row)")


def _islands(fed: Sequence[ObjectPlan], source: str) -> list[list[ObjectPlan]]:
    """The objects of the rows of a source, together where references that it speaks lead from one to another."""
    islands: list[list[ObjectPlan]] = []
    for each in fed:
        near = [
            island for island in islands if any(_refers(each, o, source) or _refers(o, each, source) for o in island)
        ]
        islands = [island for island in islands if island not in near] + [[*(o for i in near for o in i), each]]
    return islands


def _refers(one: ObjectPlan, other: ObjectPlan, source: str) -> bool:
    refs = [(f.ref, f.cells) for f in one.fields if f.ref is not None]
    names = (other.name, other.identity)
    return any(ref.object in names and (source in ref.same_row or source in cells) for ref, cells in refs)


# ---------------------------------------------------------------------------------------------------------- found


def _may_refer(plan: Plan, source: SourcePlan, column: ColumnFigure) -> bool:
    """Whether a column may speak a key: it is not its own row's, and no field takes it for a value of another kind."""
    if not column.filled or column.fate in ("decides", "joined", "proves"):
        return False
    if column.fate == "key" or column.column in source.key:
        return len(source.key) > 1
    takers = [
        field
        for each in plan.objects
        for field in each.fields
        if (cell := field.cells.get(source.name)) is not None and column.column in columns_of(cell)
    ]
    return all(map(_is_name, takers))


def _is_name(field: FieldPlan) -> bool:
    """A field of plain texts or ids: the key of a record may stand there unseen."""
    kind = field.kind
    return field.ref is None and (kind.key == "id" or kind.plain)


def _keys(tables: Relations, plan: Plan) -> dict[str, str]:
    """Source -> its key of one column; their values in the table `coverage_keys`."""
    single = {source.name: source.key[0] for source in plan.sources if len(source.key) == 1}
    tables.execute("CREATE OR REPLACE TEMP TABLE coverage_keys (source VARCHAR, value VARCHAR)")
    for source, column in single.items():
        raw = tables.scan(EXTRACTED, source, also=texts(column))
        tables.execute(
            f"INSERT INTO coverage_keys SELECT DISTINCT {literal(source)}, trim({quoted(column)}) FROM {raw} "
            f"WHERE trim({quoted(column)}) <> ''"
        )
    return single


def _hopeful(
    tables: Relations, plan: Plan, source: SourcePlan, columns: Sequence[ColumnFigure], keys: Mapping[str, str]
) -> list[ColumnFigure]:
    """The columns that are worth a look of their own: those that are called like a key, and those of which the first
    rows have not yet shown more values that are no keys than there may be in all."""
    named = {c.column for c in columns if any(_is_named(c.column, parent, keys[parent], plan) for parent in keys)}
    others = [each for each in columns if each.column not in named]
    strangers = _strangers(tables, source.name, [each.column for each in others])
    others = [each for each in others if strangers[each.column] <= (1 - NEARLY_ALL) * min(each.filled, LOOKED)]
    most = _at_most_different(tables, source.name, [each.column for each in others])
    near = {each.column for each in others if strangers[each.column] <= (1 - NEARLY_ALL) * most[each.column]}
    return [each for each in columns if each.column in named | near]


def _strangers(tables: Relations, source: str, names: Sequence[str]) -> dict[str, int]:
    """Column -> different values of the first rows that are no key of any source; all columns in one reading."""
    if not names:
        return {}
    listed = ", ".join(map(quoted, names))
    rows = f"SELECT {listed} FROM {tables.scan(EXTRACTED, source, also=texts(*names))} LIMIT {_FIRST_ROWS}"
    found = tables.rows(
        f"""SELECT name, count(DISTINCT value) FROM (SELECT name, trim(value) AS value
          FROM (UNPIVOT ({rows}) ON {listed} INTO NAME name VALUE value)) v ANTI JOIN coverage_keys USING (value)
        WHERE value <> '' GROUP BY name"""
    )
    return dict.fromkeys(names, 0) | {str(name): int(count) for name, count in found}


def _at_most_different(tables: Relations, source: str, names: Sequence[str]) -> dict[str, int]:
    """Column -> more different values than it has: twice an estimate that is hardly ever wrong by a tenth."""
    if not names:
        return {}
    counts = ", ".join(f"approx_count_distinct({quoted(name)})" for name in names)
    found = tables.one(f"SELECT {counts} FROM {tables.scan(EXTRACTED, source, also=texts(*names))}")
    return dict(zip(names, (2 * int(count) + ENOUGH for count in found), strict=True))


def _found(
    tables: Relations, plan: Plan, source: SourcePlan, column: ColumnFigure, keys: Mapping[str, str]
) -> Iterator[RelationFigure]:
    """The parents whose keys a column speaks, the one with the most first; of several by values alone the first."""
    raw, name = tables.scan(EXTRACTED, source.name, also=texts(column.column)), quoted(column.column)
    values = f"(SELECT DISTINCT trim({name}) AS value FROM {raw} WHERE trim({name}) <> '' LIMIT {LOOKED})"
    different, small = tables.one(
        f"SELECT count(*), count(*) FILTER (regexp_matches(value, {literal(_SMALL)})) FROM {values}"
    )
    matched = tables.rows(
        f"SELECT k.source, count(*) AS n FROM {values} v JOIN coverage_keys k USING (value) "
        "GROUP BY k.source ORDER BY n DESC, k.source"
    )
    for parent, count in matched:
        share, key = int(count) / int(different), keys[parent]
        named = _is_named(column.column, parent, key, plan)
        proves = different >= ENOUGH and share >= NEARLY_ALL and small < different / 2 and parent != source.name
        if (named and share >= HALF) or proves:
            fate, why = _fate(plan, source, column, parent)
            yield RelationFigure(
                source=source.name, column=column.column, parent=parent, fate=fate, filled=column.filled,
                declared=False, into=column.into, why=why, found=int(count), looked_at=int(different),
            )  # fmt: skip
            return


def _fate(plan: Plan, source: SourcePlan, column: ColumnFigure, parent: str) -> tuple[RelationFate, str]:
    if column.fate in ("dropped", "archived"):
        return ("dropped" if column.fate == "dropped" else "archived"), column.why
    why = source.no_links.get(column.column) or plan.source(parent).stays_behind or ""
    return ("dropped" if why else "unspoken"), why


def _is_named(column: str, parent: str, key: str, plan: Plan) -> bool:
    """Whether a column is called like the key of another source, or like that source and a word for a key."""
    name, own = _letters(column), _letters(key)
    if name == own:
        return own not in _KEY_WORDS
    objects = [each.name for each in plan.objects if any(feed.source == parent for feed in each.feeds)]
    called = {word for each in (parent, *objects) for word in _numbers(_letters(each))}
    return name in {f"{word}{end}" for word in called for end in (own, *_KEY_WORDS)}


def _numbers(word: str) -> tuple[str, ...]:
    """A name as it is, and without its plural."""
    return (word, f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s"))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.rpartition(".")[2].casefold())
