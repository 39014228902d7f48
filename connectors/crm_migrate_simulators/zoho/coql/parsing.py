"""A query of COQL, read strictly: `select a, b from M where (..) and (..) order by a asc limit 10, 20`."""

import re
from dataclasses import dataclass, field
from typing import Any

from crm_migrate_simulators.zoho.problems import Problem

COLUMNS, CRITERIA, VALUES = 50, 25, 50
PAGE, OFFSET = 2000, 100_000
_TOKEN = re.compile(
    r"\s*(?:('(?:[^'\\]|\\.)*')|([A-Za-z_$!][\w.$]*(?:\(\w+\))?)|(-?[0-9]+(?:\.[0-9]+)?)|(<=|>=|!=|[=<>(),]))"
)
_PLAIN = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A column, an operator and its values."""

    column: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Both:
    """Two conditions, joined by `and` or `or`."""

    join: str
    left: Any
    right: Any


@dataclass(slots=True)
class Query:
    """What is asked for."""

    columns: list[str]
    module: str
    where: Any
    order: list[tuple[str, bool]] = field(default_factory=list)  # column, and whether it falls
    limit: int = 200
    offset: int = 0


def syntax(near: str) -> Problem:
    """A query that is none."""
    return Problem(400, "SYNTAX_ERROR", "invalid query formed", near=near, line=1)


def limit_of(what: str, limit: int) -> Problem:
    """More than a query may have."""
    return Problem(400, "LIMIT_EXCEEDED", "the limit of the query is exceeded", clause=what, limit=limit)


def parse(text: str) -> Query:
    """Raises Problem where the text is no query that this simulator answers."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens, at = list[str](), 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise syntax(text[at : at + 20])
            self._tokens.append(found.group().strip())
            at = found.end()
        self._at, self._criteria = 0, 0

    def query(self) -> Query:
        self._word("select")
        columns = [self._name()]
        while self._is(","):
            columns.append(self._name())
        if len(columns) > COLUMNS:
            raise limit_of("select", COLUMNS)
        self._word("from")
        module = self._name()
        self._word("where")
        query = Query(columns, module, self._condition())
        if self._is("order"):
            self._word("by")
            query.order = self._order()
        self._span(query)
        if self._at < len(self._tokens):
            raise syntax(self._tokens[self._at])
        return query

    def _condition(self) -> Any:
        """One criterion, or two that `and` or `or` joins; more of them want brackets."""
        left = self._term()
        join = self._either("and", "or")
        if not join:
            return left
        both = Both(join, left, self._term())
        if self._peek() in ("and", "or"):
            raise syntax(self._peek())
        return both

    def _term(self) -> Any:
        if self._is("("):
            inner = self._condition()
            self._word(")")
            return inner
        self._criteria += 1
        if self._criteria > CRITERIA:
            raise limit_of("where", CRITERIA)
        return self._criterion()

    def _criterion(self) -> Criterion:
        column = self._name()
        if self._is("is"):
            operator = "is not null" if self._is("not") else "is null"
            self._word("null")
            return Criterion(column, operator)
        negated = self._is("not")
        if self._is("in"):
            return Criterion(column, "not in" if negated else "in", self._values())
        if self._is("between"):
            low = self._value()
            self._word("and")
            return Criterion(column, "not between" if negated else "between", (low, self._value()))
        if self._is("like"):
            return Criterion(column, "not like" if negated else "like", (self._value(),))
        operator = self._either(*_PLAIN)
        if not operator or negated:
            raise syntax(self._peek())
        return Criterion(column, operator, (self._value(),))

    def _values(self) -> tuple[str, ...]:
        self._word("(")
        values = [self._value()]
        while self._is(","):
            values.append(self._value())
        self._word(")")
        if len(values) > VALUES:
            raise limit_of("where", VALUES)
        return tuple(values)

    def _value(self) -> str:
        token = self._next()
        if token.startswith("'"):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        if token[0] in "-0123456789" or token.lower() in ("true", "false"):
            return token
        raise syntax(token)

    def _order(self) -> list[tuple[str, bool]]:
        order = []
        while True:
            order.append((self._name(), self._either("asc", "desc") == "desc"))
            if not self._is(","):
                return order

    def _span(self, query: Query) -> None:
        """`limit 10`, `limit 20, 10` (behind 20 records) or `limit 10 offset 20`."""
        if self._is("limit"):
            query.limit = self._whole()
            if self._is(","):
                query.offset, query.limit = query.limit, self._whole()
            elif self._is("offset"):
                query.offset = self._whole()
        if query.limit > PAGE:
            raise limit_of("limit", PAGE)
        if query.offset + query.limit > OFFSET:
            raise limit_of("offset", OFFSET)

    def _whole(self) -> int:
        token = self._next()
        if not token.isdigit():
            raise syntax(token)
        return int(token)

    def _name(self) -> str:
        token = self._next()
        name = token[1:-1] if token.startswith("'") else token
        if not re.fullmatch(r"[A-Za-z_$!][\w.$]*(\(\w+\))?", name):
            raise syntax(token)
        return name

    def _peek(self) -> str:
        return self._tokens[self._at].lower() if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise syntax("")
        self._at += 1
        return self._tokens[self._at - 1]

    def _is(self, word: str) -> bool:
        found = self._peek() == word
        self._at += found
        return found

    def _either(self, *words: str) -> str:
        return next((word for word in words if self._is(word)), "")

    def _word(self, word: str) -> None:
        if not self._is(word):
            raise syntax(self._peek())
