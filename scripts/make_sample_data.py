"""Writes `sample_data/anadolu/`: the exports of a fictional company, two weeks apart, and the truth about every row.

    python scripts/make_sample_data.py [FOLDER]

The same seed gives the same bytes; a test regenerates everything and compares.
"""

import argparse
import csv
import filecmp
import re
import shutil
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from anadolu.books import plant_books
from anadolu.files import write_exports
from anadolu.firms import LEFT_US, LOGINS, OWNERS, Firms, plant_firms
from anadolu.later import World, suppressions_of, two_weeks_later
from anadolu.mail import Mail, plant_mail
from anadolu.people import People, plant_people
from anadolu.rows import Company
from anadolu.sheet import Sheet, plant_sheet
from anadolu.truth import RATES, open_pipeline, write_truth

SEED = 20250314
HOME = Path(__file__).resolve().parent.parent / "sample_data" / "anadolu"


def invent() -> World:
    """The company as it was on 14 March 2025."""
    random, company = Random(SEED), Company()
    firms = Firms(random, company)
    people = People(random, company, firms)
    firm_kinds = plant_firms(firms)
    person_kinds = plant_people(people, firm_kinds)
    plant_books(people, firm_kinds["plain"], person_kinds["plain"])
    sheet = Sheet(people)
    sheet_kinds = plant_sheet(sheet, firm_kinds["plain"], person_kinds["plain"])
    mail = Mail(people)
    plant_mail(mail, person_kinds)
    world = World(company, firms, people, sheet, mail, firm_kinds, person_kinds, sheet_kinds)
    company.suppressions = suppressions_of(world)
    return world


def write(world: World, folder: Path) -> None:
    """Exports and truth of one day."""
    write_exports(world.company, folder)
    write_truth(world.company, world.firms.all, world.people.all, world.mail.says, folder / "truth")


def write_references(folder: Path) -> None:
    """Owners and planning rates."""
    owners = [["legacy_login", "target_email", "status", "successor"]]
    owners += [[login, OWNERS[login], "active", ""] for login in LOGINS]
    owners += [[login, OWNERS[login], "inactive", successor] for login, successor in LEFT_US.items()]
    owners += [["eski.bolge", OWNERS["eski.bolge"], "inactive", ""]]
    first, days = date(2024, 9, 1), 420
    rates = [["currency", "date", "rate"]]
    rates += [
        [currency, (first + timedelta(days=day)).isoformat(), str(rate)]
        for currency, rate in sorted(RATES.items())
        if rate != Decimal(1)
        for day in range(days)
    ]
    (folder / "refs").mkdir(parents=True, exist_ok=True)
    for name, table in (("owners", owners), ("fx", rates)):
        with (folder / "refs" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(table)


def sign_mappings(folder: Path, today: World, later: World) -> None:
    """What the sales director says on each of the two days goes into the mapping of that day."""
    text = (folder / "crm-migrate.yaml").read_text("utf-8")
    for path, world, day in (("", today, "2025-03-14"), ("second", later, "2025-03-28")):
        figure = f"{{value: {open_pipeline(world.company)} EUR,"
        said = re.sub(r"\{value: [\d.]+ EUR,", figure, re.sub(r"as_of: [\d-]+", f"as_of: {day}", text))
        (folder / path / "crm-migrate.yaml").write_text(said, "utf-8", newline="\n")


def keep_only_news(first: Path, second: Path) -> None:
    """The second export holds only the files that changed."""
    for path in sorted(second.rglob("*")):
        before = first / path.relative_to(second)
        if (
            path.is_file()
            and "truth" not in path.parts
            and before.exists()
            and filecmp.cmp(path, before, shallow=False)
        ):
            path.unlink()
    for path in sorted(second.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def main(folder: Path) -> None:
    """Everything below `folder`; the mapping, which lies there already, gets its figures."""
    world = invent()
    with tempfile.TemporaryDirectory() as temporary:
        first, second = Path(temporary, "first"), Path(temporary, "second")
        write(world, first)
        write_references(first)
        later = two_weeks_later(world)
        write(later, second)
        keep_only_news(first, second)
        shutil.copytree(first, folder, dirs_exist_ok=True)
        shutil.copytree(second, folder / "second", dirs_exist_ok=True)
    sign_mappings(folder, world, later)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=HOME)
    main(parser.parse_args().folder)
