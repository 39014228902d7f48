"""A path of a query (`Account.Owner.Name`) becomes a function from a record to the value at its end."""

from dataclasses import dataclass
from typing import Any

from crm_migrate_simulators.salesforce import ids
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.salesforce.reading import value
from crm_migrate_simulators.salesforce.soql.tree import Path, Query
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record

OF_ANYBODY = ("Id", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Alias", "Username", "IsActive")


@dataclass(frozen=True, slots=True)
class Step:
    """From a record to its parent over one reference; the parent may be of several objects."""

    name: str
    field: Field
    object: str | None  # None: of several

    def parent(self, store: OrgStore, record: Record) -> Record | None:
        """The record that is referred to, whether it is deleted or not."""
        id = value(store, record, self.field)
        object = store.object_of(id) if id else None
        return store.get(object, id) if object else None


@dataclass(frozen=True, slots=True)
class Found:
    """A path that was understood: the references on its way, and its field (None: the kind of a polymorphic parent)."""

    steps: tuple[Step, ...]
    name: str
    field: Field | None
    object: str | None

    def of(self, store: OrgStore, record: Record) -> Any:
        """The value at the end; None where a parent is missing."""
        for step in self.steps:
            parent = step.parent(store, record)
            if parent is None:
                return None
            record = parent
        if self.field is None:
            return record.object if self.name == "Type" else self._of_anybody(store, record)
        return value(store, record, self.field)

    def _of_anybody(self, store: OrgStore, record: Record) -> Any:
        field = store.field(record.object, self.name)
        return None if field is None else value(store, record, field)


def find(store: OrgStore, query: Query, object: str, path: Path) -> Found:
    """What a path of a query means. Raises Failure INVALID_FIELD."""
    names = list(path.names)
    own = {query.source.casefold(), (query.alias or query.source).casefold()}
    if len(names) > 1 and names[0].casefold() in own and not store.by_relationship(object, names[0]):
        names = names[1:]
    steps: list[Step] = []
    here: str | None = object
    for name in names[:-1]:
        step = _step(store, here, name)
        if step is None:
            words = f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
            words += "relationship, be sure to append the '__r' after the custom relationship name."
            raise Failure("INVALID_FIELD", f"\n{path.text}\n^\nERROR at Row:1:Column:{path.at + 1}\n{words}")
        steps.append(step)
        here = step.object
    return _end(store, steps, here, names[-1], path)


def _step(store: OrgStore, object: str | None, name: str) -> Step | None:
    field = store.by_relationship(object, name) if object else None
    if field is None:
        return None
    parents = field.more["referenceTo"]
    if len(parents) == 1 and parents[0] not in store.schema.objects:
        return None
    return Step(field.more["relationshipName"], field, parents[0] if len(parents) == 1 else None)


def _end(store: OrgStore, steps: list[Step], object: str | None, name: str, path: Path) -> Found:
    if object is None:
        known = next((each for each in (*OF_ANYBODY, "Type") if each.casefold() == name.casefold()), None)
        if known is None:
            raise _no_column(name, "Name", path)
        return Found(tuple(steps), known, None, None)
    field = store.field(object, name)
    if field is None:
        raise _no_column(name, object, path)
    return Found(tuple(steps), field.name, field, object)


def _no_column(name: str, object: str, path: Path) -> Failure:
    words = f"No such column '{name}' on entity '{object}'. If you are attempting to use a custom field, be sure to "
    words += "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
    words += "appropriate names."
    return Failure("INVALID_FIELD", f"\n{path.text}\n^\nERROR at Row:1:Column:{path.at + 1}\n{words}")


def whole_id(said: Any) -> str:
    """An id of a condition with its 18 characters. Raises Failure."""
    if said is None:
        return ""
    id = ids.whole(str(said))
    if id is None:
        raise Failure("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {said}")
    return id
