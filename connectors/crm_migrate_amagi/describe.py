"""A model in the words of the contract. Pure."""

from collections.abc import Mapping, Sequence

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_amagi.shapes import CONTACTS, KEY, MODELS, MOST, Shape, split

# Rules of the server, and of the places that we made there, which a plan cannot foretell.
_LINES = "no blanks at the ends of a value in a tag or below the notes"
_OF_CONTACTS = (
    _LINES,
    "no comma and no line end in a tag",
    "that no contact of another kind has the mailbox",
    "at least a name, a mailbox or a company",
)


# What a value must be besides: an operator of SQL and a constant.
_BOUNDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "money": ((">=", "0"),),
    "email": (("SIMILAR TO", r"[^@\s]+@[^@\s]+\.[^@\s]+"),),
}


def object_of(object: str, stages: Sequence[str]) -> TargetObject:
    """The object, as far as it has fields; values with labels are anybody's."""
    name, _ = split(object)
    fields = tuple(_field(each, shape, stages) for each, shape in MODELS[name].fields.items())
    return TargetObject(object, fields, KEY, _OF_CONTACTS if name == CONTACTS else (_LINES,))


def _field(name: str, shape: Shape, stages: Sequence[str]) -> TargetField:
    money = shape.type == "money"
    return TargetField(
        name,
        shape.type,
        required=shape.required,
        unique=shape.unique,
        choices=tuple(stages) if name == "stage" else (),
        reference=shape.reference,
        read_only=shape.read_only,
        default=shape.default,
        below=MOST if money else None,
        scale=2 if money else None,
        bounds=_BOUNDS.get(shape.type, ()),
        case_blind="letters" if shape.unique else "",
    )
