"""Whatever lets a record wait when the load is planned: its children come with their link or wait, and of a family
that goes together all come or none."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from bench import Bench, waiting
from company import Company, ExistingPlan, Record, RefPlan, write

from crm_migrate.codes import CODES
from crm_migrate.connecting.contract import Doubt, Target, TargetObject
from crm_migrate.connecting.owning import not_there
from crm_migrate.mapping.plan import (
    CellPlan,
    EnvironmentPlan,
    EqualPlan,
    FeedPlan,
    FieldPlan,
    ObjectPlan,
    Plan,
    SamePlan,
    SourcePlan,
    VariantPlan,
)
from crm_migrate.stages import load
from crm_migrate.stages.load import LoadPlan, plan_load
from crm_migrate.stages.mask import mask
from crm_migrate.workspace.tables import EQUALS
from crm_migrate_sql.target import SqlTarget

FEED = (FeedPlan(source="crm"),)
P: Record = {"id": "P", "name": "Papatya"}
Q: Record = {"id": "Q", "name": "Quelle"}
LINES: list[Record] = [
    {"id": "1", "name": "bolt", "account": "P", "order": "O1"},
    {"id": "2", "name": "nut", "account": "Q", "order": "O1"},
    {"id": "3", "name": "pin", "account": "Q", "order": "O2"},
]
ORDERS: list[Record] = [{"id": "O1", "name": "O1"}, {"id": "O2", "name": "O2"}]
REAL = "INSERT INTO company (name, {0}) VALUES ('Papatya', '{1}')"


def field(name: str, type_: str = "text", **more: object) -> FieldPlan:
    return FieldPlan(name=name, type=type_, target=name, cells={"crm": CellPlan(column=name)}, **more)  # type: ignore[arg-type]


def thing(name: str, target: str, *fields: FieldPlan, **more: object) -> ObjectPlan:
    return ObjectPlan(name=name, entity="thing", target=target, feeds=FEED, fields=(field("name"), *fields), **more)  # type: ignore[arg-type]


def link(name: str, parent: str, **more: object) -> FieldPlan:
    return field(name, "reference", ref=RefPlan(object=parent, **more))  # type: ignore[arg-type]


def plan_of(policy: str = "hold", mask: bool = False, required: bool = False, **accounts: object) -> Plan:
    """Lines of an order (a family) that belong to an account each; accounts of a region, with badges (a family)."""
    company = (
        field("email", "email"), field("revenue", "money"), field("number", unique=True), field("consent", "consent"),
        field("owner", "owner"),
        link("region", "regions"),
    )  # fmt: skip
    others = {"variant": VariantPlan(of="accounts", branches=((None, "firm"),), target="firm", parts=PARTS)}
    return Plan(
        project="test",
        environment=EnvironmentPlan(
            name="mock", connector="sql", mask={"accounts": {"email": "mailbox"}} if mask else {}
        ),
        sources=(SourcePlan(name="crm", key=("id",), locale="en", time_zone="UTC"),),
        objects=(
            thing("regions", "region"),
            thing("accounts", "company", *company, **accounts),
            thing("firms", "firm", **(others if "variant" in accounts else {})),
            thing("orders", "order"),
            thing("badges", "badge", link("account", "accounts", together="all")),
            thing(
                "lines", "line",
                link("account", "accounts", parent_excluded=policy).model_copy(update={"required": required}),
                link("order", "orders", together="all"),
            ),
        ),
    )  # fmt: skip


PARTS = ("accounts", "firms")


class Asked(SqlTarget):
    """A target that knows no `nobody`."""

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        return not_there(object, values, lambda _, said: {*said} - {"nobody"})


class Families(Bench):
    """A bench that masks where its environment does, and where `equals` may say whose account is a region."""

    equals: tuple[int, int] | None = None

    def plan(self, **objects: list[Record]) -> LoadPlan:
        self.run = self.company.stage(**objects)
        if self.company.plan.environment.mask:
            mask(self.company.plan, self.company.project, self.run)
        if self.company.plan.object("accounts").equal:
            schema = {"__cluster": pa.int64(), "__other": pa.int64()} | dict.fromkeys(
                ("object", "rule", "code"), pa.string()
            )
            rows = [{"__cluster": 0, "__other": 0, "object": "regions", "rule": "", "code": "equal_skipped"}]
            write(self.run.table(*EQUALS.path("accounts")), schema, rows)
        target: Target = Asked(self.where)
        try:
            return plan_load(self.company.plan, self.company.project, self.run, target)
        finally:
            target.close()


def opened(folder: Path, plan: Plan, project: str = "project") -> Families:
    return Families(folder / project, {"url": f"sqlite:///{folder / 'crm.db'}"}, plan)


Waits = Callable[[Families, str], dict[str, list[Record]]]
WALK: dict[str, Waits] = {}


def waits(way: Waits) -> Waits:
    """A way in which P comes to wait, called like its code: what is prepared, and the records of the load."""
    WALK[way.__name__] = way
    return way


def say(bench: Families, policy: str, **more: object) -> None:
    bench.company = Company(bench.company.folder, plan_of(policy, **more))  # type: ignore[arg-type]


def existing(then: str = "source_wins", **more: object) -> ExistingPlan:
    return ExistingPlan.model_validate({"match": ("name",), "then": then, **more})


@waits
def target_would_refuse(bench: Families, policy: str) -> dict[str, list[Record]]:
    return {"accounts": [{**P, "revenue": "much"}, Q]}


@waits
def an_owner_who_is_foretold_to_be_refused(bench: Families, policy: str) -> dict[str, list[Record]]:
    return {"accounts": [{**P, "owner": "nobody"}, {**Q, "owner": "somebody"}]}


@waits
def a_value_that_is_not_given_up_after_all(bench: Families, policy: str) -> dict[str, list[Record]]:
    """Another account would change its code, and waits for its region: P cannot have the code yet."""
    other: Record = {"id": "R", "name": "Rose", "number": "1"}
    bench.load(accounts=[other])
    changed: Record = {**other, "number": "2", "region": "X"}
    return {"accounts": [{**P, "number": "1"}, Q, changed], "regions": [{"id": "X", "name": "X", "state": "held"}]}


@waits
def target_record_gone(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[P])
    bench.sql("DELETE FROM company")
    return {"accounts": [P, Q]}


@waits
def target_conflict(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[P])
    bench.sql("UPDATE company SET name = 'Papatya Ltd'")
    return {"accounts": [{**P, "name": "Papatya AG"}, Q]}


@waits
def existing_review(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[])
    bench.sql(REAL.format("revenue", "1"))
    say(bench, policy, existing=existing("review"))
    return {"accounts": [P, Q]}


@waits
def existing_ambiguous(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[])
    bench.sql(REAL.format("revenue", "1"))
    bench.sql(REAL.format("revenue", "2"))
    say(bench, policy, existing=existing())
    return {"accounts": [P, Q]}


@waits
def existing_claimed(bench: Families, policy: str) -> dict[str, list[Record]]:
    another = opened(bench.company.folder.parent, plan_of().model_copy(update={"project": "other"}), "other")
    another.load(accounts=[{**P, "id": "77"}])
    say(bench, policy, existing=existing())
    return {"accounts": [P, Q]}


@waits
def opt_out_stands(bench: Families, policy: str) -> dict[str, list[Record]]:
    """The target's own record refuses: ours, that would be it, has no record to be linked to."""
    bench.load(accounts=[])
    bench.sql(REAL.format("consent", "withdrawn"))
    say(bench, policy, existing=existing())
    return {"accounts": [{**P, "consent": "granted"}, Q]}


