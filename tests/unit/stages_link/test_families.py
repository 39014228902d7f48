"""`together: all`: a record and those that refer to it are loaded as a whole, or all of them wait and say for whom."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import staged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migrate.mapping.plan import CheckPlan, FeedPlan, LinkPlan, ObjectPlan, Plan, RefPlan
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Run

Line = dict[str, Any]
States = dict[str, str]


def to(name: str, together: str) -> RefPlan:
    return RefPlan(object=name, spaces={"l": "d", "p": "l", "r": "d", "r2": "d"}, together=together)  # type: ignore[arg-type]


def deals() -> ObjectPlan:
    return ObjectPlan(
        name="deals", entity="thing", target="deals", feeds=(FeedPlan(source="d"),),
        fields=(staged.field("name", "text", "d", required=True),),
    )  # fmt: skip


def lines(together: str = "all") -> ObjectPlan:
    return ObjectPlan(
        name="lines", entity="thing", target="lines", feeds=(FeedPlan(source="l"),),
        fields=(
            staged.field("product", "text", "l", required=True), staged.reference("deal", to("deals", together), "l"),
        ),
    )  # fmt: skip


def parts(together: str = "all") -> ObjectPlan:
    return ObjectPlan(
        name="parts", entity="thing", target="parts", feeds=(FeedPlan(source="p"),),
        fields=(
            staged.field("name", "text", "p", required=True), staged.reference("line", to("lines", together), "p"),
        ),
    )  # fmt: skip


def written(run: Run, each: ObjectPlan, source: str, rows: list[Line]) -> None:
    """What `extract` and `map` leave: a row with a `state` was set aside there, with its reason."""
    fields = [f.name for f in each.fields if source in f.cells]
    raw = [
        {"__row": at, "__file": 0, "__line": at + 2, "id": row["key"]} | {name: row.get(name) for name in fields}
        for at, row in enumerate(rows)
    ]
    schema = {"__row": pl.Int64, "__file": pl.Int32, "__line": pl.Int64} | dict.fromkeys(["id", *fields], pl.String)
    staged.write(run, pl.DataFrame(raw, schema=schema), "extract", source, "records")
    kept = [{"row": at, **row} for at, row in enumerate(rows) if "state" not in row]
    aside = [
        {"__row": at, "__key": row["key"], "state": row["state"], "code": row["code"]}
        for at, row in enumerate(rows)
        if "state" in row
    ]
    staged.mapped(run, each, source, *kept)
    staged.aside(run, each.name, source, *aside)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def through(run: Run, objects: list[tuple[ObjectPlan, str, list[Line]]], **options: Any) -> dict[str, dict[str, Line]]:
    """Object -> key -> the completed record."""
    for each, source, rows in objects:
        written(run, each, source, rows)
    plan: Plan = staged.plan(*(each for each, *_ in objects), **options)
    for stage in (link, dedupe, complete):
        stage(plan, run)
    found: dict[str, dict[str, Line]] = {}
    for each, *_ in objects:
        keys = dict(staged.read(run, "link", each.name, "nodes").select("__node", "__key").rows())
        records = staged.read(run, "complete", each.name, "entities").to_dicts()
        found[each.name] = {keys[e["__cluster"]]: e for e in records}
    return found


def states(found: dict[str, dict[str, Line]]) -> dict[str, States]:
    return {name: {key: e["__code"] or "ready" for key, e in of.items()} for name, of in found.items()}


DEALS: list[Line] = [{"key": "A", "name": "Pres"}, {"key": "B", "name": "Torna"}]
GOOD: list[Line] = [
    {"key": "1", "product": "bolt", "deal": "A"},
    {"key": "2", "product": "nut", "deal": "A"},
    {"key": "3", "product": "nut", "deal": "B"},
]
BAD = {"key": "9", "deal": "A"}  # without a product


@pytest.mark.parametrize("together", ["all", "keep_good"])
def test_one_child_that_is_rejected_stops_its_family_and_no_other(run: Run, together: str) -> None:
    found = through(run, [(deals(), "d", DEALS), (lines(together), "l", [*GOOD, BAD])])
    waits = together == "all"
    assert states(found) == {
        "deals": {"A": "family_held" if waits else "ready", "B": "ready"},
        "lines": {
            "1": "parent_held" if waits else "ready", "2": "parent_held" if waits else "ready", "3": "ready",
            "9": "missing_required",
        },
    }  # fmt: skip
    if waits:
        deal = found["deals"]["A"]
        assert (deal["__state"], deal["__rule"]) == ("held", "together")
        assert deal["__message"] == "l:9 of lines is rejected (missing_required): the family waits as a whole."
        said = "deal points to a record of deals that is held (family_held)."
        assert found["lines"]["1"]["__message"] == said


def test_several_bad_children_are_counted(run: Run) -> None:
    more = [{"key": "7", "deal": "A"}, {"key": "8", "deal": "A"}]
    found = through(run, [(deals(), "d", DEALS), (lines(), "l", [*GOOD, BAD, *more])])
    assert found["deals"]["A"]["__message"] == (
        "l:7 of lines is rejected (missing_required), and 2 more of the family wait or are rejected: the family waits"
        " as a whole."
    )


@pytest.mark.parametrize("state", ["held", "rejected", "excluded", "absent"])
def test_a_child_that_was_set_aside_before_it_was_a_record_counts_too(run: Run, state: str) -> None:
    """What a decision leaves out, and what is no such record, is no gap in a family."""
    aside = {"key": "9", "product": "?", "deal": "A", "state": state, "code": "value_unmapped"}
    found = through(run, [(deals(), "d", DEALS), (lines(), "l", [*GOOD, aside])])
    waits = state in ("held", "rejected")
    assert states(found)["deals"] == {"A": "family_held" if waits else "ready", "B": "ready"}
    if waits:
        message = f"l:9 of lines is {state} (value_unmapped): the family waits as a whole."
        assert found["deals"]["A"]["__message"] == message


def test_a_row_that_holds_both_stops_itself(run: Run) -> None:
    row = RefPlan(object="deals", same_row=("d",), together="all")
    items = ObjectPlan(
        name="lines", entity="thing", target="lines", feeds=(FeedPlan(source="d"),),
        fields=(staged.field("product", "text", "d"), staged.reference("deal", row)),
    )  # fmt: skip
    rows: list[Line] = [{"key": "A", "name": "Pres"}, {"key": "B", "name": "Torna"}]
    written(run, deals(), "d", rows)
    written(run, items, "d", [rows[0], rows[1] | {"state": "held", "code": "value_unmapped"}])
    plan = staged.plan(deals(), items)
    for stage in (link, dedupe, complete):
        stage(plan, run)
    found = staged.read(run, "complete", "deals", "entities").select("name", "__state", "__message").rows()
    assert found == [
        ("Pres", "ready", None),
        ("Torna", "held", "d:B of lines is held (value_unmapped): the family waits as a whole."),
    ]


def test_rows_that_contradict_each_other_stop_the_family(run: Run) -> None:
    twice = [{"key": "9", "product": "bolt", "deal": "B"}, {"key": "9", "product": "nut", "deal": "B"}]
    found = through(run, [(deals(), "d", DEALS), (lines(), "l", [*GOOD, *twice])])
    assert states(found)["deals"] == {"A": "ready", "B": "family_held"}


def test_a_family_of_three_levels_waits_for_the_youngest(run: Run) -> None:
    pieces = [
        {"key": "x", "name": "thread", "line": "1"},
        {"key": "y", "line": "1"},
        {"key": "z", "name": "t", "line": "3"},
    ]
    found = through(run, [(deals(), "d", DEALS), (lines(), "l", GOOD), (parts(), "p", pieces)])
    assert states(found) == {
        "deals": {"A": "family_held", "B": "ready"},
        "lines": {"1": "family_held", "2": "parent_held", "3": "ready"},
        "parts": {"x": "parent_held", "y": "missing_required", "z": "ready"},
    }
    assert found["deals"]["A"]["__message"] == "l:1 of lines is held (family_held): the family waits as a whole."
    assert (
        found["lines"]["1"]["__message"] == "p:y of parts is rejected (missing_required): the family waits as a whole."
    )


def test_a_level_that_keeps_the_good_ones_ends_the_chain(run: Run) -> None:
    pieces = [{"key": "x", "name": "thread", "line": "1"}, {"key": "y", "line": "1"}]
    found = through(run, [(deals(), "d", DEALS), (lines("keep_good"), "l", GOOD), (parts(), "p", pieces)])
    assert states(found)["deals"] == {"A": "ready", "B": "ready"}
    assert states(found)["lines"] == {"1": "family_held", "2": "ready", "3": "ready"}


def test_a_link_that_waits_stops_both_families_and_what_they_share(run: Run) -> None:
    """B shares its link's other end with A: whoever is linked with a family waits with it."""
    both = ObjectPlan(
        name="related", entity="thing", target="related", feeds=(FeedPlan(source="r"),),
        link=LinkPlan(ends=("one", "other")),
        fields=(
            staged.reference("one", to("deals", "all"), "r"), staged.reference("other", to("deals", "all"), "r"),
            staged.field("kind", "text", "r"),
        ),
    )  # fmt: skip
    known = [*DEALS, {"key": "C", "name": "Freze"}, {"key": "D", "name": "Testere"}]
    rows = [
        {"key": "1", "one": "A", "other": "B", "kind": "bad"}, {"key": "2", "one": "B", "other": "C"},
        {"key": "3", "one": "D", "other": "D"},
    ]  # fmt: skip
    check = CheckPlan(id="C1", object="related", expression="kind != 'bad'", otherwise="hold")
    found = through(run, [(deals(), "d", known), (both, "r", rows)], checks=(check,))
    assert states(found) == {
        "deals": {"A": "family_held", "B": "family_held", "C": "family_held", "D": "ready"},
        "related": {"1": "check_failed", "2": "parent_held", "3": "self_link"},
    }


