"""Every word of the reference has a meaning, a default and an example, and every example is executed here."""

import re
import shlex
import sqlite3
import sys
from pathlib import Path

import pytest
from called import call

from crm_migrate.cleansing import STEPS
from crm_migrate.cleansing.kinds import KINDS
from crm_migrate.connecting.discovery import available, target_options
from crm_migrate.crm.types import TYPES
from crm_migrate.finding import errors
from crm_migrate.mapping import expression_syntax
from crm_migrate.mapping.plan import VETOES, LearnedPlan
from crm_migrate.mapping.resolving import examine, resolve
from crm_migrate.mapping.resolving_fields import SURVIVE
from crm_migrate.mapping.resolving_proofs import GATES
from crm_migrate.mapping.text import parse_steps
from crm_migrate.stages.reconcile.gates import Found, gates
from crm_migrate.workspace.figures import AccountingLine
from crm_migrate.workspace.layout import Project

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "scripts"))

from reference import small  # noqa: E402
from reference.scenarios import Scenario, scenarios  # noqa: E402 -- the scripts are no package
from reference.used import shown  # noqa: E402

SCENARIOS = scenarios()


@pytest.fixture(params=SCENARIOS, ids=lambda each: f"{each.family}-{each.name}")
def scenario(request: pytest.FixtureRequest) -> Scenario:
    found: Scenario = request.param
    return found


def ran(command: str, folder: Path) -> str:
    """What a command of a session prints."""
    verb, *arguments = shlex.split(command)
    if verb == "sqlite3":
        file, query = arguments
        rows = sqlite3.connect(folder / file).execute(query)
        return "".join("|".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)
    assert verb == "crm-migrate", command
    called = call(*arguments, folder=folder)
    return called.stdout + called.stderr


def test_an_example_checks_green_and_its_own_examples_come_out_as_said(scenario: Scenario, tmp_path: Path) -> None:
    folder = scenario.laid_out(tmp_path / "project")
    checked = call("mapping", "check", folder=folder)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout == "", "not even a warning"
    assert "examples:" in scenario.body or scenario.session, "an example that shows nothing but that it parses"
    if "examples:" in scenario.body:
        tested = call("mapping", "test", folder=folder)
        assert tested.returncode == 0, tested.stdout


def test_what_a_session_shows_is_what_happens(scenario: Scenario, tmp_path: Path) -> None:
    folder = scenario.laid_out(tmp_path / "project")
    for command, lines in scenario.session:
        printed = " ".join(ran(command, folder).split())
        at = 0
        for line in lines:
            wanted = " ".join(line.split())
            found = printed.find(wanted, at)
            assert found >= 0, f"$ {command}\n{line}\nis not in what it prints:\n{printed}"
            at = found + len(wanted)


def test_a_word_of_the_model_without_an_example_is_seen() -> None:
    """The table of a model looks its words up here: what is not here has no example there (`test_reference`)."""
    assert shown().keys() >= {("TargetField", "python"), ("Parent", "ref"), ("ProfileField", "read_only")}
    assert all(text.startswith(f"{word}: ") for (_, word), (_, text) in shown().items())


@pytest.mark.parametrize("name", list(STEPS))
def test_a_step_tells_all_its_parameters_and_shows_each(name: str) -> None:
    """Every parameter has a meaning, a default, and an example that gives it; some example does something."""
    examples = small.of_step(name)
    assert any(each.result != each.given or each.flag for each in examples)
    told = small.words("steps").get(name, {}).get("parameters", {})
    assert list(told) == [parameter.rstrip(".") for parameter in STEPS[name].parameters]
    for each in told.values():
        assert each.keys() == {"means", "default"}, "a comma cut a text"
        assert each["means"].strip(), each["default"].strip()
    given = [argument for each in examples for argument in arguments(name, each.written)]
    assert set(told) <= set(given), "an example for each"


def arguments(name: str, written: str) -> list[str]:
    """The parameters that an example gives, by their names."""
    (step,) = parse_steps(written)
    parameters = [parameter.rstrip(".") for parameter in STEPS[name].parameters]
    return [*(parameters[min(at, len(parameters) - 1)] for at in range(len(step.plan.args))), *step.plan.options]


@pytest.mark.parametrize("name", list(KINDS))
def test_a_kind_of_clean_shows_each_of_its_options(name: str) -> None:
    mine = [each for each in small.words("kinds") if each[0] == name]
    assert mine, "docs/words/small/kinds.yaml"
    assert {option for each in mine for option in (each[3] if len(each) > 3 else {})} == set(KINDS[name].options)


