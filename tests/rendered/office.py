"""Workbooks in the hands of LibreOffice: opened and saved again, as many at once as there are."""

import shutil
import subprocess
from pathlib import Path

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")


def saved_again(books: list[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice writes them, in the same order."""
    assert PROGRAM is not None
    command = [PROGRAM, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    asked = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "again"), *map(str, books)]
    subprocess.run([*command, *asked], check=True, capture_output=True, timeout=240)
    return [folder / "again" / book.name for book in books]
