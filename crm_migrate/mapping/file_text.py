"""The bytes of a mapping file as text and back, with its byte order mark and line ends."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.errors import MappingError
from crm_migrate.mapping.reading import MAX_BYTES


@dataclass(frozen=True, slots=True)
class MappingText:
    """A mapping file: its text, and the mark that some programs put before it."""

    text: str
    mark: bytes = b""

    def encoded(self, text: str) -> bytes:
        """Another text as this file would have it."""
        return self.mark + text.encode()


def read_mapping(path: Path) -> MappingText:
    """The text of a mapping file. MappingError where it cannot be read."""
    try:
        data = read_plain(path, MAX_BYTES)
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        return MappingText(data.removeprefix(mark).decode(), mark)
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name} cannot be read", [], hint="crm-migrate mapping check") from error
