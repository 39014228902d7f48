"""Which words of the model a mapping uses, and how each is written there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from crm_migrate.mapping.model import MappingFile
from crm_migrate.mapping.model_sharing import SharedHead
from crm_migrate.mapping.profiles import SourceProfile, TargetProfile
from crm_migrate.mapping.reading import read_bytes
from crm_migrate.mapping.tree import plain
from reference.scenarios import MAPPING, Scenario, scenarios

LONGEST = 72  # characters of what a table shows of an example
Word = tuple[str, str]  # a model and a word of it


def shown() -> dict[Word, tuple[Scenario, str]]:
    """Every word that an example uses: the first of them that writes it out, and what it writes."""
    found: dict[Word, tuple[Scenario, str]] = {}
    for each in scenarios():
        for word, text in used(each):
            found.setdefault(word, (each, text))
    return found


def used(scenario: Scenario) -> Iterator[tuple[Word, str]]:
    """The words of a scenario: of its mapping, and of the shared mappings and profiles beside it."""
    for path in [scenario.folder / MAPPING, *scenario.files]:
        model = _model(path.relative_to(scenario.folder))
        if model is None:
            continue
        document, _ = read_bytes(path.read_bytes(), path.name)
        raw: Any = plain(document.root)
        if model is SharedHead:
            raw = {word: value for word, value in raw.items() if word in SharedHead.model_fields}
        elif model is MappingFile and "use" in raw:  # what a shared mapping says is not said again
            raw = {
                "environments": {"mock": {"connector": "sql"}},
                "sources": {"a": {}},
                "objects": {"a": {"fields": {}}},
            } | raw
        instance = model.model_validate(raw)
        yield from _walk(instance, raw)


def _model(path: Path) -> type[BaseModel] | None:
    kinds = {"sources": SourceProfile, "targets": TargetProfile, "shared": SharedHead}
    if path.as_posix() == MAPPING:
        return MappingFile
    return kinds.get(path.parts[1]) if path.parts[0] == "mappings" else None


def _walk(instance: Any, raw: Any) -> Iterator[tuple[Word, str]]:
    if isinstance(instance, BaseModel):
        for name, field in type(instance).model_fields.items():
            word = field.alias or name
            if isinstance(raw, dict) and word in raw and name != "cells":
                yield (type(instance).__name__, word), _excerpt(word, raw[word])
                yield from _walk(getattr(instance, name), raw[word])
    elif isinstance(instance, dict):
        for key, value in instance.items():
            yield from _walk(value, raw.get(key) if isinstance(raw, dict) and key in raw else raw)
    elif isinstance(instance, tuple):
        for value, written in zip(instance, raw if isinstance(raw, list) else [raw], strict=False):
            yield from _walk(value, written)


def _excerpt(word: str, value: Any) -> str:
    text = f"{word}: {_flow(value)}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _flow(value: Any) -> str:
    """A value on one line, as people would write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = "" if value is None else str(value)
    return f'"{text}"' if not text or re.search(r"[,\[\]{}#'\"]|: |^[=*&!%@`>|-]", text) else text
