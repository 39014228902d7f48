"""Lines of a file that one message speaks about, however many there are."""

from collections.abc import Iterable

MOST = 10


class Lines:
    """Numbers of physical lines: how many were added, and the first ten of them. `line 3, 17, 1,204 ...` as text."""

    __slots__ = ("_first", "count")

    def __init__(self, lines: Iterable[int] = ()) -> None:
        self.count, self._first = 0, list[int]()
        self.add(lines)

    def add(self, lines: Iterable[int]) -> None:
        """Count more lines, in the order of the file."""
        for line in lines:
            self.count += 1
            if self.count <= MOST:
                self._first.append(line)

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        return f"line {', '.join(f'{line:,}' for line in self._first)}{' ...' if self.count > MOST else ''}"
