"""A CRM exports in its own writing what it imported in ours: labels for keys, marks between thousands, its boxes."""

import csv
import re
from pathlib import Path

import pytest

from crm_migrate.connecting.contract import ENTITY
from crm_migrate.mapping.exported_names import with_exported_names
from crm_migrate.mapping.opening import open_target
from crm_migrate.workspace.layout import Project
from crm_migrate_bundles.numbers import number_of
from crm_migrate_bundles.target import FilesTarget
from tests.unit.bundles.test_layouts import names, of, opened, own_copy, write

FIELDS = """      Wahl: {people: Name, type: choice}
      Betrag: {people: Name, type: money}
      Anzahl: {people: Name, type: integer}
      Box: {people: Name, type: boolean}
      Wann: {people: Name, type: instant}
"""


def shown(
    folder: Path,
    column: str,
    sent: list[str | None],
    cells: list[str],
    name: str = "files",
    zone: str | None = None,
) -> list[str | None]:
    """What an export of contacts shows in a column into which `sent` was imported, a record each."""
    plan, _ = opened(folder, name, more=FIELDS)
    target = open_target(with_exported_names(plan, folder, zone), Project(folder, folder / "crm-migrate.yaml"))
    assert isinstance(target, FilesTarget)
    contacts, last = of(plan, "contacts"), names(plan)["last_name"]
    rows = [{ENTITY: f"{n:032}", last: f"Öz {n}", column: value} for n, value in enumerate(sent)]
    assert write(target, contacts, "create", *rows).refused == {}
    key = plan.object("contacts").key_field
    header = [key, *(each.name for each in contacts.fields)]
    (folder / "exports").mkdir()
    with (folder / "exports" / f"{contacts.name}.csv").open("w", encoding="utf-8", newline="") as file:
        lines = ({key: row[ENTITY], last: row[last], column: cell} for row, cell in zip(rows, cells, strict=True))
        csv.writer(file).writerows([header, *([line.get(each, "") for each in header] for line in lines)])
    found = target.exported(folder / "exports", {}).read(contacts)
    return [line[column] for table in found for line in table.to_pylist()]


@pytest.mark.parametrize(
    ("sent", "cells", "read"),
    [
        (["COMPUTER_SOFTWARE", "AIRLINES_AVIATION"], ["Computer Software", "Airlines/Aviation"], ["=", "="]),
        (["COMPUTER_SOFTWARE", "AIRLINES_AVIATION"], ["Airlines/Aviation", "Retail"], ["AIRLINES_AVIATION", "Retail"]),
        (["Computer Software", "Retail"], ["COMPUTER_SOFTWARE", "RETAIL"], ["=", "="]),
        (["a-b", "a b", "+"], ["A B", "a b", "-"], ["A B", "a b", "-"]),  # two words of ours are alike: none is guessed
    ],
)  # fmt: skip
def test_a_choice_is_read_by_its_label_or_its_key_and_another_one_stays_another(
    tmp_path: Path, sent: list[str | None], cells: list[str], read: list[str]
) -> None:
    found = shown(tmp_path / "p", "Wahl", sent, cells)
    assert found == [said if word == "=" else word for said, word in zip(sent, read, strict=True)]


@pytest.mark.parametrize(
    ("sent", "cells"),
    [(["tech", "farm"], ["Technologie", "landwirtschaft"]), (["Technologie", "Landwirtschaft"], ["tech", "farm"])],
)
def test_labels_of_a_profile_are_read_either_way(tmp_path: Path, sent: list[str | None], cells: list[str]) -> None:
    labels = "{tech: Technologie, farm: Landwirtschaft}"
    known = "  contacts:\n    name: contacts\n    last_verified: 2026-12-01\n    fields:\n"
    own_copy(tmp_path / "p", "files", (known, f"{known}      Wahl: {{type: choice, labels: {labels}}}\n"))
    assert shown(tmp_path / "p", "Wahl", sent, cells) == sent


