"""Pictures of a report from headless Chromium: light, dark, narrow, and as printed.

    python scripts/screenshot.py report.html pictures/

Needs Chromium (scripts/chromium.py); the printed pages need `pdftoppm` as well, and stay a PDF without it.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from chromium import chromium

SHOTS: dict[str, tuple[str, ...]] = {
    "light": ("--window-size=1280,2000",),
    "dark": ("--window-size=1280,2000", "--blink-settings=preferredColorScheme=0"),
    "narrow": ("--window-size=1024,2000",),
}


def take(page: str, folder: Path, *, height: int | None = None) -> list[Path]:
    """Write one picture per entry of SHOTS and the printed pages; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, flags in SHOTS.items():
        size = [f"--window-size={flags[0].split('=')[1].split(',')[0]},{height}"] if height else [flags[0]]
        path = folder / f"{name}.png"
        chromium([*size, *flags[1:], f"--screenshot={path}", page])
        written.append(path)
    printed = folder / "printed.pdf"
    chromium([f"--print-to-pdf={printed}", "--no-pdf-header-footer", page])
    return [*written, *_pages(printed)]


def _pages(printed: Path) -> list[Path]:
    if shutil.which("pdftoppm") is None:
        return [printed]
    subprocess.run(["pdftoppm", "-r", "70", "-png", str(printed), str(printed.with_suffix(""))], check=True)
    return sorted(printed.parent.glob("printed-*.png"))


def main() -> None:
    """Read the command line and print the paths of the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("report", help="file, or file:// address with a #fragment")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--height", type=int, help="pixels of the window, to see more of the page")
    asked = parser.parse_args()
    page = asked.report if "://" in asked.report else Path(asked.report).resolve().as_uri()
    for path in take(page, asked.folder, height=asked.height):
        sys.stdout.write(f"{path}{os.linesep}")


if __name__ == "__main__":
    main()
