"""Expressions against a real DuckDB: meaning, emptiness, types, and hostile text."""

from collections.abc import Mapping

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.crm.types import Storage
from crm_migrate.mapping.expressions import Column, Compiled, ExpressionError, Name, parse
from crm_migrate.quoting import quoted

STORAGES: dict[str, Storage] = {
    "text": "text",
    "other": "text",
    "amount": "decimal",
    "day": "date",
    "moment": "instant",
    "dead": "boolean",
    "tags": "list",
    "Metin 2": "text",
}


@pytest.fixture(scope="module")
def db() -> duckdb.DuckDBPyConnection:
    return connect()


def connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1, "memory_limit": "200MB", "autoload_known_extensions": False})


def column(name: Name) -> Column:
    return Column(quoted(name.name), STORAGES[name.name])


def run(db: duckdb.DuckDBPyConnection, compiled: Compiled, row: Mapping[str, str | None]) -> tuple[object, object]:
    names = ", ".join(f"{quoted(n)} VARCHAR" for n in STORAGES)
    db.execute(f"CREATE OR REPLACE TEMP TABLE cells ({names})")
    db.execute(f"INSERT INTO cells VALUES ({', '.join('?' * len(STORAGES))})", [row.get(n) for n in STORAGES])
    query = f"SELECT {compiled.sql}, {compiled.incomparable} FROM cells"
    found = db.execute(query, [*compiled.params, *compiled.incomparable_params]).fetchone()
    assert found is not None
    return found[0], found[1]


CONDITIONS = [
    ("text != 'Test'", {}, True),
    ("text = ''", {}, True),
    ("text = null", {"text": "  "}, True),
    ("text", {"text": "\u00a0"}, False),
    ("text != 'Test'", {"text": "Test"}, False),
    ("text = 'Test'", {"text": " Test "}, True),
    ("text = 'ş'", {"text": "s\u0327"}, True),
    ("text = other", {}, True),
    ("not text", {}, True),
    ("text", {"text": "Nolte"}, True),
    ("not text", {"text": "1"}, False),
    ("text or other", {"other": "x"}, True),
    ("text and other", {"other": "x"}, False),
    ("amount >= 0", {"amount": "-0.01"}, False),
    ("amount >= 0", {"amount": "10"}, True),
    ("amount >= 0", {}, False),
    ("amount != 5", {}, True),
    ("amount = 5", {"amount": "5.00"}, True),
    ("amount > 9", {"amount": "10"}, True),
    ("amount = '5'", {"amount": "5.0"}, True),
    ("amount in (1, 2.5)", {"amount": "2.50"}, True),
    ("amount in ('', 2)", {}, True),
    ("amount not in (1, 2)", {}, True),
    ("text in ('a', '')", {}, True),
    ("text not in ('a', 'b')", {"text": "c"}, True),
    ("text > 5", {"text": "10"}, True),
    ("text > 5", {"text": "1.250"}, False),
    ("day < 2025-03-14", {"day": "2025-03-13"}, True),
    ("day = '2025-03-14'", {"day": "2025-03-14"}, True),
    ("text >= 2024-01-01", {"text": "2024-01-01T10:00:00Z"}, True),
    ("moment = 2025-03-14", {"moment": "2025-03-14T23:30:00+03:00"}, True),
    ("moment < other", {"moment": "2025-03-14T10:00:00+03:00", "other": "2025-03-14T08:00:00Z"}, True),
    ("dead", {"dead": "false"}, False),
    ("not dead", {}, True),
    ("dead = false", {}, False),
    ("dead = true", {"dead": "true"}, True),
    ("tags", {"tags": "[]"}, False),
    ("contains(tags, 'VIP')", {"tags": '["a","VIP"]'}, True),
    ("contains(tags, 'VI')", {"tags": '["a","VIP"]'}, False),
    ("contains(text, 'ab')", {"text": "xaby"}, True),
    ("starts_with(text, 'ab')", {"text": "abc"}, True),
    ("ends_with(text, 'ab')", {}, False),
    ("starts_with(text, other)", {"text": "abc"}, False),
    ("[Metin 2] = 'it''s'", {"Metin 2": "it's"}, True),
    ("amount * 2 > 9 and amount - 1 < 100", {"amount": "5"}, True),
    ("amount / 3 * 3 < 1", {"amount": "1"}, True),
    ("-amount < 0", {"amount": "1"}, True),
    ("days_between(day, 2025-03-14) = 4", {"day": "2025-03-10"}, True),
    ("year(day) = 2025 and month(day) = 3", {"day": "2025-03-10"}, True),
    ("length(text) = 3", {"text": "İşı"}, True),
    ("if(text = 'a', amount, 0) > 1", {"text": "a", "amount": "2"}, True),
    ("text = 'a' or other = 'b' and amount > 1", {"text": "a"}, True),
    ("(text = 'a' or other = 'b') and amount > 1", {"text": "a"}, False),
    ("amount = '' ", {}, True),
    ("amount <= 5", {"amount": "5.000000001"}, False),
    ("if(text, amount, null) = coalesce(amount, null)", {}, True),
    ("amount + 1 = amount * 2", {"amount": "1"}, True),
    ("amount + 1 = amount * 2", {"amount": "3"}, False),
]

