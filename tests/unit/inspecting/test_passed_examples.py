"""An example that passed is not run again until something that concerns it has changed."""

from pathlib import Path

import pytest

from crm_migrate.inspecting.narrowing import try_examples
from crm_migrate.mapping.plan import ExamplePlan, Plan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.workspace.layout import Project

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts: {from: firms, fields: {name: name | company}}
  contacts: {from: people, fields: {last_name: last, email: mail}}
examples:
  - name: a firm
    given: {firms: [{id: "1", name: " Ada  Ltd "}]}
    expect: {accounts: [{name: Ada Ltd}]}
  - name: a person
    given: {people: [{id: "1", last: Öz, mail: oz@ada.example}]}
    expect: {contacts: [{last_name: Öz}]}
"""


class Bench:
    """A project, and which examples are run."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(folder, folder / "crm-migrate.yaml")
        (folder / "firms.csv").write_text("id,name\n1,Ada Ltd\n", encoding="utf-8")
        (folder / "people.csv").write_text("id,last,mail\n1,Öz,oz@ada.example\n", encoding="utf-8")
        self.write(MAPPING)

    def write(self, mapping: str) -> None:
        self.project.mapping.write_text(mapping, encoding="utf-8")

    def tried(self, *failing: str) -> list[str]:
        """The examples that are run; those named come out otherwise than said."""
        ran: list[str] = []

        def run(_: Plan, example: ExamplePlan) -> list[str]:
            ran.append(example.name)
            return ["wrong"] if example.name in failing else []

        told = try_examples(resolve(self.project)[0], self.project, run)
        assert [name for name, wrong in told.items() if wrong] == [*failing]
        return ran


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_passed_is_not_run_again_and_what_failed_is(bench: Bench) -> None:
    assert bench.tried("a person") == ["a firm", "a person"]
    assert bench.tried() == ["a person"]
    assert bench.tried() == []


@pytest.mark.parametrize(
    ("before", "after", "again"),
    [
        ("{last_name: last, email: mail}", "{last_name: last | digits, email: mail}", ["a person"]),
        ("name | company", "name", ["a firm"]),
        ('name: " Ada  Ltd "', 'name: "Ada"', ["a firm"]),
        ("{last_name: Öz}", "{last_name: Öz, email: oz@ada.example}", ["a person"]),
        ("sqlite:///crm.db", "sqlite:///other.db", []),
        ("crm_migrate: 1\n", "crm_migrate: 1\nproject: {name: p, locale: tr-TR}\n", ["a firm", "a person"]),
    ],
)
def test_only_what_a_change_concerns_is_run_again(bench: Bench, before: str, after: str, again: list[str]) -> None:
    bench.tried()
    assert before in MAPPING
    bench.write(MAPPING.replace(before, after))
    assert bench.tried() == again


def test_a_damaged_memory_is_none(bench: Bench) -> None:
    bench.tried()
    bench.project.passed_examples.write_text("{}", encoding="utf-8")
    assert bench.tried() == ["a firm", "a person"]


def test_another_program_runs_all(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.tried()
    monkeypatch.setattr("crm_migrate.inspecting.narrowing.code_version", lambda: "another")
    assert bench.tried() == ["a firm", "a person"]
