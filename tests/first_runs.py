"""First runs that several tests of one worker begin with are made once; each test goes on with a copy of its own."""

import shutil
import tempfile
from collections.abc import Callable, Hashable
from copy import deepcopy
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_MADE: dict[Hashable, tuple[Path, object]] = {}


def first_run(folder: Path, what: Hashable, run: Callable[[Path], T]) -> T:
    """What `run` gave in a folder like `folder`, which is empty, and everything that it wrote there.

    `what` says all that the run depends on. The target has to be a file in the folder.
    """
    assert not any(folder.iterdir()), "only the first run of a folder is like that of others"
    if what not in _MADE:
        place = Path(tempfile.mkdtemp(prefix="first-run-"))
        _MADE[what] = (place, run(place))
    place, result = _MADE[what]
    shutil.copytree(place, folder, dirs_exist_ok=True)
    return deepcopy(result)  # type: ignore[return-value] # what is made once is what this `run` gave
