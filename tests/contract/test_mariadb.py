"""What only MariaDB does: statements that commit by themselves, what it would only warn of, tables that take nothing
back. None of it loses or changes a value without a word."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import driven, options

from crm_migrate.connecting.conformance_targets import COMPANY, PERSON, everything, write
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.errors import TargetError, UsageError
from crm_migrate_sql.target import SqlTarget

pytestmark = pytest.mark.mariadb
THING = TargetObject(
    "thing", (TargetField("name", "text"), TargetField("price", "money"), TargetField("seen", "instant"))
)


@pytest.fixture
def where(tmp_path: Path) -> dict[str, str]:
    return options("mariadb", tmp_path)


@pytest.fixture
def target(where: dict[str, str]) -> Iterator[SqlTarget]:
    made = SqlTarget(where)
    made.prepare((THING,), apply=True)
    yield made
    made.close()


def execute(where: dict[str, str], *statements: str) -> None:
    engine = sa.create_engine(driven(where["url"]), poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_what_the_server_would_round_cut_or_zero_is_refused(target: SqlTarget) -> None:
    rows = [
        {"__entity": "good", "price": "0." + "1" * 20},
        {"__entity": "rounded", "price": "0." + "1" * 21},
        {"__entity": "large", "price": "1" * 41},
        {"__entity": "cut", "seen": "2024-02-29T10:00:00.1234567Z"},
        {"__entity": "zoned", "seen": "2024-02-29T10:00:00+03:00"},
        {"__entity": "zeroed", "seen": "0000-00-00T00:00:00Z"},
    ]
    assert set(write(target, THING, "b", rows).refused) == {"rounded", "large", "cut", "zoned", "zeroed"}


def test_keys_are_told_apart_by_every_letter_case_and_space(target: SqlTarget) -> None:
    keys = ["i", "I", "ı", "İ", "é", "e", "a", "a ", "ß", "ss"]
    assert write(target, THING, "b", [{"__entity": key, "name": key} for key in keys]).refused == {}
    rows = [{"__entity": key, "name": f"now {key}"} for key in keys]
    assert write(target, THING, "c", rows, "update").refused == {}
    assert [row["name"] for row in everything(target, THING)] == [f"now {key}" for key in keys]


def test_backslashes_quotes_and_percents_are_what_they_are(target: SqlTarget) -> None:
    texts = ["\\", "\\'", "'; DROP TABLE thing; --", "%s %(x)s %%", "\\0\\n", "a\0b", "\x1a"]
    assert (
        write(target, THING, "b", [{"__entity": f"k{n}", "name": text} for n, text in enumerate(texts)]).refused == {}
    )
    assert [row["name"] for row in everything(target, THING)] == texts


@pytest.mark.parametrize("state", ["45000", "42000", "02000", "HY000"])
def test_what_a_trigger_refuses_with_any_state_is_k_failed_records(
    where: dict[str, str], target: SqlTarget, state: str
) -> None:
    execute(
        where,
        "CREATE TRIGGER no BEFORE INSERT ON thing FOR EACH ROW IF NEW.name LIKE 'bad%%' THEN "
        f"SIGNAL SQLSTATE '{state}' SET MESSAGE_TEXT = 'not this one'; END IF",
    )
    rows = [{"__entity": name, "name": name} for name in ("a", "bad1", "b", "bad2")]
    result = write(target, THING, "one", rows)
    assert set(result.refused) == {"bad1", "bad2"}
    assert result.refused["bad1"].words == "not this one"


def test_a_record_longer_than_a_packet_is_refused_alone(where: dict[str, str], target: SqlTarget) -> None:
    engine = sa.create_engine(driven(where["url"]), poolclass=sa.NullPool)
    with engine.begin() as connection:
        size = connection.exec_driver_sql("SELECT @@max_allowed_packet").scalar_one()
    rows = [
        {"__entity": "a", "name": "x"},
        {"__entity": "long", "name": "x" * int(size)},
        {"__entity": "b", "name": "y"},
    ]
    result = write(target, THING, "one", rows)
    assert set(result.refused) == {"long"} and "max_allowed_packet" in result.refused["long"].words
    assert len(everything(target, THING)) == 2


def test_a_table_without_transactions_is_refused(where: dict[str, str], target: SqlTarget) -> None:
    execute(where, "ALTER TABLE thing ENGINE=MyISAM")
    with pytest.raises(TargetError, match=r"thing \(MyISAM\): only InnoDB has transactions"):
        target.prepare((THING,), apply=False)


def test_preparing_that_was_killed_at_any_statement_is_finished_by_the_next(
    where: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_migrate_sql.mariadb import MariadbSession

    run, left = MariadbSession.run, [0]

    def dying(self: MariadbSession, statement: str, values: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        if statement.startswith(("CREATE", "ALTER", "SET STATEMENT", "INSERT")):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
        return run(self, statement, values)

    wide = replace(PERSON, fields=(*PERSON.fields, TargetField("thing", "reference", reference="thing")))
    execute(where, f"CREATE TABLE {COMPANY.name} (nr BIGINT PRIMARY KEY)")
    monkeypatch.setattr(MariadbSession, "run", dying)
    for _ in range(12):  # each turn makes one statement more, and dies
        left[0] = 1
        target = SqlTarget(where)
        try:
            target.prepare((wide, COMPANY, THING), apply=True)
            break
        except KeyboardInterrupt:
            continue
        finally:
            target.close()
    else:
        raise AssertionError("never finished")
    monkeypatch.undo()
    target = SqlTarget(where)
    assert target.prepare((wide, COMPANY, THING), apply=True) == ()
    assert not target.identity().startswith("sql-unprepared")
    parent = write(target, THING, "t", ({"__entity": "t1"},)).loaded["t1"]
    rows = [{"__entity": "p1", "name": "A", "thing": parent}, {"__entity": "p2", "name": "B", "thing": "99"}]
    assert set(write(target, wide, "p", rows).refused) == {"p2"}, "the reference was made with its column"
    target.close()


@pytest.mark.parametrize(
    "object, said",
    [
        (replace(THING, name="x" * 65), "at most 64 characters"),
        (replace(THING, fields=(TargetField("Name", "text"), TargetField("name", "text"))), "without case"),
        (replace(THING, fields=tuple(TargetField(f"f{n}", "text", length=255) for n in range(70))), "65,535"),
        (replace(THING, fields=tuple(TargetField(f"f{n}", "integer") for n in range(1_100))), "at most 1,017"),
    ],
    ids=["long name", "case", "wide row", "many columns"],
)
def test_what_no_table_can_be_is_told_before_anything_is_made(
    where: dict[str, str], object: TargetObject, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        SqlTarget(where).prepare((object,), apply=False)


def test_what_the_database_demands_is_described(where: dict[str, str], target: SqlTarget) -> None:
    execute(
        where,
        "ALTER TABLE thing ADD a VARCHAR(5) NOT NULL, ADD b VARCHAR(9) NOT NULL DEFAULT 'x', ADD c SMALLINT, "
        "ADD d DECIMAL(6,2), ADD e INT AS (length(name)) STORED, ADD f ENUM('x','y'), ADD g BOOLEAN, ADD h JSON",
    )
    found = target.describe(["thing"]).object("thing")
    assert found is not None
    fields = {field.name: field for field in found.fields}
    assert (fields["a"].required, fields["a"].default, fields["a"].length) == (True, False, 5)
    assert (fields["b"].required, fields["b"].default) == (True, True)
    assert (fields["c"].below, fields["d"].below) == (2**15, 10**4)
    assert fields["e"].read_only and not fields["a"].read_only
    assert fields["f"].choices == ("x", "y")
    assert (fields["g"].type, fields["h"].type) == ("boolean", "list")
