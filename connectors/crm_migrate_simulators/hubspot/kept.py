"""The files of this folder's `data`: properties, pipelines, kinds of association and people of a fresh portal."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

Json = dict[str, Any]


@cache
def kept(name: str) -> Any:
    """What a file of `data` holds. Nobody changes it."""
    return json.loads((files(__package__) / "data" / f"{name}.json").read_text("utf-8"))
