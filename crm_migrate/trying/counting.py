"""What differs between two results, counted and with masked samples; see `diff.py` for what the figures mean."""

from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.mapping.plan import FieldPlan
from crm_migrate.mapping.plan_lines import changed_files, changed_lines
from crm_migrate.quoting import literal, quoted
from crm_migrate.reports.masking import pair
from crm_migrate.reports.naming import Names
from crm_migrate.reports.visible import visible
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.stages.reconcile.privacy import privacy
from crm_migrate.trying.diff import READY, FieldDiff, MappingDiff, Move, ObjectDiff, Regrouped, Sample
from crm_migrate.trying.differing import NEW, OLD, Both, settle, table
from crm_migrate.workspace.tables import COMPLETED, EXTRACTED, texts

SAMPLES = 5


def difference(both: Both, *, reveal: bool = False) -> MappingDiff:
    """Everything that differs. Personal values are masked unless `reveal` says otherwise."""
    old, new = both.plan(OLD), both.plan(NEW)
    names = list(dict.fromkeys(each.name for plan in (new, old) for each in plan.objects))
    for name in names:
        settle(both, name)
    hiding = {side: Hiding(Names(privacy(both.plan(side))), reveal) for side in (OLD, NEW)}
    rows = sum(both.tables[NEW].count(both.tables[NEW].scan(EXTRACTED, source.name)) for source in new.sources)
    mappings = {side.project.mapping.relative_to(side.project.folder).as_posix() for side in (both.old, both.new)}
    return MappingDiff(
        old=both.old.name,
        new=both.new.name,
        rows=rows,
        locale=new.locale,
        objects=tuple(_object(both, name, hiding) for name in names),
        lines=changed_lines(*both.written),
        files=changed_files(*both.written, mappings),
        read_otherwise=both.read_otherwise,
    )


@dataclass(frozen=True, slots=True)
class Hiding:
    """How a side's records and values are shown."""

    names: Names
    reveal: bool

    def record(self, label: str) -> str:
        """`source:key`, with the parts of the key masked by what they are mapped to."""
        return visible(label if self.reveal else self.names.record(label), 200)

    def type_of(self, object_name: str, field: str) -> str:
        """What decides how a value of a field is masked."""
        return self.names.type_of(object_name, field)


def _object(both: Both, name: str, hiding: dict[str, Hiding]) -> ObjectDiff:
    fields = tuple(_fields(both, name, hiding))
    moves = tuple(_moves(both, name, hiding))
    found = _records(both, name)
    apart = sum(move.rows for move in moves if move.apart)
    return ObjectDiff(
        object=name,
        **found,
        touched=found["added"] + found["removed"] + found["merged"] + found["split"] + _stayed(both, name) + apart,
        fields=fields,
        moves=moves,
        groups=tuple(_groups(both, name, hiding)),
        gone=_called(both, OLD, name, "a", hiding[OLD]),
        new=_called(both, NEW, name, "b", hiding[NEW]),
        states_before=_states(both, OLD, name),
        states_after=_states(both, NEW, name),
    )


# ------------------------------------------------------------------------------------------------------------ records


def _records(both: Both, name: str) -> dict[str, int]:
    """The records of both sides by what became of them; of those that stay, how many are otherwise."""
    labels = {side: table("label", side, name) for side in (OLD, NEW)}
    pairs, shared = table("pairs", "", name), table("shared", "", name)
    before, merged, removed = both.counts(_sorted_out(labels[OLD], pairs, shared, "a"))
    after, split, added = both.counts(_sorted_out(labels[NEW], pairs, shared, "b"))
    (changed,) = both.counts(f"SELECT count(DISTINCT a) FROM {table('cells', '', name)}")
    (regrouped,) = both.counts(f"SELECT count(*) FROM ({_regrouped(name)})")
    return {
        "before": before, "after": after, "added": added, "removed": removed, "merged": merged, "split": split,
        "changed": changed, "regrouped": regrouped,
    }  # fmt: skip


def _sorted_out(labels: str, pairs: str, shared: str, side: str) -> str:
    """Query: all records of a side, those whose rows went on in others or came out of them, and those with none."""
    alone = f"cluster NOT IN (SELECT {side} FROM {pairs})"
    common = f"cluster IN (SELECT {side} FROM {shared})"
    return f"SELECT count(*), count(*) FILTER ({alone} AND {common}), count(*) FILTER (NOT {common}) FROM {labels}"


