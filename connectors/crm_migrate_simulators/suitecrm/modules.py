"""The modules of a fresh installation, in the words of `meta/fields`, as far as a load meets them.

A field is (name, words): its type, `150` its length, `!` that users must fill it, `=x` its default, `~` that it is not
in the table of the module, `to X` that it leads there. Names, types and lengths are those of the vardefs of SuiteCRM
7 (facts).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from crm_migrate_simulators.rules import Bent
from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.store import Record, Store, Values

KEY = "crm_migrate_id_c"
PARENTS = ("Accounts", "Contacts", "Leads", "Opportunities", "Cases", "Tasks")
PROBABILITY = {"Prospecting": "10", "Negotiation/Review": "80", "Closed Won": "100", "Closed Lost": "0"}  # of stages
NAMES = dict(zip(PARENTS, ("Account", "Contact", "Lead", "Opportunity", "aCase", "Task"), strict=True))
MAKEABLE = (
    "varchar", "text", "enum", "multienum", "bool", "int", "decimal", "currency", "date", "datetimecombo", "url", "id",
)  # fmt: skip
WRITTEN = ("name", "varchar", "text", "phone", "url")  # by hand
Words = tuple[tuple[str, str], ...]
_PERSON: Words = (
    ("salutation", "enum 255"), ("first_name", "varchar 100"), ("last_name", "varchar 100!"), ("title", "varchar 100"),
    ("department", "varchar 255"), ("do_not_call", "bool =0"), ("phone_home", "phone 100"),
    ("phone_mobile", "phone 100"), ("phone_work", "phone 100"), ("phone_fax", "phone 100"), ("lead_source", "enum 255"),
    ("birthdate", "date"), ("email1", "varchar ~"), ("email_opt_out", "bool ~"), ("invalid_email", "bool ~"),
)  # fmt: skip
_ALL: Words = (
    ("description", "text"), ("assigned_user_id", "relate"), ("date_entered", "datetime"),
    ("date_modified", "datetime"), ("created_by", "assigned_user_name"), ("deleted", "bool =0"),
)  # fmt: skip


def _place(name: str) -> Words:
    parts = (("street", 150), ("city", 100), ("state", 100), ("postalcode", 20), ("country", 255))
    return tuple((f"{name}_address_{part}", f"varchar {length}") for part, length in parts)


MODULES: Mapping[str, Words] = {
    "Accounts": (
        ("name", "name 150!"), ("account_type", "enum 50"), ("industry", "enum 50"), ("annual_revenue", "varchar 100"),
        ("phone_fax", "phone 100"), ("phone_office", "phone 100"), ("website", "url 255"), ("email1", "varchar ~"),
        ("employees", "varchar 10"), ("parent_id", "id to Accounts"), ("parent_name", "relate ~"), *_place("billing"),
        *_ALL,
    ),
    "Contacts": (
        *_PERSON, ("account_id", "relate ~ to Accounts"), ("account_name", "relate ~"),
        ("reports_to_id", "id to Contacts"), *_place("primary"), *_ALL,
    ),
    "Leads": (
        *_PERSON, ("account_name", "varchar 255"), ("website", "url 255"), ("status", "enum 100"),
        ("account_id", "id to Accounts"), ("contact_id", "id to Contacts"), ("opportunity_id", "id to Opportunities"),
        *_place("primary"), *_ALL,
    ),
    "Opportunities": (
        ("name", "name 50!"), ("opportunity_type", "enum 255"), ("account_id", "relate ~ to Accounts"),
        ("account_name", "relate ~!"), ("lead_source", "enum 50"), ("amount", "currency!"),
        ("amount_usdollar", "currency"), ("currency_id", "id"), ("date_closed", "date!"),
        ("next_step", "varchar 100"), ("sales_stage", "enum 255!"), ("probability", "int"), *_ALL,
    ),
    "Cases": (
        ("name", "name 255!"), ("case_number", "int!"), ("type", "enum 255"), ("status", "enum 100"),
        ("priority", "enum 100"), ("resolution", "text"), ("account_id", "relate to Accounts"),
        ("account_name", "relate ~!"), ("contact_created_by_id", "id to Contacts"), *_ALL,
    ),
    "Tasks": (
        ("name", "name 50!"), ("status", "enum 100!=Not Started"), ("priority", "enum 100!"),
        ("date_due", "datetimecombo"), ("date_start", "datetimecombo"), ("parent_type", "parent_type 255"),
        ("parent_id", f"id to {' '.join(PARENTS)}"), ("parent_name", "parent ~"), ("contact_id", "id to Contacts"),
        *_ALL,
    ),
}  # fmt: skip


class GuidStore(Store):
    """Ids are GUIDs: those that a client names, or made ones. Who was made first stands first."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._chosen = ""
        self._places: dict[str, int] = {}

    def create_as(self, id: str, object: str, values: Values, at: float, bent: Bent = frozenset()) -> Record:
        """A new record with an id of the client's choice ("": one is made)."""
        with self.lock:
            self._chosen = id
            try:
                return self.create(object, values, at, bent)
            finally:
                self._chosen = ""

    def _id(self, object: str, number: int) -> str:
        id = self._chosen or str(uuid5(NAMESPACE_URL, f"simulated:{object}:{number}"))
        self._places[id] = number
        return id

    def _place(self, id: str) -> int:
        return self._places.setdefault(id, self._last_id + 1)


