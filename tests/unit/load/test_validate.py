"""Rules before the load and in the target after it: every injected fault is found, nothing else."""

from pathlib import Path

import pytest
from company import Company, Record
from databases import options

from crm_migrate.connecting.contract import TargetField, TargetObject, TargetSchema
from crm_migrate.stages.load import execute_load, plan_load
from crm_migrate.stages.validate import validate_after, validate_before
from crm_migrate.workspace.parts import tables
from crm_migrate_sql.target import SqlTarget

ACCOUNTS: list[Record] = [{"id": "A", "name": "Acme", "revenue": "10.50"}, {"id": "B", "name": "Beta", "parent": "A"}]
CONTACTS: list[Record] = [
    {"id": "1", "last_name": "Öz", "vip": "true", "birth_date": "1980-02-29", "email": "x@x.example", "company": "A"},
    {"id": "2", "last_name": "Kaya", "email": "y@x.example", "company": "B"},
]


@pytest.mark.parametrize(
    "change, expected",
    [
        ({}, set()),
        ({"last_name": None}, {("last_name", "required_empty")}),
        ({"birth_date": "1981-02-29"}, {("birth_date", "wrong_shape")}),
        ({"vip": "yes"}, {("vip", "wrong_shape")}),
        ({"email": "y@x.example"}, {("email", "not_unique")}),
        ({"last_name": "x" * 11}, {("last_name", "too_long")}),
        ({"last_name": None, "state": "rejected"}, set()),
    ],
)
def test_faults_before_the_load(tmp_path: Path, change: Record, expected: set[tuple[str, str]]) -> None:
    company = Company(tmp_path)
    run = company.stage(accounts=ACCOUNTS, contacts=[{**CONTACTS[0], **change}, CONTACTS[1]])
    limits = (TargetField("last_name", "text", length=10), TargetField("email", "text", unique=True))
    findings = validate_before(company.plan, run, TargetSchema((TargetObject("person", limits),)))
    assert {(f.place.field, f.code) for f in findings} == expected
    rows = [row for table in tables(run.table("validate", "contacts", "breaches")) for row in table.to_pylist()]
    assert {(row["field"], row["code"]) for row in rows} == expected
    assert {row["when"] for row in rows} <= {"before"}


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "statement, expected",
    [
        ("SELECT 1", set()),
        ("DELETE FROM person WHERE last_name = 'Öz'", {"target_lost"}),
        ("UPDATE person SET id = 98 WHERE last_name = 'Öz'", {"other_id"}),
        ("UPDATE person SET company = 99 WHERE last_name = 'Öz'", {"orphan"}),
        ("DELETE FROM company WHERE name = 'Beta'", {"target_lost", "orphan"}),
    ],
)
def test_faults_in_the_target(tmp_path: Path, statement: str, expected: set[str]) -> None:
    company, where = Company(tmp_path / "p"), options("sqlite", tmp_path)
    run = company.stage(accounts=ACCOUNTS, contacts=CONTACTS)
    target = SqlTarget(where)
    plan_load(company.plan, company.project, run, target)
    execute_load(company.plan, company.project, run, target)
    with target._backend.reading() as session:
        session.run("ROLLBACK")
        session.run("PRAGMA foreign_keys=OFF")
        session.run(statement)
    findings = validate_after(company.plan, run, target)
    target.close()
    assert {f.code for f in findings} == expected
    actual = [row for table in tables(run.table("validate", "accounts", "actual")) for row in table.to_pylist()]
    assert len(actual) == (1 if "Beta" in statement else 2)
