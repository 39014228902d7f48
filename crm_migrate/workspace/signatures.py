"""Signatures under a mapping: `signatures.yaml` in the project, under version control with it.

    signatures:
      - {"role": "sales_director", "who": "Ayşe Demir", "when": "2026-03-14T10:00:00Z", "mapping": "5f0c..."}

`mapping` is the hash of what was signed (`Plan.meaning`): under another mapping the signature says nothing. A file in
the project keeps nobody from writing into it; who changed it, the version control knows.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.errors import InputError
from crm_migrate.workspace.files import SHARED, write_file

FILE = "signatures.yaml"
_MAX_BYTES = 1 << 20
_WAY_ON = "mend the file or take it out of the project, and let those sign again who must"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed as what, when (ISO 8601, UTC), and the hash of the mapping that was signed."""

    role: str
    who: str
    when: str
    mapping: str


def read_signatures(folder: Path) -> tuple[Signature, ...]:
    """All signatures of a project, in their order. InputError where the file is not what it should be."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        document = YAML(typ="base").load(read_plain(path, _MAX_BYTES).decode())  # every scalar is the text it is
    except (YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{FILE} cannot be read", hint=_WAY_ON) from error
    listed = document.get("signatures") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise InputError(f"{FILE} has no list `signatures:`", hint=_WAY_ON)
    return tuple(_signature(number, item) for number, item in enumerate(listed, 1))


def _signature(number: int, item: Any) -> Signature:
    wanted = {field.name for field in fields(Signature)}
    if isinstance(item, dict) and set(item) == wanted and all(isinstance(v, str) and v for v in item.values()):
        return Signature(**item)
    raise InputError(f"{FILE}: entry {number} is no signature of role, who, when and mapping", hint=_WAY_ON)


def add_signature(folder: Path, signature: Signature) -> None:
    """Write one more signature behind those that are there. InputError where they cannot be read."""
    lines = [f"  - {_line(each)}\n" for each in (*read_signatures(folder), signature)]
    write_file(folder / FILE, "".join(["signatures:\n", *lines]).encode(), SHARED)


def _line(signature: Signature) -> str:
    """On one line, every text in quotes: YAML as JSON is."""
    return json.dumps(asdict(signature), ensure_ascii=False)