VALUES = [
    ("concat(text, ' ', [Metin 2])", {"text": "Tur", "Metin 2": "x"}, "Tur x"),
    ("concat(text, other)", {}, None),
    ("text", {"text": ""}, None),
    ("'it''s'", {}, "it's"),
    ("null", {}, None),
    ("amount + 1", {"amount": "0.1"}, "1.1"),
    ("amount * 100", {"amount": "12"}, "1200"),
    ("amount / 3", {"amount": "2"}, "0.666666667"),
    ("amount / 0", {"amount": "2"}, None),
    ("amount + 1", {}, None),
    ("0.1 + 0.2", {}, "0.3"),
    ("round(amount / 3, 2)", {"amount": "-2"}, "-0.67"),
    ("abs(amount)", {"amount": "-2.50"}, "2.5"),
    ("upper(left(text, 1))", {"text": "şaka"}, "Ş"),
    ("right(text, 2)", {"text": "abc"}, "bc"),
    ("replace(text, 'a', 'b')", {"text": "aa"}, "bb"),
    ("trim(text)", {"text": " \ta "}, "a"),
    ("coalesce(text, other, 'z')", {"text": ""}, "z"),
    ("text = 'cleaned'", {"text": "cleaned"}, "true"),
    ("text = 'cleaned'", {}, "false"),
    ("if(text, 'x', null)", {}, None),
    ("year(day)", {"day": "2025-03-10"}, "2025"),
    ("length(text)", {}, "0"),
    ("-amount", {"amount": "5"}, "-5"),
    ("days_between(day, 2025-03-14)", {}, None),
]

INCOMPARABLE = [
    ("text", {"text": "1"}, False),
    ("text", {}, False),
    ("text", {"text": " 0 "}, True),
    ("not text", {"text": "FALSE"}, True),
    ("not text", {"text": "HAYIR"}, True),
    ("text and other", {"text": "0", "other": "x"}, True),
    ("text = '0'", {"text": "0"}, False),
    ("text != ''", {"text": "0"}, False),
    ("amount", {"amount": "0"}, False),
    ("if(text, 1, 2) = 1", {"text": "no"}, True),
    ("amount > 1", {"amount": "abc"}, True),
    ("amount > 1", {}, False),
    ("text > 1", {"text": "1.250"}, True),
    ("text > 1", {"text": "1.250.000,50"}, True),
    ("text > 1", {"text": "1250.500"}, False),
    ("text > 1", {"text": "0.125"}, False),
    ("day < 2025-01-01", {"day": "01.02.2025"}, True),
    ("day < 2025-01-01", {"day": "2025-02-30"}, True),
    ("dead", {"dead": "evet"}, True),
    ("dead", {"dead": "true"}, False),
    ("text = 'N' and other > 1", {"text": "X", "other": "abc"}, False),
    ("text = 'N' and other > 1", {"text": "N", "other": "abc"}, True),
    ("text = 'N' or other > 1", {"text": "N", "other": "abc"}, False),
    ("if(text = 'N', other, 0) > 1", {"text": "N", "other": "abc"}, True),
    ("amount / 0 = 1", {"amount": "1"}, True),
    ("amount * 9999999999999999999999999999 > 1", {"amount": "9999999999999999999999999999"}, True),
    ("moment < other", {"moment": "2025-03-14T10:00:00Z", "other": "soon"}, True),
    ("text = 'x'", {"text": "y"}, False),
    ("text = 'N' and other > 1", {"text": "N", "other": "2"}, False),
    ("text = 'N' or other > 1", {"text": "X", "other": "0"}, False),
    ("if(text = 'N', 0, other) > 1", {"text": "N", "other": "abc"}, False),
]


