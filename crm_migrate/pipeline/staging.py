"""From the sources to the records as they are to be loaded: what each stage before the target does with a run."""

from collections.abc import Callable
from functools import partial

from crm_migrate.errors import DamagedFile, MappingError, OtherVersion
from crm_migrate.finding import errors
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.opening import OpenSources, open_target
from crm_migrate.mapping.plan import Plan
from crm_migrate.pipeline.listening import Listener
from crm_migrate.pipeline.order import reaches
from crm_migrate.quality.evidence import decide
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.erase import erase, people_on_the_list
from crm_migrate.stages.extract import extract
from crm_migrate.stages.follow import follow
from crm_migrate.stages.link import link
from crm_migrate.stages.map import map_all
from crm_migrate.stages.mask import mask
from crm_migrate.workspace.beside import beside, clear_beside
from crm_migrate.workspace.decision_files import decision_files
from crm_migrate.workspace.evidence import Facts, read_evidence, write_evidence
from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.models import weighed_by, write_models
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.state import (
    freeze,
    now,
    read_state,
)
from crm_migrate.workspace.tables import FOLLOWED
from crm_migrate.workspace.taking_over import fingerprint, take_over_or_make


def read_sources(project: Project, run: Run, plan: Plan, listener: Listener, sources: OpenSources) -> None:
    """Read every source, decide the evidence on whole columns, and freeze the plan with it."""
    limit = read_state(run).limit
    clear_beside(run)
    days_from = (_read_erasing if plan.erase is not None else _read)(project, run, plan, listener, sources, limit)
    facts = _decided(project, run, plan, days_from)
    if limit is None:  # a part of a column decides nothing for later runs
        write_evidence(project.evidence, facts)
    freeze(run, plan.with_evidence(facts))


def _read(
    project: Project, run: Run, plan: Plan, listener: Listener, sources: OpenSources, limit: int | None
) -> dict[str, set[int]]:
    """Read every source; the years that its workbooks count their day numbers from."""
    days_from = {}
    for source in plan.sources:
        listener("extract", source.name)
        read = partial(listener, "extract", source.name)
        corrections = plan.corrections.get(source.name, ())
        reader = sources.reader(source)
        found = extract(source, project, run, source=reader, corrections=corrections, limit=limit, progress=read)
        days_from[source.name] = {file.days_from for file in found.files if file.days_from is not None}
    return days_from


def _read_erasing(
    project: Project, run: Run, plan: Plan, listener: Listener, sources: OpenSources, limit: int | None
) -> dict[str, set[int]]:
    """Read every source beside the run and follow its rows as far as to who is one person; the run gets them without
    the people on the list."""
    people = people_on_the_list(plan, project)
    with beside(run) as read:
        days_from = _read(project, read, plan, listener, sources, limit)
        known = plan.with_evidence(_decided(project, read, plan, days_from))
        write_file(read.plan, known.canonical_json().encode())
        if people:
            listener("erase")
            map_all(known, read)
            link(known, read)
            dedupe(known, read)
        erase(known, project, read, run, people)
    return days_from


def _decided(project: Project, run: Run, plan: Plan, days_from: dict[str, set[int]]) -> Facts:
    """The evidence of the columns that a run has read. MappingError where one is in doubt."""
    facts, findings = decide(plan, run, read_evidence(project.evidence), days_from)
    if errors(findings):
        raise MappingError("what columns of this export mean is in doubt", findings)
    return facts


def reusing(stage: str, step: Callable[[Plan, Run], None], plan: Plan, run: Run, *also: str) -> None:
    """Do what a pure stage does, or take over what an earlier run made of the same: plan, tables, and what is `also`
    said. Where records go and what is reconciled of them decides nothing before they are planned to be loaded."""
    said = plan.model_dump_json(exclude={"environment", "files", "examples", "models"})
    take_over_or_make(run, stage, (said, *also), partial(step, plan, run))


def merge(project: Project, until: str, plan: Plan, run: Run) -> None:
    """Match and merge; where the model merges, what the target was given as one record before stays one, and what its
    users have merged there is one."""
    merges = any(each.learned is not None and each.learned.do == "merge" for each in plan.objects)
    followed = project.ledger.exists() and _follow(project, until, plan, run)
    identity = _loaded_into(project, plan, until) if (merges or followed) and project.ledger.exists() else None
    crosswalk = partial(project.crosswalk, identity) if identity else None
    decided = [path.read_text(encoding="utf-8") for path in decision_files(run.decisions)]
    if crosswalk is not None:
        decided += (fingerprint(crosswalk(each.identity)) for each in plan.objects)
        decided += (fingerprint(run.folder.joinpath(*FOLLOWED.path(each.name))) for each in plan.objects)
    decided += (f"{name}={text}" for name, text in plan.models.items())
    reusing("dedupe", partial(dedupe, crosswalk=crosswalk), plan, run, *decided)
    _keep_models(project, plan, run)


def _keep_models(project: Project, plan: Plan, run: Run) -> None:
    """Freeze the plan with what matching learned; later runs have it, unless this one saw only a part of the rows."""
    asked = [each.name for each in plan.objects if each.learned is not None]
    with relations(run, "dedupe") as work:
        models = {name: text for name in asked if (text := weighed_by(work, name))}
    fresh = {name: text for name, text in models.items() if plan.models.get(name) != text}
    if not fresh:
        return
    freeze(run, plan.with_models({**plan.models, **models}))
    if read_state(run).limit is None:
        write_models(project.models, fresh, now()[:10], run.id)


def _follow(project: Project, until: str, plan: Plan, run: Run) -> bool:
    """Ask the target what its users have merged, where the run goes as far as that; whether it says so of anything."""
    if not reaches(until, "plan"):
        return False
    target = open_target(plan, project)
    try:
        return follow(plan, project, run, target)
    finally:
        target.close()


def finish(project: Project, plan: Plan, run: Run) -> None:
    """The records as they are to be loaded, with pseudonyms where the environment masks."""
    reusing("complete", complete, plan, run)
    mask(plan, project, run)


def _loaded_into(project: Project, plan: Plan, until: str) -> str | None:
    """The target that this run is for; a run that ends before is taken to be for that of the last load."""
    if reaches(until, "plan"):
        target = open_target(plan, project)
        try:
            return target.identity()
        finally:
            target.close()
    with checked(project.ledger) as ledger:
        loads = reversed(ledger.bodies("run"))
        return next((str(load["identity"]) for load in loads if _environment(project, load["run"], plan)), None)


def _environment(project: Project, run_id: str, plan: Plan) -> bool:
    """Whether that run went to the environment of this plan; what a run did that cannot be read is unknown."""
    run = project.run(run_id)
    try:
        return run.plan.exists() and read_plan(run).environment.name == plan.environment.name
    except (DamagedFile, OtherVersion):
        return False
