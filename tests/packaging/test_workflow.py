"""The workflow that docs show: every `run:` of it in a fresh clone of a repository, with the package as installed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "docs" / "github-workflow.yml"


def workflow() -> dict[str, Any]:
    document = YAML(typ="safe").load(WORKFLOW)
    assert isinstance(document, dict)
    return document


def commands() -> list[str]:
    (job,) = workflow()["jobs"].values()
    return [step["run"] for step in job["steps"] if "run" in step]


def test_it_runs_on_pushes_and_pull_requests_and_may_only_read() -> None:
    document = workflow()

    assert set(document["on"]) == {"push", "pull_request"}
    assert document["permissions"] == {"contents": "read"}
    (job,) = document["jobs"].values()
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    assert next(step for step in job["steps"] if step.get("uses", "").startswith("actions/upload-artifact"))["if"] == (
        "always()"
    )


class Runner:
    """A machine of CI: a clone of a repository with a project, and a Python that has our libraries and not us."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.page = folder / "page.md"
        site = [path for path in sys.path if path.endswith("site-packages")]
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "python")], check=True)
        pure = next((folder / "python").rglob("site-packages"))
        (pure / "ours.pth").write_text("\n".join(site), encoding="utf-8")
        self._build(folder / "wheels")
        self.variables = {
            "PATH": os.pathsep.join([str(folder / "python" / "bin"), os.environ["PATH"]]),
            "HOME": str(folder),
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_FORCE_REINSTALL": "1",
            "PIP_FIND_LINKS": str(folder / "wheels"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.page),
            "GITHUB_WORKSPACE": str(self.clone),
            "GITHUB_BASE_REF": "main",
        }
        origin = folder / "origin"
        shutil.copytree(
            ROOT / "sample_data" / "anadolu", origin / "anadolu", ignore=shutil.ignore_patterns("truth", "second")
        )
        git(origin, "init", "--quiet", "--initial-branch=main")
        git(origin, "add", ".")
        git(origin, "commit", "--quiet", "--message=a project")
        git(folder, "clone", "--quiet", str(origin), str(self.clone))

    @staticmethod
    def _build(into: Path) -> None:
        command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(into), str(ROOT)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """As a step of a job: by bash, which stops at the first error."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=self.clone, env=self.variables, capture_output=True, text=True, check=False,
        )  # fmt: skip


def git(folder: Path, *arguments: str) -> None:
    someone = ["-c", "user.name=Ida", "-c", "user.email=ida@roth.example"]
    subprocess.run(["git", *someone, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(os.name == "nt" or shutil.which("git") is None, reason="the workflow runs on Linux, with git")
def test_every_command_of_it_works_in_a_fresh_clone(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    mapping = runner.clone / "anadolu" / "crm-migrate.yaml"
    text = mapping.read_text(encoding="utf-8")
    firms = (runner.clone / "anadolu" / "old" / "firma.csv").read_text(encoding="windows-1254")
    number = re.findall(r";([0-9]{10});", firms)[0]
    typed = f'map: {{"2222222222": "", "{number}": ""}}'
    mapping.write_text(text.replace('map: {"2222222222": ""}', typed), encoding="utf-8")
    git(runner.clone, "checkout", "--quiet", "-b", "a-change")
    git(runner.clone, "commit", "--quiet", "--all", "--message=a changed line")

    for command in commands():
        done = runner.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"

    where = runner.run("python -c 'import crm_migrate; print(crm_migrate.__file__)'").stdout
    assert where.startswith(str(tmp_path / "python")), "the wheel is what was tried"
    assert (runner.clone / "reports" / "anadolu" / "junit.xml").is_file()
    page = runner.page.read_text(encoding="utf-8")
    assert "1 projeden 1 tanesi tutuyor" in page
    assert "| tax\\_id | 1 |" in page
    left = runner.run("git status --porcelain").stdout
    assert left == "?? changed-mappings\n?? reports/\n", "nothing is left but what was asked for"

    mapping.write_text(text.replace("currency: TRY", "currency: CHF"), encoding="utf-8")
    done = runner.run(commands()[1])
    assert done.returncode == 1
    assert "::error file=anadolu/crm-migrate.yaml,line=" in done.stdout
