"""The records of an organisation: ids of 19 digits, its users, and what becomes of who refers to a deleted record."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.schema import Schema
from crm_migrate_simulators.store import Record, Store
from crm_migrate_simulators.zoho.modules import ACTIVITIES, HIDDEN, PARENT, USERS

BASE = 4_876_876_000_000_000_000
GOES_ALONG = ACTIVITIES | {"Notes"}
MANY = 10**6  # records, more than there are
MOVED_IN = 1_704_067_200.0  # 2024-01-01, when its users came


class OrgStore(Store):
    """A store with users; the first of them is the one that we are."""

    def in_use(self) -> list[str]:
        """The modules that users work with."""
        return [name for name in super().in_use() if name not in HIDDEN]

    @property
    def me(self) -> str:
        """The id of the user that requests come from."""
        return self.all(USERS)[0].id

    def anyone(self, id: str) -> Record | None:
        """A live record by its id, of whatever module."""
        found = (self.get(name, id) for name in self.schema.objects)
        return next((record for record in found if record is not None and not record.deleted), None)

    def let_go(self, object: str, id: str, at: float) -> None:
        """Delete a record: its rows, activities, notes and links go along, others that name it name nobody any more."""
        self.delete(object, id, at)
        for module, definition in self.schema.objects.items():
            for name in (f.name for f in definition.fields.values() if object in f.reference):
                for record in [each for each in self.all(module) if each.values.get(name) == id]:
                    row = definition.more.get("subform_of") and name == PARENT
                    if row or definition.more.get("linking") or (module in GOES_ALONG and name != "Who_Id"):
                        self.let_go(module, record.id, at)
                    else:
                        self.update(module, record.id, {name: None}, at)

    def bring_back(self, record: Record, at: float) -> None:
        """Undelete a record, and what went along with it. Refused where a unique value of it is taken by now."""
        self.undelete(record.object, record.id, at)
        rows = {name for name, each in self.schema.objects.items() if each.more.get("subform_of") == record.object}
        for module in GOES_ALONG | rows:
            names = [f.name for f in self.schema.objects[module].fields.values() if record.object in f.reference]
            for gone in self.page(module, None, MANY, deleted=True):
                if gone.changed == record.changed and any(gone.values.get(name) == record.id for name in names):
                    self.bring_back(gone, at)

    def _id(self, object: str, number: int) -> str:
        del object
        return str(BASE + number)

    def _place(self, id: str) -> int:
        return int(id) - BASE


def org(schema: Schema) -> OrgStore:
    """The store of an organisation with the users that its schema says."""
    store = OrgStore(schema)
    for said in schema.more.get("users", ()):
        store.create(USERS, _user(said), MOVED_IN)
    return store


def _user(said: Mapping[str, Any]) -> dict[str, Any]:
    first, last = said.get("first_name", ""), said.get("last_name", "")
    return {"status": "active", "full_name": f"{first} {last}".strip(), **said}
