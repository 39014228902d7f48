"""The records of an org: ids with prefixes, lookups by index, cascades, recycle bin, merges, who may see a field."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.salesforce import ids
from crm_migrate_simulators.salesforce.catalogue import Compact
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.schema import Field, Schema
from crm_migrate_simulators.store import Record, Store

Child = tuple[str, str, str, bool, bool]  # object, field, name of the relationship, cascades, forbids

SETUP = frozenset(
    [
        "User",
        "UserRole",
        "Profile",
        "Group",
        "QueueSobject",
        "RecordType",
        "Organization",
        "CurrencyType",
        "OpportunityStage",
        "LeadStatus",
        "TaskStatus",
        "CaseStatus",
        "PermissionSet",
        "PermissionSetAssignment",
        "FieldPermissions",
        "ObjectPermissions",
    ]
)
MERGEABLE = ("Account", "Contact", "Lead", "Case")


class OrgStore(Store):
    """A store that knows what every object of an org has in common."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._by_value: dict[tuple[str, str, str], dict[str, None]] = {}
        self._names: dict[str, tuple[int, tuple[dict[str, str], dict[str, str]]]] = {}
        self._referring_fields: tuple[int, dict[str, list[Child]]] = (0, {})
        self._grants: set[str] | None = None  # what permission sets give, as long as none has changed
        self._objects = {name.casefold(): name for name in schema.objects}
        self._prefixes = {self.compact(name)["keyPrefix"]: name for name in reversed(list(schema.objects))}

    # ------------------------------------------------------------------------------------------------ names

    def named(self, object: str) -> str | None:
        """The object's name as it is spelled; case does not matter."""
        return self._objects.get(object.casefold())

    def compact(self, object: str) -> Compact:
        """What is said of an object beside its fields."""
        return dict(self.schema.objects[object].more)

    def field(self, object: str, name: str) -> Field | None:
        """A field by its name, whose case does not matter; None also where nobody may see it."""
        return self._seen(object, self._named(object)[0].get(name.casefold()))

    def visible_fields(self, object: str) -> list[Field]:
        """The fields that the API's user may see."""
        return [f for f in self.schema.objects[object].fields.values() if self.visible(object, f.name)]

    def object_of(self, id: str) -> str | None:
        """The object that an id belongs to by its prefix."""
        return self._prefixes.get(id[:3])

    def by_relationship(self, object: str, name: str) -> Field | None:
        """The reference field whose relationship has that name."""
        return self._seen(object, self._named(object)[1].get(name.casefold()))

    def _seen(self, object: str, field: str | None) -> Field | None:
        return self.schema.objects[object].fields[field] if field and self.visible(object, field) else None

    def _named(self, object: str) -> tuple[dict[str, str], dict[str, str]]:
        """Fields by name and by relationship, both without case; found anew when a field has come or gone."""
        fields = self.schema.objects[object].fields
        count, known = self._names.get(object, (0, ({}, {})))
        if count != len(fields):
            related = {str(f.more["relationshipName"]).casefold(): f.name for f in fields.values() if _related(f)}
            known = ({name.casefold(): name for name in fields}, related)
            self._names[object] = (len(fields), known)
        return known

    def children(self, object: str) -> list[Child]:
        """Who refers to records of an object."""
        own = [(c[0], c[1], c[2], c[3], c[4]) for c in self.compact(object)["children"] if c[0] in self.schema.objects]
        return own + self._custom_children().get(object, [])

    def _custom_children(self) -> dict[str, list[Child]]:
        """Custom fields that refer to an object, by that object; found anew when a field has come or gone."""
        count = sum(len(each.fields) for each in self.schema.objects.values())
        if self._referring_fields[0] != count:
            found: dict[str, list[Child]] = {}
            for name, object in self.schema.objects.items():
                for field in object.fields.values():
                    if field.more.get("childRelationshipName"):
                        child = (name, field.name, field.more["childRelationshipName"])
                        for parent in field.more["referenceTo"]:
                            cascades = bool(field.more.get("cascadeDelete"))
                            found.setdefault(parent, []).append((*child, cascades, False))
            self._referring_fields = (count, found)
        return self._referring_fields[1]

    def in_use(self) -> list[str]:
        """All but what an administrator sets up."""
        return sorted(set(self.schema.objects) - SETUP)

    # ------------------------------------------------------------------------------------------------ who may see

    def visible(self, object: str, field: str) -> bool:
        """Whether the API's user may see a field; a new one nobody may before a permission set says so."""
        hidden = self._settings.get("hidden", {})
        return f"{object}.{field}" not in hidden or self._granted(object, field, "PermissionsRead")

    def editable(self, object: str, field: str) -> bool:
        """Whether the API's user may write a field, as far as permissions go."""
        hidden = self._settings.get("hidden", {})
        return f"{object}.{field}" not in hidden or self._granted(object, field, "PermissionsEdit")

    def _granted(self, object: str, field: str, right: str) -> bool:
        if self._grants is None:
            sets = {record.values["PermissionSetId"] for record in self.all("PermissionSetAssignment")}
            given = (r.values for r in self.all("FieldPermissions") if r.values["ParentId"] in sets)
            self._grants = {f"{v['Field']} {word}" for v in given for word in _RIGHTS if v.get(word)}
        return f"{object}.{field} {right}" in self._grants

    # ------------------------------------------------------------------------------------------------ finding

    def having(self, object: str, field: str, value: Any) -> list[Record]:
        """The live records with that value of a field; by index where there is one. Case matters only where it says."""
        known = self.schema.objects[object].fields[field]
        if _indexed(known):
            found = self._by_value.get((object, field, _key(known, value)), {})
            return [self._records[object][id] for id in found if not self._records[object][id].deleted]
        wanted = _key(known, value)
        return [r for r in self.all(object) if field in r.values and _key(known, r.values[field]) == wanted]

    def indexed(self, object: str, field: str) -> bool:
        """Whether `having` does not look at every record."""
        return _indexed(self.schema.objects[object].fields[field])

    def everything(self, object: str) -> list[Record]:
        """Every record, also those in the recycle bin; not those that were taken from there."""
        with self.lock:
            purged = self._settings.get("purged", {})
            return [record for record in self._records[object].values() if record.id not in purged]

    def setting(self, kind: str, name: str) -> Any:
        """One of the things that an administrator or a look set, None where it is not."""
        return self._settings.get(kind, {}).get(name)

    def purge(self, id: str) -> None:
        """Take a deleted record from the recycle bin; nothing brings it back."""
        self.put("purged", id, True)

    # ------------------------------------------------------------------------------------------------ changing

    def delete(self, object: str, id: str, at: float) -> None:
        """Into the recycle bin, with all that belongs to it. Refused where something forbids it."""
        with self.lock:
            self._live(object, id)
            dependants = list(self._dependants(object, id))
            self._forbid(object, id, dependants)
            super().delete(object, id, at)
            for child, (name, field, _, cascades, _) in dependants:
                if cascades:
                    if not self._records[name][child.id].deleted:
                        self.delete(name, child.id, at)
                elif not self._records[name][child.id].deleted:
                    now = self._records[name][child.id]
                    values = {n: v for n, v in now.values.items() if n != field}
                    self._put(now, replace(now, values=values, version=now.version + 1))

    def undelete(self, object: str, id: str, at: float) -> Record:
        """Out of the recycle bin, with what was deleted together with it."""
        with self.lock:
            gone = self.get(object, id)
            if gone is None or not gone.deleted or id in self._settings.get("purged", {}):
                raise Refused("NOT_DELETED", f"{id} is not in the recycle bin")
            back = super().undelete(object, id, at)
            for name, field, _, cascades, _ in self.children(object) if cascades_any(self, object) else []:
                for child in self._referring(name, field, id) if cascades else []:
                    if child.deleted and not child.merged_into and child.changed == gone.changed:
                        self.undelete(name, child.id, at)
            return back

    def merge(self, object: str, winner: str, loser: str, at: float) -> Record:
        """The loser goes, and what pointed to it points to the winner, whose own values stay as they are."""
        if object not in MERGEABLE:
            raise Failure("INVALID_TYPE", f"{object} cannot be merged")
        with self.lock:
            kept, gone = self._live(object, winner), self._live(object, loser)
            if winner == loser:
                raise Failure("INVALID_INPUT", "a record cannot be merged with itself")
            values = gone.values | {"MasterRecordId": winner}
            after = replace(gone, values=values, deleted=True, merged_into=winner, changed=at, version=gone.version + 1)
            self._put(gone, after)
            self._repoint(object, loser, winner, at)
            changed = replace(self._records[object][winner], changed=at, version=kept.version + 1)
            self._put(self._records[object][winner], changed)
            return changed

    def _repoint(self, object: str, loser: str, winner: str, at: float) -> None:
        for name, field, *_ in self.children(object):
            for record in list(self._referring(name, field, loser)):
                if not record.deleted:
                    values = record.values | {field: winner}
                    self._put(record, replace(record, values=values, changed=at, version=record.version + 1))

    def _dependants(self, object: str, id: str) -> Iterator[tuple[Record, Child]]:
        for child in self.children(object):
            for record in self._referring(child[0], child[1], id):
                if not record.deleted:
                    yield record, child

    def _forbid(self, object: str, id: str, dependants: list[tuple[Record, Child]]) -> None:
        for record, child in dependants:
            if child[4] or (child[0] == "Case" and object in ("Account", "Contact")):
                raise _not_deleted(id, f"it is associated with the following {child[2].lower()}.: {record.id}")
            won = record.values.get("StageName") == "Closed Won"
            if object == "Account" and child[0] == "Opportunity" and won:
                raise _not_deleted(id, f"some opportunities in that account were closed won: {record.id}")

    def _referring(self, object: str, field: str, id: str) -> list[Record]:
        return [self._records[object][found] for found in self._by_value.get((object, field, id), {})]

    # ------------------------------------------------------------------------------------------------ within

    def _id(self, object: str, number: int) -> str:
        if object == "Organization":  # two organisations of different names are two
            number = int(hashlib.sha256(self.schema.organisation.encode()).hexdigest()[:12], 16)
        return ids.make(self.compact(object)["keyPrefix"], number)

    def _place(self, id: str) -> int:
        return ids.number(id)

    def _set(self, before: Record | None, after: Record) -> None:
        if before is not None:
            self._forget_values(before)
        super()._set(before, after)
        if after.object in SETUP:
            self._grants = None
        for key in self._value_keys(after):
            self._by_value.setdefault(key, {})[after.id] = None

    def _unset(self, before: Record | None, after: Record) -> None:
        self._forget_values(after)
        super()._unset(before, after)
        for key in self._value_keys(before) if before else ():
            self._by_value.setdefault(key, {})[after.id] = None

    def _forget_values(self, record: Record) -> None:
        if record.object in SETUP:
            self._grants = None
        for key in self._value_keys(record):
            self._by_value.get(key, {}).pop(record.id, None)

    def _value_keys(self, record: Record) -> list[tuple[str, str, str]]:
        fields: Mapping[str, Field] = self.schema.objects[record.object].fields
        known = ((fields[name], value) for name, value in record.values.items() if name in fields)
        return [(record.object, field.name, _key(field, value)) for field, value in known if _indexed(field)]


_RIGHTS = ("PermissionsRead", "PermissionsEdit")


def cascades_any(store: OrgStore, object: str) -> bool:
    """Whether something belongs to records of an object."""
    return any(cascades for *_, cascades, _ in store.children(object))


def _related(field: Field) -> bool:
    return bool(field.more.get("relationshipName")) and field.type == "reference"


def _indexed(field: Field) -> bool:
    said = field.more
    return field.type == "reference" or bool(said.get("externalId") or said.get("idLookup") or said.get("unique"))


def _key(field: Field, value: Any) -> str:
    if field.type == "reference" or field.more.get("caseSensitive"):
        return str(value)
    return str(value).casefold()


def _not_deleted(id: str, why: str) -> Failure:
    words = f"Your attempt to delete {id} could not be completed because {why}"
    return Failure("DELETE_FAILED", words)
