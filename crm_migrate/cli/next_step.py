"""What to do next: advice in words, and a command that runs as it is printed, from the folder it is printed in."""

import os
import re
import shlex
import subprocess
from contextvars import ContextVar
from pathlib import Path

# A command stands at the beginning of a hint or behind a colon, and ends where words about it begin.
_COMMAND = re.compile(r"(?:(?P<before>.*?)(?:, then)?: )?(?P<command>crm-migrate [a-z].*?)(?P<after>(?:, |; | \().*)?")
_OF_A_PROJECT = "plan|run|resume|undo|runs|review|target (?:prepare|adopt)|mapping (?:check|show|test|lock|sign)"
_BARE = re.compile(rf"(crm-migrate (?:{_OF_A_PROJECT}))(?= -|$)")
_REPORT = re.compile(r"crm-migrate report(?! .*--project)(?=[ ]|$)")

_typed: ContextVar[Path] = ContextVar("project", default=Path())


def working_on(folder: Path) -> None:
    """Remember how the user named the project, so that the next command names it in the same way."""
    _typed.set(folder)


def split(hint: str) -> tuple[str, str]:
    """(advice, command) of a hint; either may be empty. The command names the project that the user named."""
    found = _COMMAND.fullmatch(hint)
    if found is None:
        return hint, ""
    words = [(found["before"] or "").strip(), (found["after"] or "").strip(" ,;()")]
    return "; ".join(word.replace(")", "") for word in words if word), with_project(found["command"])


def lines(hint: str) -> list[str]:
    """What to print of a hint: `help:` with advice in words, `next:` with nothing but the command, to be copied."""
    advice, command = split(hint)
    return [*([f"help:  {advice}"] if advice else []), *([f"next:  {command}"] if command else [])]


def with_project(command: str) -> str:
    """The command with the project folder where it lacks one: `crm-migrate resume` -> `crm-migrate resume demo`."""
    folder = _typed.get()
    if "PROJECT" in command.split():
        return command.replace("PROJECT", quoted(folder))
    if folder == Path():
        return command
    command = _BARE.sub(lambda found: f"{found[1]} {quoted(folder)}", command)
    return _REPORT.sub(lambda found: f"{found[0]} --project {quoted(folder)}", command)


def quoted(path: Path) -> str:
    """A path as the user's shell takes it."""
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))
