"""Which places of two resolved mappings differ: by name, not by number, so that an inserted line is one difference."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from crm_migrate.mapping.plan import Plan

# Told elsewhere (files, environment), or what people said about single records.
_NOT_THE_MAPPING = {
    "version", "project", "files", "decisions", "decision_words", "environment", "corrections", "evidence",
    "models",
}  # fmt: skip
_NAMES = ("name", "source", "id", "field", "object", "alias", "pattern", "login", "column")
_DEPTH = {"owners": 1, "value_maps": 2}  # below it stand logins and values of people
_DEEPEST = 4  # `objects.deals.fields.stage`
_NOTHING: tuple[Any, ...] = (None, [], {}, "", False)


class Line(BaseModel):
    """A place of the resolved mapping that differs; texts as JSON, None where there is nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: str
    before: str | None
    after: str | None


def changed_places(old: Plan, new: Plan) -> dict[str, str]:
    """The same, without values and no deeper than a field or a rule: place -> `out`, `new` or `other`."""
    found: dict[str, str] = {}
    for line in changed_lines(old, new):
        names = line.place.removesuffix(".").split(".")
        place = ".".join(names[: _DEPTH.get(names[0], _DEEPEST)])
        whole = place == line.place
        change = "out" if whole and line.after is None else "new" if whole and line.before is None else "other"
        found[place] = change if found.get(place, change) == change else "other"
    return found


def taken_out(old: Plan, new: Plan) -> list[tuple[str, str]]:
    """What the old mapping read, loaded or checked and the new one does not: (object, name of the field or check), or
    ("", name) of a whole source or object."""
    before, after = set(_parts(old)), set(_parts(new))
    objects = {each.name for each in new.objects}
    return sorted(part for part in before - after if part[0] == "" or part[0] in objects)


def _parts(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from (("", each.name) for each in plan.sources)
    yield from (("", each.name) for each in plan.objects)
    yield from ((each.object, each.id) for each in plan.checks)
    yield from ((each.name, field.name) for each in plan.objects for field in each.fields if not field.let)


def changed_lines(old: Plan, new: Plan) -> tuple[Line, ...]:
    """In the order of their places; what one side lacks altogether is one difference. A place that ends with a dot has
    the order of what is listed there."""
    before, after = (plan.model_dump(mode="json", exclude=_NOT_THE_MAPPING) for plan in (old, new))
    return tuple(_lines(before, after, ""))


def changed_files(old: Plan, new: Plan, mappings: Collection[str]) -> tuple[str, ...]:
    """The files that the two were read from, but for the mappings themselves, where their content differs."""
    names = sorted((old.files.keys() | new.files.keys()) - set(mappings))
    return tuple(name for name in names if old.files.get(name) != new.files.get(name))


def _lines(before: Any, after: Any, place: str) -> Iterator[Line]:
    if before == after or (before in _NOTHING and after in _NOTHING):
        return
    was, now = _by_name(before), _by_name(after)
    if was is None or now is None:
        yield Line(place=place, before=_text(before), after=_text(after))
        return
    if isinstance(before, list) and [n for n in was if n in now] != [n for n in now if n in was]:
        yield Line(place=f"{place}.", before=_text(list(was)), after=_text(list(now)))
    for name in dict.fromkeys([*was, *now]):
        yield from _lines(was.get(name), now.get(name), f"{place}.{name}" if place else name)


def _by_name(value: Any) -> dict[str, Any] | None:
    """What a block holds, or a list of blocks; None where it is nothing of the kind, or empty."""
    if isinstance(value, dict):
        return value or None
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return dict(zip(_named(value), value, strict=True))
    return None


def _named(items: Sequence[dict[str, Any]]) -> list[str]:
    """A name for each: its own, with a number where an earlier one has it, or its number alone."""
    names: list[str] = []
    for number, item in enumerate(items):
        name = next((str(item[key]) for key in _NAMES if item.get(key)), str(number))
        names.append(name if name not in names else f"{name}#{number}")
    return names


def _text(value: Any) -> str | None:
    """A value as JSON, without what is empty in it."""
    return None if value in _NOTHING else json.dumps(_said(value), ensure_ascii=False)


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(inner) for name, inner in value.items() if inner not in _NOTHING}
    return [_said(item) for item in value] if isinstance(value, list) else value
