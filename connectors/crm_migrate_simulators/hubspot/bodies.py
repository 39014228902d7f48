"""What the body of each route looks like: one of another form is refused before anything is done.

A shape is TEXT (any scalar: HubSpot takes numbers and booleans for texts), WHOLE, FLAG, VALUES (texts by name, null
too), ANY, a list of one shape, or a mapping of names to shapes, where `name?` may be missing or null.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crm_migrate_simulators.hubspot.problems import Answered, problem, refused

TEXT, WHOLE, FLAG, VALUES, ANY = "text", "whole", "flag", "values", "any"
_TOKENS = ((dict, "Object", "START_OBJECT"), (list, "Array", "START_ARRAY"))

_ID = {"id": TEXT}
_SPEC = {"associationCategory?": TEXT, "associationTypeId": WHOLE}
_ASSOCIATIONS = [{"to": _ID, "types": [_SPEC]}]
_NEW = {"properties": VALUES, "associations?": _ASSOCIATIONS, "objectWriteTraceId?": TEXT}
_CHANGED = {"id": TEXT, "idProperty?": TEXT, "properties": VALUES, "objectWriteTraceId?": TEXT}
_UPSERTED = {"id": TEXT, "idProperty": TEXT, "properties": VALUES, "objectWriteTraceId?": TEXT}
_OPTION = {"label": TEXT, "value": TEXT, "description?": TEXT, "displayOrder?": WHOLE, "hidden?": FLAG}
_CHANGED_PROPERTY = {
    "label?": TEXT,
    "groupName?": TEXT,
    "type?": TEXT,
    "fieldType?": TEXT,
    "description?": TEXT,
    "displayOrder?": WHOLE,
    "hidden?": FLAG,
    "formField?": FLAG,
    "hasUniqueValue?": FLAG,
    "options?": [_OPTION],
}
_PROPERTY = _CHANGED_PROPERTY | {"name": TEXT, "label": TEXT, "groupName": TEXT, "type": TEXT, "fieldType": TEXT}
_FILTER = {"propertyName": TEXT, "operator": TEXT, "value?": TEXT, "highValue?": TEXT, "values?": [TEXT]}
_STAGE = {"label": TEXT, "displayOrder": WHOLE, "metadata": VALUES, "stageId?": TEXT}
_STATE = {"subscriptionId": WHOLE, "statusState": TEXT, "channel": TEXT}
_BASIS = {"legalBasis?": TEXT, "legalBasisExplanation?": TEXT}
_SUBSCRIBED = {"emailAddress": TEXT, "subscriptionId": TEXT, **_BASIS}
_PAIR = {"from": _ID, "to": _ID}
_NAMES = {"inputs": [{"name": TEXT}]}
IDS = {"inputs": [_ID]}
NEW = {key: value for key, value in _NEW.items() if key != "objectWriteTraceId?"}
CHANGED = {"properties": VALUES}
BATCH_NEW = {"inputs": [_NEW]}
BATCH_CHANGED = {"inputs": [_CHANGED]}
BATCH_UPSERTED = {"inputs": [_UPSERTED]}
BATCH_READ = {"inputs": [_ID], "idProperty?": TEXT, "properties?": [TEXT], "propertiesWithHistory?": [TEXT]}
SEARCH = {
    "filterGroups?": [{"filters?": [_FILTER]}],
    "filters?": [_FILTER],
    "query?": TEXT,
    "sorts?": [ANY],
    "properties?": [TEXT],
    "limit?": WHOLE,
    "after?": TEXT,
}
MERGE = {"primaryObjectId": TEXT, "objectIdToMerge": TEXT}
FORGET = {"objectId": TEXT, "idProperty?": TEXT}
SPECS = [_SPEC]
LINKS = {"inputs": [{**_PAIR, "types?": [_SPEC]}]}
LINKS_V3 = {"inputs": [{**_PAIR, "type": TEXT}]}
DEFAULT_LINKS = {"inputs": [_PAIR]}
UNLINKED = {"inputs": [{"from": _ID, "to": ANY, "types?": [_SPEC]}]}
CHANGED_LABEL = {"associationTypeId": WHOLE, "label": TEXT, "inverseLabel?": TEXT}
LIMITS = {"inputs": [{"category": TEXT, "typeId": WHOLE, "maxToObjectIds": WHOLE}]}
LABEL = {"label": TEXT, "name": TEXT, "inverseLabel?": TEXT}
GROUP = {"name": TEXT, "label": TEXT, "displayOrder?": WHOLE}
PROPERTY, CHANGED_PROPERTY, PROPERTIES, NAMES = _PROPERTY, _CHANGED_PROPERTY, {"inputs": [_PROPERTY]}, _NAMES
PIPELINE = {"label": TEXT, "displayOrder": WHOLE, "stages": [_STAGE], "pipelineId?": TEXT}
STAGE = _STAGE
CHANGED_PIPELINE = {"label?": TEXT, "displayOrder?": WHOLE, "archived?": FLAG}
CHANGED_STAGE = {"label?": TEXT, "displayOrder?": WHOLE, "metadata?": VALUES, "archived?": FLAG}
CHANGED_GROUP = {"label?": TEXT, "displayOrder?": WHOLE}
SCHEMA = {
    "name": TEXT,
    "labels": {"singular?": TEXT, "plural?": TEXT},
    "primaryDisplayProperty": TEXT,
    "secondaryDisplayProperties?": [TEXT],
    "requiredProperties": [TEXT],
    "searchableProperties?": [TEXT],
    "properties": [{**{name: each for name, each in _PROPERTY.items() if name != "groupName"}, "groupName?": TEXT}],
    "associatedObjects?": [TEXT],
    "description?": TEXT,
}
LIST = {"name": TEXT, "objectTypeId": TEXT, "processingType": TEXT, "filterBranch?": ANY}
LIST_SEARCH = {"query?": TEXT, "offset?": WHOLE, "count?": WHOLE, "processingTypes?": [TEXT], "listIds?": [TEXT]}
LISTS_OF = {"inputs": [{"objectTypeId": TEXT, "recordId": TEXT}]}
MEMBERS = [TEXT]
BOTH_MEMBERS = {"recordIdsToAdd?": [TEXT], "recordIdsToRemove?": [TEXT]}
SUBSCRIBED = _SUBSCRIBED
STATE, STATES = {**_STATE, **_BASIS}, {"inputs": [{**_STATE, **_BASIS, "subscriberIdString": TEXT}]}
ADDRESSES = {"inputs": [TEXT]}


def check(shape: Any, body: Any) -> None:
    """Answered (400) where a body has another form: what is missing, or what cannot be read as what."""
    missing = list(_missing(shape, body))
    for words in _wrong(shape, body):
        raise Answered(problem(400, f"Invalid input JSON on line 1, column 2: {words}"))
    if missing:
        words = f"Some required fields were not set: [{', '.join(dict.fromkeys(missing))}]"
        raise refused(400, f"Invalid input JSON on line 1, column 2. {words}")


def _missing(shape: Any, body: Any) -> Iterator[str]:
    if isinstance(shape, Mapping) and isinstance(body, dict):
        for name, inner in shape.items():
            plain = name.removesuffix("?")
            if body.get(plain) is not None:
                yield from _missing(inner, body[plain])
            elif plain == name:
                yield plain
    elif isinstance(shape, list) and isinstance(body, list):
        for each in body:
            yield from _missing(shape[0], each)


def _wrong(shape: Any, body: Any) -> Iterator[str]:
    if isinstance(shape, Mapping):
        if not isinstance(body, dict):
            yield _cannot("Object", body)
            return
        for name, inner in shape.items():
            if body.get(name.removesuffix("?")) is not None:
                yield from _wrong(inner, body[name.removesuffix("?")])
    elif isinstance(shape, list):
        if not isinstance(body, list):
            yield _cannot("ArrayList", body)
            return
        for each in body:
            yield from _wrong(shape[0], each)
    elif not _FITS[shape](body):
        yield _cannot({TEXT: "java.lang.String", WHOLE: "int", FLAG: "boolean"}.get(shape, "LinkedHashMap"), body)


def _cannot(kind: str, body: Any) -> str:
    for type, name, token in _TOKENS:
        if isinstance(body, type):
            return f"Cannot deserialize value of type `{kind}` from {name} value (token `JsonToken.{token}`)"
    return f"Cannot deserialize value of type `{kind}` from {body!r}"


def _scalar(body: Any) -> bool:
    return isinstance(body, str | int | float)


def _whole(body: Any) -> bool:
    return not isinstance(body, bool) and (isinstance(body, int) or (isinstance(body, str) and body.isdigit()))


_FITS: Mapping[str, Callable[[Any], bool]] = {
    TEXT: _scalar,
    WHOLE: _whole,
    FLAG: lambda body: isinstance(body, bool) or body in ("true", "false"),
    VALUES: lambda body: isinstance(body, dict) and all(v is None or _scalar(v) for v in body.values()),
    ANY: lambda _: True,
}
