"""When the nights of an environment are stable, as fractions. Those of all environments are checked."""

from collections.abc import Sequence

from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model_environments import Watch
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan, WatchPlan
from crm_migrate.mapping.text import parse_under
from crm_migrate.mapping.tree import Path


def watched(desk: Desk, plan: EnvironmentPlan, objects: Sequence[ObjectPlan]) -> EnvironmentPlan:
    """The environment with the gate of its nights."""
    names = {each.name for each in objects}
    for name, each in desk.file.environments.items():
        if each.watch is not None:
            watch = _limits(desk, each.watch, names, ("environments", name, "watch"))
            if name == plan.name:
                plan = plan.model_copy(update={"watch": watch})
    return plan


def _limits(desk: Desk, said: Watch, names: set[str], path: Path) -> WatchPlan | None:
    here: Path = (*path, "under") if desk.written((*path, "under")) else path
    under = desk.read_text(parse_under, said.under, here)
    money = desk.read_text(parse_under, said.money, (*path, "money")) if said.money is not None else None
    objects = {}
    for name, limit in said.objects.items():
        place: Path = (*path, "objects", name)
        if name not in names:
            desk.unknown("object_unknown", "the object", name, names, place, key=True)
        elif read := desk.read_text(parse_under, limit, place):
            objects[name] = read
    return WatchPlan(under=under, nights=said.nights, money=money or under, objects=objects) if under else None
