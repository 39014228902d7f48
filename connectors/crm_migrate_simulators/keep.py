"""A file of what happened, so that a simulated CRM outlives its process: JSON lines; a torn last one is dropped."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO


class Keep:
    """Appends to a file what the store and the witness tell, and reads it again at the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: TextIO | None = None

    def earlier(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What an earlier life wrote. What follows the last whole line is cut off."""
        if not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                what, told = json.loads(line)
                yield what, told
        os.truncate(self._path, whole)

    def append(self, what: str, told: dict[str, Any]) -> None:
        """One line, in the hands of the system when it returns."""
        with self._lock:
            if self._file is None:
                self._file = self._path.open("a", encoding="utf-8", newline="\n")
            self._file.write(json.dumps([what, told], ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
