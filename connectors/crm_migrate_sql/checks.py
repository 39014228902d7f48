"""What the simple CHECK constraints of a table ask of single columns: choices, bounds, lengths, filled.

`kind IN ('a', 'b')`, `amount >= 0 AND amount < 100`, `length(name) <= 40`, `mail IS NOT NULL`, each also behind
`column IS NULL OR`, as a person writes them or as PostgreSQL writes them back. Whatever else there is reads as None:
what is only half understood is not foreseen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|\"(?P<quoted>(?:[^\"]|\"\")+)\"|(?P<word>\w+)"
    r"|(?P<cast>::\s*(?:character varying|double precision|\w+)(?:\s*\(\d+(?:,\d+)?\))?(?:\[\])?)"
    r"|(?P<mark><=|>=|<>|!=|[=<>(),\[\]]))"
)
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SAME_TEXT = re.compile(r"::\s*(?:text|character varying)(?:\[\])?")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a column's value must be: `op` is `in`, `filled`, `=`, `<>`, `<`, `<=`, `>`, `>=`, or `length` before one
    of the last four; nothing (NULL) keeps every rule but `filled`."""

    column: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words


class _Unclear(Exception):
    """More than the simple forms."""


def read_check(text: str) -> tuple[Rule, ...] | None:
    """The rules that a constraint's expression is, or None where it is more than these."""
    try:
        return tuple(_all(_unwrapped(_without_casts(_tokens(text)))))
    except _Unclear:
        return None


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _Unclear
        found.append(_Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


def _without_casts(tokens: Sequence[_Token]) -> list[_Token]:
    """Casts of constants, and of anything to text, change nothing; any other may."""
    kept: list[_Token] = []
    for token in tokens:
        if token.kind != "cast":
            kept.append(token)
        elif not _SAME_TEXT.fullmatch(token.text) and kept[-1:] and not _constant(kept):
            raise _Unclear
    return kept


def _constant(before: Sequence[_Token]) -> bool:
    """True where the last operand, with or without parentheses, is a constant."""
    bare = [token for token in before[-3:] if token.text not in "()"]
    return bool(bare) and bare[-1].kind in ("text", "number")


def _unwrapped(tokens: Sequence[_Token]) -> list[_Token]:
    """Without the parentheses around the whole."""
    while tokens and tokens[0].text == "(" and _closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return list(tokens)


def _closing(tokens: Sequence[_Token]) -> int:
    """Where the parenthesis closes that the first token opens."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if not depth:
            return place
    raise _Unclear


def _parts(tokens: Sequence[_Token], word: str) -> list[list[_Token]]:
    """The operands of AND or OR outside parentheses; the AND of BETWEEN parts nothing."""
    parts: list[list[_Token]] = [[]]
    depth, between = 0, False
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.is_word(word) and not depth and not (word == "AND" and between):
            parts.append([])
            continue
        between = not depth and (token.is_word("BETWEEN") or (between and not token.is_word("AND")))
        parts[-1].append(token)
    return parts


def _all(tokens: Sequence[_Token]) -> list[Rule]:
    either = _parts(tokens, "OR")
    if len(either) == 2:
        return _unless_empty(*either)
    both = _parts(tokens, "AND")
    if len(either) > 2 or not tokens:
        raise _Unclear
    if len(both) > 1:
        return [rule for part in both for rule in _all(_unwrapped(part))]
    return _simple(list(tokens))


def _unless_empty(first: list[_Token], second: list[_Token]) -> list[Rule]:
    """`column IS NULL OR rules of this column`: nothing keeps them anyway."""
    head = _unwrapped(first)
    if [t.text.upper() for t in head[1:]] != ["IS", "NULL"]:
        raise _Unclear
    rules, column = _all(_unwrapped(second)), _column(head[0])
    if any(rule.column != column or rule.op == "filled" for rule in rules):
        raise _Unclear
    return rules


def _simple(tokens: list[_Token]) -> list[Rule]:
    """One comparison of one column."""
    split = next((i for i, t in enumerate(tokens) if t.text in ("<", "<=", ">", ">=", "=", "<>", "!=")), None)
    words = [t.text.upper() if t.kind == "word" else t.text for t in tokens]
    if split is not None:
        op = "<>" if words[split] == "!=" else words[split]
        return [_compared(_unwrapped(tokens[:split]), op, _unwrapped(tokens[split + 1 :]))]
    if words[-3:] == ["IS", "NOT", "NULL"]:
        return [Rule(_column(*_unwrapped(tokens[:-3])), "filled")]
    if "BETWEEN" in words and "NOT" not in words:
        return _between(tokens, words.index("BETWEEN"))
    if "IN" in words and "NOT" not in words:
        place = words.index("IN")
        return [Rule(_column(*_unwrapped(tokens[:place])), "in", _listed(_unwrapped(tokens[place + 1 :])))]
    raise _Unclear


def _between(tokens: list[_Token], place: int) -> list[Rule]:
    column, (low, high) = _unwrapped(tokens[:place]), _parts(tokens[place + 1 :], "AND")
    return [_compared(column, ">=", _unwrapped(low)), _compared(column, "<=", _unwrapped(high))]


def _compared(left: list[_Token], op: str, right: list[_Token]) -> Rule:
    if op == "=" and right and right[0].is_word("ANY"):
        return Rule(_column(*left), "in", _listed(_array(right[1:])))
    if len(left) == 1 and left[0].kind in ("text", "number"):
        left, op, right = right, _TURNED.get(op, op), left
    if len(left) > 1 and left[0].is_word("LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH") and op in _TURNED:
        left, op = _unwrapped(left[1:]), f"length {op}"
    return Rule(_column(*left), op, (_value(*right),))


def _array(tokens: Sequence[_Token]) -> list[_Token]:
    """What stands between the brackets of `ARRAY[...]`."""
    inner = _unwrapped(tokens)
    if len(inner) < 3 or not inner[0].is_word("ARRAY") or (inner[1].text, inner[-1].text) != ("[", "]"):
        raise _Unclear
    return inner[2:-1]


def _listed(tokens: Sequence[_Token]) -> tuple[str, ...]:
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token.text == "," and token.kind == "mark":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_value(*_unwrapped(part)) for part in parts)


def _column(*tokens: _Token) -> str:
    if len(tokens) != 1 or tokens[0].kind not in ("word", "quoted"):
        raise _Unclear
    return tokens[0].text.replace('""', '"')


def _value(*tokens: _Token) -> str:
    if len(tokens) != 1 or tokens[0].kind not in ("text", "number"):
        raise _Unclear
    text = tokens[0].text
    return text[1:-1].replace("''", "'") if tokens[0].kind == "text" else text
