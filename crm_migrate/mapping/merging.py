"""A mapping with some of its words said anew, as text: comments and order stay."""

import io
from typing import Any

from ruamel.yaml import YAML

_WIDTH = 100_000  # of a line: none is broken


def merged_text(text: str, changes: str) -> str:
    """The mapping of `text` with what `changes` says: blocks word by word, everything else as a whole; an empty value
    (`~`) takes a word away."""
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text)
    _merge(document, yaml.load(changes))
    written = io.StringIO()
    yaml.dump(document, written)
    return written.getvalue()


def _merge(below: Any, above: Any) -> None:
    for key, value in above.items():
        if value is None:
            below.pop(key, None)
        elif isinstance(value, dict) and isinstance(below.get(key), dict):
            _merge(below[key], value)
        else:
            below[key] = value
