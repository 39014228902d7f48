"""Who is looked for in the files of a project: what a person said, and what the runs know to be the same person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.contact.mentions import Mentions
from crm_migrate.errors import CrmMigrateError, UsageError
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import paths, read_manifest
from crm_migrate.workspace.row_keys import as_kept
from crm_migrate.workspace.state import runs
from crm_migrate.workspace.tables import CLUSTERS, DISPOSITIONS, NODES, ROWS, Table


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said: mailboxes, numbers, names, keys (`source:key`)."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(slots=True)
class Wanted:
    """What identifies the person in files. `records` are (object, id in the target); `rows` have, by run and source,
    the numbers of the rows that are the person's; `damaged` are runs that could not be asked."""

    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    records: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)

    def mentions(self) -> Mentions:
        """What texts may say of the person."""
        return Mentions(self.emails, self.phones, self.names)

    def words(self) -> list[str]:
        """Whole words that stand for the person: keys with their source, and our keys in the target."""
        return sorted({*self.keys, *self.entities})


def wanted(project: Project, asked: Asked, locale: str) -> Wanted:
    """What was asked for, and by all runs that can be read the records that these rows became, with their other rows,
    mailboxes and numbers. UsageError where a mailbox or number cannot be read."""
    context = Context(locale=locale)
    found = Wanted(
        emails={_read("email", each, context) for each in asked.emails},
        phones={_read("phone", each, context) for each in asked.phones},
        names=set(asked.names),
        keys={*asked.keys, *map(as_kept, asked.keys)},
    )
    if not any((found.emails, found.phones, found.names, found.keys)):
        raise UsageError("nobody is named", hint="say --email, --phone, --name or --key source:key")
    if wrong := [each for each in found.names if not Mentions(names=[each])]:
        raise UsageError(f"a name of one word is in too many texts ({len(wrong)} given)", hint="give the whole name")
    if [each for each in found.keys if ":" not in each]:
        raise UsageError("a key is written `source:key`", hint="crm-migrate subject PROJECT --key kisi:4711")
    for run in runs(project):
        try:
            _of_run(read_plan(run), run, found)
        except (CrmMigrateError, OSError) as error:
            found.damaged.append(f"{run.id}: {error}")
    return found


def _read(kind: str, text: str, context: Context) -> str:
    frame = STEPS[kind].function(pl.Series([text], dtype=pl.String), context)
    value, flag = frame["value"][0], frame["flag"][0]
    if not value or flag in ("invalid", "ambiguous", "split"):
        what = "a mailbox" if kind == "email" else "a number with its country code (+90 ...)"
        raise UsageError(f"this --{kind} is no {what.removeprefix('a ')}", hint=f"write {what}")
    return str(value)


def _of_run(plan: Plan, run: Run, found: Wanted) -> None:
    """The person's records in one run, and what they say."""
    for each in plan.objects:
        if each.entity == "person" and read_manifest(run.folder.joinpath(*CLUSTERS.path(each.name))):
            clusters = _clusters(run, each, found)
            if not clusters.is_empty():
                _take(run, each, clusters, found)


def _table(run: Run, table: Table, name: str) -> pl.LazyFrame:
    folder = run.folder.joinpath(*table.path(name))
    return pl.scan_parquet(paths(folder)) if read_manifest(folder) else table.frame.to_frame().lazy()


def _clusters(run: Run, each: ObjectPlan, found: Wanted) -> pl.DataFrame:
    """The clusters with a node that the person is known by."""
    mentions, nodes = found.mentions(), _table(run, NODES, each.name)
    key = pl.concat_str("__source", pl.lit(":"), "__key").is_in(sorted(found.keys))
    said = [pl.col(f.name) for f in each.fields if f.ref is None and f.kind.key in ("mailbox", "phone")]
    names = [pl.col(f.name) for f in each.fields if f.kind.names and f.kind.key == "name"]
    text = pl.concat_str([*said, pl.lit(" "), *names], separator=" ", ignore_nulls=True)
    frame = nodes.with_columns(hit=key, text=text).select("__node", "hit", "text").collect()
    maybe = mentions.maybe(frame["text"])
    spoken = [bool(likely and mentions.found(text or "")) for likely, text in zip(maybe, frame["text"], strict=True)]
    hits = frame.filter(pl.Series(spoken, dtype=pl.Boolean) | frame["hit"].fill_null(False)).select("__node")
    clusters = _table(run, CLUSTERS, each.name).select("__node", "__cluster").collect()
    return clusters.join(clusters.join(hits, on="__node").select("__cluster").unique(), on="__cluster")


def _take(run: Run, each: ObjectPlan, clusters: pl.DataFrame, found: Wanted) -> None:
    nodes = _table(run, NODES, each.name).join(clusters.lazy(), on="__node").collect()
    found.keys |= {f"{source}:{key}" for source, key in nodes.select("__source", "__key").iter_rows() if key}
    for one in each.fields:
        if one.ref is None and one.name in nodes.columns and one.kind.key in ("mailbox", "phone"):
            values = set(nodes[one.name].drop_nulls().to_list())
            (found.emails if one.kind.key == "mailbox" else found.phones).update(values)
    rows = _table(run, ROWS, each.name).join(clusters.lazy(), on="__node").select("__source", "__row").collect()
    for source, row in rows.iter_rows():
        found.rows.setdefault((run.id, source), set()).add(row)
    loaded = _table(run, DISPOSITIONS, each.name).join(clusters.lazy(), on="__cluster")
    for entity, target_id in loaded.select("__entity", "target_id").unique().collect().iter_rows():
        found.entities |= {entity} - {None}
        found.records |= {(each.name, target_id)} if target_id else set()


def words_pattern(words: list[str]) -> re.Pattern[str] | None:
    """An expression that finds any of these as a whole word."""
    if not words:
        return None
    return re.compile(rf"(?<![\w.\-])(?:{'|'.join(map(re.escape, words))})(?![\w\-])")


def files_of(project: Project) -> Iterator[Path]:
    """Every file below the project but what version control keeps of it, in one order."""
    for path in sorted(project.folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and ".git" not in path.relative_to(project.folder).parts:
            yield path
