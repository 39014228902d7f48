"""Whom the list reaches: every row of every source that is, or merges with, somebody on it.

An identifier reaches rows that say it, and with them the records that these rows became. Where a line reaches several
records of one object that are not one, its key or a number of the authorities decides for certain, then its name; where
neither does, nobody is guessed: all of them wait, or are left out, as the mapping says. Mailboxes that only the erased
have reach further rows in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.erase_list import KEY, NAME, NAMED_BIRTH, Entry, compared_as
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.transform import SPLIT
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths, read_manifest
from crm_migrate.workspace.tables import CLUSTERS, ENRICHMENT, NODES, PAIRS, ROWS, Table

PLACE = ["object", "source", ROW, SPLIT]
MARK = [*PLACE, "state", "by", "line"]
MERGED, THEIRS = "merged", "their own"  # how a row was reached that the list does not name itself
_ROUNDS = 4  # what the erased alone have may reach rows that have more; people have few mailboxes

_ROW = {"object": pl.String, "source": pl.String, ROW: pl.Int64, SPLIT: pl.Int32}
_HITS = pl.Schema({**_ROW, "line": pl.Int64, "by": pl.String, "sure": pl.Boolean, "named": pl.Boolean})
_MARKS = pl.Schema({**_ROW, "state": pl.String, "by": pl.String, "line": pl.Int64})


@dataclass(frozen=True, slots=True)
class Several:
    """A line of the list that reaches several records of an object that are not one."""

    line: int
    object: str
    records: int


@dataclass(frozen=True, slots=True)
class Reached:
    """`marks` has a line per row (and part) that is erased or waits; `lines` are those of the list that reach some."""

    marks: pl.DataFrame
    lines: frozenset[int]
    several: tuple[Several, ...]

    def of(self, state: str) -> pl.DataFrame:
        """The rows of that state."""
        return self.marks.filter(pl.col("state") == state)


def hits(plan: Plan, said: pl.LazyFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    """Rows that say what a line of the list says."""
    found = [_of_column(plan, said, entries, column) for column in sorted({c for e in entries for c in e.known})]
    found += [_by_key(said, entries), _by_name_and_birth(said, entries)]
    every = pl.concat([pl.DataFrame(schema=_HITS), *(frame.select(*_HITS).cast(_HITS) for frame in found)])
    return _with_names(every.unique(), said, entries)


def _of_column(plan: Plan, said: pl.LazyFrame, entries: Sequence[Entry], column: str) -> pl.DataFrame:
    wanted = [(e.line, e.known[column]) for e in entries if column in e.known]
    kind = TYPES[compared_as(column, plan.objects) or "text"]
    meant = pl.col("field") == column
    if column in TYPES:
        meant = meant | (pl.col("type") == column) | (pl.col("type").is_in(_alike(column)))
    whose = ["person"] if kind.contact_point else ["person", "organisation"]
    listed = _listed(wanted)
    rows = said.filter(meant & pl.col("entity").is_in(whose)).join(listed, on="key").collect()
    return rows.with_columns(by=pl.lit(column), sure=pl.lit(kind.hard or kind.key == "id"), named=pl.lit(False))


def _alike(column: str) -> list[str]:
    """The types that hold values of the same kind: all mailboxes, all numbers."""
    key = TYPES[column].key
    return [name for name, kind in TYPES.items() if kind.key == key] if TYPES[column].contact_point else []


def _listed(wanted: Sequence[tuple[int, str]]) -> pl.LazyFrame:
    return pl.LazyFrame(wanted, schema={"line": pl.Int64, "key": pl.String}, orient="row")


def _by_key(said: pl.LazyFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    """The row of a key: whoever of its records is a person; where none is, all of them."""
    wanted = [(e.line, *e.key) for e in entries if e.key is not None]
    listed = pl.LazyFrame(wanted, schema={"line": pl.Int64, "source": pl.String, "key": pl.String}, orient="row")
    rows = said.filter(pl.col("type") == KEY).join(listed, on=["source", "key"]).collect()
    people = rows.filter(pl.col("entity") == "person")
    rest = rows.join(people, on=["source", ROW], how="anti")
    found = pl.concat([people, rest])
    return found.with_columns(by=pl.lit(KEY), sure=pl.lit(True), named=pl.lit(False))


def _by_name_and_birth(said: pl.LazyFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    wanted = [(e.line, e.name, e.birth) for e in entries if e.name and e.birth]
    listed = pl.LazyFrame(wanted, schema={"line": pl.Int64, "key": pl.String, "birth": pl.String}, orient="row")
    people = said.filter(pl.col("entity") == "person")
    named = people.filter(pl.col("type") == NAME).join(listed, on="key")
    born = people.filter(pl.col("type") == "birth_date").select(*PLACE, birth="value")
    rows = named.join(born, on=[*PLACE, "birth"]).collect()
    return rows.with_columns(by=pl.lit(NAMED_BIRTH), sure=pl.lit(False), named=pl.lit(True))


def _with_names(found: pl.DataFrame, said: pl.LazyFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    """Whether the rows have the name of their line, too."""
    names = _listed([(e.line, e.name) for e in entries if e.name])
    alike = said.filter(pl.col("type") == NAME).join(names, on="key").select(*PLACE, "line").unique().collect()
    same = found.join(alike.with_columns(same=pl.lit(True)), on=[*PLACE, "line"], how="left")
    return same.with_columns(named=pl.col("named") | pl.col("same").fill_null(False)).drop("same")


# ----------------------------------------------------------------------------------------------------- who is meant


def reach(plan: Plan, run: Run, said: pl.LazyFrame, entries: Sequence[Entry]) -> Reached:
    """The rows of all people on the list; `run` has been linked and deduplicated as if nobody were on it."""
    found = hits(plan, said, entries)
    told = {e.line for e in entries if e.name}
    for _ in range(_ROUNDS):
        reached = _settled(plan, run, found, told)
        more = _of_their_own(plan, run, said, reached.of("excluded")).join(found, on=[*PLACE, "line"], how="anti")
        if more.is_empty():
            break
        found = pl.concat([found, more.select(*_HITS).cast(_HITS)])
    return reached


def _settled(plan: Plan, run: Run, found: pl.DataFrame, told: set[int]) -> Reached:
    marks, several = [pl.DataFrame(schema=_MARKS)], []
    for each in plan.objects:
        mine = found.filter(pl.col("object") == each.name)
        if mine.is_empty():
            continue
        members = _members(run, each.name)
        placed = mine.join(members, on=["source", ROW, SPLIT], how="left")
        verdicts, doubts = _judged(placed, told, plan.erase.several if plan.erase else "hold")
        several += [Several(line, each.name, count) for line, count in doubts]
        marks += _marked(run, each.name, placed, members, verdicts)
    every = pl.concat([frame.select(*_MARKS).cast(_MARKS) for frame in marks])
    first = every.sort(pl.col("state") != "excluded", pl.col("by").is_in([MERGED, THEIRS]), "line", "by")
    return Reached(
        first.unique(PLACE, keep="first", maintain_order=True).sort(PLACE),
        frozenset(found["line"].to_list()),
        tuple(sorted(several, key=lambda one: (one.line, one.object))),
    )


def _members(run: Run, name: str) -> pl.DataFrame:
    """The row and part of every record, with its cluster."""
    rows = _scan(run, ROWS, name).select(source="__source", __row=ROW, __split=SPLIT, node="__node")
    clusters = _scan(run, CLUSTERS, name).select(node="__node", cluster="__cluster")
    return rows.join(clusters, on="node").collect()


def _scan(run: Run, table: Table, name: str) -> pl.LazyFrame:
    folder = run.folder.joinpath(*table.path(name))
    return pl.scan_parquet(paths(folder)) if read_manifest(folder) else table.frame.to_frame().lazy()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What becomes of the clusters (None: rows that are no record) that a line reaches in an object."""

    line: int
    state: str
    clusters: frozenset[int]
    loose: bool  # rows that are no record, too


