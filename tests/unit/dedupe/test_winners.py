"""Which member of a cluster gives which cell: every rule over a handful of members, in the database and no stage."""

import duckdb
import pytest
import staged

from crm_migrate.mapping.plan import FeedPlan, FieldPlan, ObjectPlan
from crm_migrate.stages.dedupe.survivorship import COMPUTED, SURVIVAL, block_of, conflicts, criterion, winners

Cell = str | None
RANKS = ("__by_trust", "__by_new", "__by_old")


def accounts(*fields: FieldPlan) -> ObjectPlan:
    return ObjectPlan(
        name="accounts", entity="organisation", target="accounts", feeds=(FeedPlan(source="a"),), fields=fields
    )


def query(
    fields: list[FieldPlan], members: list[tuple[Cell, ...]], ask: str, changed: str = ""
) -> list[dict[str, object]]:
    """Ask about members that are in the order of trust; of `changed` their order from the newest to the oldest."""
    order = changed or "".join(map(str, range(len(members))))
    columns = ["__cluster BIGINT", "__node BIGINT", "__source VARCHAR", "__changed VARCHAR"]
    columns += [f"{rank} BIGINT" for rank in RANKS] + [f'"{f.name}" VARCHAR' for f in fields]
    with duckdb.connect() as db:
        db.execute(f"CREATE TABLE members ({', '.join(columns)})")
        for at, cells in enumerate(members):
            new = order.index(str(at))
            row = [1, 10 + at, f"s{at}", f"202{9 - new}-01-01T00:00:00", at, new, len(members) - new, *cells]
            db.execute(f"INSERT INTO members VALUES ({', '.join('?' * len(row))})", row)
        found = db.execute(ask)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def won(survive: str, *values: Cell, kind: str = "text", changed: str = "") -> tuple[object, object]:
    """The value that survives, and the place of its member (None: it is computed of all, or nobody has any)."""
    fields = [staged.field("value", kind, survive=survive)]
    plan = accounts(*fields)
    (row,) = query(fields, [(value,) for value in values], winners(plan, "members"), changed)
    node = row["value/node"]
    return row["value"], None if node is None else int(str(node)) - 10


@pytest.mark.parametrize(
    ("survive", "values", "survives", "who"),
    [
        ("trust", ("a", "b"), "a", 0),
        ("trust", (None, "b"), "b", 1),
        ("trust", (None, None), None, None),
        ("equal", ("a", "a"), "a", 0),
        ("first", ("a", "b"), "a", 0),
        ("longest", ("a", "bb", "cc"), "bb", 1),
        ("most_common", ("a", "b", "b"), "b", 1),
        ("most_common", ("a", "b", "c"), "a", 0),
        ("most_common", (None, None, "c"), "c", 2),
        ("any_true", ("false", "true", "true"), "true", 1),
        ("any_true", ("false", "false"), "false", 0),
        ("all_true", ("true", "false", "false"), "false", 1),
        ("all_true", ("true", "true"), "true", 0),
        ("strictest", ("granted", "withdrawn"), "withdrawn", 1),
        ("strictest", ("granted", "no idea"), "no idea", 1),  # counts as unknown, which is stricter
        ("most_complete", ("A. Kaya", "Ayse Kaya"), "Ayse Kaya", 1),  # words before initials
        ("most_complete", ("Ayse Kaya", "Ayşe Kaya"), "Ayşe Kaya", 1),  # then diacritics
        ("most_complete", ("AYŞE KAYA", "Ayşe Kaya"), "Ayşe Kaya", 1),  # then two cases
        ("most_complete", ("ayşe kaya", "Ayşe Kaya"), "Ayşe Kaya", 1),
        ("most_complete", ("Ayşe Kaya", "Ayse Can Kaya"), "Ayse Can Kaya", 1),  # in this order
        ("most_complete", ("Ayse Kaya", "AYŞE KAYA"), "AYŞE KAYA", 1),
        ("most_complete", ("Ali Kaya", "Veli Kaya"), "Ali Kaya", 0),
        ("concat", ("a", None, "b", "a"), "a; b", None),
        ("concat", (None, None), None, None),
        ("union", ('["b"]', '["a","b"]'), '["a","b"]', None),
        ("union", ("b", '["a"]'), '["a","b"]', None),
        ("union", ('["a"]', '["a"]', None), '["a"]', None),
        ("append", ("calls", "pays", "calls"), "[s0 2029-01-01] calls\n[s1 2028-01-01] pays", None),
        ("append", ("calls", "calls", None), "calls", None),
    ],
)
def test_every_rule(survive: str, values: tuple[Cell, ...], survives: Cell, who: int | None) -> None:
    assert won(survive, *values) == (survives, who)


