"""`run --report`: a run writes the formats that were asked for, also where another command ends it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli, main

MAPPING = """crm_migrate: 1
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  deals:
    from: x
    fields: {name: name}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "x.csv").write_text("id;name\n1;Kühlung\n", "utf-8")
    return tmp_path


def written(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "reports").glob("*/*"))


def test_a_run_that_is_resumed_writes_the_formats_that_it_was_begun_with(project: Path) -> None:
    stopped = CliRunner().invoke(cli, ["run", str(project), "--until", "extract", "--report", "xlsx, json"])
    done = CliRunner().invoke(cli, ["resume", str(project)])

    assert (stopped.exit_code, done.exit_code) == (0, 0), done.output
    assert written(project) == ["report.json", "report.xlsx"]


def test_an_unknown_format_is_refused_before_anything_is_read(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["run", str(project), "--report", "html,docx"])

    assert left.value.code == 2
    assert "unknown report format 'docx'" in capsys.readouterr().err
    assert not (project / ".crm-migrate").exists()
