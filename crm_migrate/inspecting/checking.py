"""A mapping checked as far as can be without a run: the file, its sources' columns, the lock of the target."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from crm_migrate.errors import CrmMigrateError, InputError, UsageError
from crm_migrate.finding import Finding, Place, Severity, errors
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import Plan, SourcePlan
from crm_migrate.mapping.resolving import examine, read
from crm_migrate.mapping.resolving_sources import Columns
from crm_migrate.mapping.target_lock import read_lock
from crm_migrate.mapping.tree import Path
from crm_migrate.workspace.layout import Project

_ORIGINS = ("file", "files", "url", "table", "query")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, in the order of the file, and the plan where the mapping has one."""

    plan: Plan | None
    findings: list[Finding]

    @property
    def exit_code(self) -> int:
        """0 without errors; a mapping that is right and a file that is not there are told apart, as `run` does."""
        wrong = errors(self.findings)
        if self.plan is not None and not wrong:
            return 0
        only_input = self.plan is not None and all(finding.code == "source_unread" for finding in wrong)
        return InputError.exit_code if only_input else UsageError.exit_code


def check(project: Project, environment: str | None, sources: OpenSources) -> Checked:
    """Everything that is wrong or worth knowing, at once."""
    unread: list[Finding] = []
    plan, findings = examine(project, environment=environment, columns=_columns(sources, unread))
    placed = _placed(project, unread)
    return Checked(plan, [*findings, *placed, *(_unmet(project, plan) if plan else ())])


def _placed(project: Project, unread: list[Finding]) -> list[Finding]:
    """What is told of sources, at the lines that say where these are."""
    document = read(project).document if unread else None
    found = []
    for finding in unread:
        path: Path = ("sources", finding.place.source)
        words = (word for word in _ORIGINS if document and document.has((*path, word)))
        place = document.at("", "", (*path, *islice(words, 1))).place if document else finding.place
        found.append(replace(finding, place=replace(place, source=finding.place.source)))
    return found


def _unmet(project: Project, plan: Plan) -> Iterator[Finding]:
    """What the mapping lacks of the target, by what is locked of it."""
    locked = read_lock(project, plan.environment.name)
    if locked:
        from crm_migrate.stages.load.drift import unmet  # only now: a check without a lock needs nothing of a run
        from crm_migrate.stages.load.said_values import unmade

        yield from (*unmet(plan, locked), *unmade(plan, locked))


def _columns(sources: OpenSources, unread: list[Finding]) -> Columns:
    """Opens each source for its columns; `unread` gets a finding for each that cannot be: its columns go unchecked.

    A file that is not there or cannot be read is an error; a database may be out of reach where a mapping is checked.
    """

    def columns(source: SourcePlan) -> tuple[str, ...] | None:
        try:
            return sources.columns(source)
        except CrmMigrateError as error:
            message = f"the columns of `{source.name}` are not checked: {error.message}"
            severity = Severity.ERROR if source.files else Severity.NOTE
            finding = Finding("source_unread", message, severity, Place(source=source.name), error.hint)
            if finding not in unread:  # a file with slips is looked at once more, as it was meant
                unread.append(finding)
            return None

    return columns
