"""A choice without a value map names its values: what the target does not take, and what nobody can check."""

import pytest

from crm_migrate.finding import Finding
from crm_migrate.pipeline import Outcome, start
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
project: {name: p}
sources:
  a: {file: a.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  kind: {unmapped: hold, map: {K: customer, L: supplier}}
objects:
  accounts:
    from: a
    fields: {name: Name, industry: Branch, type: Kind | map(kind)}
  leads:
    from: a
    fields:
      last_name: Name
      status: {a: State, sensitive: health, because: D-1}
      lead_source: {constant: file}
  deals:
    from: a
    fields: {name: Name, stage: Stage}
"""
STAGES = ["Yeni", "Yeni", "Yeni", "Kazanıldı", "Kazanıldı", "nwe", "new", "closedwon", ""]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("choices")
    (folder / "decisions.yaml").write_text("scope: [{id: D-1, who: ayse, when: 2025-01-02, text: wanted}]\n", "utf-8")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    rows = [
        f"{n},Firm {n},{'Yapı' if n % 2 else 'Gıda'},{'K' if n % 2 else 'L'},ill {n},{s}" for n, s in enumerate(STAGES)
    ]
    rows += [f"{n},Firm {n},Sektör {n},K,,new" for n in range(20, 40)]
    (folder / "a.csv").write_text("\n".join(["Id,Name,Branch,Kind,State,Stage", *rows, ""]), "utf-8")
    return start(Project(folder, folder / "crm-migrate.yaml"), None, lambda *_: None, workers=1)


def told(outcome: Outcome, code: str, field: str) -> Finding:
    (found,) = [f for f in outcome.findings if f.code == code and f.place.field == field]
    return found


def test_values_that_the_target_does_not_take_are_named_with_their_counts(outcome: Outcome) -> None:
    found = told(outcome, "not_a_choice", "stage")
    assert found.message.endswith("choices: `Yeni` (3), `Kazanıldı` (2), `nwe` (1; did you mean `new`?)")
    assert found.count == 6 and "closedlost" in found.hint and found.place.source == "deals"


def test_values_that_nobody_can_check_are_named_unless_a_value_map_wrote_them(outcome: Outcome) -> None:
    found = told(outcome, "choices_unchecked", "industry")
    assert "`Gıda` (5), `Yapı` (4), `Sektör 20` (1)" in found.message
    assert found.message.endswith(" and 12 other value(s)")
    assert {f.place.field for f in outcome.findings if f.code == "choices_unchecked"} == {"industry", "status"}


def test_personal_values_are_counted_and_not_named(outcome: Outcome) -> None:
    found = told(outcome, "choices_unchecked", "status")
    assert found.message.endswith("not known here: 9 other value(s)") and "ill" not in found.message


def test_the_report_shows_every_value_before_it_repeats_one(outcome: Outcome) -> None:
    assert outcome.figures is not None
    (group,) = [g for g in outcome.figures.exceptions if g.code == "not_a_choice"]
    assert [(e.record, e.source) for e in group.examples][:4] == [
        ("a:0", "Yeni"), ("a:3", "Kazanıldı"), ("a:5", "nwe"), ("a:1", "Yeni"),
    ]  # fmt: skip
