"""Values of an expression as pieces of DuckDB SQL: their text, how it is compared, and how it is read as its type."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm_migrate.crm.types import Storage
from crm_migrate.mapping.expression_syntax import ExpressionError, LiteralNode, Node, valid_date, valid_number

DECIMAL = "DECIMAL(38,9)"
BLANKS = "' \t\r\n\u00a0'"
_TRIMMED = "trim(nfc_normalize({}), " + BLANKS + ")"
_PLAIN = "^[+-]?[0-9]+(?:[.][0-9]+)?$"
# Raw text of a source: `1.250` may be a thousand, so a lone group of three decimals is not taken for a number.
_RAW = "^[+-]?(?:[0-9]+|[0-9]+[.](?:[0-9]{1,2}|[0-9]{4,})|(?:0[0-9]*|[0-9]{4,})[.][0-9]{3})$"
_DAY = "^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?$"
# The words by which flags of exports say no, as DuckDB's `lower` writes them; `f` may be a gender, `h` a class.
_NO = "'0', 'false', 'no', 'n', 'off', 'nein', 'falsch', 'hayır', 'hayir', 'non', 'nee', 'tidak'"
_CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?"


@dataclass(frozen=True, slots=True)
class Column:
    """Where a name's value is: quoted SQL of one column, and how its canonical text is to be read."""

    sql: str
    storage: Storage


@dataclass(frozen=True, slots=True)
class Compiled:
    """DuckDB SQL with positional `?`. `incomparable` is true where a non-empty value could not be read as its type."""

    sql: str
    params: tuple[str, ...]
    incomparable: str = "FALSE"
    incomparable_params: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of SQL and its parameters, in the order of its question marks."""

    text: str
    params: tuple[str, ...] = ()


def fill(template: str, *parts: Piece) -> Piece:
    """`template` with `{}` filled by the parts in order; parameters follow."""
    return Piece(template.format(*(p.text for p in parts)), tuple(q for p in parts for q in p.params))


def join(separator: str, parts: Sequence[Piece]) -> Piece:
    """The pieces with a separator between them."""
    return Piece(separator.join(p.text for p in parts), tuple(q for p in parts for q in p.params))


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled node: `text` is VARCHAR (NULL = empty), `native` the typed SQL if it was computed,
    `condition` set (BOOLEAN, never NULL) if the node says true or false. `odd` are incomparable conditions."""

    text: Piece
    storage: Storage
    odd: tuple[Piece, ...] = ()
    native: Piece | None = None
    condition: Piece | None = None
    literal: LiteralNode | None = None


def either(odd: Sequence[Piece]) -> Piece:
    """Whether any of the conditions holds."""
    return fill("({})", join(" OR ", odd)) if odd else Piece("FALSE")


def constant(node: LiteralNode) -> Value:
    """A constant as a parameter."""
    if node.kind == "boolean":
        return replace(condition_of(Piece(node.value.upper()), ()), literal=node)
    storage: Storage = {"number": "decimal", "date": "date"}.get(node.kind, "text")  # type: ignore[assignment]
    text = Piece("NULL::VARCHAR") if node.kind == "empty" and not node.value else Piece("?::VARCHAR", (node.value,))
    return Value(text, storage, literal=node)


def condition_of(sql: Piece, odd: tuple[Piece, ...]) -> Value:
    """A value that says true or false."""
    text = fill("(CASE WHEN {} THEN 'true' ELSE 'false' END)", sql)
    return Value(text, "boolean", odd, condition=sql)


# ---------------------------------------------------------------------------------------------------- reading values


def normal(value: Value) -> Piece:
    """The text as it is compared: composed, without blanks around it, '' where empty."""
    if value.literal is not None and value.condition is None:
        return Piece("?::VARCHAR", (unicodedata.normalize("NFC", value.literal.value).strip(" \t\r\n\u00a0"),))
    return fill("COALESCE(" + _TRIMMED + ", '')", value.text)


def ordered(value: Value) -> Piece:
    """The text as it is ordered: NULL where empty. (NULLIF over COALESCE under NOT makes DuckDB 2.0 fail to bind.)"""
    return normal(value) if value.literal else fill("NULLIF(" + _TRIMMED + ", '')", value.text)


def filled(value: Value) -> Piece:
    """Whether there is a value."""
    if value.storage == "list":
        return fill("({} NOT IN ('', '[]'))", normal(value))
    return fill("({} <> '')", normal(value))


def truth(value: Value, node: Node) -> Value:
    """A value where a condition stands: not empty, or for a yes/no value: yes.

    A text that says no (the `0` of a column of flags) is not empty and does not mean yes: it is incomparable.
    """
    if value.condition is not None:
        return value
    if isinstance(node, LiteralNode):
        raise ExpressionError("a constant is no condition: write what it is compared with", node.at)
    if value.storage == "boolean":
        return condition_of(fill("({} = 'true')", normal(value)), (*value.odd, *odd_boolean(value)))
    says_no = (_says_no(value),) if value.storage == "text" else ()
    return condition_of(filled(value), (*value.odd, *says_no))


def _says_no(value: Value) -> Piece:
    """Whether a text is a word by which exports say no."""
    return fill(f"(lower({{}}) IN ({_NO}))", normal(value))


def odd_boolean(value: Value) -> tuple[Piece, ...]:
    """Where a yes/no value is neither."""
    if value.literal is not None and value.literal.value not in ("true", "false"):
        raise ExpressionError("yes and no are no such words here: write true or false", value.literal.at)
    return () if value.literal or value.condition else (fill("({} NOT IN ('', 'true', 'false'))", normal(value)),)


def read_as(value: Value, kind: Storage) -> tuple[Piece, tuple[Piece, ...]]:
    """The value as DECIMAL, DATE or TIMESTAMPTZ (NULL where empty or unreadable), and where it is unreadable."""
    if value.literal is not None and value.condition is None:
        return _read_constant(value.literal, kind), ()
    if value.native is not None and kind == "decimal":
        return value.native, value.odd
    pattern = _RAW if value.storage == "text" else _PLAIN
    templates = {
        "decimal": f"TRY_CAST(regexp_extract({{}}, '{_escaped(pattern)}') AS {DECIMAL})",
        "date": f"TRY_CAST(regexp_extract({{}}, '{_escaped(_DAY)}', 1) AS DATE)",
        "instant": _instant_template(),
    }
    read = fill(templates[kind], normal(value))
    return read, (*value.odd, fill("({} <> '' AND {} IS NULL)", normal(value), read))


def _escaped(pattern: str) -> str:
    return pattern.replace("{", "{{").replace("}", "}}")


def _instant_template() -> str:
    zoned = f"regexp_replace({{}}, '^({_escaped(_CLOCK)})$', '\\1Z')"  # no zone means UTC: canonical instants are
    return (
        f"TRY_CAST(regexp_extract({zoned}, '^{_escaped(_CLOCK)}(?:Z|[+-][0-9]{{{{2}}}}(?::?[0-9]{{{{2}}}})?)$')"
        " AS TIMESTAMPTZ)"
    )


def _read_constant(node: LiteralNode, kind: Storage) -> Piece:
    if node.kind == "empty":
        return Piece("NULL")
    if kind == "decimal":
        return Piece(f"CAST(? AS {DECIMAL})", (valid_number(node.value.strip(), node.at),))
    return Piece("CAST(? AS DATE)", (valid_date(node.value.strip()[:10], node.at),))
