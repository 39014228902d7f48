"""The tables between stages, declared once: where they lie, their columns, their SQL types, their order.

What they mean is in `docs/architecture.md`. Whoever writes or reads a table speaks of it by the names below.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

_ARROW = {
    "BIGINT": pa.int64(), "INTEGER": pa.int32(), "VARCHAR": pa.string(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of table. `place` is its folder, with `<object>` and `<source>` for what is told by who uses it.

    `columns` are those that a reader finds (name -> SQL type; null where a table has no such column); where it is
    `open`, the fields of an object or the columns of a source come behind them. Its rows are sorted by `order`, all
    parts taken together.
    """

    place: str
    columns: dict[str, str] = field(hash=False)
    order: tuple[str, ...]
    open: bool = False

    def path(self, *names: str) -> tuple[str, ...]:
        """The folder of the table of this object and source, below the folder of the run."""
        told = iter(names)
        path = tuple(next(told) if part.startswith("<") else part for part in self.place.split("/"))
        if next(told, None) is not None:
            raise ValueError(f"{self.place} has no place for all of {names}")
        return path

    @property
    def schema(self) -> pa.Schema:
        """The columns as an Arrow schema."""
        return pa.schema([(name, _ARROW[kind]) for name, kind in self.columns.items()])

    @property
    def frame(self) -> pl.Schema:
        """The columns as those of a frame."""
        return pl.DataFrame(self.schema.empty_table()).schema


def texts(*names: str) -> dict[str, str]:
    """Columns of canonical text."""
    return dict.fromkeys(names, "VARCHAR")


_PLACE = {"__row": "BIGINT", "__split": "INTEGER"}
_KEYS = {**_PLACE, **texts("__key", "__row_key")}
_REASON = texts("code", "rule", "field", "message")
_IDS = texts("target_id", "__entity")

EXTRACTED = Table(
    "extract/<source>/records", {"__row": "BIGINT", "__file": "INTEGER", "__line": "BIGINT"}, ("__row",), open=True
)
QUARANTINE = Table(
    "extract/<source>/quarantine",
    {"file": "INTEGER", "line": "BIGINT", "offset": "BIGINT", **texts("code", "message", "raw")},
    (),  # as they were met
)

CORRECTED = Table(
    "extract/<source>/corrected", {"__row": "BIGINT", **texts("name", "was", "now", "correction", "who")}, ("__row",)
)

ERASED = Table(
    "extract/<source>/erased",
    {**texts("object"), **_PLACE, **texts("state", "by"), "line": "BIGINT"},
    ("object", "__row", "__split"),
)

RECORDS = Table(
    "map/<object>/<source>/records", {**_KEYS, **texts("__changed", "__ev")}, ("__row", "__split"), open=True
)
SET_ASIDE = Table("map/<object>/<source>/set_aside", {**_KEYS, "state": "VARCHAR", **_REASON}, ("__row", "__split"))
CELLS = Table(
    "map/<object>/<source>/cells", {**_PLACE, **texts("field", "code", "before", "after", "message")}, ("__row",)
)
CHANGES = Table("map/<object>/<source>/changes", {**_PLACE, **texts("field", "rule")}, ("__row",))

NODES = Table(
    "link/<object>/nodes",
    {"__node": "BIGINT", **texts("__source", "__key"), **_PLACE, "__trust": "INTEGER", **texts("__changed", "__ev")},
    ("__node",),
    open=True,
)
ROWS = Table(
    "link/<object>/rows",
    {"__source": "VARCHAR", **_PLACE, "__node": "BIGINT", "folded": "BOOLEAN"},
    ("__source", "__row", "__split"),
)
LINK_SET_ASIDE = Table(
    "link/<object>/set_aside",
    {"__source": "VARCHAR", **_PLACE, "__key": "VARCHAR", "state": "VARCHAR", **_REASON},
    ("__source", "__row", "__split"),
)
BROKEN = Table(
    "link/<object>/broken",
    {**texts("__source", "__key", "field"), "__parent": "BIGINT", **texts("state", "code")},
    ("__parent", "__source", "__key"),
)
LINK_NOTES = Table("link/<object>/notes", {"__node": "BIGINT", **texts("field", "code", "message")}, ("__node",))
ENRICHMENT = Table(
    "link/<object>/enrichment",
    {
        "__source": "VARCHAR", "__row": "BIGINT", "__key": "VARCHAR", "by": "VARCHAR", "__node": "BIGINT",
        "__split": "INTEGER", **texts("__changed", "__ev"),
    },
    ("__source", "__row", "__split", "__node"),
    open=True,
)  # fmt: skip

