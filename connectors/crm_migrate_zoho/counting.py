"""What a load costs, asked of the organisation: in requests, or in the credits that its day counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from crm_migrate.connecting.contract import Action, Asks, Load, TargetObject
from crm_migrate_zoho import costing, records
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.costing import Cost
from crm_migrate_zoho.describe import Described, object_of
from crm_migrate_zoho.parts import KEYS, NAME, prepared


class Counting:
    """Costs in one unit of both."""

    def __init__(self, calls: Calls, unit: Callable[[Cost], int]) -> None:
        self._calls, self._unit = calls, unit

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """What is written, and the looks at our keys."""
        if object.name == NAME:
            return self._unit(costing.of_roles(list(loads)))
        return self._unit(costing.writing(self._calls.described(object), object, action, list(loads)))

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:  # noqa: ARG002 -- of one kind
        """The pages, with what no mapping writes; of contact roles a look at each deal."""
        if object.name == NAME:
            described = self._calls.described(prepared(object))
            return records + self._unit(costing.reading(described, [KEYS], records))
        described = self._calls.described(object)
        return self._unit(costing.reading(described, self._columns(described, object), records))

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """The organisation, its modules and users; the names of contact roles, where there are some to load."""
        real = {each.name: each for each in (prepared(o) if o.name == NAME else o for o in objects)}
        subforms = sum(bool(self._calls.described(each).parent) for each in real.values())
        names = any(each.name == NAME for each in objects)
        return costing.asking(len(real) + subforms, self._calls.looking.users_take() + names)

    def _columns(self, described: Described, object: TargetObject) -> list[str]:
        """What is read back of a record: the fields of the mapping, and all others that anybody may write."""
        told = (each.name for each in object_of(described, object.key_field).fields if not each.read_only)
        names = dict.fromkeys([*(each.name for each in object.fields), *told])
        return records.asked(records.shape_of(described, object, names, self._calls.looking.nobody))
