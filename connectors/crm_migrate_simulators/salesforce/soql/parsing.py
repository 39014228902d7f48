"""Reads the text of a query. What cannot be read raises Failure MALFORMED_QUERY with its place."""

import re
from dataclasses import replace
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.soql.tree import (
    Aggregate,
    Both,
    Condition,
    Fields,
    Literal,
    Not,
    Order,
    Path,
    Query,
    Test,
    TypeOf,
)

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:\\.|[^'\\])*')
    |(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d)
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_][\w.]*(?::\d+)?)
    |(?P<sign><=|>=|!=|<>|[=<>(),]))""",
    re.VERBOSE,
)
_FUNCTIONS = ("COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX")
_SIGNS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_LATER = ("FOR", "UPDATE", "WITH", "USING")


def read(text: str) -> Query:
    """The tree of a query."""
    reader = _Reader(text)
    query = reader.query()
    reader.end()
    return query


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise malformed(text, at, f"unexpected token: '{text[at:].lstrip()[:1]}'")
            kind = found.lastgroup or ""
            self.tokens.append((kind, found[kind], found.start(kind)))
            at = found.end()
        self.next = 0

    # ------------------------------------------------------------------------------------------------ tokens

    def peek(self, ahead: int = 0) -> tuple[str, str, int]:
        at = self.next + ahead
        return self.tokens[at] if at < len(self.tokens) else ("end", "<EOF>", len(self.text))

    def take(self) -> tuple[str, str, int]:
        token = self.peek()
        self.next += 1
        return token

    def is_word(self, *words: str) -> bool:
        kind, text, _ = self.peek()
        return kind == "word" and text.upper() in words

    def word(self, *words: str) -> bool:
        found = self.is_word(*words)
        self.next += found
        return found

    def sign(self, sign: str) -> bool:
        kind, text, _ = self.peek()
        found = kind == "sign" and text == sign
        self.next += found
        return found

    def need(self, what: str) -> None:
        if not (self.sign(what) if len(what) == 1 else self.word(what)):
            raise self.unexpected()

    def unexpected(self) -> Failure:
        _, text, at = self.peek()
        return malformed(self.text, at, f"unexpected token: '{text}'")

    def end(self) -> None:
        if self.is_word(*_LATER):
            raise malformed(self.text, self.peek()[2], f"this simulator does not know {self.peek()[1].upper()}")
        if self.peek()[0] != "end":
            raise self.unexpected()

    def name(self) -> tuple[str, int]:
        kind, text, at = self.take()
        if kind != "word":
            self.next -= 1
            raise self.unexpected()
        return text, at

    # ------------------------------------------------------------------------------------------------ clauses

    def query(self) -> Query:
        self.need("SELECT")
        items = [self.item()]
        while self.sign(","):
            items.append(self.item())
        self.need("FROM")
        source, at = self.name()
        query = Query(tuple(items), source, at, alias=self.alias())
        if self.word("WHERE"):
            query = replace(query, where=self.condition())
        if self.word("GROUP"):
            self.need("BY")
            query = replace(query, groups=tuple(self.paths()))
        if self.word("HAVING"):
            query = replace(query, having=self.condition())
        if self.word("ORDER"):
            self.need("BY")
            query = replace(query, order=tuple(self.orders()))
        if self.word("LIMIT"):
            query = replace(query, limit=self.count())
        if self.word("OFFSET"):
            query = replace(query, offset=self.count())
        if self.word("ALL"):
            self.need("ROWS")
            query = replace(query, all_rows=True)
        if self.is_word("FOR") and self.peek(1)[1].upper() in ("VIEW", "REFERENCE"):
            self.next += 2
            query = replace(query, looked_at=True)
        return query

    def item(self) -> Any:
        if self.sign("("):
            inner = self.query()
            self.need(")")
            return inner
        if self.word("TYPEOF"):
            return self.typeof()
        if self.is_word("FIELDS") and self.peek(1)[1] == "(":
            self.next += 2
            which = self.name()[0].upper()
            self.need(")")
            return Fields(which)
        if self.is_word(*_FUNCTIONS) and self.peek(1)[1] == "(":
            found = self.aggregate()
            return replace(found, alias=self.alias())
        path = self.path()
        return replace(path, alias=self.alias())

    def alias(self) -> str | None:
        stops = ("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "ALL", "ASC", "DESC", "NULLS", *_LATER)
        kind, text, _ = self.peek()
        if kind != "word" or text.upper() in stops or "." in text:
            return None
        self.next += 1
        return text

    def aggregate(self) -> Aggregate:
        function = self.name()[0].upper()
        self.need("(")
        path = None if self.peek()[1] == ")" else self.path()
        self.need(")")
        if path is None and function != "COUNT":
            raise self.unexpected()
        return Aggregate(function, path)

    def typeof(self) -> TypeOf:
        relationship = self.name()[0]
        cases = []
        while self.word("WHEN"):
            object = self.name()[0]
            self.need("THEN")
            cases.append((object, tuple(self.paths())))
        otherwise = tuple(self.paths()) if self.word("ELSE") else ()
        self.need("END")
        return TypeOf(relationship, tuple(cases), otherwise)

    def path(self) -> Path:
        text, at = self.name()
        return Path(tuple(text.split(".")), at=at)

    def paths(self) -> list[Path]:
        found = [self.path()]
        while self.sign(","):
            found.append(self.path())
        return found

    def orders(self) -> list[Order]:
        found = []
        while True:
            known = self.is_word(*_FUNCTIONS) and self.peek(1)[1] == "("
            path: Path | Aggregate = self.aggregate() if known else self.path()
            down = self.word("DESC")
            if not down:
                self.word("ASC")
            last = False
            if self.word("NULLS"):
                last = self.word("LAST")
                if not last:
                    self.need("FIRST")
            found.append(Order(path, down, last))
            if not self.sign(","):
                return found

    def count(self) -> int:
        kind, text, at = self.take()
        if kind != "number" or not text.isdigit():
            raise malformed(self.text, at, f"unexpected token: '{text}'")
        return int(text)

    # ------------------------------------------------------------------------------------------------ conditions

    def condition(self) -> Condition:
        parts = [self.negated()]
        words = set()
        while self.is_word("AND", "OR"):
            words.add(self.take()[1].lower())
            if len(words) > 1:
                raise malformed(self.text, self.peek(-1)[2], "unexpected token: AND and OR need brackets between them")
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Both(words.pop(), tuple(parts))

    def negated(self) -> Condition:
        if self.word("NOT"):
            return Not(self.negated())
        if self.sign("("):
            inner = self.condition()
            self.need(")")
            return inner
        return self.test()

    def test(self) -> Test:
        known = self.is_word(*_FUNCTIONS) and self.peek(1)[1] == "("
        path: Any = self.aggregate() if known else self.path()
        kind, text, _ = self.peek()
        if kind == "sign" and text in _SIGNS:
            self.next += 1
            return Test(path, _SIGNS[text], (self.literal(),))
        if self.word("LIKE"):
            return Test(path, "like", (self.literal(),))
        if self.word("NOT"):
            self.need("IN")
            return Test(path, "notin", self.several())
        for word in ("IN", "INCLUDES", "EXCLUDES"):
            if self.word(word):
                return Test(path, word.lower(), self.several())
        raise self.unexpected()

    def several(self) -> "tuple[Literal, ...] | Query":
        self.need("(")
        if self.is_word("SELECT"):
            inner = self.query()
            self.need(")")
            return inner
        found = [self.literal()]
        while self.sign(","):
            found.append(self.literal())
        self.need(")")
        return tuple(found)

    def literal(self) -> Literal:
        kind, text, at = self.take()
        if kind == "text":
            return Literal("text", re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1]))
        if kind == "number":
            return Literal("number", float(text) if "." in text or "e" in text.lower() else int(text))
        if kind in ("date", "datetime"):
            return Literal(kind, text)
        if kind == "word" and text.upper() in ("TRUE", "FALSE"):
            return Literal("boolean", text.upper() == "TRUE")
        if kind == "word" and text.upper() == "NULL":
            return Literal("null", None)
        if kind == "word" and re.fullmatch(r"[A-Z_]+(:\d+)?", text.upper()):
            return Literal("word", text.upper())
        raise malformed(self.text, at, f"unexpected token: '{text}'")


def malformed(text: str, at: int, words: str, code: str = "MALFORMED_QUERY") -> Failure:
    """A refusal that points to a place of the query, as the API draws it."""
    before = text.rfind("\n", 0, at) + 1
    start, row = max(before, at - 32), text.count("\n", 0, at) + 1
    shown = text[start : at + 20].splitlines()[0] if text else ""
    arrow = " " * max(0, at - start) + "^"
    return Failure(code, f"\n{shown}\n{arrow}\nERROR at Row:{row}:Column:{at - before + 1}\n{words}")
