"""What people say of exceptions taken into `exceptions.yaml`: changed cells only, and never over a newer word."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from ruamel.yaml.error import YAMLError

from crm_migrate.correcting.edited_exceptions import Edited, read_edits, status_of
from crm_migrate.errors import CrmMigrateError, InputError
from crm_migrate.finding import Finding, Place
from crm_migrate.reports.exception_marks import NOTHING, digest, parts
from crm_migrate.stages.reconcile.sample_exceptions import with_defects
from crm_migrate.workspace.decision_files import decision_ids
from crm_migrate.workspace.exception_ids import identified
from crm_migrate.workspace.exception_states import STATUSES, ExceptionState, Status, read_states, write_states
from crm_migrate.workspace.figures import ExceptionGroup
from crm_migrate.workspace.kept_figures import figures_path, read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.state import runs

_AGAIN = "write the report anew, and say it there: crm-migrate report --format xlsx,html"


@dataclass(slots=True)
class TakenEdits:
    """What became of the edits: what is said now, lines that nobody changed, what is wrong with others."""

    said: list[ExceptionState] = field(default_factory=list)
    untouched: int = 0
    findings: list[Finding] = field(default_factory=list)


def take_edits(project: Project, path: Path, who: str, when: str, *, dry_run: bool = False) -> TakenEdits:
    """Read edits and write down all that are right; the others are told with their places.

    InputError where the file cannot be read, UsageError where it is none of ours, MappingError where `exceptions.yaml`
    cannot be read: then nothing is written.
    """
    edits = read_edits(path)
    taken, states = TakenEdits(), read_states(project.folder)
    desk = _Desk(taken, states, _known(project, {each.run for each in edits}), _decisions(project.folder))
    met = Counter(each.id for each in edits)
    for each in edits:
        if met[each.id] > 1:
            desk.wrong("edit_unknown", each, f"the exception {each.id or '(no id)'} is there {met[each.id]} times")
        else:
            desk.take(each, who, when)
    if not dry_run:
        write_states(project.folder, taken.said)
    return taken


@dataclass(frozen=True, slots=True)
class _Desk:
    """What edits are compared with: what was said so far, exceptions by run and id, ids of decisions."""

    taken: TakenEdits
    states: Mapping[str, ExceptionState]
    known: Mapping[tuple[str, str], ExceptionGroup]
    decisions: frozenset[str]

    def wrong(self, code: str, each: Edited, words: str, hint: str = _AGAIN) -> None:
        self.taken.findings.append(Finding(code, f"{words}; it is not taken", place=Place(file=each.place), hint=hint))

    def take(self, each: Edited, who: str, when: str) -> None:
        marked, group = parts(each.mark), self.known.get((each.run, each.id))
        if group is None or marked is None:
            what = "its hidden mark was changed" if group else f"run {each.run} has no exception {each.id or '(no id)'}"
            self.wrong("edit_unknown", each, what)
            return
        stand, shown = marked
        cells = dict(each.cells) | {"status": status_of(each.cells["status"])}
        changed = {name: text for name, text in cells.items() if digest(text) != shown[name]}
        was = self.states.get(each.id)
        if not changed or (was and all(getattr(was, name) == text for name, text in changed.items())):
            self.taken.untouched += 1
        elif stand != (was.digest if was else NOTHING):
            self.wrong("edit_newer", each, _newer(each.id, was))
        elif changed.get("status", "open") not in STATUSES:
            self.wrong("edit_word", each, f"`{cells['status']}` is no status", f"one of: {', '.join(STATUSES)}")
        else:
            self._say(each, group, was, changed, who, when)

    def _say(
        self, each: Edited, group: ExceptionGroup, was: ExceptionState | None, changed: Mapping[str, str], who: str,
        when: str,
    ) -> None:  # fmt: skip
        about = " ".join(filter(None, (group.object or group.source, group.field, group.code)))
        old = was or ExceptionState(group.id, "open")
        status = cast("Status", changed.get("status", old.status))
        words = {name: text for name, text in changed.items() if name != "status"}
        said = replace(
            old, **words, status=status, records=str(group.count), run=each.run, who=who, when=when, about=about,
            evidence="" if status != old.status else old.evidence,
        )  # fmt: skip
        if said.lacks:
            self.wrong("edit_undecided", each, said.lacks, "fill in the cell beside it")
        elif said.decision and said.decision not in self.decisions:
            hint = "write it into decisions/*.yaml with id, who, when and text, or name another one"
            self.wrong("edit_undecided", each, f"there is no decision `{said.decision}`", hint)
        else:
            self.taken.said.append(said)


def _newer(name: str, was: ExceptionState | None) -> str:
    by = f"{was.who} has said `{was.status}` ({was.when})" if was else "what was said has been taken back"
    return f"{by} of {name} since this was written"


def _known(project: Project, named: set[str]) -> dict[tuple[str, str], ExceptionGroup]:
    """The exceptions of the runs that edits name, by run and id."""
    found = (run for run in runs(project) if run.id in named and figures_path(run).is_file())
    return {(run.id, each.id): each for run in found for each in _exceptions(project, run)}


def _exceptions(project: Project, run: Run) -> Iterator[ExceptionGroup]:
    try:
        yield from identified(with_defects(project, run, read_figures(run)).exceptions)
    except CrmMigrateError:  # edits of a run that cannot be read are told as unknown
        return


def _decisions(folder: Path) -> frozenset[str]:
    try:
        return decision_ids(folder)
    except (YAMLError, ValueError, OSError) as error:
        raise InputError("the decisions of the project cannot be read", hint="crm-migrate mapping check") from error
