"""What of a plan an example can concern, and which examples have passed with just that."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.errors import DamagedFile
from crm_migrate.mapping.plan import ExamplePlan, ObjectPlan, Plan
from crm_migrate.workspace.code_version import code_version
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.sealing import read_sealed, write_sealed

Told = TypeVar("Told")


def try_examples(plan: Plan, project: Project, run: Callable[[Plan, ExamplePlan], list[Told]]) -> dict[str, list[Told]]:
    """What `run` tells of every example that may come out otherwise than it did: nothing where all is as said.

    One that passed is not run again until something of the mapping that concerns it, or the program, has changed.
    """
    known, passed, results = _passed(project), list[str](), dict[str, list[Told]]()
    for example in plan.examples:
        key = _key(narrowed(plan, example), example)
        results[example.name] = [] if key in known else run(plan, example)
        passed += [] if results[example.name] else [key]
    if set(passed) != known:
        write_sealed(project.passed_examples, {"passed": sorted(set(passed))})
    return results


def _passed(project: Project) -> set[str]:
    try:
        return set(read_sealed(project.passed_examples)["passed"])
    except (FileNotFoundError, DamagedFile):
        return set()


def _key(plan: Plan, example: ExamplePlan) -> str:
    said = plan.model_dump_json(exclude={"environment", "files", "examples"})
    return hashlib.sha256("\x00".join((code_version(), said, example.model_dump_json())).encode()).hexdigest()


def narrowed(plan: Plan, example: ExamplePlan) -> Plan:
    """The plan without objects that neither the given rows nor what is expected can concern, and without feeds of
    sources that have no rows: a mapping of forty objects is not run for one line of a sheet."""
    wanted, open_names = set[str](), {*example.expect, *(o.name for o in plan.objects if _fed(o, example))}
    while open_names:
        wanted |= open_names
        kept = [each for each in plan.objects if each.name in open_names]
        parents = {field.ref.object for each in kept for field in each.fields if field.ref}
        lists = {SUPPRESSIONS for each in kept for enrich in each.enrich if enrich.unmatched == "suppression_list"}
        open_names = (parents | lists) - wanted
    objects = tuple(_given_to(each, example) for each in plan.objects if each.name in wanted)
    return plan.model_copy(update={"objects": objects})


def _fed(object_plan: ObjectPlan, example: ExamplePlan) -> bool:
    return not example.given.keys().isdisjoint(object_plan.sources)


def _given_to(object_plan: ObjectPlan, example: ExamplePlan) -> ObjectPlan:
    feeds = tuple(feed for feed in object_plan.feeds if feed.source in example.given)
    enrich = tuple(each for each in object_plan.enrich if each.source in example.given)
    return object_plan.model_copy(update={"feeds": feeds or object_plan.feeds[:1], "enrich": enrich})
