"""The file that the questions of `match` are about: its options, and its rows as a frame."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

if TYPE_CHECKING:
    import pandas as pd

    from crm_migrate.matching.matcher import Matching

Command = Callable[..., Any]


def input_options(command: Command) -> Command:
    """The file and how to read it, the same for every question about it."""
    for option in (
        click.option(
            "--type",
            "types",
            multiple=True,
            metavar="COLUMN=TYPE",
            help="What a column holds, instead of detecting it.",
        ),
        click.option("--entity", type=click.Choice(["person", "organisation"]), default="person", show_default=True),
        click.option("--id", "id_column", required=True, help="The column that names a row; its values occur once."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def found_in(file: Path, id_column: str, entity: str, types: tuple[str, ...]) -> "Matching":
    """The rows of a file, matched."""
    from crm_migrate.matching.matcher import match

    return match(_read(file, id_column), entity, _given(types) or None)


def _read(file: Path, id_column: str) -> "pd.DataFrame":
    """The file as texts, indexed by its id column."""
    from crm_migrate.cleansing.table_files import read_sheet
    from crm_migrate.errors import InputError, UsageError

    frame = _utf8(file)
    if frame is None:
        sheet = read_sheet(file)
        frame = pl.DataFrame(sheet.rows, schema=sheet.columns, orient="row", infer_schema_length=None).cast(pl.String)
    if id_column not in frame.columns:
        raise UsageError(f"there is no column {id_column!r}", hint=f"there are: {', '.join(frame.columns[:20])}")
    ids = frame[id_column]
    if ids.null_count():
        raise InputError(f"{ids.null_count():,} rows have no {id_column}", hint="give every row an id of its own")
    if ids.n_unique() < len(ids):
        twice = ids.filter(ids.is_duplicated()).min()
        raise InputError(f"{id_column} {twice!r} occurs more than once", hint="name another column with --id")
    return frame.to_pandas().set_index(id_column)


def _utf8(file: Path) -> pl.DataFrame | None:
    """A CSV file in UTF-8 whose rows are all as long as its header; None when it is something else."""
    from crm_migrate.errors import InputError

    if not file.is_file():
        raise InputError(f"there is no file {file}", hint="check the name and the folder")
    with file.open("rb") as opened:
        head = opened.readline()
    mark = max(b",;\t|", key=head.count)
    try:
        return pl.read_csv(file, infer_schema=False, separator=chr(mark))
    except pl.exceptions.PolarsError:
        return None


def _given(types: tuple[str, ...]) -> dict[str, str]:
    """`COLUMN=TYPE` options as a mapping."""
    return {column: kind for column, _, kind in (option.rpartition("=") for option in types)}
