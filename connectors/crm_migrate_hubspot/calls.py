"""What loading and taking back share: places of a batch, rows as properties, records as they are before a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.cells import unfit
from crm_migrate.connecting.contract import NOT_FOUND, Refusal, TargetObject
from crm_migrate.connecting.typed import unmistakable
from crm_migrate.errors import TargetError
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.shapes import (
    BEGINS,
    KEY,
    KIND,
    MEETINGS,
    MOMENT,
    PIPELINES,
    UNFINISHED,
    Place,
    place_of,
    split,
)
from crm_migrate_hubspot.values import Definition, Names, sent, told

GONE = Refusal("HubSpot has no such record", NOT_FOUND)
Row = Mapping[str, str | None]
Properties = dict[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a batch are, and what is known of them."""

    object: str
    kind: str
    places: Mapping[str, Place]
    types: Mapping[str, str]  # field -> semantic type
    definitions: Mapping[str, Definition]
    names: Names

    def links(self, row: Row) -> dict[Place, str | None]:
        """What a row says of links."""
        return {place: row[name] for name, place in self.places.items() if place.to and name in row}

    def has_more(self) -> bool:
        """Whether a record may need more than its properties."""
        return any(place.to or place.consent for place in self.places.values())

    def consents(self) -> list[Place]:
        """The consents among the fields."""
        return [place for place in self.places.values() if place.consent]


def layout(portal: Portal, object: TargetObject, names: Sequence[str]) -> Layout:
    """Where these fields are, and our key. TargetError for one that there is no place for."""
    name, kind = split(object.name)
    known = portal.existing(name)
    places: dict[str, Place] = {}
    for each in names:
        place = place_of(object.name, each)
        if place is None or (place.property and place.property not in known):
            raise TargetError(f"HubSpot has no place {each} in {object.name}", hint="crm-migrate target prepare")
        places[each] = place
    for key in (KEY, *((KIND,) if kind else ())):
        if key not in known:
            raise TargetError(f"HubSpot has no property {key} of {name}", hint="crm-migrate target prepare")
    types = {each.name: each.type for each in object.fields}
    return Layout(name, kind, places, types, known, portal.names(name))


def properties(layout: Layout, row: Row, pipeline: str | None = None) -> Properties:
    """The properties that a row says; `pipeline` is the id of the one that the record is in. Raises Unfit."""
    found: Properties = {}
    staged = PIPELINES.get(layout.object, ())
    for name, place in layout.places.items():
        if place.property and name in row and name not in staged:
            type = layout.types.get(name, "text")
            found[place.property] = sent(name, layout.definitions[place.property], type, row[name], layout.names)
    if layout.object == MEETINGS and found.get(BEGINS):
        found.setdefault(MOMENT, found[BEGINS])  # where it stands in the timeline; without that there is no meeting
    return found | _staged(layout, row, pipeline)


def _staged(layout: Layout, row: Row, current: str | None) -> Properties:
    """Pipeline and stage by their ids."""
    if layout.object not in PIPELINES:
        return {}
    first, second = PIPELINES[layout.object]
    found: Properties = {}
    pipeline = current
    if row.get(first):
        pipeline = layout.names.pipelines().get(str(row[first]))
        if pipeline is None:
            raise unfit("UNKNOWN", "HubSpot has not exactly one pipeline of this name", first)
        found[first] = pipeline
    elif first in row:
        found[first] = ""  # whether a record may be without is HubSpot's to say
    if row.get(second):
        stage = layout.names.stage(str(row[second]), pipeline)
        if stage is None:
            raise unfit("UNKNOWN", "HubSpot has not exactly one stage of this name in the pipeline", second)
        found[second] = stage
        if pipeline is None:
            found[first] = next(each.pipeline for each in layout.names.stages if each.id == stage)
    elif second in row:
        found[second] = ""
    return found


def cell_of(object: str, definition: Definition, semantic: str, held: Any, names: Names) -> str | None:
    """A property as canonical text: a stage and a pipeline by their labels, one that is archived by its id."""
    first, second = PIPELINES.get(object, ("", ""))
    if definition.get("name") == first:
        held = next((each.pipeline_label for each in names.stages if each.pipeline == held), held)
    elif definition.get("name") == second:
        held = next((each.label for each in names.stages if each.id == held), held)
    return told(definition, semantic, held, names)


def read_cell(object: str, definition: Definition, semantic: str, held: Any, names: Names) -> str | None:
    """A property of a source as canonical text, a number so that no locale reads it as another one."""
    text = cell_of(object, definition, semantic, held, names)
    return unmistakable(text) if text and definition.get("type") == "number" else text


def key_of(properties: Mapping[str, Any]) -> str | None:
    """Our key in a record, also of one that is not finished."""
    said = properties.get(KEY)
    return str(said).removesuffix(UNFINISHED) if said else None


def kind_of(properties: Mapping[str, Any]) -> str:
    """What a record is besides its object; "" for most."""
    return str(properties.get(KIND) or "")
