"""`licence:` and `freeze:` of an environment: the numbers behind an edition, and what is refused."""

from pathlib import Path

import pytest

from crm_migrate.cli.frames import render
from crm_migrate.finding import errors
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

MAPPING = """\
crm_migrate: 1
sources:
  people: {{file: people.csv, key: id}}
environments:
  local: {{connector: sql, url: "sqlite:///crm.db"}}
  prod: {{connector: {connector}, profile: {profile}, {words}}}
objects:
  contacts:
    from: people
    fields: {{last_name: last}}
"""
PROFILE = """\
crm_migrate_target: 1
title: A small CRM
last_verified: 2026-11-30
capacity:
  last_verified: 2026-11-29
  evidence: its price list
  record: 2 kB
  sizes: {campaigns: 8 kB}
  editions:
    small: {requests: 1000, requests_per_user: 10, requests_most: 1200, storage: 5 MB, records: {contacts: 100}}
    large: {storage: 1 GB, storage_per_user: 20 MB, requests_per_hour: 500}
objects:
  contacts: {name: people, fields: {last_name: {column: last_name, type: family_name}}}
"""


def told(folder: Path, words: str, profile: str = "own") -> tuple[EnvironmentPlan | None, str]:
    (folder / "mappings" / "targets").mkdir(parents=True, exist_ok=True)
    (folder / "mappings" / "targets" / "own.yaml").write_text(PROFILE, "utf-8")
    text = MAPPING.format(connector="sql", profile=profile, words=f'url: "sqlite:///crm.db", {words}')
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    plan, findings = examine(Project(folder, folder / "crm-migrate.yaml"), environment="prod")
    return (plan.environment if plan else None), render(errors(findings))


def test_an_edition_is_numbers_for_so_many_users(tmp_path: Path) -> None:
    plan, said = told(tmp_path, "licence: {edition: large, users: 25}")
    assert plan is not None and plan.licence is not None, said
    licence = plan.licence
    assert (licence.storage, licence.requests, licence.hourly) == (1_500_000_000, None, 500)
    assert (licence.size, licence.sizes, licence.verified) == (2_000, {"campaigns": 8_000}, "2026-11-29")


@pytest.mark.parametrize(("users", "requests"), [(1, 1010), (5, 1050), (50, 1200)])
def test_requests_grow_with_users_up_to_a_limit(tmp_path: Path, users: int, requests: int) -> None:
    plan, said = told(tmp_path, f"licence: {{edition: small, users: {users}}}")
    assert plan is not None and plan.licence is not None, said
    assert plan.licence.requests == requests


def test_a_contract_overrules_the_edition(tmp_path: Path) -> None:
    words = "licence: {edition: small, records: {contacts: 900}, storage: 7 GB, requests: 5000}"
    plan, said = told(tmp_path, words)
    assert plan is not None and plan.licence is not None, said
    licence = plan.licence
    assert (licence.records, licence.storage, licence.requests) == ({"contacts": 900}, 7_000_000_000, 5000)


@pytest.mark.parametrize(
    ("words", "assumed"),
    [
        ("licence: small", True), ("licence: {edition: small, users: 1}", False),
        ("licence: {edition: small, requests: 5000}", False), ("licence: large", True),
        ("licence: {edition: large, storage: 7 GB}", False), ("licence: {edition: large, requests: 9}", True),
    ],
)  # fmt: skip
def test_one_user_is_assumed_where_users_count_and_nobody_said_how_many(
    tmp_path: Path, words: str, assumed: bool
) -> None:
    plan, said = told(tmp_path, words)
    assert plan is not None and plan.licence is not None, said
    assert (plan.licence.users, plan.licence.assumed, plan.editions) == (1, assumed, ())


@pytest.mark.parametrize(("profile", "editions"), [("own", ("small", "large")), ("sql", ())])
def test_without_a_licence_the_plan_knows_which_could_be_named(
    tmp_path: Path, profile: str, editions: tuple[str, ...]
) -> None:
    plan, said = told(tmp_path, "needs: []", profile)
    assert plan is not None and plan.licence is None, said
    assert plan.editions == editions


def test_one_word_is_the_edition(tmp_path: Path) -> None:
    plan, said = told(tmp_path, "licence: small")
    assert plan is not None and plan.licence is not None, said
    assert (plan.licence.edition, plan.licence.users, plan.licence.records) == ("small", 1, {"contacts": 100})


@pytest.mark.parametrize(
    ("words", "profile", "said"),
    [
        ("licence: smal", "own", "in the profile of A small CRM the edition `smal` is not there"),
        ("licence: {edition: small, records: {deals: 3}}", "own", "the object `deals` is not there"),
        ("licence: small", "sql", "says nothing of editions"),
        ("freeze: {starts: 2026-12-12T18:00, ends: 2026-12-14T06:00}", "own", "does not say in which time zone"),
        (
            'freeze: {starts: "2026-12-32T18:00Z", ends: "2026-12-14T06:00Z"}',
            "own",
            "is no moment (day",
        ),
        ('freeze: {starts: "2026-12-14T18:00Z", ends: "2026-12-14T06:00Z"}', "own", "before it starts"),
        ('freeze: {starts: "2026-12-14T08:00+03:00", ends: "2026-12-14T05:00Z"}', "own", "before it starts"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(tmp_path: Path, words: str, profile: str, said: str) -> None:
    _, found = told(tmp_path, words, profile)
    assert said in found
    assert "crm-migrate.yaml:6" in found


def test_a_freeze_is_kept_as_it_was_written(tmp_path: Path) -> None:
    plan, said = told(tmp_path, 'freeze: {starts: "2026-12-12T18:00+03:00", ends: "2026-12-14T06:00+03:00"}')
    assert plan is not None and plan.freeze is not None, said
    assert (plan.freeze.starts, plan.freeze.reserve_hours) == ("2026-12-12T18:00+03:00", 2)
