"""Sakila whole, out of a PostgreSQL: customers, staff, shops, films, every rental and every payment."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from demo.finished_run import FinishedRun, crm_migrate

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data" / "sakila"
UNKNOWN = {"Runion", "Yugoslavia"}  # a letter that was lost, and a country that is no more
SERVER = os.environ.get("CRM_MIGRATE_TEST_POSTGRESQL")

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.postgresql,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} is not beside the checkout"),
]


def restore(shop: Any) -> None:
    """The publisher's scripts, but for owners and a setting that PostgreSQL has no more."""
    schema = (DATA / "postgres-sakila-schema.sql").read_text("utf-8")
    gone = r"(?m)^(ALTER .* OWNER TO .*|SET default_with_oids.*|CREATE OR REPLACE PROCEDURAL .*|(REVOKE|GRANT) .*)$"
    shop.execute(re.sub(gone, "", schema))
    script = (DATA / "postgres-sakila-insert-data-using-copy.sql").read_text("utf-8")
    statements, *copied = re.split(r"(?m)^(?=COPY )", script)
    shop.execute(statements)
    for each in copied:
        head, rest = each.split("\n", 1)
        rows, after = rest.split("\\.\n", 1)
        with shop.cursor().copy(head) as copy:
            copy.write(rows)
        shop.execute(after)


@pytest.fixture(scope="module")
def sakila() -> Iterator[tuple[str, Any]]:
    """Its address and somebody who asks it: a database of its own."""
    if SERVER is None:
        pytest.skip("no PostgreSQL: make test starts one")
    import psycopg

    plain = re.sub(r"^postgresql\+\w+:", "postgresql:", SERVER)
    base, _, _ = plain.partition("?")
    name = f"sakila_{os.getpid()}"
    url = f"{base.rsplit('/', 1)[0]}/{name}" + plain[len(base) :]
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(url, autocommit=True) as shop:
            restore(shop)
        with psycopg.connect(url, autocommit=True) as shop:
            yield url, shop
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass(frozen=True)
class Migrated:
    """Both sides, the figures of the run, and the plan of a second one."""

    shop: Any
    run: FinishedRun
    figures: dict[str, Any]
    again: dict[str, Any]

    def there(self, sql: str) -> list[tuple[str | None, ...]]:
        """What Sakila's own tables say, as text."""
        return _texts(self.shop.execute(sql).fetchall())

    def here(self, sql: str) -> list[tuple[str | None, ...]]:
        """What the new CRM says, as text."""
        return _texts(self.run.crm(sql))


def _texts(rows: list[tuple[Any, ...]]) -> list[tuple[str | None, ...]]:
    found = [tuple(None if cell is None else str(cell) for cell in row) for row in rows]
    return sorted(found, key=lambda row: [cell or "" for cell in row])


