"""Who is on a list of opt-outs stays on it: as a second mailbox, as what looks like a filler, without a mailbox."""

from pathlib import Path

import polars as pl
import pytest
import staged

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.mapping.plan import EnrichPlan, FeedPlan, MatchRulePlan, ObjectPlan, SamePlan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Project, Run

MAPPING = """crm_migrate: 1
project: {name: p, locale: en-GB}
environments: {local: {connector: sql, url: "sqlite:///x.db"}}
sources: {people: {file: p.csv, key: Id}, mail: {file: m.csv, key: Id}, own: {file: o.csv, key: Id}}
objects:
  contacts:
    from: people
    enrich: {mail: {by: email, unmatched: suppression_list}}
    fields:
      last_name: {people: Name}
      email: {people: Mail, mail: Mail, then: email}
      consent: {mail: State, survive: strictest}
  suppressions:
    from: own
    fields: {email: Mail, state: State}
"""
LIST = ObjectPlan(
    name="suppressions", entity="thing", target="suppressions", feeds=(),
    fields=(staged.field("email", "email"), staged.field("state", "consent")),
)  # fmt: skip


def people(**options: object) -> ObjectPlan:
    return ObjectPlan.model_validate(
        {
            "name": "contacts", "entity": "person", "target": "contacts", "feeds": (FeedPlan(source="kisi"),),
            "enrich": (EnrichPlan(source="mail", by="email", unmatched="suppression_list"),),
            "fields": (staged.field("email", "email", "kisi", "mail"), staged.field("consent", "consent", "mail")),
        }
        | options
    )  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def cleaned(argument: str, *texts: str) -> list[tuple[str | None, str | None]]:
    frame = STEPS["email"].function(pl.Series(texts), Context(), *([argument] if argument else []))
    return frame.select("value", "flag").rows()


@pytest.mark.parametrize("text", ["nobody@firm.example", "test@test.com", "AAA@firm.example", "no-email@firm.example"])
def test_what_looks_like_a_filler_is_an_address_on_a_list(text: str) -> None:
    assert cleaned("", text) == [(None, "placeholder")]
    assert cleaned("every", text) == cleaned("one", text) == [(text.lower(), "placeholder")]


def test_a_cell_without_any_address_stays_empty() -> None:
    assert cleaned("every", "-", "none", "n/a") == [(None, None), (None, None), (None, None)]


def test_every_mailbox_of_a_cell_is_named() -> None:
    assert cleaned("every", "A@x.example; b@y.example") == [("a@x.example|b@y.example", "split")]
    assert cleaned("one", "A@x.example; b@y.example")[0][1] == "ambiguous"  # one line, one mailbox: somebody decides


def test_the_plan_reads_lists_of_opt_outs_so(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    plan, _ = resolve(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    steps = {source: cell.steps[0].args for source, cell in plan.object("contacts").field("email").cells.items()}
    assert steps == {"people": (), "mail": ("every",)}
    own = plan.object("suppressions").field("email")
    assert (own.cells["own"].steps[0].args, own.on_invalid) == (("one",), "hold")


def test_a_line_for_each_mailbox_and_a_nameless_opt_out_waits(run: Run) -> None:
    plan = staged.plan(people(), LIST)
    staged.mapped(run, plan.object("contacts"), "kisi", {"key": "1", "email": "b@x.example"})
    staged.mapped(
        run, plan.object("contacts"), "mail",
        {"key": "m1", "email": "a@x.example|b@x.example", "consent": "withdrawn"},
        {"key": "m2", "consent": "withdrawn"}, {"key": "m3", "consent": "granted"}, {"key": "m4", "consent": "bounced"},
    )  # fmt: skip
    link(plan, run)
    reached = staged.read(run, "link", "contacts", "enrichment").select("__key", "by", "__node").rows()
    assert reached == [("m1", "a@x.example", None), ("m1#2", "b@x.example", 0), ("m3", None, None)]
    assert staged.read(run, "link", "suppressions", "nodes")["email"].to_list() == ["a@x.example", "b@x.example"]
    waiting = staged.read(run, "link", "contacts", "set_aside").select("__key", "state", "code").rows()
    assert waiting == [("m2", "held", "opt_out_nameless"), ("m4", "held", "opt_out_nameless")]


@pytest.mark.parametrize(("own", "listed"), [("granted", "ready"), ("withdrawn", "excluded")])
def test_a_second_mailbox_is_carried_only_by_a_record_that_is_as_strict(run: Run, own: str, listed: str) -> None:
    fields = (
        staged.field("email", "email", "kisi", "mail", keep_others="others"),
        staged.field("others", "list", "kisi"),
        staged.field("consent", "consent", "kisi", "mail"),
    )
    rule = MatchRulePlan(name="mail", same=(SamePlan(field="email"),), do="merge")
    plan = staged.plan(people(fields=fields, mergeable=True, match=(rule,)), LIST)
    staged.mapped(
        run, plan.object("contacts"), "kisi",
        {"key": "1", "email": "a@x.example", "others": '["b@x.example"]', "consent": own},
    )  # fmt: skip
    staged.mapped(run, plan.object("contacts"), "mail", {"key": "m", "email": "b@x.example", "consent": "withdrawn"})
    for stage in (link, dedupe, complete):
        stage(plan, run)
    assert staged.read(run, "complete", "suppressions", "entities").select("email", "__state").rows() == [
        ("b@x.example", listed)
    ]