@waits
def opt_out_elsewhere(bench: Families, policy: str) -> dict[str, list[Record]]:
    """Another record of this load refuses what P grants of the same mailbox."""
    refuses: Record = {"id": "R", "name": "Rose", "email": "p@x.example", "consent": "withdrawn"}
    return {"accounts": [{**P, "email": "p@x.example", "consent": "granted"}, Q, refuses]}


@waits
def existing_reachable(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[])
    bench.sql(REAL.format("email", "ayse@isik.beispiel"))
    say(bench, policy, mask=True, existing=existing("fill_blanks"))
    return {"accounts": [{**P, "email": "ayse@isik.beispiel"}, Q]}


@waits
def merge_of_loaded(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[P, {"id": "R", "name": "Rose"}])
    return {"accounts": [P, {"id": "R", "name": "Rose", "cluster": "P"}, Q]}


@waits
def split_of_loaded(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[P, {"id": "R", "name": "Rose", "cluster": "P"}])
    return {"accounts": [P, {"id": "R", "name": "Rose"}, Q]}


@waits
def key_changed(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[{**P, "id": "P.0"}])
    return {"accounts": [P, Q]}


@waits
def two_targets(bench: Families, policy: str) -> dict[str, list[Record]]:
    say(bench, policy, variant=VariantPlan(of="accounts", branches=((None, "company"),), target="company", parts=PARTS))
    return {"accounts": [P, Q], "firms": [P]}


