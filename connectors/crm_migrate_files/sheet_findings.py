"""What is odd about a sheet, in words: hidden, merged, not calculated, broken, too precise."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crm_migrate.finding import Finding, Place, Severity


def findings_of(facts: Mapping[str, Any], place: Place, *, named: bool) -> Iterator[Finding]:
    """Findings about a sheet by what its reader counted; `named`: the mapping says which sheet."""
    odd = facts["oddities"]
    below = [row for row in odd["hidden_rows"] if row > facts["header_row"]]
    told = (
        ("hidden_rows", "hidden rows were read like the others", below, "`skip:` them if they are no records"),
        ("hidden_columns", "hidden columns were read", odd["hidden_columns"], "map, archive or drop them"),
        ("hidden_sheets", "hidden sheets were not read", facts["hidden_sheets"], "look whether they hold records"),
        ("merged_cells", "merged cells: only the first one of each holds the value", odd["merged"], "part them"),
        ("formula_without_value", "formulas without a saved value: empty", odd["uncached"], "recalculate and save it"),
        ("error_cell", "cells hold an error of the spreadsheet", odd["errors"], "mend their formulas"),
        (
            "duration_read",
            "times of a day or more: read as hours (36:00:00)",
            odd["durations"],
            "format them as [h]:mm",
        ),
        ("number_precision", "numbers have more digits than a sheet keeps", odd["imprecise"], "take ids as text"),
    )
    for code, words, items, hint in told:
        if items:
            yield Finding(code, f"{len(items):,} {words}: {_some(items)}", Severity.WARNING, place, hint, len(items))
    if facts["other_sheets"] and not named:
        message = f"the sheet `{facts['sheet']}` was read and not: {_some(facts['other_sheets'])}"
        hint = "name the one that is meant: `sheet:`"
        yield Finding("other_sheets", message, Severity.WARNING, place, hint, len(facts["other_sheets"]))
    if sum(bool(cell.strip()) for cell in facts["header"]) == 1 < facts["width"]:
        message = f"the header in row {facts['header_row']} has one cell, the sheet {facts['width']} columns"
        hint = "titles above the table? say where the header is: `header_row:`"
        yield Finding("header_suspect", message, Severity.ERROR, place, hint)
    if not facts["records"]:
        yield Finding("no_records", "the sheet holds a header and no record", Severity.WARNING, place)


def _some(items: Sequence[Any]) -> str:
    return ", ".join(str(item) for item in items[:5]) + (" ..." if len(items) > 5 else "")
