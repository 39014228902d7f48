"""Two mappings over the same rows: both runs up to the completed records, and which records follow each other.

A record is known by the rows that it is made of, for keys may be what a change is about, and called by the first of
them. Where several records become one, or one becomes several, the one with the same first row goes on, else the one
with most rows in common, and the others are merged or split.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from crm_migrate import pipeline
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.trying.apart import place_apart, set_apart
from crm_migrate.trying.diff import READY
from crm_migrate.trying.opened import opened
from crm_migrate.trying.sides import Asked, Side, as_it_is, new_side, old_side, run_side
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.private import private_folder
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import connected
from crm_migrate.workspace.state import runs
from crm_migrate.workspace.tables import (
    CLUSTERS,
    COMPLETED,
    ENRICHMENT,
    EXTRACTED,
    LINK_SET_ASIDE,
    NODES,
    ROWS,
    SET_ASIDE,
    texts,
)

OLD, NEW = "old", "new"


@dataclass(frozen=True, slots=True)
class Both:
    """The two sides with the tables of their runs, in one database. `written` are their plans before the runs."""

    old: Side
    new: Side
    written: tuple[Plan, Plan]
    tables: dict[str, Relations]
    read_otherwise: tuple[str, ...]

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The database of both."""
        return self.tables[OLD].connection

    def counts(self, query: str) -> tuple[int, ...]:
        """The numbers in the one line of a query; nothing is 0."""
        (row,) = self.connection.execute(query).fetchall()
        return tuple(int(number or 0) for number in row)

    def plan(self, side: str) -> Plan:
        """The plan of a side as its run froze it."""
        return (self.old if side == OLD else self.new).plan

    def object(self, side: str, name: str) -> ObjectPlan | None:
        """An object of a side; None where that has none of this name."""
        return next((each for each in self.plan(side).objects if each.name == name), None)


@contextmanager
def both(asked: Asked, environment: str | None, listener: pipeline.Listener) -> Iterator[Both]:
    """Run an old and a new mapping apart from the project, as far as the completed records; all is gone afterwards."""

    def sides(place: Path, sources: OpenSources) -> tuple[Side, Side]:
        old = old_side(asked, place / "old-files", environment, sources)
        return old, new_side(asked, place / "new-files", environment, sources)

    with _run_apart(asked.data, sides, listener) as found:
        yield found


@contextmanager
def with_and_without(
    project: Project, run_id: str | None, environment: str | None, listener: pipeline.Listener
) -> Iterator[Both]:
    """Run a mapping as it is, or as a run had it, and without the rules that leave rows out."""

    def sides(place: Path, sources: OpenSources) -> tuple[Side, Side]:  # noqa: ARG001 -- nothing is laid down
        old = run_side(project, run_id, sources) if run_id else as_it_is(project, environment, sources)
        return old, replace(old, plan=opened(old.plan))

    with _run_apart(project, sides, listener) as found:
        yield found


@contextmanager
def _run_apart(
    data: Project, sides: Callable[[Path, OpenSources], tuple[Side, Side]], listener: pipeline.Listener
) -> Iterator[Both]:
    with place_apart(data) as place:
        sources = OpenSources(replace(data, apart=place))
        old, new = sides(place, sources)
        was, old_run = _run(data, _without_the_erased(old, new), place / OLD, sources, listener, None)
        now, new_run = _run(data, new, place / NEW, sources, listener, old_run)
        with connected(place / "spill") as connection:
            tables = {side: Relations(run, connection, partial=True) for side, run in ((OLD, old_run), (NEW, new_run))}
            sides_run = replace(old, plan=was), replace(new, plan=now)
            yield Both(*sides_run, (old.plan, new.plan), tables, _read_otherwise(was, now))


def _without_the_erased(old: Side, new: Side) -> Side:
    """The old side as it is run: whoever asks to be erased now is read by neither, whatever was asked then."""
    erase = new.plan.erase
    listed = {erase.people: new.plan.files[erase.people]} if erase is not None else {}
    return replace(old, plan=old.plan.model_copy(update={"erase": erase, "files": old.plan.files | listed}))


def _read_otherwise(was: Plan, now: Plan) -> tuple[str, ...]:
    """The sources whose rows may have other numbers. What is skipped is read all the same: of a file the rows are the
    same then, of a database only in one snapshot."""

    def without_skips(plan: Plan) -> Plan:
        files = (each.model_copy(update={"skip": ()}) if each.files else each for each in plan.sources)
        return plan.model_copy(update={"sources": tuple(files)})

    common = {source.name for source in was.sources} & {source.name for source in now.sources}
    return tuple(sorted(common - set(pipeline.same_rows(without_skips(was), without_skips(now)))))


