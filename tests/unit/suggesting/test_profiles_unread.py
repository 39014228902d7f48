"""A profile that stands there and has something wrong is told with its place: nothing is recognised by it."""

from pathlib import Path

import pytest

from crm_migrate.finding import Severity
from crm_migrate.mapping.resolving import examine
from crm_migrate.suggesting.amending import amended
from crm_migrate.suggesting.knowledge import profiles, unread
from crm_migrate.suggesting.starting import start
from crm_migrate.workspace.layout import Project

PROFILE = """crm_migrate_source: 1
title: people of OldCRM
last_verified: 2026-03-01
key: Id
columns:
  Id: {}
  Login: {field: users.login}
  user_password: {left: of how the user logs in}
  password: {}
"""


def laid_down(folder: Path, text: str) -> None:
    path = folder / "mappings" / "sources" / "oldcrm.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_a_column_may_be_called_like_a_secret(tmp_path: Path) -> None:
    laid_down(tmp_path, PROFILE)
    assert "oldcrm" in profiles(tmp_path) and not list(unread(tmp_path))


def test_a_profile_with_a_secret_is_told_without_it(tmp_path: Path) -> None:
    laid_down(tmp_path, PROFILE.replace("{left: of how the user logs in}", "hunter2"))
    (told,) = unread(tmp_path)
    assert (
        told.message
        == "the profile oldcrm (mappings/sources/oldcrm.yaml:8) is passed over: a secret stands here as text"
    )
    assert told.place.line == 8 and "hunter2" not in str(told)
    assert "oldcrm" not in profiles(tmp_path)


ROWS = "Id,Login,Mail,Town,Given,Family\n1,kim,kim@oldcrm.example,Bonn,Kim,Er\n2,can,can@oldcrm.example,Ulm,Can,Kaya\n"
MAPPING = """crm_migrate: 1
sources:
  people: {file: people.csv, use: oldcrm%s}
environments: {sql: {connector: sql, url: "sqlite:///crm.db"}}
objects:
  users: {from: people, fields: {name: Login}}
"""
WRONG = [
    ("  Login: {field: users.login, colour: red}", 7, "`colour` is no word here"),
    ("skip: '[Town ='", 10, "is not closed"),
    ("delimiter: ';;'", 10, "a delimiter is one character"),
    ("encoding: latin-99", 10, "there is no encoding of files `latin-99`"),
    ("time_zone: Europe/Nowhere", 10, "the time zone `Europe/Nowhere` is not there"),
    ("changed: Chnaged", 10, "the profile has no column `Chnaged`"),
    ("objects: {users: {where: 'Town ='}}", 10, "the expression ends too early"),
    ("objects: {users: {fields: {email: 'Town | date('}}}", 10, "date"),
    ("objects: {users: {split_rows: 'Town'}}", 10, "`split_rows` cannot be read"),
]


def project(folder: Path, line: str, more: str = "") -> Project:
    """A project whose source uses the profile with that line: in place of one of a column, or at its end."""
    text = PROFILE.replace("  Login: {field: users.login}", line) if line.startswith("  ") else PROFILE + line + "\n"
    laid_down(folder, text)
    (folder / "people.csv").write_text(ROWS, "utf-8")
    (folder / "crm-migrate.yaml").write_text(MAPPING % more, "utf-8")
    return Project(folder, folder / "crm-migrate.yaml")


@pytest.mark.parametrize(("line", "number", "message"), WRONG)
def test_what_is_wrong_with_a_profile_is_told_in_its_own_file(
    tmp_path: Path, line: str, number: int, message: str
) -> None:
    of = project(tmp_path, line)
    _, findings = examine(of, columns=lambda _: ("Id", "Login"))
    told = [(f.place.file, f.place.line, message in f.message) for f in findings if f.severity is Severity.ERROR]
    assert told == [("mappings/sources/oldcrm.yaml", number, True)], findings
    assert "oldcrm" not in profiles(tmp_path)


def test_a_first_mapping_uses_no_profile_that_has_something_wrong(tmp_path: Path) -> None:
    of = project(tmp_path, "skip: '[Town ='")
    of.mapping.unlink()
    begun = start(tmp_path)
    assert "use: oldcrm" not in begun.text
    message = "the profile oldcrm (mappings/sources/oldcrm.yaml:10) is passed over: "
    assert [f.message.startswith(message) for f in begun.skipped] == [True]


def test_proposals_say_so_too(tmp_path: Path) -> None:
    of = project(tmp_path, "delimiter: ';;'")
    of.mapping.write_text((MAPPING % ", key: Id").replace(", use: oldcrm", ""), "utf-8")
    told = [f.message for f in amended(of, {}).unread]
    assert told == ["the profile oldcrm (mappings/sources/oldcrm.yaml:10) is passed over: a delimiter is one character"]