@waits
def target_changed(bench: Families, policy: str) -> dict[str, list[Record]]:
    two_targets(bench, policy)
    bench.load(firms=[P])
    return {"accounts": [P, Q]}


@waits
def lookup_missing(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[])
    bench.sql("INSERT INTO company (name) VALUES ('Quelle')")
    say(bench, policy, existing=existing(only=True))
    return {"accounts": [P, Q]}


@waits
def lookup_ambiguous(bench: Families, policy: str) -> dict[str, list[Record]]:
    found = lookup_missing(bench, policy)
    bench.sql(REAL.format("revenue", "1"))
    bench.sql(REAL.format("revenue", "2"))
    return found


@waits
def not_created(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[Q])
    say(bench, policy, mode="update_only")
    return {"accounts": [P, Q]}


@waits
def not_adopted(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[])
    bench.sql(REAL.format("revenue", "1"))
    say(bench, policy, existing=existing(), mode="insert_only")
    return {"accounts": [P, Q]}


@waits
def not_updated(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[P])
    say(bench, policy, mode="insert_only")
    return {"accounts": [{**P, "name": "Papatya AG"}, Q]}


@waits
def now_excluded(bench: Families, policy: str) -> dict[str, list[Record]]:
    bench.load(accounts=[P])
    return {"accounts": [{**P, "state": "excluded"}, Q]}


@waits
def family_held(bench: Families, policy: str) -> dict[str, list[Record]]:
    """P stays as it is, but a new badge of it waits: its lines are children, too, and no family of P."""
    return {"accounts": [P, Q], "badges": [{"id": "B", "name": "B", "account": "P", "state": "held"}]}


@waits
def parent_held(bench: Families, policy: str) -> dict[str, list[Record]]:
    return {"accounts": [{**P, "region": "X"}, Q], "regions": [{"id": "X", "name": "X", "state": "rejected"}]}


@waits
def parent_excluded(bench: Families, policy: str) -> dict[str, list[Record]]:
    return {"accounts": [{**P, "region": "X"}, Q], "regions": [{"id": "X", "name": "X", "state": "excluded"}]}


@waits
def equal_waits(bench: Families, policy: str) -> dict[str, list[Record]]:
    """P was left out for a region that waits, which only the load knows."""
    same = EqualPlan(name="", object="regions", same=(SamePlan(field="name"),), do="skip")
    say(bench, policy, equal=(same,))
    out: Record = {**P, "state": "excluded", "code": "equal_skipped"}
    return {"accounts": [out, Q], "regions": [{"id": "X", "name": "X", "state": "held"}]}


