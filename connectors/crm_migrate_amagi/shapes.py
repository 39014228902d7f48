"""What is known of amagi-crm's models: their fields, where a value without a field goes, where our key lives.

A field of ours names its place: `email`; `tags.Consent`, the tag `Consent: granted`; `notes.City`, the line
`City: Bursa` below the notes. `contacts:Organisation` are the contacts with the tag `Kind: Organisation`, `contacts`
those without a kind: people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

KEY = "crm_migrate_id"  # the label of our key
KIND = "Kind"
TAGS, NOTES = "tags", "notes"
CONTACTS, DEALS, TASKS = "contacts", "deals", "tasks"
APPOINTMENTS = "appointments"  # which are never loaded: they cannot be deleted
MOST = Decimal(2**63).scaleb(-2)  # an amount, in whole cents


@dataclass(frozen=True, slots=True)
class Shape:
    """A field: what it is called in a request, its semantic type, and what it points to."""

    sent: str
    type: str = "text"
    required: bool = False
    unique: bool = False
    read_only: bool = False
    default: bool = False
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of records: its fields, and the lists that hold values with labels, the first of them our key."""

    name: str
    fields: Mapping[str, Shape]
    lists: tuple[str, ...] = (NOTES,)

    @property
    def key_list(self) -> str:
        """Where our key lives."""
        return self.lists[0]


def _texts(*names: str) -> dict[str, Shape]:
    return {name: Shape(name) for name in names}


_STAMPS = {"created_at": Shape("created_at", "instant", read_only=True)}
_NOTES = {NOTES: Shape(NOTES, "long_text")}
MODELS: Mapping[str, Model] = {
    each.name: each
    for each in (
        Model(
            CONTACTS,
            {
                **_texts("first_name", "last_name", "company", "phone"),
                "email": Shape("email", "email", unique=True),
                TAGS: Shape(TAGS, "tags"),
                **_NOTES,
                **_STAMPS,
            },
            (TAGS, NOTES),
        ),
        Model(
            DEALS,
            {
                "title": Shape("title", required=True),
                "contact_id": Shape("contact_id", "reference", reference=CONTACTS),
                "stage": Shape("stage_id", "choice", default=True),
                "amount": Shape("amount_cents", "money", default=True),
                "expected_close": Shape("expected_close", "date"),
                **_NOTES,
                **_STAMPS,
                "closed_at": Shape("closed_at", "instant", read_only=True),
            },
        ),
        Model(
            TASKS,
            {
                "title": Shape("title", required=True),
                "contact_id": Shape("contact_id", "reference", reference=CONTACTS),
                "deal_id": Shape("deal_id", "reference", reference=DEALS),
                "due_date": Shape("due_date", "date"),
                "done": Shape("done", "boolean", default=True),
                **_NOTES,
                **_STAMPS,
            },
        ),
    )
}
# Everything that points to a record by its id: the list, its field, the model at the other end.
POINTING: tuple[tuple[str, str, str], ...] = (
    *((m.name, n, shape.reference) for m in MODELS.values() for n, shape in m.fields.items() if shape.reference),
    (APPOINTMENTS, "contact_id", CONTACTS),
)


@dataclass(frozen=True, slots=True)
class Path:
    """Where a field of ours is: a field of the model, or the value with a label in a list. `reference` says that the
    value is the id of a record of that model."""

    name: str
    field: str
    label: str = ""
    reference: str = ""


def split(object: str) -> tuple[str, str]:
    """Model and kind of an object: `contacts:Organisation`."""
    name, _, kind = object.partition(":")
    return name, kind


def model_of(object: str) -> Model | None:
    """The model of an object; None where there is none, or none of kinds."""
    name, kind = split(object)
    return None if kind and name != CONTACTS else MODELS.get(name)


def path_of(model: Model, name: str, reference: str | None = None) -> Path | None:
    """Where a field is; None where the model has no such place. `reference` is the object that it points to."""
    first, dot, label = name.partition(".")
    if not dot:
        return Path(name, name) if name in model.fields else None
    if first not in model.lists or label in ("", KEY, KIND) or label != label.strip() or not _fits(label):
        return None
    return Path(name, first, label, split(reference)[0] if reference else "")


def _fits(label: str) -> bool:
    return not any(each in label for each in (": ", "\n", "\r", ",")) and not label.endswith(":")
