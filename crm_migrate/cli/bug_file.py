"""What is kept of a bug of ours: where it happened, in the project, for this user only, without anybody's values."""

import os
import re
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from crm_migrate import __version__
from crm_migrate.workspace.layout import WORK

_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")


def write_bug_file(error: BaseException, arguments: Sequence[str]) -> Path:
    """The trace of an error, mode 0600, in `.crm-migrate/` of the project that the arguments name, else elsewhere."""
    handle, name = tempfile.mkstemp(prefix="bug-", suffix=".txt", dir=_folder(arguments))
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write("\n".join([f"crm-migrate {__version__}", *_told(error)]) + "\n")
    return Path(name)


def _folder(arguments: Sequence[str]) -> Path | None:
    """The working folder of the first project among the arguments, or of the current folder."""
    for place in (*map(Path, arguments), Path()):
        work = (place.parent if place.is_file() else place) / WORK
        if work.is_dir():
            return work
    return None


def _told(error: BaseException) -> Iterator[str]:
    """Every error of the chain: its place in our code, its type, and the shape of its message.

    A message may quote a cell (`invalid literal: 'Ayşe'`), so letters and digits are masked; code holds no values.
    """
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _told(cause)
        yield "which led to"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield f"{type(error).__name__}: {_DIGIT.sub('0', _LETTER.sub('x', str(error)))}"
