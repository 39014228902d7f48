"""What several verbs take: a project, an environment, JSON."""

from pathlib import Path

import click

project_argument = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=True, exists=True), default=".", metavar="[PROJECT]"
)
env_option = click.option(
    "--env", "environment", metavar="NAME", help="Environment of the mapping; never production unless named."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
