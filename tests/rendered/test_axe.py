"""Every page of ours before axe-core, the judge of accessibility, in each language, in the light and in the dark."""

import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from assessed import Assessed
from browser import needed
from click.testing import CliRunner
from many import many
from pressing_keys import Page, browser
from shop import shop

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "reports"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "reviewing"))

from fictional_figures import figures
from reviewed import Company

from crm_migrate.cli import cli
from crm_migrate.reports import write_reports
from crm_migrate.reviewing.page import render
from crm_migrate.reviewing.questions import Pack
from crm_migrate.words.language import language

LANGUAGES = ("en", "de", "tr")
KINDS = ("report", "beside", "assessment", "review", "pairs")
# WCAG 2.0 to 2.2, levels A and AA, and what axe's makers advise beyond them.
JUDGED = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
_BROKEN = """axe.run(document, {%s, resultTypes: ['violations']}).then((found) =>
  found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)}`)))"""

Maker = Callable[[str], Path]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    needed()
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return Company(tmp_path_factory.mktemp("company")).asked()


@pytest.fixture
def made(tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Maker]:
    """How each page is made in a language: the report with all it can have, and long lists beside it."""

    def report(code: str) -> Path:
        write_reports(figures(locale=code), tmp_path, formats=["html"])
        return tmp_path / "report.html"

    def beside(code: str) -> Path:
        counted, ledger = many(figures(locale=code), tmp_path, causes=3, records=160)
        write_reports(counted, tmp_path, formats=["html"], ledger=ledger)
        return tmp_path / "report-exceptions" / "0001.html"

    def assessment(code: str) -> Path:
        found: Assessed = request.getfixturevalue("assessment")
        return found.pages(code) / "assessment.html"

    def review(code: str) -> Path:
        page = tmp_path / "review.html"
        page.write_text(render(request.getfixturevalue("pack"), language(code, "review")), "utf-8")
        return page

    def pairs(code: str) -> Path:
        shop(tmp_path).write()
        page = tmp_path / "pairs.html"
        asked = ["match", "tune", str(tmp_path / "people.csv"), "--id", "Id", "--lang", code, "--html", str(page)]
        done = CliRunner().invoke(cli, asked)
        assert done.exit_code == 0, done.output
        return page

    return {maker.__name__: maker for maker in (report, beside, assessment, review, pairs)}


def _broken(tab: Page, asked: str) -> list[str]:
    return list(tab.run(_BROKEN % asked))


def _opened(tab: Page, page: Path) -> None:
    tab.open(page.as_uri())
    tab.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    tab.run(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8") + "; 0")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_shut_out(kind: str, code: str, made: dict[str, Maker], tab: Page) -> None:
    """All but contrast, which takes most of the time and is the same in each language."""
    _opened(tab, made[kind](code))
    assert _broken(tab, f"runOnly: {JUDGED}, rules: {{'color-contrast': {{enabled: false}}}}") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_all_can_be_read_in_the_light_and_in_the_dark(
    kind: str, scheme: str, made: dict[str, Maker], tab: Page
) -> None:
    _opened(tab, made[kind]("en"))
    tab.emulate(prefers_color_scheme=scheme)
    assert _broken(tab, "runOnly: {type: 'rule', values: ['color-contrast']}") == []
