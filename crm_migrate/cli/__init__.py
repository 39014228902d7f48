"""The command line: verbs by name, loaded only when they are called, and the one place where errors become exit codes."""

import importlib
import sys
from typing import Any

import click

from crm_migrate import __version__
from crm_migrate.errors import CrmMigrateError

VERBS: dict[str, str] = {
    # verb -> module:command; a line here is all that a new verb needs
    "demo": "crm_migrate.cli.migrate:demo_command",
    "plan": "crm_migrate.cli.migrate:plan_command",
    "run": "crm_migrate.cli.migrate:run_command",
    "resume": "crm_migrate.cli.migrate:resume_command",
    "runs": "crm_migrate.cli.migrate:runs_command",
    "target": "crm_migrate.cli.migrate:target_group",
    "mapping": "crm_migrate.cli.mapping:mapping_group",
    "schema": "crm_migrate.cli.mapping:schema_command",
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
        cli.main(args=arguments, standalone_mode=False)
    except CrmMigrateError as error:
        click.echo(f"error: {error.message}", err=True)
        if error.hint:
            click.echo(f"next:  {error.hint}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(75)
