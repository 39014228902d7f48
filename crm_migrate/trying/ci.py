"""One project as CI tries it: mapping checked, examples run, records taken into a CRM that is thrown away."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from crm_migrate import pipeline
from crm_migrate.errors import CrmMigrateError, MappingError
from crm_migrate.finding import Finding, Place, errors
from crm_migrate.inspecting.checking import Checked, check
from crm_migrate.inspecting.examples import Mismatch, try_example
from crm_migrate.inspecting.narrowing import try_examples
from crm_migrate.inspecting.telling import sentence
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import ExamplePlan, Plan
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.mapping.resolving import read
from crm_migrate.quality.evidence import doubts
from crm_migrate.reports import presentable
from crm_migrate.stages.extract import read_facts
from crm_migrate.trying.apart import place_apart, set_apart
from crm_migrate.workspace.evidence import read_evidence
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.layout import Project, Run

ENVIRONMENT = "throw-away"  # no environment of a mapping: nothing is locked of it


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a project.

    `figures` are those of the run, masked, where it came so far; `stopped` is what ended the rest. `wrong` has
    everything that makes it fail, each at its place in the mapping.
    """

    project: Project
    checked: Checked | None = None
    examples: dict[str, list[Mismatch]] | None = None
    figures: Figures | None = None
    stopped: CrmMigrateError | None = None
    wrong: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """As the verbs leave that do one of these things."""
        if self.stopped is not None:
            return self.stopped.exit_code
        checked = self.checked.exit_code if self.checked else 0
        return checked or int(bool(self.wrong))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, then what is only worth knowing of the mapping."""
        told = self.checked.findings if self.checked else []
        return (*self.wrong, *(finding for finding in told if finding not in self.wrong))


def try_project(
    project: Project,
    environment: str | None,
    listener: pipeline.Listener,
    keep: Callable[[Figures, Run], None] | None = None,
) -> Tried:
    """Check, examples, run. Nothing is left of it, and no environment of the mapping is reached.

    `keep` gets the figures as they are, and the run as long as it is there; without it there is no run.
    """
    began = time.monotonic()
    with place_apart(project) as place:
        tried = _tried(Tried(project), set_apart(project, place / "run"), environment, listener, keep)
    return replace(tried, wrong=tuple(_wrong(tried)), seconds=time.monotonic() - began)


def _tried(
    tried: Tried,
    apart: Project,
    environment: str | None,
    listener: pipeline.Listener,
    keep: Callable[[Figures, Run], None] | None,
) -> Tried:
    """As far as it goes: examples need a plan, a run its sources too."""
    sources = OpenSources(apart)
    try:
        listener("check")
        tried = replace(tried, checked=(checked := check(apart, environment, sources)))
        if checked.plan is None:
            return tried
        plan = checked.plan.with_evidence(read_evidence(apart.evidence))
        listener("examples")
        run_one = partial(_run_one, apart)
        tried = replace(tried, examples=try_examples(plan, apart, run_one))
        if keep is None or errors(checked.findings):
            return tried
        outcome = pipeline.rehearse(apart, _into_nothing(plan, apart), sources, listener, until="reconcile")
        assert outcome.figures is not None, "a run until `reconcile` has figures"
        keep(outcome.figures, outcome.run)
        odd = (finding for each in plan.sources for finding in read_facts(outcome.run, each.name).findings)
        told = [*checked.findings, *odd, *doubts(outcome.plan.evidence)]
        return replace(tried, checked=replace(checked, findings=told), figures=presentable(outcome.figures))
    except CrmMigrateError as stopped:
        return replace(tried, stopped=stopped)


def _run_one(apart: Project, plan: Plan, example: ExamplePlan) -> list[Mismatch]:
    return try_example(plan, example, apart.scratch)


def _into_nothing(plan: Plan, apart: Project) -> Plan:
    """The plan with a SQLite of its own as its target; names, limits and pseudonyms are those of the environment."""
    there = plan.environment
    target = {"url": f"sqlite:///{(apart.work / 'crm.db').as_posix()}"}
    environment = EnvironmentPlan(
        name=ENVIRONMENT, connector="sql", options=target, mask=there.mask, allow=there.allow
    )  # fmt: skip
    return plan.model_copy(update={"environment": environment})


# ------------------------------------------------------------------------------------------------- what is wrong


def _wrong(tried: Tried) -> Iterator[Finding]:
    """Errors of the mapping, examples that come out otherwise, gates that failed, and what stopped the rest."""
    yield from errors(tried.checked.findings) if tried.checked else ()
    document = read(tried.project).document if tried.examples or tried.figures or tried.stopped else None
    if document is None:
        return
    for number, (name, mismatches) in enumerate((tried.examples or {}).items()):
        for mismatch in mismatches:
            at = ("examples", number, "name")
            yield document.at("example_otherwise", f"{name}: {sentence(mismatch)}", at, "crm-migrate mapping test")
    for gate in tried.figures.gates if tried.figures is not None and tried.figures.verdict == "NO-GO" else ():
        if not gate.passed and not gate.accepted:
            words = f"gate {' '.join(filter(None, (gate.name, gate.scope)))}: limit {gate.limit}, actual {gate.actual}"
            spot = document.key_spot(("reconcile", "gates", gate.name, gate.scope))
            yield document.finding(
                "gate_failed", words, spot, "crm-migrate ci --reports DIR (the report has the records)"
            )
    if tried.stopped is not None:
        yield from tried.stopped.findings if isinstance(tried.stopped, MappingError) else ()
        place = Place(document.name, 1, 1)
        yield Finding("trial_stopped", tried.stopped.message, place=place, hint=tried.stopped.hint)
