"""Names of columns: what stands in a header row, and what a mapping may call it."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crm_migrate.finding import Finding, Place, Severity

MAX_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class Header:
    """Column names in order, what was renamed (name in the file -> name here), and what is odd about it."""

    names: tuple[str, ...]
    renamed: dict[str, str]
    findings: tuple[Finding, ...] = ()


def folded(name: str) -> str:
    """A name as stages compare it: two columns of one folded name are one."""
    # DuckDB tells names apart after folding A-Z only, so `Tel` and `TEL` are doubles for every stage that joins.
    return "".join(c.lower() if c.isascii() else c for c in name)


def _plain(cell: str, position: int) -> str:
    name = unicodedata.normalize("NFC", cell).strip().strip("﻿​").strip()
    if not name:
        return f"Column {position}"
    return f"column{name}" if name.startswith("__") else name


def _numbered(names: Sequence[str]) -> list[str]:
    """Doubles get `#1`, `#2` ... in their order; a number that is taken by another header is skipped."""
    count = Counter(map(folded, names))
    taken = set(count)
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        small = folded(name)
        if count[small] > 1:
            seen[small] += 1
            while f"{small}#{seen[small]}" in taken:
                seen[small] += 1
            name = f"{name}#{seen[small]}"
        result.append(name)
    return result


def name_columns(cells: Sequence[str], place: Place) -> Header:
    """NFC, trimmed, empty ones named `Column 3`, doubles `Tel#1` and `Tel#2`, `__x` as `column__x`."""
    plain = [_plain(cell, position) for position, cell in enumerate(cells, 1)]
    names = _numbered(plain)
    renamed: dict[str, str] = {}
    for cell, name in zip(cells, names, strict=True):
        if cell != name:
            renamed[cell] = f"{renamed[cell]}, {name}" if cell in renamed else name
    return Header(tuple(names), renamed, tuple(_findings(cells, plain, names, place)))


def _findings(cells: Sequence[str], plain: Sequence[str], names: Sequence[str], place: Place) -> list[Finding]:
    empty = [name for cell, name in zip(cells, names, strict=True) if not cell.strip()]
    doubled = [name for name, first in zip(names, plain, strict=True) if name != first]
    reserved = [f"`{cell}` is `{name}`" for cell, name in zip(cells, names, strict=True) if name.startswith("column__")]
    told = (
        ("header_empty", "columns without a name are called", empty, "name them in the file"),
        ("header_doubled", "columns of one name are told apart as", doubled, "map the one that is meant"),
        ("header_reserved", "names that begin with two underscores are ours", reserved, "map them by the new name"),
    )
    return [
        Finding(code, f"{words}: {', '.join(items[:10])}", Severity.WARNING, place, hint, len(items))
        for code, words, items, hint in told
        if items
    ]
