"""JSON objects that name each member once: where people or programs merged two of them, the last word would win."""

import json
from typing import Any


class Twice(ValueError):
    """A name that comes twice in one object; its text is the name as JSON writes it."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `object_pairs_hook` of `json.loads`. Raises Twice."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Twice(json.dumps(name, ensure_ascii=False))
        found[name] = value
    return found
