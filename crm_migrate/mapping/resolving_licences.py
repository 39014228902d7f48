"""What was bought of the target, in numbers; and when nobody works there. Those of all environments are checked."""

from collections.abc import Sequence
from datetime import datetime

from crm_migrate.mapping import library
from crm_migrate.mapping.authored import bytes_of
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model_environments import Freeze, Licence
from crm_migrate.mapping.model_sources import Environment
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan, FreezePlan, LicencePlan
from crm_migrate.mapping.profiles import ProfileCapacity, ProfileEdition, TargetProfile
from crm_migrate.mapping.tree import Path


def bought(desk: Desk, plan: EnvironmentPlan, objects: Sequence[ObjectPlan]) -> EnvironmentPlan:
    """The environment with its licence and its freeze."""
    for name, each in desk.file.environments.items():
        path: Path = ("environments", name)
        profile = desk.target if name == plan.name else _profile(desk, each) if each.licence else None
        licence = _licence(desk, each.licence, profile, objects, (*path, "licence"))
        freeze = _freeze(desk, each.freeze, (*path, "freeze")) if each.freeze else None
        if name == plan.name:
            editions = profile.capacity.editions if each.licence is None and profile and profile.capacity else ()
            plan = plan.model_copy(update={"licence": licence, "editions": tuple(editions), "freeze": freeze})
    return plan


def _profile(desk: Desk, environment: Environment) -> TargetProfile | None:
    return library.target_named(environment.profile or environment.connector, desk.project.folder)


def _licence(
    desk: Desk, said: Licence | None, profile: TargetProfile | None, objects: Sequence[ObjectPlan], path: Path
) -> LicencePlan | None:
    """In numbers, by the profile of its target; None where that is not there (which is told elsewhere) or silent."""
    if said is None or profile is None:
        return None
    here: Path = (*path, "edition") if desk.written((*path, "edition")) else path
    if profile.capacity is None:
        hint = "Take `licence` out, or write `capacity:` into a copy of the profile in the project's mappings/targets/."
        desk.tell("mapping_value", f"the profile of {profile.title} says nothing of editions", here, hint)
        return None
    edition = profile.capacity.editions.get(said.edition)
    if edition is None:
        words = profile.capacity.editions
        desk.unknown("mapping_value", f"in the profile of {profile.title} the edition", said.edition, words, here)
        return None
    names = {each.name for each in objects}
    for name in said.records.keys() - names:
        desk.unknown("object_unknown", "the object", name, names, (*path, "records", name), key=True)
    return _numbers(said, profile.capacity, edition)


def _numbers(said: Licence, capacity: ProfileCapacity, edition: ProfileEdition) -> LicencePlan:
    users = said.users or 1
    requests = said.requests or _in_all(edition.requests, edition.requests_per_user, users)
    if requests is not None and edition.requests_most is not None and said.requests is None:
        requests = min(requests, edition.requests_most)
    return LicencePlan(
        edition=said.edition,
        users=users,
        assumed=said.users is None and _grows(said, edition),
        verified=capacity.last_verified,
        requests=requests,
        hourly=edition.requests_per_hour,
        storage=_room(said.storage, edition.storage, edition.storage_per_user, users),
        file_storage=_room(said.file_storage, edition.file_storage, edition.file_storage_per_user, users),
        records={**edition.records, **said.records},
        sizes={name: bytes_of(size) for name, size in capacity.sizes.items()},
        size=bytes_of(capacity.record) if capacity.record else None,
        said=dict(capacity.said),
    )


def _grows(said: Licence, edition: ProfileEdition) -> bool:
    """Whether users bring more of anything that the contract does not say itself."""
    pairs = (
        (said.requests, edition.requests_per_user),
        (said.storage, edition.storage_per_user),
        (said.file_storage, edition.file_storage_per_user),
    )
    return any(own is None and each is not None for own, each in pairs)


def _room(said: str | None, base: str | None, each: str | None, users: int) -> int | None:
    if said is not None:
        return bytes_of(said)
    return _in_all(bytes_of(base) if base else None, bytes_of(each) if each else None, users)


def _in_all(base: int | None, each: int | None, users: int) -> int | None:
    return None if base is None and each is None else (base or 0) + (each or 0) * users


def _freeze(desk: Desk, said: Freeze, path: Path) -> FreezePlan:
    """Its moments, in order."""
    if datetime.fromisoformat(said.starts) >= datetime.fromisoformat(said.ends):
        message = f"the freeze would end ({said.ends}) before it starts ({said.starts})"
        desk.tell("mapping_value", message, (*path, "ends"), "Give the end a later moment.")
    return FreezePlan(starts=said.starts, ends=said.ends, reserve_hours=said.reserve_hours)
