"""Rows of ours as what Tryton creates and changes, and its records as rows. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Refusal
from crm_migrate_tryton.describe import Model
from crm_migrate_tryton.relation_keys import OTHER, paired
from crm_migrate_tryton.shapes import (
    CATEGORIES,
    CATEGORY,
    KEY_PREFIX,
    KEYED,
    KINDS,
    NATURAL,
    RELATIONS,
    SHAPES,
    Path,
    dug,
)
from crm_migrate_tryton.values import json_of, text_of

Row = Mapping[str, str | None]
Record = Mapping[str, Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Name:
    """A record that a value names: the one of `model` whose field `by` is `value`, below the category `below`."""

    model: str
    by: str
    value: str
    below: str = ""


Ids = Mapping[Name, int]


@dataclass(frozen=True, slots=True)
class Key:
    """Our key of a record, and the field where it lives."""

    field: str
    text: str


def paths_of(model: Model, names: Sequence[str]) -> dict[str, Path]:
    """Field -> where it is, of those that the model has."""
    found = {name: model.path(name) for name in names}
    return {name: path for name, path in found.items() if path is not None}


def named_by(model: Model, path: Path, value: str) -> Name | None:
    """The record that a value names, where it names one."""
    if path.list == CATEGORIES:
        return Name(CATEGORY, "name", value, path.kind)
    return Name(str(model.words(path)["relation"]), path.by, value) if path.by else None


def names(model: Model, paths: Mapping[str, Path], rows: Sequence[Row]) -> set[Name]:
    """The records that the rows name."""
    said = (
        named_by(model, path, value)
        for row in rows
        for name, path in paths.items()
        for value in ((_listed(row.get(name)) or ()) if path.others else (row.get(name),))
        if value
    )
    return {name for name in said if name is not None}


# ---------------------------------------------------------------------------------------------------- writing


def created(model: Model, paths: Mapping[str, Path], row: Row, key: Key, ids: Ids) -> Values:
    """A record as one nested creation. Raises Unfit."""
    return changed(model, paths, {name: cell for name, cell in row.items() if cell is not None}, key, ids, {})


def changed(model: Model, paths: Mapping[str, Path], row: Row, key: Key | None, ids: Ids, current: Record) -> Values:
    """The changes that make `current` hold what the row says, and our key; null clears. Raises Unfit."""
    values: Values = {}
    lists: dict[str, list[Any]] = {}
    members: dict[tuple[str, str], Values] = {}
    for name, path in paths.items():
        if name not in row or path.others:
            continue
        said = _sent(model, path, row[name], ids)
        if path.list == CATEGORIES:
            wanted = [] if said is None else [said]
            lists.setdefault(CATEGORIES, []).extend(_categories(model, path, wanted, current))
        elif path.list:
            members.setdefault((path.list, path.kind), {})[path.field] = said
        else:
            values[path.field] = said
    for (name, kind), cells in members.items():
        lists.setdefault(name, []).extend(_member(model, name, kind, cells, current))
    for path in (path for name, path in paths.items() if path.others and name in row):  # behind the first of their kind
        lists.setdefault(path.list, []).extend(_others(model, path, row[path.name], ids, current))
    if model.kind and model.kind not in {each.get("name") for each in _below(model, KINDS, current)}:
        lists.setdefault(CATEGORIES, []).append(["add", [model.children[model.kind]]])
    if key is not None and key.text not in keys_of(current, key.field):
        if key.field == KEYED:
            lists.setdefault(KEYED, []).append(["create", [{"code": KEY_PREFIX + key.text}]])
        else:
            values[key.field] = KEY_PREFIX + key.text
    return values | {name: steps for name, steps in lists.items() if steps}


def released(model: Model, paths: Mapping[str, Path], row: Row, key: Key, ids: Ids, current: Record) -> Values:
    """The changes that write what the row says and take our key away, where it is. Raises Unfit."""
    values = changed(model, paths, row, None, ids, current)
    if key.text not in keys_of(current, key.field):
        return values
    if key.field != KEYED:
        return values | {key.field: None}
    ours = [each["id"] for each in current[f"{KEYED}."] if each.get("code") == KEY_PREFIX + key.text]
    return values | {KEYED: [*values.get(KEYED, ()), ["delete", ours]]}


def _sent(model: Model, path: Path, cell: str | None, ids: Ids) -> Any:
    if cell is None:
        return None
    name = named_by(model, path, cell)
    if name is not None:
        if name not in ids:
            raise Unfit(Refusal(f"there is not exactly one {name.model} with this {name.by}", "UNKNOWN", path.name))
        return ids[name]
    kind = str(model.words(path).get("type"))
    try:
        return json_of(cell, kind)
    except ValueError:
        raise Unfit(Refusal(f"the value is no {kind} of Tryton", "TYPE", path.name)) from None


def _categories(model: Model, path: Path, wanted: Sequence[int], current: Record) -> Iterator[list[Any]]:
    """Out of the other children of that category, into these."""
    there = [int(each["id"]) for each in _below(model, path.kind, current)]
    if others := [id for id in there if id not in wanted]:
        yield ["remove", others]
    if new := [id for id in wanted if id not in there]:
        yield ["add", new]


def _below(model: Model, root: str, current: Record) -> list[Record]:
    """The categories of a record that are children of one."""
    parent = model.kinds.get((CATEGORIES, root), -1)
    return [each for each in current.get(f"{CATEGORIES}.") or () if each.get("parent") == parent]


def _member(model: Model, name: str, kind: str, cells: Values, current: Record) -> Iterator[Any]:
    """Change the member that is meant, make it, or take it away where it has no value any more."""
    shape = SHAPES[model.relation(name)]
    there = _meant(model, name, kind, current)
    if there is not None:
        gone = shape.value in cells and cells[shape.value] is None
        yield ["delete", [there["id"]]] if gone else ["write", [there["id"]], cells]
    elif filled := {each: cell for each, cell in cells.items() if cell is not None}:
        yield ["create", [filled | ({shape.kind: _kind(model, name, kind)} if kind else {})]]


def _kind(model: Model, name: str, kind: str) -> Any:
    """What tells the kind in a member: the id of its record, or its word."""
    return model.kinds.get((name, kind), kind)


def _others(model: Model, path: Path, cell: str | None, ids: Ids, current: Record) -> Iterator[Any]:
    """The members behind the first, or the children of a category, so that their values are those of a list."""
    wanted = _texts(path, cell)
    if path.list == CATEGORIES:
        yield from _categories(model, path, [_sent(model, path, value, ids) for value in wanted], current)
        return
    there = {str(each[_read(model, path)]): each["id"] for each in _members(model, path.list, path.kind, current)[1:]}
    if gone := [id for value, id in there.items() if value not in wanted]:
        yield ["delete", gone]
    kind = {SHAPES[model.relation(path.list)].kind: path.kind}
    if new := [{**kind, path.field: value} for value in wanted if value not in there]:
        yield ["create", new]


def _texts(path: Path, cell: str | None) -> list[str]:
    said = _listed(cell) if cell else []
    if said is None:
        raise Unfit(Refusal("the value is no list of texts", "TYPE", path.name))
    return said


def _listed(cell: str | None) -> list[str] | None:
    """The texts of a list, each once; None where it is none."""
    try:
        said = json.loads(cell or "")
    except ValueError:
        return None
    return list(dict.fromkeys(said)) if isinstance(said, list) and all(isinstance(e, str) for e in said) else None


def _meant(model: Model, name: str, kind: str, record: Record) -> Record | None:
    """The first member of that kind."""
    return next(iter(_members(model, name, kind, record)), None)


def _members(model: Model, name: str, kind: str, record: Record) -> list[Record]:
    """The members of that kind which nobody has archived, the oldest first. Relations that are records of ours are no
    members: each has its own key."""
    told = SHAPES[model.relation(name)].kind
    keyed = paired(record, record.get(f"{name}.") or ()) if name == RELATIONS else {}
    members = (
        each
        for each in record.get(f"{name}.") or ()
        if each.get("active", True)
        and (not told or each.get(told) == _kind(model, name, kind))
        and each["id"] not in keyed
    )
    return sorted(members, key=lambda each: int(each["id"]))


# ---------------------------------------------------------------------------------------------------- reading


def asked(model: Model, paths: Mapping[str, Path], key_field: str) -> list[str]:
    """What has to be read of a record, so that rows can be told and changes can be made."""
    wanted = ["active"] if "active" in model.fields else []
    wanted += [f"{KEYED}.code"] if key_field == KEYED else [key_field]
    if model.kind:
        wanted += [f"{CATEGORIES}.name", f"{CATEGORIES}.parent"]
    for path in paths.values():
        if path.list == CATEGORIES:
            wanted += [f"{CATEGORIES}.name", f"{CATEGORIES}.parent"]
        elif path.list:
            shape, has = SHAPES[model.relation(path.list)], model.members[path.list]
            beside = [each for each in (shape.kind, "active") if each and each in has]
            wanted += [f"{path.list}.{each}" for each in (*beside, _read(model, path))]
            if path.list == RELATIONS:
                wanted += [f"{RELATIONS}.{OTHER}.{KEYED}.code", f"{KEYED}.code"]
        else:
            wanted.append(_read(model, path))
    return list(dict.fromkeys(wanted))


def _read(model: Model, path: Path) -> str:
    """The field of an answer: Tryton writes numbers for people, and keeps beside it what was meant."""
    compact = f"{path.field}_compact"
    if path.list and compact in model.members[path.list]:
        return compact
    if not path.by:
        return path.field
    return f"{path.field}.{NATURAL[str(model.words(path)['relation'])][path.by].read}"


def keys_of(record: Record, key_field: str) -> list[str]:
    """Our keys in a record; several where somebody made one record of two."""
    codes = [str(record.get(key_field) or "")]
    if key_field == KEYED:
        codes = [str(each.get("code") or "") for each in record.get(f"{KEYED}.") or ()]
    return [code.removeprefix(KEY_PREFIX) for code in codes if code.startswith(KEY_PREFIX)]


def row_of(model: Model, paths: Mapping[str, Path], record: Record) -> dict[str, str | None]:
    """The fields of a record as canonical text."""
    return {name: _told(model, path, record) for name, path in paths.items()}


def _told(model: Model, path: Path, record: Record) -> str | None:
    if path.list == CATEGORIES:
        below = sorted(str(each["name"]) for each in _below(model, path.kind, record))
        if path.others:
            return json.dumps(below, ensure_ascii=False) if below else None
        return min(below, default=None)
    if path.others:
        others = [str(each[_read(model, path)]) for each in _members(model, path.list, path.kind, record)[1:]]
        return json.dumps(others, ensure_ascii=False) if others else None
    holder: Record | None = _meant(model, path.list, path.kind, record) if path.list else record
    if holder is None:
        return None
    if path.by:
        return text_of(dug(holder, _read(model, path)), "char")
    return text_of(holder.get(_read(model, path)), str(model.words(path).get("type")))
