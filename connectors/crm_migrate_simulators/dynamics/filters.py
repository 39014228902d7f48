"""`$filter`: conditions of OData, as far as an environment takes them, made a function of a row."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.dynamics.problems import Failure

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
Value = Callable[[str], Any]  # of a name: the literal that an alias stands for

_TOKEN = re.compile(
    r"\s*(?P<text>'(?:[^']|'')*')|\s*(?P<list>\[[^\]]*\])|\s*(?P<mark>[(),=])"
    r"|\s*(?P<word>[^\s(),=']+)"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "gt": lambda one, other: one is not None and other is not None and one > other,
    "ge": lambda one, other: one is not None and other is not None and one >= other,
    "lt": lambda one, other: one is not None and other is not None and one < other,
    "le": lambda one, other: one is not None and other is not None and one <= other,
}
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda one, other: other in one,
    "startswith": lambda one, other: one.startswith(other),
    "endswith": lambda one, other: one.endswith(other),
}
_IN = "Microsoft.Dynamics.CRM.In"
_WORDS = {"null": None, "true": True, "false": False}


def condition(text: str, known: Callable[[str], str | None], aliases: Mapping[str, str]) -> Test:
    """The function of a filter; `known` says the column of a name, None where there is none. Raises Failure."""
    reader = _Reader(text, known, aliases)
    test = reader.either()
    if reader.peek():
        raise _bad(f"Syntax error at position {reader.at} in '{text[:60]}'.")
    return test


def _bad(words: str) -> Failure:
    return Failure(400, "0x80060888", words)


def _plain(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class _Reader:
    def __init__(self, text: str, known: Callable[[str], str | None], aliases: Mapping[str, str]) -> None:
        self._tokens, self.at = _tokens(text), 0
        self._known, self._aliases = known, aliases

    def peek(self) -> str:
        return self._tokens[self.at] if self.at < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        said = self.peek()
        if not said or (wanted and said != wanted):
            raise _bad(f"Syntax error: '{wanted or 'a word'}' expected at position {self.at}.")
        self.at += 1
        return said

    def either(self) -> Test:
        tests = [self._all()]
        while self.peek() == "or":
            self._take()
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self.peek() == "and":
            self._take()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        said = self._take()
        if said == "not":
            test = self._one()
            return lambda row: not test(row)
        if said == "(":
            test = self.either()
            self._take(")")
            return test
        if said == _IN:
            return self._among()
        if said in _TEXTS:
            return self._text(_TEXTS[said])
        return self._compared(self._column(said))

    def _column(self, said: str) -> str:
        column = self._known(said)
        if column is None:
            raise _bad(f"Could not find a property named '{said}'.")
        return column

    def _compared(self, column: str) -> Test:
        by = self._take()
        if by not in _COMPARE:
            raise _bad(f"Syntax error: '{by}' is no operator.")
        other, compare = _plain(self._literal(self._take())), _COMPARE[by]
        return lambda row: compare(_plain(row.get(column)), other)

    def _text(self, compare: Callable[[str, str], bool]) -> Test:
        self._take("(")
        column = self._column(self._take())
        self._take(",")
        other = str(self._literal(self._take())).casefold()
        self._take(")")
        return lambda row: compare(str(row.get(column) or "").casefold(), other)

    def _among(self) -> Test:
        self._take("(")
        said: dict[str, Any] = {}
        for last in (",", ")"):
            name = self._take()
            self._take("=")
            said[name] = self._literal(self._take())
            self._take(last)
        if not isinstance(said.get("PropertyValues"), list):
            raise _bad("PropertyValues is a list of texts")
        column = self._column(str(said.get("PropertyName")))
        values = {str(each).casefold() for each in said["PropertyValues"]}
        return lambda row: row.get(column) is not None and str(row[column]).casefold() in values

    def _literal(self, said: str) -> Any:
        if said.startswith("@"):
            if said not in self._aliases:
                raise _bad(f"The parameter alias '{said}' has no value.")
            return self._literal(_only(self._aliases[said]))
        if said.startswith("'"):
            return said[1:-1].replace("''", "'")
        if said.startswith("["):
            return _listed(said)
        if said in _WORDS:
            return _WORDS[said]
        try:
            return float(said) if "." in said else int(said)
        except ValueError:
            return said  # a guid, a day or a moment


def _only(text: str) -> str:
    return text.strip()


def _listed(said: str) -> list[Any]:
    try:
        found: list[Any] = json.loads(said)
    except ValueError:
        raise _bad("a list that is no JSON") from None
    return found


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise _bad(f"Syntax error at position {at}.")
        found.append(next(each for each in token.groups() if each is not None))
        at = token.end()
    return found