@pytest.mark.parametrize(
    ("sent", "cells", "read"),
    [
        (["1250.50", "1000000"], ["1,250.50", "1,000,000"], ["1250.50", "1000000"]),
        (["1250.50", "1000000"], ["1.250,50", "1.000.000"], ["1250.50", "1000000"]),
        (["1250.50", "-3"], ["€ 1.250,50", "(3,00 EUR)"], ["1250.50", "-3.00"]),
        (["1250.50", "7"], ["$1,250.50", "USD 7.00"], ["1250.50", "7.00"]),
        (["1250.50", "7"], ["1 250,50", "7"], ["1250.50", "7"]),
        (["12500000", "-7"], ["1.25E7", "−7"], ["12500000", "-7"]),
        (["1250", "3500"], ["1.250", "3.500"], ["1250", "3500"]),  # with either mark: what was sent decides
        (["1.25", "3.5"], ["1.250", "3.500"], ["1.250", "3.500"]),
        (["1250.50", "3500"], ["1.250,50", "3.500"], ["1250.50", "3500"]),  # one cell shows it for the column
        (["1250.50", "7"], ["1,250.50", "1.250,50"], ["1250.50", "1.250,50"]),  # no column is written in two ways
        (["1250", "5"], ["1.251", "5"], ["1.251", "5"]),  # neither reading says what was sent
        (["5", "5", "5"], ["5 Mio", "5 k", "1/2"], ["5 Mio", "5 k", "1/2"]),
        (["150000"], ["1,50,000"], ["150000"]),
        (["1250"], ["1.250 TL"], ["1250"]),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_user_of_the_crm_writes_them(
    tmp_path: Path, sent: list[str | None], cells: list[str], read: list[str]
) -> None:
    assert shown(tmp_path / "p", "Betrag", sent, cells) == read


def test_whole_numbers_too(tmp_path: Path) -> None:
    assert shown(tmp_path / "p", "Anzahl", ["1250"], ["1,250"]) == ["1250"]


@pytest.mark.parametrize("cell", ["-", "x", "1.2.3", "--5", "(5", "1,2,3", "12,34,5"])
def test_what_is_no_number_is_none(cell: str) -> None:
    with pytest.raises(ValueError, match=re.escape(cell)):
        number_of([], ".")(cell)


@pytest.mark.parametrize("cells", [["1", "0"], ["true", "FALSE"], ["Yes", "no"], ["TRUE", "False"]])
@pytest.mark.parametrize("name", ["zoho_files", "salesforce_files", "dynamics_files"])
def test_boxes_are_read_however_a_crm_writes_them(tmp_path: Path, name: str, cells: list[str]) -> None:
    sent: list[str | None] = ["true", "false"]
    assert shown(tmp_path / "p", "Box", sent, cells, name) == sent


NIGHT, DAY = "2025-10-26T00:30:00Z", "2025-07-01T10:15:30Z"


@pytest.mark.parametrize(
    ("zone", "sent", "cells", "read"),
    [
        ("Europe/Berlin", [DAY, "2025-01-01T10:15:30Z"], ["2025-07-01 12:15:30", "2025-01-01 11:15:30"], ["=", "="]),
        ("Europe/Berlin", [DAY], ["2025-07-01 12:15"], ["="]),  # the column shows minutes
        ("Europe/Berlin", [DAY, DAY], ["2025-07-01 12:15", "2025-07-01 12:16"], ["=", "2025-07-01T10:16:00Z"]),
        ("Europe/Berlin", [DAY, DAY], ["2025-07-01 12:15:30", "2025-07-01 12:15:00"], ["=", "2025-07-01T10:15:00Z"]),
        ("Europe/Berlin", [NIGHT, "2025-10-26T01:30:00Z"], ["2025-10-26 02:30", "2025-10-26 02:30"], ["=", "="]),
        ("Europe/Berlin", [DAY], ["2025-07-01T12:15:30+02:00"], ["="]),  # an offset says it
        ("America/New_York", ["2025-07-21T10:15:30Z"], ["7/21/2025 6:15 AM"], ["="]),
        (None, [DAY], ["2025-07-01 12:15:30"], ["2025-07-01T12:15:30Z"]),
        (None, [DAY], ["2025-07-01 10:15:30"], ["="]),
    ],
)  # fmt: skip
def test_moments_without_an_offset_are_those_of_the_zone_that_is_said(
    tmp_path: Path, zone: str | None, sent: list[str | None], cells: list[str], read: list[str]
) -> None:
    found = shown(tmp_path / "p", "Wann", sent, cells, zone=zone)
    assert found == [said if word == "=" else word for said, word in zip(sent, read, strict=True)]


def test_a_name_in_other_letters_leads_to_its_record(tmp_path: Path) -> None:
    """Freshsales finds an account whatever its letters, and shows the name as it has it."""
    plan, target = opened(tmp_path / "p", "freshsales_files")
    accounts, contacts, column = of(plan, "accounts"), of(plan, "contacts"), names(plan)
    ids = write(target, accounts, "create", {ENTITY: "a" * 32, "Name": "Ege GmbH"}, {ENTITY: "b" * 32, "Name": "Çam"})
    link, key = column["company"], plan.object("contacts").key_field
    people = [{ENTITY: f"{n:032}", column["last_name"]: "Öz", link: ids.loaded["a" * 32]} for n in range(2)]
    write(target, contacts, "create", *people)
    place = tmp_path / "exports"
    place.mkdir()
    (place / "accounts.csv").write_text(f"crm_migrate_id,Name\n{'a' * 32},EGE GmbH\n{'b' * 32},Çam\n", "utf-8")
    header = [key, *(field.name for field in contacts.fields)]
    with (place / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        cells = [{**people[0], key: "0" * 32, link: "ege gmbh "}, {**people[1], key: f"{1:032}", link: "çam"}]
        csv.writer(file).writerows([header, *([each.get(name, "") for name in header] for each in cells)])
    found = [line[link] for table in target.exported(place, {}).read(contacts) for line in table.to_pylist()]
    assert found == [ids.loaded["a" * 32], ids.loaded["b" * 32]]


@pytest.mark.parametrize("name", ['Öz "Ege"', "Öz | Ege", "Öz <ege>"])
def test_signs_that_an_import_takes_in_no_cell_are_refused_with_their_field(tmp_path: Path, name: str) -> None:
    plan, target = opened(tmp_path / "p", "zoho_files")
    answer = write(target, of(plan, "accounts"), "create", {ENTITY: "a" * 32, "Account Name": name})
    (refusal,) = answer.refused.values()
    assert refusal.field == "Account Name" and "the import takes no " in refusal.words
    own_copy(tmp_path / "own", "zoho_files", ("forbidden: '\"|<>'", "forbidden: ''"))
    plan, target = opened(tmp_path / "own", "zoho_files")
    assert write(target, of(plan, "accounts"), "create", {ENTITY: "a" * 32, "Account Name": name}).refused == {}
