"""Examples of a mapping: run on the part of the plan that they can concern, with what the whole would give."""

from pathlib import Path

import pytest

from crm_migrate.inspecting import examples
from crm_migrate.inspecting.examples import try_example
from crm_migrate.inspecting.narrowing import narrowed
from crm_migrate.mapping.plan import ExamplePlan, Plan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.workspace.layout import Project

COMPANY = Path(__file__).parents[3] / "sample_data" / "anadolu"
NAMES = ("accounts", "contacts", "deals", "suppressions")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return resolve(Project(COMPANY, COMPANY / "crm-migrate.yaml"))[0]


def of(name: str, given: dict[str, dict[str, str]], *expected: str) -> ExamplePlan:
    """An example that expects a record that nobody makes, so that what came out is told."""
    wrong = {each: ({"name": "nobody"},) for each in expected}
    return ExamplePlan(name=name, given={source: (row,) for source, row in given.items()}, expect=wrong)


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "example",
    [
        of("a firm alone", {"firma": {"FirmaNo": "1", "Unvan": "Ilgın Metal", "Web": "ilgin.example"}}, *NAMES[:1]),
        of(
            "one who only refuses",
            {"mail": {"Email Address": "a@ilgin.example", "list_state": "unsubscribed"}},
            *NAMES[3:],
        ),
        of("a person of no firm", {"kisi": {"KisiNo": "7", "Ad": "Ayşe", "Soyad": "Öz", "FirmaNo": "9"}}, *NAMES[:2]),
        of("a line of the sheet", {"sheet": {"Firma": "Ilgın", "Fırsat": "Pres", "Kişi": "Ali Öz"}}, *NAMES[:3]),
    ],
    ids=lambda example: example.name,
)
def test_a_narrowed_plan_gives_what_the_whole_one_gives(
    plan: Plan, example: ExamplePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = try_example(plan, example, tmp_path)
    monkeypatch.setattr(examples, "narrowed", lambda whole, _: whole)
    assert told == try_example(plan, example, tmp_path)
    assert {each.object for each in told} == example.expect.keys()


def test_only_what_an_example_can_concern_is_run(plan: Plan) -> None:
    firm = narrowed(plan, of("a firm", {"firma": {"FirmaNo": "1"}}, "accounts"))
    assert "deals" in {each.name for each in plan.objects} - {each.name for each in firm.objects}
    assert {source for each in firm.objects for source in each.sources} == {"firma"}
