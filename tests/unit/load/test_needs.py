"""What counts as a clean mock and as a signature: bound to the mapping, and nothing that proves less."""

from collections.abc import Callable
from pathlib import Path

import pytest
from company import EnvironmentPlan, make_plan

from crm_migrate.errors import InputError, UsageError
from crm_migrate.mapping.plan import Plan, ReconcilePlan
from crm_migrate.stages.load.needs import look_at_needs
from crm_migrate.workspace.figures import Figures, Header, TargetSet
from crm_migrate.workspace.kept_figures import figures_path
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.sealing import write_sealed
from crm_migrate.workspace.signatures import FILE, Signature, add_signature, read_signatures
from crm_migrate.workspace.state import new_run

SANDBOX = EnvironmentPlan(name="uat", connector="sql", options={"url": "sqlite:///uat.db"})
PRODUCTION = EnvironmentPlan(name="prod", connector="sql", options={"url": "sqlite:///prod.db"})


def plan_for(environment: EnvironmentPlan, *needs: str, roles: tuple[str, ...] = ()) -> Plan:
    said = environment.model_copy(update={"needs": needs})
    return make_plan().model_copy(update={"environment": said, "reconcile": ReconcilePlan(sign_off=roles)})


def rehearse(project: Project, plan: Plan, change: Callable[[Figures], Figures] = lambda figures: figures) -> str:
    """A run that was reconciled: GO with one record, unless it is changed."""
    run = new_run(project, plan)
    loaded = TargetSet(object="x", before=0, after=1, created=1, updated=0, unchanged=0, unexpected=0, vanished=0)
    figures = Figures(
        header=Header(run=run.id, started="", finished="", tool_version=""),
        project="", title="", environment=plan.environment.name, target="", locale="en",
        plan_hash=plan.hash, mapping_hash="", decisions_hash="", verdict="GO", sentence="", target_sets=(loaded,),
    )  # fmt: skip
    write_sealed(figures_path(run), change(figures).model_dump(mode="json"))
    return run.id


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path / "crm-migrate.yaml")


def test_so_many_clean_mocks(project: Project) -> None:
    wanted = plan_for(PRODUCTION, "two_clean_mocks")
    first = rehearse(project, plan_for(SANDBOX))
    (told,) = look_at_needs(wanted, project).unmet
    assert told.message.startswith("`prod` needs `two_clean_mocks`: 1 of 2 runs with this mapping")
    with pytest.raises(UsageError, match="1 of 2"):
        look_at_needs(wanted, project).refuse()
    second = rehearse(project, plan_for(SANDBOX))
    found = look_at_needs(wanted, project)
    found.refuse()
    assert found.met == {"two_clean_mocks": f"{first}, {second}"}


def changed(**words: object) -> Callable[[Figures], Figures]:
    return lambda figures: figures.model_copy(update=words)


@pytest.mark.parametrize(
    ("plan", "change"),
    [
        (plan_for(PRODUCTION), changed()),
        (plan_for(PRODUCTION.model_copy(update={"name": "other"})), changed()),
        (plan_for(SANDBOX).model_copy(update={"as_of": "2025-01-01"}), changed()),
        (plan_for(SANDBOX), changed(verdict="NO-GO")),
        (plan_for(SANDBOX), changed(verdict="GO WITH ACCEPTED EXCEPTIONS")),
        (plan_for(SANDBOX), changed(target_sets=())),
        (plan_for(SANDBOX), changed(plan_hash="0" * 64)),
        (plan_for(SANDBOX), lambda f: f.model_copy(update={"header": f.header.model_copy(update={"run": "00009"})})),
    ],
    ids=["itself", "same target", "other mapping", "NO-GO", "accepted", "wrote nothing", "other plan", "other run"],
)
def test_what_is_no_clean_mock(project: Project, plan: Plan, change: Callable[[Figures], Figures]) -> None:
    rehearse(project, plan, change)
    assert look_at_needs(plan_for(PRODUCTION, "one_clean_mock"), project).unmet


def test_a_damaged_rehearsal_is_none(project: Project) -> None:
    run = project.run(rehearse(project, plan_for(SANDBOX)))
    text = figures_path(run).read_text("utf-8")
    figures_path(run).write_text(text.replace('"created": 1', '"created": 2'), "utf-8")
    assert look_at_needs(plan_for(PRODUCTION, "one_clean_mock"), project).unmet


def sign(project: Project, role: str, plan: Plan) -> None:
    add_signature(project.folder, Signature(role, 'Ada "Su" Öz', "2026-03-14T10:00:00Z", plan.meaning))


def test_all_who_sign_have_signed_this_mapping(project: Project) -> None:
    wanted = plan_for(PRODUCTION, "mapping_signed", roles=("director", "steward"))
    sign(project, "director", wanted)
    sign(project, "steward", plan_for(PRODUCTION, roles=("director",)))
    (told,) = look_at_needs(wanted, project).unmet
    assert told.message == "`prod` needs `mapping_signed`: not signed by steward; what was signed was another mapping"
    assert told.hint == "crm-migrate mapping sign PROJECT --env prod --role steward --who NAME"
    sign(project, "steward", wanted)
    assert look_at_needs(wanted, project).met == {
        "mapping_signed": "director 2026-03-14T10:00:00Z, steward 2026-03-14T10:00:00Z"
    }
    assert [each.who for each in read_signatures(project.folder)] == ['Ada "Su" Öz'] * 3


def test_without_roles_somebody_signs(project: Project) -> None:
    wanted = plan_for(PRODUCTION, "mapping_signed")
    assert "not signed by somebody" in look_at_needs(wanted, project).unmet[0].message
    sign(project, "anybody", wanted)
    assert look_at_needs(wanted, project).unmet == ()


@pytest.mark.parametrize(
    "text", ["- no mapping", "signatures: {}", "signatures: [{role: director}]", "signatures: [", "signatures: [x]"]
)
def test_signatures_that_cannot_be_read_are_told(project: Project, text: str) -> None:
    (project.folder / FILE).write_text(text, "utf-8")
    with pytest.raises(InputError, match=FILE):
        look_at_needs(plan_for(PRODUCTION, "mapping_signed"), project)


def test_no_needs_ask_for_nothing(project: Project) -> None:
    (project.folder / FILE).write_text("- no mapping", "utf-8")
    assert look_at_needs(plan_for(PRODUCTION), project) == look_at_needs(plan_for(SANDBOX), project)
