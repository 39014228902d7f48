"""CiviCRM whole, out of a MariaDB: persons, households and organisations with everything that hangs on them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from civicrm_database import DATA, named, restored, texts
from databases import driven, options
from demo.finished_run import FinishedRun, crm_migrate

HERE = Path(__file__).resolve().parent
DECISIONS = """decisions:
  - id: D-001
    who: migration_lead
    when: 2026-11-30
    text: Only notes and tags of contacts are moved.
"""

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.mariadb,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} is not beside the checkout"),
]


@pytest.fixture(scope="module")
def civicrm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    with restored(tmp_path_factory.mktemp("civicrm")) as reader:
        yield reader


@dataclass(frozen=True)
class Migrated:
    """Both sides, the figures of the run, and the plan of a second one."""

    civicrm: sa.Connection
    crm: sa.Connection
    figures: dict[str, Any]
    again: dict[str, Any]

    def there(self, sql: str) -> list[tuple[str | None, ...]]:
        """What CiviCRM's own tables say, as text."""
        return texts(self.civicrm, sql)

    def here(self, sql: str) -> list[tuple[str | None, ...]]:
        """What the new CRM says, as text."""
        return texts(self.crm, sql)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def migrated(
    request: pytest.FixtureRequest, civicrm: sa.Connection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Migrated]:
    folder = tmp_path_factory.mktemp("migrated")
    where = options(request.param, folder)
    schema = f", schema: {where['schema']}" if "schema" in where else ""
    text = (HERE / "civicrm.yaml").read_text("utf-8")
    (folder / "crm-migrate.yaml").write_text(
        text.replace('"env:CIVICRM_TARGET"', f'"env:CIVICRM_TARGET"{schema}'), "utf-8"
    )
    (folder / "decisions").mkdir()
    (folder / "decisions" / "decisions.yaml").write_text(DECISIONS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIVICRM_URL", civicrm.engine.url.set(drivername="mariadb").render_as_string(False))
        patch.setenv("CIVICRM_TARGET", where["url"])
        for verb in (("target", "prepare"), ("run",)):
            done = crm_migrate(*verb, str(folder))
            assert done.returncode == 0, done.stdout + done.stderr
        figures = FinishedRun(folder).figures
        again = crm_migrate("plan", str(folder), "--json")
        assert again.returncode == 0, again.stdout + again.stderr
    with sa.create_engine(driven(where["url"]), poolclass=sa.NullPool).connect() as crm:
        if "schema" in where:
            crm.exec_driver_sql(f"SET search_path TO {where['schema']}")
        yield Migrated(civicrm, crm, figures, json.loads(again.stdout))


def test_nothing_is_unexplained(migrated: Migrated) -> None:
    assert all(line["unexplained"] == 0 for line in migrated.figures["accounting"])
    assert all(Decimal(bridge["unexplained"]) == 0 for bridge in migrated.figures["bridges"])
    assert migrated.figures["verdict"] == "GO"


def test_a_second_run_writes_nothing(migrated: Migrated) -> None:
    assert {(each["create"], each["update"], each["held"]) for each in migrated.again["objects"]} == {(0, 0, 0)}


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("contacts", 160), ("households", 20), ("accounts", 21), ("mailboxes", 209), ("telephones", 146),
        ("places", 172), ("relationships", 215), ("activities", 623), ("participants", 803), ("notes", 20),
        ("tags", 5), ("tag_assignments", 115), ("memberships", 30), ("payments", 93),
    ],
)  # fmt: skip
def test_every_record_arrived(migrated: Migrated, table: str, rows: int) -> None:
    assert migrated.here(f"SELECT count(*) FROM {table}") == [(str(rows),)]


def test_people_and_what_they_forbade(migrated: Migrated) -> None:
    there = migrated.there(
        "SELECT first_name, middle_name, last_name, birth_date, "
        "IF(do_not_email OR is_opt_out, 'withdrawn', 'unknown'), do_not_phone, is_deceased, deceased_date "
        "FROM civicrm_contact WHERE contact_type = 'Individual'"
    )
    yes = {"True": "1", "False": "0", "true": "1", "false": "0"}
    here = migrated.here(
        "SELECT first_name, middle_name, last_name, birth_date, consent, do_not_call, is_deceased, deceased_on "
        "FROM contacts"
    )
    told = [(*row[:5], *(yes.get(str(c), c) for c in row[5:7]), row[7]) for row in here]
    assert sorted(told, key=str) == sorted(there, key=str)


