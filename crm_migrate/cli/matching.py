"""The verb of the matcher: `match` finds doubles in a file; its questions: `match_questions`, `match_model`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm_migrate.cli.match_input import found_in, input_options
from crm_migrate.cli.match_model import changes_command, model_command, relearn_command
from crm_migrate.cli.match_questions import explain_command, score_command, tune_command

if TYPE_CHECKING:
    from crm_migrate.matching.matcher import Matching


class _FileFirst(click.Group):
    """`match FILE ...` is `match file FILE ...`: what is no question is the file to be matched."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asked = args[:1] and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if asked or not args else ["file", *args])


@click.group("match", cls=_FileFirst)
def match_group() -> None:
    """Find the rows of a file that are the same person or organisation; no labels, no settings.

    \b
      crm-migrate match file contacts.csv --id ContactID -o clusters.csv
    The word `file` may be left out.
    """


@match_group.command("file")
@input_options
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="Where to write id, cluster, probability."
)
@click.option(
    "--groups",
    type=click.Path(path_type=Path),
    help="Where to write who shares a home, a mailbox, a number or a company group, which are never merged.",
)
def match_command(file: Path, output: Path, groups: Path | None, **options: Any) -> None:
    """Find the rows of a file that are the same person or organisation; the word `file` may be left out."""
    from crm_migrate.errors import UsageError

    if file.resolve() in (output.resolve(), groups.resolve() if groups else None):
        raise UsageError("the output is the input", hint="name another file with --output and --groups")
    if groups and groups.resolve() == output.resolve():
        raise UsageError("clusters and groups go to one file", hint="name another file with --groups")
    found = found_in(file, **options)
    for column in found.detected:
        click.echo(f"  {column.column:30} {column.type or '-':14} {column.because}")
    for each in found.nobody:
        shown = ", ".join(map(repr, each.values))
        click.echo(f"  {each.rows:,} rows have a {each.column} that identifies nobody ({shown}): it was not compared")
    for key, rows in found.oversized.items():
        click.echo(f"  {rows:,} rows share a value of {key} with too many others to be compared by it")
    import polars as pl

    lines = found.clusters.rename_axis("id").reset_index()
    pl.from_pandas(lines).write_csv(output, float_precision=6)
    sizes = found.clusters["cluster"].value_counts()
    double = int(sizes[sizes > 1].sum())
    click.echo(f"{output}: {len(lines):,} rows, {len(sizes):,} clusters, {double:,} rows are not alone in theirs")
    merged, waiting = found.counted()
    click.echo(f"at 1 expected wrong merge in 1,000: {merged:,} rows would be merged, {waiting:,} wait for review")
    if groups:
        _write_groups(found, groups)


def _write_groups(found: "Matching", file: Path) -> None:
    """One line per row and group."""
    shared = found.groups.rename_axis("id").reset_index()
    shared.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")
    kinds = shared.drop_duplicates("group")["kind"].value_counts(sort=False).items()
    told = ", ".join(f"{count:,} {str(kind).replace('_', ' ')}" for kind, count in kinds)
    click.echo(f"{file}: {shared['group'].nunique():,} groups, never merged" + (f": {told}" if told else ""))


for _question in (tune_command, explain_command, score_command, model_command, relearn_command, changes_command):
    match_group.add_command(_question)
