"""What loading and taking back share: places, names, and a record just before a request about it.

BottleCRM takes one record per request, so a batch is many of them.
"""

import time
from collections.abc import Mapping, Sequence
from functools import partial

from crm_migrate.connecting.batch_rows import ids_of
from crm_migrate.connecting.contract import Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Http, Pace, Waiting
from crm_migrate.connecting.one_by_one import One, one_by_one
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_bottle.looking import Looking
from crm_migrate_bottle.records import key_of
from crm_migrate_bottle.shapes import KEY, KIND, Model, Path, model_of, path_of, split
from crm_migrate_bottle.values import Names, Record

GONE = Refusal("BottleCRM has no such record", "NOT_FOUND")
MODELS_HERE = "it has accounts, contacts, leads, opportunities, cases and tasks"


class Calls:
    """One organisation as it is asked and told."""

    def __init__(self, http: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        self.http, self.looking, self.waiting = http, looking, waiting
        self._pace = pace

    def until(self) -> float:
        """When the last request of a batch may be begun that begins now, by the clock of `one_by_one`."""
        return time.monotonic() + self._pace.begin_seconds

    def model(self, object: TargetObject) -> Model:
        """The model of an object. TargetError where there is none."""
        found = model_of(object.name)
        if found is None:
            raise TargetError(f"BottleCRM has no {object.name}", hint=MODELS_HERE)
        return found

    def paths(self, object: TargetObject, names: Sequence[str], known: Names) -> dict[str, Path]:
        """Where these fields are, and our key. TargetError for one that there is no place for: BottleCRM would leave it
        out without a word."""
        model, found = self.model(object), dict[str, Path]()
        for name in names:
            path = path_of(model, name)
            if path is None or (path.custom and path.field not in known.customs):
                raise TargetError(f"BottleCRM has no place {name} in {object.name}", hint="crm-migrate target prepare")
            found[name] = path
        for key in (KEY, *((KIND,) if split(object.name)[1] else ())):
            if key not in known.customs:
                raise TargetError(
                    f"BottleCRM has no custom field {key} of {model.name}", hint="crm-migrate target prepare"
                )
        return found

    def ids(self, batch: WriteBatch, model: Model) -> dict[str, str]:
        """The ids of the records that a batch is about, as far as they are known."""
        return ids_of(batch, partial(self.looking.keys, model), partial(self.looking.forget, model))

    def current(self, model: Model, id: str, entity: str) -> tuple[Record, Mapping[str, object]] | Refusal:
        """A record and the answer that it stands in, as it is now; why it is not touched."""
        found = self.looking.one(model, id)
        if found is None:
            return GONE
        return found if key_of(found[0]) in (None, entity) else TAKEN

    def one_by_one(self, model: Model, entities: Sequence[str], one: One, known: Answer, until: float) -> Answer:
        """The requests about these entities, and what is known of others."""

        def remembered(entity: str) -> str | Refusal:
            try:
                return one(entity)
            except InDoubt:
                self.looking.forget(model)
                raise

        return one_by_one(entities, remembered, known, until, self.waiting.now)
