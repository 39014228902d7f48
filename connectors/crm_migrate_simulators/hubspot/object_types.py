"""The objects of a portal: what they are called in paths, in messages and in associations."""

from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.problems import unknown_object
from crm_migrate_simulators.store import Store


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object: `name` in paths, `id` everywhere else, `legacy` in messages; what is shown when nothing is asked."""

    name: str
    id: str
    singular: str
    shown: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    modified: str = "hs_lastmodifieddate"
    created: str = "createdate"
    pipeline: str = ""
    stage: str = ""
    page: str = "record"

    @property
    def legacy(self) -> str:
        """Its name in messages: `CONTACT`; a custom object has its id."""
        return self.id if self.id.startswith("2-") else self.singular.upper()


def _engagement(name: str, id: str, singular: str, *, required: tuple[str, ...] = ("hs_timestamp",)) -> ObjectType:
    return ObjectType(name, id, singular, required=required, created="hs_createdate")


STANDARD: dict[str, ObjectType] = {
    each.name: each
    for each in (
        ObjectType("contacts", "0-1", "contact", ("email", "firstname", "lastname"), modified="lastmodifieddate"),
        ObjectType("companies", "0-2", "company", ("domain", "name")),
        ObjectType(
            "deals",
            "0-3",
            "deal",
            ("amount", "closedate", "dealname", "dealstage", "pipeline"),
            pipeline="pipeline",
            stage="dealstage",
        ),
        ObjectType(
            "tickets",
            "0-5",
            "ticket",
            ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority", "subject"),
            required=("hs_pipeline_stage",),
            pipeline="hs_pipeline",
            stage="hs_pipeline_stage",
        ),
        ObjectType("products", "0-7", "product", ("description", "name", "price")),
        ObjectType("line_items", "0-8", "line_item", ("hs_product_id", "quantity")),
        ObjectType(
            "leads", "0-136", "lead", required=("hs_lead_name",), pipeline="hs_pipeline", stage="hs_pipeline_stage"
        ),
        _engagement("notes", "0-46", "note"),
        _engagement("meetings", "0-47", "meeting_event"),
        _engagement("calls", "0-48", "call"),
        _engagement("emails", "0-49", "email"),
        _engagement("tasks", "0-27", "task"),
        ObjectType("users", "0-115", "user", created="hs_createdate"),
    )
}
ACTIVITIES = frozenset({"notes", "meetings", "calls", "emails", "tasks"})
_ALIASES = {
    alias: each.name
    for each in STANDARD.values()
    for alias in (each.name, each.id, each.singular, each.name.replace("_", " "), each.singular.replace("_event", ""))
}


def custom(said: Json) -> ObjectType:
    """A custom object from what its schema says."""
    id = str(said["objectTypeId"])
    shown = tuple(dict.fromkeys([said["primaryDisplayProperty"], *said["secondaryDisplayProperties"]]))
    required = tuple(said["requiredProperties"])
    return ObjectType(id, id, str(said["name"]), shown, required, created="hs_createdate")


def object_type(store: Store, name: str) -> ObjectType:
    """The object that a word of a path means. Answered (400) where there is none."""
    known = STANDARD.get(_ALIASES.get(name.lower(), ""))
    if known is not None:
        return known
    for said in store.settings("schemas").values():
        if name in (said["objectTypeId"], said["fullyQualifiedName"], said["name"]):
            return custom(said)
    raise unknown_object(name)


def object_types(store: Store) -> Iterator[ObjectType]:
    """All objects of the portal."""
    yield from STANDARD.values()
    yield from map(custom, store.settings("schemas").values())
