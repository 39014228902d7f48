"""The report for machines: the figures as they are, in an envelope with a version; its JSON Schema is in `docs/`."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from crm_migrate.workspace.figures import Figures


class ReportFile(BaseModel):
    """What `report.json` holds. `masked` says that personal values are hidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    masked: bool
    figures: Figures


def render(figures: Figures, *, masked: bool) -> str:
    """The figures as JSON, keys in the order of the model."""
    report = ReportFile(masked=masked, figures=figures)
    return json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of `report.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ReportFile.model_json_schema(mode="serialization"),
        "title": "crm-migrate reconciliation report",
    }
