"""Lines of closed opportunities: a closed opportunity takes none, changes none and loses none.

So it is opened, and closed again as it was, by the change set that writes the line: its history has one more closing.
"""

from collections.abc import Collection, Mapping, Sequence

from crm_migrate.connecting.shaping import Row
from crm_migrate_dynamics.answers import Record
from crm_migrate_dynamics.calls import Calls
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.multipart import Step
from crm_migrate_dynamics.shapes import DEAL, LINE, OF_DEAL, REASON, STATE
from crm_migrate_dynamics.states import DAYS, FIRST, reopened

Closed = Mapping[str, Record]  # id of a closed opportunity -> how it stands


class Reopening:
    """Puts the steps that write lines between those that open and close their opportunity."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._looking = calls, calls.looking

    def closed(self, described: Described, deals: Collection[str]) -> Closed:
        """Which of the opportunities of lines are closed; none where a table has no such lines."""
        if described.table != LINE or not deals:
            return {}
        of = self._looking.table(DEAL)
        names = [name for name in (STATE, REASON, *DAYS, "actualvalue") if name in of.columns]
        found = (each for page in self._looking.among(of, [of.key, *names], of.key, deals) for each in page)
        return {str(each[of.key]): each for each in found if each.get(STATE) != FIRST}

    def deals(self, described: Described, ids: Collection[str]) -> dict[str, str]:
        """The opportunity of each of these lines."""
        if described.table != LINE:
            return {}
        said = f"_{OF_DEAL}_value"
        pages = self._looking.among(described, [described.key, said], described.key, ids)
        return {str(each[described.key]): str(each[said]) for page in pages for each in page if each.get(said)}

    def around(self, steps: Sequence[Step], deals: Collection[str], closed: Closed) -> list[Step]:
        """The steps of one line, with its opportunities opened before and closed behind."""
        found = list(steps)
        for id in sorted(set(deals) & closed.keys()):
            found = reopened(self._looking.table(DEAL), id, closed[id], found)
        return found


def deal_of(row: Row) -> list[str]:
    """The opportunity that a row of a line names."""
    said = row.get(OF_DEAL)
    return [said] if said else []


def deal_held(record: Record) -> list[str]:
    """The opportunity that a line belongs to now."""
    held = record.get(f"_{OF_DEAL}_value")
    return [str(held)] if held else []