# Codes that the modules of the load speak of and that let no record wait before something is written.
NOT_BEFORE = {
    "agreed", "existing", "looked_up",  # written, or found
    "gone", "now_held", "now_merged", "now_split", "merged_there", "erased",  # of loaded records without rows
    "mailbox_carried",  # an entry of the list of opt-outs, which is nobody's parent
    "equal_skipped",  # left out on purpose; with whom it waits: equal_waits
    "target_refused", "link_open", "in_doubt",  # what the target says
    "not_repaired",  # of a repair, which writes nothing but the cells that it was asked for
    "not_written",  # of a night that only looks, which writes nothing
    "memory_rebuilt", "target_exchanged", "run_damaged", "run_of_another_version", "need_unmet",  # of whole loads
    "check_unforeseen",  # the same
    "choices_unchecked", "not_a_choice", *(code for code in CODES if code.startswith("drift_")),
    *(code for code in CODES if code.startswith("file_")),  # of the bytes of attachments, which are nobody's parents
}  # fmt: skip
OTHERS = ("hold", "exclude")
# One of each kind: by the value, the target, what is there already, the consent, the family, the parent, the mode.
IN_SHORT = (
    "target_would_refuse", "target_record_gone", "existing_claimed", "opt_out_elsewhere", "merge_of_loaded",
    "an_owner_who_is_foretold_to_be_refused", "two_targets", "not_created", "family_held", "parent_excluded",
    "equal_waits",
)  # fmt: skip
ELSEWHERE = pytest.mark.sweep("each way ends in the same few states, of which the others are")
NO_CODES = {"identity", "load", "split", "value", "unknown"}  # words of other meaning in these modules


def test_every_way_to_wait_is_walked() -> None:
    said: set[str] = set()
    for module in Path(str(load.__file__)).parent.rglob("*.py"):
        said |= set(re.findall(r"""['"]([a-z_]+)['"]""", module.read_text("utf-8"))) & set(CODES)
    assert said - NOT_BEFORE - NO_CODES == set(WALK) & set(CODES)


@pytest.mark.parametrize(
    ("way", "policy"),
    [
        *((way, "clear") for way in IN_SHORT),
        *(pytest.param(way, "clear", marks=ELSEWHERE) for way in sorted(WALK) if way not in IN_SHORT),
        *(pytest.param(w, p, marks=ELSEWHERE) for w in ("equal_waits", "not_created") for p in OTHERS),
    ],
)
def test_no_child_comes_without_its_link_and_no_family_in_part(tmp_path: Path, way: str, policy: str) -> None:
    bench = opened(tmp_path, plan_of(policy))
    objects = WALK[way](bench, policy)
    plan = bench.plan(**objects, orders=ORDERS, lines=LINES)
    if way in CODES:
        assert waiting(bench, "accounts")[way] in ("held", "excluded")
    promised = {load.object: load.create for load in plan.objects}
    bench.execute()
    there = {row["name"]: row for row in bench.there("lines")}
    orders = {row["target_id"]: row["name"] for row in bench.there("orders")}
    assert all(row["account"] for row in there.values())
    families = {name: sorted(n for n, row in there.items() if orders[row["order"]] == name) for name in orders.values()}
    whole = {"O1": ["bolt", "nut"], "O2": ["pin"]}
    assert families["O2"] == whole["O2"], "who does not wait comes"
    assert families == {name: whole[name] for name in families}
    assert promised["lines"] == len(there), "the plan has foreseen it"


@pytest.mark.parametrize(("required", "lines"), [(False, {"bolt", "nut", "pin"}), (True, {"pin"})])
def test_a_link_is_emptied_only_where_it_may_be_empty(tmp_path: Path, required: bool, lines: set[str]) -> None:
    bench = opened(tmp_path, plan_of("clear", required=required))
    bench.load(accounts=[{**P, "state": "excluded"}, Q], orders=ORDERS, lines=LINES)
    assert {row["name"] for row in bench.there("lines")} == lines
    assert waiting(bench, "lines") == ({"parent_excluded": "held", "parent_held": "held"} if required else {})


@pytest.mark.sweep("no family comes in part, whichever way it waits")
def test_new_children_of_an_order_that_stays_as_it_is_come_together(tmp_path: Path) -> None:
    bench = opened(tmp_path, plan_of())
    bench.load(accounts=[Q], orders=ORDERS, lines=LINES[1:])
    bench.load(accounts=[{**P, "revenue": "much"}, Q], orders=ORDERS, lines=[*LINES, {**LINES[1], "id": "4"}])
    assert [row["name"] for row in bench.there("lines")] == ["nut", "pin"]
    assert waiting(bench, "orders") == {"family_held": "held"}
