"""The keys of links that records keep, read and written by one thread at a time: HubSpot knows no conditional write."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from crm_migrate.connecting.http import Http
from crm_migrate.errors import TargetError
from crm_migrate_hubspot import answers
from crm_migrate_hubspot.answers import Sent
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import BATCH
from crm_migrate_hubspot.ties import KEYS, Line, kept, lines_of


class Keeping:
    """Whoever reads keys to change them holds `lock` until they are written."""

    def __init__(self, portal: Portal, http: Http) -> None:
        self._portal, self._http = portal, http
        self.lock = threading.Lock()

    def keeps(self, object: str) -> bool:
        """Whether links may begin at records of an object that are records of their own."""
        return KEYS in self._portal.existing(object)

    def lines(self, object: str, ids: Iterable[str]) -> dict[str, list[Line]]:
        """Record -> its keys, of those that are there."""
        found = self._portal.surely_of(object, [KEYS], list(dict.fromkeys(ids)))
        return {id: lines_of(id, values.get(KEYS)) for id, values in found.items()}

    def save(self, object: str, lines: Mapping[str, Sequence[Line]]) -> set[str]:
        """Write what records keep; which of them have it now."""
        ids, saved = sorted(lines), set[str]()
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            inputs = [{"id": id, "properties": {KEYS: kept(lines[id])}} for id in some]
            reply = self._http.send(self._portal.requests.change(object, inputs))
            told = answers.written(reply, [Sent(id, None, id) for id in some])
            if told.whole is not None:
                raise TargetError(f"HubSpot does not keep our keys of links: {told.whole.words}")
            saved |= set(told.loaded)
        return saved
