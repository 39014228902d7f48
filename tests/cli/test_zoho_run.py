"""The fictional dealer in a simulated Zoho CRM: what is there afterwards, against the planted truth; a small company
whose answers get lost."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from demo.finished_run import FinishedRun, lines_of
from moved import TRUTH, Moved, Record, left, move
from zoho_sample import ORG, SELLERS, project
from zohos import ENVIRONMENT, SECRET, served, started

from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.zoho.modules import IN_DEALS
from crm_migrate_zoho.shapes import KEY

MODULES = {
    "accounts": "Accounts",
    "contacts": "Contacts",
    "deals": "Deals",
    "suppressions": "Suppressed_Mailboxes",
    "campaigns": "Campaigns",
    "campaign_members": "Campaign_Contacts",
}
STAGES = {
    "qualified": "Qualification",
    "proposal": "Proposal/Price Quote",
    "closedwon": "Closed Won",
    "closedlost": "Closed Lost",
}


def held(server: Server) -> list[Record]:
    """Every live record of the modules that are loaded."""
    store = server.engine.store
    return [
        {"id": each.id, "object": name, **{n: v for n, v in each.values.items() if n != "Modified_By"}}
        for name in MODULES.values()
        for each in store.all(name)
    ]


def keys_of(record: Record) -> list[str]:
    return [str(record[KEY])] if record.get(KEY) else []


# ---------------------------------------------------------------------------------------------------- the dealer


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    server = started(ORG)
    folder = project(tmp_path_factory.mktemp("zoho") / "anadolu")
    store, now = server.engine.store, server.engine.clock.now()
    account = store.create("Accounts", {"Account_Name": "Yabancı A.Ş."}, now)
    known = {
        "Last_Name": "Çetin",
        "Full_Name": "Çetin",
        "Email": "ahmet.cetin@posta.example",
        "Account_Name": account.id,
        "Description": "hm",
    }
    store.create("Contacts", known, now)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CRM_URL", server.url)
            patch.setenv("CRM_SECRET", SECRET)
            assert left("target", "prepare", folder) == 0
            yield move(folder, lambda: held(server), keys_of)
    finally:
        server.stop()


pytestmark = pytest.mark.timeout(900)


@pytest.mark.slow
def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
    assert [f for f in moved.run.figures["fields"] if f["matched"] < f["compared"]] == []


@pytest.mark.slow
def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


@pytest.mark.slow
def test_undo_leaves_the_organisation_as_it_was(moved: Moved) -> None:
    before, after = moved.states[0], moved.states[3]
    assert [each["id"] for each in after] == [each["id"] for each in before]
    for was, is_now in zip(before, after, strict=True):
        more = {name: value for name, value in is_now.items() if was.get(name) != value}
        assert set(more.values()) <= {None, False}, more


@pytest.mark.slow
def test_every_record_is_there_once(moved: Moved) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    loaded = {key for name in MODULES for key in moved.run.actual(name)}
    assert set(found.values()) == {1}
    assert found.keys() == loaded
    assert len(loaded) > 1000


LINKS = {
    ("accounts", "parent"): "Parent_Account",
    ("contacts", "company"): "Account_Name",
    ("deals", "company"): "Account_Name",
}


@pytest.mark.slow
def test_children_point_to_their_own_parent(moved: Moved) -> None:
    for link, field in LINKS.items():
        children, expected = moved.truth(link[0]), moved.parents(*link)
        assert expected, link
        assert {child: children[child].get(field) for child in expected} == expected, link


VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["Account_Name"],
    ("accounts", "tax_id"): lambda record: record.get("Tax_Id"),
    ("accounts", "phone"): lambda record: record.get("Phone"),
    ("accounts", "city"): lambda record: record.get("Billing_City"),
    ("contacts", "email"): lambda record: record.get("Email"),
    ("contacts", "first_name"): lambda record: record.get("First_Name"),
    ("contacts", "last_name"): lambda record: record["Last_Name"],
    ("deals", "name"): lambda record: record["Deal_Name"],
    ("deals", "amount"): lambda record: Decimal(str(record["Amount"])),
    ("deals", "currency"): lambda record: record["Currency"],
    ("deals", "stage"): lambda record: record["Stage"],
    ("deals", "close_date"): lambda record: record.get("Closing_Date"),
}


@pytest.mark.slow
def test_the_organisation_holds_the_clean_values(moved: Moved) -> None:
    for place, value_of in VALUES.items():
        records = moved.truth(place[0])
        expected = {entity: as_there(place[1], value) for entity, value in moved.values(*place).items()}
        assert expected, place
        assert {entity: value_of(records[entity]) for entity in expected} == expected, place


def as_there(field: str, value: str) -> object:
    if field == "amount":
        return Decimal(value)
    return STAGES[value] if field == "stage" else value or None


@pytest.mark.slow
def test_who_withdrew_gets_no_mail_there_and_nobody_else_is_marked(moved: Moved) -> None:
    people = [each for each in moved.records if each["object"] == "Contacts"]
    refused = [each for each in people if each.get("Email_Consent") in ("withdrawn", "bounced")]
    assert refused
    assert [each for each in people if each.get("Email_Opt_Out")] == refused
    listed = {
        each["Name"]: each["Consent_State"] for each in moved.records if each["object"] == MODULES["suppressions"]
    }
    assert listed == {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}


@pytest.mark.slow
def test_records_belong_to_their_sellers(moved: Moved) -> None:
    owners = Counter(each["Owner"] for each in moved.records if each["object"] == "Deals")
    assert len(owners) >= len(SELLERS)


# ---------------------------------------------------------------------------------------------------- faults


MAPPING = f"""\
crm_migrate: 1
sources:
  firmen: {{file: firmen.csv, key: FirmaID}}
  kontakte: {{file: kontakte.csv, key: KontaktID}}
  aufgaben: {{file: aufgaben.csv, key: AufgabeID}}
  chancen: {{file: chancen.csv, key: ChanceID}}
  posten: {{file: posten.csv, key: PostenID}}
  teile: {{file: teile.csv, key: TeilID}}
{ENVIRONMENT}    longest_seconds: "2"
objects:
  accounts:
    from: firmen
    fields:
      name: Name
  contacts:
    from: kontakte
    fields:
      last_name: Nachname
      email: Mail
      company: {{kontakte: FirmaID, ref: accounts.firmen}}
  tasks:
    from: aufgaben
    fields:
      subject: Betreff
      contact: {{aufgaben: KontaktID, ref: contacts.kontakte}}
      company: {{aufgaben: FirmaID, ref: accounts.firmen}}
  deals:
    from: chancen
    fields:
      name: Titel
      stage: {{constant: Qualification}}
  line_items:
    from: posten
    fields:
      deal: {{posten: ChanceID, ref: deals.chancen}}
      name: Artikel
      quantity: Menge
  deal_contacts:
    from: teile
    fields:
      deal: {{teile: ChanceID, ref: deals.chancen}}
      contact: {{teile: KontaktID, ref: contacts.kontakte}}
      role: Rolle
