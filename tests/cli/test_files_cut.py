"""Files to import are cut where the CRM takes no more of one: by bytes, by rows, by the edition that was bought."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from crm_migrate.cli import cli

FILES = Path(__file__).parents[2] / "mappings" / "targets"
MAPPING = """crm_migrate: 1
project: {name: cut, locale: LOCALE}
sources:
  firms: {file: in/firms.csv, key: No}
environments:
  import: {connector: files, profile: PROFILE}
objects:
  accounts:
    from: firms
    fields:
      name: {firms: Firma, required: true}
"""
NAMES = ["Ağaç Ltd", 'Baum "Holz", GmbH', "zwei\nZeilen", "Çam ve 🌲"]


def project(folder: Path, names: list[str], profile: str, locale: str = "en-GB", licence: str = "") -> Path:
    (folder / "in").mkdir(parents=True, exist_ok=True)
    said = f"{profile}, licence: {licence}" if licence else profile
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("PROFILE", said).replace("LOCALE", locale), "utf-8")
    with (folder / "in" / "firms.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["No", "Firma"], *([number, name] for number, name in enumerate(names))])
    return folder


def of_size(folder: Path, size: int, base: str = "files", **words: str) -> None:
    """A profile of the project: another one with a limit of so many bytes."""
    text = (FILES / f"{base}.yaml").read_text("utf-8")
    for word, value in {"size": f"{size} B", **words}.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"  {word}:")]
        at = lines.index("files:") + 1
        text = "\n".join([*lines[:at], f"  {word}: {value}", *lines[at:]]) + "\n"
    (folder / "mappings" / "targets").mkdir(parents=True, exist_ok=True)
    (folder / "mappings" / "targets" / "small.yaml").write_text(text, "utf-8")


def bundle(folder: Path) -> tuple[Path, dict[str, Any]]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.stderr + repr(done.exception)
    figures = json.loads(done.stdout)["figures"]
    return folder / "import" / figures["header"]["run"], figures


def rows(path: Path, encoding: str) -> list[list[str]]:
    if path.suffix == ".xlsx":
        return [["" if c is None else str(c) for c in row] for row in load_workbook(path).active.values]  # type: ignore[union-attr]
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module", params=["utf-8", "utf-8-sig", "utf-16"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """How it is written, and the file as it is where nothing cuts it."""
    folder = project(tmp_path_factory.mktemp("whole") / "cut", NAMES, "small")
    of_size(folder, 1_000_000, encoding=request.param)
    return request.param, bundle(folder)[0] / "01-accounts.csv"


@pytest.mark.parametrize("less", [0, 1, 4])
def test_a_file_that_is_just_too_large_becomes_two_and_nothing_is_lost(
    whole: tuple[str, Path], tmp_path: Path, less: int
) -> None:
    """The last row ends with a letter of four bytes and the end of the line: the border lies in it."""
    encoding, before = whole
    folder = project(tmp_path / "cut", NAMES, "small")
    most = before.stat().st_size - less
    of_size(folder, most, encoding=encoding)
    files = sorted(bundle(folder)[0].glob("*.csv"))
    assert len(files) == (2 if less else 1)
    assert max(path.stat().st_size for path in files) <= most
    headers, *cells = rows(before, encoding)
    assert [rows(path, encoding)[0] for path in files] == [headers] * len(files)
    assert [row for path in files for row in rows(path, encoding)[1:]] == cells
    assert {name for _, name in cells} == set(NAMES)


def test_workbooks_are_cut_by_bytes_too(tmp_path: Path) -> None:
    names = [f"Firm {number} {'ğ<&' * 40}" for number in range(200)]
    folder = project(tmp_path / "cut", names, "small")
    of_size(folder, 20_000, "pipedrive_files")
    files = sorted(bundle(folder)[0].glob("*.xlsx"))
    assert len(files) > 1 and max(path.stat().st_size for path in files) <= 20_000
    assert sorted(row[1] for path in files for row in rows(path, "")[1:]) == sorted(names)


def test_a_record_that_is_larger_than_a_file_may_be_is_refused_and_told(tmp_path: Path) -> None:
    folder = project(tmp_path / "cut", ["Ağaç", "x" * 200], "small")
    of_size(folder, 150)
    place, figures = bundle(folder)
    assert [row[1] for row in rows(place / "01-accounts.csv", "utf-8-sig")[1:]] == ["Ağaç"]
    assert [group["code"] for group in figures["exceptions"]] == ["target_refused"]


FIRMS = [f"Firm {number}" for number in range(1_501)]


@pytest.mark.parametrize(
    ("profile", "licence", "locale", "files", "said"),
    [
        ("zoho_files", "", "en-GB", 2, "at most 1,500 rows and 5 MB: the project does not say which edition"),
        ("zoho_files", "free", "de-DE", 2, "höchstens 1.500 Zeilen und 5 MB, nach der Edition `free`"),
        ("zoho_files", "professional", "tr-TR", 1, "`professional` sürümüne göre en çok 10.000 satır ve 5 MB"),
        ("hubspot_files", "", "en-GB", 1, "50 imports are taken in 24 hours. Files here: 1, days needed: 1."),
        ("hubspot_files", "starter", "en-GB", 1, "1,048,575 rows and 512 MB, by the edition `starter`"),
        ("dynamics_files", "", "en-GB", 1, "at most 8 MB; longer ones were cut.\nThat limit is from the help pages"),
        ("freshsales_files", "", "en-GB", 1, "at most 5 MB; longer ones were cut.\nThat limit is from the help pages"),
        ("google_contacts", "", "en-GB", 1, "at most 3,000 rows; longer ones were cut.\nThat limit is not confirmed"),
        (
            "pipedrive_files",
            "",
            "en-GB",
            1,
            "rows and 50 MB; longer ones were cut.\nThat limit is not confirmed",
        ),
    ],
)
def test_the_edition_says_where_files_are_cut_and_the_page_which_one_it_was(
    tmp_path: Path, profile: str, licence: str, locale: str, files: int, said: str
) -> None:
    place, _ = bundle(project(tmp_path / "cut", FIRMS, profile, locale, licence))
    page = (place / "README.md").read_text("utf-8")
    assert said in page
    assert len([*place.glob("01-*")]) == files


def test_a_licence_that_the_files_of_a_crm_do_not_know_is_refused(tmp_path: Path) -> None:
    for profile, licence in (("zoho_files", "gold"), ("odoo_files", "enterprise")):
        folder = project(tmp_path / profile, FIRMS[:1], profile, licence=licence)
        done = CliRunner().invoke(cli, ["mapping", "check", str(folder)])
        assert done.exit_code == 2 and "edition" in done.output, done.output