@pytest.mark.parametrize(("text", "row", "expected"), CONDITIONS)
def test_condition(db: duckdb.DuckDBPyConnection, text: str, row: dict[str, str], expected: bool) -> None:
    assert run(db, parse(text).condition(column), row)[0] is expected
    assert run(db, parse(f"not ({text})").condition(column), row)[0] is not expected


@pytest.mark.parametrize(("text", "row", "expected"), VALUES)
def test_value(db: duckdb.DuckDBPyConnection, text: str, row: dict[str, str], expected: str | None) -> None:
    assert run(db, parse(text).value(column), row)[0] == expected


@pytest.mark.parametrize(("text", "row", "expected"), INCOMPARABLE)
def test_incomparable(db: duckdb.DuckDBPyConnection, text: str, row: dict[str, str], expected: bool) -> None:
    assert run(db, parse(text).condition(column), row)[1] is expected


HOSTILE = [
    "", " ", "\t\n", "'", "''''' ", "'abc", "[abc", "]", "[]", "[ab\nc]", "a b", "a b c", "a = ", "= a", "a == b",
    "a <> b", "a || b", "a && b", "a ! b", "! a", "a = \"b\"", "\"a\"", "`a`", "a;", "a; drop table x",
    "a /* b */", "a = b = c", "a < b < c", "a in", "a in ()", "a in (b)", "a in ('x',)", "a in 'x'", "a not 'x'",
    "a not in ()", "not", "and", "or", "a and", "or a", "a or or b", "a AND b", "a OR b", "NOT a b", "a is null",
    "a IS NULL", "a like 'x'", "a between 1 and 2", "foo(a)", "eval('x')", "system('x')", "read_csv('/etc/passwd')",
    "getenv('HOME')", "__import__('os')", "concat()", "left(a)", "left(a, 1, 2)", "if(a)", "if(a, b)", "lower()",
    "lower(a, b)", "year()", "days_between(a)", "concat(a", "concat(a,", "concat(a,)", "(a", "a)", "()", "((a)",
    "(a))", "1 2", "1.2.3", "1e5", "1_000", "0x10", "1.", ".5", "1,5", "2025-13-01", "2025-02-30", "2025-3-1x",
    "9" * 29, "1.1234567891", "a.", ".a", "a..b", "a[", "a[b", "a[b][c]", "a[b]c", "[a] [b]", "{a}", "{{a}}", "${a}",
    "$a", "%(a)s", "a % b", "a ^ b", "a ~ b", "a -> b", "a := b", "a : b", "?", "a = ?", "@a", "#a", "a # b", "\\a",
    "a\\", "\0", "a\0b", "a = '\n", "(select 1)", "select 1", "case when a then b end", "a::int", "cast(a as int)",
    "x -> x", "lambda x: x", "a if b else c", "(" * 26 + "a" + ")" * 26, "(" * 900, "not " * 40 + "a", "- " * 40 + "1",
    "+".join(["a"] * 40), "a" * 2001, "concat(" * 26 + "a" + ")" * 26, "not(" * 400, "in (1)", "null(", "and(a)",
    "a = 'x' 'y'", "'a' b", "1 a", "a 1", "2025-01-01 a", "a in (1, b)", "a in (concat('x'))", "🙂", "a 🙂 b", "a, b",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_with_a_place(text: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert 0 <= refused.value.offset <= len(text)
    assert refused.value.message


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(set(HOSTILE)) > 100


SENSELESS = [
    "amount = 'abc'", "day < 'soon'", "1", "'text'", "amount = true", "dead = 'evet'", "text < ''", "'' = ''",
    "contains(text, '')", "left(text, amount)", "left(text, 0)", "left(text, -1)", "round(amount, 10)",
    "(text = 'a') + 1", "amount in ('x')", "text and 1", "null",
]  # fmt: skip


@pytest.mark.parametrize("text", SENSELESS)
def test_what_makes_no_sense_with_the_types_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text).condition(column)


def test_names() -> None:
    names = parse("concat(Tur, [Metin 2]) = mail[UNSUB_TIME] and c.industry_c in ('x')").names()
    assert names == {Name(None, "Tur"), Name(None, "Metin 2"), Name("mail", "UNSUB_TIME"), Name(None, "c.industry_c")}


def test_values_travel_as_parameters_only() -> None:
    compiled = parse("text = 'x'' OR 1=1 --'").condition(column)
    assert "OR 1=1" not in compiled.sql
    assert compiled.params == ("x' OR 1=1 --",)


def test_deep_expressions_stay_small(db: duckdb.DuckDBPyConnection) -> None:
    text = "amount"
    for _ in range(10):
        text = f"if(concat({text}, '') = 1, 1, 2)"
    compiled = parse(text).condition(column)
    assert len(compiled.sql) + len(compiled.incomparable) < 400_000
    run(db, compiled, {"amount": "1"})


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "0", "-1.5", "1.250", "abc", "2025-03-14", "2025-03-14T10:00:00Z", "true", "false", "ş"]),
    st.text(max_size=8).filter(lambda t: "\0" not in t),
)
ATOMS = st.sampled_from([
    "text", "other", "amount", "day", "moment", "dead", "tags", "[Metin 2]", "concat(text, other)",
    "coalesce(day, text)", "if(dead, amount, text)", "amount / 3", "amount * amount", "length(text)", "year(day)",
    "days_between(day, other)",
])  # fmt: skip
OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
COMPARISONS = st.one_of(
    ATOMS,
    st.tuples(ATOMS, OPERATORS, ATOMS).map(" ".join),
    st.tuples(ATOMS, st.sampled_from(["in ('a', '')", "not in ('abc')", "= ''", "!= null"])).map(" ".join),
)
LOGIC = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("({0[0]}{0[1]}{0[2]})".format),
    ),
    max_leaves=4,
)
DB = connect()


