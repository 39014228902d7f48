"""Joins to the figures of a run what followed it: what people said of its exceptions, and the run before."""

from collections.abc import Container, Iterator, Mapping
from itertools import islice
from pathlib import Path

from crm_migrate.errors import CrmMigrateError
from crm_migrate.workspace.exception_ids import identified
from crm_migrate.workspace.exception_states import ExceptionState, read_states
from crm_migrate.workspace.figures import ExceptionGroup, Figures
from crm_migrate.workspace.follow_up import FollowedException, FollowUp, GoneException
from crm_migrate.workspace.kept_figures import figures_path, read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import paths
from crm_migrate.workspace.rehearsals import SHOWN, rehearsal
from crm_migrate.workspace.sample_packs import OUTDATED, WRONG
from crm_migrate.workspace.sql import connected, exists, relation
from crm_migrate.workspace.state import read_state, runs
from crm_migrate.workspace.undoing import undone_runs

_PLACE = ("object", "source", "field", "rule", "state", "code")

_TEXTS = ", ".join(f"coalesce({name}, '') AS {name}" for name in (*_PLACE, "record"))

Moved = dict[tuple[str, ...], tuple[int, int]]  # place of an exception -> records that came, and that went


def followed(project: Project, run: Run, figures: Figures) -> Figures:
    """The figures with what followed. MappingError where `exceptions.yaml` cannot be read."""
    states = read_states(project.folder)
    figures = figures.model_copy(update={"exceptions": identified(figures.exceptions)})
    earlier = runs_before(project, run, figures)
    found = next(earlier, None)
    before = {each.id: each for each in identified(found[1].exceptions)} if found else None
    moved = _moved(run, found[0]) if found else None
    undone = undone_runs(project)
    exceptions = (
        _followed(each, run, states.get(each.id), _since(each, before, moved), undone) for each in figures.exceptions
    )
    met = {each.id for each in figures.exceptions}
    row = [rehearsal(known) for _, known in ([found, *islice(earlier, SHOWN - 2)] if found else [])]
    follow_up = FollowUp(
        compared_with=found[0].id if found else "",
        exceptions=tuple(exceptions),
        gone=tuple(_gone(each, states) for name, each in (before or {}).items() if name not in met),
        rehearsals=(*reversed(row), rehearsal(figures)) if row else (),
    )
    return figures.model_copy(update={"follow_up": follow_up})


def runs_before(project: Project, run: Run, figures: Figures) -> Iterator[tuple[Run, Figures]]:
    """The runs before it that were reconciled in the same environment on as much of the sources, with their figures,
    the latest first; runs that were undone, or that cannot be read, are none."""
    undone = undone_runs(project)
    for each in reversed(runs(project)):
        if each.id < run.id and each.id not in undone and figures_path(each).is_file():
            known = _alike(each, run, figures)
            if known is not None:
                yield each, known


def _alike(other: Run, run: Run, figures: Figures) -> Figures | None:
    try:
        found = read_figures(other)
        as_much = read_state(other).limit == read_state(run).limit
    except CrmMigrateError:
        return None
    return found if as_much and found.environment == figures.environment else None


def _since(
    group: ExceptionGroup, before: Mapping[str, ExceptionGroup] | None, moved: Moved | None
) -> dict[str, object]:
    """How an exception compares with the run before; nothing where there is none."""
    if before is None or group.code in (WRONG, OUTDATED):  # verdicts on samples are no figures of either run
        return {}
    was = before.get(group.id)
    known: dict[str, object] = {"since": "still" if was else "new", "before": was.count if was else 0}
    place, listed = _place(group), moved or {}
    counts = listed.get(place) or listed.get((*place[:-1], ""))  # cells that differ are listed without a code
    return known | ({"came": counts[0], "went": counts[1]} if counts else {})


def settled(group: ExceptionGroup, run: Run, said: ExceptionState | None) -> bool:
    """Whether nobody has to do anything about an exception of a run, by what was said of it in earlier ones."""
    return _followed(group, run, said, {}, undone=()).settled


def _followed(
    group: ExceptionGroup, run: Run, said: ExceptionState | None, since: Mapping[str, object], undone: Container[str]
) -> FollowedException:
    if said is None:
        return FollowedException.model_validate({"id": group.id, **since})
    words = {
        name: getattr(said, name) for name in ("status", "assignee", "decision", "note", "who", "when", "evidence")
    }
    told = {"told": _told(said, group, run, undone), "stand": said.digest}
    return FollowedException.model_validate({"id": group.id, **since, **words, **told})


def _told(said: ExceptionState, group: ExceptionGroup, run: Run, undone: Container[str]) -> str:
    """Why what was settled counts as open: run ids sort by their start. What an undone repair has fixed is back."""
    if said.status == "fixed" and (run.id > said.run or said.run in undone):
        return "returned"
    settled = said.status in ("accepted", "wont_fix")
    return "outgrown" if settled and group.count > int(said.records) else ""


def _gone(group: ExceptionGroup, states: Mapping[str, ExceptionState]) -> GoneException:
    said = states.get(group.id)
    words = ("id", "code", "severity", "object", "source", "field", "count", "title")
    known = {name: getattr(group, name) for name in words}
    return GoneException.model_validate(known | ({"status": said.status, "evidence": said.evidence} if said else {}))


def _place(group: ExceptionGroup) -> tuple[str, ...]:
    return tuple(getattr(group, name) for name in _PLACE)


def _moved(run: Run, before: Run) -> Moved | None:
    """Records that are new and gone behind each exception of two runs; None where one of them lists none."""
    folders = [each.table("reconcile", "exceptions") for each in (run, before)]
    if not all(map(exists, folders)):
        return None
    now, then = (f"(SELECT DISTINCT {_TEXTS} FROM {_read(folder)})" for folder in folders)
    with connected(run.folder / "tmp") as connection:
        rows = connection.execute(
            f"""SELECT {", ".join(_PLACE)}, count(*) FILTER (WHERE o.found IS NULL),
              count(*) FILTER (WHERE n.found IS NULL)
            FROM (SELECT *, TRUE AS found FROM {now}) n FULL JOIN (SELECT *, TRUE AS found FROM {then}) o
            USING ({", ".join((*_PLACE, "record"))}) GROUP BY ALL"""
        ).fetchall()
    return {tuple(map(str, place)): (int(came), int(went)) for *place, came, went in rows}


def _read(folder: Path) -> str:
    """A FROM item over the list of a run, which may be empty."""
    none = f"(SELECT {', '.join(f'NULL AS {name}' for name in (*_PLACE, 'record'))} WHERE FALSE)"
    return relation(folder) if paths(folder) else none
