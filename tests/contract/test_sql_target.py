"""The SQL target against the conformance kit, on SQLite, PostgreSQL and MariaDB, and what only SQL can do wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa
from databases import KINDS, driven, options
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    COMPANY,
    PERSON,
    TARGET_CHECKS,
    OpenTarget,
    batch_of,
    everything,
    opened,
    write,
)
from crm_migrate.connecting.contract import TARGET_ID, TargetField, TargetObject
from crm_migrate.errors import TargetConflict, TargetError, UsageError
from crm_migrate_sql.target import SqlTarget


@pytest.fixture(params=KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    return options(request.param, tmp_path)


@pytest.fixture
def open_target(where: dict[str, str]) -> OpenTarget:
    return lambda: SqlTarget(where)


@pytest.fixture
def target(where: dict[str, str]) -> Iterator[SqlTarget]:
    made = SqlTarget(where)
    made.prepare((COMPANY, PERSON), apply=True)
    yield made
    made.close()


@pytest.mark.parametrize(
    "check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__.removeprefix("check_")
)
def test_conformance(check: Callable[[OpenTarget], None], open_target: OpenTarget) -> None:
    check(open_target)


def test_a_database_made_anew_is_another_target(tmp_path: Path) -> None:
    where = options("sqlite", tmp_path)
    first = opened(lambda: SqlTarget(where)).identity()
    for file in tmp_path.glob("crm.db*"):
        file.unlink()
    assert opened(lambda: SqlTarget(where)).identity() != first


def test_looking_makes_no_file(tmp_path: Path) -> None:
    target = SqlTarget(options("sqlite", tmp_path))
    target.prepare((COMPANY,), apply=False)
    assert target.identity()
    assert target.describe(["conformance_company"]).objects == ()
    assert target.committed("p", "r") == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "field, value", [("born", "2023-02-29"), ("visits", "many"), ("balance", "1,50"), ("vip", "ja")]
)
def test_a_value_of_another_type_is_refused_alone(open_target: OpenTarget, field: str, value: str) -> None:
    target = opened(open_target)
    result = write(
        target, PERSON, "b", ({"__entity": "p1", "name": "A", field: value}, {"__entity": "p2", "name": "B"})
    )
    assert set(result.refused) == {"p1"}
    assert value not in result.refused["p1"].words or len(value) < 4
    target.close()


def test_a_reference_to_nothing_is_refused(open_target: OpenTarget) -> None:
    target = opened(open_target)
    result = write(target, PERSON, "b", ({"__entity": "p1", "name": "A", "company": "4711"},))
    assert set(result.refused) == {"p1"}
    target.close()


def test_a_table_that_is_there_gets_our_key_and_keeps_its_rows(where: dict[str, str]) -> None:
    engine = sa.create_engine(driven(where["url"]))
    place = f'"{where["schema"]}".kunden' if "schema" in where else "kunden"
    with engine.begin() as connection:
        if "schema" in where:
            connection.execute(sa.text(f'CREATE SCHEMA "{where["schema"]}"'))
        connection.execute(sa.text(f"CREATE TABLE {place} (nr INTEGER PRIMARY KEY, name VARCHAR(20), seit DATE)"))
        connection.execute(sa.text(f"INSERT INTO {place} VALUES (7, 'Weiß KG', '2001-05-06'), (8, 'Grün', NULL)"))
    engine.dispose()
    kunden = TargetObject("kunden", (TargetField("name", "company_name"), TargetField("mail", "email")))
    target = SqlTarget(where)
    assert "add our key kunden.crm_migrate_id" in target.prepare((kunden,), apply=False)
    target.prepare((kunden,), apply=True)
    result = write(
        target, kunden, "adopt", ({"__entity": "k7", TARGET_ID: "7", "mail": "post@weiss.example"},), "update"
    )
    assert result.refused == {}
    assert everything(target, kunden) == [
        {"target_id": "7", "__entity": "k7", "name": "Weiß KG", "mail": "post@weiss.example"},
        {"target_id": "8", "__entity": None, "name": "Grün", "mail": None},
    ]
    described = target.describe(["kunden"]).object("kunden")
    assert described is not None
    assert described.field("seit") == TargetField("seit", "date")
    target.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=8))
def test_any_text_comes_back_as_it_was(target: SqlTarget, texts: list[str]) -> None:
    number = len(everything(target, PERSON))
    rows = [{"__entity": f"{number}-{n}", "name": text, "note": None} for n, text in enumerate(texts)]
    assert write(target, PERSON, f"b{number}", rows).refused == {}
    found = [row["name"] for row in everything(target, PERSON)]
    assert found[number:] == texts


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 60), st.data())
def test_k_poison_rows_reject_k(target: SqlTarget, size: int, data: st.DataObject) -> None:
    bad = data.draw(st.sets(st.integers(0, size - 1)))
    number = len(target.committed("conformance", "run-1"))
    rows = [{"__entity": f"{number}-{n}", "name": None if n in bad else "good"} for n in range(size)]
    before = len(everything(target, COMPANY))
    result = write(target, COMPANY, f"b{number}", rows)
    assert set(result.refused) == {f"{number}-{n}" for n in bad}
    assert len(everything(target, COMPANY)) == before + size - len(bad)


@pytest.mark.parametrize("kind", [each for each in KINDS if each != KINDS[1]])
def test_a_column_that_differs_in_its_case_is_told_with_its_name(tmp_path: Path, kind: str) -> None:
    where = options(kind, tmp_path)
    there = TargetObject("person", (TargetField("EMAIL", "text"),))
    SqlTarget(where).prepare((there,), apply=True)
    wanted = TargetObject("person", (TargetField("email", "text"),))

    with pytest.raises(UsageError, match="has the column `EMAIL`, and the mapping calls it `email`") as told:
        SqlTarget(where).prepare((wanted,), apply=False)

    assert told.value.hint == "write `to: EMAIL` in the line of the field"


def test_a_table_of_sqlite_that_differs_in_its_case_is_told_with_its_name(tmp_path: Path) -> None:
    where = options("sqlite", tmp_path)
    SqlTarget(where).prepare((TargetObject("Person", ()),), apply=True)

    with pytest.raises(TargetError, match="has the table `Person`, and the mapping calls it `person`"):
        SqlTarget(where).prepare((TargetObject("person", ()),), apply=False)


@pytest.mark.postgresql
def test_postgresql_tells_columns_apart_by_their_case(tmp_path: Path) -> None:
    target = SqlTarget(options("postgresql", tmp_path))
    target.prepare((TargetObject("person", (TargetField("EMAIL", "text"),)),), apply=True)
    both = TargetObject("person", (TargetField("email", "text"), TargetField("EMAIL", "text")))

    assert target.prepare((both,), apply=True) == ("add column person.email",)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_second_loader_is_sent_away(tmp_path: Path, kind: str) -> None:
    where = options(kind, tmp_path)
    first, second = opened(lambda: SqlTarget(where)), SqlTarget(where)
    with pytest.raises(TargetConflict):
        write(second, COMPANY, "b", ({"__entity": "c1", "name": "A"},))
    first.close()
    write(second, COMPANY, "b", ({"__entity": "c1", "name": "A"},))
    second.close()


def test_a_password_is_in_no_message() -> None:
    target = SqlTarget({"url": "postgresql://someone:hunter22@127.0.0.1:9/nowhere"})
    with pytest.raises(TargetError) as caught:
        target.describe(["company"])
    assert "hunter22" not in str(caught.value) + target.identity.__doc__ + caught.value.hint  # type: ignore[operator]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "oracle://x/y", "nonsense"])
def test_other_databases_are_named_as_missing(url: str) -> None:
    with pytest.raises(UsageError):
        SqlTarget({"url": url})


def test_a_cascade_of_the_database_takes_nobody_along(target: SqlTarget) -> None:
    made = write(target, COMPANY, "a", ({"__entity": "c1", "name": "Acme"}, {"__entity": "c2", "name": "Beta"})).loaded
    company, notes = target._dialect.place(COMPANY.name), target._dialect.place("notes")
    with target._backend.writing() as session:
        session.run(f"CREATE TABLE {notes} (about BIGINT REFERENCES {company} (id) ON DELETE CASCADE)")
        session.run(f"INSERT INTO {notes} VALUES ({made['c1']})")
    rows = [{"__entity": entity, TARGET_ID: id} for entity, id in made.items()]
    answer = target.remove(replace(batch_of(COMPANY, "b", rows), action="remove"))
    assert (set(answer.loaded), set(answer.refused)) == ({"c2"}, {"c1"})
    assert answer.refused["c1"].words == "records refer to it by notes.about"
    with target._backend.reading() as session:
        assert len(session.run(f"SELECT * FROM {notes}")) == 1


ODD_KEYS = ("a,b", '"', "\\", '\\"', "{}", "NULL", "it's", "%s", " a ", "ı", "a\nb")


def test_records_are_found_by_keys_of_any_letters(target: SqlTarget) -> None:
    answer = write(target, COMPANY, "b", tuple({"__entity": key, "name": "A"} for key in ODD_KEYS))
    assert set(answer.loaded) == set(ODD_KEYS)
    found = [row for table in target.read(COMPANY, "key", ODD_KEYS[1:]) for row in table.to_pylist()]
    assert {row["__entity"]: row["target_id"] for row in found} == {key: answer.loaded[key] for key in ODD_KEYS[1:]}


def test_the_later_word_about_a_member_holds(target: SqlTarget) -> None:
    said = ({"new": "a", "old": "b"}, {"old": "c", "newer": "d"}, {"old": "c"})
    for each in said:
        target.claim(COMPANY, "p", pa.table({"member": list(each), "__entity": list(each.values())}))
    kept = [row for table in target.claims(COMPANY) for row in table.to_pylist()]
    assert {row["member"]: row["__entity"] for row in kept} == {"new": "a", "old": "c", "newer": "d"}
