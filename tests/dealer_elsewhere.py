"""The fictional dealer, migrated into a CRM server: the sample's own mapping with what is another there."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from crm_migrate.mapping.merging import merged_text

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "anadolu"


def probability(*branches: str) -> tuple[str, str]:
    """The change that gives deals a probability, of which the sample itself says nothing: `branches` of its `case:`."""
    owner = "      owner:      {sheet: Sorumlu, then: owner, default_from: company.owner}\n"
    return owner, "\n".join(["      probability:\n        case:", *(f"          - {{{b}}}" for b in branches), owner])


def sample_for(folder: Path, environment: str, changes: Iterable[tuple[str, str]]) -> Path:
    """The sample in `folder`: another environment, each change exactly once, and without the examples."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("second", "truth", "elsewhere"))
    path = folder / "crm-migrate.yaml"
    text = re.sub(r"environments:\n(?:  .*\n)+", environment, path.read_text(encoding="utf-8"))
    for old, new in changes:
        assert text.count(old) == 1, f"the sample's mapping says it no longer: {old}"
        text = text.replace(old, new)
    path.write_text(text[: text.index("examples:")], encoding="utf-8")
    return folder


def shipped_for(folder: Path, target: str) -> Path:
    """The sample in `folder`, as `crm-migrate demo --target` makes it; the address stands in CRM_URL, what lets us in
    in CRM_SECRET."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("second", "truth", "elsewhere"))
    path, changes = folder / "crm-migrate.yaml", SAMPLE / "elsewhere" / target / "mapping.yaml"
    text = merged_text(path.read_text(encoding="utf-8"), changes.read_text(encoding="utf-8"))
    path.write_text(text.replace('longest_seconds: "2"', 'longest_seconds: "10"'), encoding="utf-8")
    return folder
