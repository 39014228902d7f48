"""What vendors really answered: recordings beside the checkout, and the few that are copied into `tests/vendor`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent / "vendor"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "recordings"


def recorded(crm: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and exchange of every recording of a CRM: all of them where they are, else those that are copied."""
    folder = SHARED / crm if (SHARED / crm).is_dir() else VENDOR / crm
    for path in sorted(folder.glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def exchange(crm: str, name: str) -> dict[str, Any]:
    """One of those that are copied."""
    said: dict[str, Any] = json.loads((VENDOR / crm / f"{name}.json").read_text(encoding="utf-8"))
    return said