def test_every_type_survivorship_gate_and_veto_is_told() -> None:
    assert small.words("types").keys() == TYPES.keys()
    assert all(each.keys() == {"means", "cells"} for each in small.words("types").values())
    assert all(each.keys() == {"means", "type", "says"} for each in small.words("survivorship").values())
    assert small.words("survivorship").keys() == SURVIVE
    assert small.words("others")["gates"].keys() == GATES
    assert small.words("others")["vetoes"].keys() == set(VETOES.values())


def test_every_sign_word_and_function_of_expressions_is_told() -> None:
    said = small.words("expressions")
    assert said["functions"].keys() == expression_syntax.FUNCTIONS.keys()
    assert said["words"].keys() == expression_syntax.KEYWORDS | {"a name"}
    signs = set("".join(said["signs"]).replace(" ", ""))
    for sign in ("<=", ">=", "!=", *"=<>+-*/"):
        assert sign in said["signs"]
    assert signs == set("=!<>+-*/()[]")
    for part in said.values():
        for name, each in part.items():
            assert each.keys() == {"means", "examples"}, name
            assert each["means"].strip(), name
            assert each["examples"], name


def test_no_row_of_the_reference_lacks_a_cell() -> None:
    """Whatever the tables are made of: a blank cell is a word that is not told."""
    page = (ROOT / "docs" / "mapping-reference.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) > 400
    assert [row for row in rows if any(not cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1])] == []


def test_what_holds_where_nothing_is_said_is_what_the_resolver_takes(tmp_path: Path) -> None:
    said = small.words("defaults")
    (tmp_path / "crm-migrate.yaml").write_text(PLAIN, encoding="utf-8")
    plan, _ = resolve(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    deals = plan.object("deals")
    company = deals.field("company").ref
    assert company is not None
    for word in ("missing", "ambiguous", "parent_excluded"):
        assert said[f"TargetField.{word}"].split(";")[0] == getattr(company, word)
    assert said["TargetField.on_clock_change"] == deals.field("created_at").on_clock_change
    assert said["Feed.trust"] == str(deals.feeds[0].trust)
    assert said["Match.limit"] == f"1 per {1 / LearnedPlan().limit:.0f}"
    assert plan.project == tmp_path.name, said["ProjectPart.name"]
    assert {name.partition(".")[0] for name in said} <= {model for model, _ in shown()}


def test_gates_that_nobody_said_have_the_limit_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(PLAIN, encoding="utf-8")
    plan, _ = resolve(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    line = AccountingLine(object="deals", source="opp", read=0, extra=0, states={"failed": 0}, unexplained=0)
    implied = {gate.name for gate in gates(plan, Found(accounting=[line]))}
    told = small.words("others")["gates"]
    assert {name for name, each in told.items() if each["default"] != "none"} == implied & GATES


def options(said: dict[str, dict[str, str]], words: frozenset[str]) -> str:
    return ", ".join(f"{word}: '{said[word]['value']}'" for word in sorted(words))


def test_every_option_of_an_environment_is_told_and_taken(tmp_path: Path) -> None:
    said = small.words("others")["options"]
    asked = {each.name: target_options(each.name) or frozenset() for each in available()}
    of_targets = {word for word, each in said.items() if not each["means"].startswith("(source")}
    assert of_targets == frozenset[str]().union(*asked.values())
    environments = "".join(
        f"  {name}: {{connector: {name}, {options(said, words)}}}\n" for name, words in asked.items() if words
    )
    mapping = re.sub(r"environments: .*\n", lambda _: f"environments:\n{environments}", PLAIN)
    (tmp_path / "crm-migrate.yaml").write_text(mapping, encoding="utf-8")
    for name in (name for name, words in asked.items() if words):
        _, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"), environment=name)
        asks = ("profile_unknown", "required_unmapped")  # that is for a project
        assert [each for each in errors(findings) if each.code not in asks] == []


PLAIN = """crm_migrate: 1
sources: {opp: {file: opp.csv, key: Nr}, firm: {file: firm.csv, key: Nr}}
environments: {mock: {connector: sql, url: "sqlite:///crm.db"}}
objects:
  accounts: {from: firm, fields: {name: Name}}
  deals: {from: opp, fields: {name: Name, company: Firm, created_at: Since}}
"""
