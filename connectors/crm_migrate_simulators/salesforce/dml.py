"""Records made, changed and deleted by the API: what is sent is read field by field, judged, and stored."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.salesforce import ids, objects, values
from crm_migrate_simulators.salesforce.catalogue import AUDIT, Compact, default_choice
from crm_migrate_simulators.salesforce.duplicates import not_a_double
from crm_migrate_simulators.salesforce.failures import Failure, missing, no_column, not_found, worded
from crm_migrate_simulators.salesforce.reading import instant_of
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record

Said = Mapping[str, Any]
NOTHING = "#N/A"  # in a file: the field becomes empty; an empty cell says nothing


def create(work: Work, object: str, said: Said) -> Record:
    """A new record. Raises Failure."""
    with worded():
        _supports(work, object, "createable", "create")
        given = _read(work, object, said, "createable")
        after = _defaults(work, object) | {name: value for name, value in given.items() if value is not None}
        after = objects.before(work, object, after, None)
        _required(work, object, after)
        _judge(work, object, after, None)
        with work.store.lock:
            at = instant_of(after.pop("CreatedDate")) if "CreatedDate" in after else work.now
            record = work.store.create(object, after, at, work.bent - {"duplicate_rule"})
            objects.after(work, record, None)
            return record


def update(work: Work, object: str, id: str, said: Said) -> Record:
    """Change what is said of a record. Raises Failure."""
    with worded():
        _supports(work, object, "updateable", "update")
        with work.store.lock:
            before = live(work, object, id)
            changes = _read(work, object, said, "updateable")
            merged = {name: value for name, value in (before.values | changes).items() if value is not None}
            after = objects.before(work, object, merged, before)
            _not_emptied(work, object, changes)
            _judge(work, object, after, before)
            cleared = {name: None for name in before.values if name not in after}
            stored = {**after, **cleared, "LastModifiedById": work.user}
            _, record = work.store.update(object, id, stored, work.now, work.bent - {"duplicate_rule"})
            objects.after(work, record, before)
            return record


def upsert(work: Work, object: str, key: str, value: Any, said: Said) -> tuple[Record, bool]:
    """The record with that value of a key field changed, or a new one, and whether it is new. Raises Failure.

    Several with that value raise `DUPLICATE_EXTERNAL_ID` with their ids in `more`.
    """
    field = key_field(work, object, key)
    rest = {
        name: "" if name.casefold() == key.casefold() else each for name, each in said.items()
    }  # columns keep place
    if not work.text:
        rest = {name: each for name, each in said.items() if name.casefold() != key.casefold()}
    if field.name == "Id":
        if value in (None, ""):
            return create(work, object, rest), True
        return update(work, object, known_id(work, object, value), rest), False
    wanted = values.taken(work.store, dict(field.more), value, text=work.text)
    if wanted is None:
        raise Failure("MISSING_ARGUMENT", f"{field.name} not specified", field.name)
    with work.store.lock:
        found = work.store.having(object, field.name, wanted)
        if len(found) > 1:
            words = (
                f"{field.name}: more than one record found for external id field: [{', '.join(r.id for r in found)}]"
            )
            raise Failure("DUPLICATE_EXTERNAL_ID", words, more={"ids": [record.id for record in found]})
        if found:
            return update(work, object, found[0].id, rest), False
        return create(work, object, {**rest, field.name: value}), True


def delete(work: Work, object: str, id: str, *, hard: bool = False) -> None:
    """Into the recycle bin, or past it. Raises Failure."""
    with worded():
        _supports(work, object, "deletable", "delete")
        with work.store.lock:
            live(work, object, id)
            if id in work.store.locked:
                raise Failure(
                    "UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records: {id}"
                )
            objects.before_delete(work, object, id)
            work.store.delete(object, id, work.now)
            if hard:
                work.store.purge(id)


def key_field(work: Work, object: str, name: str) -> Field:
    """The field that an upsert may look for: an external id, or one that identifies. Raises Failure NOT_FOUND."""
    field = work.store.field(object, name)
    if field is None or not (field.more.get("externalId") or field.more.get("idLookup")):
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def known_id(work: Work, object: str, said: Any) -> str:
    """An id of that object with its 18 characters. Raises Failure."""
    id = ids.whole(said) if isinstance(said, str) else None
    if id is None:
        raise Failure("MALFORMED_ID", f"{object} ID: id value of incorrect type: {said}", "Id")
    if work.store.object_of(id) != object:
        raise Failure("MALFORMED_ID", f"{object} ID: id value of incorrect type: {id}", "Id")
    return id


def live(work: Work, object: str, id: str) -> Record:
    """The record that is there. Raises Failure."""
    record = work.store.get(object, id)
    if record is None:
        raise Failure("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if record.deleted:
        raise Failure("ENTITY_IS_DELETED", "entity is deleted")
    return record


def _supports(work: Work, object: str, right: str, verb: str) -> None:
    if object in work.habits.read_only.split(","):
        raise Failure("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object")
    if not work.store.compact(object).get(right):
        raise Failure("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" if verb != "delete" else "INSUFFICIENT_ACCESS_OR_READONLY",
                      f"entity type {object} does not support {verb}")  # fmt: skip


def _read(work: Work, object: str, said: Said, right: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    unwritable: list[str] = []
    for column, (name, value) in enumerate(said.items()):
        if name == "attributes" or (work.text and value == ""):
            continue
        field, value = _aimed(work, object, name, value)
        if field.name == "Id":
            if right == "createable":
                raise Failure("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
            continue
        if not _writable(work, object, field, right):
            unwritable.append(field.name)
            continue
        found[field.name] = _taken(work, field, value, column)
    if unwritable:
        words = (
            f"Unable to create/update fields: {', '.join(unwritable)}. Please check the security settings of this field"
        )
        words += " and verify that it is read/write for your profile or permission set."
        raise Failure("INVALID_FIELD_FOR_INSERT_UPDATE", words, *unwritable)
    return found


def _taken(work: Work, field: Field, value: Any, column: int) -> Any:
    try:
        value = None if work.text and value == NOTHING else value
        return values.taken(work.store, dict(field.more), value, work.bent, text=work.text)
    except Failure as failed:
        words = failed.message.replace("{column}", str(column))
        raise Failure(failed.code, words, *failed.fields, more=failed.more) from None


def _aimed(work: Work, object: str, name: str, value: Any) -> tuple[Field, Any]:
    """The field that a name means, and its value.

    `Account: {Key__c: x}` and `Account.Key__c` mean AccountId; `Who:Contact.Key__c` says which object is meant.
    """
    before, dot, key = name.partition(".")
    said, _, parent = before.partition(":")
    relationship = work.store.by_relationship(object, said)
    if relationship is not None and dot:
        return relationship, _by_key(work, relationship, parent, key, value)
    if relationship is not None and isinstance(value, dict):
        named = {each: other for each, other in value.items() if each != "attributes"}
        key, wanted = next(iter(named.items()), ("", None))
        attributes = value.get("attributes")
        parent = str(attributes.get("type", "")) if isinstance(attributes, dict) else ""
        return relationship, _by_key(work, relationship, parent, key, wanted)
    field = work.store.field(object, name)
    if field is None:
        raise no_column(name, object)
    return field, value


def _by_key(work: Work, relationship: Field, parent: str, key: str, value: Any) -> str | None:
    """The id of the parent with that external id. Raises Failure."""
    if value in (None, "", NOTHING):
        return None
    for object in [parent] if parent else relationship.more["referenceTo"]:
        field = work.store.field(object, key) if object in work.store.schema.objects else None
        if field is None or not (field.more.get("externalId") or field.more.get("idLookup")):
            continue
        if field.name == "Id":
            return str(value)
        found = work.store.having(object, field.name, value)
        if len(found) > 1:
            raise _several(key, found)
        if found:
            return found[0].id
        words = f"Foreign key external ID: {value} not found for field {field.name} in entity {object}"
        raise Failure("INVALID_FIELD", words)
    raise no_column(key, parent or relationship.more["referenceTo"][0])


def _several(key: str, found: list[Record]) -> Failure:
    ids = [record.id for record in found]
    words = f"{key}: more than one record found for external id field: [{', '.join(ids)}]"
    return Failure("DUPLICATE_EXTERNAL_ID", words, more={"ids": ids})


def _writable(work: Work, object: str, field: Field, right: str) -> bool:
    if right == "createable" and field.name in AUDIT and work.habits.audit_fields:
        return True
    return bool(field.more.get(right)) and work.store.editable(object, field.name)


def _defaults(work: Work, object: str) -> dict[str, Any]:
    given: dict[str, Any] = {"CreatedById": work.user, "LastModifiedById": work.user}
    for field in work.store.schema.objects[object].fields.values():
        said: Compact = dict(field.more)
        if said["type"] == "boolean" and field.name != "IsDeleted":
            given[field.name] = bool(said.get("defaultValue"))
        elif said["type"] in ("picklist", "multipicklist") and default_choice(said) is not None:
            given[field.name] = default_choice(said)
    if "OwnerId" in work.store.schema.objects[object].fields:
        given["OwnerId"] = work.user
    return given


def _required(work: Work, object: str, after: Mapping[str, Any]) -> None:
    fields = work.store.schema.objects[object].fields.values()
    empty = [f.name for f in fields if _is_required(f.more) and after.get(f.name) is None]
    if empty:
        raise missing(*empty)


def _is_required(said: Mapping[str, Any]) -> bool:
    if said.get("nillable", True) or said["type"] == "boolean":
        return False
    return bool(said.get("createable")) and not said.get("defaultedOnCreate")


def _not_emptied(work: Work, object: str, changes: Mapping[str, Any]) -> None:
    fields = work.store.schema.objects[object].fields
    empty = [n for n, v in changes.items() if v is None and not fields[n].more.get("nillable", True)]
    if empty:
        raise missing(*empty)


def _judge(work: Work, object: str, after: Mapping[str, Any], before: Record | None) -> None:
    objects.owner_is_active(work, object, after, before)
    objects.own_rules(work, object, after)
    not_a_double(work, object, after, before)
