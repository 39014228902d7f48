"""Write `docs/report.schema.json` from the model of the report."""

import json
from pathlib import Path

from crm_migrate.reports.json_report import schema

PLACE = Path(__file__).resolve().parents[1] / "docs" / "report.schema.json"

if __name__ == "__main__":
    PLACE.write_text(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
