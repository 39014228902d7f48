"""Small projects that show the words of the language: `docs/words/<n>-<family>/<n>-<name>/`.

Each is a folder like that of any project. Its `crm-migrate.yaml` begins with comments: the title, then what to look at.
The files beside it are its exports; of `name.sql` a SQLite database `name.db` is made, of `name.sheets.csv` a workbook
`name.xlsx` (a line `# NAME` begins a sheet). `session.txt` is what happens when its verbs run: `$ crm-migrate ...`,
then lines that are printed, in that order, with others between them; `$ sqlite3 FILE "SELECT ..."` prints rows with
`|` between their cells.
"""

import shutil
import sqlite3
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import openpyxl

ROOT = Path(__file__).parents[2] / "docs" / "words"
MAPPING, SESSION = "crm-migrate.yaml", "session.txt"


@dataclass(frozen=True)
class Scenario:
    """One project that shows words."""

    folder: Path

    @property
    def family(self) -> str:
        """The group of words that it is about."""
        return self.folder.parent.name.partition("-")[2]

    @property
    def name(self) -> str:
        """Its name, and the anchor of its heading."""
        return self.folder.name.partition("-")[2]

    @cached_property
    def text(self) -> str:
        """The mapping as it is written."""
        return (self.folder / MAPPING).read_text(encoding="utf-8")

    @property
    def head(self) -> list[str]:
        """The comments that it begins with: title, then what to look at."""
        lines = self.text.splitlines()
        end = next(at for at, line in enumerate(lines) if not line.startswith("#"))
        return [line.removeprefix("#").strip() for line in lines[:end]]

    @property
    def body(self) -> str:
        """The mapping without these comments."""
        return "\n".join(self.text.splitlines()[len(self.head) :]).strip("\n") + "\n"

    @property
    def session(self) -> list[tuple[str, list[str]]]:
        """Commands and what they print."""
        path = self.folder / SESSION
        found: list[tuple[str, list[str]]] = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.strip():
                found[-1][1].append(line)
        return found

    @property
    def files(self) -> list[Path]:
        """The files beside the mapping, sorted."""
        others = (path for path in self.folder.rglob("*") if path.is_file() and path.name not in (MAPPING, SESSION))
        return sorted(others)

    def laid_out(self, place: Path) -> Path:
        """The project in a folder of its own, with its databases and workbooks made."""
        shutil.copytree(self.folder, place)
        for path in [*place.rglob("*.sql")]:
            _database(path)
        for path in [*place.rglob("*.sheets.csv")]:
            _workbook(path)
        return place


def scenarios() -> list[Scenario]:
    """All of them, in the order of their families."""
    return [Scenario(path.parent) for path in sorted(ROOT.glob(f"*/*/{MAPPING}"))]


def _database(path: Path) -> None:
    connection = sqlite3.connect(path.with_suffix(".db"))
    connection.executescript(path.read_text(encoding="utf-8"))
    connection.close()
    path.unlink()


def _workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            sheet = book.create_sheet(line[2:])
        else:
            sheet.append([cell or None for cell in line.split(";")])
    book.save(path.with_name(path.name.removesuffix(".sheets.csv") + ".xlsx"))
    path.unlink()
