"""What verbs share that write a workbook for people and read it back: who says so, why, and what goes together."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from crm_migrate.correcting.sheets import Who

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--dry-run", is_flag=True, help="With --read: check everything, write nothing."),
    click.option("--why", help="With --read: why, for whoever looks at it later."),
    click.option("--who", help="With --read: who says so."),
    click.option("--read", "answers", type=click.Path(path_type=Path), help="Read the workbook that comes back."),
)


def answer_options(command: F) -> F:
    """The options of reading a workbook back: `answers`, `who`, `why`, `dry_run`."""
    for option in _OPTIONS:
        command = option(command)
    return command


def reader(
    verb: str, answers: Path | None, who: str | None, why: str | None, *, dry_run: bool, writing: Mapping[str, object]
) -> "Who | None":
    """Who answers; None where a workbook is to be written. UsageError for options that do not go together: `writing`
    are those (name -> value) of a workbook that is written."""
    from crm_migrate.correcting.sheets import Who

    if answers is None:
        reading = {"--who": who, "--why": why, "--dry-run": dry_run}
        if alone := [name for name, value in reading.items() if value]:
            raise UsageError(f"{alone[0]} goes with --read", hint=f"crm-migrate {verb} PROJECT --read FILE --who NAME")
        return None
    if odd := [name for name, value in writing.items() if value]:
        raise UsageError("--read takes a workbook and writes none", hint=f"leave out {', '.join(odd)}")
    if not who or not why:
        raise UsageError("whoever corrects says who and why", hint='add --who NAME --why "asked the customer"')
    return Who(who, datetime.now(UTC).date().isoformat(), why)
