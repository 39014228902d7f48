"""Groups of verbs that are imported only when they are called: what `--help` says of them stands in a catalogue."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

# section -> verb -> (module:command, what `--help` says of it)
Sections = Mapping[str, Mapping[str, tuple[str, str]]]


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for, so that `--help` starts fast."""

    def __init__(self, *arguments: Any, sections: Sections, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sections = sections
        self.verbs = {
            verb: f"crm_migrate.cli.{entry[0]}" for verbs in sections.values() for verb, entry in verbs.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """All verbs in the order of the catalogue."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import the module of one verb."""
        if cmd_name not in self.verbs:
            return None
        module, _, name = self.verbs[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's
        """The verbs by section, from the catalogue alone."""
        for section, verbs in self._sections.items():
            with formatter.section(section):
                formatter.write_dl([(verb, words) for verb, (_, words) in verbs.items()], col_max=12)
