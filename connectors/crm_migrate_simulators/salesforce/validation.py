"""Validation rules of the schema: a field whose text matches a pattern makes a record invalid."""

import re
from collections.abc import Mapping
from typing import Any


def broken(rule: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a record breaks a rule; an empty field is an empty text."""
    said = values.get(rule["field"])
    return bool(re.fullmatch(rule["matches"], "" if said is None else str(said)))
