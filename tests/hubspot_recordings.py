"""Recorded answers of HubSpot beside the checkout, and what the connector reads of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crm_migrate.connecting.http import Answer, Request
from crm_migrate_hubspot.answers import Sent

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "recordings" / "hubspot"


def recording(name: str) -> dict[str, Any]:
    """A recorded exchange."""
    said: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return said


def answer_of(status: int, body: Any, *, writes: bool = True) -> Answer:
    """An answer with that body: JSON, or a text as it is."""
    raw = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    return Answer(Request("POST", "/recorded", writes=writes), status, {}, raw)


def sent_of(body: Any, keys: Sequence[str | None] = ()) -> list[Sent]:
    """The inputs of a recorded batch as we would have sent them: an entity is its trace id, else its place."""
    inputs = body["inputs"]
    updates = "id" in inputs[0]
    return [
        Sent(
            str(each.get("objectWriteTraceId", n)),
            keys[n] if keys else None,
            str(each["id"]) if updates else None,
            frozenset(str(v) for v in each.get("properties", {}).values()),
        )
        for n, each in enumerate(inputs)
    ]
