"""`mode:` of one object and of all, and what it makes idle."""

from pathlib import Path

import pytest

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.errors import MappingError
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.workspace.layout import Project

SMALL = """crm_migrate: 1
sources:
  kisi: {file: kisi.csv, key: ID}
  liste: {file: liste.csv, key: ID}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
ALL
objects:
  accounts: {from: kisi, fields: {name: Firma}}
  contacts:
    from: kisi
    ONE
    enrich: {liste: {by: email, unmatched: suppression_list}}
    fields: {last_name: Soyad, email: {kisi: Mail, liste: Mail}, consent: {kisi: = 'granted', liste: = 'withdrawn'}}
"""


def resolved(folder: Path, one: str = "", all_: str = "") -> tuple[Plan, list[Finding]]:
    path = folder / "crm-migrate.yaml"
    text = SMALL.replace("ALL\n", all_ and f"{all_}\n").replace("    ONE\n", one and f"    {one}\n")
    path.write_text(text, encoding="utf-8")
    return resolve(Project(folder, path))


def modes(plan: Plan) -> dict[str, str]:
    return {each.name: each.mode for each in plan.objects}


def test_an_object_says_its_mode_and_the_file_that_of_all_others(tmp_path: Path) -> None:
    both = {"accounts": "upsert", "contacts": "upsert", SUPPRESSIONS: "upsert"}
    assert modes(resolved(tmp_path)[0]) == both
    assert modes(resolved(tmp_path, "mode: insert_only")[0]) == both | {"contacts": "insert_only"}
    mixed = modes(resolved(tmp_path, "mode: upsert", "mode: update_only")[0])
    assert mixed == both | {"accounts": "update_only"}, "no opt-out waits for a mode"


def test_another_word_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        resolved(tmp_path, "mode: insert-only")
    (finding,) = caught.value.findings
    assert finding.code == "mapping_value"
    assert "insert_only" in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    ("one", "word"),
    [
        ("existing: {match: [email], then: source_wins}", "then"),
        ("on_rerun: {edited: source_wins}", "edited"),
        ("on_rerun: {now_merged: merge}", "now_merged"),
    ],
)
def test_words_about_changes_are_told_to_be_idle_where_nothing_is_changed(tmp_path: Path, one: str, word: str) -> None:
    _, findings = resolved(tmp_path, one, "mode: insert_only")
    (told,) = (each for each in findings if each.code == "field_conflict")
    assert told.severity is Severity.WARNING
    assert told.message == f"`{word}:` is about changes, and `mode: insert_only` makes none"
    assert told.place.line == 12
    assert not [each for each in resolved(tmp_path, one, "mode: update_only")[1] if each.code == "field_conflict"]
