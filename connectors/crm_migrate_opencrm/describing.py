"""An entity in the words of the contract, and what of it is missing. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.errors import TargetError
from crm_migrate_opencrm.dialect import Dialect, Entity, Field
from crm_migrate_opencrm.looking import split

_NUMBERS = ("integer", "number", "money")


def object_of(object: str, entity: Entity, dialect: Dialect) -> TargetObject:
    """The object: the fields of its entity, without those of our own."""
    ours = (entity.key, entity.kind)
    fields = tuple(_field(each) for each in entity.fields.values() if each.attribute not in ours)
    return TargetObject(object, fields, entity.key or dialect.key_name, dialect.unforeseen)


def _field(field: Field) -> TargetField:
    bounds = [(">=", field.least), ("<=", field.most)] if field.kind in _NUMBERS else []
    return TargetField(
        field.name,
        field.kind,
        required=field.required,
        length=field.length,
        choices=field.choices,
        reference=field.to or None,
        read_only=field.read_only,
        default=field.default or field.kind == "boolean",
        bounds=tuple((operator, str(bound)) for operator, bound in bounds if bound is not None),
    )


def lacking(wanted: Sequence[TargetObject], there: Mapping[str, Entity | None], dialect: Dialect) -> Iterator[ByHand]:
    """What is missing, each with what an administrator does about it. TargetError where our key would be elsewhere."""
    for object in wanted:
        name, kind = split(object.name)
        if object.key_field not in dialect.key_names:
            raise TargetError(f"our key cannot live in {object.key_field}", hint="take `key_field:` out")
        entity = there[name]
        if entity is None:
            yield ByHand(f"the entity {name}", dialect.seen, "there is none, or we may not see it")
            continue
        if short := dialect.rights(name):
            yield ByHand(f"rights on {name}: {short}", dialect.seen)
        needed = [] if entity.key else [(dialect.key_name, "text")]
        needed += [(dialect.kind_name, "text")] if kind and not entity.kind else []
        needed += [(each.name, each.type) for each in object.fields if each.name not in entity.fields]
        yield from (dialect.by_hand(name, field, type) for field, type in needed)
