"""Files as HubSpot has them: a file in a folder, which a note names among what is attached to it. Pure.

A file has no property for our key. So the name that it is given carries a digest of our key and that of its bytes, in
letters that no system changes: who lost an answer asks for the path. What the file is called, its note says.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from crm_migrate.connecting.contract import Content

FOLDER = "/crm-migrate"
ATTACHED = "hs_attachment_ids"
_LONGEST, _ENDING = 60, 10  # letters of a name, and of its ending


@dataclass(frozen=True, slots=True)
class File:
    """A file of the portal: size and digest as HubSpot counted them; a digest that it does not tell is None."""

    id: str
    path: str
    size: int
    md5: str | None

    def holds(self, content: Content) -> bool:
        """Whether these are its bytes, as far as HubSpot says."""
        return self.size == content.size and self.md5 in (None, content.md5)

    def is_at(self, path: str) -> bool:
        """Whether it lies at a path."""
        return self.path.strip("/") == path.strip("/")

    def is_of(self, entity: str) -> bool:
        """Whether it was made for that key of ours, wherever it lies now."""
        return _mark(entity) in self.path.rpartition("/")[2]

    def is_as_made(self) -> bool:
        """Whether it holds the bytes whose digest its name says."""
        return self.md5 is None or self.md5 in self.path.rpartition("/")[2]


def path_of(entity: str, content: Content) -> str:
    """Where the bytes of an entity go."""
    stem, dot, ending = content.name.rpartition(".")
    stem, ending = (stem, ending) if dot and stem else (content.name, "")
    plain = _plain(ending).replace("-", "")[:_ENDING]
    tail = f".{plain}" if plain else ""
    return f"{FOLDER}/{_plain(stem)[:_LONGEST].strip('-') or 'file'}{_mark(entity)}{content.md5}{tail}"


def _mark(entity: str) -> str:
    return f"-{sha256(entity.encode()).hexdigest()[:32]}-"


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def attached(note: Mapping[str, Any]) -> list[str]:
    """The ids of the files that a note names."""
    return [each.strip() for each in str(note.get(ATTACHED) or "").split(";") if each.strip()]


def told(file: File | None, what: str) -> str | None:
    """Size or digest of a file as text."""
    if file is None:
        return None
    return str(file.size) if what == "size" else file.md5
