"""A verb called in this process: as a user calls it, without the seconds that a new process takes to import."""

import contextlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from crm_migrate.cli import cli, main


@dataclass(frozen=True, slots=True)
class Called:
    """What a verb left: its exit code and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments: str, folder: Path | None = None) -> Called:
    """Call `crm-migrate ARGUMENTS` in a folder."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    here = Path.cwd()
    try:
        os.chdir(folder or here)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(list(arguments))
    except SystemExit as ended:
        code = ended.code
    finally:
        os.chdir(here)
    return Called(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def ran(*arguments: object, code: int = 0) -> Result:
    """What a verb said that ended with that code."""
    done = CliRunner().invoke(cli, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done
