"""The tutorial does what it says: its files are written, its commands run in order, and what it shows is shown."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from demo.finished_run import crm_migrate

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """One `$ ` line, the exit code that a comment promises, and the lines that are shown below it."""

    line: str
    exit_code: int = 0
    shown: list[str] = field(default_factory=list)


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block, each with what is shown for it."""
    found: list[Command] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            text, _, comment = line[2:].partition("   # ")
            code = re.search(r"exit code (\d+)", comment)
            found.append(Command(text.strip(), int(code[1]) if code else 0))
        elif line.strip() and line.strip() != "...":
            found[-1].shown.append(" ".join(line.split()))
    yield from found


def follow(page: Path, folder: Path) -> int:
    """Do everything that a page says; how many commands there were."""
    done = 0
    for language, name, body in FENCE.findall(page.read_text("utf-8")):
        if name:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, "utf-8")
        elif language == "console":
            for command in commands(body):
                check(command, folder)
                done += 1
    return done


def check(command: Command, folder: Path) -> None:
    """Run one command as a reader would, and compare."""
    words = shlex.split(command.line)
    assert words[0] == "crm-migrate", f"the tutorial may only call crm-migrate: {command.line}"
    result = crm_migrate(*words[1:], folder=folder)
    said = result.stdout + result.stderr
    assert result.returncode == command.exit_code, f"$ {command.line}\n{said}"
    plain = " ".join(said.split())
    for line in command.shown:
        assert line in plain, f"$ {command.line}\nshould show: {line}\n{said}"


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    assert follow(DOCS / "tutorial.md", tmp_path) >= 8


def test_the_mapping_of_the_readme_is_one() -> None:
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    (mapping,) = (body for language, _, body in FENCE.findall(readme) if language == "yaml")
    assert len(mapping.splitlines()) <= 11
    assert len(readme.splitlines()) <= 60


def test_links_of_the_pages_lead_somewhere() -> None:
    for page in (*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            if not link.endswith(".png"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"