@pytest.mark.parametrize(
    ("survive", "kind", "values", "survives", "who"),
    [
        ("max", "number", ("9", "10", "nothing"), "10", 1),
        ("min", "number", ("10", "9", "nothing"), "9", 1),
        ("max", "money", ("9.5", "10", "9.75"), "10", 1),
        ("max", "integer", ("9", "10"), "10", 1),
        ("max", "date", ("2020-01-01", "2021-01-01"), "2021-01-01", 1),
        ("newest", "date", ("2020-01-01", "2021-01-01", "2021-01-01"), "2021-01-01", 1),
        ("oldest", "date", ("2021-01-01", "2020-01-01"), "2020-01-01", 1),
        ("oldest", "date", ("2020-01-01", "2021-01-01", "2022-01-01"), "2020-01-01", 0),
        ("oldest", "date", ("0001-00-00", "2020-01-01"), "2020-01-01", 1),  # what is no date comes last
        ("newest", "instant", ("2020-01-01T10:00:00+03:00", "2020-01-01T08:00:00+00:00"),
         "2020-01-01T08:00:00+00:00", 1),
        ("max", "text", ("b", "c", "a"), "c", 1),
        # Of what is no time, the newest is the cell of the record that was changed last.
        ("newest", "text", ("a", "b", "c"), "c", 2),
        ("oldest", "text", ("a", "b", "c"), "b", 1),
        ("newest", "text", ("a", "b", None), "a", 0),
    ],
)  # fmt: skip
def test_values_are_compared_as_what_they_are(
    survive: str, kind: str, values: tuple[Cell, ...], survives: Cell, who: int
) -> None:
    assert won(survive, *values, kind=kind, changed="201"[: len(values)] if len(values) > 2 else "01") == (
        survives,
        who,
    )


ADDRESS = [staged.field(n, n, survive="block", block="address") for n in ("street", "city", "country")]
MONEY = [staged.field("amount", "money", survive="never_merged"), staged.field("currency", "currency")]


@pytest.mark.parametrize(
    ("fields", "members", "changed", "survives", "who"),
    [
        (ADDRESS, [("a", "b", "c"), ("d", "e", "f")], "", ("a", "b", "c"), (10, 10, 10)),
        (ADDRESS, [(None, None, "c"), ("d", "e", None)], "", ("d", "e", None), (11, 11, None)),  # lonely
        (ADDRESS, [(None, "b", None), (None, None, "f")], "", (None, "b", None), (None, 10, None)),
        (ADDRESS, [(None, None, None), ("d", None, None)], "", ("d", None, None), (11, None, None)),
        (ADDRESS, [("a", "b", None), ("d", "e", "f")], "", ("a", "b", None), (10, 10, None)),
        (ADDRESS[:2], [(None, "b"), ("c", "d")], "", ("c", "d"), (11, 11)),
        # One field of the block that says newest or oldest says it for all of them.
        ([ADDRESS[0], staged.field("city", "city", survive="newest", block="address")], [("a", "b"), ("c", "d")], "10",
         ("c", "d"), (11, 11)),
        ([ADDRESS[0], staged.field("city", "city", survive="oldest", block="address")], [("a", "b"), ("c", "d")], "01",
         ("c", "d"), (11, 11)),
        # An amount stays with its currency, also where it has none.
        (MONEY, [("5", None), ("7", "EUR")], "", ("5", None), (10, None)),
        (MONEY, [(None, "TRY"), ("7", "EUR")], "", (None, "TRY"), (None, 10)),
        (MONEY, [(None, None), ("7", "EUR")], "", ("7", "EUR"), (11, 11)),
        # A block of one field knows nobody lonely.
        ([staged.field("street", "street", survive="block", block="x")], [("a",), ("b",)], "", ("a",), (10,)),
    ],
)  # fmt: skip
def test_fields_of_a_block_come_from_one_member(
    fields: list[FieldPlan], members: list[tuple[Cell, ...]], changed: str, survives: tuple[Cell, ...],
    who: tuple[int | None, ...],
) -> None:  # fmt: skip
    plan = accounts(*fields)
    (row,) = query(fields, members, winners(plan, "members"), changed)
    assert tuple(row[field.name] for field in fields) == survives
    assert tuple(row[f"{field.name}/node"] for field in fields) == who


