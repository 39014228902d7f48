"""Texts that name columns by a profile's names, in the words of one file: expressions, cells, conditions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crm_migrate.mapping.expression_syntax import NameNode
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.text import normal_name, parse_cell

_NOTHING = "trim('')"  # a bare constant is no condition
_NAME = re.compile(r"\[(?:[^\]]|\]\])*\]|\w+(?:\.\w+)*(?:\.?\[(?:[^\]]|\]\])*\])?")


@dataclass(frozen=True, slots=True)
class Reworded:
    """A text in the words of a file, the columns of the file that it names, and whether it asks for others, too."""

    text: str
    columns: tuple[str, ...]
    missing: bool = False


def expression(text: str, names: Mapping[str, str]) -> Reworded:
    """An expression in the words of a file. `names` is own column -> header; a column that is not there is empty.

    Raises ExpressionError where it is none.
    """
    pieces, columns, missing, end = [], [], False, 0
    for node in parse(text).occurrences():
        header = names.get(_written(node))
        missing = missing or header is None
        pieces += [text[end : node.at], _NOTHING if header is None else bracketed(header)]
        columns += [] if header is None else [header]
        match = _NAME.match(text, node.at)
        end = match.end() if match else node.at
    return Reworded("".join([*pieces, text[end:]]), tuple(dict.fromkeys(columns)), missing)


def cell(text: str, names: Mapping[str, str]) -> Reworded:
    """A cell in the words of a file: a column with steps, or `= expression`. Raises TextError, ExpressionError."""
    read = parse_cell(text)
    if read.column is not None:
        header = names.get(read.column)
        steps = text.partition(" | ")[2]
        return Reworded("", (), missing=True) if header is None else Reworded(column_cell(header, steps), (header,))
    assert read.expression is not None
    found = expression(read.expression.strip(), names)
    rest = text[read.at + len(read.expression) :]
    return Reworded(f"= {found.text}{rest}", found.columns, found.missing)


def skipped_by(rule: str, names: Mapping[str, str]) -> Reworded:
    """A rule of `skip:` in the words of a file. Raises ExpressionError where it is none."""
    return Reworded(rule, ()) if rule == "all_blank" else expression(rule, names)


def split(text: str, names: Mapping[str, str]) -> Reworded:
    """`[column] by ';' with [companion]` in the words of a file."""
    said = re.findall(r"\[([^\]]+)\]", text)
    headers = tuple(names[name] for name in said if name in names)
    if len(headers) < len(said):
        return Reworded("", (), missing=True)
    words = iter(headers)
    return Reworded(re.sub(r"\[([^\]]+)\]", lambda _: f"[{next(words)}]", text), headers)


def column_cell(header: str, steps: str = "") -> str:
    """A column as a cell names it; an odd name stands in brackets."""
    odd = header.startswith("=") or "|" in header or header == "same_row"
    text = f"= {bracketed(header)}" if odd else header
    return f"{text} | {steps}" if steps else text


def bracketed(header: str) -> str:
    """A column as an expression names it."""
    return f"[{header.replace(']', ']]')}]"


def _written(node: NameNode) -> str:
    name = node.name
    return normal_name(f"{name.alias}.{name.name}" if name.alias else name.name)
