"""Our keys of lists, kept as options of a property of the object whose records the lists hold.

HubSpot knows no conditional write: who reads keys to change them holds `lock` until they are written, and what was
written is remembered, so that a reading that lags behind loses none.
"""

import threading
from collections.abc import Mapping

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Http
from crm_migrate.errors import TargetError
from crm_migrate_hubspot import answers, list_answers
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.rosters import MOST, kept_in, option
from crm_migrate_hubspot.shapes import REGISTRY

FULL = Refusal(f"the property {REGISTRY} has no room for the key of one more list", "FULL")


class Registry:
    """Our keys of the lists of a portal."""

    def __init__(self, portal: Portal, http: Http) -> None:
        self._portal, self._http = portal, http
        self._wrote: dict[str, dict[str, str | None]] = {}
        self.lock = threading.Lock()

    def keys(self, object: str) -> dict[str, str]:
        """Our keys -> ids of lists, "" of those that are being made."""
        asked = self._portal.requests.property(object, REGISTRY)
        definition = self._portal.ask(asked, list_answers.definition) or {}
        found: dict[str, str | None] = dict(kept_in(definition.get("options") or ()))
        found |= self._wrote.get(object, {})
        return {entity: id for entity, id in found.items() if id is not None}

    def put(self, object: str, entity: str, id: str) -> Refusal | None:
        """Keep a key; why there is no room for it."""
        keys = self.keys(object)
        if len(keys) >= MOST and entity not in keys:
            return FULL
        self._save(object, {**keys, entity: id})
        self._wrote.setdefault(object, {})[entity] = id
        return None

    def drop(self, object: str, entity: str) -> None:
        """Forget a key."""
        keys = self.keys(object)
        if entity in keys:
            self._save(object, {each: id for each, id in keys.items() if each != entity})
            self._wrote.setdefault(object, {})[entity] = None

    def _save(self, object: str, keys: Mapping[str, str]) -> None:
        options = [option(entity, id) for entity, id in sorted(keys.items())]
        answer = self._http.send(self._portal.requests.change_property(object, REGISTRY, {"options": options}))
        if answer.status == 404 and answers.is_missing(answer):
            raise TargetError(f"HubSpot has no property {REGISTRY} of {object}", hint="crm-migrate target prepare")
        if kept_in(answers.body(answer).get("options") or ()) != dict(keys):
            raise answer.unreadable("a property without the keys that it was given")
