"""What is generated from the model is fresh, and an editor gets a schema that agrees with the reader."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pytest
from click.testing import CliRunner
from pydantic import BaseModel, TypeAdapter, ValidationError

from crm_migrate.cli.mapping import schema_command
from crm_migrate.cli.mapping_verbs import mapping_group
from crm_migrate.connecting.discovery import available, source_options, target_options
from crm_migrate.mapping import deriving, schema
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving_proofs import GATES

ROOT = Path(__file__).parents[3]
WORKED = ROOT / "tests" / "golden" / "mapping" / "worked"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_mapping_reference", ROOT / "scripts" / "make_mapping_reference.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_fresh() -> None:
    module = script()
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "python scripts/make_mapping_reference.py"
    assert module.EXAMPLES.read_text(encoding="utf-8") == module.examples_page.page()


def sections() -> dict[str, dict[str, list[str]]]:
    """Model -> word -> value, default and meaning, as the page has them."""
    page = (ROOT / "docs" / "mapping-reference.md").read_text("utf-8")
    found = {}
    for title, body in re.findall(r"^## (\w+)\n(.*?)(?=^## )", page, re.DOTALL | re.MULTILINE):
        rows = [re.split(r" \| ", line[2:-2]) for line in body.splitlines() if line.startswith("| `")]
        found[title] = {row[0].strip("`"): row[1:] for row in rows}
    return found


MODELS = {part.__name__: part for part in script()._models()}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_word_of_the_model_stands_in_the_reference_as_the_model_has_it(name: str) -> None:
    shown, fields = sections()[name], MODELS[name].model_fields
    words = {field.alias or word: field for word, field in fields.items() if word != "cells"}
    assert shown.keys() == words.keys()
    for word, field in words.items():
        value, default, meaning, example = shown[word]
        assert meaning.strip(), f"{name}.{word} has no meaning"
        assert default.strip(), f"{name}.{word} has no default"
        assert f"{word}: " in example, f"{name}.{word} has no example: write one into docs/words/"
        assert (default == "**required**") == field.is_required(), word
        reads = TypeAdapter(Annotated[field.annotation, None, *field.metadata])
        if default.startswith("`"):
            assert reads.validate_python(default.strip("`")) == field.default, word
        elif default == "as its words say":
            assert isinstance(field.default, BaseModel), word
        elif default != "**required**":
            empty = field.get_default(call_default_factory=True)
            assert empty in (None, "", (), {}) or isinstance(empty, BaseModel), word
        if re.fullmatch(r"(?:text: )?`[^`]+`(?: / `[^`]+`)*", value):
            choices = [each.replace("(...)", "(x)") for each in re.findall(r"`([^`]+)`", value)]
            for choice in choices:
                reads.validate_python(choice)
            with pytest.raises(ValidationError):
                reads.validate_python("no word of these")


def test_gates_and_words_of_connectors_are_in_the_reference() -> None:
    page = (ROOT / "docs" / "mapping-reference.md").read_text("utf-8")
    assert all(f"`{name}`" in page.partition("## Gates")[2].partition("##")[0] for name in GATES)
    words = page.partition("## Words of connectors")[2].partition("##")[0].splitlines()
    for each in available():
        (line,) = (line for line in words if line.startswith(f"| `{each.name}` |"))
        told = {*(source_options(each.name) or ()), *(target_options(each.name) or ())}
        assert set(re.findall(r"`(\w+)`", line)) == {each.name, *told}


def test_the_schema_knows_the_words() -> None:
    content = json.loads(schema.schema())
    assert set(content["properties"]) >= {"crm_migrate", "sources", "environments", "objects", "examples"}
    field = content["$defs"]["TargetField"]["anyOf"]
    assert field[0] == {"type": "string"}
    assert field[1]["additionalProperties"]["type"] == "string"
    assert "cells" not in field[1]["properties"]
    assert "from" in content["$defs"]["ObjectPart"]["properties"]
    assert content["required"] == ["crm_migrate"]
    assert content["anyOf"][1] == {"required": ["use"]}, "what a shared mapping says need not be said again"


def test_the_schema_is_written_beside_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "crm-migrate.yaml"
    path.write_text("crm_migrate: 1\n", encoding="utf-8")
    for _ in range(2):
        result = CliRunner().invoke(schema_command, [str(tmp_path), "--write"])
        assert result.exit_code == 0, result.output
    assert path.read_text(encoding="utf-8") == f"{schema.MODELINE}\ncrm_migrate: 1\n"
    assert (tmp_path / schema.FILE).read_text(encoding="utf-8") == schema.schema()


def test_check_says_which_files_are_not_there_and_nothing_else() -> None:
    result = CliRunner().invoke(mapping_group, ["check", str(WORKED)])
    assert result.exit_code == 3, result.output
    assert result.stdout.count("error[") == result.stdout.count("error[source_unread]") > 0


def test_check_reads_the_headers(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("Id,Vorname,E-Mail\n1,Ada,ada@firma.example\n", encoding="utf-8")
    (tmp_path / "crm-migrate.yaml").write_text(
        'crm_migrate: 1\nsources: {k: {file: c.csv, key: Id}}\nenvironments: {mock: {connector: sql, url: "sqlite:///x.db"}}\n'
        "objects:\n  contacts:\n    from: k\n    fields:\n      first_name: Vorname\n      email: E-Post\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(mapping_group, ["check", str(tmp_path), "--format", "json"])
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert [f["code"] for f in found] == ["columns_unmapped", "column_unknown"]
    assert found[1]["place"]["line"] == 9


def test_show_prints_the_plan_and_the_workbook() -> None:
    shown = CliRunner().invoke(mapping_group, ["show", str(WORKED), "--json"])
    assert Plan.model_validate_json(shown.stdout).object("deals").target == "deals"
    shown = CliRunner().invoke(mapping_group, ["show", str(WORKED), "--resolved"])
    assert "phone(TR)" in shown.stdout
    assert "second pass" in shown.stdout


def test_derived_fields_are_described() -> None:
    page = (ROOT / "docs" / "mapping-reference.md").read_text("utf-8")
    assert all(f"| `{name}` | {meaning} |" in page for name, meaning in deriving.MEANINGS.items())
