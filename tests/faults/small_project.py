"""A project of a few lines, run in this process through the command line; fault tests break its files."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_migrate.cli import main

MAPPING = """\
crm_migrate: 1
project: {name: small}
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: firms
    fields:
      name: name
  contacts:
    from: people
    fields:
      last_name: last
      email: mail
      company: {people: firm, ref: accounts}
"""


@dataclass(frozen=True)
class Small:
    """The folder and how to talk to it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @classmethod
    def make(cls, folder: Path, capsys: pytest.CaptureFixture[str], mapping: str = MAPPING) -> "Small":
        """A fresh project of three firms and four people."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "crm-migrate.yaml").write_text(mapping, encoding="utf-8")
        (folder / "firms.csv").write_text("id,name\n1,Ada Ltd\n2,Bora AS\n3,Cem GmbH\n", encoding="utf-8")
        people = "id,last,mail,firm\n1,Demir,d@ada.example,1\n2,Kaya,k@bora.example,2\n3,Su,s@cem.example,3\n"
        (folder / "people.csv").write_text(people + "4,Lee,l@ada.example,1\n", encoding="utf-8")
        return cls(folder, capsys)

    def call(self, *arguments: str) -> tuple[int, str]:
        """Exit code and all that was said."""
        code = 0
        try:
            main([*arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        said = self.capsys.readouterr()
        return code, said.out + said.err

    def run(self, *more: str) -> tuple[int, str]:
        """`crm-migrate run`."""
        return self.call("run", str(self.folder), "--env", "local", *more)

    def resume(self) -> tuple[int, str]:
        """`crm-migrate resume`."""
        return self.call("resume", str(self.folder))

    def names(self) -> list[str]:
        """The people's names in the target."""
        with sqlite3.connect(self.folder / "crm.db") as database:
            return sorted(row[0] for row in database.execute("SELECT last_name FROM contacts"))

    def ours(self) -> list[Path]:
        """Every file of ours below the project, but the ledger and the locks."""
        work = self.folder / ".crm-migrate"
        files = (path for path in sorted(work.rglob("*")) if path.is_file())
        return [path for path in files if path.suffix in (".json", ".parquet")]