def _run(
    data: Project, side: Side, place: Path, sources: OpenSources, listener: pipeline.Listener, before: Run | None
) -> tuple[Plan, Run]:
    """One side up to `complete`, in a place of its own; what earlier runs made of the same is taken over."""
    apart = set_apart(data, place, side.project)
    _remember(data, apart, before)

    def heard(stage: str, what: str = "", done: int = 0, total: int = 0) -> None:
        listener(f"{place.name} {stage}", what, done, total)

    outcome = pipeline.rehearse(apart, side.plan, sources, heard, until="complete", rows_of=before)
    return outcome.plan, outcome.run


def _remember(data: Project, apart: Project, before: Run | None) -> None:
    """Let a place know what decides about merges beside the rows (what was loaded as one record), and the runs whose
    tables it may take over. They are read, and copied where they fit."""
    known = [run.folder for run in runs(data)]
    private_folder(apart.work / "runs")
    with suppress(OSError, NotImplementedError):  # without links, everything is made again
        for folder in [*known, *([before.folder] if before else [])]:
            (apart.work / "runs" / folder.name).symlink_to(folder.resolve(), target_is_directory=True)
    if data.ledger.is_file():
        _copy_ledger(data.ledger, apart.ledger)
        for crosswalk in (data.work / "targets").glob("*/crosswalk"):
            shutil.copytree(crosswalk, apart.work / "targets" / crosswalk.parent.name / "crosswalk")


def _copy_ledger(ledger: Path, copy: Path) -> None:
    """As it is at one moment. Where nobody has it open it is one file; SQLite would lay others beside it to look."""
    if not ledger.with_name(f"{ledger.name}-wal").exists():
        shutil.copyfile(ledger, copy)
        return
    with (
        closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as theirs,
        closing(sqlite3.connect(copy)) as ours,
    ):
        theirs.backup(ours)


# --------------------------------------------------------------------------------------------------- rows and records


def settle(both: Both, name: str) -> None:
    """Create, for an object, what became of each row on both sides, the records, and which of them follow each other.

    `rows/old`, `rows/new` (`source`, `row`, `split`, `key`, `state`, `code`, `rule`, `cluster`), `label/old` and
    `label/new` (`cluster`, `label`, `size`: the rows of a record and what it is called), `pairs` (`a`, `b`: clusters of
    the old and of the new side that are one record) and `next` (`a`, `b`: where the rows of each old record went).
    """
    for side in (OLD, NEW):
        both.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table('rows', side, name)} AS {_rows(both, side, name)}"
        )
        both.connection.execute(_labels(side, name))
    old, new = table("rows", OLD, name), table("rows", NEW, name)
    shared = table("shared", "", name)
    both.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {shared} AS
        SELECT *, least = o.first AND least = n.first AS same FROM (
          SELECT a.cluster AS a, b.cluster AS b, count(*) AS n, min((source, row, split)) AS least
          FROM {old} a JOIN {new} b USING (source, row, split)
          WHERE a.state = {literal(READY)} AND b.state = {literal(READY)} GROUP BY ALL)
        JOIN (SELECT cluster AS a, first FROM {table("label", OLD, name)}) o USING (a)
        JOIN (SELECT cluster AS b, first FROM {table("label", NEW, name)}) n USING (b)"""
    )
    pairs = table("pairs", "", name)
    both.connection.execute(f"CREATE OR REPLACE TEMP TABLE {pairs} (a BIGINT, b BIGINT)")
    while both.connection.execute(_best(shared, pairs)).fetchall()[0][0]:
        pass
    both.connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table("next", "", name)} AS SELECT a, b FROM {shared} s
        QUALIFY row_number() OVER (PARTITION BY a
          ORDER BY (a, b) IN (FROM {pairs}) DESC, same DESC, n DESC, least) = 1"""
    )


def _labels(side: str, name: str) -> str:
    return f"""CREATE OR REPLACE TEMP TABLE {table("label", side, name)} AS
      SELECT cluster, min((source, row, split)) AS first, count(*) AS size,
        arg_min(source || ':' || key, (source, row, split)) AS label
      FROM {table("rows", side, name)} WHERE state = {literal(READY)} GROUP BY cluster"""


