"""Expressions of the mapping language: `where`, `when`, `assert`, `skip`, KPI filters and `= value` cells.

Parsed here, compiled to parameterised DuckDB SQL, never evaluated in Python. Grammar: `expression_syntax`.

* Two-valued: a condition is true or false, never unknown. Empty (NULL), `''` and blanks around a text are the same
  as nothing; a bare name means "not empty", for a yes/no value "yes". A text that says no (`0`, `false`, `nein`) is
  neither there: it is `incomparable`, and `is_test = '0'` or `is_test != ''` says what is meant.
* `=` and `!=` know empty values (two empty values are equal); an order (`<`, `>=` ...) with an empty side is false.
* A comparison is typed by its sides: numbers before days before moments before yes/no before texts. A non-empty value
  that cannot be read as that type makes the comparison false and `incomparable` true.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.mapping.expression_sql import Column, Compiled, Resolve, compile_condition, compile_value
from crm_migrate.mapping.expression_syntax import (
    CallNode,
    CompareNode,
    ExpressionError,
    InNode,
    LiteralNode,
    LogicNode,
    Name,
    NameNode,
    Node,
    Parser,
)

__all__ = ["Column", "Compiled", "Expression", "ExpressionError", "Name", "parse"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression; `text` is what was written."""

    text: str
    tree: Node

    def names(self) -> frozenset[Name]:
        """Every column or field that the expression speaks of."""
        return frozenset(node.name for node in self.occurrences())

    def occurrences(self) -> tuple[NameNode, ...]:
        """Every name with its place (`at`, 0-based), in the order written."""
        return tuple(sorted(_occurrences(self.tree), key=lambda node: node.at))

    def compared(self) -> tuple[tuple[Name, LiteralNode], ...]:
        """Every name with each constant that it is compared with; a constant knows its place (`at`, 0-based)."""
        return tuple(_compared(self.tree))

    def condition(self, column: Resolve) -> Compiled:
        """DuckDB SQL: BOOLEAN, never NULL. ExpressionError where the storages make no sense together."""
        return compile_condition(self.tree, column)

    def value(self, column: Resolve) -> Compiled:
        """DuckDB SQL: VARCHAR canonical text, NULL where empty. ExpressionError as in `condition`."""
        return compile_value(self.tree, column)


def parse(text: str) -> Expression:
    """Read an expression (at most 2,000 characters, 25 levels). Raises ExpressionError(message, offset)."""
    return Expression(text, Parser(text).parse())


def _occurrences(node: Node) -> tuple[NameNode, ...]:
    match node:
        case NameNode():
            return (node,)
        case LiteralNode():
            return ()
        case InNode():
            return _occurrences(node.value)
        case CompareNode():
            return _occurrences(node.left) + _occurrences(node.right)
        case CallNode():
            return tuple(name for part in node.arguments for name in _occurrences(part))
        case LogicNode():
            return tuple(name for part in node.terms for name in _occurrences(part))


def _compared(node: Node) -> Iterator[tuple[Name, LiteralNode]]:
    match node:
        case InNode():
            if isinstance(node.value, NameNode):
                yield from ((node.value.name, member) for member in node.members)
            yield from _compared(node.value)
        case CompareNode():
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, NameNode) and isinstance(other, LiteralNode):
                    yield one.name, other
                yield from _compared(one)
        case CallNode():
            yield from (found for part in node.arguments for found in _compared(part))
        case LogicNode():
            yield from (found for part in node.terms for found in _compared(part))
        case NameNode() | LiteralNode():
            return
