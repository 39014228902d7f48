"""CHECK constraints are read where they are simple, and left alone where they are not."""

import pytest

from crm_migrate_sql.checks import Rule, read_check


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("kind IN ('a', 'it''s')", [Rule("kind", "in", ("a", "it's"))]),
        ('"Kind of" IN (\'a\')', [Rule("Kind of", "in", ("a",))]),
        (
            "(kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])",
            [Rule("kind", "in", ("a", "b"))],
        ),
        ("kind = ANY (ARRAY['a'::text, 'b'::text])", [Rule("kind", "in", ("a", "b"))]),
        ("amount >= 0::numeric", [Rule("amount", ">=", ("0",))]),
        ("amount > '-5'::integer::numeric", [Rule("amount", ">", ("-5",))]),
        ("(x > ('-5'::integer)::numeric)", [Rule("x", ">", ("-5",))]),
        ("0 <= amount", [Rule("amount", ">=", ("0",))]),
        ("((amount >= 0) AND (amount <= 100.5))", [Rule("amount", ">=", ("0",)), Rule("amount", "<=", ("100.5",))]),
        ("amount BETWEEN 1 AND 9 and kind <> ''", [*(Rule("amount", o, (v,)) for o, v in ((">=", "1"), ("<=", "9"))),
                                                   Rule("kind", "<>", ("",))]),
        ("kind IS NULL OR kind != 'x'", [Rule("kind", "<>", ("x",))]),
        ("length(name) <= 40", [Rule("name", "length <=", ("40",))]),
        ("char_length((name)::text) > 2", [Rule("name", "length >", ("2",))]),
        ("name IS NOT NULL", [Rule("name", "filled")]),
        ("born >= '1900-01-01'::date", [Rule("born", ">=", ("1900-01-01",))]),
    ],
)  # fmt: skip
def test_simple_checks_are_read(text: str, rules: list[Rule]) -> None:
    assert read_check(text) == tuple(rules)


@pytest.mark.parametrize(
    "text",
    [
        "", "a > b", "lower(name) = 'x'", "amount::integer >= 0", "name ~ '^[a-z]+$'", "name LIKE 'a%'",
        "kind NOT IN ('a')", "kind IN ('a') OR amount > 0", "kind IS NULL OR amount > 0", "NOT (amount > 0)",
        "amount + 1 > 0", "amount > 0 OR amount < -5 OR kind = 'x'", "kind IN (SELECT 1)", "amount NOT BETWEEN 1 AND 2",
        "a = ANY (b)", "kind IN ()", "(amount > 0", "length(name) = 4", "name COLLATE nocase = 'x'",
        "mail IS NULL OR mail IS NOT NULL", "kind = 'x' COLLATE nocase", "amount > 0 AND born > now()",
    ],
)  # fmt: skip
def test_what_is_more_than_that_is_not_foreseen(text: str) -> None:
    assert read_check(text) is None
