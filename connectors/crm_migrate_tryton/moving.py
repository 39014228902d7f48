"""Records moved to their states by buttons, and taken back where a button is refused."""

from collections.abc import Callable, Mapping, Sequence

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Http
from crm_migrate_tryton import answers, requests
from crm_migrate_tryton.answers import Failed
from crm_migrate_tryton.describe import Model
from crm_migrate_tryton.looking import Looking
from crm_migrate_tryton.workflow import Workflow, route

Why = Callable[[Failed], Refusal]


class Moving:
    """Presses buttons of one model."""

    def __init__(self, http: Http, looking: Looking, model: Model, flow: Workflow) -> None:
        self._http, self._looking, self._model, self._flow = http, looking, model.model, flow

    def move(self, ids: Mapping[str, str], wanted: Mapping[str, str | None], why: Why) -> dict[str, Refusal]:
        """Press what leads each record (entity -> target id) to its state; why some did not get there."""
        numbers = [int(id) for id in ids.values()]
        found = self._looking.search(self._model, [["id", "in", numbers]], [self._flow.field])
        here = {int(each["id"]): str(each[self._flow.field]) for each in found}
        refused: dict[str, Refusal] = {}
        alike: dict[tuple[str, ...], list[str]] = {}
        for entity, id in ids.items():
            state = wanted.get(entity)
            buttons = route(self._flow, here.get(int(id), ""), state) if state else ()
            if buttons is None:
                refused[entity] = Refusal("no button of Tryton leads to this state", "STATE", self._flow.field)
            else:
                alike.setdefault(buttons, []).append(entity)
        for buttons, entities in alike.items():
            refused |= self._pressed(buttons, entities, ids, why)
        return refused

    def _pressed(
        self, buttons: Sequence[str], entities: Sequence[str], ids: Mapping[str, str], why: Why
    ) -> dict[str, Refusal]:
        """Press for all of them at once; where that is refused, for each by itself."""
        for at, button in enumerate(buttons):
            said = self._press(button, [int(ids[entity]) for entity in entities])
            if isinstance(said, Failed):
                if len(entities) == 1:
                    return {entities[0]: why(said)}
                rest = (self._pressed(buttons[at:], [entity], ids, why) for entity in entities)
                return {entity: refusal for each in rest for entity, refusal in each.items()}
        return {}

    def withdraw(self, id: str) -> bool:
        """Take a record back that did not get to its state; False where it stays."""
        (record,) = self._looking.search(self._model, [["id", "=", int(id)]], [self._flow.field])
        buttons = route(self._flow, str(record[self._flow.field]), self._flow.withdrawn) or ()
        calls = [*buttons, "delete"]
        return not any(isinstance(self._press(call, [int(id)]), Failed) for call in calls)

    def _press(self, button: str, ids: Sequence[int]) -> object:
        said: object = answers.result(
            self._http.send(requests.press(self._looking.database, self._model, button, ids, self._looking.context))
        )
        return said
