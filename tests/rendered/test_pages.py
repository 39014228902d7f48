"""Finished pages as people use them: found by any key, read at any width, on paper, with the keyboard."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from browser import ask, chromium
from shop import Shop

from crm_migrate.reports.html import PAPER_EXAMPLES, PAPER_ROWS

WIDTHS = (390, 1024, 1280, 1440)

_SEARCH = """
await wait(300);
const shown = [...page.querySelectorAll("[data-group]")].filter((g) => !g.hidden);
return {
  said: page.getElementById("filter-shown").textContent,
  found: shown.map((g) => g.querySelector(".found").textContent),
  searched: page.querySelector(".searched").textContent,
};
"""


@pytest.mark.parametrize(("asked", "count"), [("people:P7777", 1), ("p7777", 1), ("P80", 51), ("nobody-here", 0)])
def test_every_key_can_be_found_and_only_its_rows_are_counted(
    asked: str, count: int, finished: dict[str, Shop], tmp_path: Path
) -> None:
    run = finished["large"]
    keys = [f"people:{row['Id']}" for row in run.people[40:]]
    assert sum(asked.lower() in key.lower() for key in keys) == count
    seen = ask(run.report("en") / "report.html", _SEARCH, tmp_path, hash_=f"#exceptions?text={asked}")

    assert seen["said"].split(" of ")[0] == str(count)
    named = [key for line in seen["found"] for key in line.split("match:")[-1].split(";")]
    assert sum(asked.lower() in key.lower() for key in named) == min(count, 50)
    assert seen["searched"].startswith("The search reads the keys of all 8,0")


def test_a_large_report_stays_small(finished: dict[str, Shop]) -> None:
    assert (finished["large"].report("en") / "report.html").stat().st_size < 1_000_000


@pytest.mark.parametrize("width", WIDTHS)
def test_a_jump_shows_its_heading_and_nothing_scrolls_sideways(
    width: int, finished: dict[str, Shop], language: str, tmp_path: Path
) -> None:
    script = """
    page.querySelectorAll("details").forEach((each) => { each.open = true; });
    await wait(300);
    // The page measures its bar when a frame is drawn, and under a budget of virtual time few are.
    const measured = () => page.documentElement.style.getPropertyValue("--bar-height");
    for (let n = 0; n < 100 && measured() !== `${page.querySelector("header.bar").offsetHeight}px`; n++) await wait(50);
    const covered = [];
    for (const link of page.querySelectorAll(".rail a")) {
      frame.location.hash = link.hash;
      await wait(50);
      const heading = page.querySelector(link.hash + " h2").getBoundingClientRect();
      const over = [page.querySelector("header.bar"), page.querySelector(".rail")].filter((e) => {
        const box = e.getBoundingClientRect();
        return frame.getComputedStyle(e).position === "sticky" && box.left < heading.right && box.right > heading.left
          && box.top <= heading.top && box.bottom > heading.top + 1;
      });
      if (over.length) covered.push(link.hash);
    }
    const rail = page.querySelector(".rail").getBoundingClientRect();
    return { covered, wide: page.documentElement.scrollWidth - frame.innerWidth,
      rail: rail.width > 0 && rail.height > 0, h1: page.querySelectorAll("h1").length };
    """
    seen = ask(finished["sabotaged"].report(language) / "report.html", script, tmp_path, width=width)

    assert seen == {"covered": [], "wide": 0, "rail": True, "h1": 1}


def test_what_leads_to_a_business_figure_adds_up_and_leads_to_its_rows(
    finished: dict[str, Shop], tmp_path: Path
) -> None:
    script = """
    await wait(300);
    const figures = [...page.querySelectorAll("details.led")].map((each) => ({
      name: each.dataset.kpi, source: each.dataset.source, expected: each.dataset.expected,
      terms: [...each.querySelectorAll("li")].map((term) => term.dataset.v),
    }));
    const led = [];
    for (const link of page.querySelectorAll("details.led a")) {
      frame.location.hash = link.hash;
      await wait(50);
      const asked = new frame.URLSearchParams(link.hash.split("?")[1]);
      const shown = [...page.querySelectorAll("[data-group]")].filter((group) => !group.hidden);
      led.push(shown.length > 0 && shown.every((g) => g.dataset.object === asked.get("object")));
    }
    return { figures, led };
    """
    seen = ask(finished["accepted"].report("en") / "report.html", script, tmp_path)

    assert {figure["name"] for figure in seen["figures"]} == {"chances", "mailable"}
    for figure in seen["figures"]:
        assert Decimal(figure["source"]) + sum(map(Decimal, figure["terms"])) == Decimal(figure["expected"])
    assert seen["led"] and all(seen["led"])


_PAPER = """
const shown = () => [...page.querySelectorAll("details[open]")];
const groups = () => [...page.querySelectorAll("[data-group]")].filter((g) => !g.hidden && !g.matches(".off-paper"));
const before = shown().length;
frame.dispatchEvent(new Event("beforeprint"));
const causes = page.querySelector("details[data-paper]").open, printed = groups().map((g) => g.dataset.severity);
const left = page.getElementById("groups-off-paper")?.textContent ?? "";
frame.dispatchEvent(new Event("afterprint"));
return { causes, printed, left, same: shown().length === before };
"""


def test_on_paper_causes_are_open_and_nothing_else_is_opened(finished: dict[str, Shop], tmp_path: Path) -> None:
    seen = ask(finished["sabotaged"].report("en") / "report.html", _PAPER, tmp_path)

    assert seen["causes"] and seen["same"] and 0 < len(seen["printed"]) <= PAPER_ROWS


_AS_PRINTED = """
const rules = [...page.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
for (const rule of rules) if (rule.media?.mediaText === "print") rule.media.mediaText = "all";
frame.dispatchEvent(new Event("beforeprint"));
await wait(300);
const seen = (selector) => [...page.querySelectorAll(selector)].filter((each) => each.checkVisibility());
"""
_ANNOUNCING = "h2, h3, h4, caption, details[open] > summary, p.intro, p.legend"


def test_what_announces_something_never_ends_a_page(finished: dict[str, Shop], language: str, tmp_path: Path) -> None:
    script = f"""{_AS_PRINTED}
    const announcing = seen("{_ANNOUNCING}");
    const alone = announcing.filter((each) => frame.getComputedStyle(each).breakAfter !== "avoid");
    return [announcing.length, alone.map((each) => each.textContent)];
    """
    announcing, alone = ask(finished["sabotaged"].report(language) / "report.html", script, tmp_path)
    assert announcing > 20 and alone == []


def test_paper_names_the_first_records_of_every_error(finished: dict[str, Shop], tmp_path: Path) -> None:
    script = f"""{_AS_PRINTED}
    return seen("[data-group].error").map((group) => [
      group.dataset.code, Number(group.dataset.count),
      [...group.querySelectorAll(".examples tbody tr")].filter((row) => row.checkVisibility()).length,
      [...group.querySelectorAll(".more")].filter((line) => line.checkVisibility()).length,
    ]);
    """
    groups = ask(finished["sabotaged"].report("en") / "report.html", script, tmp_path)
    assert "target_lost" in {code for code, *_ in groups}
    for _, count, rows, more in groups:
        assert rows == min(count, PAPER_EXAMPLES) and more == (count > PAPER_EXAMPLES)


def test_a_record_that_is_lost_is_told_once(finished: dict[str, Shop], tmp_path: Path) -> None:
    """Three people were deleted: not by their rows, by their ids, and by each of their cells again."""
    script = """
    const groups = [...page.querySelectorAll("[data-group]")];
    return groups.map((group) => [group.dataset.code, Number(group.dataset.count), group.textContent]);
    """
    groups = ask(finished["sabotaged"].report("en") / "report.html", script, tmp_path)
    assert [(code, count) for code, count, _ in groups if code in ("target_lost", "vanished_record")] == [
        ("target_lost", 3)
    ]
    assert [text.count("people:P") for code, _, text in groups if code == "target_lost"] == [3]


def test_what_needs_somebody_leads_to_its_rows_and_names_its_money(finished: dict[str, Shop], tmp_path: Path) -> None:
    script = """
    await wait(300);
    const told = [];
    for (const link of page.querySelectorAll(".needs a")) {
      frame.location.hash = link.hash;
      await wait(50);
      const shown = [...page.querySelectorAll("[data-group]")].filter((group) => !group.hidden);
      const sums = (of) => of.querySelector("[data-sum]")?.textContent ?? "";
      const same = shown.some((group) => sums(group) === sums(link.parentNode));
      told.push([shown.length, shown.some((group) => group.open), same]);
    }
    return [told, page.querySelectorAll(".needs [data-sum]").length];
    """
    told, sums = ask(finished["sabotaged"].report("en") / "report.html", script, tmp_path)
    assert told and sums
    for shown, is_open, same in told:
        assert shown >= 1 and same and is_open == (shown == 1)


def test_every_mark_of_a_tile_has_its_word(finished: dict[str, Shop], language: str, tmp_path: Path) -> None:
    script = 'return [...page.querySelectorAll(".tile .state")].map((each) => each.textContent);'
    for kind in ("clean", "sabotaged"):
        states = ask(finished[kind].report(language) / "report.html", script, tmp_path)
        assert states and all(any(map(str.isalpha, state)) for state in states)


def test_a_report_of_thousands_is_printed_on_few_pages(finished: dict[str, Shop], tmp_path: Path) -> None:
    printed = tmp_path / "report.pdf"
    page = (finished["large"].report("en") / "report.html").as_uri()
    chromium([f"--print-to-pdf={printed}", "--no-pdf-header-footer", page])
    assert 3 <= len(re.findall(rb"/Type /Page\b", printed.read_bytes())) <= 12


def test_examples_have_no_column_that_is_empty_in_every_row(finished: dict[str, Shop], tmp_path: Path) -> None:
    script = """
    return [...page.querySelectorAll("table.examples")].map((t) => {
      const rows = [...t.querySelectorAll("tbody tr")];
      const filled = (cell) => cell.textContent && !cell.querySelector(".empty");
      return [...rows[0].children].map((_, i) => rows.some((row) => filled(row.children[i])));
    });
    """
    tables = ask(finished["accepted"].report("en") / "report.html", script, tmp_path)

    assert tables and all(any(columns) and columns[0] for columns in tables)
    assert [columns for columns in tables if not all(columns) and len(columns) < 4] == []


def test_one_bridge_is_shown_and_a_jump_chooses_another(finished: dict[str, Shop], tmp_path: Path) -> None:
    script = """
    const bridges = [...page.querySelectorAll("[data-choice]")];
    const shown = () => bridges.filter((each) => !each.hidden).map((each) => each.dataset.choice);
    const at_first = shown();
    const wanted = bridges.find((each) => each.querySelector("details[id]"));
    const other = bridges.find((each) => each !== wanted);
    const choose = (value) => page.querySelector(`[data-chooser] input[value="${value}"]`).click();
    choose(other.dataset.choice);
    const chosen = shown();
    frame.location.hash = wanted.querySelector("details[id]").id;
    await wait(100);
    const jumped = shown(), open = wanted.querySelector("details[id]").open;
    choose("");
    return { at_first, wanted: wanted.dataset.choice, other: other.dataset.choice, chosen, jumped, open,
      hidden: bridges.length - shown().length };
    """
    seen = ask(finished["accepted"].report("en") / "report.html", script, tmp_path)

    assert len(seen["at_first"]) == 1
    assert (seen["chosen"], seen["jumped"], seen["open"]) == ([seen["other"]], [seen["wanted"]], True)
    assert seen["hidden"] == 0


def test_j_and_k_go_through_the_exceptions_that_are_shown(finished: dict[str, Shop], tmp_path: Path) -> None:
    script = """
    const press = (key) => page.activeElement.dispatchEvent(new frame.KeyboardEvent("keydown", { key, bubbles: true }));
    await wait(300);
    const at = () => page.activeElement.closest("[data-group]")?.dataset.severity ?? page.activeElement.name;
    const where = [];
    for (const key of ["j", "j", "k", "/"]) { press(key); where.push(at()); }
    const heads = [...page.querySelectorAll("[data-group]")].filter((g) => !g.hidden).map((g) => g.dataset.severity);
    return { where, heads };
    """
    seen = ask(finished["sabotaged"].report("en") / "report.html", script, tmp_path, hash_="#exceptions?severity=error")

    assert set(seen["heads"]) == {"error"} and len(seen["heads"]) > 1
    assert seen["where"] == ["error", "error", "error", "text"]


def test_on_a_phone_every_cell_says_what_it_is(finished: dict[str, Shop], tmp_path: Path) -> None:
    script = """
    await wait(100);
    const table = page.querySelector('[data-table="accounting"]');
    const cell = table.querySelector("tbody td.n");
    return { label: frame.getComputedStyle(cell, "::before").content,
      head: table.querySelectorAll("thead th")[[...cell.parentElement.children].indexOf(cell)].textContent,
      row: frame.getComputedStyle(cell.parentElement).display };
    """
    page = finished["sabotaged"].report("en") / "report.html"
    seen = ask(page, script, tmp_path, width=390)

    assert (seen["label"], seen["row"]) == (f'"{seen["head"]}"', "grid")
    assert ask(page, script, tmp_path)["row"] == "table-row"