"""


RESULTS = "shuffled:0.1, result_missing:0.1, result_doubled:0.1, result_foreign:0.1, one_id_twice:0.1, results_null:0.1"


def small(folder: Path) -> Path:
    (folder / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    tables = {
        "firmen": ["FirmaID,Name", *(f"{n},Öztürk {n} GmbH" for n in range(6))],
        "kontakte": ["KontaktID,Nachname,Mail,FirmaID",
                     *(f"{n},Yılmaz-{n},k{n}@firma{n % 6}.example,{n % 6}" for n in range(14))],
        "aufgaben": ["AufgabeID,Betreff,KontaktID,FirmaID",
                     *(f"{n},Aufgabe {n},{n % 14},{n % 14 % 6}" for n in range(20))],
        "chancen": ["ChanceID,Titel", *(f"{n},Chance {n}" for n in range(3))],
        "teile": ["TeilID,ChanceID,KontaktID,Rolle", *(f"{n},{n % 3},{n},Purchasing" for n in range(6))],
        "posten": ["PostenID,ChanceID,Artikel,Menge", *(f"{n},{n % 3},Artikel {n},{n + 1}" for n in range(12))],
    }  # fmt: skip
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    "faults",
    [
        "doubt:0.15, error_before:0.1, unavailable(1):0.05",
        f"doubt:0.05, token_expired:0.05, rows_locked:0.05, {RESULTS}",
    ],
    ids=("lost answers", "wrong answers"),
)
def test_a_small_company_is_there_once_whatever_gets_lost(
    faults: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = {"objects": {"Line_Items": {"subform_of": "Deals"}}, "pipelines": False}
    with served(monkeypatch, schema=schema) as server:
        folder = small(tmp_path)
        assert left("target", "prepare", folder) == 0
        server.engine.schedule = Schedule(read_schedule(faults, server.engine.kinds), 13)
        code, verb = left("run", folder), "resume"
        for _ in range(12):
            if code == 0:
                break
            code = left(verb, folder)
            verb = "run" if code == 0 else "resume"
        server.engine.schedule = Schedule(())
        assert code == 0
        store = server.engine.store
        firms = {each.id: each.values["Account_Name"] for each in store.all("Accounts")}
        people = {each.id: each.values for each in store.all("Contacts")}
        tasks = [each.values for each in store.all("Tasks")]
        assert (len(firms), len(people), len(tasks)) == (6, 14, 20)
        assert all(f"firma{firms[p['Account_Name']].split()[1]}.example" in p["Email"] for p in people.values())
        assert all(people[each["Who_Id"]]["Account_Name"] == each["What_Id"] for each in tasks)
        deals = {each.id: each.values["Deal_Name"] for each in store.all("Deals")}
        lines = sorted((int(row["Quantity"]), row["Item_Name"], deals[row["Parent_Id"]]) for row in rows_of(server))
        assert lines == [(n + 1, f"Artikel {n}", f"Chance {n % 3}") for n in range(12)]
        parts = sorted(
            (deals[link["Deal"]], people[link["Contact"]]["Last_Name"]) for link in rows_of(server, IN_DEALS)
        )
        assert parts == sorted((f"Chance {n % 3}", f"Yılmaz-{n}") for n in range(6))
        loaded, writes = FinishedRun(folder).folder.name, written(server)
        assert left("run", folder) == 0 and written(server) == writes
        assert left("undo", folder, loaded, "--apply") == 0
        assert not [
            each
            for name in ("Accounts", "Contacts", "Tasks", "Deals", "Line_Items", IN_DEALS)
            for each in store.all(name)
        ]


def rows_of(server: Server, module: str = "Line_Items") -> list[dict[str, Any]]:
    """The rows of deals, or who has a part in them."""
    return [dict(each.values) for each in server.engine.store.all(module)]


def written(server: Server) -> int:
    """How many requests were to write."""
    return sum(each.scope == "write" for each in server.engine.log.requests)
