"""The fictional dealer's mapping for HubSpot, as the demo has it."""

from pathlib import Path

from dealer_elsewhere import shipped_for

SELLERS = tuple(f"{name}@anadolu-makine.example" for name in ("ayse.k", "mehmet.d", "zeynep.s", "burak.t"))


def project(folder: Path) -> Path:
    """The sample in `folder`, for HubSpot."""
    return shipped_for(folder, "hubspot")
