"""The assessment on disk: HTML, XLSX and JSON, private like the data that they are about."""

from pathlib import Path
from typing import Any

from crm_migrate.assessing import book, page
from crm_migrate.assessing.figures import Assessment
from crm_migrate.words.language import Language
from crm_migrate.workspace.files import write_file

NAME = "assessment"


def write(found: Assessment, folder: Path, words: Language) -> list[Path]:
    """Write all three and return their paths."""
    told = {
        "html": page.render(found, words).encode(),
        "xlsx": book.render(found, words),
        "json": as_json(found).encode(),
    }
    paths = []
    for suffix, data in told.items():
        path = folder / f"{NAME}.{suffix}"
        write_file(path, data)
        paths.append(path)
    return paths


def as_json(found: Assessment) -> str:
    """The figures as they are published: see `docs/assessment.schema.json`."""
    return found.model_dump_json(indent=1) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of the figures."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Assessment.model_json_schema()}
