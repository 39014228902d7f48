"""What `--help` lists comes from a catalogue: no verb is imported for it, and none is missing there."""

import subprocess
import sys

import click
import pytest

from crm_migrate.cli import cli
from crm_migrate.cli.lazy import LazyGroup
from crm_migrate.cli.mapping_verbs import mapping_group

HEAVY = {"polars", "pandas", "duckdb", "pyarrow", "pydantic", "ruamel.yaml", "rich"}


@pytest.mark.parametrize("words", [["--help"], ["mapping", "--help"]])
def test_help_imports_no_verb(words: list[str]) -> None:
    told = (
        f"import sys; sys.argv = ['crm-migrate', *{words}]\n"
        "from crm_migrate.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('imported:', sorted({HEAVY} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert "imported: []" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("group", [cli, mapping_group])
def test_every_verb_of_the_catalogue_is_the_command_of_that_name(group: click.Group) -> None:
    assert isinstance(group, LazyGroup)
    context = click.Context(group)
    for verb in group.list_commands(context):
        command = group.get_command(context, verb)
        assert command is not None and command.name == verb
    assert group.get_command(context, "nonsense") is None