def _best(shared: str, pairs: str) -> str:
    """Pair records that have most in common of all that are not paired yet, seen from both sides."""
    return f"""INSERT INTO {pairs} SELECT a, b FROM {shared}
      WHERE a NOT IN (SELECT a FROM {pairs}) AND b NOT IN (SELECT b FROM {pairs})
      QUALIFY row_number() OVER (PARTITION BY a ORDER BY same DESC, n DESC, least) = 1
        AND row_number() OVER (PARTITION BY b ORDER BY same DESC, n DESC, least) = 1"""


def table(kind: str, side: str, name: str) -> str:
    """The name of a table of ours."""
    return quoted("/".join(filter(None, (kind, side, name))))


def _rows(both: Both, side: str, name: str) -> str:
    """What became of every row of an object up to the completed records, with the row's number on the old side."""
    tables, plan = both.tables[side], both.object(side, name)
    aside = "__row, __split, __key, state, code, rule, NULL::BIGINT AS cluster"
    claims = [
        f"SELECT {literal(source)} AS __source, {aside} FROM {tables.scan(SET_ASIDE, name, source)}"
        for source in (plan.sources if plan else ())
    ]
    if plan is not None:
        claims += [
            f"SELECT __source, {aside} FROM {tables.scan(LINK_SET_ASIDE, name)}",
            f"""SELECT r.__source, r.__row, r.__split, n.__key,
              CASE WHEN c.__code = 'mailbox_carried' THEN 'absent' ELSE coalesce(c.__state, k.state) END,
              coalesce(c.__code, ''), c.__rule, k.__cluster
            FROM {tables.scan(ROWS, name)} r LEFT JOIN {tables.scan(NODES, name)} n USING (__node)
            LEFT JOIN {tables.scan(CLUSTERS, name)} k USING (__node)
            LEFT JOIN {tables.scan(COMPLETED, name)} c ON c.__cluster = k.__cluster""",
            f"""SELECT __source, __row, 0, min(__key), 'enrichment',
              CASE WHEN count(__node) = 0 THEN 'enrichment_unmatched' ELSE '' END, '', NULL
            FROM {tables.scan(ENRICHMENT, name)} GROUP BY __source, __row""",
        ]
    told = " UNION ALL ".join([f"SELECT {_NOTHING} WHERE FALSE", *claims])
    return f"""SELECT __source AS source, {_number(both, side)} AS row, __split AS split,
      coalesce(nullif(__key, ''), 'row ' || __row) AS key, state, coalesce(code, '') AS code,
      coalesce(rule, '') AS rule, cluster FROM ({told})"""


_NOTHING = ", ".join(
    f"NULL::{kind} AS {name}"
    for name, kind in {
        "__source": "VARCHAR", "__row": "BIGINT", "__split": "INTEGER", "__key": "VARCHAR", "state": "VARCHAR",
        "code": "VARCHAR", "rule": "VARCHAR", "cluster": "BIGINT",
    }.items()
)  # fmt: skip


def _number(both: Both, side: str) -> str:
    """SQL: the number of a row as the old side counts; below zero where that has no such row."""
    if side == OLD or not both.read_otherwise:
        return "__row"
    for source in both.read_otherwise:
        _align(both, source)
    was = {
        source: f"(SELECT was FROM {table('align', '', source)} WHERE now = __row)" for source in both.read_otherwise
    }
    cases = " ".join(f"WHEN {literal(source)} THEN coalesce({known}, -1 - __row)" for source, known in was.items())
    return f"CASE __source {cases} ELSE __row END"


def _align(both: Both, source: str) -> None:
    """Create the table of which row of the new reading is which of the old one: the one of the same key, in their
    order where several have it; of the same number where the two have different keys."""
    name = table("align", "", source)
    if both.connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"align/{source}"]).fetchall():
        return
    keys = {side: both.plan(side).source(source).key for side in (OLD, NEW)}
    if keys[OLD] == keys[NEW]:
        numbered = {side: _numbered(both.tables[side], source, keys[side]) for side in (OLD, NEW)}
        query = (
            f"SELECT b.__row AS now, a.__row AS was FROM ({numbered[NEW]}) b JOIN ({numbered[OLD]}) a USING (key, i)"
        )
    else:
        query = f"SELECT __row AS now, __row AS was FROM {both.tables[OLD].scan(EXTRACTED, source)}"
    both.connection.execute(f"CREATE TEMP TABLE {name} AS {query}")


def _numbered(tables: Relations, source: str, key: tuple[str, ...]) -> str:
    cells = ", ".join(f"coalesce({quoted(column)}, '')" for column in key)
    return f"""SELECT __row, key, row_number() OVER (PARTITION BY key ORDER BY __row) AS i
      FROM (SELECT __row, [{cells}] AS key FROM {tables.scan(EXTRACTED, source, also=texts(*key))})"""
