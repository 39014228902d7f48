"""Duplicate rules: a record that looks like another is refused, or let in where client and rule allow it."""

import re
from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record


def not_a_double(work: Work, object: str, after: Mapping[str, Any], before: Record | None) -> None:
    """Raises Failure DUPLICATES_DETECTED where a rule of the schema, or a fault, takes it for a double."""
    if "duplicate_rule" in work.bent:
        raise _double("Simulated_rule", object, [], block=True)
    for rule in work.store.compact(object).get("duplicateRules", []):
        block = rule.get("action", "Block") == "Block"
        if work.allow_save and not block:
            continue
        alike = [
            record.id for record in _alike(work, object, rule["fields"], after) if record.id != (before and before.id)
        ]
        if alike and (before is None or any(before.values.get(f) != after.get(f) for f in rule["fields"])):
            raise _double(rule["name"], object, alike, block=block)


def _alike(work: Work, object: str, fields: list[str], after: Mapping[str, Any]) -> list[Record]:
    if any(after.get(field) is None for field in fields):
        return []
    wanted = [_folded(after[field]) for field in fields]
    return [r for r in work.store.all(object) if [_folded(r.values.get(field)) for field in fields] == wanted]


def _folded(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value)).casefold()


def _double(rule: str, object: str, alike: list[str], *, block: bool) -> Failure:
    words = "You're creating a duplicate record. We recommend you use an existing record instead."
    matches = {
        "matchEngine": "ExactMatchEngine",
        "matchRecords": [{"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0,
                          "record": {"attributes": {"type": object}, "Id": id}} for id in alike],
        "rule": rule, "size": len(alike), "success": True, "entityType": object, "errors": [],
    }  # fmt: skip
    told = {"allowSave": not block, "duplicateRule": rule, "duplicateRuleEntityType": object, "errorMessage": words}
    return Failure("DUPLICATES_DETECTED", words, more={"duplicateResult": {**told, "matchResults": [matches]}})
