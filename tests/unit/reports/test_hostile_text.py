"""Text of other people in every place of the report: it is shown, and it does nothing."""

import html as html_module
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
from fictional_figures import CONTROLS, HOSTILE, RIGHT_TO_LEFT, figures
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from parsing import Page

from crm_migrate.reports import FORMATS, presentable, terminal, write_reports
from crm_migrate.reports.visible import visible

FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write_reports(figures(), folder, formats=FORMATS, reveal=True)
    return folder


def test_foreign_tags_are_text(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)

    assert "img" not in page.tags and "iframe" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on") or name == "style" or name == "src"]
    assert text.count("<script>") == 1 and text.count("<style>") == 1
    assert html_module.escape(HOSTILE[0], quote=False)[:8] in text


def test_the_policy_lets_nothing_load(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    policy = html_module.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])  # type: ignore[index]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r'(?:href|src|action)="(?!#)', text)


def test_no_rendering_holds_invisible_characters(folder: Path) -> None:
    for name in ("report.html", "report.json", "junit.xml", "summary.md"):
        text = (folder / name).read_text(encoding="utf-8")
        assert not FORBIDDEN.search(text), name
    assert not FORBIDDEN.search("".join(terminal.render(figures())))


def test_junit_parses_with_every_hostile_text(folder: Path) -> None:
    assert Tree.parse(folder / "junit.xml").getroot().tag == "testsuites"


def test_no_cell_of_the_workbook_is_a_formula(folder: Path) -> None:
    book = load_workbook(folder / "report.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    with zipfile.ZipFile(folder / "report.xlsx") as archive:
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]

    assert kinds <= {"s", "n", "inlineStr"}
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    texts = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert HOSTILE[3] in texts, "the formula stands there as text"


def test_markdown_shows_no_foreign_markup(folder: Path) -> None:
    text = (folder / "summary.md").read_text(encoding="utf-8")

    assert not re.search(r"(?<!\\)<", text)


@given(st.text(max_size=60))
def test_visible_text_has_nothing_invisible_and_says_everything_printable(text: str) -> None:
    shown = visible(text)

    assert not FORBIDDEN.search(shown)
    assert all(c in shown for c in text if c.isprintable() and c != "\xad")
    assert visible(shown) == shown


def test_direction_and_control_characters_are_named() -> None:
    assert visible(RIGHT_TO_LEFT) == "rechnung⟨U+202E⟩gnp.exe"
    assert visible(CONTROLS) == "a␀b␛[31mred␇⟨U+009B⟩0m⟨U+2028⟩line⟨U+FEFF⟩"
    assert visible("x" * 30, 10) == "x" * 10 + "… (+20)"


def test_a_presentable_model_is_bounded() -> None:
    assert len(presentable(figures(), reveal=True).model_dump_json()) < 1_000_000


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_runs_no_script_of_data_and_asks_for_nothing(folder: Path) -> None:
    """`OWNED` would be the title if one of the scripts in the data ran; the network log would name a request."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        log = Path(profile) / "net.json"
        page = (folder / "report.html").as_uri() + "#exceptions?object=contacts"
        run = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--enable-logging=stderr", f"--user-data-dir={profile}/p", f"--log-net-log={log}", "--dump-dom", page],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        asked = set(re.findall(r'"url":"(https?://[^"]+)"', log.read_text(encoding="utf-8", errors="replace")))

    dom = run.stdout
    title = re.search(r"<title>(.*?)</title>", dom, re.S)
    assert title is not None and not title[1].startswith("OWNED")
    assert 'class="scripted"' in dom, "our own script ran"
    hidden = re.findall(r'data-object="deals"[^>]*hidden', dom)
    assert hidden, "the filter of the hash was applied"
    assert not {url for url in asked if "x.example" in url or "calc" in url}
    violations = [line for line in run.stderr.splitlines() if "Content Security Policy" in line]
    assert violations == []
