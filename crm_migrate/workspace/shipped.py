"""Data that the wheel carries (`mappings`, `sample_data`), found from a wheel, an sdist's wheel and a checkout."""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from crm_migrate.errors import InternalError

MAPPING = "crm-migrate.yaml"


def shipped(name: str) -> Traversable:
    """The folder of that name: inside the installed package, else at the top of the checkout."""
    package = files("crm_migrate")
    installed = package / f"_{name}"
    if installed.is_dir():
        return installed
    checkout = Path(str(package)).parent / name
    if checkout.is_dir():
        return checkout
    raise InternalError(f"the installation lacks {name}", hint="install crm-migrate again")


def place_shipped(folder: Traversable, into: Path, leave_out: Iterable[str] = ()) -> None:
    """Copy a shipped project to an empty place; its mapping comes last, so that a cut copy is no project yet."""
    copy_shipped(folder, into, (*leave_out, MAPPING))
    (into / MAPPING).write_bytes((folder / MAPPING).read_bytes())


def copy_shipped(folder: Traversable, into: Path, leave_out: Iterable[str] = ()) -> None:
    """Copy a shipped folder, whole but for the names in `leave_out` at its top."""
    into.mkdir(parents=True, exist_ok=True)
    for item in folder.iterdir():
        if item.name in leave_out or item.name.startswith("__"):
            continue
        if item.is_dir():
            copy_shipped(item, into / item.name)
        else:
            (into / item.name).write_bytes(item.read_bytes())
