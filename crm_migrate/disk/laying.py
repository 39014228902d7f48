"""A file laid at another place, without its bytes where the file system can."""

import os
import shutil
from pathlib import Path


def lay(file: Path, place: Path) -> None:
    """A link to the same bytes; a copy on another disk, and where there are no links."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copy2(file, place)
