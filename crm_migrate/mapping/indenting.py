"""Lines that begin in a column in which none can: what is wrong with them, and the text with them where they belong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError

from crm_migrate.mapping.tree import Spot

_KEY = re.compile(r" *(?P<word>[^\s'\"#{\[:][^:#{\[]*):(?:\s|$)")  # a line that begins with a plain word and a value


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Lines that stand in no column: line (from 1) -> by how many blanks it belongs further right (less than 0: left).

    Those that are `guessed` may have been meant otherwise: the parser took them for more of the text above. `message`,
    `spot` and `hint` tell of the first of them.
    """

    moves: dict[int, int]
    guessed: frozenset[int]
    message: str
    spot: Spot
    hint: str

    @property
    def first(self) -> int:
        """The line where it begins."""
        return self.spot.line


def misplaced(error: MarkedYAMLError, lines: Sequence[str]) -> Misplaced | None:
    """The lines that stand in no column; None where something else is wrong.

    The parser stops at the first letter of such a line, or at its first colon where it took it for more of a value.
    """
    mark = error.problem_mark
    line = lines[mark.line] if mark is not None and 0 < mark.line < len(lines) else ""
    key = _KEY.match(line)
    above = [text for text in lines[: mark.line] if _speaks(text)] if key else []
    if "flow" in str(error.context):  # an open bracket on a line before
        return None
    if not key or not above or mark.column not in (key.start("word"), key.end("word")):
        return None
    wide, last = key.start("word"), _wide(above[-1])
    column = min(_columns(above), key=lambda column: (abs(column - wide), -column))
    end = _end(lines, mark.line)
    moves = {n + 1: column - wide for n in range(mark.line, end) if _speaks(lines[n])}
    guessed = {n for n in moves if _wide(lines[n - 1]) == wide} if mark.column == key.end("word") else ()
    message = f"this line is indented by {wide} blanks, the one above it by {last}, and no value can begin here"
    side = f"left by {wide - column}" if column < wide else f"right by {column - wide}"
    hint = f"What belongs together stands in one column: move {_numbers(min(moves), max(moves))} {side}."
    return Misplaced(moves, frozenset(guessed), message, Spot(mark.line + 1, wide + 1), hint)


def _end(lines: Sequence[str], at: int) -> int:
    """Behind what goes with a line: what stands in its column or further right.

    A word with nothing behind it has what follows in its column under it, and is alone in the wrong column.
    """
    after = [n for n in range(at + 1, len(lines)) if _speaks(lines[n])]
    if after and lines[at].rstrip().endswith(":") and _wide(lines[after[0]]) == _wide(lines[at]):
        return after[0]
    return next((n for n in after if _wide(lines[n]) < _wide(lines[at])), len(lines))


def moved(lines: Sequence[str], wrong: Misplaced) -> list[str]:
    """The lines with those that are misplaced where they belong."""
    return [_shifted(line, wrong.moves.get(number, 0)) for number, line in enumerate(lines, 1)]


def _shifted(line: str, by: int) -> str:
    return " " * by + line if by > 0 else line[-by:]  # what is below it is indented as far, or further


def _columns(above: Sequence[str]) -> list[int]:
    """The columns of the blocks that are open behind those lines, the innermost first."""
    columns: list[int] = []
    for line in reversed(above):
        dash = re.match(r" *(?:- +)+", line)
        for column in {dash.end(), _wide(line)} if dash else {_wide(line)}:
            if not columns or column < columns[-1]:
                columns.append(column)
    return columns


def _numbers(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _wide(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _speaks(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
