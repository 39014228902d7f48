"""What loads and readings cost in requests and in credits, where nothing goes wrong. Pure.

Credits are those of zoho.com/crm/developer/docs/api/v8/api-limits.html: a request is one, ten records that are written
are one, a query of up to 200, 1,000 or 2,000 records one, two or three. Its day counts credits, a line has requests.
"""

from collections.abc import Sequence
from typing import NamedTuple

from crm_migrate.connecting.contract import Action, Asks, Load, TargetObject
from crm_migrate_zoho import coql
from crm_migrate_zoho.columns import parts, told_by
from crm_migrate_zoho.describe import Described
from crm_migrate_zoho.shapes import TAG

PER_CREDIT = 10  # records that are written
PAGE_CREDITS = 3  # of a query of `coql.PAGE` records
IDS = 100  # of a list of what no query tells


class Cost(NamedTuple):
    """One thing in both units."""

    requests: int
    credits: int


def writing(described: Described, object: TargetObject, action: Action, loads: Sequence[Load]) -> Cost:
    """These batches: what is written, and the queries for our keys behind it, or before and behind it where they are
    not unique, and for the other rows of the same records; before a change one looks only, and at the tags, which are
    then given by a request of their own: one for all records that are to have the same, so there may be more."""
    looks = 2 if action == "create" and not described.unique(object.key_field) else 1
    looks += bool(described.parent)
    tagged = [load for load in loads if action != "create" and load.columns.get(TAG)]
    tags = sum(-(-load.rows // IDS) + 1 for load in tagged)
    beside = tags + sum(looks * -(-load.rows // coql.VALUES) for load in loads)
    return Cost(len(loads) + beside, sum(-(-load.rows // PER_CREDIT) for load in loads) + beside)


def of_roles(loads: Sequence[Load]) -> Cost:
    """Contact roles: a look at each deal and a role in it, and the keys, which are read and written together; each role
    is of another deal."""
    beside = sum(2 * load.rows + -(-load.rows // coql.VALUES) for load in loads)
    return Cost(len(loads) + beside, sum(-(-load.rows // PER_CREDIT) for load in loads) + beside)


def reading(described: Described, columns: Sequence[str], records: int) -> Cost:
    """Reading these columns of all of so many records: each page, to the one that holds fewer than it could,
    with the queries for columns that do not fit into its own, and the lists of what no query tells."""
    queried, listed = told_by(described, columns)
    others = len(parts(queried)) - 1
    pages, filled = records // coql.PAGE + 1, -(-records // coql.PAGE)
    lists = -(-records // IDS) * len(parts(listed)) if listed else 0
    queries = pages + filled * others
    return Cost(queries + lists, queries * PAGE_CREDITS + lists)


def asking(modules: int, users: int) -> Asks:
    """Which organisation it is, what the modules have, and `users`; a credit each."""
    return Asks(identity=1, before=modules, during=modules + users)
