"""XML as the older APIs speak it: trees from what is sent, and text from what is told."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from crm_migrate_simulators.salesforce.failures import Failure

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def tree(body: bytes) -> ElementTree.Element:
    """The root of a document without document type. Raises Failure."""
    try:
        if b"<!DOCTYPE" in body:
            raise ValueError("a document type is not taken")
        return ElementTree.fromstring(body)  # noqa: S314 -- entities need a document type
    except (ElementTree.ParseError, ValueError) as error:
        raise Failure("InvalidBatch", f"XML cannot be read: {error}") from None


def name(element: ElementTree.Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2]


def said(element: ElementTree.Element) -> Any:
    """A tree as JSON has it: a text, or an object whose members of the same name become a list; nil is None."""
    if element.get(_NIL) == "true":
        return None
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        value, key = said(child), name(child)
        if key in found:
            found[key] = [*found[key], value] if isinstance(found[key], list) else [found[key], value]
        else:
            found[key] = value
    return found


def several(value: Any) -> list[Any]:
    """One or many as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text(members: Mapping[str, Any] | Iterable[tuple[str, Any]], indent: str = " ") -> str:
    """Members as elements, one a line; None is left out."""
    pairs = members.items() if isinstance(members, Mapping) else members
    return "".join(f"\n{indent}{_element(key, value, indent)}" for key, value in pairs if value is not None)


def _element(key: str, value: Any, indent: str) -> str:
    if isinstance(value, Mapping):
        return f"<{key}>{text(value, indent + ' ')}\n{indent}</{key}>"
    if isinstance(value, bool):
        value = "true" if value else "false"
    return f"<{key}>{escape(str(value))}</{key}>"
