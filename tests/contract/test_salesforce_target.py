"""The Salesforce target against the conformance kit, on a simulated org behind a real socket, and what else it does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from salesforce_orgs import opened, options, started

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.conformance_jobs import JOB_CHECKS
from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, batch_of, everything, write
from crm_migrate.connecting.conformance_uploading import UPLOAD_CHECKS
from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Follow,
    Jobs,
    Remove,
    SourceSpec,
    TargetField,
    TargetObject,
    Undelete,
    Usage,
)
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, InputError, QuotaGone, Retryable, TargetError, UsageError
from crm_migrate_salesforce.calls import Calls
from crm_migrate_salesforce.kit import kit
from crm_migrate_salesforce.shapes import KEY
from crm_migrate_simulators.server import Server

Start = Callable[..., Server]
KIT = kit("ab12")
OPT_OUT = "HasOptedOutOfEmail"


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulated orgs, and ends them."""
    servers: list[Server] = []

    def begun(schema: Any = None, **how: Any) -> Server:
        servers.append(started(schema, **how))
        return servers[-1]

    yield begun
    for server in servers:
        server.stop()


CHECKS = (*TARGET_CHECKS, *REMOVE_CHECKS, *JOB_CHECKS, *UPLOAD_CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], start: Start) -> None:
    server = start()
    check(lambda: opened(server, job_from="20"), KIT)


def text(*names: str) -> tuple[TargetField, ...]:
    return tuple(TargetField(name, "text") for name in names)


ACCOUNT = TargetObject("Account", text("Name", "Phone"), KEY)
CONTACT = TargetObject(
    "Contact", (*text("LastName", "Email"), TargetField("AccountId", "reference", reference="Account")), KEY
)


def put(server: Server, object: str, **values: Any) -> str:
    """A record that a user makes."""
    return str(server.engine.store.create(object, values, server.engine.clock.now()).id)


def test_who_opted_out_there_is_read_so_also_where_the_mark_is_read_beside(start: Start) -> None:
    """Validation reads every field of a record; the plan those of the mapping: both hear the same of the mailbox."""
    server = start({"objects": {"Contact": {"fields": {OPT_OUT: {"type": "boolean"}}}}})
    consent = TargetField("Email_Consent__c", "consent", choices=("granted", "withdrawn"))
    mapped = TargetObject("Contact", (*text("LastName"), consent), KEY)
    target = opened(server)
    target.prepare((mapped,), apply=True)
    id = write(target, mapped, "a", [{ENTITY: "a", "LastName": "A", consent.name: "granted"}]).loaded["a"]
    server.engine.store.update("Contact", id, {OPT_OUT: True}, server.engine.clock.now())
    whole = replace(mapped, fields=(*mapped.fields, TargetField(OPT_OUT, "boolean")))
    assert [everything(target, each)[0][consent.name] for each in (mapped, whole)] == ["withdrawn", "withdrawn"]


def test_who_withdraws_is_marked_whatever_a_column_of_the_mark_says(start: Start) -> None:
    """`mapping check` refuses such a mapping where it knows the profile; where it does not, the opt-out wins."""
    server = start({"objects": {"Contact": {"fields": {OPT_OUT: {"type": "boolean"}}}}})
    consent, mark = TargetField("Email_Consent__c", "consent"), TargetField(OPT_OUT, "boolean")
    object = TargetObject("Contact", (*text("LastName"), consent, mark), KEY)
    target = opened(server)
    target.prepare((object,), apply=True)
    said = [("a", "withdrawn"), ("b", "granted")]
    rows: list[dict[str, str | None]] = [
        {ENTITY: key, "LastName": key, consent.name: word, OPT_OUT: "false"} for key, word in said
    ]
    made = write(target, object, "a", rows).loaded
    again: list[dict[str, str | None]] = [
        {ENTITY: "b", TARGET_ID: made["b"], consent.name: "bounced", OPT_OUT: "false"}
    ]
    assert [row[OPT_OUT] for row in everything(target, object)] == ["true", "false"]
    write(target, object, "b", again, "update")
    assert [row[OPT_OUT] for row in everything(target, object)] == ["true", "true"]


