"""What the text of a mapping tells before it is parsed: nesting that is too deep, tabs, control characters."""

import re

from crm_migrate.finding import Finding
from crm_migrate.mapping.tree import Document, Spot

MAX_DEPTH = 32
QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")


def in_lines(document: Document, lines: tuple[str, ...]) -> list[Finding]:
    """What the text itself tells before it is parsed: nesting, tabs, control characters."""
    found: list[Finding] = []
    depth = 0
    for number, line in enumerate(lines, 1):
        # Open quotes make this pattern slow on long lines; without brackets nothing is to be seen there.
        looked_at = len(line) < 2_000 and ("[" in line or "{" in line)
        bare = QUOTED.sub(lambda m: "x" * len(m.group()), line) if looked_at else line
        indentation = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in indentation and line.strip() and not line.lstrip().startswith("#"):
            spot = Spot(number, indentation.index("\t") + 1)
            found.append(document.finding("mapping_tab", "a tab indents this line", spot, "Indent with spaces."))
        if odd := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", line):
            spot = Spot(number, odd.start() + 1)
            found.append(document.finding("mapping_characters", "a control character stands here", spot, "Delete it."))
        column = _too_deep(bare, depth)
        depth = max(0, depth + sum((c in "[{") - (c in "]}") for c in bare))
        if column is not None or len(indentation) > 20 * MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} deep"
            found.append(
                document.finding("mapping_depth", message, Spot(number, (column or 0) + 1), "Write it flatter.")
            )
            break
    return found


def _too_deep(line: str, depth: int) -> int | None:
    """The column (0-based) where brackets or dashes nest too deep."""
    dashes = re.match(r"\s*(?:[-?]\s+)*", line)
    if dashes and sum(c in "-?" for c in dashes.group()) > MAX_DEPTH:
        return dashes.end()
    for column, char in enumerate(line):
        depth += (char in "[{") - (char in "]}")
        if depth > MAX_DEPTH:
            return column
    return None
