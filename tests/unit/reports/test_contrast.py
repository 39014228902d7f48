"""Every pair of ink and paper of the style sheet is readable (WCAG 2.2 AA), by day and by night."""

import re
from pathlib import Path

import pytest

STYLE = Path(__file__).resolve().parents[3] / "crm_migrate" / "reports" / "templates" / "base.css"
PAIRS = [
    *((ink, paper) for ink in ("ink", "dim", "link", "good", "some", "bad") for paper in ("paper", "panel")),
    *((ink, f"{ink}-soft") for ink in ("good", "some", "bad")),
    *(("ink", paper) for paper in ("good-soft", "some-soft", "bad-soft", "mark-old", "mark-new")),
    *(("dim", paper) for paper in ("good-soft", "some-soft", "bad-soft")),
    ("link", "some-soft"),
]


def palettes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.S)
    return [dict(re.findall(r"--([\w-]+): #([0-9a-f]{6})", block)) for block in blocks]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", range(3), ids=["light", "dark", "print"])
def test_ink_is_readable_on_its_paper(theme: int) -> None:
    colours = palettes()[theme]
    weak = {}
    for ink, paper in PAIRS:
        light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
        ratio = (light + 0.05) / (dark + 0.05)
        if ratio < 4.5:
            weak[ink, paper] = round(ratio, 2)

    assert weak == {}
