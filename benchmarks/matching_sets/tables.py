"""The word lists of the sets: TOML files beside this module."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def tables(name: str) -> dict[str, Any]:
    """The tables of `<name>.toml`, in the order of the file."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def more(name: str, key: str) -> dict[str, list[str]]:
    """What only the sets of one language draw from, beside `[key]`: the lists of `[more_key]`."""
    found: dict[str, list[str]] = tables(name).get(f"more_{key}", {})
    return found