def test_the_money_of_each_kind_of_giver(migrated: Migrated) -> None:
    there = migrated.there(
        "SELECT contact_type, sum(total_amount) FROM civicrm_contribution g "
        "JOIN civicrm_contact c ON c.id = contact_id GROUP BY contact_type"
    )
    kinds = (("Household", "household"), ("Individual", "contact"), ("Organization", "company"))
    given = {kind: migrated.here(f"SELECT amount FROM payments WHERE {link} IS NOT NULL") for kind, link in kinds}
    totals = {kind: sum(Decimal(str(amount)) for (amount,) in amounts) for kind, amounts in given.items()}
    assert totals == {str(kind): Decimal(str(total)) for kind, total in there}


LINKED = {  # what hangs on whom: by number of kind there, by the filled reference here
    "mailboxes": ("civicrm_email", "contact_id"),
    "telephones": ("civicrm_phone", "contact_id"),
    "places": ("civicrm_address", "contact_id"),
    "participants": ("civicrm_activity_contact", "contact_id"),
    "notes": ("civicrm_note", "entity_id"),
    "tag_assignments": ("civicrm_entity_tag", "entity_id"),
}


@pytest.mark.parametrize("table", LINKED)
def test_everything_hangs_on_the_same_people(migrated: Migrated, table: str) -> None:
    """Per person, household and organisation by name: how many of each kind."""
    theirs, link = LINKED[table]
    there = migrated.there(
        f"SELECT contact_type, {named('c')}, count(*) FROM {theirs} t "
        f"JOIN civicrm_contact c ON c.id = t.{link} GROUP BY 1, 2"
    )
    kinds = (("Individual", "contact", "contacts", "last_name"), ("Household", "household", "households", "name"),
             ("Organization", "company", "accounts", "name"))  # fmt: skip
    here = [
        (kind, name, count)
        for kind, field, parent, column in kinds
        for name, count in migrated.here(
            f"SELECT p.{column}, count(*) FROM {table} t JOIN {parent} p ON p.id = t.{field} GROUP BY 1"
        )
    ]
    assert sorted(here, key=str) == sorted(there, key=str)


def test_relationships_join_the_same_two(migrated: Migrated) -> None:
    there = migrated.there(
        f"SELECT k.name_a_b, r.is_active, a.first_name, {named('a')}, b.first_name, {named('b')} "
        "FROM civicrm_relationship r "
        "JOIN civicrm_relationship_type k ON k.id = r.relationship_type_id "
        "JOIN civicrm_contact a ON a.id = r.contact_id_a JOIN civicrm_contact b ON b.id = r.contact_id_b"
    )
    here = migrated.here(
        "SELECT r.role, CASE WHEN r.is_active THEN 1 ELSE 0 END, a.first_name, a.last_name, b.first_name, "
        "coalesce(b.last_name, h.name, o.name) FROM relationships r JOIN contacts a ON a.id = r.contact "
        "LEFT JOIN contacts b ON b.id = r.related_contact LEFT JOIN households h ON h.id = r.related_household "
        "LEFT JOIN accounts o ON o.id = r.related_company"
    )
    assert here == there


def test_activities_have_their_people_and_roles(migrated: Migrated) -> None:
    there = migrated.there(
        f"SELECT NULLIF(a.subject, 'NULL'), x.record_type_id, {named('c')} "
        "FROM civicrm_activity_contact x JOIN civicrm_activity a ON a.id = x.activity_id "
        "JOIN civicrm_contact c ON c.id = x.contact_id"
    )
    here = migrated.here(
        "SELECT a.subject, CASE x.role WHEN 'assignee' THEN 1 WHEN 'source' THEN 2 ELSE 3 END, "
        "coalesce(c.last_name, h.name, o.name) FROM participants x JOIN activities a ON a.id = x.activity "
        "LEFT JOIN contacts c ON c.id = x.contact LEFT JOIN households h ON h.id = x.household "
        "LEFT JOIN accounts o ON o.id = x.company"
    )
    assert here == there
