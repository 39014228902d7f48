"""What has changed in the mapping since the last run that was good: whoever approved that has not approved this."""

from collections.abc import Iterator

from crm_migrate.errors import CrmMigrateError
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.plan_lines import changed_places, taken_out
from crm_migrate.workspace.kept_figures import figures_path, read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.mapping_figures import MappingChange, MappingChanges
from crm_migrate.workspace.state import runs
from crm_migrate.workspace.undoing import undone_runs

_MOST = 100  # places that a report names


def changes_since_approved(project: Project, run: Run, plan: Plan) -> MappingChanges | None:
    """Against the latest earlier run of this project that ended with GO, also with accepted exceptions; None where
    there is none. Where that went through another connector only what was taken out is told: its target has other
    lengths and choices in the plan."""
    found = next(_approved(project, run, plan), None)
    if found is None:
        return None
    since, before = found
    same = before.environment.connector == plan.environment.connector
    changes = changed_places(before, plan) if same else {}
    return MappingChanges(
        since=since.id,
        count=len(changes),
        changes=tuple(
            MappingChange.model_validate({"place": place, "change": change})
            for place, change in list(changes.items())[:_MOST]
        ),
        taken_out=tuple(taken_out(before, plan)),
    )


def _approved(project: Project, run: Run, plan: Plan) -> Iterator[tuple[Run, Plan]]:
    """The latest first; a run that is damaged, undone, or of another version of ours proves nothing."""
    undone = undone_runs(project)
    for each in reversed(runs(project)):
        if each.id < run.id and each.id not in undone and figures_path(each).is_file():
            try:
                before, verdict = read_plan(each), read_figures(each).verdict
            except (CrmMigrateError, OSError):
                continue
            if verdict != "NO-GO" and before.project == plan.project:
                yield each, before
