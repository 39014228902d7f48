"""The words of an expression and the tree they make: a scanner and a recursive-descent parser, both bounded.

condition  = and , { "or" , and } ;
and        = not , { "and" , not } ;
not        = "not" , not | comparison ;
comparison = sum , [ ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) , sum
                   | [ "not" ] , "in" , "(" , literal , { "," , literal } , ")" ] ;
sum        = product , { ( "+" | "-" ) , product } ;
product    = unary , { ( "*" | "/" ) , unary } ;
unary      = "-" , unary | primary ;
primary    = literal | name | call | "(" , condition , ")" ;
call       = word , "(" , [ condition , { "," , condition } ] , ")" ;
literal    = [ "-" ] , number | string | date | "true" | "false" | "null" ;
name       = word , { "." , word } | [ word ] , bracketed ;
bracketed  = "[" , { any character but "]" | "]]" } , "]" ;
string     = "'" , { any character but "'" | "''" } , "'" ;
date       = 4 digits , "-" , 2 digits , "-" , 2 digits ;
number     = digits , [ "." , digits ] ;
word       = letter or "_" , { letter | digit | "_" } ;
"""

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

MAX_LENGTH = 2_000
MAX_DEPTH = 25
MAX_DIGITS = 28
MAX_DECIMALS = 9

# name -> what stands in its brackets; `...` stands for as many more as one likes
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "abs": ("number",),
    "coalesce": ("value", "..."),
    "concat": ("value", "..."),
    "contains": ("text", "part"),
    "days_between": ("date", "date"),
    "ends_with": ("text", "part"),
    "if": ("condition", "then", "else"),
    "left": ("text", "count"),
    "length": ("text",),
    "lower": ("text",),
    "month": ("date",),
    "replace": ("text", "part", "by"),
    "right": ("text", "count"),
    "round": ("number", "decimals"),
    "starts_with": ("text", "part"),
    "trim": ("text",),
    "upper": ("text",),
    "year": ("date",),
}
# name -> least and most number of arguments (None: any)
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    name: (1, None) if "..." in said else (len(said), len(said)) for name, said in ARGUMENTS.items()
}
KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})


class ExpressionError(ValueError):
    """An expression that cannot be understood: what is wrong, and at which character (0-based)."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Name:
    """A column or field: `Durum`, `[Metin 2]`, or with the source's name `mail[UNSUB_TIME]`."""

    alias: str | None
    name: str

    def __str__(self) -> str:
        plain = self.name if re.fullmatch(_WORD, self.name) and self.name not in KEYWORDS else f"[{self.name}]"
        return plain if self.alias is None else f"{self.alias}[{self.name}]"


@dataclass(frozen=True, slots=True)
class LiteralNode:
    """A constant as text; `empty` covers `''` and `null`."""

    value: str
    kind: Literal["text", "number", "date", "boolean", "empty"]
    at: int


@dataclass(frozen=True, slots=True)
class NameNode:
    """A column or field."""

    name: Name
    at: int


@dataclass(frozen=True, slots=True)
class CallNode:
    """A function, or an operator of arithmetic under its sign (`+ - * /`)."""

    name: str
    arguments: "tuple[Node, ...]"
    at: int


@dataclass(frozen=True, slots=True)
class CompareNode:
    """Two values beside each other."""

    operator: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class InNode:
    """A value in a list of constants."""

    value: "Node"
    members: tuple[LiteralNode, ...]
    at: int


@dataclass(frozen=True, slots=True)
class LogicNode:
    """`and` / `or` over any number of terms, `not` over one."""

    operator: Literal["and", "or", "not"]
    terms: "tuple[Node, ...]"
    at: int


Node = LiteralNode | NameNode | CallNode | CompareNode | InNode | LogicNode


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


_WORD = r"[^\W\d]\w*"
_TOKENS = re.compile(
    rf"""(?P<space>\s+)
    | (?P<date>\d{{4}}-\d{{2}}-\d{{2}}(?![\w-]))
    | (?P<number>\d+(?:\.\d+)?(?![\w.]))
    | (?P<string>'(?:[^']|'')*')
    | (?P<name>(?:{_WORD})?\[(?:[^\]\n]|\]\])+\](?!\]))
    | (?P<word>{_WORD}(?:\.{_WORD})*)
    | (?P<sign><=|>=|!=|[=<>()+\-*/,])""",
    re.VERBOSE,
)
_TRAPS = {
    "==": "`==` has no meaning here: write one `=`",
    "<>": "`<>` has no meaning here: write `!=`",
    "||": "`||` has no meaning here: write `concat(a, b)` to join texts",
    "&&": "`&&` has no meaning here: write `and`",
    '"': "a text stands in single quotes: write 'text'",
    "'": "this text is not closed: write a `'` at its end (one inside a text is written twice)",
    "[": "this name is not closed: write a `]` behind it",
    "`": "a name of other signs than letters stands in brackets: write [odd name]",
    "!": "`!` has no meaning here: write `not` or `!=`",
    ";": "`;` has no meaning here, for an expression is one condition or value: write `and` or `or` between conditions",
    "%": "`%` has no meaning here: write a share as 0.05",
}