def test_two_that_are_about_one_record_take_their_turns(start: Start) -> None:
    server = start()
    target = opened(server)
    target.prepare((ACCOUNT,), apply=True)
    id = put(server, "Account", Name="Işık")
    rows: list[dict[str, str | None]] = [{ENTITY: key, TARGET_ID: id, "Name": key} for key in ("e1", "e2")]
    first = write(target, ACCOUNT, "a", rows, "update")
    assert (set(first.loaded), set(first.later)) == ({"e1"}, {"e2"})
    assert set(write(target, ACCOUNT, "b", rows[1:], "update").refused) == {"e2"}
    assert [(row[ENTITY], row["Name"]) for row in everything(target, ACCOUNT)] == [("e1", "e1")]


def test_a_mapping_of_the_opt_out_itself_takes_no_mark_away(start: Start) -> None:
    server = start({"objects": {"Contact": {"fields": {OPT_OUT: {"type": "boolean"}}}}})
    object = TargetObject("Contact", (*text("LastName", "Phone"), TargetField(OPT_OUT, "boolean")), KEY)
    target = opened(server)
    target.prepare((object,), apply=True)
    rows: list[dict[str, str | None]] = [{ENTITY: key, "LastName": key, OPT_OUT: None} for key in ("a", "b", "c")]
    written = write(target, object, "a", rows).loaded
    for each in written.values():
        server.engine.store.update("Contact", each, {OPT_OUT: True}, server.engine.clock.now())
    told = write(target, object, "b", [
        {ENTITY: "a", "Phone": "1", OPT_OUT: None}, {ENTITY: "b", "Phone": "1", OPT_OUT: "false"},
        {ENTITY: "c", "Phone": "1", OPT_OUT: "true"},
    ], "update")  # fmt: skip
    assert set(told.loaded) == {"a", "c"} and told.refused["b"].code == "OPTED_OUT"
    read = {row[ENTITY]: (row["Phone"], row[OPT_OUT]) for row in everything(target, object)}
    assert read == {"a": ("1", "true"), "b": (None, "true"), "c": ("1", "true")}