def _judged(placed: pl.DataFrame, told: set[int], several: str) -> tuple[list[_Verdict], list[tuple[int, int]]]:
    verdicts, doubts = [], []
    for (line,), group in placed.group_by("line", maintain_order=True):
        assert isinstance(line, int)
        every = _clusters(group)
        sure = _clusters(group.filter("sure"))
        named = _clusters(group.filter("named")) if line in told else frozenset[int]()
        meant = every if len(every) <= 1 else sure if len(sure) == 1 else named if len(named) == 1 else frozenset[int]()
        if meant or not every:
            verdicts.append(_Verdict(line, "excluded", meant, loose=True))
        else:
            among = named or every
            doubts.append((line, len(among)))
            verdicts.append(_Verdict(line, "held" if several == "hold" else "excluded", among, loose=several != "hold"))
    return verdicts, doubts


def _clusters(group: pl.DataFrame) -> frozenset[int]:
    return frozenset(group["cluster"].drop_nulls().to_list())


def _marked(
    run: Run, name: str, placed: pl.DataFrame, members: pl.DataFrame, verdicts: Sequence[_Verdict]
) -> list[pl.DataFrame]:
    """A mark for every row of the records that are meant, for rows that are none, and for those that only add."""
    marks = []
    for verdict in verdicts:
        mine = placed.filter(pl.col("line") == verdict.line)
        direct = mine.filter(pl.col("cluster").is_in(list(verdict.clusters)))
        if verdict.loose:
            direct = pl.concat([direct, mine.filter(pl.col("cluster").is_null())])
        rest = members.filter(pl.col("cluster").is_in(list(verdict.clusters)))
        fixed = {"object": name, "state": verdict.state, "line": verdict.line}
        marks += [
            frame.with_columns(**{key: pl.lit(value) for key, value in fixed.items()})
            for frame in (direct, rest.with_columns(by=pl.lit(MERGED)), _adding(run, name, rest))
        ]
    return marks


