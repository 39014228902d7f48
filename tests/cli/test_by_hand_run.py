"""`target prepare` and `run` name what people have to make in the CRM before: fields, choices, users, in one list."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import salesforce_orgs
from demo.finished_run import FinishedRun
from freshsales_accounts import Account
from freshsales_sample import SETTING, project
from moved import left

GONE = "burak.t@anadolu-makine.example"  # no user of the account
FIELD = "the custom field cf_tax_id (text) of sales_accounts: Admin Settings > Accounts"
CHOICE = "the choice Haggling of deal_stage_id of deals: Admin Settings > Deals > deal_stage_id"
OWNER = f"{GONE} as owner_id of deals (the target has no user of that name to whom records can be given): add or"
Open = Callable[..., Account]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens accounts without one of the dealer's sellers, and without these fields of accounts; ends them."""
    there: list[Account] = []

    def open(*without: str) -> Account:
        schema = copy.deepcopy(SETTING["schema"])
        for name in without:
            del schema["objects"]["sales_accounts"]["fields"][name]
        account = Account(fields=schema, index_seconds="0.2")
        there.append(account)
        for each in SETTING["settings"]:
            if not (each["kind"] == "owners" and each["value"]["email"] == GONE):
                account.put(each["kind"], each["name"], each["value"])
        monkeypatch.setenv("CRM_URL", account.url)
        monkeypatch.setenv("CRM_SECRET", account.token)
        return account

    yield open
    for each in there:
        each.stop()


@pytest.fixture
def dealer(tmp_path: Path) -> Path:
    """The sample for Freshsales, with a stage that nobody has made there."""
    folder = project(tmp_path / "anadolu")
    path = folder / "crm-migrate.yaml"
    text = path.read_text("utf-8")
    assert text.count("Teklif: proposal") == 1
    path.write_text(text.replace("Teklif: proposal", "Teklif: Haggling"), encoding="utf-8")
    return folder


def test_fields_choices_and_users_stand_in_one_list(
    opened: Open, dealer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened("cf_tax_id")
    assert left("target", "prepare", dealer, "--dry-run") == 0
    told = capsys.readouterr().out
    assert all(f"by hand: {each}" in told for each in (FIELD, CHOICE, OWNER)), told
    assert left("target", "prepare", dealer) == 4
    told = capsys.readouterr().err
    assert "[made_by_hand]" in told and all(f"\n  {each}" in told for each in (FIELD, CHOICE, OWNER)), told


def test_a_run_says_it_before_it_reads(opened: Open, dealer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened("cf_tax_id")
    assert left("run", dealer) == 4
    assert FIELD in capsys.readouterr().err
    assert not list((dealer / ".crm-migrate").glob("runs/*"))


def test_after_the_fields_only_values_are_left_and_stop_nothing(
    opened: Open, dealer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened()
    assert left("target", "prepare", dealer) == 0
    lines = capsys.readouterr().out.splitlines()
    assert FIELD not in "".join(lines)
    assert [line.startswith("by hand: ") for line in lines] == [True] * len(lines)
    assert f"by hand: {CHOICE}" in lines


def test_records_of_a_user_who_is_not_there_wait_and_go_once_he_is(opened: Open, tmp_path: Path) -> None:
    account, folder = opened(), project(tmp_path / "anadolu")
    left("run", folder)
    waited = FinishedRun(folder).fates("deals")["held", "owner_not_there"]
    assert waited > 0
    assert [each for each in FinishedRun(folder).fates("deals") if each[0] == "failed"] == [], "none is sent in vain"
    (user,) = (each for each in SETTING["settings"] if each["kind"] == "owners" and each["value"]["email"] == GONE)
    before = account.summary()["created"]["deals"]
    account.put(user["kind"], user["name"], user["value"])
    left("run", folder)
    assert FinishedRun(folder).fates("deals")["held", "owner_not_there"] == 0
    said = account.summary()
    assert said["doubled"] == {} and 0 < said["created"]["deals"] - before <= waited, "rows, some of them merged"


def test_a_check_tells_choices_that_the_locked_target_lacks(
    opened: Open, dealer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened()
    assert left("target", "prepare", dealer) == left("target", "pull", dealer) == 0
    capsys.readouterr()
    assert left("mapping", "check", dealer) == 0
    told = capsys.readouterr().out
    assert "warning[made_by_hand]: deals: the target lacks the choice Haggling of deal_stage_id" in told
    assert "by target.lock; add it there, or translate to another, then: crm-migrate target pull" in told


ACCOUNTS = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
ENVIRONMENT
objects:
  accounts:
    from: firms
    fields:
      name: name
      created_at: since
"""


def _firms(folder: Path, environment: str) -> Path:
    (folder / "crm-migrate.yaml").write_text(ACCOUNTS.replace("ENVIRONMENT\n", environment), encoding="utf-8")
    (folder / "firms.csv").write_text("id,name,since\n1,Firma,2019-01-31\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("audit", "told"), [("no", True), ("yes", False)])
def test_the_right_to_set_dates_of_creation_is_named_where_it_is_missing(
    audit: str, told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with salesforce_orgs.served(monkeypatch, habits={"audit_fields": audit}):
        assert left("target", "prepare", _firms(tmp_path, salesforce_orgs.ENVIRONMENT), "--dry-run") == 0
    words = 'CreatedDate of Account is set there, and not by us: Setup > User Interface > Enable "Set Audit Fields'
    assert (words in capsys.readouterr().out) is told