def furnished(schema: Any) -> Any:
    """A fresh installation, with the fields that a person's schema adds as Studio makes them, their names with `_c`:
    `{"objects": {"Contacts": {"fields": {"level_c": {"type": "enum", "len": 100}}}}}`; an `id` says where it leads, as
    `"to": "Accounts"`. Raises SchemaError."""
    asked = (schema or {}).get("objects", {}) if isinstance(schema, Mapping | None) else None
    if not isinstance(asked, Mapping):
        raise SchemaError("a schema is a JSON object with `objects`")
    unknown = sorted(set(asked) - set(MODULES))
    if unknown:
        raise SchemaError(f"{unknown[0]}: there is no such module; there are {', '.join(MODULES)}")
    objects = {
        module: {"fields": dict(_own(words)) | dict(_made(module, asked.get(module, {}).get("fields", {})))}
        for module, words in MODULES.items()
    }
    return {"organisation": (schema or {}).get("organisation", "simulated"), "key": KEY, "objects": objects}


def _own(words: Words) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, said in words:
        plain, _, to = said.partition(" to ")
        plain, _, default = plain.partition("=")
        type, _, rest = plain.rstrip("! ").partition(" ")
        length = next((int(each) for each in rest.split() if each.isdigit()), None)
        source = "non-db" if "~" in rest else "db"
        meta = {"type": type, "source": source, "required": "!" in plain, "len": length, "default": default or None}
        yield name, _stored(meta, to.split())


def _made(module: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, said in fields.items():
        type = said.get("type", "varchar")
        if type not in MAKEABLE or not name.endswith("_c"):
            raise SchemaError(f"{module}.{name}: a field that is made ends with _c, and is of {', '.join(MAKEABLE)}")
        length = said.get("len", 255 if type == "varchar" else None)
        meta = {
            "type": type,
            "source": "custom_fields",
            "required": False,
            "len": length,
            "default": said.get("default"),
        }
        yield name, _stored(meta, said.get("to", "").split()) | ({"external": True} if name == KEY else {})


def _stored(meta: Mapping[str, Any], to: list[str]) -> dict[str, Any]:
    """A field in the words of the store, which keeps all as text; `text` to it is what people write by hand. No link is
    looked after but those that have a table of their own."""
    kept = {name: value for name, value in meta.items() if value is not None}
    written = meta["type"] in WRITTEN and meta["source"] != "non-db" and not to
    return {"type": "text" if written else "choice", "more": kept, **({"reference": to} if to else {})}
