"""`crm-migrate simulate`: a process that listens until it is told to end; words that cannot be understood are named."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner
from simulated import SCHEMA, START, Wire, contact

from crm_migrate.cli.simulate import simulate_command
from crm_migrate.errors import InputError, UsageError


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    file = tmp_path / "crm.json"
    file.write_text(json.dumps(SCHEMA), encoding="utf-8")
    return file


def test_it_listens_until_it_is_told_to_end_and_keeps_its_file(schema: Path, tmp_path: Path) -> None:
    store = tmp_path / "crm.jsonl"
    command = [sys.executable, "-m", "crm_migrate", "simulate", "rest", "--schema", str(schema), "--store", str(store)]
    more = ["--faults", "error_before@2", "--now", "2027-01-15T08:00:00Z", "--habit", "batch=2"]
    for life, created in enumerate((1, 2)):
        with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                url = process.stdout.readline().strip()
                wire = Wire(url)
                assert wire.write("create", [contact(life)])[0] == 200
                assert wire.write("create", [contact(9)])[0] == 500
                assert wire.write("create", [contact(n) for n in range(3)])[0] == 413
                assert json.load(urlopen(f"{url}/_simulator/clock")) == {"now": START}
                assert len(wire.told("creations")) == created
            finally:
                process.send_signal(signal.SIGTERM)
            assert process.wait(20) in (75, 1, -15)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rst"], "no simulator `rst`"),
        (["rest"], "needs to know its objects"),
        (["rest", "--schema", "S", "--faults", "resett:1"], "no fault 'resett'"),
        (["rest", "--schema", "S", "--habit", "atomic"], "NAME=VALUE"),
        (["rest", "--schema", "S", "--habit", "batch=many"], "many"),
        (["rest", "--schema", "S", "--now", "noon"], "noon"),
        (["hubspot", "--habit", "denied=everything"], "'everything' is no right"),
        (["hubspot", "--habit", "required=contacts.nonsense"], "contacts.phone"),
        (["hubspot", "--habit", "time_zone=Mars/Olympus"], "no time zone"),
        (["hubspot", "--faults", "parent_lockd:1"], "no fault 'parent_lockd'"),
        (["zoho", "--habit", "time_zone=Mars/Olympus"], "no time zone"),
        (["zoho", "--habit", "bulk=yes"], "no habit 'bulk'"),
        (["hubspot", "--schema", "S"], "accounts: a portal has contacts"),
    ],
)
def test_what_cannot_be_understood_is_named(arguments: list[str], words: str, schema: Path) -> None:
    given = [str(schema) if argument == "S" else argument for argument in arguments]
    error = CliRunner().invoke(simulate_command, given).exception
    assert isinstance(error, UsageError) and words in error.message


def test_a_schema_that_is_no_json(tmp_path: Path) -> None:
    file = tmp_path / "crm.json"
    file.write_text("objects:", encoding="utf-8")
    assert isinstance(CliRunner().invoke(simulate_command, ["rest", "--schema", str(file)]).exception, InputError)


def test_the_kinds_of_fault_are_listed_with_their_evidence() -> None:
    told = CliRunner().invoke(simulate_command, ["rest", "--list-faults"]).output
    assert "late_commit" in told and "recording hubspot/batch_create_ten_results_in_other_order" in told
    assert told.rstrip().endswith("by assumed")


def test_a_product_needs_no_schema_and_says_how_much_of_it_is_assumed() -> None:
    told = CliRunner().invoke(simulate_command, ["hubspot", "--list-faults"]).output
    assert "account_moving" in told and "by recording" in told
    assert told.rstrip().endswith(" %)") and " rules: " in told.splitlines()[-1]
    command = [sys.executable, "-m", "crm_migrate", "simulate", "hubspot", "--faults", "account_moving@1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            asked = Request(
                f"{url}/crm/objects/2026-09/contacts", headers={"Authorization": "Bearer pat-na1-simulated"}
            )
            with pytest.raises(HTTPError) as refusal:
                urlopen(asked)
            assert (refusal.value.code, refusal.value.headers["Retry-After"]) == (477, "1")
            assert json.load(urlopen(asked)) == {"results": []}
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (75, 1, -15)
