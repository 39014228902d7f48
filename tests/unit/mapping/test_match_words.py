"""The words of `match:`: short and long form, the limit, and what is refused with the word that was meant."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.errors import MappingError
from crm_migrate.mapping.plan import ExistingPlan, LearnedPlan, ObjectPlan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.mapping.text import TextError, parse_wrong
from crm_migrate.workspace.layout import Project

SMALL = """crm_migrate: 1
sources:
  kisi: {file: kisi.csv, key: ID}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: kisi
    fields: {last_name: Soyad, email: E-posta}
"""


def contacts(folder: Path, match: str, more: str = "") -> ObjectPlan:
    path = folder / "crm-migrate.yaml"
    path.write_text(f"{SMALL}    match: {match}\n{more}", encoding="utf-8")
    return resolve(Project(folder, path))[0].object("contacts")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("learned", "{learned: propose}"),
        ("learned", "{learned: propose, limit: 1 per 1000}"),
        ("[{rule: r, same: email}]", "{rules: [{rule: r, same: [email], do: review}]}"),
        ("[{rule: r, same: email}]", "\n      rules:\n        - {rule: r, same: email}"),
    ],
)
def test_every_short_form_is_its_long_form(tmp_path: Path, short: str, long: str) -> None:
    assert contacts(tmp_path, short) == contacts(tmp_path, long)


def test_the_first_run_proposes_and_merging_is_opted_in(tmp_path: Path) -> None:
    assert contacts(tmp_path, "learned").learned == LearnedPlan(do="propose", limit=0.001)
    assert contacts(tmp_path, "{learned: merge, limit: 1 per 2000}").learned == LearnedPlan(do="merge", limit=0.0005)
    both = contacts(tmp_path, "{learned: merge, rules: [{rule: r, same: [email], do: apart}]}")
    assert both.learned is not None and both.match[0].do == "apart"


def test_existing_records_by_the_model_take_the_limit_of_the_object(tmp_path: Path) -> None:
    found = contacts(
        tmp_path, "{learned: merge, limit: 1 per 500}", "    existing: {match: learned, then: fill_blanks}\n"
    )
    assert found.existing == ExistingPlan(learned=LearnedPlan(do="merge", limit=0.002), then="fill_blanks")


@pytest.mark.parametrize(
    ("match", "code", "hint"),
    [
        ("learnt", "mapping_value", "Did you mean `learned`?"),
        ("{learned: merged}", "mapping_value", "Did you mean `merge`?"),
        ("{learned: automatic}", "mapping_value", "Valid here: merge, propose."),
        ("{learnd: merge}", "mapping_unknown_word", "Did you mean `learned`?"),
        ("{learned: merge, limt: 1 per 99}", "mapping_unknown_word", "Did you mean `limit`?"),
        ("{limit: 1 per 1000}", "field_conflict", "learned: propose"),
        ("{learned: merge, limit: 0.1%}", "mapping_text", "1 per 1000"),
        ("{learned: merge, limit: 0 per 1000}", "mapping_text", "1 per 1000"),
        ("{learned: merge, limit: 1 per 9}", "mapping_text", "1 per 10"),
        ("[{rule: learned, same: email}]", "match_refused", "name of its own"),
    ],
)
def test_what_is_not_meant_is_refused_with_the_nearest_word(tmp_path: Path, match: str, code: str, hint: str) -> None:
    with pytest.raises(MappingError) as caught:
        contacts(tmp_path, match)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert hint in finding.hint
    assert finding.place.line == 10


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_limit_is_a_share_of_at_most_a_tenth(wrong: int, of: int) -> None:
    if wrong * 10 <= of:
        assert parse_wrong(f"{wrong} per {of}") == wrong / of
    else:
        with pytest.raises(TextError):
            parse_wrong(f"{wrong} per {of}")
