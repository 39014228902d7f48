"""The list of opt-outs holds all who refused, with a record or without: its export is compared as that, and stands for
a consent that no other export has."""

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.errors import InputError
from tests.cli.test_exports_in_their_own_words import rows
from tests.cli.test_files_target import compared, differing, run

MAPPING = """crm_migrate: 1
project: {name: by files, as_of: 2025-03-14}
sources:
  people: {file: people.csv, key: Id}
  stop: {file: stop.csv, key: Mail}
environments:
  import: {connector: files, profile: hubspot_files}
value_maps:
  mail: {unmapped: hold, map: {ja: granted, nein: withdrawn, "": unknown}}
objects:
  contacts:
    from: people
    fields:
      last_name: Name
      email: Mail
      consent: {people: Post | map(mail), survive: strictest}
  suppressions:
    from: stop
    fields: {email: Mail, state: {constant: withdrawn}}
"""
PEOPLE = """Id,Name,Mail,Post
7,Yılmaz,ayse@example.com,ja
8,Groß,Joerg@example.com,nein
9,Neu,zoe@example.com,
"""
ALL = ["joerg@example.com", "stop@example.com"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    (folder / "stop.csv").write_text("Mail\nstop@example.com\n", "utf-8")
    return folder, run(folder)


def bundle(folder: Path, figures: dict[str, Any]) -> Path:
    return folder / "import" / str(figures["header"]["run"])


def exports(loaded: tuple[Path, dict[str, Any]], place: Path, listed: list[str] | None) -> Path:
    """What the portal exports: the contacts without their consent, and the list of opt-outs."""
    place.mkdir()
    (contacts,) = bundle(*loaded).glob("*-contacts.csv")
    (place / "contacts.csv").write_bytes(contacts.read_bytes())
    if listed is not None:
        with (place / "opt-outs.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["Email"], *([mail] for mail in listed)])
    return place


def unexpected(figures: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {each["object"]: (each["unexpected"], each["vanished"]) for each in figures["target_sets"]}


def test_the_page_says_that_the_list_holds_more_than_its_object(loaded: tuple[Path, dict[str, Any]]) -> None:
    (listed,) = bundle(*loaded).glob("*-opt-outs.csv")
    assert sorted(row["Email"].lower() for row in rows(listed)) == ALL
    assert "with a record or without" in (bundle(*loaded) / "README.md").read_text("utf-8")


@pytest.mark.parametrize("listed", [ALL, ["JOERG@example.com", "Stop@Example.com"]])
def test_the_whole_list_is_equal_and_stands_for_consents(
    loaded: tuple[Path, dict[str, Any]], tmp_path: Path, listed: list[str]
) -> None:
    code, found = compared(loaded[0], exports(loaded, tmp_path / "exports", listed))
    assert (code, found["verdict"], differing(found)) == (0, loaded[1]["verdict"], {})
    assert unexpected(found) == {"contacts": (0, 0), "suppressions": (0, 0)}
    (consent,) = [each for each in found["fields"] if each["field"] == "consent"]
    assert consent["compared"] == consent["matched"] == 3


@pytest.mark.parametrize(
    ("listed", "differ", "sets"),
    [
        (ALL[1:], ["contacts.consent"], {"contacts": (0, 0), "suppressions": (0, 0)}),
        ([*ALL, "ayse@example.com"], ["contacts.consent"], {"contacts": (0, 0), "suppressions": (1, 0)}),
        ([*ALL, "nobody@example.com"], [], {"contacts": (0, 0), "suppressions": (1, 0)}),
        (ALL[:1], ["suppressions.email", "suppressions.state"], {"contacts": (0, 0), "suppressions": (0, 1)}),
    ],
)
def test_who_is_missing_from_the_list_or_too_much_is_told(
    loaded: tuple[Path, dict[str, Any]], tmp_path: Path, listed: list[str], differ: list[str], sets: dict[str, Any]
) -> None:
    code, found = compared(loaded[0], exports(loaded, tmp_path / "exports", listed))
    assert (code, differing(found)) == (1, dict.fromkeys(differ, 1))
    assert unexpected(found) == sets


def test_people_are_no_list_of_opt_outs(loaded: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    place = exports(loaded, tmp_path / "exports", None)
    text = (place / "contacts.csv").read_text("utf-8")
    (place / "contacts.csv").write_text(text.replace("email", "Email", 1), "utf-8")
    done = CliRunner().invoke(cli, ["reconcile", str(loaded[0]), "--target-export", str(place)])
    assert isinstance(done.exception, InputError) and "is the export of opt-outs" in done.exception.message
