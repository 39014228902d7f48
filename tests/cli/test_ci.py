"""`ci`: every project of a repository is tried and left as it was, and the exit code is the worst of them."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
from ruamel.yaml import YAML

from crm_migrate.cli import main

ROOT = Path(__file__).parents[2]
MAPPING = """\
crm_migrate: 1
project: {{name: Roth, locale: {locale}}}
sources:
  kontakte: {{file: {file}, key: ContactID}}
environments:
  uat: {{connector: sql, url: "env:A_SECRET_THAT_NOBODY_HAS"}}
objects:
  contacts:
    from: kontakte
    fields:
      first_name: Vorname
      email: E-Mail | {step}
reconcile:
  gates:
    arrived:
      contacts: "{arrived}"
examples:
  - name: a mailbox in capitals
    given: {{kontakte: {{ContactID: "1", E-Mail: IDA@ROTH.EXAMPLE}}}}
    expect: {{contacts: {{email: {expected}}}}}
"""
ROWS = "ContactID;Vorname;E-Mail\n1;Ida;ida@roth.example\n2;Ole;ole@roth.example\n"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, on no runner of anybody's."""
    for name in [name for name in os.environ if name.startswith("GITHUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def project(name: str = "roth", **said: str) -> Path:
    folder = Path(name)
    folder.mkdir(parents=True)
    words = {"file": "contacts.csv", "step": "email", "expected": "ida@roth.example", "arrived": ">= 2", "locale": "en"}
    (folder / "crm-migrate.yaml").write_text(MAPPING.format(**(words | said)), encoding="utf-8")
    (folder / "contacts.csv").write_text(ROWS, encoding="utf-8")
    return folder


def left_with(*arguments: str) -> object:
    try:
        main(list(arguments))
    except SystemExit as left:
        return left.code
    return 0


def tree() -> dict[str, bytes]:
    return {str(p): p.read_bytes() if p.is_file() else b"" for p in sorted(Path().rglob("*"))}


def test_a_project_that_holds_is_zero_and_nothing_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    project()
    before = tree()

    assert left_with("ci") == 0
    assert tree() == before
    assert re.search(r"^ok +roth +0 errors", capsys.readouterr().out, re.MULTILINE)


def test_what_a_project_had_before_stays_as_it_was() -> None:
    folder = project()
    (folder / "evidence.lock").write_text('{"crm_migrate": 1, "columns": {}}', encoding="utf-8")
    (folder / ".crm-migrate" / "scratch").mkdir(parents=True)
    (folder / ".crm-migrate" / "ledger.db").write_bytes(b"precious")
    before = tree()

    assert left_with("ci", "roth") == 0
    assert tree() == before


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ({"expected": "eva@roth.example"}, 1, "example_otherwise"),
        ({"arrived": ">= 3"}, 1, "gate_failed"),
        ({"step": "emial"}, 2, "step_unknown"),
        ({"file": "gone.csv"}, 3, "source_unread"),
    ],
)
def test_the_exit_code_says_what_is_wrong(
    said: dict[str, str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project("a/roth", **said)

    assert left_with("ci") == code
    shown = capsys.readouterr().out
    assert f"error[{told}]" in shown
    assert told == "source_unread" or " --> a/roth/crm-migrate.yaml:" in shown, "as it is called from here"


def test_one_wrong_project_hides_no_other_and_the_worst_decides(capsys: pytest.CaptureFixture[str]) -> None:
    project("a/failing", arrived=">= 3")
    project("b/without-file", file="gone.csv")
    project("c/good")
    project(".hidden/not-asked", step="emial")

    assert left_with("ci", "--json") == 3
    tried = json.loads(capsys.readouterr().out)
    assert [(each["project"], each["exit_code"]) for each in tried] == [
        ("a/failing", 1),
        ("b/without-file", 3),
        ("c/good", 0),
    ]
    assert tried[1]["examples"] == {"a mailbox in capitals": True}, "examples need no file of a customer"
    assert tried[1]["verdict"] is None


def test_a_folder_without_a_project_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert left_with("ci") == 2
    assert "there is no crm-migrate.yaml" in capsys.readouterr().err


def test_reports_are_the_only_thing_that_is_written() -> None:
    folder = project(expected="eva@roth.example")

    assert left_with("ci", "--reports", "out", "--report", "junit,md,json") == 1
    written = {str(path) for path in Path().rglob("*") if path.is_file() and not path.is_relative_to(folder)}
    assert written == {"out/summary.md", "out/roth/junit.xml", "out/roth/summary.md", "out/roth/report.json"}
    suites = Tree.parse("out/roth/junit.xml").getroot()
    assert suites.get("failures") == "1"
    assert [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None] == [
        "a mailbox in capitals"
    ]
    assert {"mapping", "mapping examples", "identities"} <= {suite.get("name") for suite in suites}
    assert "| ✕ | roth |" in Path("out/summary.md").read_text(encoding="utf-8")


@pytest.mark.sweep("pages speak their language in tests/rendered")
def test_pages_speak_the_language_of_the_projects() -> None:
    project(locale="tr-TR", arrived=">= 3")

    assert left_with("ci", "--reports", "tr") == 1
    assert left_with("ci", "--reports", "en", "--lang", "en") == 1
    assert "1 projeden 0 tanesi tutuyor" in Path("tr/summary.md").read_text(encoding="utf-8")
    assert "0 of 1 project(s) hold" in Path("en/summary.md").read_text(encoding="utf-8")


def test_github_gets_annotations_in_the_file_and_a_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(Path("page.md").resolve()))
    Path("page.md").write_text("What another step said.\n", encoding="utf-8")
    folder = project("customers/roth", expected="eva@roth.example", arrived=">= 3")
    lines = (folder / "crm-migrate.yaml").read_text(encoding="utf-8").splitlines()
    example = next(n for n, line in enumerate(lines, 1) if "a mailbox in capitals" in line)
    gate = next(n for n, line in enumerate(lines, 1) if 'contacts: ">= 3"' in line)

    assert left_with("ci") == 1
    errors = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error ")]
    assert len(errors) == 2
    assert f"file=customers/roth/crm-migrate.yaml,line={example}," in errors[0]
    assert "expected eva@roth.example, got ida@roth.example" in errors[0]
    assert f"file=customers/roth/crm-migrate.yaml,line={gate}," in errors[1]
    page = Path("page.md").read_text(encoding="utf-8")
    assert page.startswith("What another step said.\n")
    assert "0 of 1 project(s) hold" in page


def test_json_stays_json_on_github(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    project(step="emial")

    assert left_with("ci", "--json") == 2
    told = capsys.readouterr()
    assert json.loads(told.out)[0]["findings"][0]["code"] == "step_unknown"
    assert "::error file=roth/crm-migrate.yaml,line=12," in told.err


@pytest.mark.sweep("installs the package anew for pre-commit")
def test_a_hook_that_runs_as_pre_commit_runs_it(tmp_path: Path) -> None:
    """pre-commit searches `files:` in the paths that a commit changes, and calls the entry with those, at the top."""
    (hook,) = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    good, bad = project("customers/good"), project("customers/bad", expected="eva@roth.example")
    for folder in (good, bad):
        (folder / "decisions").mkdir()
        (folder / "decisions" / "decisions.yaml").write_text("decisions: []\n", encoding="utf-8")
    (good / "README.md").write_text("", encoding="utf-8")
    before = tree()

    def commit(*changed: Path) -> int | None:
        """The exit code of the hook; None where it has nothing to do."""
        files = [path.as_posix() for path in changed if re.search(hook["files"], path.as_posix())]
        if not files:
            return None
        program, *rest = shlex.split(hook["entry"])
        assert program == "crm-migrate"
        command = [sys.executable, "-c", "from crm_migrate.cli import main; main()", *rest, *files]
        return subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode

    assert hook["language"] == "python"
    assert commit(good / "crm-migrate.yaml") == 0
    assert commit(good / "crm-migrate.yaml", bad / "crm-migrate.yaml") == 1
    assert commit(good / "decisions" / "decisions.yaml") == 0
    assert commit(bad / "decisions" / "decisions.yaml") == 1
    assert commit(good / "README.md", good / "contacts.csv") is None
    assert tree() == before
