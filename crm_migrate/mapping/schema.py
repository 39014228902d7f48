"""The JSON Schema of a mapping file, generated from the model, so that editors complete and check keys."""

import json
from pathlib import Path

from crm_migrate.mapping.model import MappingFile
from crm_migrate.workspace.files import SHARED, write_file

FILE = "crm-migrate.schema.json"
MODELINE = f"# yaml-language-server: $schema={FILE}"


def schema() -> str:
    """The schema as JSON text."""
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **MappingFile.model_json_schema()}
    content["title"] = "crm-migrate mapping"
    first, *others = content["required"]
    content |= {"required": [first], "anyOf": [{"required": others}, {"required": ["use"]}]}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(folder: Path, mapping: Path) -> bool:
    """Write the schema beside the mapping and name it in the mapping's first line; True if that line was added."""
    write_file(folder / FILE, schema().encode(), SHARED)
    text = mapping.read_text(encoding="utf-8-sig")
    if "yaml-language-server:" in text:
        return False
    write_file(mapping, f"{MODELINE}\n{text}".encode(), SHARED)
    return True
