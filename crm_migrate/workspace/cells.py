"""Cells that hold several values, read in one way wherever they are read (SQL)."""


def items(cell: str) -> str:
    """The values of a cell: of a JSON list each, of any other text the text. A number is a text, too: `5550101`."""
    listed = f"json_valid({cell}) AND left(ltrim({cell}), 1) = '['"
    return f"CASE WHEN {listed} THEN from_json({cell}, '[\"VARCHAR\"]') WHEN {cell} IS NOT NULL THEN [{cell}] END"


def contact_points(cell: str) -> str:
    """The mailboxes or numbers that a cell of `keep_others:` keeps, in small letters: those of a list, and those that a
    source wrote into one text with `|`, `;`, commas or lines between (an extension `;ext=` belongs to its number)."""
    whole = f"list_transform({items(cell)}, lambda one: replace(lower(one), ';ext=', chr(31)))"
    parts = f"flatten(list_transform({whole}, lambda one: string_split_regex(one, '[|;,\\r\\n]+')))"
    said = f"list_transform({parts}, lambda one: trim(replace(one, chr(31), ';ext=')))"
    return f"list_filter(coalesce({said}, []), lambda one: one <> '')"