@settings(max_examples=200, deadline=None)
@given(LOGIC, st.fixed_dictionaries(dict.fromkeys(STORAGES, CELLS)))
def test_two_valued_always(text: str, row: dict[str, str | None]) -> None:
    """A condition or its denial holds, whatever is in the cells; nothing ever raises."""
    try:
        compiled = parse(text).condition(column)
    except ExpressionError as refused:
        assert "number" in refused.message or "day" in refused.message or "true" in refused.message
        return
    found, odd = run(DB, compiled, row)
    denied, odd_too = run(DB, parse(f"not ({text})").condition(column), row)
    assert found in (True, False)
    assert denied is not found
    assert odd in (True, False)
    assert odd == odd_too


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as refused:
        assert refused.offset >= 0


@settings(max_examples=60, deadline=None)
@given(st.decimals(-(10**9), 10**9, places=4), st.decimals(-(10**9), 10**9, places=4))
def test_arithmetic_is_exact(a: object, b: object) -> None:
    from decimal import ROUND_HALF_UP, Decimal, localcontext

    row = {"amount": format(a, "f"), "text": format(b, "f") + "0"}
    with localcontext() as context:
        context.prec = 60
        for sign, expected in (("+", a + b), ("-", a - b), ("*", a * b), ("/", a / b if b else None)):  # type: ignore[operator]
            found, _ = run(DB, parse(f"amount {sign} text").value(column), row)
            wanted = None if expected is None else Decimal(expected).quantize(Decimal("1e-9"), ROUND_HALF_UP)
            assert (None if found is None else Decimal(str(found))) == wanted


@settings(max_examples=60, deadline=None)
@given(CELLS, CELLS)
def test_equal_texts_are_equal_after_trimming(a: str | None, b: str | None) -> None:
    import unicodedata

    def plain(text: str | None) -> str:
        return unicodedata.normalize("NFC", text or "").strip(" \t\r\n\u00a0")

    found, _ = run(DB, parse("text = other").condition(column), {"text": a, "other": b})
    assert found is (plain(a) == plain(b))