PAIRS = Table(
    "dedupe/<object>/pairs",
    {
        "a": "BIGINT", "b": "BIGINT", **texts("rule", "outcome", "why", "evidence", "decision"),
        "probability": "DOUBLE",
    },
    ("a", "b"),
)  # fmt: skip
CLUSTERS = Table(
    "dedupe/<object>/clusters",
    {"__node": "BIGINT", "__cluster": "BIGINT", **texts("rule", "state", "why")},
    ("__node",),
)
MERGED = Table(
    "dedupe/<object>/merged",
    {"__cluster": "BIGINT", "__trust": "INTEGER", "__changed": "VARCHAR", "__members": "INTEGER", "__ev": "VARCHAR"},
    ("__cluster",),
    open=True,
)
SURVIVORS = Table(
    "dedupe/<object>/survivors",
    {"__cluster": "BIGINT", "field": "VARCHAR", "__node": "BIGINT", "rule": "VARCHAR", "losers": "INTEGER"},
    ("__cluster",),  # and in the order of the mapping
)
MERGE_NOTES = Table(
    "dedupe/<object>/notes", {"__cluster": "BIGINT", **texts("field", "code", "message")}, ("__cluster",)
)
FINDINGS = Table(
    "dedupe/<object>/findings", {**texts("code", "rule", "message"), "count": "BIGINT"}, ("code", "rule", "message")
)
LEARNED = Table(
    "dedupe/<object>/learned",
    {"mode": "VARCHAR", "limit": "DOUBLE", "expected_wrong": "DOUBLE", "merged_records": "BIGINT", "cut": "DOUBLE"},
    ("mode",),
)
MODEL = Table("dedupe/<object>/model", texts("document"), ("document",))
GROUPS = Table(
    "dedupe/<object>/groups",
    {"group": "BIGINT", "kind": "VARCHAR", "shared": "VARCHAR", "__node": "BIGINT"},
    ("group", "kind", "shared", "__node"),
)

# A field may be called `code`: the reason of a completed or planned record is read from the columns with underscores.
COMPLETED = Table(
    "complete/<object>/entities",
    {"__cluster": "BIGINT", **texts("__state", *(f"__{name}" for name in _REASON))},
    ("__cluster",),
    open=True,
)
EQUALS = Table(
    "complete/<object>/equals",
    {"__cluster": "BIGINT", "__other": "BIGINT", **texts("object", "rule", "code")},
    ("__cluster",),
)
CLEARED = Table(
    "complete/<object>/cleared", {"__cluster": "BIGINT", "__parent": "BIGINT", **texts("field")}, ("__cluster", "field")
)
WARNINGS = Table("complete/<object>/warnings", {"__cluster": "BIGINT", **_REASON}, ("__cluster",))

MASKED = Table("mask/<object>/cells", {"__cluster": "BIGINT"}, ("__cluster",), open=True)

# In a run that repairs: the cells of the causes that were chosen, with what says that one is not to be written.
REPAIR = Table(
    "repair/<object>/cells",
    texts("__entity", "target_id", "field", "name", "class", "cause", "expected", "actual", "stays", "exception"),
    ("field", "__entity"),
)

