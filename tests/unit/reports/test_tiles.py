"""A tile of the summary and its section in the rail say one number, and what was accepted is not red."""

import re
from typing import Any

import pytest
from fictional_figures import figures

from crm_migrate.reports.html import render
from crm_migrate.words.language import language
from crm_migrate.workspace.figures import Figures, Gate
from crm_migrate.workspace.pack_figures import PackFigure


def _figure(name: str, group: str = "", **told: Any) -> PackFigure:
    made = {"family": "sales", "kind": "number", "formula": "a / b", "source": "2", "expected": "2", "actual": "2"}
    return PackFigure.model_validate({"name": name, "group": group, **made, **told})


PACK = (
    _figure("won_revenue", never="falls", bound="3", within=False),
    _figure("win_rate", "Q1", agrees=False),
    _figure("win_rate", "Q2"),
    _figure("nps", agrees=False, why="no such column"),
)


def _seen(shown: Figures) -> dict[str, tuple[str, list[str], int]]:
    """Tile -> its class, the numbers that it says, and the number in the rail."""
    page = render(shown, language("en"), masked=True)
    rail = dict(re.findall(r'<a href="#(\w+)">[^<]*<span class="count">([\d,]+)</span>', page))
    found = {}
    for state, name, said in re.findall(r'<a class="tile (\w+)" href="#(\w+)">(.*?)</a>', page, re.DOTALL):
        numbers = re.findall(r"[\d,.]*\d", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", said, flags=re.DOTALL))
        found[name] = (state, numbers, int(rail.get(name, "0").replace(",", "")))
    return found


def test_what_differs_is_one_number_in_tile_and_rail() -> None:
    model = figures(hostile=False).model_copy(update={"pack": PACK})
    seen = _seen(model)
    of, differ = len(model.kpis) + 3 + len(model.controls), sum(not k.agrees for k in model.kpis) + 2
    differ += sum(not c.agrees for c in model.controls)
    assert seen["kpis"][1][:3] == [str(of - differ), str(of), str(differ)] and seen["kpis"][2] == differ
    cells = sum(f.compared - f.matched for f in model.fields)
    assert seen["fields"][1][-1] == f"{cells:,}" and seen["fields"][2] == cells > 0
    assert int(seen["links"][1][0]) == seen["links"][2] > 0


def _one_link_missing(*gates: Gate) -> Figures:
    model = figures(hostile=False)
    link = model.links[0].model_copy(update={"present": 9, "expected": 10, "missing": 1, "wrong": 0, "extra": 0})
    return model.model_copy(update={"links": (link.model_copy(update={"orphans": 0}),), "gates": gates})


FAILED = Gate(name="links", scope="", limit="0", actual="1", passed=False)


@pytest.mark.parametrize(
    ("gates", "state"),
    [
        ((FAILED,), "bad"),
        ((FAILED.model_copy(update={"accepted": "accept:links"}),), "some"),
        (
            (FAILED.model_copy(update={"accepted": "accept:links"}), FAILED.model_copy(update={"name": "orphans"})),
            "bad",
        ),
        ((FAILED.model_copy(update={"limit": "<= 10 %", "passed": True}),), "some"),
        ((), "bad"),
    ],
)
def test_a_tile_is_red_only_where_nobody_has_accepted_it(gates: tuple[Gate, ...], state: str) -> None:
    assert _seen(_one_link_missing(*gates))["links"][0] == state


@pytest.mark.parametrize(
    ("scope", "state"),
    [
        *((scope, "some") for scope in ("", "other", "contacts", "email", "contacts.email")),
        *((scope, "bad") for scope in ("deals", "phone", "contacts.phone")),
    ],
)
def test_what_differs_is_within_its_limit_only_where_a_gate_covers_it(scope: str, state: str) -> None:
    model = figures(hostile=False)
    field = model.fields[0].model_copy(
        update={"object": "contacts", "field": "email", "compared": 10, "matched": 9, "causes": ()}
    )
    gates = (
        Gate(name="unexplained_values", scope="", limit="0", actual="0", passed=True),
        Gate(name="field_match", scope=scope, limit=">= 50 %", actual="90 %", passed=True),
    )
    assert _seen(model.model_copy(update={"fields": (field,), "gates": gates}))["fields"][0] == state


def test_an_orphan_is_counted_once() -> None:
    model = _one_link_missing(FAILED)
    orphan = model.links[0].model_copy(update={"orphans": 1})
    seen = _seen(model.model_copy(update={"links": (orphan,)}))["links"]
    assert seen[1][:2] == ["1", "1"] and seen[2] == 1


@pytest.mark.parametrize("left", ["", "exceptions", "fields", "gates", "pack", "bridges"])
def test_a_report_without_a_part_is_drawn(left: str) -> None:
    """An empty project, a run without exceptions: `left` is taken from a rich report, all of it where it is empty."""
    empty = Figures(**{name: getattr(figures(), name) for name, f in Figures.model_fields.items() if f.is_required()})
    shown = figures().model_copy(update={left: ()}) if left else empty
    for code in ("en", "de", "tr"):
        assert "</html>" in render(shown, language(code), masked=True)
    if not left:
        assert {state for state, *_ in _seen(shown).values()} == {"none"}
