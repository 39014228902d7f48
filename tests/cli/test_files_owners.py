"""Owners in files to import: as the import finds its users, or it is told before it leaves them out."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
project: {name: owners, locale: LOCALE}
sources: {firms: {file: firms.csv, key: No}}
owners: {from: owners.csv}
environments:
  import: {connector: files, profile: PROFILE}
objects:
  accounts:
    from: firms
    fields:
      name: {firms: Firma, required: true}
      owner: OWNER
"""
BY_MAILBOX = "ayse,ayse@firm.example,active,\nkaan,kaan@firm.example,active,\nold,old@firm.example,left,ayse\n"
BY_ID = "ayse,005A0000001abcd,active,\nkaan,005A0000001abceAAA,active,\nold,old@firm.example,left,ayse\n"
BY_NAME = "ayse,Ayşe Yılmaz,active,\nkaan,Kaan Er,active,\nold,old@firm.example,left,ayse\n"
THEIRS = "{firms: Wer, then: owner}"


def project(
    folder: Path, profile: str, owners: str = BY_MAILBOX, locale: str = "en-GB", owner: str = THEIRS
) -> Project:
    text = MAPPING.replace("PROFILE", profile).replace("LOCALE", locale).replace("OWNER", owner)
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    (folder / "owners.csv").write_text(f"legacy_login,target_email,status,successor\n{owners}", "utf-8")
    (folder / "firms.csv").write_text("No,Firma,Wer\n1,Ege,ayse\n2,Çam,kaan\n", "utf-8")
    return Project(folder, folder / "crm-migrate.yaml")


def run(folder: Path) -> tuple[Path, dict[str, Any]]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.stderr + repr(done.exception)
    figures = json.loads(done.stdout)["figures"]
    return folder / "import" / figures["header"]["run"], figures


@pytest.mark.parametrize(
    ("profile", "by", "right", "wrong"),
    [
        ("salesforce_files", "id", BY_ID, BY_MAILBOX),
        ("hubspot_files", "mailbox", BY_MAILBOX, BY_NAME),
        ("zoho_files", "mailbox", BY_MAILBOX, BY_ID),
        ("freshsales_files", "mailbox", BY_MAILBOX, BY_NAME),
        ("espocrm_files", "name", BY_NAME, BY_MAILBOX),
    ],
)
def test_owners_that_the_import_does_not_find_are_told_at_the_check(
    tmp_path: Path, profile: str, by: str, right: str, wrong: str
) -> None:
    assert not [each for each in examine(project(tmp_path, profile, right))[1] if each.code == "mapping_file"]
    (found,) = (each for each in examine(project(tmp_path, profile, wrong))[1] if each.code == "mapping_file")
    assert "`owners.csv` has 2 line(s) with an owner whom the import does not find (line 2, 3)" in found.message
    assert f"by the {by}" in found.hint and "`owners: refs/owners-import.csv`" in found.hint


def test_owners_that_do_not_go_there_need_no_ids(tmp_path: Path) -> None:
    archived = "{firms: Wer, then: owner, action: archive}"
    assert not [
        e for e in examine(project(tmp_path, "salesforce_files", owner=archived))[1] if e.code == "mapping_file"
    ]


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en-GB", "by the id of a user"), ("de-DE", "nach der ID eines Benutzers"), ("tr-TR", "kullanıcının kimliğiyle")],
)
def test_ids_of_the_owners_stand_in_the_file_and_the_page_says_so(tmp_path: Path, locale: str, said: str) -> None:
    project(tmp_path, "salesforce_files", BY_ID, locale)
    place, _ = run(tmp_path)
    with (place / "01-Account.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [row["OwnerId"] for row in rows] == ["005A0000001abcd", "005A0000001abceAAA"]
    page = (place / "README.md").read_text("utf-8")
    assert said in page and "`OwnerId`" in page


def test_an_owner_that_a_value_map_says_is_looked_at_too_and_the_others_go(tmp_path: Path) -> None:
    project(tmp_path, "salesforce_files", owner="{firms: Wer | map(ids)}")
    mapping = tmp_path / "crm-migrate.yaml"
    ids = "value_maps: {ids: {unmapped: keep, map: {ayse: 005A0000001abcd}}}\n"
    mapping.write_text(mapping.read_text("utf-8") + ids, "utf-8")
    mapping.write_text(mapping.read_text("utf-8").replace("owners: {from: owners.csv}\n", ""), "utf-8")
    place, figures = run(tmp_path)
    with (place / "01-Account.csv").open(encoding="utf-8", newline="") as file:
        assert [row["Name"] for row in csv.DictReader(file)] == ["Ege"]
    (refused,) = (group for group in figures["exceptions"] if group["code"] == "target_refused")
    assert refused["count"] == 1


def test_a_form_that_is_none_is_told(tmp_path: Path) -> None:
    found = project(tmp_path, "own")
    place = tmp_path / "mappings" / "targets"
    place.mkdir(parents=True)
    text = "crm_migrate_target: 1\ntitle: Own\nlast_verified: 2025-03-01\nfiles: {owner_by: id, owner_form: '(005'}\n"
    objects = "objects: {accounts: {name: a, fields: {name: {}, owner: {}}}}\n"
    (place / "own.yaml").write_text(text + objects, "utf-8")
    assert any("`(005` is no regular expression" in each.message for each in examine(found)[1])
