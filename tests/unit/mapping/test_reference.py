"""What is generated from the model is fresh, and an editor gets a schema that agrees with the reader."""

import importlib.util
import json
from pathlib import Path

from click.testing import CliRunner

from crm_migrate.cli.mapping import mapping_group, schema_command
from crm_migrate.mapping import deriving, model, schema
from crm_migrate.mapping.plan import Plan

ROOT = Path(__file__).parents[3]
WORKED = ROOT / "tests" / "golden" / "mapping" / "worked"


def test_the_reference_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location(
        "make_mapping_reference", ROOT / "scripts" / "make_mapping_reference.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "python scripts/make_mapping_reference.py"


def test_the_schema_knows_the_words() -> None:
    content = json.loads(schema.schema())
    assert set(content["properties"]) >= {"crm_migrate", "sources", "environments", "objects", "examples"}
    field = content["$defs"]["TargetField"]["anyOf"]
    assert field[0] == {"type": "string"}
    assert field[1]["additionalProperties"]["type"] == "string"
    assert "cells" not in field[1]["properties"]
    assert "from" in content["$defs"]["ObjectPart"]["properties"]


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


def test_words_that_decide_what_survives_and_what_money_is_worth_are_described() -> None:
    described = {
        model.TargetField: ("survive", "per", "keep_others", "default_from", "evidence"),
        model.Money: ("rates", "rate_on"),
    }
    for part, words in described.items():
        assert all(part.model_fields[word].description for word in words), part
    page = (ROOT / "docs" / "mapping-reference.md").read_text("utf-8")
    assert all(f"| `{name}` | {meaning} |" in page for name, meaning in deriving.MEANINGS.items())
