"""The public door: `match(frame, entity)` finds which rows of a frame are the same person or organisation."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from crm_migrate.cleansing.nobodies import identify_nobody
from crm_migrate.errors import UsageError
from crm_migrate.matching.comparing.detection import KINDS, Detected, alone, beside
from crm_migrate.matching.comparing.facts import facts_of
from crm_migrate.matching.comparing.records import Records, prepare
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.deciding.groups import groups
from crm_migrate.matching.deciding.merges import groups_frame, merges_frame, named
from crm_migrate.matching.deciding.outcomes import LIMIT, Case, decided, entities, opened
from crm_migrate.matching.explaining.model import BIT
from crm_migrate.matching.explaining.waterfall import Merging, Verdict, Waterfall, merging, waterfall
from crm_migrate.matching.weighing.engine import Resolved, resolve
from crm_migrate.matching.weighing.incremental import extended
from crm_migrate.matching.weighing.linking import linked

ENTITIES = ("person", "organisation")
SITES = ("one", "apart")
_NAME_THEM = "name them: --type COLUMN=family_name, in Python types={'column': 'family_name'}"
_SHOWN_VALUES = 3
SHOWN = -3.0  # natural log odds of the weakest pairs that are shown


@dataclass(frozen=True, slots=True)
class Ground:
    """What a result rests on, kept for questions: `order[k]` is the row of `frame` that stands at k of `found`."""

    found: Resolved
    bare: Records
    order: Codes
    frame: pd.DataFrame
    kinds: dict[str, str]
    given: bool = False  # the types were given, not detected
    together: tuple[tuple[int, int], ...] = ()  # rows of `found` that earlier clusters hold together
    _case: list[Case] = field(default_factory=list, repr=False)

    @property
    def records(self) -> Records:
        """The prepared records with their texts, read again from the frame: they are not kept while matching.

        A column that was taken for an id because of its name numbers rows; only one that was given as such vetoes.
        """
        kinds = {name: kind for name, kind in self.kinds.items() if self.given or kind != "id"}
        texts = pl.DataFrame({name: _clean(_strings(self.frame.iloc[:, self._at(name)]))[self.order] for name in kinds})
        texts, _ = _telling(texts, kinds)
        return replace(self.bare, texts=texts, types=kinds)

    def case(self) -> Case:
        """The evidence for and against merging, opened once."""
        if not self._case:
            self._case.append(opened(self.found, self.records, self.together))
        return self._case[0]

    def row(self, label: Hashable) -> int:
        """Where the row of an index label stands in `found`. UsageError where there is none."""
        if label not in self.frame.index:
            raise UsageError(f"there is no row {label!r}", hint="name rows as the index (the id column) names them")
        return int(np.flatnonzero(self.order == self.frame.index.get_loc(label))[0])

    def said(self, row: int, kinds: tuple[str, ...]) -> str:
        """The texts of a row in the columns of these types (or of these names), as they stand in the frame."""
        columns = [name for name, kind in self.kinds.items() if kind in kinds or name in kinds]
        cells = (self.frame.iloc[self.order[row], self._at(name)] for name in columns)
        return ", ".join(str(cell) for cell in cells if not pd.isna(cell) and str(cell).strip())

    def _at(self, name: str) -> int:
        return [str(column) for column in self.frame.columns].index(name)


@dataclass(frozen=True, slots=True)
class Nobody:
    """A column with values that identify nobody: in how many rows, and up to three of the values, commonest first."""

    column: str
    rows: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """What was found.

    `clusters`: the index of the frame with `cluster` (index label of the cluster's first row) and `probability` that
    the row belongs there. `pairs`: `left`, `right`, `probability`, `weight` (bits: log2 odds, prior included),
    `same_cluster` and the weight of each comparison against chance in bits. `detected`: the type of each column and
    why.
    `oversized`: blocking keys with rows whose blocks were too big to be compared. `linking`: whether the rows of two
    frames have at most one partner each, and why ("" without a second frame). `nobody`: the values that identify nobody
    (noreply@, 000000) and were not compared.
    """

    clusters: pd.DataFrame
    pairs: pd.DataFrame
    detected: tuple[Detected, ...]
    oversized: dict[str, int]
    ground: Ground = field(repr=False, compare=False)
    linking: str = ""
    nobody: tuple[Nobody, ...] = ()

    @property
    def groups(self) -> pd.DataFrame:
        """Households, shared mailboxes and numbers, agencies and company groups, which are never merged, and companies
        at several addresses.

        One line per row and group: index label, `group`, `kind` (`groups.KINDS`), `shared_value`, `members` (how many).
        """
        ground = self.ground
        shared = groups(facts_of(ground.records), entities(ground.case()), ground.found.doors, ground.found.companies)
        return groups_frame(shared, ground.order, ground.frame.index)

    def merges(self, limit: float = LIMIT) -> pd.DataFrame:
        """What happens to each row if at most `limit` wrong merges per merged record are expected.

        Per row of the frame `cluster` (index label of its first row), `outcome` (merge, review, held, apart), `why`.
        """
        if not 0 <= limit <= 1:
            raise UsageError(f"a limit of {limit:g} is no share", hint="0.001 is one wrong merge per 1,000 merged rows")
        ground, case = self.ground, self.ground.case()
        return merges_frame(case, decided(case, limit), ground.order, ground.frame.index)

    def counted(self, limit: float = LIMIT) -> tuple[int, int]:
        """How many rows would be merged at a limit, and how many wait for a person."""
        result = decided(self.ground.case(), limit)
        return result.merged_records, len(np.union1d(result.review_i, result.review_j))

    def explain(self, left: Hashable, right: Hashable, limit: float = LIMIT) -> Waterfall:
        """Why two rows, named by index labels, are one or are not, and what a limit of wrong merges makes of them.

        UsageError for a label that there is not.
        """
        ground = self.ground
        rows = ground.row(left), ground.row(right)
        if rows[0] == rows[1]:
            raise UsageError(f"{left!r} is one row", hint="name two rows")
        return waterfall(ground.found, rows, (left, right), ground.said, _verdict(ground.case(), rows, limit))


def _verdict(case: Case, rows: tuple[int, int], limit: float) -> Verdict:
    """Merged, asked about (also through another pair of the same records), or kept apart."""
    result = decided(case, limit)
    merged, cut, believed = result.merged, result.cut / BIT, _merging(case, rows)
    one, other = sorted(int(merged[row]) for row in rows)
    if one == other:
        return Verdict("merge", "", cut, limit, believed)
    asked = zip(merged[result.review_i], merged[result.review_j], result.review_why, strict=True)
    why = next((why for i, j, why in asked if sorted((int(i), int(j))) == [one, other]), None)
    if why is not None:
        return Verdict("ask", why, cut, limit, believed)
    split = case.label[rows[0]] == case.label[rows[1]]
    held = result.held.get(int(case.label[rows[0]]), "") if split else ""
    return Verdict("apart", held, cut, limit, believed)


def _merging(case: Case, rows: tuple[int, int]) -> Merging | None:
    """What merging believes of a pair; None where it is none of those that may matter under any limit."""
    i, j = sorted(rows)
    at = next(iter(np.flatnonzero((case.pairs.i == i) & (case.pairs.j == j))), None)
    if at is None:
        return None
    return merging(case.pairs, int(at), case.reasons[at])


def match(
    frame: pd.DataFrame,
    entity: str = "person",
    types: dict[str, str] | None = None,
    against: pd.DataFrame | None = None,
    known: pd.DataFrame | pd.Series | None = None,
    sites: str = "one",
) -> Matching:
    """Cluster the rows of a frame without labels.

    `types` gives semantic types of columns (see `detection.KINDS`) instead of detecting them; columns that it does not
    name are not compared.

    With `against`, the rows of a second frame are matched together with the first; both frames then need indexes
    without labels in common. Where neither has doubles of its own, each row has at most one partner (`linking` says
    so). With `known` (the `clusters` of an earlier result for `against`, or a Series of cluster labels) the rows of
    the second frame stay in their clusters, only pairs with a row of the first are compared, and two earlier clusters
    are never joined: pairs that say so are among `pairs` and wait for review in `merges`.

    `sites`: a company at a few addresses is `one` cluster, or one for each address (`apart`); both list it in `groups`.

    UsageError for an unknown entity or type, a frame without any column to compare, or clusters for other rows.
    """
    if entity not in ENTITIES:
        raise UsageError(f"there is no entity {entity!r}", hint=f"one of: {', '.join(ENTITIES)}")
    if sites not in SITES:
        raise UsageError(f"sites cannot be {sites!r}", hint=f"one of: {', '.join(SITES)}")
    if sites != SITES[0] and entity != "organisation":
        raise UsageError(f"people have no sites: {sites!r} is about organisations", hint="entity='organisation'")
    whole = frame if against is None else pd.concat([frame, against])
    if not _unique(whole.index):
        raise UsageError("the index has labels twice", hint="use `reset_index`, or a column without doubles")
    _refuse_twice([str(name) for name in whole.columns])
    earlier = _earlier(known, against)
    detected, kinds, texts = _read(whole, entity, types)
    texts, nobody = _telling(texts, kinds)
    if not kinds:
        raise UsageError("there is no column to compare", hint=_NAME_THEM)
    # What is not compared is not kept; nor are the frames, where nobody else holds them.
    first, whole = len(frame), whole.iloc[:, [at for at, name in enumerate(whole.columns) if str(name) in kinds]]
    del frame
    # Columns and rows in an order of their own, so that the result depends neither on how the file was sorted nor on
    # what else stands in it. Of columns of one type the fullest is the first.
    kinds = _fullest_first(texts, kinds)
    texts = texts.select(list(kinds))
    order = np.argsort(texts.hash_rows(7).to_numpy(), kind="stable")
    texts = pl.DataFrame({name: texts.drop_in_place(name)[order] for name in kinds})
    records = replace(prepare(texts, kinds, entity), texts=None)
    del texts
    if not records.comparisons:
        raise UsageError("there is no column to compare", hint=_NAME_THEM)
    found, linking, together = _resolved(records, order, first, earlier, sites == "one")
    records = replace(records, anchors={})
    clusters = _clusters(found, order, whole.index)
    if earlier is not None:
        clusters["cluster"] = _named_as_before(clusters["cluster"], earlier)
    ground = Ground(found, records, order, whole, kinds, bool(types), together)
    return Matching(
        clusters, _pairs(found, order, whole.index), detected, found.blocked.oversized, ground, linking, nobody
    )


def _read(
    whole: pd.DataFrame, entity: str, types: dict[str, str] | None
) -> tuple[tuple[Detected, ...], dict[str, str], pl.DataFrame]:
    """What each column was taken for, the types to compare by, and the texts of these columns; column by column."""
    names = [str(name) for name in whole.columns]
    given = _checked(types, names) if types else None
    found, texts = list[Detected](), {}
    for at, name in enumerate(names):
        column = _strings(whole.iloc[:, at])
        found.append(alone(name, column, entity))
        if name in given if given else found[-1].type:
            texts[name] = _clean(column)
    detected = beside(found, entity)
    kinds = given or {d.column: d.type for d in detected if d.type}
    return tuple(detected), kinds, pl.DataFrame({name: texts[name] for name in kinds})


def _telling(texts: pl.DataFrame, kinds: dict[str, str]) -> tuple[pl.DataFrame, tuple[Nobody, ...]]:
    """The texts without values that identify nobody, and what those were, column by column."""
    told = []
    for name, kind in kinds.items():
        nobody = identify_nobody(texts[name], kind)
        if nobody.any():
            counts = (
                texts[name]
                .filter(nobody)
                .alias("value")
                .value_counts()
                .sort("count", "value", descending=[True, False])
            )
            told.append(Nobody(name, int(nobody.sum()), tuple(counts["value"].head(_SHOWN_VALUES))))
            texts = texts.with_columns(texts[name].set(nobody, None))
    return texts, tuple(told)


def _resolved(
    records: Records, order: Codes, first: int, earlier: pd.Series | None, sites: bool
) -> tuple[Resolved, str, tuple[tuple[int, int], ...]]:
    """The result, what was done about partners, and the pairs that earlier clusters hold together."""
    if earlier is None:
        found = resolve(records, sites)
        return (*(linked(found, order >= first) if first < len(order) else (found, "")), ())
    known = np.concatenate([np.full(first, -1, dtype=np.int64), pd.factorize(earlier)[0]])[order]
    head = np.full(len(order), len(order), dtype=np.int64)
    np.minimum.at(head, known[known >= 0], np.flatnonzero(known >= 0))
    label = np.where(known >= 0, head[known], -1)
    rows = np.flatnonzero((label >= 0) & (label != np.arange(len(order))))
    found = extended(records, label)
    told = "earlier clusters stay as they are; only pairs with a new row were compared"
    return found, told, tuple(zip(label[rows].tolist(), rows.tolist(), strict=True))


def _earlier(known: pd.DataFrame | pd.Series | None, against: pd.DataFrame | None) -> pd.Series | None:
    """The earlier cluster of each row of the second frame. UsageError where it is not said once for just these rows."""
    if known is None:
        return None
    if against is None:
        raise UsageError("earlier clusters without their rows", hint="give the rows as against=")
    if isinstance(known, pd.DataFrame) and "cluster" not in known:
        raise UsageError("the earlier clusters have no column 'cluster'", hint="give `clusters` of the earlier result")
    labels = known["cluster"] if isinstance(known, pd.DataFrame) else known
    if not _unique(labels.index):
        raise UsageError("the earlier clusters name a row twice", hint="give `clusters` of the earlier result")
    rows, told = against.index, labels.index[labels.notna()]
    if len(missing := rows.difference(told)):
        raise UsageError(f"{len(missing):,} rows have no earlier cluster", hint=f"{missing[0]!r} is one of them")
    if len(more := labels.index.difference(rows)):
        raise UsageError(f"{len(more):,} earlier clusters are of rows that are not there", hint=f"{more[0]!r} is one")
    return labels.reindex(rows)


def _named_as_before(clusters: pd.Series, earlier: pd.Series) -> pd.Series:
    """Cluster labels; those with earlier rows keep the label that they had."""
    before = earlier.reindex(clusters.index)
    named = before[before.notna()].groupby(clusters[before.notna()]).first()
    return clusters.map(named).fillna(clusters)


def _refuse_twice(columns: list[str]) -> None:
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"two columns are called {twice!r}", hint="rename one of them")


def _fullest_first(texts: pl.DataFrame, kinds: dict[str, str]) -> dict[str, str]:
    """By filled rows, then by letters: of two columns of names the one that leaves nothing out."""

    def less(name: str) -> tuple[int, int, str]:
        return texts[name].null_count(), -int(texts[name].str.len_chars().sum() or 0), name

    return {name: kinds[name] for name in sorted(kinds, key=less)}


def _unique(index: pd.Index) -> bool:
    if index.dtype != "str":
        return bool(index.is_unique)
    # pandas makes an object of every label for this.
    return pl.Series(pl.from_arrow(pa.array(index.array, from_pandas=True))).n_unique() == len(index)


def _clean(strings: pl.Series) -> pl.Series:
    stripped = strings.str.strip_chars()
    return stripped.set(stripped == "", None)


def _strings(column: pd.Series) -> pl.Series:
    values = pa.array(column.astype("string").array, from_pandas=True)
    return pl.Series(pl.from_arrow(values), dtype=pl.String)


def _checked(types: dict[str, str], columns: list[str]) -> dict[str, str]:
    for column, kind in types.items():
        if column not in columns:
            raise UsageError(f"there is no column {column!r}", hint=f"there are: {', '.join(columns[:20])}")
        if kind not in KINDS:
            raise UsageError(f"there is no type {kind!r} to match by", hint=f"one of: {', '.join(KINDS)}")
    return types


def _clusters(found: Resolved, order: Codes, index: pd.Index) -> pd.DataFrame:
    belongs = np.empty(len(order))
    belongs[order] = _belongs(found)
    return pd.DataFrame({"cluster": index[named(found.label, order)], "probability": belongs}, index=index)


def _belongs(found: Resolved) -> np.ndarray:
    """Probability that a row belongs to its cluster: its best pair inside; alone: that no pair outside is a match."""
    scored, label = found.scored, found.label
    probability = _logistic(scored.odds)
    inside = label[scored.i] == label[scored.j]
    best, rival = np.zeros(len(label)), np.zeros(len(label))
    for end in (scored.i, scored.j):
        np.maximum.at(best, end[inside], probability[inside])
        np.maximum.at(rival, end[~inside], probability[~inside])
    alone = np.bincount(label, minlength=len(label))[label] == 1
    return np.where(alone, 1 - rival, best)


def _logistic(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50, 50))))


def _pairs(found: Resolved, order: Codes, index: pd.Index) -> pd.DataFrame:
    scored, names = found.scored, [c.name for c in found.model.comparisons]
    shown = np.flatnonzero(scored.odds > SHOWN)
    i, j = scored.i[shown], scored.j[shown]
    left, right = np.minimum(order[i], order[j]), np.maximum(order[i], order[j])
    by_row = np.lexsort((right, left))
    odds = scored.odds[shown][by_row]
    bits = scored.gains[shown][by_row, : len(names)] / np.float32(np.log(2))
    facts = {"left": index[left[by_row]], "right": index[right[by_row]], "probability": _logistic(odds)}
    facts |= {"weight": odds / np.log(2), "same_cluster": (found.label[i] == found.label[j])[by_row]}
    return pd.DataFrame(facts | {f"weight_{name}": bits[:, at] for at, name in enumerate(names)})
