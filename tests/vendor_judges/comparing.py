"""Where a recorded answer and a simulated one differ: status, keys, types, codes; not ids, times and free text."""

import re
from typing import Any
from xml.etree import ElementTree

EXACT = {  # members whose values have to be the same
    "errorCode", "statusCode", "success", "created", "state", "done", "totalSize", "httpStatusCode", "referenceId",
    "operation", "object", "type", "hasErrors", "jobType", "contentType", "concurrencyMode", "lineEnding",
    "columnDelimiter", "numberRecordsProcessed", "numberRecordsFailed", "externalIdFieldName", "count", "fields",
    "size",
    "queryLocator", "entityTypeName", "retries", "exceptionCode",
}  # fmt: skip


def differences(recorded: Any, ours: Any, at: str = "") -> list[str]:
    """Where the two differ, one line each; `None` on either side of a plain value is no difference."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        found = [f"{at}.{name}: missing" for name in recorded if name not in ours]
        found += [f"{at}.{name}: not in the recording" for name in ours if name not in recorded]
        for name in recorded:
            if name in ours:
                found += _member(name, recorded[name], ours[name], f"{at}.{name}")
        return found
    if isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            return [f"{at}: {len(ours)} instead of {len(recorded)}"]
        if recorded and isinstance(recorded[0], dict) and "attributes" in recorded[0]:
            return _in_any_order(recorded, ours, at)
        return [
            line
            for n, (one, other) in enumerate(zip(recorded, ours, strict=True))
            for line in differences(one, other, f"{at}[{n}]")
        ]
    if None in (recorded, ours) and not isinstance(recorded, dict | list) and not isinstance(ours, dict | list):
        return []
    if _kind(recorded) != _kind(ours):
        return [f"{at}: {_kind(ours)} instead of {_kind(recorded)}"]
    return []


def _member(name: str, recorded: Any, ours: Any, at: str) -> list[str]:
    plain = not isinstance(recorded, dict) and not (
        isinstance(recorded, list) and recorded and isinstance(recorded[0], dict)
    )
    if name in EXACT and plain and recorded != ours:
        return [f"{at}: {ours!r} instead of {recorded!r}"]
    return differences(recorded, ours, at)


def _in_any_order(recorded: list[Any], ours: list[Any], at: str) -> list[str]:
    """Rows of a query come in no order: each recorded one needs one of ours."""
    left = list(ours)
    for row in recorded:
        fit = next((other for other in left if not differences(row, other)), None)
        if fit is None:
            return differences(row, left[0], f"{at}[{len(recorded) - len(left)}]")
        left.remove(fit)
    return []


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__


def differences_of_xml(recorded: str, ours: str) -> list[str]:
    """The same for two documents."""
    return differences(_tree(recorded), _tree(ours))


def _tree(text: str) -> Any:
    def said(element: ElementTree.Element) -> Any:
        if not len(element):
            return _typed(element.text or "")
        found: dict[str, Any] = {}
        for child in element:
            name = child.tag.rpartition("}")[2]
            found[name] = [*found[name], said(child)] if name in found else [said(child)]
        return {name: value if len(value) > 1 else value[0] for name, value in found.items()}

    root = ElementTree.fromstring(text.strip().encode())
    return {root.tag.rpartition("}")[2]: said(root)}


def _typed(text: str) -> Any:
    text = text.strip()
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"\d{1,9}", text) else text
