"""Lines of a mapping that a program proposed and nobody has confirmed: a comment of fixed form behind the line.

    phone: Telefon          # proposed: 0.97 "Telefon" is phone (de), all of 380 values are numbers that can be called
    email: {a: Mail, b: E}  # proposed: a 0.98 "Mail" is email (en) | b 0.70 the only column of mailboxes

Whoever has looked at a line takes the comment away. Until then it is read like any other line, `mapping check` counts
it, and `mapping sign` waits.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping.tree import Document, Listing, Mapping, Node, Path, Scalar, Spot

_MARK = "# proposed: "
_COMMENT = re.compile(r"(?:^|\s)# proposed: (?P<said>.+?)\s*$")
_CLAIM = re.compile(r"(?:(?P<source>[^\W\d]\w*) )?(?P<score>[01]\.\d\d) (?P<because>.+)")
LONGEST = 400  # characters of what is said behind a line


@dataclass(frozen=True, slots=True)
class Claim:
    """Why one source's part of a line is proposed; `source` is "" where the line has one only. Score: 0 to 1."""

    source: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line that is proposed: the path of its key, where it stands, and a claim for each source that it speaks of."""

    path: Path
    spot: Spot
    claims: tuple[Claim, ...]


def comment(claims: Iterable[Claim]) -> str:
    """The comment that marks a line as proposed; signs that would end it or look like its own are left out."""
    parts = (
        " ".join(filter(None, (c.source, f"{c.score:.2f}", printable(c.because).replace(" | ", " / ")))) for c in claims
    )
    return (_MARK + " | ".join(parts))[:LONGEST].rstrip()


def printable(text: str) -> str:
    """The text with a `?` for every sign that steers something instead of being seen: fit for a comment."""
    return "".join(char if char.isprintable() else "?" for char in text)


def mark_of(line: str) -> int | None:
    """Where in a line the mark and the blanks before it begin; None where there is none."""
    found = None
    for match in re.finditer(r"\s+# proposed: |^# proposed: ", line):
        found = match.start()
    return found


def proposals(document: Document) -> list[Proposed]:
    """The lines that are still proposed, in the order of the file."""
    found: dict[int, tuple[Path, Spot]] = {}
    for path, key in _keys(document.root, ()):
        found.setdefault(key.spot.line, (path, key.spot))
    behind = _ends(document.root)
    told = []
    for number, (path, spot) in sorted(found.items()):
        line = document.lines[number - 1] if number <= len(document.lines) else ""
        match = _COMMENT.search(line, behind.get(number, 1) - 1)
        if match is not None:
            told.append(Proposed(path, spot, tuple(_claims(match["said"]))))
    return told


def _claims(said: str) -> Iterator[Claim]:
    for part in said.split(" | "):
        match = _CLAIM.fullmatch(part)
        yield Claim(match["source"] or "", float(match["score"]), match["because"]) if match else Claim("", 0.0, part)


def _keys(node: Node, path: Path) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(node, Listing):
        for at, item in enumerate(node.items):
            yield from _keys(item, (*path, at))
    for key, value in node.entries if isinstance(node, Mapping) else ():
        yield (*path, key.text), key
        yield from _keys(value, (*path, key.text))


def _ends(node: Node) -> dict[int, int]:
    """Line -> the column behind the last text that stands on it: a comment begins later."""
    ends: dict[int, int] = {}
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, Scalar):
            ends[each.spot.line] = max(ends.get(each.spot.line, 0), each.spot.column + each.spot.length)
        elif isinstance(each, Listing):
            stack += each.items
        else:
            stack += [part for pair in each.entries for part in pair]
    return ends


def waiting(document: Document) -> list[Finding]:
    """One note that counts the lines which nobody has confirmed, at the first of them."""
    lines = proposals(document)
    if not lines:
        return []
    names = ", ".join(".".join(map(str, each.path[-1:])) for each in lines[:5])
    message = f"{len(lines)} line(s) are proposed and not confirmed: {names}" + (" ..." if len(lines) > 5 else "")
    hint = "Look at them, and take the comment `# proposed:` away from each that is right."
    finding = document.finding("mapping_proposed", message, lines[0].spot, hint, Severity.NOTE)
    return [finding]
