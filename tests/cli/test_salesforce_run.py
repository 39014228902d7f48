"""The fictional dealer in a simulated Salesforce: what the org holds afterwards, against the planted truth; and a small
company whose answers get lost."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from demo.finished_run import lines_of
from moved import TRUTH, Moved, Record, left, move
from salesforce_orgs import started
from salesforce_sample import ORG, SELLERS, project

from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.server import Server

KEY = "crm_migrate_id__c"
OBJECTS = {
    "accounts": "Account",
    "contacts": "Contact",
    "deals": "Opportunity",
    "suppressions": "Suppressed_Mailbox__c",
    "campaigns": "Campaign",
    "campaign_members": "CampaignMember",
}
STAGES = {
    "qualified": "Qualification",
    "proposal": "Proposal/Price Quote",
    "closedwon": "Closed Won",
    "closedlost": "Closed Lost",
}
SET_BY_ITSELF = ("SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastViewedDate", "LastReferencedDate")


def held(server: Server) -> list[Record]:
    """Every live record of the objects that are loaded."""
    store = server.engine.store
    return [
        {"id": each.id, "object": name, **{n: v for n, v in each.values.items() if n not in SET_BY_ITSELF}}
        for name in OBJECTS.values()
        for each in store.all(name)
    ]


def keys_of(record: Record) -> list[str]:
    return [str(record[KEY])] if record.get(KEY) else []


def environment(patch: pytest.MonkeyPatch, server: Server) -> None:
    patch.setenv("CRM_URL", server.url)
    patch.setenv("CRM_SECRET", "not-a-secret")


# ---------------------------------------------------------------------------------------------------- the dealer


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    server = started(ORG)
    folder = project(tmp_path_factory.mktemp("salesforce") / "anadolu")
    now = server.engine.clock.now()
    account = server.engine.store.create("Account", {"Name": "Yabancı A.Ş."}, now)
    known = {"LastName": "Çetin", "Email": "ahmet.cetin@posta.example", "AccountId": account.id, "Description": "hm"}
    server.engine.store.create("Contact", known, now)
    try:
        with pytest.MonkeyPatch.context() as patch:
            environment(patch, server)
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
def test_undo_leaves_the_org_as_it_was(moved: Moved) -> None:
    custom = {name for each in moved.states[1] for name in each if name.endswith("__c")}
    bare = [
        [{n: v for n, v in each.items() if n not in custom or v not in (None, False)} for each in state]
        for state in (moved.states[0], moved.states[3])
    ]
    assert bare[1] == bare[0]


@pytest.mark.slow
def test_every_record_is_there_once(moved: Moved) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    loaded = {key for name in OBJECTS for key in moved.run.actual(name)}
    assert set(found.values()) == {1}
    assert found.keys() == loaded
    assert len(loaded) > 1000


LINKS = {("accounts", "parent"): "ParentId", ("contacts", "company"): "AccountId", ("deals", "company"): "AccountId"}


@pytest.mark.slow
def test_children_point_to_their_own_parent(moved: Moved) -> None:
    for link, field in LINKS.items():
        children, expected = moved.truth(link[0]), moved.parents(*link)
        assert expected, link
        assert {child: children[child].get(field) for child in expected} == expected, link


VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["Name"],
    ("accounts", "tax_id"): lambda record: record.get("Tax_Id__c"),
    ("accounts", "phone"): lambda record: record.get("Phone"),
    ("accounts", "city"): lambda record: record.get("BillingCity"),
    ("contacts", "email"): lambda record: record.get("Email"),
    ("contacts", "first_name"): lambda record: record.get("FirstName"),
    ("contacts", "last_name"): lambda record: record["LastName"],
    ("deals", "name"): lambda record: record["Name"],
    ("deals", "amount"): lambda record: Decimal(str(record["Amount"])),
    ("deals", "currency"): lambda record: record["CurrencyIsoCode"],
    ("deals", "stage"): lambda record: record["StageName"],
    ("deals", "close_date"): lambda record: record["CloseDate"],
}


@pytest.mark.slow
def test_the_org_holds_the_clean_values(moved: Moved) -> None:
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
    people = [each for each in moved.records if each["object"] == "Contact"]
    refused = [each for each in people if each.get("Email_Consent__c") in ("withdrawn", "bounced")]
    assert refused
    assert [each for each in people if each.get("HasOptedOutOfEmail")] == refused
    listed = {each["Email__c"]: each["State__c"] for each in moved.records if each["object"] == OBJECTS["suppressions"]}
    assert listed == {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}


@pytest.mark.slow
def test_records_belong_to_their_sellers(moved: Moved) -> None:
    owners = Counter(each["OwnerId"] for each in moved.records if each["object"] == "Opportunity")
    assert len(owners) >= len(SELLERS)


# ---------------------------------------------------------------------------------------------------- faults


MAPPING = """\
crm_migrate: 1
sources:
  firmen: {file: firmen.csv, key: FirmaID}
  kontakte: {file: kontakte.csv, key: KontaktID}
  anrufe: {file: anrufe.csv, key: AnrufID}
environments:
  rehearsal:
    connector: salesforce
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "3"
    job_from: "JOBS"
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
      company: {kontakte: FirmaID, ref: accounts.firmen}
  calls:
    from: anrufe
    fields:
      subject: Betreff
      contact: {anrufe: KontaktID, ref: contacts.kontakte}
"""


RESULTS = "shuffled:0.1, result_missing:0.1, result_doubled:0.1, result_foreign:0.1, one_id_twice:0.1, results_null:0.1"


def small(folder: Path, jobs: int) -> Path:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("JOBS", str(jobs)), encoding="utf-8")
    tables = {
        "firmen": ["FirmaID,Name", *(f"{n},Öztürk {n} GmbH" for n in range(6))],
        "kontakte": ["KontaktID,Nachname,Mail,FirmaID",
                     *(f"{n},Yılmaz-{n},k{n}@firma{n % 6}.example,{n % 6}" for n in range(14))],
        "anrufe": ["AnrufID,Betreff,KontaktID", *(f"{n},Anruf {n},{n % 14}" for n in range(20))],
    }  # fmt: skip
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("faults", "jobs"),
    [("doubt:0.12, error_before:0.1, unavailable(1):0.05", 5), (f"doubt:0.05, token_expired:0.05, {RESULTS}", 2000)],
    ids=("jobs and lost answers", "requests and wrong answers"),
)
def test_a_small_company_is_there_once_whatever_gets_lost(
    faults: str, jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = started()
    try:
        environment(monkeypatch, server)
        folder = small(tmp_path, jobs)
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
        firms = {each.id: each.values["Name"] for each in store.all("Account")}
        people = {each.id: each.values for each in store.all("Contact")}
        calls = [each.values for each in store.all("Task")]
        assert (len(firms), len(people), len(calls)) == (6, 14, 20)
        assert all(f"firma{firms[p['AccountId']].split()[1]}.example" in p["Email"] for p in people.values())
        assert {people[c["WhoId"]]["LastName"].split("-")[1] for c in calls} == {str(n) for n in range(14)}
        assert all(c["TaskSubtype"] == "Call" for c in calls)
        assert left("undo", folder, "--apply") == 0
        assert [len(store.all(name)) for name in ("Account", "Contact", "Task")] == [0, 0, 0]
    finally:
        server.stop()