def _regrouped(name: str) -> str:
    """Query: the pairs that do not have the same rows."""
    return f"""SELECT p.a FROM {table("pairs", "", name)} p JOIN {table("shared", "", name)} s USING (a, b)
      JOIN {table("label", OLD, name)} o ON o.cluster = p.a JOIN {table("label", NEW, name)} n ON n.cluster = p.b
      WHERE s.n <> o.size OR s.n <> n.size"""


def _stayed(both: Both, name: str) -> int:
    """Records that stay, with other cells or other rows."""
    cells = f"SELECT DISTINCT a FROM {table('cells', '', name)}"
    return both.counts(f"SELECT count(*) FROM ({cells} UNION {_regrouped(name)})")[0]


def _called(both: Both, side: str, name: str, column: str, hiding: Hiding) -> tuple[str, ...]:
    """Some of the records that have no row in a record of the other side."""
    rows = both.connection.execute(
        f"""SELECT label FROM {table("label", side, name)}
        WHERE cluster NOT IN (SELECT {column} FROM {table("shared", "", name)}) ORDER BY label LIMIT {SAMPLES}"""
    ).fetchall()
    return tuple(hiding.record(label) for (label,) in rows)


def _groups(both: Both, name: str, hiding: dict[str, Hiding]) -> Iterator[Regrouped]:
    """Some of the records that were merged or split, each with all that it shares rows with."""
    pairs, shared = table("pairs", "", name), table("shared", "", name)
    next_ = table("next", "", name)
    merges = f"SELECT DISTINCT b AS one FROM {next_} WHERE a NOT IN (SELECT a FROM {pairs})"
    splits = f"SELECT DISTINCT a AS one FROM {shared} WHERE b NOT IN (SELECT b FROM {pairs})"
    for query, one, many in ((merges, "b", "a"), (splits, "a", "b")):
        sides = {"a": OLD, "b": NEW}
        listed = both.connection.execute(
            f"""SELECT x.label, list(y.label ORDER BY y.label) FROM ({query}) q
            JOIN {shared} s ON s.{one} = q.one
            JOIN {table("label", sides[one], name)} x ON x.cluster = q.one
            JOIN {table("label", sides[many], name)} y ON y.cluster = s.{many}
            GROUP BY q.one, x.label ORDER BY x.label LIMIT {SAMPLES}"""
        ).fetchall()
        for label, others in listed:
            single = (hiding[sides[one]].record(label),)
            several = tuple(hiding[sides[many]].record(other) for other in others)
            yield Regrouped(before=several, after=single) if one == "b" else Regrouped(before=single, after=several)


# -------------------------------------------------------------------------------------------------------------- cells


def _fields(both: Both, name: str, hiding: dict[str, Hiding]) -> Iterator[FieldDiff]:
    """The fields that reach the target and differ in records that stay. Makes the table of these cells (`a`, `field`,
    `before`, `after`)."""
    cells = table("cells", "", name)
    both.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {cells} (a BIGINT, field VARCHAR, before VARCHAR, after VARCHAR)"
    )
    known = {side: _loaded(both, side, name) for side in (OLD, NEW)}
    for field in dict.fromkeys([*known[NEW], *known[OLD]]):
        was, now = (known[side].get(field) for side in (OLD, NEW))
        both.connection.execute(f"INSERT INTO {cells} {_cells(both, name, field, was, now)}")
        (count,) = both.counts(f"SELECT count(*) FROM {cells} WHERE field = {literal(field)}")
        if count:
            refers = any(each is not None and each.ref is not None for each in (was, now))
            samples = tuple(_samples(both, name, field, hiding, refers=refers))
            yield FieldDiff(field=field, cells=count, samples=samples)


def _loaded(both: Both, side: str, name: str) -> dict[str, FieldPlan]:
    found = both.object(side, name)
    return {field.name: field for field in (loaded_fields(found) if found else ())}


