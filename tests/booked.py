"""A project with a mapping that people agree on, its workbook, and edits of it as people and programs make them."""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from called import Called, call

MAPPING = """\
# Acme: agreed in the workshop of 3 March
crm_migrate: 1
project: {name: Acme, locale: en}
sources:
  firmen:   {file: firmen.csv, key: FirmenNr, unmapped: {drop: {Fax: D-1}}}
  kontakte: {file: kontakte.csv, key: KontaktNr}   # from the old CRM
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  art: {unmapped: hold, map: {K: customer, L: supplier}}   # as sales says it
  rolle:
    unmapped: keep
    map:
      x: boss      # one word for all of them
      "": none
objects:
  accounts:
    from: firmen
    fields:
      name: Firmenname          # not the trade name
      type: Art | map(art)
  contacts:
    from: kontakte
    fields:
      last_name: {kontakte: Nachname, required: true}
      first_name: Vorname       # proposed: 0.97 "Vorname" is first_name (de)
      phone: Telefon | phone(DE)   # the office
      job_title: Rolle | map(rolle)
      department: "= upper(Rolle)"
      company: {kontakte: FirmenNr, ref: accounts.firmen, missing: clear}
register:
  contacts.phone: {status: asked, owner: Ute, due: 2026-12-04}   # see the mail of Monday
  contacts.company:
    status: open     # nobody knows
    owner: Kai
"""
FIRMS = "FirmenNr;Firmenname;Art;Fax\nF1;Acme GmbH;K;1\nF2;Bolt AG;P;2\nF3;Cog KG;P;\nF4;Dyn AG;;4\n"
PEOPLE = (
    "KontaktNr;Vorname;Nachname;Telefon;Mobil;FirmenNr;Rolle;Notiz\n"
    "K1;Ute;Meierhofer;030 5550001;1;F1;=1+1;@x\nK2;Kai;Lindqvist;030 5550002;2;F2;-x;+49 30 5550003\n"
)
DECISION = 'decisions:\n  - {id: D-1, who: Ute, when: "2025-03-03", text: nobody sends faxes}\n'

Edit = Callable[[Any], None]


def make(folder: Path, mapping: str = MAPPING) -> Path:
    """Write the project, and give its folder."""
    (folder / "decisions").mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_bytes(mapping.encode())
    (folder / "firmen.csv").write_text(FIRMS, "utf-8")
    (folder / "kontakte.csv").write_text(PEOPLE, "utf-8")
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    return folder


_made: dict[tuple[object, ...], bytes] = {}


def export(project: Path, *more: str) -> Path:
    """Write the workbook of a project beside it; the same files give the same bytes, which are made once."""
    file = project.parent / "mapping.xlsx"
    files = (each for each in sorted(project.rglob("*")) if each.is_file() and ".crm-migrate" not in each.parts)
    key = (*more, *((each.relative_to(project), each.read_bytes()) for each in files))
    if key not in _made:
        done = call("mapping", "export", str(project), "-o", str(file), *more)
        assert done.returncode == 0, done.stderr
        _made[key] = file.read_bytes()
    file.write_bytes(_made[key])
    return file


def edit(file: Path, change: Edit) -> Path:
    """Change a workbook as somebody does who opens and saves it."""
    book = openpyxl.load_workbook(file)
    change(book)
    book.save(file)
    return file


def cell(book: Any, sheet: str, key: str, head: str) -> Any:
    """The cell of a row, by what the row is about, in the column of that name."""
    page = book[sheet]
    heads = {str(each.value): at for at, each in enumerate(page[2])}
    row = next(row for row in page.iter_rows(min_row=3) if row[heads["key"]].value == key)
    return row[heads[head]]


def put(sheet: str, key: str, head: str, value: object) -> Edit:
    """Put a value into a cell."""

    def change(book: Any) -> None:
        cell(book, sheet, key, head).value = value

    return change


def take(project: Path, file: Path, *more: str) -> Called:
    """Read a workbook back."""
    return call("mapping", "import", str(file), str(project), *more)


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """Lines before and after, where they differ; an added line has nothing before it."""
    old, new = before.splitlines(), after.splitlines()
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [("\n".join(old[a:b]), "\n".join(new[c:d])) for tag, a, b, c, d in codes if tag != "equal"]
