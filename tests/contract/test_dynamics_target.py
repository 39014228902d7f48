"""The Dynamics target against the conformance kit, on a simulated environment behind a real socket."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from between import deaf
from environments import KEY, Environment

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    TARGET_CHECKS,
    Kit,
    OpenTarget,
    OwnKit,
    Rows,
    batch_of,
    everything,
    settled,
)
from crm_migrate.connecting.conformance_uploading import UPLOAD_CHECKS
from crm_migrate.connecting.contract import Remove, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import AuthExpired, InDoubt, TargetError, UsageError
from crm_migrate_dynamics.settings import read_settings
from crm_migrate_dynamics.target import DynamicsTarget

Cells = dict[str, str | None]


@pytest.fixture
def environment() -> Iterator[Environment]:
    made = Environment()
    yield made
    made.stop()


def target_of(environment: Environment, **said: str) -> Target:
    return connector("dynamics").target({**environment.options, **said})


def opener(environment: Environment) -> OpenTarget:
    return lambda: target_of(environment)


def kit_of(environment: Environment) -> Kit:
    target = target_of(environment)
    assert isinstance(target, OwnKit)
    return target.kit("a")


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS, *UPLOAD_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], environment: Environment) -> None:
    check(opener(environment), kit_of(environment))


# ---------------------------------------------------------------------------------------------------- records

AYSE, GONE = "ayse.k@anadolu.example", "hasan.t@anadolu.example"
ACCOUNT = TargetObject("account", tuple(TargetField(name, "text") for name in ("name", "ownerid.internalemailaddress")))
PARENT = TargetField("parentcustomerid.account", "reference", reference="account")
BOSS = TargetField("parentcustomerid.contact", "reference", reference="contact")
CONTACT = TargetObject(
    "contact",
    (*(TargetField(name, "text") for name in ("lastname", "createdon", "donotbulkemail")), PARENT, BOSS,
     TargetField("crm_consent", "consent")),
)  # fmt: skip
DEAL_FIELDS = ("name", "estimatedvalue", "stage", "statuscode", "estimatedclosedate", "actualclosedate",
               "transactioncurrencyid.isocurrencycode", "description")  # fmt: skip
DEAL = TargetObject("opportunity", tuple(TargetField(name, "text") for name in DEAL_FIELDS))
CASE = TargetObject(
    "incident",
    (TargetField("title", "text"), TargetField("statuscode", "text"),
     TargetField("customerid.account", "reference", reference="account")),
)  # fmt: skip
TASK = TargetObject(
    "task",
    (TargetField("subject", "text"), TargetField("statuscode", "text"), TargetField("scheduledend", "instant"),
     TargetField("regardingobjectid.account", "reference", reference="account")),
)  # fmt: skip
LEAD = TargetObject("lead", (TargetField("lastname", "text"), TargetField("statuscode", "text")))
ALL = (ACCOUNT, CONTACT, DEAL, CASE, TASK, LEAD)
WON: Cells = {
    "__entity": "d1",
    "name": "Pres",
    "estimatedvalue": "5",
    "stage": "Won",
    "estimatedclosedate": "2024-02-29",
}


@pytest.fixture
def furnished() -> Iterator[Environment]:
    users = [{"internalemailaddress": AYSE, "fullname": "Ayşe"}, {"internalemailaddress": GONE, "isdisabled": True}]
    made = Environment({"users": users})
    yield made
    made.stop()


@pytest.fixture
def target(furnished: Environment) -> Target:
    made = target_of(furnished)
    made.prepare(ALL, apply=True)
    return made


def rows_of(target: Target, object: TargetObject) -> dict[str, Cells]:
    return {str(row["__entity"]): row for row in everything(target, object)}


def test_what_is_closed_is_made_and_closed_in_one_change_set(target: Target, furnished: Environment) -> None:
    rows: Rows = (WON, {**WON, "__entity": "d2", "stage": "Lost", "statuscode": "Out-Sold",
                        "actualclosedate": "2023-01-01"},
                  {**WON, "__entity": "d3", "stage": "Propose"})  # fmt: skip
    assert set(settled(target, DEAL, "deals", rows).loaded) == {"d1", "d2", "d3"}
    found = rows_of(target, DEAL)
    assert {e: (row["stage"], row["statuscode"], row["actualclosedate"]) for e, row in found.items()} == {
        "d1": ("Won", "Won", "2024-02-29"), "d2": ("Lost", "Out-Sold", "2023-01-01"),
        "d3": ("Propose", "In Progress", None),
    }  # fmt: skip
    writes = [each for each in furnished.server.engine.log.requests if each.scope == "write" and each.records == 5]
    assert len(writes) == 1, "one batch of five steps"


def test_a_closed_deal_that_changes_is_closed_as_before(target: Target) -> None:
    settled(target, DEAL, "deals", (WON,))
    assert set(settled(target, DEAL, "change", ({"__entity": "d1", "description": "later"},), "update").loaded) == {
        "d1"
    }
    (row,) = rows_of(target, DEAL).values()
    assert (row["description"], row["stage"], row["actualclosedate"]) == ("later", "Won", "2024-02-29")
    for stage in ("Lost", "Qualify", "Won"):
        assert set(settled(target, DEAL, stage, ({"__entity": "d1", "stage": stage},), "update").loaded) == {"d1"}
        assert rows_of(target, DEAL)["d1"]["stage"] == stage


def test_a_stage_and_a_reason_that_contradict_each_other_are_refused(target: Target) -> None:
    said = settled(target, DEAL, "deals", ({**WON, "statuscode": "On Hold"},))
    assert said.refused["d1"].code == "TWO" and rows_of(target, DEAL) == {}


def test_a_case_is_resolved_and_a_task_completed(target: Target) -> None:
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "A"},)).loaded["a1"]
    case: Cells = {"__entity": "c1", "title": "Leak", "statuscode": "Problem Solved", "customerid.account": account}
    task: Cells = {"__entity": "t1", "subject": "Call", "statuscode": "Completed",
                   "scheduledend": "2024-01-01T08:00:00Z",
            "regardingobjectid.account": account}  # fmt: skip
    for object, row in ((CASE, case), (TASK, task)):
        assert set(settled(target, object, "new", (row,)).loaded) == {row["__entity"]}
        (told,) = rows_of(target, object).values()
        assert {name: told[name] for name in row} == row
    changed = settled(
        target, CASE, "open", ({"__entity": "c1", "statuscode": "In Progress", "title": "Leaks"},), "update"
    )
    assert set(changed.loaded) == {"c1"} and rows_of(target, CASE)["c1"]["title"] == "Leaks"


def test_no_lead_is_made_as_a_qualified_one(target: Target) -> None:
    described = target.describe(["lead"]).objects[0].field("statuscode")
    assert described is not None and "New" in described.choices and "Qualified" not in described.choices


def test_a_lookup_leads_to_one_of_its_tables_and_no_row_names_two(target: Target) -> None:
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "A"},)).loaded["a1"]
    ids = settled(target, CONTACT, "c", ({"__entity": "p1", "lastname": "Öz", PARENT.name: account},)).loaded
    under: Rows = ({"__entity": "p2", "lastname": "Ay", BOSS.name: ids["p1"]},
                   {"__entity": "p3", "lastname": "Su", BOSS.name: ids["p1"], PARENT.name: account})  # fmt: skip
    said = settled(target, CONTACT, "d", under)
    assert set(said.loaded) == {"p2"} and said.refused["p3"].code == "TWO"
    found = rows_of(target, CONTACT)
    assert (found["p1"][PARENT.name], found["p1"][BOSS.name]) == (account, None)
    assert (found["p2"][PARENT.name], found["p2"][BOSS.name]) == (None, ids["p1"])
    settled(target, CONTACT, "e", ({"__entity": "p2", PARENT.name: account, BOSS.name: None},), "update")
    assert rows_of(target, CONTACT)["p2"][PARENT.name] == account


def test_a_parent_that_is_gone_refuses_its_child_alone(target: Target) -> None:
    rows: Rows = ({"__entity": "p1", "lastname": "Öz", PARENT.name: "00000000-0000-4000-8000-000000000000"},
                  {"__entity": "p2", "lastname": "Ay"})  # fmt: skip
    said = settled(target, CONTACT, "c", rows)
    assert set(said.loaded) == {"p2"} and said.refused["p1"].code == "0x80040217"


def test_the_date_of_creation_is_set_once(target: Target) -> None:
    born: Cells = {"__entity": "p1", "lastname": "Öz", "createdon": "2001-02-03T04:05:06Z"}
    settled(target, CONTACT, "c", (born,))
    assert rows_of(target, CONTACT)["p1"]["createdon"] == born["createdon"]
    assert set(settled(target, CONTACT, "same", (born,), "update").loaded) == {"p1"}
    other = settled(target, CONTACT, "other", ({**born, "createdon": "2002-02-03T04:05:06Z"},), "update")
    assert other.refused["p1"].code == "CREATE_ONLY"


def test_who_withdraws_is_marked_and_no_mark_is_taken_away(target: Target, furnished: Environment) -> None:
    rows: Rows = ({"__entity": "p1", "lastname": "Öz", "crm_consent": "withdrawn"},
                  {"__entity": "p2", "lastname": "Ay", "crm_consent": "granted"})  # fmt: skip
    ids = settled(target, CONTACT, "c", rows).loaded
    assert [row["donotbulkemail"] for row in rows_of(target, CONTACT).values()].count("true") == 1
    path = f"/api/data/v9.2/contacts({ids['p2']})"
    assert furnished.ask("PATCH", path, {"donotbulkemail": True})[0] == 204
    assert rows_of(target, CONTACT)["p2"]["crm_consent"] == "withdrawn", "a user said so"
    adopting: Cells = {"__entity": "p2", "__target_id": ids["p2"], "donotbulkemail": "false"}
    assert settled(target, CONTACT, "x", (adopting,), "update").refused["p2"].code == "OPTED_OUT"


def test_owners_are_users_by_their_mailbox_and_currencies_by_their_code(target: Target) -> None:
    owner = "ownerid.internalemailaddress"
    rows: Rows = ({"__entity": "a1", "name": "A", owner: AYSE.upper()},
                  {"__entity": "a2", "name": "B", owner: "nobody@anadolu.example"})  # fmt: skip
    said = settled(target, ACCOUNT, "a", rows)
    assert set(said.loaded) == {"a1"} and said.refused["a2"].code == "UNKNOWN"
    assert rows_of(target, ACCOUNT)["a1"][owner] == AYSE
    settled(target, DEAL, "d", ({**WON, "stage": "Qualify", "transactioncurrencyid.isocurrencycode": "TRY"},))
    assert rows_of(target, DEAL)["d1"]["transactioncurrencyid.isocurrencycode"] == "TRY"


def test_a_key_that_is_made_is_waited_for() -> None:
    environment = Environment(key_seconds="60")
    waiting = Waiting()
    waiting.wait = lambda seconds: environment.server.engine.clock.advance(20)  # type: ignore[method-assign]
    made = DynamicsTarget(read_settings(environment.options), waiting)
    made.prepare((LEAD,), apply=True)
    assert made.prepare((LEAD,), apply=False) == ()
    assert made.describe(["lead"]).prepared
    environment.stop()


def test_a_failed_key_is_told(furnished: Environment) -> None:
    furnished.ask("POST", "/api/data/v9.2/EntityDefinitions(LogicalName='lead')/Attributes", {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": KEY, "MaxLength": 100,
        "DisplayName": {"LocalizedLabels": [{"Label": "Key", "LanguageCode": 1033}]}})  # fmt: skip
    for _ in range(2):
        furnished.make("leads", lastname="same", **{KEY: "k"})
    with pytest.raises(TargetError, match="has failed"):
        target_of(furnished).prepare((LEAD,), apply=True)


def test_what_cannot_be_made_is_named_and_refused(furnished: Environment) -> None:
    wanted = TargetObject("lead", (TargetField("nonsense", "text"),))
    assert _begins("by hand: the column nonsense of lead", target_of(furnished).prepare((wanted,), apply=False))
    with pytest.raises(TargetError, match="nonsense"):
        target_of(furnished).prepare((wanted,), apply=True)
    misspelled = TargetObject("lead", (TargetField("address1_strasse", "text"),))
    told = target_of(furnished).prepare((misspelled,), apply=False)
    assert _begins("by hand: the column address1_strasse of lead", told)
    keyed = TargetObject("lead", (), "abc_key")
    told = target_of(furnished).prepare((keyed,), apply=False)
    assert _begins("by hand: the column abc_key of lead", told) and len(told) == 1


def _begins(words: str, told: tuple[str, ...]) -> bool:
    return any(line.startswith(words) for line in told)


def test_tables_without_messages_for_many_are_written_one_by_one() -> None:
    environment = Environment(one_by_one="lead")
    made = target_of(environment)
    made.prepare((LEAD,), apply=True)
    rows: Rows = [{"__entity": f"l{n}", "lastname": f"Öz {n}"} for n in range(5)]
    assert len(settled(made, LEAD, "l", rows).loaded) == 5
    assert len(settled(made, LEAD, "m", [{**row, "lastname": "Ay"} for row in rows], "update").loaded) == 5
    environment.stop()


@pytest.mark.parametrize("action", ["create", "update"])
def test_an_answer_that_is_lost_makes_no_second_record(target: Target, furnished: Environment, action: str) -> None:
    rows: Rows = [{"__entity": f"l{n}", "lastname": f"Öz {n}"} for n in range(3)]
    if action == "update":
        settled(target, LEAD, "first", rows)
        rows = [{**row, "lastname": "Ay"} for row in rows]
    with deaf(furnished.url, b'"Targets"') as address:
        lost = connector("dynamics").target({**furnished.options, "url": address})
        with pytest.raises(InDoubt):
            settled(lost, LEAD, "lost", rows, action)
    assert len(settled(target, LEAD, "again", rows, action).loaded) == 3
    assert {row["lastname"] for row in rows_of(target, LEAD).values()} == {str(row["lastname"]) for row in rows}
    assert furnished.summary()["doubled"] == {}


def test_an_account_with_children_stays_and_nothing_goes_with_it(target: Target) -> None:
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "A"},)).loaded["a1"]
    settled(target, TASK, "t", ({"__entity": "t1", "subject": "T", "regardingobjectid.account": account},))
    assert isinstance(target, Remove)
    batch = replace(batch_of(ACCOUNT, "r", ({"__entity": "a1", "__target_id": account},), "update"), action="remove")
    assert target.remove(batch).refused["a1"].code == "REFERRED"
    assert len(rows_of(target, TASK)) == 1


WRONG: dict[str, dict[str, str]] = {
    "needs `tenant`": {"tenant": ""},
    "needs `client_secret`": {"client_secret": ""},
    "like 9.2": {"api_version": "8.2"},
    "`true` or `false`": {"bypass_logic": "perhaps"},
}


@pytest.mark.parametrize("words", WRONG)
def test_options_that_cannot_be_meant_are_refused(words: str) -> None:
    said = {"url": "https://org.example", "tenant": "t", "client_id": "c", "client_secret": "s"} | WRONG[words]
    with pytest.raises(UsageError, match=words):
        connector("dynamics").target(said)


def test_a_secret_that_is_wrong_and_a_right_that_is_missing_are_told(furnished: Environment) -> None:
    with pytest.raises(AuthExpired):
        target_of(furnished, client_secret="wrong").identity()
    poor = Environment(read_only="lead")
    made = target_of(poor)
    made.prepare((LEAD,), apply=True)
    with pytest.raises(TargetError) as refused:
        settled(made, LEAD, "l", [{"__entity": f"l{n}", "lastname": "Öz"} for n in range(2)])
    assert "security roles" in refused.value.hint
    poor.stop()


def test_who_is_deleted_before_we_look_is_not_made_again(target: Target, furnished: Environment) -> None:
    rows: Rows = [{"__entity": f"l{n}", "lastname": f"Öz {n}"} for n in range(2)]
    store, listener = furnished.server.engine.store, furnished.server.engine.store.listeners

    def user(what: str, told: object) -> None:
        record = told["record"] if what == "record" and isinstance(told, dict) else None
        if (
            record is not None
            and record.object == "lead"
            and record.values.get("lastname") == "Öz 1"
            and not record.deleted
        ):
            listener.remove(user)
            store.delete("lead", record.id, record.created)

    listener.append(user)
    first = settled(target, LEAD, "l", rows)
    assert set(first.loaded) == {"l0"} and first.in_doubt == {"l1"}
    again = settled(target, LEAD, "l", rows[1:])
    assert set(again.loaded) == {"l1"} and set(rows_of(target, LEAD)) == {"l0"}
    made = [each for each in furnished.server.engine.log.creations if each.object == "lead"]
    assert len(made) == 2


CALL = TargetObject(
    "phonecall",
    (TargetField("subject", "text"), TargetField("statuscode", "text"),
     TargetField("to.contact", "reference", reference="contact"),
     TargetField("from.contact", "reference", reference="contact"),
     TargetField("regardingobjectid.account", "reference", reference="account")),
)  # fmt: skip


def test_who_was_called_is_a_party_beside_what_the_call_is_about(target: Target, furnished: Environment) -> None:
    target.prepare((CALL,), apply=True)
    account = settled(target, ACCOUNT, "a", ({"__entity": "a1", "name": "A"},)).loaded["a1"]
    people = settled(
        target, CONTACT, "p", ({"__entity": "p1", "lastname": "Öz"}, {"__entity": "p2", "lastname": "Ay"})
    ).loaded
    rows: Rows = ({"__entity": "c1", "subject": "One", "to.contact": people["p1"],
                   "regardingobjectid.account": account},
                  {"__entity": "c2", "subject": "Two", "to.contact": people["p1"], "from.contact": people["p2"],
                   "statuscode": "Received"}, {"__entity": "c3", "subject": "Three"})  # fmt: skip
    assert set(settled(target, CALL, "c", rows).loaded) == {"c1", "c2", "c3"}
    found = rows_of(target, CALL)
    for row in rows:
        told = found[str(row["__entity"])]
        assert {name: told[name] for name in row} == row
    assert found["c3"]["to.contact"] is None
    same = settled(target, CALL, "same", ({"__entity": "c1", "subject": "1", "to.contact": people["p1"]},), "update")
    assert set(same.loaded) == {"c1"}
    other = settled(target, CALL, "other", ({"__entity": "c1", "to.contact": people["p2"]},), "update")
    assert other.refused["c1"].code == "PARTY"
    assert isinstance(target, Remove)
    referred = {tuple(row.values()) for table in target.referred(CONTACT, ()) for row in table.to_pylist()}
    assert referred == {(people["p1"], "phonecall", "to.contact"), (people["p2"], "phonecall", "from.contact")}
    going: Rows = ({"__entity": "p1", "__target_id": people["p1"]},)
    assert (
        target.remove(replace(batch_of(CONTACT, "r", going, "update"), action="remove")).refused["p1"].code
        == "REFERRED"
    )


def test_a_call_that_is_made_twice_has_its_parties_once(target: Target, furnished: Environment) -> None:
    target.prepare((CALL,), apply=True)
    person = settled(target, CONTACT, "p", ({"__entity": "p1", "lastname": "Öz"},)).loaded["p1"]
    rows: Rows = [{"__entity": f"c{n}", "subject": f"Call {n}", "to.contact": person} for n in range(2)]
    for name in ("once", "again"):
        assert set(settled(target, CALL, name, rows).loaded) == {"c0", "c1"}
    assert len(furnished.server.engine.store.all("activityparty")) == 2
