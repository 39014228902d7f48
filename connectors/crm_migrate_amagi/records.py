"""Rows of ours as what amagi-crm creates and changes, and its records as rows. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_migrate.connecting.cells import unfit
from crm_migrate_amagi.labels import joined_notes, label_of, labelled, relabelled, split_notes
from crm_migrate_amagi.shapes import KEY, KIND, MOST, NOTES, TAGS, Model, Path

Row = Mapping[str, str | None]
Record = Mapping[str, Any]
Body = dict[str, Any]

_INTEGER = re.compile(r"[0-9]{1,18}")
_POINTS = re.compile(r"([a-z]+) #([0-9]+)")  # what a value with a label says where it is a reference
_SINGULAR = {"contacts": "contact", "deals": "deal", "tasks": "task"}
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Names:
    """What a name stands for in one installation: id of a stage by its name."""

    stages: Mapping[str, int] = field(default_factory=dict)

    def stage(self, id: Any) -> str | None:
        """The name of a stage."""
        return next((name for name, each in self.stages.items() if each == id), None)


# ---------------------------------------------------------------------------------------------------- writing


def created(model: Model, kind: str, paths: Mapping[str, Path], row: Row, key: str, names: Names) -> Body:
    """A record as one creation. Raises Unfit."""
    filled = {name: cell for name, cell in row.items() if cell is not None}
    return changed(model, kind, paths, filled, key, names, {})


def changed(
    model: Model, kind: str, paths: Mapping[str, Path], row: Row, key: str | None, names: Names, current: Record
) -> Body:
    """The changes that make `current` hold what the row says, with our key or without; null clears. Raises Unfit."""
    body: Body = {}
    labels: dict[str, dict[str, str | None]] = {each: {} for each in model.lists}
    for name, path in paths.items():
        if name not in row:
            continue
        if path.label:
            labels[path.field][path.label] = _line(path, row[name])
        else:
            body[model.fields[path.field].sent] = _sent(model, path, row[name], names)
    if key is not None or keys_of(model, current):
        labels[model.key_list][KEY] = key
    if TAGS in model.lists:
        if kind:
            labels[TAGS][KIND] = kind
        body |= _tags(body, labels[TAGS], current)
    body |= _notes(body, labels[NOTES], current)
    return {name: value for name, value in body.items() if name not in current or current[name] != value}


def _tags(body: Body, labels: Mapping[str, str | None], current: Record) -> Body:
    """The tags as a whole, in the order in which amagi-crm keeps them."""
    here = current.get(TAGS) or []
    items = [item for item in here if label_of(item)]
    own = body[TAGS] if TAGS in body else [item for item in here if not label_of(item)]
    return {TAGS: sorted({*own, *relabelled(items, labels)})}


def _notes(body: Body, labels: Mapping[str, str | None], current: Record) -> Body:
    """The notes as a whole, where anything of them is said."""
    if NOTES not in body and not labels:
        return {}
    own, items = split_notes(current.get(NOTES))
    return {NOTES: joined_notes(body.get(NOTES, own), relabelled(items, labels))}


def _line(path: Path, cell: str | None) -> str | None:
    """A value with a label, or that there is none."""
    if cell is None or cell == "":
        return None
    if path.reference:
        return f"{_SINGULAR[path.reference]} #{_id(path, cell)}"
    if cell != cell.strip():
        raise unfit("SHAPE", "the value has blanks at its ends", path.name)
    if path.field == TAGS and any(each in cell for each in ",\n\r"):
        raise unfit(
            "SHAPE", "the value has a line end, or a comma, where amagi-crm's pages cut a tag in two", path.name
        )
    return cell


def _sent(model: Model, path: Path, cell: str | None, names: Names) -> Any:
    kind = model.fields[path.field].type
    if kind == "tags":
        return _own_tags(path, cell)
    if cell is None:
        return None
    if kind == "reference":
        return _id(path, cell)
    if kind == "money":
        return _cents(path, cell)
    if kind == "boolean":
        return _known(path, cell, _BOOLEANS)
    if kind == "choice":
        return _known(path, cell, names.stages)
    if kind == "date":
        return _day(path, cell)
    if path.field == NOTES and split_notes(cell) != (cell, []):
        raise unfit("SHAPE", "the text has the line that stands above ours", path.name)
    return cell


def _own_tags(path: Path, cell: str | None) -> list[str]:
    try:
        said = json.loads(cell) if cell else []
    except ValueError:
        said = None
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise unfit("TYPE", "the value is no list of texts", path.name)
    if any("," in each or label_of(each) or each != each.strip() for each in said):
        raise unfit("SHAPE", "a tag has a comma, a colon like ours, or blanks at its ends", path.name)
    return [each for each in said if each]


def _id(path: Path, cell: str) -> int:
    if not _INTEGER.fullmatch(cell):
        raise unfit("TYPE", "the value is no id of amagi-crm", path.name)
    return int(cell)


def _cents(path: Path, cell: str) -> int:
    try:
        amount = Decimal(cell)
        cents = int(amount.scaleb(2)) if amount.is_finite() and amount < MOST else -1
    except InvalidOperation:
        raise unfit("TYPE", "the value is no amount", path.name) from None
    if cents < 0 or Decimal(cents) != amount.scaleb(2):
        raise unfit("TYPE", "amagi-crm keeps whole cents, and none below zero", path.name)
    return cents


def _known(path: Path, cell: str, words: Mapping[str, Any]) -> Any:
    if cell not in words:
        raise unfit("UNKNOWN", "amagi-crm does not have this value", path.name)
    return words[cell]


def _day(path: Path, cell: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise unfit("TYPE", "the value is no date", path.name) from None


# ---------------------------------------------------------------------------------------------------- reading


def items_of(list: str, record: Record) -> Sequence[str]:
    """The items of a list of a record."""
    return record.get(TAGS) or () if list == TAGS else split_notes(record.get(NOTES))[1]


def keys_of(model: Model, record: Record) -> list[str]:
    """Our keys in a record."""
    return labelled(items_of(model.key_list, record), KEY)


def kind_of(record: Record) -> str:
    """What a contact is; "" for a person."""
    return next(iter(labelled(items_of(TAGS, record), KIND)), "")


def row_of(model: Model, paths: Mapping[str, Path], record: Record, names: Names) -> dict[str, str | None]:
    """The fields of a record as canonical text."""
    return {name: _told(model, path, record, names) for name, path in paths.items()}


def pointing(model: Model, record: Record) -> list[tuple[str, str, str]]:
    """What the values with labels of a record point to: model, id, and the field."""
    said = [(f"{each}.{label_of(item)}", item) for each in model.lists for item in items_of(each, record)]
    plural = {one: name for name, one in _SINGULAR.items()}
    found = [(name, _POINTS.fullmatch(value)) for name, item in said for value in labelled([item], label_of(item))]
    return [(plural[match[1]], match[2], name) for name, match in found if match and match[1] in plural]


def _told(model: Model, path: Path, record: Record, names: Names) -> str | None:
    if path.label:
        return _value(path, next(iter(labelled(items_of(path.field, record), path.label)), None))
    shape = model.fields[path.field]
    said = record.get(shape.sent)
    if shape.type == "tags":
        own = [item for item in said or () if not label_of(item)]
        return json.dumps(own, ensure_ascii=False) if own else None
    if path.field == NOTES:
        return split_notes(said)[0]
    return _text(shape.type, said, names)


def _value(path: Path, said: str | None) -> str | None:
    match = _POINTS.fullmatch(said or "") if path.reference else None
    return match[2] if match and match[1] == _SINGULAR[path.reference] else said or None


def _text(kind: str, said: Any, names: Names) -> str | None:
    if said is None or said == "":
        return None
    if kind == "choice":
        return names.stage(said)
    if kind == "money":
        return format(Decimal(said).scaleb(-2), "f")
    if kind == "boolean":
        return "true" if said else "false"
    if kind == "instant":
        return _instant(str(said))
    return str(said)


def _instant(said: str) -> str:
    """An instant with its offset, in UTC."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return said
    return said if at.tzinfo is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