THEIRS = Table("load/<object>/theirs", _IDS, (), open=True)
CLAIMS = Table("load/<object>/claims", texts("project", "member", "__entity"), ())
EDITS = Table("load/<object>/edits", texts("__entity", "field"), ("__entity", "field"))
CONFLICTS = Table(
    "load/<object>/conflicts", texts("__entity", "field", "sent", "ours", "theirs", "evidence"), ("__entity", "field")
)
PLANNED = Table(
    "load/<object>/entities",
    {
        "__cluster": "BIGINT",
        **texts("__entity", "__action", "__code", "__message", "__changed_fields", "__target_id", "__adopted"),
    },
    ("__cluster",),
    open=True,
)
FOLLOWED = Table("follow/<object>/merged", texts("__entity", "target_id", "into", "survivor"), ("__entity",))
VANISHED = Table("load/<object>/vanished", texts("__entity", "code", "policy", "message"), ("__entity",))
REMOVALS = Table(
    "load/<object>/removals", texts("__entity", "target_id", "survivor", "outcome", "message", "members"), ("__entity",)
)
KNOWN = Table("load/<object>/known", texts("__entity", "target_id"), ("__entity",))
BEFORE = Table("load/<object>/before", _IDS, ("target_id",))
LOADED_IDS = Table("load/<object>/ids", _IDS, ("target_id",))
OUTCOMES = Table(
    "load/<object>/outcomes", texts("__entity", "outcome", "message", "target_id", "batch"), ("__entity", "batch")
)

OTHERS = "__others"  # a digest of what a record holds beside the loaded fields; "" where that is nothing
LOOKED = Table("load/<object>/looked", {**_IDS, **texts(OTHERS)}, (), open=True)
ACTUAL = Table("validate/<object>/actual", {**_IDS, **texts(OTHERS)}, (), open=True)
AFTER = Table("validate/<object>/after", _IDS, ("target_id",))
BREACHES = Table(
    "validate/<object>/breaches",
    {**texts("__entity", "target_id", "field", "code", "message", "when"), "__cluster": "BIGINT"},
    (),
)

DISPOSITIONS = Table(
    "reconcile/<object>/dispositions",
    {
        "__source": "VARCHAR", **_PLACE, "__key": "VARCHAR", "state": "VARCHAR", **_REASON, "__cluster": "BIGINT",
        **texts("__entity", "target_id", "survivor"),
    },
    ("__source", "__row", "__split"),
)  # fmt: skip
DIFFERENCES = Table(
    "reconcile/<object>/differences",
    {**_IDS, **texts("field", "class", "cause", "source_value", "expected", "actual")},
    ("field", "__entity", "target_id"),
)
REPAIRED = Table(
    "reconcile/<object>/repaired",
    texts(
        "__entity", "target_id", "name", "cause", "exception", "expected", "before", "now", "outcome", "code", "batch"
    ),
    ("name", "cause", "__entity"),
)
EXCEPTIONS = Table(
    "reconcile/exceptions",
    texts("id", "object", "code", "source", "field", "rule", "state", "record", "owner", "amount", "unit"),
    ("id", "object", "code"),
)

# In the folder of a run, those of each start of its undo.
NOW = Table("undo/<object>/now", {**_IDS, **texts(OTHERS)}, (), open=True)
VERDICTS = Table(
    "undo/<object>/verdicts",
    texts("__entity", "target_id", "did", "verdict", "code", "message", "fields"),
    ("__entity",),
)

# Beside the runs, one for each identity of a target.
CROSSWALK = Table("crosswalk/<object>", texts("__source", "__key", "__entity"), ("__source", "__key"))
SEEN = Table("seen/<object>", _IDS, (), open=True)
SENT = Table("sent/<object>", texts("__entity", "target_id"), (), open=True)


def declared() -> Iterable[Table]:
    """Every table, in the order of the stages."""
    return (each for each in globals().values() if isinstance(each, Table))
