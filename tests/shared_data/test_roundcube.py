"""The address books in CSV that Roundcube is tested with: each is migrated, by its profile where one fits."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from called import call
from demo.finished_run import FinishedRun, assert_adds_up
from ruamel.yaml import YAML

BOOKS = Path(__file__).resolve().parents[3] / "shared" / "data" / "roundcube" / "Csv2vcard"
NAMES = ("all", "email", "gmail", "outlook", "tb_plain")
TESTS = [f"test{number}@domain.tld" for number in (1, 1, 2, 3, 4)]  # the first in two books, and nobody joins them
EMAILS = ["home@aaa.pl", *TESTS, "test@domain.tld", "work@example.com"]
BIRTHS = ["1970-11-15", "1975-12-12", "1991-01-20"]  # as in the cards that Roundcube makes of them

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not BOOKS.is_dir(), reason="the address books of Roundcube are not beside the checkout"),
]


def test_every_address_book_is_migrated_with_nothing_unexplained(tmp_path: Path) -> None:
    for name in NAMES:
        shutil.copyfile(BOOKS / f"{name}.csv", tmp_path / f"{name}.csv")

    begun = call("init", str(tmp_path))
    assert begun.returncode == 0, begun.stderr
    assert "gmail is Google Contacts: CSV before 2024" in begun.stdout
    assert "tb_plain is Thunderbird: address book (CSV)" in begun.stdout
    assert all(f"`{name}` holds nothing that the CRM model knows" in begun.stdout for name in ("email", "outlook"))
    _map_the_rest(tmp_path / "crm-migrate.yaml")
    assert call("target", "prepare", str(tmp_path)).returncode == 0
    done = call("run", str(tmp_path))

    run = FinishedRun(tmp_path)
    assert_adds_up(run.figures)
    assert all(Decimal(bridge["unexplained"]) == 0 for bridge in run.figures["bridges"])
    assert run.figures["verdict"] == "GO", done.stdout
    assert [email for (email,) in run.crm("SELECT email FROM contacts ORDER BY email")] == EMAILS
    assert [day for (day,) in run.crm("SELECT birth_date FROM contacts WHERE birth_date > '' ORDER BY 1")] == BIRTHS
    assert run.crm("SELECT count(*) FROM contacts WHERE additional_emails LIKE '%test3@domain.tld%'") == [(1,)]


def _map_the_rest(mapping: Path) -> None:
    """What a person writes of the two that hold mailboxes alone, with too few columns for a profile."""
    yaml = YAML()
    said = yaml.load(mapping)
    keys = {"email": "Primary Email", "outlook": "E-mail Address"}
    said["sources"] |= {name: {"file": f"{name}.csv", "key": key} for name, key in keys.items()}
    contacts = said["objects"]["contacts"]
    contacts["from"] += list(keys)
    contacts["fields"]["email"] |= keys
    for source in said["sources"].values():  # what a profile proposes and nobody maps is kept beside
        source.setdefault("unmapped", {"archive": ["*"]})
    more = "= concat([E-mail 2 Address], ', ', [E-mail 3 Address]) | tags"
    contacts["fields"]["additional_emails"] |= {"outlook": more}
    yaml.dump(said, mapping)
