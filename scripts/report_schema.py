"""Write `docs/report.schema.json` and `docs/assessment.schema.json` from the models of both."""

import json
from pathlib import Path

from crm_migrate.assessing import writing
from crm_migrate.reports import json_report

DOCS = Path(__file__).resolve().parents[1] / "docs"
SCHEMAS = {"report.schema.json": json_report.schema, "assessment.schema.json": writing.schema}

if __name__ == "__main__":
    for name, schema in SCHEMAS.items():
        text = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")
