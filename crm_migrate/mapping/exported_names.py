"""How the exports of a CRM call the columns of its import: by its target profile, and by the source profile that knows
these exports. Nothing was loaded by these names, so they are read anew each time and are not frozen in a plan."""

import json
from collections.abc import Iterator
from pathlib import Path

from crm_migrate.crm.types import type_of
from crm_migrate.mapping import library
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.mapping.profiles import ProfileField, ProfileObject, SourceProfile
from crm_migrate.mapping.resolving_layouts import LAYOUT, closed_of


def with_exported_names(plan: Plan, project: Path, zone: str | None = None) -> Plan:
    """The plan whose layout of files knows them, by the profile that it names. `zone` is that of moments without an
    offset in all exports, where it is not that of the source profile."""
    layout = json.loads(plan.environment.options.get(LAYOUT, "{}"))
    profile = library.target_named(layout.get("profile", ""), project)
    there = profile.objects if profile else {}
    named = [(each, there.get(each.name, ProfileObject(name=each.target))) for each in plan.objects]
    known = [(each, there, _source(there, project)) for each, there in named]
    ticked = bool(layout.get("consent"))  # a consent that was imported has a column: no other says the same
    said = {
        "headings": {each.target: _headings(each, there, source, ticked) for each, there, source in known},
        "zones": {each.target: said for each, _, source in known if (said := zone or (source and source.time_zone))},
        "labels": {each.target: _labels(each, there) for each, there, _ in known},
        "boxes": {each.target: _boxes(each, source) for each, _, source in known if source},
        "closed": {each.target: closed for each, there, _ in known if (closed := closed_of(there, each))},
    }
    options = {**plan.environment.options, LAYOUT: json.dumps(layout | said, ensure_ascii=False, sort_keys=True)}
    return plan.model_copy(update={"environment": plan.environment.model_copy(update={"options": options})})


def _source(there: ProfileObject, project: Path) -> SourceProfile | None:
    entry = library.find("sources", there.export, project) if there.export else None
    return library.source_profile(entry)[0] if entry else None


def _headings(
    plan: ObjectPlan, there: ProfileObject, source: SourceProfile | None, ticked: bool
) -> dict[str, list[str]]:
    """Field of the target -> its names in an export, the best first."""
    found = {}
    for field in plan.fields:
        if field.target:
            own = there.fields.get(field.name, ProfileField())
            known = None if ticked and type_of(field.type).role == "consent" else source
            fed = _columns(known, plan.name, field.name, own) if known else ()
            names = [*own.exported, *fed, *filter(None, [own.column])]
            found[field.target] = list(dict.fromkeys(names))
    return found


def _labels(plan: ObjectPlan, there: ProfileObject) -> dict[str, dict[str, str]]:
    """Field of the target -> word of its import files -> word of its exports."""
    fields = {field.target: there.fields.get(field.name, ProfileField()).labels for field in plan.fields}
    return {target: labels for target, labels in fields.items() if target and labels}


def _columns(source: SourceProfile, object: str, field: str, own: ProfileField) -> Iterator[str]:
    """The columns that feed a field, with their aliases; of a link to the record of the same row those of its name."""
    record = source.objects.get(object)
    fed = record.fields.get(field) if record else None
    feeds = {f"{object}.{field}", *([f"{own.reference}.name"] if fed == "same_row" else ())}
    for name, column in source.columns.items():
        if name == fed or not feeds.isdisjoint(column.field):
            yield from (name, *column.aliases)


def _boxes(plan: ObjectPlan, source: SourceProfile) -> dict[str, dict[str, str]]:
    """Field of the target -> cell of the export -> our word, of columns with words."""
    words = {feeds: column.map for column in source.columns.values() if column.map for feeds in column.field}
    fields = {field.target: words.get(f"{plan.name}.{field.name}") for field in plan.fields}
    return {target: said for target, said in fields.items() if target and said}
