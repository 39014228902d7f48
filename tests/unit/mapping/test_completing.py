"""What an editor is offered of the target: the CRM model's fields, and the places that the target has."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.mapping import schema

MAPPING = """crm_migrate: 1
sources: {people: {file: people.csv, key: id}}
environments: {mock: {connector: sql, url: "sqlite:///crm.db"}}
objects:
  contacts:
    from: people
    fields: {last_name: {people: name, to: shoe_size}, email: mail, own: {people: name, type: text, to: anything}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("id,name,mail\n1,Kim,kim@x.example\n", "utf-8")
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def written(project: Path) -> dict[str, object]:
    done = CliRunner().invoke(cli, ["schema", str(project), "--write"])
    assert done.exit_code == 0, done.output
    content: dict[str, object] = json.loads((project / schema.FILE).read_text("utf-8"))
    return content


def offered(content: dict[str, object]) -> tuple[set[str], set[str]]:
    block = content["properties"]["objects"]["properties"]["contacts"]["allOf"][1]  # type: ignore[index]
    fields = block["properties"]["fields"]
    return set(fields["properties"]), set(fields["additionalProperties"]["properties"]["to"]["anyOf"][0]["enum"])


def test_before_anybody_asked_the_target_the_profile_is_offered(project: Path) -> None:
    fields, places = offered(written(project))
    assert {"last_name", "email", "consent", "company"} <= fields
    assert {"last_name", "email", "job_title"} <= places
    assert "shoe_size" not in places


def test_after_a_pull_the_places_are_those_of_the_target(project: Path) -> None:
    assert CliRunner().invoke(cli, ["target", "prepare", str(project)]).exit_code == 0
    assert CliRunner().invoke(cli, ["target", "pull", str(project)]).exit_code == 0
    _, places = offered(written(project))
    assert {"shoe_size", "anything", "email"} <= places
    assert "job_title" not in places, "the table has no such column"


def test_what_is_not_offered_is_as_good(project: Path) -> None:
    block = written(project)["properties"]["objects"]["properties"]["contacts"]  # type: ignore[index]
    assert block["allOf"][0] == {"$ref": "#/$defs/ObjectPart"}
    fields = block["allOf"][1]["properties"]["fields"]
    lines = [*fields["properties"].values(), fields["additionalProperties"]]
    assert all(line["properties"]["to"]["anyOf"][1] == {"type": "string"} for line in lines)
    assert not any("required" in line or "additionalProperties" in line for line in lines)


def test_a_mapping_with_errors_has_the_schema_of_the_language(project: Path) -> None:
    (project / "crm-migrate.yaml").write_text(MAPPING.replace("people: name", "nobody: name"), "utf-8")
    done = CliRunner().invoke(cli, ["schema", str(project), "--write"])
    assert done.exit_code == 0
    assert "without the fields of the target" in done.stderr
    assert (project / schema.FILE).read_text("utf-8") == schema.schema()
