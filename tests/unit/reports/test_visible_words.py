"""No page has words of its own: every visible text of a template or script comes from the catalogue of the language."""

import re
from html import unescape
from pathlib import Path

import pytest

import crm_migrate
from crm_migrate.words import catalogue

ROOM = Path(crm_migrate.__file__).parent
TEMPLATES = sorted(path.relative_to(ROOM).as_posix() for path in ROOM.rglob("templates/*.html"))
SCRIPTS = sorted(path.relative_to(ROOM).as_posix() for path in ROOM.rglob("templates/*.js"))
COMMANDS = re.compile(r"<code>.*?</code>|<kbd>.*?</kbd>|<(style|script)\b.*?</\1>", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
ATTRIBUTES = re.compile(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"')
LETTERS = re.compile(r"[^\W\d_]{2,}")
# What a script shows: texts, titles and labels that are written out, and what is said to screen readers.
SHOWN = re.compile(
    r"""(?:text|title|"aria-label"|placeholder):\s*["`]([^"`]*)|createTextNode\(["`]([^"`]*)"""
    r"""|textContent = ["`]([^"`]*)|say\(["`]([^"`]*)"""
)
PLACES = re.compile(r"\$\{[^}]*\}")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_words_of_its_own(name: str) -> None:
    page = JINJA.sub(" ", COMMANDS.sub(" ", (ROOM / name).read_text("utf-8")))
    seen = [unescape(re.sub(r"<[^>]*>", " ", page)), *ATTRIBUTES.findall(page)]
    assert [text.strip() for text in seen if LETTERS.search(text)] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_no_words_of_its_own(name: str) -> None:
    script = PLACES.sub(" ", (ROOM / name).read_text("utf-8"))
    seen = [text for groups in SHOWN.findall(script) for text in groups]
    assert [text for text in seen if LETTERS.search(text)] == []


def test_the_script_of_the_review_page_says_words_that_exist() -> None:
    script = (ROOM / "reviewing" / "templates" / "review.js").read_text("utf-8")
    used = set(re.findall(r'\bword\("(\w+)"(?! \+)', script))
    used |= {part for line in re.findall(r"\bword\([^()]*\?[^()]*\)", script) for part in re.findall(r'"(\w+)"', line)}
    known = {key.removeprefix("script.") for key in catalogue("en") if key.startswith("script.")}
    assert used <= known | {"later"} and len(used) > 30
    assert known - used == {"kind_review", "kind_held", "kind_merged", "kind_pattern"}, "words that no script says"


@pytest.mark.parametrize("name", [name for name in TEMPLATES if "review" in name or "pairs" in name])
def test_a_template_says_words_that_exist(name: str) -> None:
    used = set(re.findall(r"""\bw\(["']([\w.]+)["']""", (ROOM / name).read_text("utf-8")))
    assert used and used <= set(catalogue("en"))
