"""The fictional dealer's mapping for Zoho CRM, as the demo has it, and the organisation that it goes into."""

import json
from pathlib import Path
from typing import Any

from dealer_elsewhere import SAMPLE, shipped_for

SELLERS = tuple(f"{name}@anadolu-makine.example" for name in ("ayse.k", "mehmet.d", "zeynep.s", "burak.t"))
# What an administrator makes first: users, currencies, a module for opt-outs whose mailbox nobody has.
ORG: dict[str, Any] = json.loads((SAMPLE / "elsewhere" / "zoho" / "simulated.json").read_text("utf-8"))["schema"]


def project(folder: Path) -> Path:
    """The sample in `folder`, for Zoho CRM."""
    return shipped_for(folder, "zoho")