def _cells(both: Both, name: str, field: str, was: FieldPlan | None, now: FieldPlan | None) -> str:
    """Query: the cells of a field that differ. A link differs where it leads to a record that the old one did not
    become; one to a record that was merged goes with it."""
    old, new = (
        both.tables[side].scan(COMPLETED, name, also=texts(field) if each else {})
        for side, each in ((OLD, was), (NEW, now))
    )
    (before, joined), (after, joined_too) = _said(OLD, was, "o"), _said(NEW, now, "n")
    differ, joins = f"{before} IS DISTINCT FROM {after}", joined + joined_too
    if was is not None and now is not None and was.ref and now.ref and was.ref.object == now.ref.object:
        joins += f" LEFT JOIN {table('next', '', was.ref.object)} x ON x.a = o.{quoted(field)}::BIGINT"
        differ = f"""(o_.label IS NOT NULL OR n_.label IS NOT NULL)
        AND (o_.label IS NULL OR x.b IS DISTINCT FROM n.{quoted(field)}::BIGINT)"""
    return f"""SELECT p.a, {literal(field)}, {before}, {after} FROM {table("pairs", "", name)} p
      JOIN {old} o ON o.__cluster = p.a JOIN {new} n ON n.__cluster = p.b{joins} WHERE {differ}"""


def _said(side: str, field: FieldPlan | None, record: str) -> tuple[str, str]:
    """SQL of what a record of a side says in a field (of a link: what the other record is called), and its join."""
    if field is None:
        return "NULL::VARCHAR", ""
    if field.ref is None:
        return f"nullif({record}.{quoted(field.name)}, '')", ""
    labels = table("label", side, field.ref.object)
    return f"{record}_.label", (
        f" LEFT JOIN {labels} {record}_ ON {record}_.cluster = {record}.{quoted(field.name)}::BIGINT"
    )


def _samples(both: Both, name: str, field: str, hiding: dict[str, Hiding], *, refers: bool) -> Iterator[Sample]:
    """The most frequent changes of a field, each with one record."""
    rows = both.connection.execute(
        f"""SELECT min(l.label), before, after, count(*) AS n FROM {table("cells", "", name)} c
        JOIN {table("label", OLD, name)} l ON l.cluster = c.a WHERE field = {literal(field)}
        GROUP BY before, after ORDER BY n DESC, 1, 2, 3 LIMIT {SAMPLES}"""
    ).fetchall()
    types = [hiding[side].type_of(name, field) for side in (OLD, NEW)]
    types = [types[0] or types[1], types[1] or types[0]]  # one side may not have the field
    for label, before, after, count in rows:
        if hiding[OLD].reveal:
            shown = before, after
        elif refers:
            shown = before and hiding[OLD].record(before), after and hiding[NEW].record(after)
        else:
            shown = pair(before, after, (types[0], types[1]))
        told = (None if text is None else visible(text) for text in shown)
        yield Sample(record=hiding[OLD].record(label), before=next(told), after=next(told), records=count)


# --------------------------------------------------------------------------------------------------------------- rows


def _moves(both: Both, name: str, hiding: dict[str, Hiding]) -> Iterator[Move]:
    """Rows whose fate is another one, the most frequent moves first."""
    rows = both.connection.execute(
        f"""SELECT coalesce(a.state, '') AS was, coalesce(a.code, '') AS was_code, coalesce(b.state, '') AS now,
          coalesce(b.code, '') AS now_code, count(*) AS n,
          list(source || ':' || coalesce(b.key, a.key) ORDER BY source, row, split)[1:{SAMPLES}]
        FROM {table("rows", OLD, name)} a FULL JOIN {table("rows", NEW, name)} b USING (source, row, split)
        WHERE (was, was_code) <> (now, now_code) AND NOT (was = {literal(READY)} AND now = {literal(READY)})
        GROUP BY 1, 2, 3, 4 ORDER BY n DESC, 1, 2, 3, 4"""
    ).fetchall()
    for was, was_code, now, now_code, count, labels in rows:
        records = tuple(hiding[NEW].record(label) for label in labels)
        yield Move(before=was, before_code=was_code, after=now, after_code=now_code, rows=count, records=records)


def _states(both: Both, side: str, name: str) -> dict[str, int]:
    """State -> rows."""
    query = f"SELECT coalesce(state, 'lost'), count(*) FROM {table('rows', side, name)} GROUP BY 1 ORDER BY 1"
    return dict(both.connection.execute(query).fetchall())
