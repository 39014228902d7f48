"""The fictional dealer, migrated into a CRM server: the sample's own mapping with what is another there."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "anadolu"


def sample_for(folder: Path, environment: str, changes: Iterable[tuple[str, str]]) -> Path:
    """The sample in `folder`: another environment, each change exactly once, and without the examples."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("second", "truth"))
    path = folder / "crm-migrate.yaml"
    text = re.sub(r"environments:\n(?:  .*\n)+", environment, path.read_text(encoding="utf-8"))
    for old, new in changes:
        assert text.count(old) == 1, f"the sample's mapping says it no longer: {old}"
        text = text.replace(old, new)
    path.write_text(text[: text.index("examples:")], encoding="utf-8")
    return folder
