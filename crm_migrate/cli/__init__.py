"""The command line: verbs by name, loaded only when called, and the one place where errors become exit codes."""

import errno
import importlib
import os
import sys
import tempfile
import traceback
from typing import Any

import click

from crm_migrate import __version__
from crm_migrate.errors import CrmMigrateError, InputError, InternalError, Interrupted, MappingError, UsageError

VERBS: dict[str, str] = {
    # verb -> module:command; a line here is all that a new verb needs
    "demo": "crm_migrate.cli.migrate:demo_command",
    "plan": "crm_migrate.cli.migrate:plan_command",
    "run": "crm_migrate.cli.migrate:run_command",
    "resume": "crm_migrate.cli.migrate:resume_command",
    "runs": "crm_migrate.cli.migrate:runs_command",
    "target": "crm_migrate.cli.migrate:target_group",
    "mapping": "crm_migrate.cli.examples:mapping_group",
    "schema": "crm_migrate.cli.mapping:schema_command",
    "clean": "crm_migrate.cli.cleansing:clean_command",
    "match": "crm_migrate.cli.matching:match_command",
    "steps": "crm_migrate.cli.cleansing:steps_command",
    "codes": "crm_migrate.cli.reference:codes_command",
    "connectors": "crm_migrate.cli.reference:connectors_command",
    "report": "crm_migrate.cli.reporting:report_command",
    "explain": "crm_migrate.cli.explain:explain_command",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for, so that `--help` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """All verbs in the order of the catalogue."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import the module of one verb."""
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Move a company's customers into a new CRM: clean, once, and with a proof."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and leave with one of the documented exit codes; a user never sees a traceback."""
    try:
        code = cli.main(args=arguments, standalone_mode=False)
        if isinstance(code, int) and code:  # what a verb left by `Context.exit`
            sys.exit(code)
    except CrmMigrateError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(UsageError.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; nothing is half-written\nnext:  crm-migrate resume", err=True)
        sys.exit(Interrupted.exit_code)
    except OSError as error:
        _tell(InputError(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), hint=_what_to_do(error)))
        sys.exit(InputError.exit_code)
    except Exception:  # noqa: BLE001 -- the last resort: whatever it is, the user gets a sentence and a file
        _tell(
            InternalError("this is a bug of ours; nothing is half-written", hint=f"send us {_write_log()}, then resume")
        )
        sys.exit(InternalError.exit_code)


def _tell(error: CrmMigrateError) -> None:
    """The message, every finding with its place, and the next step, on stderr."""
    if isinstance(error, MappingError) and error.findings:
        from crm_migrate.cli.frames import render

        click.echo(render(list(error.findings)), err=True)
    click.echo(f"error: {error.message}", err=True)
    if error.hint:
        click.echo(f"next:  {error.hint}", err=True)


def _what_to_do(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "free some space on that disk, then: crm-migrate resume"
    return "see to that file or folder, then: crm-migrate resume"


def _write_log() -> str:
    """The traceback in a file of its own that only this user can read; it may name values of records."""
    handle, path = tempfile.mkstemp(prefix="crm-migrate-bug-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(f"crm-migrate {__version__}\n{traceback.format_exc()}")
    return path
