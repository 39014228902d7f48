"""Where two texts differ, character by character."""

from difflib import SequenceMatcher
from itertools import takewhile

Span = tuple[int, int, int, int]  # left from, left to, right from, right to

_LONGEST = 300  # characters compared in detail on either side; SequenceMatcher is quadratic


def changes(left: str, right: str) -> list[Span]:
    """The spans that differ, in order. Very long differences are one span."""
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
    rest = min(len(left), len(right)) - start
    ends = zip(reversed(left), reversed(right), strict=False)
    end = min(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends)), rest)
    a, b = left[start : len(left) - end], right[start : len(right) - end]
    if not a and not b:
        return []
    if max(len(a), len(b)) > _LONGEST:
        return [(start, start + len(a), start, start + len(b))]
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [
        (start + a0, start + a1, start + b0, start + b1)
        for tag, a0, a1, b0, b1 in matcher.get_opcodes()
        if tag != "equal"
    ]


def pieces(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A text cut at spans: (piece, differs), without empty pieces."""
    cut: list[tuple[str, bool]] = []
    at = 0
    for start, end in spans:
        cut += [(text[at:start], False), (text[start:end], True)]
        at = end
    cut.append((text[at:], False))
    return [piece for piece in cut if piece[0]]
