"""Tags: a list of names as records of their own. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from crm_migrate.connecting.cells import Unfit, unfit


def tags_of(cell: str | None, name: str) -> list[str]:
    """The names of a cell. Raises Unfit where it is no list of texts."""
    if cell is None:
        return []
    try:
        said = json.loads(cell)
    except ValueError:
        said = None
    if not isinstance(said, list) or not all(isinstance(each, str) and each for each in said):
        raise unfit("TYPE", "the value is no list of texts", name)
    return said


def tags_in(cell: str) -> list[str]:
    """The names of a cell; none where it is no list, which whoever writes it is told."""
    try:
        return tags_of(cell, "")
    except Unfit:
        return []


def ids_of_tags(cell: str | None, ids: Mapping[str, str], name: str) -> list[str]:
    """The ids of the tags of a cell. Raises Unfit where one has none."""
    said = tags_of(cell, name)
    if any(each not in ids for each in said):
        raise unfit("UNKNOWN", "there is not exactly one record of each of these names", name)
    return [ids[each] for each in dict.fromkeys(said)]


def text_of_tags(names: Sequence[str]) -> str | None:
    """A list as canonical text, in the order of its names."""
    return json.dumps(sorted(names), ensure_ascii=False, separators=(",", ":")) if names else None


def external_id(kind: str, name: str) -> str:
    """The external id of a record that is made for its name: who makes it twice makes it once."""
    return f"{kind}_{hashlib.sha256(name.encode()).hexdigest()[:32]}"