PARENTS = st.sampled_from(["A", "B", "C", "Z", None])
FATES: st.SearchStrategy[Line] = st.sampled_from(
    [{}, {}, {}, {"product": None}, {"state": "held", "code": "x"}, {"state": "rejected", "code": "x"}]
)
CHILDREN = st.lists(st.tuples(PARENTS, FATES), max_size=8)
NAMED = st.lists(st.booleans(), min_size=3, max_size=3)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(children=CHILDREN, grandchildren=CHILDREN, named=NAMED)
def test_no_family_is_ready_in_part(
    children: list[tuple[str | None, Line]], grandchildren: list[tuple[str | None, Line]], named: list[bool]
) -> None:
    above: list[Line] = [{"key": key, "name": "n" if has else None} for key, has in zip("ABC", named, strict=True)]
    middle = [{"key": str(n), "product": "p", "deal": up} | fate for n, (up, fate) in enumerate(children)]
    place = {"A": "0", "B": "1", "C": "2", "Z": "99", None: None}
    below = [
        {"key": f"g{n}", "name": None if "product" in fate else "n", "line": place[up]} | fate
        for n, (up, fate) in enumerate(grandchildren)
    ]
    folder = Path(tempfile.mkdtemp(prefix="families"))
    try:
        run = staged.new_run(folder)
        found = states(through(run, [(deals(), "d", above), (lines(), "l", middle), (parts(), "p", below)]))
    finally:
        shutil.rmtree(folder)
    ready = {(name, key) for name, of in found.items() for key, code in of.items() if code == "ready"}
    for row in middle:
        if row["deal"] in found["deals"]:
            assert (("lines", row["key"]) in ready) == (("deals", row["deal"]) in ready), "all of it, or nothing"
    for row in below:
        if row["line"] in found["lines"]:
            assert (("parts", row["key"]) in ready) == (("lines", row["line"]) in ready)
    whole = [key for key, code in found["deals"].items() if code == "ready"]
    assert all(row["deal"] != key or "state" not in row for key in whole for row in middle)
