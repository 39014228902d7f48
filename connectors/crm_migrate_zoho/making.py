"""Rows of a batch as what is sent of their records, and why others are not sent."""

from collections.abc import Mapping

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import TARGET_ID, Refusal, WriteBatch
from crm_migrate.connecting.found import Current
from crm_migrate.connecting.shaping import Row
from crm_migrate_zoho import records
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.records import Shape, Values

Made = tuple[dict[str, Values], dict[str, Refusal]]  # by entity


def creations(calls: Calls, shape: Shape, rows: Mapping[str, Row]) -> Made:
    """Records to be made."""
    users = calls.users(shape, list(rows.values()))
    made, refused = dict[str, Values](), dict[str, Refusal]()
    for entity, row in rows.items():
        try:
            made[entity] = records.created(shape, row, users)
        except Unfit as unfit:
            refused[entity] = unfit.refusal
    return made, refused


def changes(calls: Calls, shape: Shape, batch: WriteBatch, rows: Mapping[str, Row], current: Current) -> Made:
    """Changes of the records that are there; adopted ones get our key, and released ones lose it."""
    users = calls.users(shape, [rows[entity] for entity in current.records])
    made, refused = dict[str, Values](), dict(current.refused)
    for entity, record in current.records.items():
        key = None if batch.action == "release" else entity if TARGET_ID in batch.rows.column_names else ""
        try:
            made[entity] = records.changed(shape, str(record["id"]), rows[entity], users, record, key)
        except Unfit as unfit:
            refused[entity] = unfit.refusal
    return made, refused
