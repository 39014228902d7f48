"""What Dataverse's metadata says of columns, read into our words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm_migrate_dynamics.requests import TYPE
from crm_migrate_dynamics.values import DAY, LOCAL_DAY, MOMENT, NUMBERS, TEXTS, ZONELESS, Column

Words = Mapping[str, Any]
_LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
_NO_ZONE = "T00:00:00Z"  # how a day is written in a column of no zone


def columns_of(attributes: Sequence[Words], options: Sequence[Words], leads: Sequence[Words]) -> dict[str, Column]:
    """The columns that can hold something of ours, by name. `options` are attributes with their option sets, `leads`
    the relationships by which the table refers to others."""
    sets = {str(each["LogicalName"]): each.get("OptionSet") or {} for each in options}
    ways: dict[str, dict[str, str]] = {}
    for each in leads:
        way = ways.setdefault(str(each.get("ReferencingAttribute")), {})
        way[str(each.get("ReferencedEntity"))] = str(each.get("ReferencingEntityNavigationPropertyName"))
    found = (_column(each, sets, ways) for each in attributes)
    return {column.name: column for column in found if column is not None}


def _column(words: Words, sets: Mapping[str, Words], ways: Mapping[str, Mapping[str, str]]) -> Column | None:
    name = str(words.get("LogicalName"))
    parts = words.get("AttributeOf") or words.get("IsValidODataAttribute") is False  # the name beside a lookup
    if parts or words.get("IsValidForRead") is False:
        return None
    if words.get("AttributeType") == "Owner":  # its relationship leads to `owner`, which stands for both
        ways = {name: {"systemuser": name, "team": name}}
    if words.get("AttributeType") == "PartyList":
        return Column(name, "Party", leads={str(each): f"partyid_{each}" for each in words.get("Targets") or ()})
    kind = str(words.get("@odata.type", "")).removeprefix("#").removeprefix(TYPE).removesuffix("AttributeMetadata")
    kind = "Lookup" if kind in _LOOKUPS else kind
    day = ""
    if kind == "DateTime":
        kind, day = _moment(words)
    if not kind or (kind == "Lookup" and name not in ways):
        return None
    labels, states = _options(sets.get(name, {}))
    low, high = (_decimal(words.get(each)) for each in ("MinValue", "MaxValue"))
    places = words.get("Precision")
    return Column(
        name,
        kind,
        creatable=words.get("IsValidForCreate") is True,
        updatable=words.get("IsValidForUpdate") is True,
        required=(words.get("RequiredLevel") or {}).get("Value") in ("SystemRequired", "ApplicationRequired"),
        length=words.get("MaxLength") if kind in TEXTS else None,
        low=low,
        high=high,
        scale=places if kind in NUMBERS and isinstance(places, int) else None,
        day=day,
        options=labels,
        states=states,
        leads=ways.get(name, {}),
    )


def _moment(words: Words) -> tuple[str, str]:
    """A day, a moment, or what we only read: a day that is kept as the user's midnight is another day elsewhere."""
    behavior, days = (words.get("DateTimeBehavior") or {}).get("Value"), words.get("Format") == "DateOnly"
    if behavior == "DateOnly":
        return DAY, ""
    if behavior == "TimeZoneIndependent":
        return (DAY, _NO_ZONE) if days else (ZONELESS, "")
    return (LOCAL_DAY, "") if days else (MOMENT, "")


def _options(said: Words) -> tuple[dict[str, int], dict[int, int]]:
    """Label -> value, of those labels that are there once, and value -> state."""
    options = [each for each in said.get("Options") or () if isinstance(each.get("Value"), int)]
    labels = [_label(each.get("Label")) for each in options]
    told = {
        label: each["Value"] for label, each in zip(labels, options, strict=True) if labels.count(label) == 1 and label
    }
    return told, {each["Value"]: each["State"] for each in options if isinstance(each.get("State"), int)}


def _label(said: Any) -> str:
    """In the language of the user that we are."""
    mine = (said or {}).get("UserLocalizedLabel") or {}
    others: Iterable[Words] = (said or {}).get("LocalizedLabels") or ()
    return str(mine.get("Label") or next((each.get("Label") for each in others), None) or "")


def _decimal(said: Any) -> Decimal | None:
    return Decimal(str(said)) if isinstance(said, int | float) and not isinstance(said, bool) else None