@pytest.fixture(scope="module")
def migrated(sakila: tuple[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    url, shop = sakila
    folder = tmp_path_factory.mktemp("sakila")
    shutil.copy(HERE / "sakila.yaml", folder / "crm-migrate.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAKILA_URL", url.replace("postgresql:", "postgresql+psycopg:", 1))
        for verb in (("target", "prepare"), ("run",)):
            done = crm_migrate(*verb, str(folder))
            assert done.returncode == 0, done.stdout + done.stderr
        run = FinishedRun(folder)
        figures = run.figures
        again = crm_migrate("plan", str(folder), "--json")
        assert again.returncode == 0, again.stdout + again.stderr
    return Migrated(shop, run, figures, json.loads(again.stdout))


def moment(column: str) -> str:
    """Their time without zone as our instants are written."""
    return f"""to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def test_nothing_is_unexplained(migrated: Migrated) -> None:
    assert all(line["unexplained"] == 0 for line in migrated.figures["accounting"])
    assert all(Decimal(bridge["unexplained"]) == 0 for bridge in migrated.figures["bridges"])
    assert migrated.figures["verdict"] == "GO"


def test_a_second_run_writes_nothing(migrated: Migrated) -> None:
    assert {(each["create"], each["update"], each["held"]) for each in migrated.again["objects"]} == {(0, 0, 0)}


@pytest.mark.parametrize(
    ("theirs", "ours", "rows"),
    [
        ("staff", "users", 2), ("store", "accounts", 2), ("customer", "contacts", 599), ("film", "products", 1000),
        ("inventory", "copies", 4581), ("rental", "bookings", 16044), ("payment", "payments", 16049),
    ],
)  # fmt: skip
def test_every_record_arrived(migrated: Migrated, theirs: str, ours: str, rows: int) -> None:
    counted = [(str(rows),)]
    assert migrated.there(f"SELECT count(*) FROM {theirs}") == counted
    assert migrated.here(f"SELECT count(*) FROM {ours}") == counted


CUSTOMERS = "FROM customer c JOIN address a USING (address_id) JOIN city t USING (city_id)"


def test_customers_with_their_shop_and_address(migrated: Migrated) -> None:
    """Also those who are no customers any more, whom one of two columns says."""
    there = migrated.there(
        "SELECT lower(email), first_name, last_name, a.address, t.city, NULLIF(trim(postal_code), ''), "
        f"'Store ' || store_id, active, create_date || 'T00:00:00Z' {CUSTOMERS}"
    )
    here = migrated.here(
        "SELECT email, first_name, last_name, c.street, c.city, c.postal_code, a.name, c.is_active, c.created_at "
        "FROM contacts c JOIN accounts a ON a.id = c.company"
    )
    assert here == there
    assert sum(row[7] == "0" for row in here) == 15


def test_each_country_is_one_code(migrated: Migrated) -> None:
    """By mailbox; as CLDR calls the country where it has that very name; what has no code is told."""
    there = dict(migrated.there(f"SELECT lower(email), country {CUSTOMERS} JOIN country USING (country_id)"))
    here = dict(migrated.here("SELECT email, country FROM contacts"))
    codes = {(there[email], code) for email, code in here.items() if code}
    assert len(codes) == len({name for name, _ in codes}) == len({code for _, code in codes})
    named = {name: code for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    assert len([name for name, _ in codes if name in named]) > 90
    assert [(name, code) for name, code in codes if named.get(name, code) != code] == []
    told = [each for each in migrated.figures["exceptions"] if each["code"] == "not_a_country"]
    assert {each["source"] for line in told for each in line["examples"]} == UNKNOWN
    assert {there[email] for email, code in here.items() if not code} == UNKNOWN


def test_staff_and_the_shops_that_they_manage(migrated: Migrated) -> None:
    there = migrated.there(
        "SELECT first_name || ' ' || last_name, lower(email), username, active::int, 'Store ' || s.store_id "
        "FROM staff JOIN store s ON manager_staff_id = staff_id"
    )
    here = migrated.here(
        "SELECT u.name, u.email, u.login, u.is_active, a.name FROM users u JOIN accounts a ON a.owner = u.email"
    )
    assert here == there


def test_films_with_their_category_and_prices(migrated: Migrated) -> None:
    there = migrated.there(
        "SELECT film_id, title, k.name, rental_rate, replacement_cost, rating, length, trim(l.name) FROM film "
        "JOIN film_category USING (film_id) JOIN category k USING (category_id) "
        "JOIN language l ON l.language_id = film.language_id"
    )
    here = migrated.here("SELECT code, name, category, price, cost, rating, minutes, language FROM products")
    assert here == there


def test_rentals_of_the_right_copy_by_the_right_customer(migrated: Migrated) -> None:
    there = migrated.there(
        "SELECT rental_id, lower(c.email), title, inventory_id, 'Store ' || i.store_id, lower(s.email), "
        f"{moment('rental_date')}, {moment('return_date')} FROM rental r JOIN customer c USING (customer_id) "
        "JOIN inventory i USING (inventory_id) JOIN film USING (film_id) JOIN staff s ON s.staff_id = r.staff_id"
    )
    here = migrated.here(
        "SELECT b.number, c.email, p.name, k.number, a.name, b.owner, b.booked_at, b.returned_at FROM bookings b "
        "JOIN contacts c ON c.id = b.contact JOIN products p ON p.id = b.product JOIN copies k ON k.id = b.copy "
        "JOIN accounts a ON a.id = b.company WHERE k.product = b.product AND k.company = b.company"
    )
    assert here == there
    out = [row for row in here if row[7] is None]
    assert migrated.here("SELECT count(*) FROM bookings WHERE status = 'out'") == [(str(len(out)),)] == [("183",)]


def test_each_payment_is_of_its_customer_and_rental(migrated: Migrated) -> None:
    there = migrated.there(
        f"SELECT payment_id, lower(c.email), rental_id, amount, lower(s.email), {moment('payment_date')} "
        "FROM payment p JOIN customer c USING (customer_id) JOIN staff s ON s.staff_id = p.staff_id"
    )
    here = migrated.here(
        "SELECT p.number, c.email, b.number, p.amount, p.owner, p.paid_at FROM payments p "
        "JOIN contacts c ON c.id = p.contact JOIN bookings b ON b.id = p.booking"
    )
    assert here == there


def test_the_money_of_every_customer(migrated: Migrated) -> None:
    there = migrated.there("SELECT lower(email), sum(amount) FROM payment JOIN customer USING (customer_id) GROUP BY 1")
    sums: dict[str | None, Decimal] = {}
    for email, amount in migrated.here("SELECT email, amount FROM payments p JOIN contacts c ON c.id = p.contact"):
        sums[email] = sums.get(email, Decimal(0)) + Decimal(str(amount))
    assert sums == {email: Decimal(str(total)) for email, total in there}
    assert sum(sums.values()) == Decimal("67416.51")
