"""What a batch needs to know before it is written: the entity, its places, and the records that it is about."""

from collections.abc import Collection, Mapping, Sequence

from crm_migrate.connecting.contract import NOT_FOUND, TARGET_ID, Refusal, TargetObject
from crm_migrate.errors import TargetError
from crm_migrate_opencrm.dialect import ID, Dialect, Entity, Record
from crm_migrate_opencrm.rows import Row, id_of, key_of

GONE = Refusal("there is no such record", NOT_FOUND)
PREPARE = "crm-migrate target prepare says what an administrator makes there"


def split(object: str) -> tuple[str, str]:
    """Entity and kind of an object: `Account:Household`."""
    name, _, kind = object.partition(":")
    return name, kind


def seen(dialect: Dialect, object: str) -> Entity | None:
    """The entity of an object, where there is one. TargetError where our user may not do with it what a load does."""
    name, _ = split(object)
    found = dialect.entity(name)
    if found is not None and (short := dialect.rights(name)):
        message = f"our user lacks rights on {name} in {dialect.title}: {short}"
        raise TargetError(message, hint=f"{dialect.seen}, then: crm-migrate doctor")
    return found


def entity_of(dialect: Dialect, object: TargetObject, names: Collection[str] = ()) -> Entity:
    """The entity of an object. TargetError where it has no place for our key, the kind or one of these fields."""
    name, kind = split(object.name)
    found = seen(dialect, object.name)
    if found is None:
        raise TargetError(f"{dialect.title} has no {name}", hint="look at the name: it is that of an entity")
    missing = [each for each in names if each not in found.fields]
    if not found.key:
        missing.append(dialect.key_name)
    if kind and not found.kind:
        missing.append(dialect.kind_name)
    if missing:
        raise TargetError(f"{dialect.title} has no field {', '.join(missing)} of {name}", hint=PREPARE)
    return found


def there(dialect: Dialect, entity: Entity, entities: Sequence[str]) -> dict[str, Record]:
    """The records with these keys of ours, by key. No key of theirs counts that differs in capitals alone."""
    found = {key_of(entity, each): each for each in dialect.having(entity, entity.key, entities)}
    return {key: found[key] for key in entities if key in found}


def named(dialect: Dialect, entity: Entity, rows: Mapping[str, Row]) -> dict[str, Record]:
    """The records that the rows of a change are about: by their ids where they say some, else by our keys."""
    if not any(TARGET_ID in row for row in rows.values()):
        return there(dialect, entity, list(rows))
    ids = {key: str(row[TARGET_ID]) for key, row in rows.items()}
    found = {id_of(each): each for each in dialect.having(entity, ID, list(dict.fromkeys(ids.values())))}
    return {key: found[id] for key, id in ids.items() if id in found}
