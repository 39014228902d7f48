"""The source profiles that we ship, read already: by the sha256 of their bytes, for YAML is slow to read.

`scripts/make_profiles_page.py` writes the file. What is not in it (a profile of a project, or one that was changed
since) is read as YAML, so that the file can be old and never wrong.
"""

import json
from collections.abc import Iterable
from importlib.resources.abc import Traversable
from typing import Any

from crm_migrate.mapping.profiles import SourceProfile

FILE = "sources.json"  # in the folder of what we ship
Index = dict[str, dict[str, Any]]  # digest -> what the profile says


def read(folder: Traversable) -> Index:
    """What stands in the folder; nothing where it has no such file."""
    path = folder / FILE
    found: Index = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def profile(index: Index, digest: str) -> SourceProfile | None:
    """The profile whose file has that sha256 (hex) and nothing wrong; None where it has to be read."""
    said = index.get(digest)
    return None if said is None else SourceProfile.model_validate(said)


def written(profiles: Iterable[tuple[str, SourceProfile]]) -> str:
    """The text of the file, for digests and their profiles; a line each."""
    lines = (
        f"{json.dumps(digest)}:{_short(profile.model_dump(exclude_defaults=True))}" for digest, profile in profiles
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _short(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
