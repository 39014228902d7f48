"""The page of an assessment as a meeting sees it: at any width, in the dark, on paper; its figures added up by hand."""

import re
from collections import Counter
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from assessed import Assessed
from browser import ask

from crm_migrate.words.language import Language
from crm_migrate.words.language import language as words_of

WIDTHS = (390, 1280, 1440)
LANGUAGES = ("en", "de", "tr")

_LOOK = """
page.querySelectorAll("details").forEach((each) => { each.open = true; });
await wait(200);
const inside = (e) => e.closest(".scroll");
const cut = [...page.querySelectorAll("main p, main li, main dd, main th, main strong")]
  .filter((e) => !inside(e) && e.getBoundingClientRect().right > frame.innerWidth + 1).map((e) => e.textContent);
return {
  wide: page.documentElement.scrollWidth - frame.innerWidth, cut, h1: page.querySelectorAll("h1").length,
  lost: [...page.querySelectorAll("a[href^='#']")].map((a) => a.hash.slice(1)).filter((id) => !page.getElementById(id)),
  unnamed: [...page.querySelectorAll("section")]
    .filter((s) => !page.getElementById(s.getAttribute("aria-labelledby"))).length,
  twice: page.querySelectorAll("[id]").length - new Set([...page.querySelectorAll("[id]")].map((e) => e.id)).size,
  braces: /[{}]|undefined|None/.test(page.querySelector("main").textContent),
};
"""
_TABLES = """
const rows = (s) => [...s.querySelectorAll("tbody tr")].map((r) => [...r.children].map((c) => c.textContent.trim()));
const tables = [...page.querySelectorAll("section[id]")].map((s) => [s.id, rows(s)]);
return Object.fromEntries([...tables, ["text", page.body.innerText]]);
"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("code", LANGUAGES)
def test_it_can_be_read_at_any_width(width: int, code: str, assessment: Assessed, tmp_path: Path) -> None:
    seen = ask(assessment.pages(code) / "assessment.html", _LOOK, tmp_path, width=width)
    assert seen == {"wide": 0, "cut": [], "h1": 1, "lost": [], "unnamed": 0, "twice": 0, "braces": False}


def test_on_paper_every_score_is_open(assessment: Assessed, tmp_path: Path) -> None:
    script = """
    const all = page.querySelectorAll("details").length;
    frame.dispatchEvent(new Event("beforeprint"));
    const open = page.querySelectorAll("details[open]").length;
    frame.dispatchEvent(new Event("afterprint"));
    return { all, open, after: page.querySelectorAll("details[open]").length };
    """
    seen = ask(assessment.pages("de") / "assessment.html", script, tmp_path)
    assert seen["all"] == seen["open"] > seen["after"] == 0


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_contrast(dark: bool) -> None:
    """WCAG 2, level AA: 4.5 to 1, on the page and on a card."""
    style = (files("crm_migrate.assessing") / "templates" / "assessment.css").read_text("utf-8")
    sets = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", style)]
    assert len(sets) == 2
    colours = sets[dark]
    for ink in ("ink", "dim", "link", "good", "some", "bad"):
        for paper in ("paper", "panel"):
            light, shade = sorted((_light(colours[ink]), _light(colours[paper])), reverse=True)
            assert (light + 0.05) / (shade + 0.05) >= 4.5, (ink, paper)
    light, shade = sorted((_light(colours["ink"]), _light(colours["rest"])), reverse=True)
    assert (light + 0.05) / (shade + 0.05) >= 4.5, "the status of a finding"


def _number(text: str, code: str) -> Decimal:
    return Decimal(text.replace(",", "") if code == "en" else text.replace(".", "").replace(",", "."))


def _money(made: Assessed, owner: str) -> dict[str, Decimal]:
    """Currency -> the open amounts of an owner, from the file: `K` is won."""
    sums: dict[str, Decimal] = {}
    for row in made.chances:
        if row["Owner"] == owner and row["Stage"] != "K":
            amount = Decimal(row["Amount"].replace(".", "").replace(",", "."))
            sums[row["Currency"]] = sums.get(row["Currency"], Decimal(0)) + amount
    return sums


@pytest.mark.parametrize("code", LANGUAGES)
def test_its_figures_are_those_of_the_files(code: str, assessment: Assessed, tmp_path: Path) -> None:
    words = words_of(code, "assess")
    seen: dict[str, Any] = ask(assessment.pages(code) / "assessment.html", _TABLES, tmp_path)
    firms = {row["Id"] for row in assessment.firms}
    orphans = sum(row["Firm"] not in firms for row in assessment.people)
    assert (
        words.word("card.orphans", n=orphans, of=90, column="Firm", source="people", parent="firms", key="Id")
        in seen["text"]
    )

    owned = Counter(row["Owner"] for row in assessment.chances)
    assert {row[2]: int(row[4]) for row in seen["assess_owners"]} == owned
    for owner in owned:
        told = {row[7]: _number(row[6], code) for row in seen["assess_money"] if row[1] == owner}
        assert told == _money(assessment, owner), owner

    burn = [[int(text) for text in row[1:]] for row in seen["assess_burn"]]
    for before, gone, new, now, *_ in burn:
        assert before - gone + new == now
    assert [sum(column) for column in zip(*burn[1:], strict=True)] == burn[0]
    assert burn[0][1:3] == [1, 1]  # the broken letters are gone, a key is there twice

    least, most = (sum(int(row[at]) for row in seen["assess_efforts"]) for at in (5, 6))
    hours = {"least": least // 60, "most": -(-most // 60)}
    assert words.word("assess.effort", **hours) in seen["text"]
    assert words.word("assess.stale", seen=words.word("assess.of", good=4, of=90)) in seen["text"]
    _same_in_the_workbook(assessment.pages(code) / "assessment.xlsx", words, seen)


def _same_in_the_workbook(path: Path, words: Language, seen: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(path)
    for name in (
        "assess_owners",
        "assess_money",
        "assess_burn",
        "assess_efforts",
        "assess_duplicates",
        "assess_sources",
    ):
        rows = list(book[words.sheet(f"table.{name}")].iter_rows(min_row=2, values_only=True))
        told = [[words.number(v) if isinstance(v, int) else v or "" for v in row] for row in rows]
        assert told == seen[name], name
