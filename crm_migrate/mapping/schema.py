"""The JSON Schema of a mapping file, generated from the model, so that editors complete and check keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crm_migrate.mapping.model import MappingFile
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.workspace.files import SHARED, write_file

FILE = "crm-migrate.schema.json"
MODELINE = f"# yaml-language-server: $schema={FILE}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What an editor offers of one object: fields that the CRM model and the profile know, and places in the target."""

    fields: tuple[str, ...]
    places: tuple[str, ...]


def schema(offers: Mapping[str, Offer] = MappingProxyType({})) -> str:
    """The schema as JSON text. What is offered of objects is completed by an editor; anything else is as good."""
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **MappingFile.model_json_schema()}
    if offers:
        content["properties"]["objects"]["properties"] = {name: _object(offer) for name, offer in offers.items()}
    content["title"] = "crm-migrate mapping"
    first, *others = content["required"]
    content |= {"required": [first], "anyOf": [{"required": others}, {"required": ["use"]}]}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def profile_schema() -> str:
    """The schema of a source profile as JSON text."""
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **SourceProfile.model_json_schema()}
    return (
        json.dumps(content | {"title": "source profile of crm-migrate"}, ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )


def _object(offer: Offer) -> dict[str, Any]:
    """An object whose fields, and their places in the target, are known by name."""
    line: dict[str, Any] = {}
    if offer.places:
        line = {"properties": {"to": {"anyOf": [{"enum": [*offer.places]}, {"type": "string"}]}}}
    fields = {"properties": dict.fromkeys(offer.fields, line), "additionalProperties": line}
    return {"allOf": [{"$ref": "#/$defs/ObjectPart"}, {"properties": {"fields": fields}}]}


def write(folder: Path, mapping: Path, offers: Mapping[str, Offer] = MappingProxyType({})) -> bool:
    """Write the schema beside the mapping and name it in the mapping's first line; True if that line was added."""
    write_file(folder / FILE, schema(offers).encode(), SHARED)
    text = mapping.read_text(encoding="utf-8-sig")
    if "yaml-language-server:" in text:
        return False
    write_file(mapping, f"{MODELINE}\n{text}".encode(), SHARED)
    return True
