"""Two relations, cell by cell: whatever differs is found, whatever does not is no alarm, and causes have names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migrate.quoting import quoted
from crm_migrate.stages.reconcile.causes import define, same_by
from crm_migrate.stages.reconcile.comparing import CLASSES, Compared, Comparison, Kept, compare
from crm_migrate.stages.reconcile.equivalences import equivalences
from crm_migrate.workspace.figures import Cause, FieldFigure
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations

FIELDS = (
    Compared("name", "text"),
    Compared("mail", "email"),
    Compared("phone", "phone"),
    Compared("amount", "money"),
    Compared("day", "date"),
    Compared("at", "instant"),
    Compared("yes", "boolean"),
    Compared("tags", "tags"),
)
NAMES = [field.name for field in FIELDS]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relations]:
    with relations(Run(tmp_path_factory.mktemp("run"), "r1"), "reconcile", partial=True) as found:
        define(found)
        yield found


Record = dict[str, Any]


def compared(
    tables: Relations, expected: list[Record], actual: list[Record], kept: Kept | None = None
) -> tuple[Comparison, list[Record]]:
    """Run the comparison over two lists of records; the cells that it lists."""
    for name in tables.rows("SELECT table_name FROM duckdb_tables() WHERE temporary"):
        tables.execute(f"DROP TABLE {quoted(name[0])}")
    text = [(name, pa.string()) for name in ("__entity", *NAMES)]
    left = [row | {"__position": n} for n, row in enumerate(expected)]
    right = [{"target_id": f"t{n}"} | row for n, row in enumerate(actual)]
    tables.connection.register("e", pa.Table.from_pylist(left, schema=pa.schema([*text, ("__position", pa.int64())])))
    tables.connection.register("a", pa.Table.from_pylist(right, schema=pa.schema([*text, ("target_id", pa.string())])))
    found = compare(tables, "x", "e", "a", FIELDS, kept)
    listed = tables.rows(f"SELECT __entity, field, class, cause FROM {found.cells} ORDER BY ALL")
    return found, [dict(zip(("entity", "field", "class", "cause"), row, strict=True)) for row in listed]


def record(number: int, **cells: str | None) -> Record:
    """A full record; every cell is different from that of any other number."""
    return {
        "__entity": f"e{number}",
        "name": f"Çağrı Işık {number}",
        "mail": f"cagri{number}@isik.example",
        "phone": f"+9053200000{number:02}",
        "amount": f"{1000 + number * 7}.{number % 90 + 10}",
        "day": f"2025-03-{number % 27 + 2:02}",
        "at": f"2025-03-{number % 27 + 1:02}T10:00:00Z",
        "yes": "true",
        "tags": f'["a{number}", "b"]',
    } | cells


values = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
records = st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, values)), max_size=8)
relaxed = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def keyed(found: list[dict[str, Any]]) -> list[Record]:
    return [{"__entity": f"e{number}"} | row for number, row in enumerate(found)]


@relaxed
@given(records)
def test_equal_sides_are_never_an_alarm(tables: Relations, found: list[dict[str, Any]]) -> None:
    comparison, cells = compared(tables, keyed(found), list(reversed(keyed(found))))

    assert cells == []
    assert all(sum(classes.values()) == len(found) for classes in comparison.classes.values())


@relaxed
@given(records.filter(bool), st.data())
def test_any_single_change_is_found_and_nothing_else(tables: Relations, found: list[Any], data: st.DataObject) -> None:
    actual = [dict(row) for row in keyed(found)]
    row, name = data.draw(st.sampled_from(actual)), data.draw(st.sampled_from(NAMES))
    before = row[name] or None
    row[name] = data.draw(values.filter(lambda value: (value or None) != before))

    comparison, cells = compared(tables, keyed(found), actual)

    assert [(cell["entity"], cell["field"]) for cell in cells] == [(row["__entity"], name)]
    assert set(comparison.classes[name]) == set(CLASSES)
    assert sum(comparison.classes[name].values()) == len(found)


@relaxed
@given(records.filter(bool), st.data())
def test_a_record_that_is_not_there_is_lost_in_every_filled_field(
    tables: Relations, found: list[Any], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(0, len(found) - 1))
    actual = [row for number, row in enumerate(keyed(found)) if number != gone]

    _, cells = compared(tables, keyed(found), actual)

    filled = sorted(name for name in NAMES if found[gone][name])
    assert [(cell["field"], cell["cause"]) for cell in cells] == [(name, "record missing") for name in filled]


NORMALISED = [
    ("name", "Çağrı", " Çağrı ", "blanks around a value"),
    ("name", "a\nb", "a\r\nb", "line ends"),
    ("name", "e\u0301", "é", "Unicode form"),
    ("name", "R&D <3", "<p>R&amp;D &lt;3</p>", "HTML wrapper"),
    ("mail", "ayse@isik.example", "Ayse@Isik.example", "capitals of a mailbox"),
    ("phone", "+905320000001", "+90 532 000 00 01", "phone format"),
    ("phone", "+905320000001", "0090 532 0000001", "phone format"),
    ("amount", "1250.50", "1250.5", "number format"),
    ("amount", "1250", "1250.00", "number format"),
    ("day", "2025-03-05", "2025-03-05T00:00:00Z", "date format"),
    ("at", "2025-03-05T10:00:00Z", "2025-03-05T13:00:00+03:00", "instant format"),
    ("yes", "true", "1", "boolean format"),
    ("tags", '["a", "b"]', '["b", "a"]', "order of a list"),
]


@pytest.mark.parametrize(("field", "expected", "actual", "rule"), NORMALISED)
def test_the_same_value_written_otherwise_matches_by_a_named_rule(
    tables: Relations, field: str, expected: str, actual: str, rule: str
) -> None:
    _, cells = compared(tables, [record(1, **{field: expected})], [record(1, **{field: actual})])

    assert [(cell["class"], cell["cause"]) for cell in cells] == [("match_normalised", rule)]


DIFFERENT = [
    ("name", "Yılmaz Makine", "Yılmaz", "truncated at 6"),
    ("name", "Yılmaz", "Yilmaz", "encoding"),
    ("name", "Müller", "M?ller", "encoding"),
    ("name", "Müller", "MÃ¼ller", "encoding"),
    ("name", "Işık", "IŞIK", "case"),
    ("day", "2025-03-05", "2025-03-04", "date -1 day"),
    ("amount", "12.50", "-12.50", "sign"),
    ("amount", "12.50", "1250", "scaled by 100"),
    ("amount", "12.55", "12.6", "rounding"),
    ("amount", "12.50", "13.75", "unknown"),
    ("phone", "+905320000001", "+905320000002", "unknown"),
    ("at", "2025-03-05T10:00:00Z", "2025-03-05T10:00:00+03:00", "unknown"),
]


@pytest.mark.parametrize(("field", "expected", "actual", "cause"), DIFFERENT)
def test_a_difference_names_its_cause(tables: Relations, field: str, expected: str, actual: str, cause: str) -> None:
    _, cells = compared(tables, [record(1, **{field: expected})], [record(1, **{field: actual})])

    assert [(cell["class"], cell["cause"]) for cell in cells] == [("different", cause)]


def causes(cells: list[Record]) -> set[tuple[str, str]]:
    return {(cell["field"], cell["cause"]) for cell in cells}


def test_one_value_for_many_is_a_default_value(tables: Relations) -> None:
    expected = [record(n) for n in range(6)]

    _, cells = compared(tables, expected, [row | {"name": "Unknown"} for row in expected])

    assert causes(cells) == {("name", "default value Unknown")}


def test_a_shifted_column_is_one_cause(tables: Relations) -> None:
    expected = [record(n) for n in range(6)]
    actual = [row | {"at": row["at"].replace("T10", "T07")} for row in expected]

    _, cells = compared(tables, expected, actual)

    assert causes(cells) == {("at", "shifted by -10800 seconds")}


def test_swapped_columns_name_each_other(tables: Relations) -> None:
    expected = [record(1)]

    _, cells = compared(tables, expected, [record(1) | {"name": expected[0]["tags"], "tags": expected[0]["name"]}])

    assert causes(cells) == {("name", "swapped with tags"), ("tags", "swapped with name")}


def test_answers_matched_by_position_are_a_shifted_row(tables: Relations) -> None:
    expected = [record(n) for n in range(8)]
    names = [row["name"] for row in expected]
    actual = [row | {"name": names[n - 1]} for n, row in enumerate(expected)]

    _, cells = compared(tables, expected, actual)

    assert ("name", "shifted row") in causes(cells)
    assert sum(cell["cause"] == "shifted row" for cell in cells) == 7


def test_what_is_known_to_be_kept_in_the_target_is_no_alarm(tables: Relations) -> None:
    def kept(cells: str) -> str:
        return f"(SELECT __entity, field, 'kept in the target' AS cause FROM {cells})"

    comparison, cells = compared(tables, [record(1, phone=None)], [record(1)], kept)

    assert [cell["class"] for cell in cells] == ["kept_in_target"]
    assert comparison.classes["phone"]["kept_in_target"] == 1


def test_cells_whose_cause_is_known_say_nothing_of_others(tables: Relations) -> None:
    """Two updates that did not arrive, and another value that is like theirs by chance, are no default value."""
    expected = [record(n) for n in range(3)]

    def kept(cells: str) -> str:
        return f"(SELECT __entity, field, 'stale' AS cause FROM {cells} WHERE __entity <> 'e0')"

    _, cells = compared(tables, expected, [row | {"name": "Merkez"} for row in expected], kept)

    assert [cell["cause"] for cell in cells] == ["unknown", "stale", "stale"]


def test_a_field_that_the_target_does_not_give_back_is_not_compared(tables: Relations, tmp_path: Path) -> None:
    del tmp_path
    compared(tables, [record(1)], [record(1)])

    found = compare(tables, "y", "e", "a", [Compared("secret", "text")])

    assert found.classes["secret"]["not_comparable"] == 1


def test_the_rules_of_a_type_are_told_with_the_cells_that_match_by_each() -> None:
    match = Cause(cause="phone format", cls="match_normalised", count=7)
    other = Cause(cause="truncated at 3", cls="different", count=2)

    def field(name: str, compared: int, *causes: Cause) -> FieldFigure:
        return FieldFigure(
            object="contacts", field=name, type="phone", records=20, compared=compared, matched=18, classes={},
            causes=causes,
        )  # fmt: skip

    fields = [field("phone", 20, match, other), field("mobile", 20, match), field("fax", 0)]

    told = {each.rule: (each.type, each.fields, each.cells) for each in equivalences(fields)}

    assert told["phone format"] == ("phone", 2, 14)
    assert told["line ends"] == ("phone", 2, 0), "also what no cell matched by"
    assert "truncated at 3" not in told
    assert "number format" not in told
    assert same_by("reference") == ()
