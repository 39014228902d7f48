"""docs/key-figures.md is made from the definitions."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_of_key_figures_is_fresh() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "make_key_figures.py"))["page"]
    assert (ROOT / "docs" / "key-figures.md").read_text("utf-8") == page(), "python scripts/make_key_figures.py"
