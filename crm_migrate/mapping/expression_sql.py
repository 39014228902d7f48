"""An expression's tree as DuckDB SQL: two-valued, parameterised, and never failing on a value.

A value is its canonical text (NULL = empty). It is cast where something is compared or computed, and a non-empty text
that cannot be cast is *incomparable*: that is a second SQL, so that it can become a finding. No operand is written
twice inside `sql`, so its size stays linear; `incomparable` repeats an operand once per level.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

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
)
from crm_migrate.mapping.expression_values import (
    BLANKS,
    DECIMAL,
    Column,
    Compiled,
    Piece,
    Value,
    condition_of,
    constant,
    either,
    fill,
    filled,
    join,
    normal,
    odd_boolean,
    ordered,
    read_as,
    truth,
)

__all__ = ["Column", "Compiled", "Resolve", "compile_condition", "compile_value"]

Resolve = Callable[[Name], Column]


def compile_condition(node: Node, column: Resolve) -> Compiled:
    """The node as a BOOLEAN that is never NULL."""
    value = truth(_visit(node, column), node)
    assert value.condition is not None
    return _finished(value.condition, value.odd)


def compile_value(node: Node, column: Resolve) -> Compiled:
    """The node as VARCHAR canonical text, NULL where empty."""
    value = _visit(node, column)
    return _finished(fill("NULLIF({}, '')", value.text), value.odd)


def _finished(sql: Piece, odd: tuple[Piece, ...]) -> Compiled:
    doubt = either(odd)
    return Compiled(sql.text, sql.params, doubt.text, doubt.params)


def _visit(node: Node, column: Resolve) -> Value:
    match node:
        case LiteralNode():
            return constant(node)
        case NameNode():
            found = column(node.name)
            text = Piece(f"CAST({found.sql} AS VARCHAR)" if found.storage == "reference" else found.sql)
            return Value(text, found.storage)
        case CompareNode():
            return _compare(node, _visit(node.left, column), _visit(node.right, column))
        case InNode():
            return _inside(node, _visit(node.value, column))
        case LogicNode():
            return _logic(node, [truth(_visit(term, column), term) for term in node.terms])
        case CallNode():
            return _call(node, column)


# ---------------------------------------------------------------------------------------------------- comparing


def _kind(values: Sequence[Value]) -> Storage:
    """As what several values are compared: numbers before days before moments before yes/no before texts."""
    kinds = {"decimal" if v.storage == "integer" else v.storage for v in values}
    if "decimal" in kinds:
        return "decimal"
    if "date" in kinds or ("instant" in kinds and any(v.literal is not None for v in values)):
        return "date"  # a moment beside a day counts by its written day
    if "instant" in kinds:
        return "instant"
    return "boolean" if "boolean" in kinds else "text"


def _is_empty(value: Value) -> bool:
    return value.literal is not None and value.literal.kind == "empty"


def _compare(node: CompareNode, left: Value, right: Value) -> Value:
    if node.operator == "!=":
        return _denied(_compare(replace(node, operator="="), left, right))
    if _is_empty(left) or _is_empty(right):
        return _compare_empty(node, left, right)
    kind = _kind((left, right))
    if kind in ("text", "boolean"):
        return _compare_texts(node, left, right, kind)
    if left.condition is not None or right.condition is not None:
        raise ExpressionError(
            "a condition is neither more nor less than a value: write `= true` or `= false` behind it", node.at
        )
    (a, odd_a), (b, odd_b) = read_as(left, kind), read_as(right, kind)
    if node.operator == "=":
        return condition_of(_equal(left, right, a, b), odd_a + odd_b)
    return condition_of(fill("COALESCE({} " + node.operator + " {}, FALSE)", a, b), odd_a + odd_b)


def _equal(left: Value, right: Value, a: Piece, b: Piece) -> Piece:
    """Equal or both empty. A computed value is asked for emptiness by its result, so that it is not written twice."""
    if left.literal is not None or right.literal is not None:
        return fill("COALESCE({} = {}, FALSE)", a, b)
    if _is_leaf(left) and _is_leaf(right):
        return fill("COALESCE({} = {}, {} = '' AND {} = '')", a, b, normal(left), normal(right))
    return fill("({} IS NOT DISTINCT FROM {})", a, b)


def _is_leaf(value: Value) -> bool:
    return not value.text.params and len(value.text.text) < 200


def _compare_empty(node: CompareNode, left: Value, right: Value) -> Value:
    if node.operator != "=":
        raise ExpressionError("with an empty text only two signs make sense: write `=` or `!=`", node.at)
    if _is_empty(left) and _is_empty(right):
        raise ExpressionError("both sides are constants: write a column or field on one of them", node.at)
    other = right if _is_empty(left) else left
    return condition_of(fill("(NOT {})", filled(other)), other.odd)


def _compare_texts(node: CompareNode, left: Value, right: Value, kind: Storage) -> Value:
    odd = left.odd + right.odd
    if kind == "boolean":
        odd += tuple(o for v in (left, right) for o in odd_boolean(v))
    if node.operator == "=":
        return condition_of(fill("({} = {})", normal(left), normal(right)), odd)
    return condition_of(fill("COALESCE({} " + node.operator + " {}, FALSE)", ordered(left), ordered(right)), odd)


def _denied(value: Value) -> Value:
    assert value.condition is not None
    return condition_of(fill("(NOT {})", value.condition), value.odd)


def _inside(node: InNode, value: Value) -> Value:
    members = [constant(m) for m in node.members if m.kind != "empty"]
    empty = len(members) < len(node.members)
    kind = _kind((value, *members)) if members else "text"
    if kind in ("text", "boolean", "instant"):
        texts = [normal(m) for m in members] + [Piece("''")] * empty
        odd = value.odd + (odd_boolean(value) if kind == "boolean" else ())
        return condition_of(fill("({} IN ({}))", normal(value), join(", ", texts)), odd)
    read, odd = read_as(value, kind)
    wanted = join(", ", [read_as(m, kind)[0] for m in members])
    inside = fill("COALESCE({} IN ({}), FALSE)", read, wanted)
    return condition_of(fill("({} OR NOT {})", inside, filled(value)) if empty and _is_leaf(value) else inside, odd)


def _logic(node: LogicNode, terms: list[Value]) -> Value:
    if node.operator == "not":
        return _denied(terms[0])
    conditions = [t.condition for t in terms if t.condition is not None]
    joined = fill("({})", join(f" {node.operator.upper()} ", conditions))
    return condition_of(joined, _guarded(node.operator, terms))


def _guarded(operator: str, terms: list[Value]) -> tuple[Piece, ...]:
    """Terms are judged from left to right: what an earlier term has decided cannot be incomparable any more."""
    if not any(t.odd for t in terms):
        return ()
    stop = " WHEN NOT {} THEN FALSE" if operator == "and" else " WHEN {} THEN FALSE"
    whole = Piece("")
    for term in terms:
        assert term.condition is not None
        if term.odd:
            whole = fill("{} WHEN {} THEN TRUE", whole, either(term.odd))
        whole = fill("{}" + stop, whole, term.condition)
    return (fill("(CASE{} ELSE FALSE END)", whole),)


# ---------------------------------------------------------------------------------------------------- functions


def _call(node: CallNode, column: Resolve) -> Value:
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


def _number(native: Piece, odd: tuple[Piece, ...]) -> Value:
    text = fill("rtrim(rtrim(CAST({} AS VARCHAR), '0'), '.')", native)
    return Value(text, "decimal", odd, native=native)


def _arithmetic(node: CallNode, values: list[Value]) -> Value:
    for value, argument in zip(values, node.arguments, strict=True):
        if value.condition is not None:
            raise ExpressionError("a condition cannot be reckoned with: write `if(condition, 1, 0)`", argument.at)
    (a, odd_a), (b, odd_b) = (read_as(v, "decimal") for v in values)
    native = fill(_ARITHMETIC[node.name], a, b)
    lost = fill("({} IS NOT NULL AND {} IS NOT NULL AND {} IS NULL)", a, b, native)  # overflow, division by zero
    return _number(native, (*odd_a, *odd_b, lost))


def _common(values: Sequence[Value]) -> Storage:
    kinds = {v.storage for v in values if not _is_empty(v)}
    if kinds == {"integer", "decimal"}:
        return "decimal"
    return kinds.pop() if len(kinds) == 1 else "text"


def _choose(node: CallNode, column: Resolve) -> Value:
    test = truth(_visit(node.arguments[0], column), node.arguments[0])
    then, other = (_visit(argument, column) for argument in node.arguments[1:])
    assert test.condition is not None
    odd = test.odd
    if then.odd or other.odd:
        odd += (fill("(CASE WHEN {} THEN {} ELSE {} END)", test.condition, either(then.odd), either(other.odd)),)
    text = fill("(CASE WHEN {} THEN {} ELSE {} END)", test.condition, then.text, other.text)
    return Value(text, _common((then, other)), odd)


def _odds(values: Sequence[Value]) -> tuple[Piece, ...]:
    return tuple(o for v in values for o in v.odd)


def _composed(value: Value) -> Piece:
    return fill("COALESCE(nfc_normalize({}), '')", value.text)


def _text(template: str) -> Callable[[CallNode, list[Value]], Value]:
    def build(node: CallNode, values: list[Value]) -> Value:  # noqa: ARG001 -- one shape for all functions
        return Value(fill(template, *map(_composed, values)), "text", _odds(values))

    return build


def _test(template: str) -> Callable[[CallNode, list[Value]], Value]:
    def build(node: CallNode, values: list[Value]) -> Value:
        if _is_empty(values[1]) and values[1].literal is not None and not values[1].literal.value:
            raise ExpressionError("an empty text is contained in everything: write `= ''` instead", node.at)
        filled = fill("({} <> '')", _composed(values[1]))
        return condition_of(fill("(" + template + " AND {})", *map(_composed, values), filled), _odds(values))

    return build


def _contains(node: CallNode, values: list[Value]) -> Value:
    if values[0].storage != "list":
        return _test("contains({}, {})")(node, values)
    listed = fill("COALESCE(list_contains(TRY_CAST({} AS VARCHAR[]), {}), FALSE)", *map(_composed, values))
    return condition_of(listed, _odds(values))


def _concat(node: CallNode, values: list[Value]) -> Value:  # noqa: ARG001 -- one shape for all functions
    return Value(fill("concat({})", join(", ", [_composed(v) for v in values])), "text", _odds(values))


def _coalesce(node: CallNode, values: list[Value]) -> Value:  # noqa: ARG001 -- one shape for all functions
    texts = [fill("NULLIF({}, '')", v.text) for v in values]
    return Value(fill("COALESCE({})", join(", ", texts)), _common(values), _odds(values))


def _counted(node: CallNode, values: list[Value], least: int) -> Piece:
    literal = values[1].literal
    if literal is None or literal.kind != "number" or "." in literal.value or not least <= int(literal.value) <= 9999:
        raise ExpressionError(
            f"the second argument of `{node.name}` is a count: write a whole number from {least} on", node.at
        )
    return Piece(str(int(literal.value)))


def _part(node: CallNode, values: list[Value]) -> Value:
    template = node.name + "({}, {})"
    return Value(fill(template, _composed(values[0]), _counted(node, values, 1)), "text", _odds(values))


def _round(node: CallNode, values: list[Value]) -> Value:
    native, odd = read_as(values[0], "decimal")
    digits = _counted(node, values, 0)
    if int(digits.text) > 9:
        raise ExpressionError("`round` takes at most nine decimals: write a number from 0 to 9", node.at)
    return _number(fill("CAST(round({}, {}) AS " + DECIMAL + ")", native, digits), odd)


def _abs(node: CallNode, values: list[Value]) -> Value:  # noqa: ARG001 -- one shape for all functions
    native, odd = read_as(values[0], "decimal")
    return _number(fill("abs({})", native), odd)


def _length(node: CallNode, values: list[Value]) -> Value:  # noqa: ARG001 -- one shape for all functions
    return _number(fill("CAST(length({}) AS " + DECIMAL + ")", _composed(values[0])), _odds(values))


def _of_date(template: str) -> Callable[[CallNode, list[Value]], Value]:
    def build(node: CallNode, values: list[Value]) -> Value:  # noqa: ARG001 -- one shape for all functions
        read = [read_as(v, "date") for v in values]
        native = fill("CAST(" + template + " AS " + DECIMAL + ")", *(sql for sql, _ in read))
        return _number(native, tuple(o for _, odd in read for o in odd))

    return build


_FUNCTIONS: dict[str, Callable[[CallNode, list[Value]], Value]] = {
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
    "trim": _text("trim({}, " + BLANKS + ")"),
    "upper": _text("upper({})"),
    "year": _of_date("year({})"),
}
