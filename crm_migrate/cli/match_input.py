"""The file that the questions of `match` are about: its options, and its rows as a frame."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from crm_migrate.cli.table_input import part_options

if TYPE_CHECKING:
    import pandas as pd

    from crm_migrate.connecting.lying import Part
    from crm_migrate.matching.matcher import Matching

Command = Callable[..., Any]
_QUOTE = b'"'
_RENAMED = re.compile(r"_duplicated_\d+$")


def input_options(command: Command) -> Command:
    """The file and how to read it, the same for every question about it."""
    return _with_options(command, id_required=True)


def file_or_project_options(command: Command) -> Command:
    """The same, where a project may be named instead of a file; then none of the options of files is taken."""
    return _with_options(command, id_required=False)


def _with_options(command: Command, *, id_required: bool) -> Command:
    for option in (
        part_options,
        click.option(
            "--type",
            "types",
            multiple=True,
            metavar="COLUMN=TYPE",
            help="What a column holds, instead of detecting it.",
        ),
        click.option("--locale", help="Of the rows, such as tr-TR: the code page of a CSV that is not UTF-8."),
        click.option("--encoding", help="Of a CSV that is not UTF-8; else the code page of the locale's language."),
        click.option("--entity", type=click.Choice(["person", "organisation"]), default="person", show_default=True),
        click.option(
            "--sites",
            type=click.Choice(["one", "apart"]),
            default="one",
            show_default=True,
            help="Of organisations: a company at a few addresses is one, or each address is somebody.",
        ),
        click.option(
            "--id", "id_column", required=id_required, help="The column that names a row; its values occur once."
        ),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def is_project(file: Path) -> bool:
    """Whether a path names a project: its folder, or its mapping."""
    return file.is_dir() or file.suffix.lower() in (".yaml", ".yml")


def found_in(
    file: Path,
    id_column: str,
    entity: str,
    types: tuple[str, ...],
    locale: str | None,
    encoding: str | None,
    sheet: str | None = None,
    table: str | None = None,
    sites: str = "one",
) -> "Matching":
    """The rows of a file, matched."""
    from crm_migrate.connecting.lying import Part
    from crm_migrate.matching.matcher import match

    rows = _read(file, id_column, locale, encoding, Part(sheet, table) if sheet or table else None)
    return match(_pandas(rows, id_column), entity, _given(types) or None, sites=sites)


def _read(
    file: Path, id_column: str, locale: str | None, encoding: str | None, asked: "Part | None" = None
) -> pl.DataFrame:
    """The file as texts, with an id for every row."""
    from crm_migrate.errors import InputError, UsageError

    frame = _utf8(file) if encoding is None and asked is None and _is_text(file) else None
    frame = _sheet(file, locale, encoding, asked) if frame is None else frame
    frame.columns = _names([name.strip() for name in frame.columns])
    if id_column not in frame.columns:
        raise UsageError(f"there is no column {id_column!r}", hint=f"there are: {', '.join(frame.columns[:20])}")
    if frame.is_empty():
        raise InputError(f"{file} has a header and no rows", hint="give a file with rows")
    ids = frame[id_column].str.strip_chars().replace("", None)
    if ids.null_count():
        raise InputError(f"rows without {id_column}: {ids.null_count():,}", hint="give every row an id of its own")
    if ids.n_unique() < len(ids):
        twice = ids.filter(ids.is_duplicated()).min()
        raise InputError(f"{id_column} {twice!r} occurs more than once", hint="name another column with --id")
    return frame.with_columns(ids)


def _pandas(frame: pl.DataFrame, id_column: str) -> "pd.DataFrame":
    """The same for pandas, indexed by the ids; column by column: both whole would need twice the room."""
    import pandas as pd

    columns = {name: frame.drop_in_place(name).to_pandas() for name in frame.columns}
    return pd.DataFrame(columns, copy=False).set_index(id_column)


def _names(columns: list[str]) -> list[str]:
    from crm_migrate.errors import InputError

    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"two columns are called {twice!r}", hint="rename one of them in the file")
    return columns


def _utf8(file: Path) -> pl.DataFrame | None:
    """A CSV file in UTF-8 whose rows are all as long as its header; None when it is something else.

    None as well where polars gave a second column of one name another one, or saw no rows: a bare CR ends none for it.
    """
    from crm_migrate.errors import InputError

    if not file.is_file():
        raise InputError(f"there is no file {file}", hint="check the name and the folder")
    with file.open("rb") as opened:
        head = opened.readline()
    if head.startswith(b"sep="):
        return None
    mark = max(b",;\t|", key=head.count)
    try:
        frame = pl.read_csv(file, infer_schema=False, separator=chr(mark))
    except pl.exceptions.PolarsError:
        return None
    renamed = any(_RENAMED.search(name) for name in frame.columns)
    return frame if not renamed and len(frame) and _is_even(file, mark, frame) else None


def _is_text(file: Path) -> bool:
    from crm_migrate.cleansing.table_files import WORKBOOKS
    from crm_migrate.cli.table_input import is_own

    return is_own(file) and file.suffix.lower() not in WORKBOOKS


def _is_even(file: Path, mark: int, frame: pl.DataFrame) -> bool:
    """False where rows are shorter than the header: polars fills them up in silence. Marks in quotes part nothing."""
    if not frame.width or not frame[:, -1].null_count():
        return True
    found, quoted = 0, False
    with file.open("rb") as opened:
        while block := opened.read(1 << 22):
            marks, quotes = _outside(block, mark, quoted=quoted)
            found, quoted = found + marks, quoted ^ bool(quotes % 2)
    return found == (frame.width - 1) * (frame.height + 1)


def _outside(block: bytes, mark: int, *, quoted: bool) -> tuple[int, int]:
    """How many marks of a block stand outside quotes, and how many quotes it has; it begins inside where `quoted`."""
    quotes = block.count(_QUOTE)
    if not quotes:
        return 0 if quoted else block.count(mark), 0
    import numpy as np

    array = np.frombuffer(block, dtype=np.uint8)
    inside = np.bitwise_xor.accumulate(array == _QUOTE[0]) ^ quoted
    return int(np.count_nonzero((array == mark) & ~inside)), quotes


def _sheet(file: Path, locale: str | None, encoding: str | None, asked: "Part | None") -> pl.DataFrame:
    """A workbook, another format, or a CSV file of another encoding; rows that are not as wide as the header are left
    out, and told."""
    from crm_migrate.cli.table_input import sheet_of

    sheet = sheet_of(file, locale, encoding, asked)
    names = _names([name.strip() for name in sheet.columns])
    if sheet.spare:
        click.echo(f"warning: {file}: {sheet.spare_words()}", err=True)
    if sheet.ragged:
        click.echo(f"warning: {file}: {sheet.ragged_words()}", err=True)
    rows = [[cell or None for cell in row] for row in sheet.rows]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _given(types: tuple[str, ...]) -> dict[str, str]:
    """`COLUMN=TYPE` options as a mapping."""
    return {column: kind for column, _, kind in (option.rpartition("=") for option in types)}