def test_every_field_of_a_record_survives_by_its_own_rule() -> None:
    rules = ("concat", "max", "trust", "union", "most_common", "min")
    fields = [staged.field(f"{rule}-{at}", survive=rule) for at, rule in enumerate(rules)]
    (row,) = query(fields, [("a",) * 6, ("b",) * 6, ("b",) * 6], winners(accounts(*fields), "members"))
    assert [row[field.name] for field in fields] == ["a; b", "b", "a", '["a","b"]', "b", "a"]


def test_what_no_member_says_alone() -> None:
    """An enrichment has no node: it is -1, and comes last where the first record wins."""
    fields = [staged.field("value", survive="first"), staged.field("other", survive="trust")]
    plan = accounts(*fields)
    members = "(SELECT * REPLACE (CASE WHEN __by_trust = 0 THEN NULL ELSE __node END AS __node) FROM members)"
    (row,) = query(fields, [("a", "x"), ("b", "y")], winners(plan, members))
    assert (row["value"], row["value/node"], row["other"], row["other/node"]) == ("b", 11, "x", -1)


def test_clusters_that_contradict_each_other_are_named_with_the_field() -> None:
    fields = [staged.field(name, survive=how) for name, how in (("a", "equal"), ("b", "equal"), ("c", "trust"))]
    plan = accounts(*fields)
    ask = conflicts(plan, "members")
    assert ask is not None
    assert query(fields, [("1", "2", "3"), ("1", "9", "4"), (None, None, None)], ask) == [
        {"__cluster": 1, "field": "b"}
    ]
    assert query(fields, [("1", "2", "3"), ("1", "2", "4")], ask) == []
    assert conflicts(accounts(fields[2]), "members") is None


def test_every_word_of_survive_has_its_rule_and_no_other() -> None:
    for word in SURVIVAL - {"block", "never_merged"}:
        assert bool(criterion(staged.field("value", survive=word)).computed) == (word in COMPUTED)
    with pytest.raises(ValueError, match="unknown rule of survivorship: best"):
        criterion(staged.field("value", survive="best"))


@pytest.mark.parametrize(
    ("field", "block"),
    [
        (staged.field("a", "money", survive="never_merged"), "__money"),
        (staged.field("a", "money", survive="never_merged", block="price"), "price"),
        (staged.field("a", "currency"), "__money"),
        (staged.field("a", "currency", block="price"), "price"),
        (staged.field("a", "money"), None),
        (staged.field("a", "text", block="x"), "x"),
    ],
)
def test_money_survives_with_its_currency(field: FieldPlan, block: str | None) -> None:
    assert block_of(field) == block


def test_an_object_without_fields_still_has_its_clusters() -> None:
    plan = accounts()
    assert query([], [(), ()], winners(plan, "members")) == [{"__cluster": 1}]
