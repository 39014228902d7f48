"""Pictures of a report from headless Chromium: light, dark, narrow, and as printed.

    python scripts/screenshot.py report.html pictures/

Needs `chromium` on the PATH; the printed pages need `pdftoppm` as well, and stay a PDF without it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CALM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip

SHOTS: dict[str, tuple[str, ...]] = {
    "light": ("--window-size=1280,2000",),
    "dark": ("--window-size=1280,2000", "--blink-settings=preferredColorScheme=0"),
    "narrow": ("--window-size=1024,2000",),
}


def chromium(arguments: list[str], *, seconds: int = 60) -> str:
    """Run Chromium once with a profile of its own and return what it printed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("there is no Chromium on the PATH")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *CALM, f"--user-data-dir={profile}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=True).stdout


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
