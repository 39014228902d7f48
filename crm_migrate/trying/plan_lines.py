"""Which places of two resolved mappings differ: by name, not by number, so that an inserted line is one difference."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from crm_migrate.mapping.plan import Plan
from crm_migrate.trying.diff import Line

# Told elsewhere (files, environment), or what people said about single records.
_NOT_THE_MAPPING = {
    "version", "project", "files", "decisions", "decision_words", "environment", "corrections", "evidence",
    "models",
}  # fmt: skip
_NAMES = ("name", "source", "id", "field", "object", "alias", "pattern", "login", "column")
_NOTHING: tuple[Any, ...] = (None, [], {}, "", False)


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
