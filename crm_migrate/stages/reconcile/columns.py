"""The columns of the tables that reconcile reads (docs/architecture.md), with the types it relies on."""

ORIGIN = {"__row": "BIGINT", "__split": "INTEGER", "__key": "VARCHAR"}
REASON = {"code": "VARCHAR", "rule": "VARCHAR", "field": "VARCHAR", "message": "VARCHAR"}

RAW = {"__row": "BIGINT", "__file": "INTEGER", "__line": "BIGINT"}
RECORDS = {**ORIGIN, "__changed": "VARCHAR", "__ev": "VARCHAR"}
SET_ASIDE = {**ORIGIN, "state": "VARCHAR", **REASON}
LINK_SET_ASIDE = {"__source": "VARCHAR", **SET_ASIDE}
CELLS = {
    "__row": "BIGINT", "__split": "INTEGER", "field": "VARCHAR", "code": "VARCHAR", "before": "VARCHAR",
    "after": "VARCHAR", "message": "VARCHAR",
}  # fmt: skip
CHANGES = {"__row": "BIGINT", "__split": "INTEGER", "field": "VARCHAR", "rule": "VARCHAR"}
QUARANTINE = {
    "file": "INTEGER", "line": "BIGINT", "offset": "BIGINT", "code": "VARCHAR", "message": "VARCHAR", "raw": "VARCHAR",
}  # fmt: skip
NODES = {
    "__node": "BIGINT", "__source": "VARCHAR", "__key": "VARCHAR", "__row": "BIGINT", "__split": "INTEGER",
    "__trust": "INTEGER", "__changed": "VARCHAR", "__ev": "VARCHAR",
}  # fmt: skip
LINK_ROWS = {
    "__source": "VARCHAR", "__row": "BIGINT", "__split": "INTEGER", "__node": "BIGINT", "folded": "BOOLEAN",
}  # fmt: skip
NOTES = {"__node": "BIGINT", "field": "VARCHAR", "code": "VARCHAR", "message": "VARCHAR"}
ENRICHMENT = {"__source": "VARCHAR", **ORIGIN, "by": "VARCHAR", "__node": "BIGINT"}
PAIRS = {
    "a": "BIGINT", "b": "BIGINT", "rule": "VARCHAR", "outcome": "VARCHAR", "why": "VARCHAR", "evidence": "VARCHAR",
    "decision": "VARCHAR", "probability": "DOUBLE",
}  # fmt: skip
LEARNED = {
    "mode": "VARCHAR", "limit": "DOUBLE", "expected_wrong": "DOUBLE", "merged_records": "BIGINT", "cut": "DOUBLE",
}  # fmt: skip
GROUPS = {"group": "BIGINT", "kind": "VARCHAR", "shared": "VARCHAR", "__node": "BIGINT"}
FINDINGS = {"code": "VARCHAR", "rule": "VARCHAR", "message": "VARCHAR", "count": "BIGINT"}
CLUSTERS = {"__node": "BIGINT", "__cluster": "BIGINT", "rule": "VARCHAR", "state": "VARCHAR", "why": "VARCHAR"}
SURVIVORS = {
    "__cluster": "BIGINT", "field": "VARCHAR", "__node": "BIGINT", "rule": "VARCHAR", "losers": "INTEGER",
}  # fmt: skip
# A field may be called `code`: the reason of a completed or planned record is read from the columns with underscores.
COMPLETE = {"__cluster": "BIGINT", "__state": "VARCHAR", **{f"__{name}": kind for name, kind in REASON.items()}}
WARNINGS = {"__cluster": "BIGINT", **REASON}
LOAD = {
    "__cluster": "BIGINT", "__entity": "VARCHAR", "__action": "VARCHAR", "__code": "VARCHAR", "__message": "VARCHAR",
    "__target_id": "VARCHAR",
}  # fmt: skip
VANISHED = {"__entity": "VARCHAR", "code": "VARCHAR", "policy": "VARCHAR", "message": "VARCHAR"}
KNOWN = {"__entity": "VARCHAR", "target_id": "VARCHAR"}
IDS = {"target_id": "VARCHAR", "__entity": "VARCHAR"}
OUTCOMES = {
    "__entity": "VARCHAR", "outcome": "VARCHAR", "message": "VARCHAR", "target_id": "VARCHAR", "batch": "VARCHAR",
}  # fmt: skip
BREACHES = {**IDS, "field": "VARCHAR", "code": "VARCHAR", "message": "VARCHAR", "when": "VARCHAR"}
DISPOSITIONS = {
    "__source": "VARCHAR", **ORIGIN, "state": "VARCHAR", **REASON, "__cluster": "BIGINT", "__entity": "VARCHAR",
    "target_id": "VARCHAR", "survivor": "VARCHAR",
}  # fmt: skip
DIFFERENCES = {
    **IDS, "field": "VARCHAR", "class": "VARCHAR", "cause": "VARCHAR", "source_value": "VARCHAR",
    "expected": "VARCHAR", "actual": "VARCHAR",
}  # fmt: skip


def texts(*names: str) -> dict[str, str]:
    """Columns of canonical text."""
    return dict.fromkeys(names, "VARCHAR")
