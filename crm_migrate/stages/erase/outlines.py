"""What is to be taken out of each source, once it is known whom the list reaches."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from crm_migrate.cleansing import Context
from crm_migrate.cleansing.contact.mentions import Mentions
from crm_migrate.cleansing.keys import compare_key
from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.crm.types import REFUSALS
from crm_migrate.mapping.erase_list import KEY, Entry
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.erase.columns import Columns
from crm_migrate.stages.erase.reached import PLACE, Reached, doubtful, spoken, standing
from crm_migrate.stages.transform import SPLIT
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import paths
from crm_migrate.workspace.tables import EXTRACTED


@dataclass(frozen=True, slots=True)
class Answer:
    """The compare keys of a semantic type to which only people who are erased answer."""

    kind: str
    locale: str
    keys: frozenset[str]

    def hidden(self, cells: Sequence[str | None]) -> list[bool]:
        """Which cells name one of them."""
        keys = compare_key(pl.Series(cells, dtype=pl.String), self.kind, Context(locale=self.locale))
        return keys.is_in(list(self.keys)).fill_null(False).to_list()


Answers = tuple[Answer, ...]
Places = dict[int, dict[str, frozenset[int]]]


@dataclass(slots=True)
class Outline:
    """By source: `marks` for `map`, `places` of the erased, rows that the list of opt-outs keeps (`kept`), columns that
    speak keys of the erased (`links`) or name them by a field (`answers`), and how the source's columns are read.
    `keys` are those keys of the erased that name somebody, `alone` texts of columns that only rules read which nobody
    else has. `mentions` is what only they have, for all sources; `doubts` are records that may be the same as one of
    them, as a person would have to decide."""

    mentions: Mentions
    doubts: tuple[str, ...]
    columns: dict[str, Columns] = field(default_factory=dict)
    marks: dict[str, pl.DataFrame] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)
    kept: dict[str, dict[int, frozenset[str]]] = field(default_factory=dict)
    links: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    answers: dict[str, dict[str, Answers]] = field(default_factory=dict)
    keys: dict[str, frozenset[str]] = field(default_factory=dict)
    alone: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)


def outline(plan: Plan, run: Run, said: pl.LazyFrame, reached: Reached, entries: Sequence[Entry]) -> Outline:
    """What is to be taken out of the sources that were read into `run`."""
    erased = reached.of("excluded")
    kept = _kept(plan, said, erased)
    gone = erased.join(kept, on=PLACE, how="anti")
    marks = reached.marks.join(kept, on=PLACE, how="anti")
    found = Outline(_mentions(plan, run, said, erased, entries), ())
    for source in plan.sources:
        mine = pl.col("source") == source.name
        found.columns[source.name] = Columns(plan, source, _names(run, source.name))
        found.marks[source.name] = marks.filter(mine)
        found.places[source.name] = _places(gone.filter(mine))
        erased_rows = found.places[source.name]
        found.alone[source.name] = _alone(run, source.name, found.columns[source.name], erased_rows)
        found.kept[source.name] = {row: frozenset(each) for row, each in _places(kept.filter(mine)).items()}
    found.keys = _personal_keys(said, gone, found.columns)
    found.links = _links(plan, found.keys)
    found.answers = _answers(plan, said, gone, standing(plan, run, erased))
    found.doubts = tuple(
        f"a row of {source}" if found.columns[source].personal_key() else f"{source}:{key}"
        for source, key in doubtful(plan, run, gone)
    )
    return found


def _names(run: Run, source: str) -> list[str]:
    return list(pl.read_parquet_schema(paths(run.folder.joinpath(*EXTRACTED.path(source)))[0]))  # all parts are alike


def _places(rows: pl.DataFrame) -> Places:
    parts: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row, name, part in rows.select(ROW, "object", SPLIT).iter_rows():
        parts[row][name].add(part)
    return {row: {name: frozenset(each) for name, each in there.items()} for row, there in parts.items()}


def _kept(plan: Plan, said: pl.LazyFrame, erased: pl.DataFrame) -> pl.DataFrame:
    """Opt-outs of the erased that the list of opt-outs keeps, where the mapping says so."""
    if plan.erase is None or plan.erase.suppressions == "drop":
        return erased.clear().select(PLACE)
    listing = {(o.name, e.source) for o in plan.objects for e in o.enrich if e.unmatched == "suppression_list"}
    listing |= {(o.name, f.source) for o in plan.objects if o.name == SUPPRESSIONS for f in o.feeds}
    lists = pl.DataFrame(sorted(listing), schema={"object": pl.String, "source": pl.String}, orient="row")
    rows = erased.join(lists, on=["object", "source"], how="semi").select(PLACE)
    consent = said.filter(pl.col("type") == "consent").join(rows.lazy(), on=PLACE, how="semi").collect()
    lax = consent.filter(~pl.col("value").is_in(REFUSALS))
    return rows.join(lax, on=PLACE, how="anti")


def _mentions(plan: Plan, run: Run, said: pl.LazyFrame, erased: pl.DataFrame, entries: Sequence[Entry]) -> Mentions:
    """What the list names, unless somebody who stays has it too; and what only the erased have."""
    staying = spoken(said).join(standing(plan, run, erased).lazy(), on=PLACE).select("type", "key", "entity").unique()
    theirs = spoken(said).join(erased.lazy().select(PLACE), on=PLACE)
    own = theirs.join(staying, on=["type", "key"], how="anti").select("type", "value").unique().collect()
    people = staying.filter(pl.col("entity") == "person").select("key").collect()["key"].to_list()
    listed = {text for entry in entries for column, text in entry.written.items() if entry.known[column] not in people}
    by_type = {kind: own.filter(pl.col("type") == kind)["value"].to_list() for kind in ("email", "phone", "name")}
    return Mentions(
        [*listed, *by_type["email"]],
        [*(text for text in listed if text.startswith("+")), *by_type["phone"]],
        by_type["name"],
    )


def _personal_keys(said: pl.LazyFrame, gone: pl.DataFrame, columns: dict[str, Columns]) -> dict[str, frozenset[str]]:
    """By source the keys of the erased that name somebody."""
    personal = [name for name, each in columns.items() if each.personal_key()]
    rows = said.filter((pl.col("type") == KEY) & pl.col("source").is_in(personal))
    spoken_keys = rows.join(gone.lazy().select(PLACE), on=PLACE).select("source", "key").unique().collect()
    hidden: dict[str, set[str]] = defaultdict(set)
    for source, key in spoken_keys.iter_rows():
        hidden[source].add(key)
    return {source: frozenset(keys) for source, keys in hidden.items()}


def _links(plan: Plan, hidden: dict[str, frozenset[str]]) -> dict[str, dict[str, frozenset[str]]]:
    """These keys, by the column of each source that may speak them."""
    found: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for each in plan.objects:
        for one in (f for f in each.fields if f.ref is not None and f.ref.by is None):
            assert one.ref is not None
            for source, cell in one.cells.items():
                keys = hidden.get(one.ref.spaces.get(source, ""), frozenset())
                if cell.column is not None and keys:
                    found[source][cell.column] = found[source].get(cell.column, frozenset()) | keys
    return dict(found)


def _alone(run: Run, source: str, columns: Columns, rows: Iterable[int]) -> dict[str, frozenset[str]]:
    """Of columns that only rules read, the texts that no row has but those of the erased: a name, or what they are
    called by. What others have too, or a rule names, is a word for a kind of row."""
    names = columns.only_ruling()
    if not names:
        return {}
    table = pl.scan_parquet(paths(run.folder.joinpath(*EXTRACTED.path(source)))).select(ROW, *names)
    theirs = pl.col(ROW).is_in(list(rows))
    found = {}
    for name in names:
        told = pl.col(name).str.contains(r"\p{L}{2}")
        mine = table.filter(theirs & told).select(name).unique()
        others = table.filter(~theirs).select(name).unique()
        texts = mine.join(others, on=name, how="anti").collect()[name].to_list()
        found[name] = frozenset(text for text in texts if not columns.says(text.strip()))
    return found


def _answers(plan: Plan, said: pl.LazyFrame, gone: pl.DataFrame, stay: pl.DataFrame) -> dict[str, dict[str, Answers]]:
    """By the column of each source that names records by a field (`by: email`): what only the erased answer to."""
    found: dict[str, dict[str, list[Answer]]] = defaultdict(dict)
    for each in plan.objects:
        for one in (f for f in each.fields if f.ref is not None and f.ref.by is not None):
            assert one.ref is not None
            asked = plan.object(one.ref.object).field(one.ref.by or "")
            values = said.filter((pl.col("object") == one.ref.object) & (pl.col("field") == asked.name))
            theirs = values.join(gone.lazy().select(PLACE), on=PLACE).select("key").unique()
            others = values.join(stay.lazy().select(PLACE), on=PLACE).select("key")
            keys = frozenset(theirs.join(others, on="key", how="anti").collect()["key"])
            for source, cell in one.cells.items():
                if cell.column is not None and keys:
                    locale = plan.source(source).locale
                    found[source].setdefault(cell.column, []).append(Answer(asked.type, locale, keys))
    return {source: {column: tuple(each) for column, each in columns.items()} for source, columns in found.items()}


def normal(text: str) -> str:
    """A key as it is compared: without white space around it, its letters composed."""
    return unicodedata.normalize("NFC", text.strip())
