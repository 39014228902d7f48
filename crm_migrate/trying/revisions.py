"""A project as git knows it: `HEAD:path` is a mapping at a revision, with the files beside it as they were."""

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path, PurePosixPath

from crm_migrate.errors import UsageError


def is_revision(text: str) -> bool:
    """Whether a name is `REVISION:path` and no file of ours."""
    revision, colon, path = text.partition(":")
    return bool(revision and colon and path) and not revision.startswith("-") and not Path(text).exists()


def place_of(text: str) -> Path:
    """Where the file of `REVISION:path` lies, or would lie, in the working tree: seen from its top, with `./` from the
    current folder, as git has it. UsageError outside of a repository, and for a path that leads out of it."""
    top = Path(_git(Path(), "rev-parse", "--show-toplevel").decode().strip())
    path = text.partition(":")[2]
    place = ((Path() if path.startswith(("./", "../")) else top) / path).resolve()
    if not place.is_relative_to(top.resolve()):
        raise UsageError(f"{path} leads out of the repository {top}", hint="REVISION:path/of/crm-migrate.yaml")
    return place


def unpack(text: str, into: Path) -> Path:
    """Put the folder of the mapping, as it was at the revision, into a place; the mapping there."""
    revision, place = text.partition(":")[0], place_of(text)
    top = Path(_git(Path(), "rev-parse", "--show-toplevel").decode().strip()).resolve()
    folder = PurePosixPath(place.parent.relative_to(top).as_posix())
    tree = f"{revision}:{'' if folder == PurePosixPath() else folder}"
    into.mkdir(mode=0o700)
    with tarfile.open(fileobj=BytesIO(_git(top, "archive", "--format=tar", tree))) as archive:
        archive.extractall(into, filter="data")
    mapping = into / place.name
    if not mapping.is_file():
        raise UsageError(f"{revision} has no {place.name} in {folder}", hint="git log --stat, to see where it was")
    return mapping


def _git(folder: Path, *arguments: str) -> bytes:
    """What git says. UsageError with its own words where it refuses."""
    program = shutil.which("git")
    if program is None:
        raise UsageError("a revision needs git, which is not installed here", hint="name two files or folders")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, check=False)  # noqa: S603 -- no shell
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(
            f"git: {said[-1].removeprefix('fatal: ') if said else 'it refused'}",
            hint="REVISION:path, as in HEAD:crm-migrate.yaml",
        )
    return done.stdout