def _adding(run: Run, name: str, erased: pl.DataFrame) -> pl.DataFrame:
    """Rows of sources that only add, and that reach nobody but these records."""
    reached = _scan(run, ENRICHMENT, name).select(source="__source", __row=ROW, __split=SPLIT, node="__node")
    gone = reached.with_columns(gone=pl.col("node").is_in(erased["node"].to_list()))
    only = gone.filter(pl.col("node").is_not_null()).group_by("source", ROW, SPLIT).agg(pl.col("gone").all())
    return only.filter("gone").collect().with_columns(by=pl.lit(MERGED))


# -------------------------------------------------------------------------------------------- what they alone have

_KINDS = {
    **{name: "email" for name, kind in TYPES.items() if kind.key == "mailbox"},
    **{name: "phone" for name, kind in TYPES.items() if kind.key == "phone"},
    NAME: "name", "company_name": "name",
}  # fmt: skip


def spoken(said: pl.LazyFrame) -> pl.LazyFrame:
    """Mailboxes, numbers and whole names, `type` being `email`, `phone` or `name`."""
    kinds = pl.col("type").replace_strict(_KINDS, default=None, return_dtype=pl.String)
    return said.with_columns(type=kinds).filter(pl.col("type").is_not_null())


def standing(plan: Plan, run: Run, erased: pl.DataFrame) -> pl.DataFrame:
    """The row and part of every record of people and organisations that stays."""
    names = [each.name for each in plan.objects if each.entity != "thing"]
    rows = [_members(run, name).select(pl.lit(name).alias("object"), "source", ROW, SPLIT) for name in names]
    every = pl.concat([pl.DataFrame(schema={name: _MARKS[name] for name in PLACE}), *rows])
    return every.join(erased, on=PLACE, how="anti")


def _of_their_own(plan: Plan, run: Run, said: pl.LazyFrame, erased: pl.DataFrame) -> pl.DataFrame:
    """Rows of people that have a mailbox which, within its object, only the erased have: rows of other objects, and
    rows that became no record."""
    mailboxes = spoken(said).filter(pl.col("type") == "email")
    others = mailboxes.join(standing(plan, run, erased).lazy(), on=PLACE).select("object", "key").unique()
    theirs = mailboxes.join(erased.lazy().select(*PLACE, "line"), on=PLACE)
    own = theirs.join(others, on=["object", "key"], how="anti").select("key", "line").unique()
    rows = mailboxes.filter(pl.col("entity") == "person").join(own, on="key").select(*PLACE, "line").unique()
    new = rows.join(erased.lazy(), on=PLACE, how="anti").collect()
    return new.with_columns(by=pl.lit(THEIRS), sure=pl.lit(False), named=pl.lit(False))


def doubtful(plan: Plan, run: Run, erased: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    """Records that a question about duplicates would make one with somebody who is erased: source and key."""
    found: set[tuple[str, str]] = set()
    for each in plan.objects:
        mine = erased.filter(pl.col("object") == each.name)
        if mine.is_empty():
            continue
        gone = _members(run, each.name).join(mine, on=["source", ROW, SPLIT], how="semi")["node"].to_list()
        open_pairs = _scan(run, PAIRS, each.name).filter(pl.col("outcome") == "review").select("a", "b").collect()
        sides = pl.concat([open_pairs, open_pairs.select(a="b", b="a")])
        others = sides.filter(pl.col("a").is_in(gone) & ~pl.col("b").is_in(gone))["b"].to_list()
        nodes = _scan(run, NODES, each.name).filter(pl.col("__node").is_in(others))
        found |= {(source, key) for source, key in nodes.select("__source", "__key").collect().iter_rows()}
    return tuple(sorted(found))
