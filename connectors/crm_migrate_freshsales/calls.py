"""What loading and taking back share: places, names, and a record just before a request about it.

Freshsales takes one record per request, so a batch is many of them.
"""

import time
from collections.abc import Sequence
from functools import partial

from crm_migrate.connecting.batch_rows import ids_of
from crm_migrate.connecting.contract import Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import GONE, TAKEN
from crm_migrate.connecting.http import Http, Pace, Waiting
from crm_migrate.connecting.one_by_one import One, one_by_one
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_freshsales.answers import Record
from crm_migrate_freshsales.looking import Looking
from crm_migrate_freshsales.records import key_of
from crm_migrate_freshsales.shapes import ACTIVITIES, KEY, KIND, TYPE, Model, is_place, model_of, split
from crm_migrate_freshsales.values import KINDS, Names

HERE = "it has contacts, sales_accounts, deals, and sales_activities of a type, like sales_activities:Phone"


class Calls:
    """One account as it is asked and told."""

    def __init__(self, http: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        self.http, self.looking, self.waiting = http, looking, waiting
        self._pace = pace

    def until(self) -> float:
        """When the last request of a batch may be begun that begins now, by the clock of `one_by_one`."""
        return time.monotonic() + self._pace.begin_seconds

    def model(self, object: TargetObject) -> Model:
        """The module of an object. TargetError where there is none."""
        found = model_of(object.name)
        if found is None:
            raise TargetError(f"Freshsales has no {object.name}", hint=HERE)
        return found

    def names(self, object: TargetObject, fields: Sequence[str]) -> Names:
        """What words stand for. TargetError where there is no place for one of the fields, or for our key: Freshsales
        would leave it out without a word."""
        model, kind = self.model(object), split(object.name)[1]
        names = self.looking.names(model)
        if model.name == ACTIVITIES and kind not in names.choices[TYPE]:
            raise TargetError(f"Freshsales has no type of sales activities {kind}", hint="crm-migrate target prepare")
        keys = (KEY, *((KIND,) if kind and model.name != ACTIVITIES else ()))
        for name in (*fields, *keys):
            custom = name not in model.fields
            if custom and (name not in names.customs or names.customs[name].get("type") not in KINDS):
                words = "field" if is_place(model, name) or name in keys else "place"
                raise TargetError(
                    f"Freshsales has no custom {words} {name} of {model.name}", hint="crm-migrate target prepare"
                )
        return names

    def ids(self, batch: WriteBatch, model: Model) -> dict[str, str]:
        """The ids of the records that a batch is about, as far as they are known."""
        return ids_of(batch, partial(self.looking.keys, model), partial(self.looking.forget, model))

    def current(self, model: Model, id: str, entity: str) -> Record | Refusal:
        """A record as it is now; why it is not touched."""
        found = self.looking.one(model, id)
        if found is None:
            return GONE
        return found if key_of(found) in (None, entity) else TAKEN

    def one_by_one(self, model: Model, entities: Sequence[str], one: One, known: Answer, until: float) -> Answer:
        """The requests about these entities, and what is known of others."""

        def remembered(entity: str) -> str | Refusal:
            try:
                return one(entity)
            except InDoubt:
                self.looking.forget(model)
                raise
            finally:
                self.looking.wrote(model)

        return one_by_one(entities, remembered, known, until, self.waiting.now)