def test_a_refusal_is_believed_only_where_somebody_can_be_asked(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    target = opened(start())
    target.prepare((ACCOUNT,), apply=True)
    rows: list[dict[str, str | None]] = [{ENTITY: "a", "Name": "A"}, {ENTITY: "b", "Name": "B"}]
    write(target, ACCOUNT, "a", rows[:1])

    def silent(*_: object) -> dict[str, str]:
        raise Retryable("nobody answers")

    with monkeypatch.context() as patch:
        patch.setattr(Calls, "keyed", silent)
        assert write(target, ACCOUNT, "b", rows).in_doubt == {"a", "b"}, "one is there by an earlier try"
    assert set(write(target, ACCOUNT, "c", rows).loaded) == {"a", "b"}


# ---------------------------------------------------------------------------------------------------- getting in


def test_credentials_that_are_refused_are_said_so(start: Start) -> None:
    with pytest.raises(AuthExpired, match="invalid_client"):
        opened(start(), client_secret="wrong").identity()


def test_a_version_that_is_not_spoken_is_named_with_the_one_that_is(start: Start) -> None:
    with pytest.raises(TargetError, match="does not speak version v99") as error:
        opened(start(), api_version="99.0").identity()
    assert error.value.hint == "api_version: 67.0"


def test_two_organisations_are_two_and_a_day_is_counted(start: Start) -> None:
    one, other = start({"organisation": "One"}), start({"organisation": "Two"}, habits={"day_limit": "9"})
    assert opened(one).identity() != opened(other).identity()
    target = opened(other)
    assert isinstance(target, Usage)
    said = target.allowance()
    assert said.per_day == 9
    assert said.left is not None and said.left < 9
    with pytest.raises(QuotaGone):
        for _ in range(9):
            target.allowance()


# ---------------------------------------------------------------------------------------------------- preparing


def test_what_nobody_can_make_from_here_is_named(start: Start) -> None:
    target = opened(start())
    nobody, wrong = TargetObject("Nobody__c", (), KEY), replace(ACCOUNT, fields=text("Name", "Fax2"))
    told = target.prepare((nobody, wrong), apply=False)
    assert told[0].startswith("by hand: the object Nobody__c: Setup > Object Manager")
    assert told[1].startswith("by hand: the field Fax2 of Account: Setup > Object Manager > Account")
    with pytest.raises(TargetError, match="the object Nobody__c"):
        target.prepare((nobody, wrong), apply=True)


def test_where_our_key_cannot_live_nothing_is_prepared(start: Start) -> None:
    server = start({"objects": {"Account": {"fields": {KEY: {"type": "string", "length": 40}}}}})
    target = opened(server)
    assert not target.describe(("Account",)).prepared
    with pytest.raises(TargetError, match="our key cannot live"):
        target.prepare((ACCOUNT,), apply=True)


def test_a_column_that_is_not_there_refuses_the_batch(start: Start) -> None:
    target = opened(start())
    target.prepare((ACCOUNT,), apply=True)
    with pytest.raises(TargetError, match="lacks the field Nowhere__c"):
        write(target, ACCOUNT, "a", [{ENTITY: "a", "Name": "x", "Nowhere__c": "y"}])


# ---------------------------------------------------------------------------------------------------- writing


def test_a_mailbox_becomes_small_letters_and_a_bad_one_refuses_its_record(start: Start) -> None:
    target = opened(start())
    target.prepare((CONTACT,), apply=True)
    rows = [{ENTITY: "a", "LastName": "A", "Email": "Ayse@X.Example"}, {ENTITY: "b", "LastName": "B", "Email": "none"}]
    answer = write(target, CONTACT, "a", rows)
    assert set(answer.loaded) == {"a"} and answer.refused["b"].code == "INVALID_EMAIL_ADDRESS"
    assert [row["Email"] for row in everything(target, CONTACT)] == ["ayse@x.example"]


def test_an_owner_and_a_kind_of_record_are_found_by_their_names(start: Start) -> None:
    user = {"Username": "ayse@x.example", "Email": "ayse@x.example", "LastName": "Yılmaz"}
    server = start({"users": [user], "objects": {"Account": {"recordTypes": {"Partner": {}, "Customer": {}}}}})
    target = opened(server, owns_nothing="true")
    object = TargetObject("Account", text("Name", "Owner.Email", "RecordType.Name"), KEY)
    target.prepare((object,), apply=True)
    (described,) = target.describe(("Account",)).objects
    field = described.field("RecordType.Name")
    assert field is not None and set(field.choices) == {"Partner", "Customer"}
    rows = [
        {ENTITY: "a", "Name": "A", "Owner.Email": "AYSE@x.example", "RecordType.Name": "Partner"},
        {ENTITY: "b", "Name": "B", "Owner.Email": None, "RecordType.Name": "Customer"},
        {ENTITY: "c", "Name": "C", "Owner.Email": "nobody@x.example", "RecordType.Name": None},
    ]
    answer = write(target, object, "a", rows)
    assert set(answer.loaded) == {"a", "b"} and answer.refused["c"].code == "UNKNOWN"
    read = {row[ENTITY]: (row["Owner.Email"], row["RecordType.Name"]) for row in everything(target, object)}
    assert read == {"a": ("ayse@x.example", "Partner"), "b": (None, "Customer")}
    write(target, object, "b", [{ENTITY: "a", "Owner.Email": None}], "update")
    assert {row["Owner.Email"] for row in everything(target, object)} == {None}


def test_two_references_to_users_are_told_each_by_its_own(start: Start) -> None:
    """With the right to set audit fields a record names its maker, too: its owner is told all the same."""
    seller = {"Username": "ayse@x.example", "Email": "ayse@x.example", "LastName": "Y"}
    target = opened(start({"organisation": "two", "users": [seller]}, habits={"audit_fields": "yes"}))
    object = TargetObject("Account", text("Name", "Owner.Email", "CreatedBy.Email"), KEY)
    target.prepare([object], apply=True)
    write(target, object, "a", [{ENTITY: "a", "Name": "A", "Owner.Email": "ayse@x.example"}])
    (row,) = everything(target, object)
    assert (row["Owner.Email"], row["CreatedBy.Email"]) == ("ayse@x.example", "integration@simulated.example")


def test_people_may_be_accounts(start: Start) -> None:
    server = start({"personAccounts": True, "objects": {"Account": {"recordTypes": {"Firm": {}}}}})
    target = opened(server)
    object = TargetObject("Account", text("Name", "FirstName", "LastName", "PersonEmail"), KEY)
    target.prepare((object,), apply=True)
    rows = [
        {ENTITY: "p", "Name": "Ayşe Yılmaz", "FirstName": "Ayşe", "LastName": "Yılmaz", "PersonEmail": "a@x.example"},
        {ENTITY: "f", "Name": "Işık", "FirstName": None, "LastName": None, "PersonEmail": None},
    ]
    assert set(write(target, object, "a", rows).loaded) == {"p", "f"}
    read = {row[ENTITY]: row for row in everything(target, object)}
    assert {name: read["p"][name] for name in rows[0]} == rows[0]
    assert {name: read["f"][name] for name in rows[1]} == rows[1]
    changes = [{ENTITY: "f", "Name": "Işık A.Ş.", "LastName": None}, {ENTITY: "p", "Name": "Ayşe Ak", "LastName": "Ak"}]
    assert set(write(target, object, "b", changes, "update").loaded) == {"p", "f"}
    assert {row["Name"] for row in everything(target, object)} == {"Işık A.Ş.", "Ayşe Ak"}
    assert isinstance(target, Remove)
    assert not [row for table in target.referred(object, ()) for row in table.to_pylist()], "no shadow refers to it"


LINE = TargetObject(
    "OpportunityLineItem",
    (
        TargetField("OpportunityId", "reference", reference="Opportunity"),
        TargetField("PricebookEntry.Product2Id", "reference", reference="Product2"),
        TargetField("Quantity", "number"),
        TargetField("UnitPrice", "money"),
    ),
    KEY,
)


def test_a_line_finds_the_price_of_its_product(start: Start) -> None:
    server = start()
    store = server.engine.store
    standard = next(each.id for each in store.all("Pricebook2") if each.values.get("IsStandard"))
    product, other = (put(server, "Product2", Name=name, IsActive=True) for name in ("Pres", "Hat"))
    put(server, "PricebookEntry", Pricebook2Id=standard, Product2Id=product, UnitPrice=5.0, IsActive=True)
    deal = put(server, "Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-01-01")
    target = opened(server)
    target.prepare((LINE,), apply=True)
    same = {"OpportunityId": deal, "Quantity": "2", "UnitPrice": "7.5"}
    answer = write(target, LINE, "a", [
        {ENTITY: "a", **same, "PricebookEntry.Product2Id": product},
        {ENTITY: "b", **same, "PricebookEntry.Product2Id": other},
    ])  # fmt: skip
    assert set(answer.loaded) == {"a"}, answer
    assert answer.refused["b"].code == "NO_PRICE"
    (row,) = everything(target, LINE)
    assert (row["PricebookEntry.Product2Id"], row["Quantity"], row["UnitPrice"]) == (product, "2", "7.5")


def test_a_line_is_changed_though_its_product_and_deal_cannot_be(start: Start) -> None:
    server = start()
    standard = next(each.id for each in server.engine.store.all("Pricebook2") if each.values.get("IsStandard"))
    product, other = (put(server, "Product2", Name=name, IsActive=True) for name in ("Pres", "Hat"))
    for each in (product, other):
        put(server, "PricebookEntry", Pricebook2Id=standard, Product2Id=each, UnitPrice=5.0, IsActive=True)
    deal = put(server, "Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-01-01")
    target = opened(server)
    target.prepare((LINE,), apply=True)
    row: dict[str, str | None] = {ENTITY: "a", "OpportunityId": deal, "Quantity": "2", "UnitPrice": "7.5",
                                  "PricebookEntry.Product2Id": product}  # fmt: skip
    write(target, LINE, "a", [row])
    assert set(write(target, LINE, "b", [{**row, "Quantity": "3"}], "update").loaded) == {"a"}
    moved = write(target, LINE, "c", [{**row, "PricebookEntry.Product2Id": other}], "update")
    assert moved.refused["a"].code == "INVALID_FIELD_FOR_INSERT_UPDATE", moved
    (read,) = everything(target, LINE)
    assert (read["PricebookEntry.Product2Id"], read["Quantity"]) == (product, "3")


MEETING = TargetObject(
    "Event",
    (
        *text("Subject"),
        TargetField("StartDateTime", "instant"),
        TargetField("EndDateTime", "instant"),
        TargetField("Who.Contact", "reference", reference="Contact"),
        TargetField("What.Account", "reference", reference="Account"),
        TargetField("What.Opportunity", "reference", reference="Opportunity"),
    ),
    KEY,
)


def test_an_activity_is_about_one_person_and_one_thing(start: Start) -> None:
    server = start()
    firm, person = put(server, "Account", Name="Işık"), put(server, "Contact", LastName="Yılmaz")
    deal = put(server, "Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-01-01")
    target = opened(server)
    target.prepare((MEETING,), apply=True)
    when = {"StartDateTime": "2026-01-01T09:00:00Z", "EndDateTime": "2026-01-01T10:00:00Z"}
    rows = [
        {ENTITY: "a", "Subject": "A", **when, "Who.Contact": person, "What.Account": firm, "What.Opportunity": None},
        {ENTITY: "b", "Subject": "B", **when, "What.Opportunity": deal},
        {ENTITY: "c", "Subject": "C", **when, "What.Account": firm, "What.Opportunity": deal},
    ]
    answer = write(target, MEETING, "a", rows)
    assert set(answer.loaded) == {"a", "b"} and answer.refused["c"].code == "TWO"
    again = write(target, MEETING, "again", rows[:2])
    assert again.loaded == answer.loaded, "its key is not unique there, and it was made once"
    read = {row[ENTITY]: (row["Who.Contact"], row["What.Account"], row["What.Opportunity"])
            for row in everything(target, MEETING)}  # fmt: skip
    assert read == {"a": (person, firm, None), "b": (None, None, deal)}
    write(target, MEETING, "b", [{ENTITY: "a", "What.Account": None, "What.Opportunity": deal}], "update")
    assert {row["What.Opportunity"] for row in everything(target, MEETING)} == {deal}


def test_a_duplicate_rule_refuses_until_it_is_told_to_let_pass(start: Start) -> None:
    rule = {"name": "Same_name", "fields": ["Name"], "action": "Allow"}
    server = start({"objects": {"Account": {"duplicateRules": [rule]}}})
    put(server, "Account", Name="Işık")
    target = opened(server)
    target.prepare((ACCOUNT,), apply=True)
    refused = write(target, ACCOUNT, "a", [{ENTITY: "a", "Name": "Işık"}]).refused["a"]
    assert refused.code == "DUPLICATES_DETECTED" and "allow_duplicates" in refused.words
    passing = opened(server, allow_duplicates="true", job_from="1")
    assert set(write(passing, ACCOUNT, "b", [{ENTITY: "a", "Name": "Işık"}]).loaded) == {"a"}
    assert isinstance(passing, Jobs)
    assert passing.job_limits(ACCOUNT, "create", 9) is None, "no job can be told so"


def test_a_date_of_creation_is_set_where_it_may_be(start: Start) -> None:
    object = TargetObject("Account", (*text("Name"), TargetField("CreatedDate", "instant")), KEY)
    row = {ENTITY: "a", "Name": "Işık", "CreatedDate": "2011-02-03T04:05:06Z"}
    for allowed in (False, True):
        target = opened(start(habits={"audit_fields": "yes" if allowed else "no"}))
        target.prepare((object,), apply=True)
        field = target.describe(("Account",)).objects[0].field("CreatedDate")
        assert field is not None and field.read_only is not allowed
        answer = write(target, object, "a", [row])
        assert set(answer.loaded if allowed else answer.refused) == {"a"}
        if allowed:
            assert [each["CreatedDate"] for each in everything(target, object)] == ["2011-02-03T04:05:06Z"]


def test_every_page_begins_behind_the_last(start: Start) -> None:
    server = start(habits={"page": "70"})
    ids = [put(server, "Account", Name=f"F{n}") for n in range(2300)]
    read = [row["target_id"] for table in opened(server).read(ACCOUNT.bare()) for row in table.to_pylist()]
    assert len(read) == len(set(read)) == 2300
    assert set(read) == set(ids)


# ---------------------------------------------------------------------------------------------------- taking back


def test_who_is_referred_to_by_others_stays(start: Start) -> None:
    server = start()
    target = opened(server)
    target.prepare((ACCOUNT, CONTACT), apply=True)
    ids = write(target, ACCOUNT, "a", [{ENTITY: n, "Name": n} for n in ("a", "b", "c")]).loaded
    write(target, CONTACT, "b", [{ENTITY: "p", "LastName": "P", "AccountId": ids["a"]}])
    put(server, "Task", Subject="Call", WhatId=ids["b"])
    put(server, "Event", Subject="Meeting", AccountId=ids["c"], DurationInMinutes=5)  # which Salesforce works out
    assert isinstance(target, Remove)
    told = {tuple(row.values()) for table in target.referred(ACCOUNT, ()) for row in table.to_pylist()}
    assert told == {(ids["a"], "Contact", "AccountId"), (ids["b"], "Task", "What.Account")}
    known = {("Contact", "AccountId"), ("Task", "What.Account")}
    assert not [row for table in target.referred(ACCOUNT, known) for row in table.to_pylist()]
    rows = [{ENTITY: n, TARGET_ID: ids[n]} for n in ids]
    answer = target.remove(replace(batch_of(ACCOUNT, "r", rows, "update"), action="remove"))
    assert set(answer.loaded) == {"c"}
    assert {each.code for each in answer.refused.values()} == {"REFERRED"}
    assert len(server.engine.store.all("Contact")) == len(server.engine.store.all("Task")) == 1


def test_who_was_merged_is_followed_to_the_end(start: Start) -> None:
    server = start()
    target = opened(server)
    target.prepare((ACCOUNT,), apply=True)
    ids = write(target, ACCOUNT, "a", [{ENTITY: n, "Name": n} for n in "abcde"]).loaded
    store, now = server.engine.store, server.engine.clock.now()
    store.merge("Account", ids["b"], ids["a"], now)
    store.merge("Account", ids["c"], ids["b"], now)
    store.merge("Account", ids["e"], ids["d"], now)
    store.delete("Account", ids["e"], now)
    assert isinstance(target, Follow)
    assert dict(target.merged_into(ACCOUNT, [*ids.values(), "nobody"])) == {ids["a"]: ids["c"], ids["b"]: ids["c"]}


def test_records_come_back_with_their_ids(start: Start) -> None:
    """With those that were deleted together with them; who is no more ours, merged, or gone for good stays away."""
    server = start()
    target = opened(server)
    target.prepare((ACCOUNT, CONTACT), apply=True)
    firms = write(target, ACCOUNT, "a", [{ENTITY: name, "Name": name} for name in "abcde"]).loaded
    people = write(target, CONTACT, "b", [{ENTITY: "p", "LastName": "P", "AccountId": firms["a"]}]).loaded
    store, now = server.engine.store, server.engine.clock.now()
    stranger = put(server, "Account", Name="Stranger")
    for id in (firms["a"], firms["b"], firms["e"], stranger):  # the first takes its contact along
        store.delete("Account", id, now)
    store.merge("Account", firms["c"], firms["d"], now)
    store.purge(firms["e"])
    assert isinstance(target, Undelete)
    held = target.deleted(ACCOUNT, [*firms.values(), stranger, "nobody"])
    assert dict(held) == {firms["a"]: "a", firms["b"]: "b"}
    assert dict(target.deleted(CONTACT, list(people.values()))) == {people["p"]: "p"}
    server.engine.crm.forget_tokens()  # the session ends meanwhile
    assert target.undelete(ACCOUNT, [firms["a"], firms["b"]]) == {}
    assert target.undelete(CONTACT, list(people.values())) == {}, "it came along"
    assert target.undelete(ACCOUNT, [firms["a"]]) == {}, "twice is once"
    read = {row[ENTITY]: row["target_id"] for row in everything(target, ACCOUNT) if row[ENTITY]}
    assert {name: read[name] for name in "ab"} == {name: firms[name] for name in "ab"}
    (person,) = everything(target, CONTACT)
    assert (person["target_id"], person["AccountId"]) == (people["p"], firms["a"])
    store.delete("Account", firms["b"], now)
    why = target.undelete(ACCOUNT, [firms["b"], firms["e"]])
    assert {id: each.code for id, each in why.items()} == {firms["e"]: "UNDELETE_FAILED"}


# ---------------------------------------------------------------------------------------------------- sources


def spec(server: Server, table: str | None = "Account", **more: str) -> SourceSpec:
    said = options(server)
    return SourceSpec("alt", url=said["url"], table=table, options={
        "client_id": said["client_id"], "client_secret": said["client_secret"], **more,
    })  # fmt: skip


def test_an_object_is_a_source(start: Start) -> None:
    server = start()
    ids = [put(server, "Account", Name=f"Işık {n}", AnnualRevenue=n * 1.5, IsPartner=False) for n in range(7)]
    server.engine.store.delete("Account", ids[2], server.engine.clock.now())
    assert check_source(lambda: connector("salesforce").source(spec(server))) == []
    source = connector("salesforce").source(spec(server))
    rows = [row for batch in source.read(100) for row in batch.records.to_pylist()]
    assert [row["Id"] for row in rows] == [id for id in ids if id != ids[2]]
    assert (rows[1]["Name"], rows[1]["AnnualRevenue"], rows[1]["IsDeleted"]) == ("Işık 1", "1.5", "false")
    (fact,), (finding,) = source.facts()
    assert (fact.records, fact.counted) == (6, 6)
    assert (finding.code, finding.count) == ("deleted_left_out", 1)


def test_converted_leads_of_a_source_are_told(start: Start) -> None:
    server = start()
    for n in range(3):
        put(server, "Lead", LastName=f"L{n}", Company="Firm", Status="Open - Not Contacted")
    source = connector("salesforce").source(spec(server, "Lead"))
    assert len([row for batch in source.read(100) for row in batch.records.to_pylist()]) == 3
    assert source.facts()[1] == ()
    first = server.engine.store.all("Lead")[0]
    server.engine.store.update("Lead", first.id, {"IsConverted": True}, server.engine.clock.now())
    rows = [row for batch in source.read(100) for row in batch.records.to_pylist()]
    assert sorted(row["IsConverted"] for row in rows) == ["false", "false", "true"]
    (finding,) = source.facts()[1]
    assert (finding.code, finding.count) == ("converted_read", 1)


def test_a_lead_is_not_made_as_a_converted_one(start: Start) -> None:
    target = opened(start())
    (lead,) = target.describe(("Lead",)).objects
    states, mark = lead.field("Status"), lead.field("IsConverted")
    assert states is not None and "Open - Not Contacted" in states.choices
    assert "Closed - Converted" not in states.choices and "Closed - Not Converted" in states.choices
    assert mark is not None and mark.read_only


def test_a_kind_of_an_object_is_a_source(start: Start) -> None:
    server = start()
    for at in range(5):
        put(server, "Task", Subject=f"T{at}", TaskSubtype="Call" if at % 2 else "Task")
    source = connector("salesforce").source(spec(server, "Task:TaskSubtype=Call"))
    assert [row["Subject"] for batch in source.read(1) for row in batch.records.to_pylist()] == ["T1", "T3"]
    assert source.facts()[0][0].counted == 2


def test_a_source_that_cannot_be_read_says_why(start: Start) -> None:
    server = start()
    with pytest.raises(InputError, match="no object Nobody"):
        connector("salesforce").source(spec(server, "Nobody")).describe()
    with pytest.raises(UsageError, match="needs `table`"):
        connector("salesforce").source(spec(server, None))
    with pytest.raises(UsageError, match="source `alt`"):
        connector("salesforce").source(replace(spec(server), options={}))
