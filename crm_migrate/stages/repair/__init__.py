"""Repair: from causes of differences to the cells that are to be written again, and what is left alone and why.

Chosen are causes of the last run's report. A repair is a run of its own over the same records: its load writes these
cells and nothing else, by the machinery of every load, and its report says what became of them.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

from crm_migrate.crm.types import REFUSALS
from crm_migrate.disk.laying import lay
from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal
from crm_migrate.stages.repair.choosing import Wanted
from crm_migrate.workspace.exception_ids import identified
from crm_migrate.workspace.kept_figures import read_figures
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.state import RunState, read_state, write_state
from crm_migrate.workspace.tables import DIFFERENCES, REPAIR

STAGES = ("extract", "map", "link", "dedupe", "complete")  # what a repair has of the run whose report it repairs
_DIFFERING = ("lost", "different", "filled_by_target")  # classes of cells that a repair is about
_WHOSE = ("object", "name", "class", "cause")
_FOLDERS = ("extract", "map", "link", "follow", "dedupe", "complete", "mask")


def take_records(reported: Run, run: Run) -> None:
    """Give a repair the records of the run whose report it repairs: the same rows, mapped and merged as they were."""
    for name in _FOLDERS:
        if (folder := reported.table(name)).is_dir():
            shutil.copytree(folder, run.table(name), copy_function=_laid)
    theirs, ours = read_state(reported), read_state(run)
    write_state(run, _with_stages(theirs, ours))


def _laid(file: str, place: str) -> None:
    lay(Path(file), Path(place))


def _with_stages(theirs: RunState, ours: RunState) -> RunState:
    """`run.json` of the repair, with what stages of the other run have done."""
    return ours.model_copy(
        update={
            "stages": {name: at for name, at in theirs.stages.items() if name in STAGES},
            "tables": tuple(name for name in theirs.tables if name.split("/")[0] in _FOLDERS),
            "limit": theirs.limit,
        }
    )


def order(plan: Plan, reported: Run, run: Run, wanted: Wanted) -> int:
    """Write `repair/<object>/cells` of the chosen causes; how many cells are to be written. UsageError where the
    report has no such cause."""
    found = writes = 0
    with relations(reported, "reconcile", partial=True) as tables:
        queries = {each.name: _cells(tables, each, wanted) for each in plan.objects}
    with relations(run, "repair", partial=True) as tables:
        _name_exceptions(tables, reported)
        for name, query in queries.items():
            tables.publish(query, REPAIR, name)
            found += tables.count(cells := tables.scan(REPAIR, name))
            writes += tables.count(f"{cells} WHERE stays IS NULL")
    if not found:
        raise UsageError(f"the report of run {reported.id} has no such difference", hint="crm-migrate repair PROJECT")
    return writes


def _name_exceptions(tables: Relations, reported: Run) -> None:
    """Create `reported_exceptions`: under which id the report has the cells of a field, a class and a cause."""
    tables.execute(
        f"CREATE TEMP TABLE reported_exceptions ({', '.join(f'{name} VARCHAR' for name in _WHOSE)}, id VARCHAR)"
    )
    for each in identified(read_figures(reported).exceptions):
        if each.state in _DIFFERING:
            what = (each.object, each.field, each.state, each.rule, each.id)
            tables.execute("INSERT INTO reported_exceptions VALUES (?, ?, ?, ?, ?)", what)


def _cells(reported: Relations, object_plan: ObjectPlan, wanted: Wanted) -> str:
    """Query: the differing cells of the chosen causes, with what speaks against writing them."""
    fields = {str(field.target): field.name for field in object_plan.fields if field.target is not None}
    names = " ".join(f"WHEN {literal(target)} THEN {literal(name)}" for target, name in fields.items())
    differing = f"class IN ({', '.join(map(literal, _DIFFERING))})"
    said = f"""SELECT name, class, cause, id AS exception FROM reported_exceptions
      WHERE object = {literal(object_plan.name)}"""
    return _with_proofs(
        f"""SELECT *, CASE WHEN cause = 'record missing' THEN 'record_missing' ELSE {_stays(object_plan)} END AS stays
        FROM (SELECT __entity, target_id, field, CASE field {names} END AS name, class, cause, expected, actual
          FROM {reported.scan(DIFFERENCES, object_plan.name)} WHERE {differing})
        LEFT JOIN ({said}) USING (name, class, cause)
        WHERE {wanted.holds(object_plan.name)}""",
        object_plan,
    )


def _stays(object_plan: ObjectPlan) -> str:
    """SQL over a differing cell: why it is not to be written; null where it is."""
    if object_plan.existing.only:
        return "'looked_up'"
    consents = _listed(f for f in object_plan.fields if f.kind.role == "consent")
    limits = _listed(f for f in object_plan.fields if f.kind.survive == "any_true")
    cleared = _listed(f for f in object_plan.fields if f.clear)
    refusals = ", ".join(map(literal, REFUSALS))
    return f"""CASE
      WHEN name IN ({consents}) AND lower(coalesce(actual, '')) IN ({refusals})
        AND lower(coalesce(expected, '')) NOT IN ({refusals}) THEN 'opt_out'
      WHEN name IN ({limits}) AND lower(actual) IN ('true', '1', 't', 'yes') THEN 'opt_out'
      WHEN expected IS NULL AND name NOT IN ({cleared}) THEN 'not_cleared' END"""


def _with_proofs(query: str, object_plan: ObjectPlan) -> str:
    """The same in order; what proves a consent that is left alone is left alone, too."""
    whose = " ".join(f"WHEN {literal(f.name)} THEN {literal(f.follows)}" for f in object_plan.fields if f.follows)
    left = f"""CASE WHEN EXISTS (FROM c o WHERE o.__entity = c.__entity AND o.stays = 'opt_out'
      AND o.name = CASE c.name {whose} END) THEN 'opt_out' END"""
    stays = f"coalesce(stays, {left})" if whose else "stays"
    return f"WITH c AS ({query}) SELECT c.* REPLACE ({stays} AS stays) FROM c ORDER BY field, __entity"


def _listed(fields: Iterable[FieldPlan]) -> str:
    return ", ".join(literal(field.name) for field in fields) or "''"
