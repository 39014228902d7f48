"""Where a record went that users have merged into another: those in the recycle bin say which one is left."""

from collections.abc import Collection, Mapping, Sequence

from crm_migrate_salesforce import answers, soql
from crm_migrate_salesforce.answers import Record
from crm_migrate_salesforce.describe import Described
from crm_migrate_salesforce.looking import MANY, Looking

LEFT = "MasterRecordId"


def merged_into(looking: Looking, described: Described, ids: Sequence[str]) -> Mapping[str, str]:
    """Id -> id of the record at the end of a chain of merges, where that is still there."""
    if LEFT not in described.fields:
        return {}
    known: dict[str, Record] = {}
    asked = {id for id in ids if soql.is_id(id)}
    while asked:
        known |= _every(looking, described.object, asked)
        asked = {str(each[LEFT]) for each in known.values() if each.get(LEFT)} - known.keys() - asked
    ends = {id: _end(known, id) for id in ids if id in known and known[id].get(LEFT)}
    return {id: end for id, end in ends.items() if end is not None}


def deleted_keys(looking: Looking, described: Described, key_field: str, ids: Collection[str]) -> dict[str, str]:
    """Id -> our key of those of these records that lie in the recycle bin, whether deleted or merged."""
    found: dict[str, str] = {}
    for some in soql.parted(sorted({id for id in ids if soql.is_id(id)}), MANY):
        query = soql.select([key_field], described.object, [soql.among("Id", some), "IsDeleted = true"])
        page = looking.ask(looking.api.query(query, every=True), answers.page)
        found |= {str(record["Id"]): str(record[key_field]) for record in page.records if record.get(key_field)}
    return found


def _end(known: Mapping[str, Record], id: str) -> str | None:
    """The end of a chain; None where that was deleted, is not known, or where the chain is a circle."""
    passed: set[str] = set()
    while id in known and id not in passed and known[id].get(LEFT):
        passed.add(id)
        id = str(known[id][LEFT])
    return id if id in known and known[id].get("IsDeleted") is False else None


def _every(looking: Looking, object: str, ids: Collection[str]) -> dict[str, Record]:
    """Records by their ids, those that were deleted, too."""
    found: dict[str, Record] = {}
    for some in soql.parted(sorted(ids), MANY):
        query = soql.select([LEFT, "IsDeleted"], object, [soql.among("Id", some)])
        page = looking.ask(looking.api.query(query, every=True), answers.page)
        found |= {str(record["Id"]): record for record in page.records}
    return found
