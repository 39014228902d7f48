"""Closes the exceptions whose cells a repair has put right, with the evidence: what was written and read back."""

from collections.abc import Iterable
from dataclasses import replace

from crm_migrate.quoting import literal
from crm_migrate.workspace.exception_ids import identified
from crm_migrate.workspace.exception_states import ExceptionState, read_states, write_states
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.repair_figures import RepairFigure
from crm_migrate.workspace.state import now, read_state
from crm_migrate.workspace.tables import REPAIRED

_NAMED = 3  # batches of the journal that the evidence names; `reconcile/<object>/repaired` has them all


def close_exceptions(project: Project, run: Run, figures: Figures) -> None:
    """Say in `exceptions.yaml` that what a repair has put right is fixed; done twice, it says nothing more.

    Nothing is said of an exception of which a cell was not written, differs again or was edited there. What somebody
    has accepted stays accepted, with the evidence beside it. MappingError where the file cannot be read.
    """
    there = {each.id for each in identified(figures.exceptions)}
    done = [each for each in figures.repairs if each.exception and each.done and each.exception not in there]
    if not done:
        return
    states = read_states(project.folder)
    said = {each.exception: states.get(each.exception, ExceptionState(each.exception, "open")) for each in done}
    fresh = [each for each in done if said[each.exception].run < run.id]  # run ids sort by their start
    with relations(run, "reconcile", partial=True) as tables:
        closed = [_closed(said[each.exception], run, each, _evidence(tables, run, each)) for each in fresh]
    write_states(project.folder, closed)


def _closed(said: ExceptionState, run: Run, figure: RepairFigure, evidence: str) -> ExceptionState:
    about = f"{figure.object} {figure.field} {figure.cause.split(' ')[0]}"
    who = read_state(run).started_by or "crm-migrate repair"
    known = replace(said, evidence=evidence, about=said.about or about)
    if said.status in ("accepted", "wont_fix"):
        return known
    return replace(known, status="fixed", records=str(figure.cells), run=run.id, who=who, when=now())


def _evidence(tables: Relations, run: Run, figure: RepairFigure) -> str:
    """Counts, the instant at which the records were read back, entries of the journal: no value, no language."""
    rows = tables.rows(
        f"""SELECT DISTINCT batch FROM {tables.scan(REPAIRED, figure.object)}
        WHERE exception = {literal(figure.exception)} AND outcome = 'repaired' ORDER BY batch"""
    )
    journal = [str(batch) for (batch,) in rows]
    told = {
        "repair": run.id,
        "cells": str(figure.cells),
        "written": str(figure.repaired),
        "right": str(figure.right),
        "read_back": read_state(run).stages.get("validate", ""),
        "journal": _named(journal),
    }
    return " ".join(f"{name}={value}" for name, value in told.items() if value)


def _named(names: Iterable[str]) -> str:
    first, more = (listed := list(names))[:_NAMED], len(listed) - _NAMED
    return ",".join(first) + (f",+{more}" if more > 0 else "")
