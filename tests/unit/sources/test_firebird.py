"""Firebird out of a file: its types as text, its names in capitals, its queries, and what a url may say."""

import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from old_readers import needs_firebird

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import JoinSpec, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate_sql import CONNECTOR
from crm_migrate_sql.addresses import read_address

LONG = "ğ" * 70_000  # more than the driver gives at once


@pytest.fixture(scope="module")
def employee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real database, which an engine in our process opens."""
    path = Path(__file__).parents[4] / "shared" / "data" / "firebird-employee" / "employee.fdb"
    if not path.is_file():
        pytest.skip("no shared data beside the checkout")
    needs_firebird()
    copy = tmp_path_factory.mktemp("firebird") / "employee.fdb"
    shutil.copyfile(path, copy)
    return copy


def rows(folder: Path, **more: Any) -> list[dict[str, Any]]:
    spec = SourceSpec("s", url="firebird:///employee.fdb", folder=folder, **more)
    source = CONNECTOR.source(spec)
    source.describe()
    found = [row for batch in source.read(100) for row in batch.records.to_pylist()]
    facts, _ = source.facts()
    assert facts[0].records == facts[0].counted == len(found)
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of our own, made by the engine, with a row of values and a row of none."""
    needs_firebird()
    from firebird.driver import create_database

    path = tmp_path_factory.mktemp("made") / "employee.fdb"
    with create_database(str(path), user="SYSDBA", charset="UTF8") as connection:
        connection.execute_immediate(
            "CREATE TABLE DEALS (ID INTEGER PRIMARY KEY, CODE CHAR(8), TITLE VARCHAR(40), AMOUNT NUMERIC(18, 4), "
            "WON BOOLEAN, CLOSED DATE, CHANGED TIMESTAMP, NOTES BLOB SUB_TYPE TEXT, PICTURE BLOB, RATE DOUBLE PRECISION"
            ")"
        )
        connection.commit()
        moment = datetime(1999, 12, 31, 23, 59, 59, 123400)
        values = (
            1,
            "AB",
            "Işık & Söhne ",
            Decimal("99999999999999.9999"),
            True,
            moment.date(),
            moment,
            LONG,
            b"\0\xff",
            0.1,
        )
        cursor = connection.cursor()
        cursor.execute(f"INSERT INTO DEALS VALUES ({', '.join('?' * len(values))})", values)
        cursor.execute("INSERT INTO DEALS (ID) VALUES (2)")
        connection.commit()
    return path


def test_a_database_of_our_own_is_read_whole(made: Path) -> None:
    found = rows(made.parent, table="DEALS", order_by=("ID",))
    first, second = ({name: row[name] for name in row if not name.startswith("__")} for row in found)
    assert first == {
        "ID": "1", "CODE": "AB", "TITLE": "Işık & Söhne", "AMOUNT": "99999999999999.9999", "WON": "true",
        "CLOSED": "1999-12-31", "CHANGED": "1999-12-31T23:59:59.123400", "NOTES": LONG,
        "PICTURE": "00ff", "RATE": "0.1",
    }  # fmt: skip
    assert second == dict.fromkeys(first) | {"ID": "2"}


@pytest.mark.shared_data
class TestEmployee:
    """The sample database of Firebird."""

    @pytest.mark.parametrize(
        ("table", "count"), [("CUSTOMER", 15), ("SALES", 33), ("EMPLOYEE", 42), ("PHONE_LIST", 42)]
    )
    def test_tables_and_views_are_whole(self, employee: Path, table: str, count: int) -> None:
        assert len(rows(employee.parent, table=table)) == count

    def test_values_are_text(self, employee: Path) -> None:
        first = rows(employee.parent, table="EMPLOYEE", order_by=("EMP_NO",))[0]
        assert (first["EMP_NO"], first["FULL_NAME"], first["HIRE_DATE"], first["SALARY"], first["JOB_COUNTRY"]) == (
            "2", "Nelson, Robert", "1988-12-28T00:00:00", "105900.00", "USA",
        )  # fmt: skip

    def test_flags_and_long_texts(self, employee: Path) -> None:
        held = [row["CUST_NO"] for row in rows(employee.parent, table="CUSTOMER") if row["ON_HOLD"] == "*"]
        assert held == ["1002", "1009"]
        projects = rows(employee.parent, table="PROJECT")
        assert all(row["PROJ_DESC"].strip() for row in projects)

    def test_queries_and_joins(self, employee: Path) -> None:
        query = "SELECT c.CUSTOMER, count(*) AS ORDERS FROM CUSTOMER c JOIN SALES s USING (CUST_NO) GROUP BY 1"
        found = rows(employee.parent, query=query, order_by=("CUSTOMER",), covers=("SALES",))
        assert sum(int(row["ORDERS"]) for row in found) == 33
        joined = rows(employee.parent, table="SALES", joins=(JoinSpec("c", "CUSTOMER", {"CUST_NO": "CUST_NO"}),))
        assert all(row["c.CUSTOMER"] for row in joined)

    def test_the_contract(self, employee: Path) -> None:
        rows(employee.parent, table="CUSTOMER")
        spec = SourceSpec("s", url=f"firebird:///{employee}", table="CUSTOMER", order_by=("CUST_NO",))
        assert check_source(lambda: CONNECTOR.source(spec)) == []

    def test_what_is_not_there_is_told(self, employee: Path) -> None:
        with pytest.raises(InputError, match="no table `CUSTOMERS`") as error:
            rows(employee.parent, table="CUSTOMERS")
        assert error.value.hint == "did you mean `CUSTOMER`?"
        with pytest.raises(UsageError, match="no option timeout"):
            CONNECTOR.source(SourceSpec("s", url=f"firebird:///{employee}?timeout=1", table="CUSTOMER")).describe()


def test_firebird_is_no_target() -> None:
    with pytest.raises(UsageError, match="firebird is not there yet"):
        read_address("firebird://u@h/x", "the SQL target")
    assert read_address("firebird://u@h//srv/x.fdb", "source `s`", reads=True).database == "/srv/x.fdb"