def scan(text: str) -> list[_Token]:
    """The tokens of an expression, ending with an `end` token."""
    tokens, at = [], 0
    while at < len(text):
        trap = next((t for t in ("==", "<>", "||", "&&") if text.startswith(t, at)), None)
        match = None if trap else _TOKENS.match(text, at)
        if match is None:
            raise ExpressionError(_TRAPS.get(trap or text[at], f"`{text[at]}` has no meaning here"), at)
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(_Token(kind, match.group(), at))
        at = match.end()
    return [*tokens, _Token("end", "", len(text))]


class Parser:
    """Reads tokens into a tree; `depth` counts open rules, so that hostile nesting ends in an error."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise ExpressionError(
                f"an expression has at most {MAX_LENGTH:,} characters: write parts of it as helper fields under `let:`",
                MAX_LENGTH,
            )
        self._tokens = scan(unicodedata.normalize("NFC", text))
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        """The whole expression."""
        if self._peek.kind == "end":
            raise ExpressionError("an expression is missing: write a condition or a value, or leave the word out", 0)
        node = self._condition()
        if self._peek.kind != "end":
            raise ExpressionError(self._surprise(), self._peek.at)
        return node

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _accept(self, *texts: str) -> _Token | None:
        token = self._peek
        return self._take() if token.kind in ("sign", "word") and token.text in texts else None

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise ExpressionError(f"`{text}` is missing here: write it", self._peek.at)

    def _surprise(self) -> str:
        token = self._peek
        low = token.text.lower()
        if low in KEYWORDS and token.text != low:
            return f"`{token.text}` is no name of a column: write `{low}` in small letters"
        if low in ("is", "like", "between", "contains"):
            known = "`in ('a', 'b')`, `= ''`, `starts_with(a, 'b')` or `contains(a, 'b')`"
            return f"`{token.text}` is no operator: write {known}"
        if token.kind == "word":
            return (
                f"`{token.text}` is not expected here: write brackets around a name of several words, as in [Metin 2]"
            )
        return f"`{token.text}` is not expected here"

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(
                f"an expression is nested at most {MAX_DEPTH} deep: write parts of it as helper fields under `let:`", at
            )

    def _condition(self) -> Node:
        self._deeper(self._peek.at)
        node = self._chain("or", lambda: self._chain("and", self._not))
        self._depth -= 1
        return node

    def _chain(self, word: Literal["and", "or"], part: Callable[[], Node]) -> Node:
        at, terms = self._peek.at, [part()]
        while self._accept(word):
            terms.append(part())
        return LogicNode(word, tuple(terms), at) if len(terms) > 1 else terms[0]

    def _not(self) -> Node:
        token = self._accept("not")
        if token is None:
            return self._comparison()
        self._deeper(token.at)
        node = LogicNode("not", (self._not(),), token.at)
        self._depth -= 1
        return node

    def _comparison(self) -> Node:
        left = self._sum()
        operator = self._accept("=", "!=", "<", "<=", ">", ">=")
        if operator:
            right = self._sum()
            if again := self._accept("=", "!=", "<", "<=", ">", ">="):
                raise ExpressionError("comparisons do not chain: write `a < b and b < c`", again.at)
            return CompareNode(operator.text, left, right, operator.at)
        denied = self._accept("not") if self._tokens[self._next + 1 : self._next + 2] and self._is_not_in() else None
        token = self._accept("in")
        if token is None:
            return left
        inside = InNode(left, self._members(), token.at)
        return LogicNode("not", (inside,), token.at) if denied else inside

    def _is_not_in(self) -> bool:
        return self._peek.text == "not" and self._tokens[self._next + 1].text == "in"

    def _members(self) -> tuple[LiteralNode, ...]:
        self._expect("(")
        members = [self._member()]
        while self._accept(","):
            members.append(self._member())
        self._expect(")")
        return tuple(members)

    def _member(self) -> LiteralNode:
        token = self._peek
        node = self._unary()
        if not isinstance(node, LiteralNode):
            raise ExpressionError("a list of `in` holds constants only: write 'text', 12.5 or 2025-03-14", token.at)
        return node

    def _arithmetic(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        node, opened = part(), 0
        while token := self._accept(*signs):
            self._deeper(token.at)  # a long chain is a deep tree
            opened += 1
            node = CallNode(token.text, (node, part()), token.at)
        self._depth -= opened
        return node

    def _sum(self) -> Node:
        return self._arithmetic(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._arithmetic(("*", "/"), self._unary)

    def _unary(self) -> Node:
        token = self._accept("-")
        if token is None:
            return self._primary()
        self._deeper(token.at)
        node = self._unary()
        self._depth -= 1
        if isinstance(node, LiteralNode) and node.kind == "number" and not node.value.startswith("-"):
            return LiteralNode(f"-{node.value}", "number", token.at)
        return CallNode("-", (LiteralNode("0", "number", token.at), node), token.at)

    def _primary(self) -> Node:
        token = self._take()
        if token.kind == "sign" and token.text == "(":
            node = self._condition()
            self._expect(")")
            return node
        if token.kind == "word":
            return self._word(token)
        if token.kind == "name":
            alias, _, inner = token.text.partition("[")
            return NameNode(Name(alias or None, inner[:-1].replace("]]", "]").strip()), token.at)
        if token.kind in ("number", "string", "date"):
            return _literal(token)
        if token.kind == "end":
            raise ExpressionError("the expression ends too early: write what belongs behind the last word", token.at)
        raise ExpressionError(f"`{token.text}` is not expected here", token.at)

    def _word(self, token: _Token) -> Node:
        if self._peek.kind == "sign" and self._peek.text == "(" and token.text not in KEYWORDS:
            return self._call(token)
        if token.text in ("true", "false"):
            return LiteralNode(token.text, "boolean", token.at)
        if token.text == "null":
            return LiteralNode("", "empty", token.at)
        if token.text in KEYWORDS:
            raise ExpressionError(
                f"`{token.text}` is not expected here: write [{token.text}] for a column of that name", token.at
            )
        return NameNode(Name(None, token.text), token.at)

    def _call(self, token: _Token) -> Node:
        least, most = _arity(token)
        self._expect("(")
        arguments: list[Node] = []
        if not self._accept(")"):
            arguments.append(self._condition())
            while self._accept(","):
                arguments.append(self._condition())
            self._expect(")")
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = f"{least}" if least == most else f"at least {least}"
            message = f"`{token.text}` takes {wanted} argument(s), not {len(arguments)}: write {usage(token.text)}"
            raise ExpressionError(message, token.at)
        return CallNode(token.text, tuple(arguments), token.at)


def _arity(token: _Token) -> tuple[int, int | None]:
    if token.text in FUNCTIONS:
        return FUNCTIONS[token.text]
    near = difflib.get_close_matches(token.text.lower(), FUNCTIONS, 1)
    known = f"`{near[0]}`" if near else f"one of {', '.join(sorted(FUNCTIONS))}"
    raise ExpressionError(f"there is no function `{token.text}`: write {known}", token.at)


def usage(function: str) -> str:
    """How a function is written: `if(condition, then, else)`."""
    return f"{function}({', '.join(ARGUMENTS[function])})"


def _literal(token: _Token) -> LiteralNode:
    if token.kind == "string":
        value = token.text[1:-1].replace("''", "'")
        return LiteralNode(value, "text" if value.strip() else "empty", token.at)
    if token.kind == "date":
        return LiteralNode(valid_date(token.text, token.at), "date", token.at)
    return LiteralNode(valid_number(token.text, token.at), "number", token.at)


def valid_date(text: str, at: int) -> str:
    """The ISO date itself; ExpressionError where there is no such day."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ExpressionError(
            f"`{text}` is no day of the calendar: write one that there is, as YYYY-MM-DD", at
        ) from None


def valid_number(text: str, at: int) -> str:
    """The plain decimal itself; ExpressionError where it is none or too long to be exact."""
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        raise ExpressionError(f"`{text}` is no number: write 1250000.50", at)
    whole, _, decimals = text.lstrip("+-").partition(".")
    if len(whole) > MAX_DIGITS or len(decimals) > MAX_DECIMALS:
        raise ExpressionError(
            f"a number has at most {MAX_DIGITS} digits and {MAX_DECIMALS} decimals: write a shorter one", at
        )
    return text
