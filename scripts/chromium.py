"""A headless Chromium for the tests of finished pages and for pictures of them.

    python scripts/chromium.py install     # where there is none: from the distribution, as root on Debian

It runs with a profile of its own each time and reads no network.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
CALM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def find() -> str | None:
    """The program: on the PATH, else where macOS and Windows have it."""
    named = next((found for name in NAMES if (found := shutil.which(name))), None)
    return named or next((place for place in PLACES if Path(place).is_file()), None)


def install() -> str:
    """The program, installed from the distribution where it is missing; a sentence where that is not ours to do."""
    if found := find():
        return found
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return ""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=True, env=quiet)
    return find() or ""


def chromium(arguments: list[str], *, seconds: int = 60) -> str:
    """Run it once with a profile of its own and return what it printed."""
    program = find()
    if program is None:
        raise SystemExit("there is no Chromium: python scripts/chromium.py install, or install Chromium or Chrome")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *CALM, f"--user-data-dir={profile}", *arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=seconds, check=True)
        return done.stdout


def main() -> None:
    """`install`: print where the program is; the tests of pages are skipped where there is none."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("verb", choices=["install"])
    parser.parse_args()
    print(install() or "no Chromium found: the tests of finished pages are skipped (install Chromium or Chrome)")
    sys.exit(0)


if __name__ == "__main__":
    main()
