"""An expression's tree as DuckDB SQL: two-valued, parameterised, and never failing on a value.

A value is its canonical text (NULL = empty). It is cast where something is compared or computed, and a non-empty text
that cannot be cast is *incomparable*: that is a second SQL, so that it can become a finding. No operand is written
twice inside `sql`, so its size stays linear; `incomparable` repeats an operand once per level.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crm_migrate.crm.types import Storage
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
    valid_date,
    valid_number,
)

DECIMAL = "DECIMAL(38,9)"
_BLANKS = "' \t\r\n\u00a0'"
_TRIMMED = "trim(nfc_normalize({}), " + _BLANKS + ")"
_PLAIN = "^[+-]?[0-9]+(?:[.][0-9]+)?$"
# Raw text of a source: `1.250` may be a thousand, so a lone group of three decimals is not taken for a number.
_RAW = "^[+-]?(?:[0-9]+|[0-9]+[.](?:[0-9]{1,2}|[0-9]{4,})|(?:0[0-9]*|[0-9]{4,})[.][0-9]{3})$"
_DAY = "^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?$"
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
class _Sql:
    """A piece of SQL and its parameters, in the order of its question marks."""

    text: str
    params: tuple[str, ...] = ()


def _sql(template: str, *parts: _Sql) -> _Sql:
    """`template` with `{}` filled by the parts in order; parameters follow."""
    return _Sql(template.format(*(p.text for p in parts)), tuple(q for p in parts for q in p.params))


def _join(separator: str, parts: Sequence[_Sql]) -> _Sql:
    return _Sql(separator.join(p.text for p in parts), tuple(q for p in parts for q in p.params))


@dataclass(frozen=True, slots=True)
class _Value:
    """A compiled node: `text` is VARCHAR (NULL = empty), `native` the typed SQL if it was computed,
    `condition` set (BOOLEAN, never NULL) if the node says true or false. `odd` are incomparable conditions."""

    text: _Sql
    storage: Storage
    odd: tuple[_Sql, ...] = ()
    native: _Sql | None = None
    condition: _Sql | None = None
    literal: LiteralNode | None = None


Resolve = Callable[[Name], Column]


def compile_condition(node: Node, column: Resolve) -> Compiled:
    """The node as a BOOLEAN that is never NULL."""
    value = _truth(_visit(node, column), node)
    assert value.condition is not None
    return _finished(value.condition, value.odd)


def compile_value(node: Node, column: Resolve) -> Compiled:
    """The node as VARCHAR canonical text, NULL where empty."""
    value = _visit(node, column)
    return _finished(_sql("NULLIF({}, '')", value.text), value.odd)


def _finished(sql: _Sql, odd: tuple[_Sql, ...]) -> Compiled:
    doubt = _any(odd)
    return Compiled(sql.text, sql.params, doubt.text, doubt.params)


def _any(odd: Sequence[_Sql]) -> _Sql:
    return _sql("({})", _join(" OR ", odd)) if odd else _Sql("FALSE")


def _visit(node: Node, column: Resolve) -> _Value:
    match node:
        case LiteralNode():
            return _constant(node)
        case NameNode():
            found = column(node.name)
            text = _Sql(f"CAST({found.sql} AS VARCHAR)" if found.storage == "reference" else found.sql)
            return _Value(text, found.storage)
        case CompareNode():
            return _compare(node, _visit(node.left, column), _visit(node.right, column))
        case InNode():
            return _inside(node, _visit(node.value, column))
        case LogicNode():
            return _logic(node, [_truth(_visit(term, column), term) for term in node.terms])
        case CallNode():
            return _call(node, column)


def _constant(node: LiteralNode) -> _Value:
    if node.kind == "boolean":
        return replace(_condition(_Sql(node.value.upper()), ()), literal=node)
    storage: Storage = {"number": "decimal", "date": "date"}.get(node.kind, "text")  # type: ignore[assignment]
    text = _Sql("NULL::VARCHAR") if node.kind == "empty" and not node.value else _Sql("?::VARCHAR", (node.value,))
    return _Value(text, storage, literal=node)


def _condition(sql: _Sql, odd: tuple[_Sql, ...]) -> _Value:
    text = _sql("(CASE WHEN {} THEN 'true' ELSE 'false' END)", sql)
    return _Value(text, "boolean", odd, condition=sql)


# ---------------------------------------------------------------------------------------------------- reading values


def _normal(value: _Value) -> _Sql:
    """The text as it is compared: composed, without blanks around it, '' where empty."""
    if value.literal is not None and value.condition is None:
        return _Sql("?::VARCHAR", (unicodedata.normalize("NFC", value.literal.value).strip(" \t\r\n\u00a0"),))
    return _sql("COALESCE(" + _TRIMMED + ", '')", value.text)


def _ordered(value: _Value) -> _Sql:
    """The text as it is ordered: NULL where empty. (NULLIF over COALESCE under NOT makes DuckDB 2.0 fail to bind.)"""
    return _normal(value) if value.literal else _sql("NULLIF(" + _TRIMMED + ", '')", value.text)


def _filled(value: _Value) -> _Sql:
    if value.storage == "list":
        return _sql("({} NOT IN ('', '[]'))", _normal(value))
    return _sql("({} <> '')", _normal(value))


def _truth(value: _Value, node: Node) -> _Value:
    """A value where a condition stands: not empty, or for a yes/no value: yes."""
    if value.condition is not None:
        return value
    if isinstance(node, LiteralNode):
        raise ExpressionError("a constant is no condition: compare it with something", node.at)
    if value.storage == "boolean":
        return _condition(_sql("({} = 'true')", _normal(value)), (*value.odd, *_odd_boolean(value)))
    return _condition(_filled(value), value.odd)


def _odd_boolean(value: _Value) -> tuple[_Sql, ...]:
    if value.literal is not None and value.literal.value not in ("true", "false"):
        raise ExpressionError("yes and no are written true and false", value.literal.at)
    return () if value.literal or value.condition else (_sql("({} NOT IN ('', 'true', 'false'))", _normal(value)),)


def _read(value: _Value, kind: Storage) -> tuple[_Sql, tuple[_Sql, ...]]:
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
    read = _sql(templates[kind], _normal(value))
    return read, (*value.odd, _sql("({} <> '' AND {} IS NULL)", _normal(value), read))


def _escaped(pattern: str) -> str:
    return pattern.replace("{", "{{").replace("}", "}}")


def _instant_template() -> str:
    zoned = f"regexp_replace({{}}, '^({_escaped(_CLOCK)})$', '\\1Z')"  # no zone means UTC: canonical instants are
    return (
        f"TRY_CAST(regexp_extract({zoned}, '^{_escaped(_CLOCK)}(?:Z|[+-][0-9]{{{{2}}}}(?::?[0-9]{{{{2}}}})?)$')"
        " AS TIMESTAMPTZ)"
    )


def _read_constant(node: LiteralNode, kind: Storage) -> _Sql:
    if node.kind == "empty":
        return _Sql("NULL")
    if kind == "decimal":
        return _Sql(f"CAST(? AS {DECIMAL})", (valid_number(node.value.strip(), node.at),))
    return _Sql("CAST(? AS DATE)", (valid_date(node.value.strip()[:10], node.at),))


# ---------------------------------------------------------------------------------------------------- comparing


def _kind(values: Sequence[_Value]) -> Storage:
    """As what several values are compared: numbers before days before moments before yes/no before texts."""
    kinds = {"decimal" if v.storage == "integer" else v.storage for v in values}
    if "decimal" in kinds:
        return "decimal"
    if "date" in kinds or ("instant" in kinds and any(v.literal is not None for v in values)):
        return "date"  # a moment beside a day counts by its written day
    if "instant" in kinds:
        return "instant"
    return "boolean" if "boolean" in kinds else "text"


def _is_empty(value: _Value) -> bool:
    return value.literal is not None and value.literal.kind == "empty"


def _compare(node: CompareNode, left: _Value, right: _Value) -> _Value:
    if node.operator == "!=":
        return _denied(_compare(replace(node, operator="="), left, right))
    if _is_empty(left) or _is_empty(right):
        return _compare_empty(node, left, right)
    kind = _kind((left, right))
    if kind in ("text", "boolean"):
        return _compare_texts(node, left, right, kind)
    if left.condition is not None or right.condition is not None:
        raise ExpressionError("a condition is compared with true or false only", node.at)
    (a, odd_a), (b, odd_b) = _read(left, kind), _read(right, kind)
    if node.operator == "=":
        return _condition(_equal(left, right, a, b), odd_a + odd_b)
    return _condition(_sql("COALESCE({} " + node.operator + " {}, FALSE)", a, b), odd_a + odd_b)


def _equal(left: _Value, right: _Value, a: _Sql, b: _Sql) -> _Sql:
    """Equal or both empty. A computed value is asked for emptiness by its result, so that it is not written twice."""
    if left.literal is not None or right.literal is not None:
        return _sql("COALESCE({} = {}, FALSE)", a, b)
    if _is_leaf(left) and _is_leaf(right):
        return _sql("COALESCE({} = {}, {} = '' AND {} = '')", a, b, _normal(left), _normal(right))
    return _sql("({} IS NOT DISTINCT FROM {})", a, b)


def _is_leaf(value: _Value) -> bool:
    return not value.text.params and len(value.text.text) < 200


def _compare_empty(node: CompareNode, left: _Value, right: _Value) -> _Value:
    if node.operator != "=":
        raise ExpressionError("with an empty text only `=` and `!=` make sense", node.at)
    if _is_empty(left) and _is_empty(right):
        raise ExpressionError("both sides are constants", node.at)
    other = right if _is_empty(left) else left
    return _condition(_sql("(NOT {})", _filled(other)), other.odd)


def _compare_texts(node: CompareNode, left: _Value, right: _Value, kind: Storage) -> _Value:
    odd = left.odd + right.odd
    if kind == "boolean":
        odd += tuple(o for v in (left, right) for o in _odd_boolean(v))
    if node.operator == "=":
        return _condition(_sql("({} = {})", _normal(left), _normal(right)), odd)
    return _condition(_sql("COALESCE({} " + node.operator + " {}, FALSE)", _ordered(left), _ordered(right)), odd)


def _denied(value: _Value) -> _Value:
    assert value.condition is not None
    return _condition(_sql("(NOT {})", value.condition), value.odd)


def _inside(node: InNode, value: _Value) -> _Value:
    members = [_constant(m) for m in node.members if m.kind != "empty"]
    empty = len(members) < len(node.members)
    kind = _kind((value, *members)) if members else "text"
    if kind in ("text", "boolean", "instant"):
        texts = [_normal(m) for m in members] + [_Sql("''")] * empty
        odd = value.odd + (_odd_boolean(value) if kind == "boolean" else ())
        return _condition(_sql("({} IN ({}))", _normal(value), _join(", ", texts)), odd)
    read, odd = _read(value, kind)
    wanted = _join(", ", [_read(m, kind)[0] for m in members])
    inside = _sql("COALESCE({} IN ({}), FALSE)", read, wanted)
    return _condition(_sql("({} OR NOT {})", inside, _filled(value)) if empty and _is_leaf(value) else inside, odd)


def _logic(node: LogicNode, terms: list[_Value]) -> _Value:
    if node.operator == "not":
        return _denied(terms[0])
    conditions = [t.condition for t in terms if t.condition is not None]
    joined = _sql("({})", _join(f" {node.operator.upper()} ", conditions))
    return _condition(joined, _guarded(node.operator, terms))


def _guarded(operator: str, terms: list[_Value]) -> tuple[_Sql, ...]:
    """Terms are judged from left to right: what an earlier term has decided cannot be incomparable any more."""
    if not any(t.odd for t in terms):
        return ()
    stop = " WHEN NOT {} THEN FALSE" if operator == "and" else " WHEN {} THEN FALSE"
    whole = _Sql("")
    for term in terms:
        assert term.condition is not None
        if term.odd:
            whole = _sql("{} WHEN {} THEN TRUE", whole, _any(term.odd))
        whole = _sql("{}" + stop, whole, term.condition)
    return (_sql("(CASE{} ELSE FALSE END)", whole),)


# ---------------------------------------------------------------------------------------------------- functions


def _call(node: CallNode, column: Resolve) -> _Value:
    if node.name == "if":
        return _choose(node, column)
    values = [_visit(argument, column) for argument in node.arguments]
    if node.name in _ARITHMETIC:
        return _arithmetic(node, values)
    return _FUNCTIONS[node.name](node, values)


_ARITHMETIC = {
    "+": f"TRY(CAST({{}} + {{}} AS {DECIMAL}))",
    "-": f"TRY(CAST({{}} - {{}} AS {DECIMAL}))",
    "*": f"TRY(CAST({{}} * {{}} AS {DECIMAL}))",
    # Exact to nine decimals, half up: both sides as whole billionths, ten more digits, the last one rounds.
    "/": "TRY(CAST(CAST((CAST({} * CAST(1000000000 AS DECIMAL(10,0)) AS HUGEINT) * 10000000000)"
    " // CAST({} * CAST(1000000000 AS DECIMAL(10,0)) AS HUGEINT) AS DECIMAL(38,0))"
    f" * CAST('0.0000000001' AS DECIMAL(11,10)) AS {DECIMAL}))",
}


def _number(native: _Sql, odd: tuple[_Sql, ...]) -> _Value:
    text = _sql("rtrim(rtrim(CAST({} AS VARCHAR), '0'), '.')", native)
    return _Value(text, "decimal", odd, native=native)


def _arithmetic(node: CallNode, values: list[_Value]) -> _Value:
    for value, argument in zip(values, node.arguments, strict=True):
        if value.condition is not None:
            raise ExpressionError("a condition cannot be reckoned with", argument.at)
    (a, odd_a), (b, odd_b) = (_read(v, "decimal") for v in values)
    native = _sql(_ARITHMETIC[node.name], a, b)
    lost = _sql("({} IS NOT NULL AND {} IS NOT NULL AND {} IS NULL)", a, b, native)  # overflow, division by zero
    return _number(native, (*odd_a, *odd_b, lost))


def _common(values: Sequence[_Value]) -> Storage:
    kinds = {v.storage for v in values if not _is_empty(v)}
    if kinds == {"integer", "decimal"}:
        return "decimal"
    return kinds.pop() if len(kinds) == 1 else "text"


def _choose(node: CallNode, column: Resolve) -> _Value:
    test = _truth(_visit(node.arguments[0], column), node.arguments[0])
    then, other = (_visit(argument, column) for argument in node.arguments[1:])
    assert test.condition is not None
    odd = test.odd
    if then.odd or other.odd:
        odd += (_sql("(CASE WHEN {} THEN {} ELSE {} END)", test.condition, _any(then.odd), _any(other.odd)),)
    text = _sql("(CASE WHEN {} THEN {} ELSE {} END)", test.condition, then.text, other.text)
    return _Value(text, _common((then, other)), odd)


def _odds(values: Sequence[_Value]) -> tuple[_Sql, ...]:
    return tuple(o for v in values for o in v.odd)


def _composed(value: _Value) -> _Sql:
    return _sql("COALESCE(nfc_normalize({}), '')", value.text)


def _text(template: str) -> Callable[[CallNode, list[_Value]], _Value]:
    def build(node: CallNode, values: list[_Value]) -> _Value:  # noqa: ARG001 -- one shape for all functions
        return _Value(_sql(template, *map(_composed, values)), "text", _odds(values))

    return build


def _test(template: str) -> Callable[[CallNode, list[_Value]], _Value]:
    def build(node: CallNode, values: list[_Value]) -> _Value:
        if _is_empty(values[1]):
            raise ExpressionError("an empty text is contained in everything: compare with '' instead", node.at)
        filled = _sql("({} <> '')", _composed(values[1]))
        return _condition(_sql("(" + template + " AND {})", *map(_composed, values), filled), _odds(values))

    return build


def _contains(node: CallNode, values: list[_Value]) -> _Value:
    if values[0].storage != "list":
        return _test("contains({}, {})")(node, values)
    listed = _sql("COALESCE(list_contains(TRY_CAST({} AS VARCHAR[]), {}), FALSE)", *map(_composed, values))
    return _condition(listed, _odds(values))


def _concat(node: CallNode, values: list[_Value]) -> _Value:  # noqa: ARG001 -- one shape for all functions
    return _Value(_sql("concat({})", _join(", ", [_composed(v) for v in values])), "text", _odds(values))


def _coalesce(node: CallNode, values: list[_Value]) -> _Value:  # noqa: ARG001 -- one shape for all functions
    texts = [_sql("NULLIF({}, '')", v.text) for v in values]
    return _Value(_sql("COALESCE({})", _join(", ", texts)), _common(values), _odds(values))


def _counted(node: CallNode, values: list[_Value], least: int) -> _Sql:
    literal = values[1].literal
    if literal is None or literal.kind != "number" or "." in literal.value or not least <= int(literal.value) <= 9999:
        raise ExpressionError(f"the second argument of `{node.name}` is a whole number from {least} on", node.at)
    return _Sql(str(int(literal.value)))


def _part(node: CallNode, values: list[_Value]) -> _Value:
    template = node.name + "({}, {})"
    return _Value(_sql(template, _composed(values[0]), _counted(node, values, 1)), "text", _odds(values))


def _round(node: CallNode, values: list[_Value]) -> _Value:
    native, odd = _read(values[0], "decimal")
    digits = _counted(node, values, 0)
    if int(digits.text) > 9:
        raise ExpressionError("`round` takes at most nine decimals", node.at)
    return _number(_sql("CAST(round({}, {}) AS " + DECIMAL + ")", native, digits), odd)


def _abs(node: CallNode, values: list[_Value]) -> _Value:  # noqa: ARG001 -- one shape for all functions
    native, odd = _read(values[0], "decimal")
    return _number(_sql("abs({})", native), odd)


def _length(node: CallNode, values: list[_Value]) -> _Value:  # noqa: ARG001 -- one shape for all functions
    return _number(_sql("CAST(length({}) AS " + DECIMAL + ")", _composed(values[0])), _odds(values))


def _of_date(template: str) -> Callable[[CallNode, list[_Value]], _Value]:
    def build(node: CallNode, values: list[_Value]) -> _Value:  # noqa: ARG001 -- one shape for all functions
        read = [_read(v, "date") for v in values]
        native = _sql("CAST(" + template + " AS " + DECIMAL + ")", *(sql for sql, _ in read))
        return _number(native, tuple(o for _, odd in read for o in odd))

    return build


_FUNCTIONS: dict[str, Callable[[CallNode, list[_Value]], _Value]] = {
    "abs": _abs,
    "coalesce": _coalesce,
    "concat": _concat,
    "contains": _contains,
    "days_between": _of_date("date_diff('day', {}, {})"),
    "ends_with": _test("ends_with({}, {})"),
    "left": _part,
    "length": _length,
    "lower": _text("lower({})"),
    "month": _of_date("month({})"),
    "replace": _text("replace({}, {}, {})"),
    "right": _part,
    "round": _round,
    "starts_with": _test("starts_with({}, {})"),
    "trim": _text("trim({}, " + _BLANKS + ")"),
    "upper": _text("upper({})"),
    "year": _of_date("year({})"),
}
