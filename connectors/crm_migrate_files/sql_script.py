"""What a script in Transact-SQL says: tables with their columns, rows that are inserted, and what else changes them."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_migrate.connecting.typed import unmistakable
from crm_migrate_files.parsed import Unreadable
from crm_migrate_files.sql_tokens import Token

_NO_COLUMN = ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "INDEX", "PERIOD")
_CHANGES = ("UPDATE", "DELETE", "MERGE", "TRUNCATE", "BULK")
_BYTES = ("image", "varbinary", "binary", "timestamp", "rowversion")
Value = list[Token]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `made` says that the server makes its values (IDENTITY, computed)."""

    name: str
    type: str
    made: bool = False

    @property
    def is_bytes(self) -> bool:
        """Whether it holds bytes."""
        return self.type in _BYTES


@dataclass(frozen=True, slots=True)
class Table:
    """CREATE TABLE."""

    name: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(slots=True)
class Insert:
    """INSERT ... VALUES: the columns it names (none: all), and its rows with their lines."""

    name: tuple[str, ...]
    columns: tuple[str, ...]
    line: int
    rows: list[tuple[int, list[Value]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """Another statement that changes rows of a table."""

    name: tuple[str, ...]
    what: str
    line: int


class Statements:
    """Reads the statements of one batch that speak of rows."""

    def __init__(self, tokens: Iterator[Token]) -> None:
        self._tokens = list(tokens)
        self._at = 0

    def read(self) -> Iterator[Table | Insert | Change]:
        """In order; whatever else there is, is passed over."""
        before: Token | None = None
        while (token := self._next()) is not None:
            of_constraint = before is not None and before.is_word("ON", "FOR", "AFTER", "NOT")
            if token.is_word("CREATE") and self._peek("TABLE"):
                self._at += 1
                yield self._table()
            elif token.is_word("INSERT") and not of_constraint:
                yield self._insert(token)
            elif token.is_word(*_CHANGES) and not of_constraint:
                yield from self._change(token)
            elif token.is_word("DROP") and self._peek("TABLE"):
                self._at += 1
                yield self._dropped(token)
            elif token.is_word("INTO"):  # of SELECT ... INTO
                yield Change(self._name(), "SELECT INTO", token.line)
            before = token

    def _next(self) -> Token | None:
        if self._at >= len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _look(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _peek(self, *words: str) -> bool:
        token = self._look()
        return token is not None and (token.is_word(*words) or (token.kind == "mark" and token.text in words))

    def _skip(self, *words: str) -> bool:
        found = self._peek(*words)
        self._at += found
        return found

    def _name(self) -> tuple[str, ...]:
        """`[dbo].[Customers]` in its parts."""
        parts = []
        while (token := self._look()) is not None and token.kind in ("name", "word"):
            parts.append(token.value)
            self._at += 1
            if not self._skip("."):
                break
        return tuple(parts)

    def _dropped(self, token: Token) -> Change:
        if self._skip("IF"):
            self._skip("EXISTS")
        return Change(self._name(), "DROP TABLE", token.line)

    def _change(self, token: Token) -> Iterator[Change]:
        if self._peek("STATISTICS"):
            return
        while self._skip("FROM", "TABLE", "INTO", "INSERT"):
            pass
        yield Change(self._name(), token.text.upper(), token.line)

    def _table(self) -> Table:
        name, columns = self._name(), list[Column]()
        for part in self._list() if self._peek("(") else ():
            first = part[0]
            if len(part) < 2 or (first.kind == "word" and first.text.upper() in _NO_COLUMN):
                continue
            made = part[1].is_word("AS") or any(each.is_word("IDENTITY") for each in part)
            columns.append(Column(first.value, part[1].value.lower(), made))
        return Table(name, tuple(columns))

    def _insert(self, token: Token) -> Insert | Change:
        self._skip("INTO")
        name, columns = self._name(), tuple[str, ...]()
        if self._peek("("):
            columns = tuple(part[-1].value for part in self._list())
        if not self._skip("VALUES"):
            return Change(name, "INSERT SELECT", token.line)
        found = Insert(name, columns, token.line)
        while (start := self._look()) is not None and start.text == "(":
            found.rows.append((token.line if not found.rows else start.line, self._list()))
            if not self._skip(","):
                break
        return found

    def _list(self) -> list[Value]:
        """What stands between two brackets, parted at its commas."""
        self._at += 1
        depth, parts = 0, list[Value]([[]])
        while (token := self._next()) is not None:
            if token.text == ")" and token.kind == "mark":
                if not depth:
                    break
                depth -= 1
            depth += token.text == "(" and token.kind == "mark"
            if token.text == "," and token.kind == "mark" and not depth:
                parts.append([])
            else:
                parts[-1].append(token)
        return [part for part in parts if part]


def constant(value: Value, kind: str) -> str | None:
    """A value of a row as text. Unreadable where only a server could compute it."""
    first, *rest = value
    if first.is_word("CAST", "CONVERT") and len(rest) > 3:
        return _cast(first, rest)
    if len(value) == 2 and first.text in "+-" and rest[0].kind == "number":
        return ("-" if first.text == "-" else "") + unmistakable(rest[0].text.lstrip("$"))
    if rest or first.kind not in ("text", "name", "hex", "number", "word"):
        raise _computed(value)
    if first.kind == "word":
        if first.is_word("NULL"):
            return None
        raise _computed(value)
    text = unmistakable(first.value.lstrip("$")) if first.kind == "number" else first.value
    if kind == "bit":
        return {"0": "false", "1": "true"}.get(text, text)
    return _moment(text, kind) if first.kind == "hex" else text


def _cast(first: Token, rest: Value) -> str | None:
    """`CAST(value AS type)`, `CONVERT(type, value)` of a constant, as SQL Server's own scripts write it."""
    inner, at = rest[1:-1], 0
    if first.is_word("CAST"):
        at = next((i for i, each in enumerate(inner) if each.is_word("AS")), 0)
        if at:
            return constant(inner[:at], inner[at + 1].value.lower())
    commas = [i for i, each in enumerate(inner) if each.text == "," and each.kind == "mark"]
    if first.is_word("CONVERT") and len(commas) == 1:
        return constant(inner[commas[0] + 1 :], inner[0].value.lower())
    raise _computed([first, *rest])


def _moment(text: str, kind: str) -> str:
    """Bytes of a moment as older scripts write them; other bytes as they are."""
    data = bytes.fromhex(text[2:].rjust(len(text[2:]) + len(text[2:]) % 2, "0"))
    day = datetime.datetime(1900, 1, 1)
    if kind == "datetime" and len(data) == 8:
        days, ticks = int.from_bytes(data[:4], "big", signed=True), int.from_bytes(data[4:], "big")
        return (day + datetime.timedelta(days, milliseconds=round(ticks * 10 / 3))).isoformat(timespec="milliseconds")
    if kind == "smalldatetime" and len(data) == 4:
        return (
            day + datetime.timedelta(int.from_bytes(data[:2], "big"), minutes=int.from_bytes(data[2:], "big"))
        ).isoformat()
    if kind in ("datetime", "smalldatetime", "datetime2", "date", "time", "datetimeoffset"):
        raise Unreadable("value_computed", f"a moment is written as bytes that are not read: {text[:40]}")
    return text


def _computed(value: Value) -> Unreadable:
    said = " ".join(token.text for token in value)
    return Unreadable("value_computed", f"a value is no constant: {said[:80]}")
