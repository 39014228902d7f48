"""What a target profile says of files, for the connector that writes them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crm_migrate.connecting.discovery import writes_files
from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.mapping import library
from crm_migrate.mapping.authored import bytes_of
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model_environments import Licence
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.mapping.profiles import ProfileEdition, ProfileFiles, ProfileObject, TargetProfile
from crm_migrate.mapping.tree import Path

LAYOUT = "layout"  # among the options that a connector of files is opened with; no mapping says it


def with_layout(desk: Desk, chosen: EnvironmentPlan, objects: Sequence[ObjectPlan]) -> EnvironmentPlan:
    """The environment with the layout of its files. A connector that writes files has to have one, and no other may."""
    environment = desk.file.environments[chosen.name]
    path: Path = ("environments", chosen.name, "profile" if environment.profile else "connector")
    to_files = writes_files(chosen.connector)
    if desk.target is None or to_files == (desk.target.files is not None):
        return _laid_out(desk, chosen, objects) if to_files and desk.target else chosen
    if to_files:
        message, hint = "the profile says nothing of files", "Name one that does: `profile: hubspot_files`."
    else:
        message, hint = f"the profile is of files, and `{chosen.connector}` writes none", "Write `connector: files`."
    desk.tell("mapping_value", message, path, hint)
    return chosen


def _laid_out(desk: Desk, chosen: EnvironmentPlan, objects: Sequence[ObjectPlan]) -> EnvironmentPlan:
    assert desk.target is not None and desk.target.files is not None
    said, opt_outs = desk.target.files, desk.target.objects.get(SUPPRESSIONS)
    if said.own_columns == "lost":
        _have_a_place(desk, desk.target, objects)
    environment = desk.file.environments[chosen.name]
    ours = library.shipped_target(environment.profile or environment.connector)
    theirs = {each.name: desk.target.objects.get(each.name) for each in objects}
    layout = said.model_dump(exclude={"size"}) | {
        **_limits(desk.target, environment.licence),
        "called": {o.target: p.called for o in objects if (p := theirs[o.name]) and p.called},
        "always": {o.target: p.always for o in objects if (p := theirs[o.name]) and p.always},
        "beside": {o.target: _beside(p) for o in objects if (p := theirs[o.name]) and p.beside},
        "closed": {o.target: c for o in objects if (p := theirs[o.name]) and (c := closed_of(p, o))},
        "known": {o.target: _columns(desk.target, ours, o.name) for o in objects if theirs[o.name]},
        "key": {o.target: o.key_field for o in objects},
        "order": [o.target for o in objects],
        "opt_outs": opt_outs.name if opt_outs else SUPPRESSIONS,
        "mailbox": (opt_outs.fields["email"].column if opt_outs else None) or "email",
        "profile": environment.profile or environment.connector,
        "title": desk.target.title,
        "language": desk.file.project.locale,
    }
    text = json.dumps(layout, ensure_ascii=False, sort_keys=True)
    return chosen.model_copy(update={"options": {**chosen.options, LAYOUT: text}})


def _have_a_place(desk: Desk, profile: TargetProfile, objects: Sequence[ObjectPlan]) -> None:
    """Tell the objects of which no file could be imported."""
    for each in objects:
        if each.name not in profile.objects:
            takes = ", ".join(profile.objects)
            hint = (
                f"Its import takes {takes}. The rest goes elsewhere: by another mapping into a CRM or its import files."
            )
            desk.tell_key(
                "mapping_value", f"{profile.title} has no place for `{each.name}`", ("objects", each.name), hint
            )


def _beside(profile: ProfileObject) -> dict[str, list[str]]:
    """Column -> the link that it stands beside, and the field there whose value it has."""
    return {column: path.split(".", 1) for column, path in profile.beside.items()}


def closed_of(profile: ProfileObject, object_plan: ObjectPlan) -> dict[str, Any] | None:
    """How it is said that a record is closed, by the columns of the mapping; None where it does not feed that field."""
    loaded = {each.name: each.target for each in object_plan.fields if each.target and each.action == "migrate"}
    said = profile.closed
    if said is None or said.by not in loaded:
        return None
    return said.model_dump() | {"by": loaded[said.by], "day": loaded.get(said.day or "")}


def _columns(profile: TargetProfile, ours: TargetProfile | None, name: str) -> list[str]:
    """Columns that the CRM has by itself: those of the profile; of a changed copy of ours only what ours has too."""
    there = [each.objects[name] for each in (profile, ours) if each and name in each.objects]
    columns = [{field.column or word for word, field in each.fields.items()} for each in there]
    return sorted(set.intersection(*columns))


def _limits(profile: TargetProfile, licence: Licence | None) -> dict[str, Any]:
    """What a file may have, and how many are taken in 24 hours: by the edition that was bought, else what all take."""
    editions = _editions_of_files(profile)
    bought = editions.get(licence.edition) if licence else None
    asked = [bought] if bought else [*editions.values()]
    said = profile.files or ProfileFiles()
    return {
        "rows": _least([said.rows, *(each.file_rows for each in asked)]),
        "bytes": _least(bytes_of(size) if size else None for size in (said.size, *(each.file_size for each in asked))),
        "imports": _least(each.imports for each in asked),
        "edition": licence.edition if licence and bought else None,
        "editions": list(editions),
    }


def _editions_of_files(profile: TargetProfile) -> dict[str, ProfileEdition]:
    """Word -> edition, of those that say something of import files."""
    known = profile.capacity.editions if profile.capacity else {}
    return {word: each for word, each in known.items() if each.file_rows or each.file_size or each.imports}


def _least(limits: Iterable[int | None]) -> int | None:
    return min((each for each in limits if each is not None), default=None)
