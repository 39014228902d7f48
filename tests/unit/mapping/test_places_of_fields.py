"""Two fields of one place, and a mark of opt-outs beside a consent: neither is written without a word."""

from pathlib import Path

import pytest

from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
sources:
  people: {{file: export/people.csv, key: Id}}
environments:
  mock: {{{target}}}
objects:
  {object}:
    from: people
    fields:
      last_name: Name
      email: Mail | email
      {consent}
      {mark}
"""
SALESFORCE = "connector: salesforce, url: 'https://fictional.my.salesforce.example'"
HUBSPOT = "connector: hubspot, url: 'https://api.hubapi.example'"
ZOHO = "connector: zoho, url: 'https://www.zohoapis.example'"
SQL = "connector: sql, url: 'sqlite:///crm.db'"
WORD = "consent: Wants"


def conflicts(
    folder: Path, target: str, mark: str, *, object: str = "contacts", consent: str = WORD
) -> list[tuple[str, int | None]]:
    """What is told of the places of a mapping, with the line."""
    path = folder / "crm-migrate.yaml"
    path.write_text(MAPPING.format(target=target, object=object, consent=consent, mark=mark), encoding="utf-8")
    _, findings = examine(Project(folder, path))
    return [(each.message, each.place.line) for each in findings if each.code == "field_conflict"]


MARKS = [
    (SALESFORCE, "contacts", "opted: {to: HasOptedOutOfEmail, type: boolean, constant: 'false'}"),
    (SALESFORCE, "contacts", "opted: {to: hasoptedoutofemail, type: boolean, people: Out}"),
    (SALESFORCE, "leads", "opted: {to: HasOptedOutOfEmail, type: boolean, people: Out}"),
    (SALESFORCE, "accounts", "opted: {to: PersonHasOptedOutOfEmail, type: boolean, people: Out}"),
    (ZOHO, "contacts", "opted: {to: Email_Opt_Out, type: boolean, people: Out}"),
    (ZOHO, "leads", "opted: {to: email_opt_out, type: boolean, constant: 'false'}"),
    (HUBSPOT, "contacts", "opted: {to: hs_email_optout_448994475, type: boolean, people: Out}"),
    (HUBSPOT, "contacts", "word: {to: crm_migrate_consent, type: text, people: Out}"),
    (HUBSPOT, "leads", "word: {to: crm_migrate_consent_newsletter, type: text, people: Out}"),
]


@pytest.mark.parametrize(("target", "object", "mark"), MARKS)
def test_a_mark_of_opt_outs_is_not_mapped_beside_a_consent(tmp_path: Path, target: str, object: str, mark: str) -> None:
    consent = "consent: {type: consent, to: Email_Consent__c, people: Wants}" if object == "accounts" else WORD
    ((message, line),) = conflicts(tmp_path, target, mark, object=object, consent=consent)
    assert "`consent` says so" in message and line == 13


def test_a_mark_without_a_consent_is_a_field_like_others(tmp_path: Path) -> None:
    assert not conflicts(tmp_path, SALESFORCE, MARKS[1][2], consent="phone: Phone")
    assert not conflicts(tmp_path, SQL, MARKS[1][2])


@pytest.mark.parametrize("to", ["consent", "Consent"])
def test_two_fields_of_one_place_are_refused(tmp_path: Path, to: str) -> None:
    ((message, line),) = conflicts(tmp_path, SQL, f"also: {{to: {to}, type: text, constant: granted}}")
    assert message.startswith(f"`consent` and `also` both go to `{to}`") and line == 13
