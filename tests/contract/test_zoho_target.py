"""The Zoho CRM target against the conformance kit, on a simulated organisation behind a socket; what else it does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from zohos import WHO, opened, options, started

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, batch_of, everything, write
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Remove, SourceSpec, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, InputError, QuotaGone, TargetConflict, TargetError, UsageError
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.server import Server
from crm_migrate_zoho.kit import kit
from crm_migrate_zoho.shapes import KEY

Start = Callable[..., Server]
KIT = kit("ab12")


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulated organisations, and ends them."""
    servers: list[Server] = []

    def begun(schema: Any = None, **how: Any) -> Server:
        servers.append(started(schema, **how))
        return servers[-1]

    yield begun
    for server in servers:
        server.stop()


CHECKS = (*TARGET_CHECKS, *REMOVE_CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], start: Start) -> None:
    server = start()
    check(lambda: opened(server), KIT)


def text(*names: str) -> tuple[TargetField, ...]:
    return tuple(TargetField(name, "text") for name in names)


ACCOUNT = TargetObject("Accounts", text("Account_Name", "Phone"), KEY)
CONTACT = TargetObject(
    "Contacts", (*text("Last_Name", "Email"), TargetField("Account_Name", "reference", reference="Accounts")), KEY
)
COLLEAGUE = {"email": "ayse@firma.example", "first_name": "Ayşe", "last_name": "K."}


def put(server: Server, module: str, **values: Any) -> str:
    """A record that a user makes."""
    return str(server.engine.store.create(module, values, server.engine.clock.now()).id)


def requests_of(server: Server) -> list[tuple[str, str]]:
    return [(each.method, each.route) for each in server.engine.log.requests]


# ---------------------------------------------------------------------------------------------------- writing


def test_who_withdraws_is_marked_there_and_nobody_is_opted_in(start: Start) -> None:
    server = start()
    consent, mark = TargetField("Email_Consent", "consent"), TargetField("Email_Opt_Out", "boolean")
    object = TargetObject("Contacts", (*text("Last_Name"), consent), KEY)
    target = opened(server)
    target.prepare((object,), apply=True)
    said = [("a", "withdrawn"), ("b", "granted"), ("c", "bounced")]
    made = write(target, object, "a", [{ENTITY: k, "Last_Name": k, "Email_Consent": word} for k, word in said]).loaded
    marked = {key: server.engine.store.get("Contacts", id).values["Email_Opt_Out"] for key, id in made.items()}
    assert marked == {"a": True, "b": False, "c": True}
    server.engine.store.update("Contacts", made["b"], {"Email_Opt_Out": True}, server.engine.clock.now())
    whole = replace(object, fields=(*object.fields, mark))
    for each in (object, whole):
        assert [row["Email_Consent"] for row in everything(target, each)] == ["withdrawn", "withdrawn", "bounced"]
    assert set(write(target, object, "b", [{ENTITY: "b", "Email_Consent": "granted"}], "update").loaded) == {"b"}
    assert server.engine.store.get("Contacts", made["b"]).values["Email_Opt_Out"] is True
    bare = TargetObject("Contacts", (mark,), KEY)
    refused = write(target, bare, "c", [{ENTITY: "b", "Email_Opt_Out": "false"}], "update").refused["b"]
    assert refused.code == "OPTED_OUT"


def test_an_owner_is_a_user_by_the_mailbox(start: Start) -> None:
    gone = {"email": "ayse@firma.example", "last_name": "Former", "status": "deleted"}
    server = start({"users": [gone, COLLEAGUE]})
    object = TargetObject("Accounts", (*text("Account_Name"), TargetField("Owner.email", "owner")), KEY)
    target = opened(server, owns_nothing="true")
    target.prepare((object,), apply=True)
    rows = [("a", "AYSE@firma.example"), ("b", None), ("c", "nobody@firma.example")]
    answer = write(target, object, "a", [{ENTITY: k, "Account_Name": k, "Owner.email": o} for k, o in rows])
    assert set(answer.loaded) == {"a", "b"} and answer.refused["c"].code == "UNKNOWN"
    read = {row[ENTITY]: row["Owner.email"] for row in everything(target, object)}
    assert read == {"a": COLLEAGUE["email"], "b": None}
    active = server.engine.store.all("users")[2].id
    assert server.engine.store.get("Accounts", answer.loaded["a"]).values["Owner"] == active
    write(target, object, "b", [{ENTITY: "a", "Owner.email": None}], "update")
    assert [row["Owner.email"] for row in everything(target, object)] == [None, None]


TAGGED = TargetObject("Accounts", (*text("Account_Name"), TargetField("Tag", "tags")), KEY)


def tags_of(target: Any) -> dict[Any, Any]:
    return {row[ENTITY]: row["Tag"] for row in everything(target, TAGGED) if row["Tag"]}


def test_a_record_has_the_tags_that_it_is_to_have_and_no_others(start: Start) -> None:
    server = start()
    target = opened(server)
    target.prepare((TAGGED,), apply=True)
    two, many = '["fuar", "Ankara, doğu"]', "[" + ",".join(f'"t{n}"' for n in range(11)) + "]"
    said = [("a", two), ("b", two), ("c", None), ("d", many)]
    answer = write(target, TAGGED, "a", [{ENTITY: k, "Account_Name": k, "Tag": tags} for k, tags in said])
    assert set(answer.loaded) == {"a", "b", "c"} and answer.refused["d"].code == "TAGS"
    assert tags_of(target) == {"a": two, "b": two}
    since = len(server.engine.log.requests)
    changes: list[dict[str, str | None]] = [
        {ENTITY: "a", "Account_Name": "A", "Tag": '["vip"]'},
        {ENTITY: "b", "Account_Name": "B", "Tag": None},
        {ENTITY: "c", "Account_Name": "C", "Tag": '["vip"]'},
    ]
    for _ in range(2):  # what is said twice is there as once
        assert set(write(target, TAGGED, "b", changes, "update").loaded) == {"a", "b", "c"}
    assert tags_of(target) == {"a": '["vip"]', "c": '["vip"]'}
    routes = [route.rpartition("/")[2] for _, route in requests_of(server)[since:] if "/actions/" in route]
    assert routes == ["add_tags", "remove_tags"]
    assert set(write(target, TAGGED, "c", [{ENTITY: "a", "Tag": '["x"]'}], "update").loaded) == {"a"}
    assert tags_of(target) == {"a": '["x"]', "c": '["vip"]'}


def test_whose_tags_are_refused_is_refused_though_the_rest_of_it_was_taken(start: Start) -> None:
    """A user deletes the record between its change and its tags."""
    server = start()
    target = opened(server)
    target.prepare((TAGGED,), apply=True)
    ids = write(target, TAGGED, "a", [{ENTITY: k, "Account_Name": k} for k in "ab"]).loaded
    store, clock = server.engine.store, server.engine.clock
    store.listeners.append(
        lambda what, told: (
            store.delete("Accounts", ids["a"], clock.now())
            if what == "record" and told["record"].values["Account_Name"] == "A" and not told["record"].deleted
            else None
        )
    )
    rows: list[dict[str, str | None]] = [{ENTITY: k, "Account_Name": k.upper(), "Tag": '["x"]'} for k in "ab"]
    answer = write(target, TAGGED, "b", rows, "update")
    assert set(answer.loaded) == {"b"} and answer.refused["a"].field == "Tag"
    assert "what else changed was taken" in answer.refused["a"].words


TASK = TargetObject(
    "Tasks",
    (
        *text("Subject"),
        TargetField("Who_Id", "reference", reference="Contacts"),
        TargetField("What_Id.Accounts", "reference", reference="Accounts"),
        TargetField("What_Id.Deals", "reference", reference="Deals"),
    ),
    KEY,
)


def test_an_activity_is_about_one_person_and_one_record(start: Start) -> None:
    server = start({"pipelines": False})
    firm, person = put(server, "Accounts", Account_Name="Işık"), put(server, "Contacts", Last_Name="Yılmaz")
    deal = put(server, "Deals", Deal_Name="D", Stage="Qualification")
    target = opened(server)
    target.prepare((TASK,), apply=True)
    rows: list[dict[str, str | None]] = [
        {ENTITY: "a", "Subject": "A", "Who_Id": person, "What_Id.Accounts": firm, "What_Id.Deals": None},
        {ENTITY: "b", "Subject": "B", "What_Id.Deals": deal},
        {ENTITY: "c", "Subject": "C", "What_Id.Accounts": firm, "What_Id.Deals": deal},
    ]
    answer = write(target, TASK, "a", rows)
    assert set(answer.loaded) == {"a", "b"} and answer.refused["c"].code == "TWO"
    assert write(target, TASK, "again", rows[:2]).loaded == answer.loaded, "no unique key, and made once"
    names = ("Who_Id", "What_Id.Accounts", "What_Id.Deals")
    read = {row[ENTITY]: tuple(row[name] for name in names) for row in everything(target, TASK)}
    assert read == {"a": (person, firm, None), "b": (None, None, deal)}
    write(target, TASK, "b", [{ENTITY: "a", "What_Id.Accounts": None, "What_Id.Deals": deal}], "update")
    assert {row["What_Id.Deals"] for row in everything(target, TASK)} == {deal}


def test_who_has_a_mailbox_that_is_there_once_is_refused_and_not_written_over(start: Start) -> None:
    server = start({"objects": {"Contacts": {"fields": {"Badge": {"unique": True, "folded": True}}}}})
    theirs = put(server, "Contacts", Last_Name="Theirs", Badge="7")
    object = TargetObject("Contacts", text("Last_Name", "Badge"), KEY)
    target = opened(server)
    target.prepare((object,), apply=True)
    refused = write(target, object, "a", [{ENTITY: "a", "Last_Name": "Ours", "Badge": "7"}]).refused["a"]
    assert (refused.code, refused.field) == ("DUPLICATE_DATA", "Badge")
    assert server.engine.store.get("Contacts", theirs).values["Last_Name"] == "Theirs"


def test_what_the_module_lacks_is_refused_and_not_passed_over(start: Start) -> None:
    target = opened(start())
    target.prepare((ACCOUNT,), apply=True)
    with pytest.raises(TargetError, match="lacks the field Nonsense of Accounts"):
        write(target, ACCOUNT, "a", [{ENTITY: "a", "Account_Name": "A", "Nonsense": "x"}])


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (TargetField("Pipeline_Name__s", "text"), "the field Pipeline_Name__s of Accounts"),
        (TargetField("Currency", "currency"), "the field Currency of Accounts"),
        (TargetField("What_Id.Accounts", "reference", reference="Accounts"), "the field What_Id.Accounts"),
        (TargetField("Friend", "reference", reference="Contacts"), "the field Friend of Accounts"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_nobody_can_make_is_told_and_nothing_is_made(field: TargetField, words: str, start: Start) -> None:
    server = start()
    target = opened(server)
    wanted = replace(ACCOUNT, fields=(*ACCOUNT.fields, field))
    assert any(line.startswith(f"by hand: {words}") for line in target.prepare((wanted,), apply=False))
    with pytest.raises(TargetError, match="Zoho CRM lacks"):
        target.prepare((wanted,), apply=True)
    assert ("POST", "/crm/v8/settings/fields") not in requests_of(server)


@pytest.mark.parametrize(
    ("said", "words"),
    [({"data_type": "bigint"}, "is no text"), ({"data_type": "text"}, "takes a value twice")],
)
def test_a_key_that_cannot_be_ours_is_told(said: dict[str, Any], words: str, start: Start) -> None:
    target = opened(start({"objects": {"Accounts": {"fields": {KEY: said}}}}))
    with pytest.raises(TargetError, match=words):
        target.prepare((ACCOUNT,), apply=True)


def test_a_module_that_takes_no_third_unique_field_says_so(start: Start) -> None:
    unique = {name: {"unique": True, "folded": True} for name in ("One", "Two")}
    target = opened(start({"objects": {"Accounts": {"fields": unique}}}))
    with pytest.raises(TargetError, match="LIMIT_EXCEEDED"):
        target.prepare((ACCOUNT,), apply=True)


def test_more_columns_than_a_query_has_are_read_by_several(start: Start) -> None:
    server = start()
    names = [f"Extra_{n}" for n in range(60)]
    object = TargetObject("Accounts", text("Account_Name", *names), KEY)
    target = opened(server)
    target.prepare((object,), apply=True)
    rows: list[dict[str, str | None]] = [
        {ENTITY: f"e{n}", "Account_Name": f"F{n}", **{name: f"{name} of {n}" for name in names}} for n in range(3)
    ]
    write(target, object, "a", rows)
    read = [{name: cell for name, cell in row.items() if name != "target_id"} for row in everything(target, object)]
    assert read == rows


def test_a_locked_record_is_sent_again_and_what_a_blueprint_holds_is_refused(start: Start) -> None:
    server = start()
    target = opened(server)
    target.prepare((ACCOUNT,), apply=True)
    for fault in ("rows_locked@1", "in_blueprint@1"):
        server.engine.schedule = Schedule(read_schedule(fault, server.engine.kinds))
        server.engine.log.count_anew()
        answer = write(target, ACCOUNT, fault, [{ENTITY: fault, "Account_Name": "A"}])
        assert set(answer.later if "locked" in fault else answer.refused) == {fault}, answer


@pytest.mark.parametrize("merged", [False, True])
def test_who_was_made_and_taken_away_at_once_is_not_made_again(merged: bool, start: Start) -> None:
    """A user deletes or merges a record between its creation and our look for its key."""
    server = start()
    target = opened(server)
    target.prepare((ACCOUNT,), apply=True)
    store, clock = server.engine.store, server.engine.clock
    other = put(server, "Accounts", Account_Name="Other")
    store.listeners.append(lambda what, told: taken(told["record"]) if what == "record" and told["fresh"] else None)

    def taken(record: Any) -> None:
        if record.values.get(KEY) == "b":
            if merged:
                store.merge("Accounts", other, record.id, clock.now())
            else:
                store.delete("Accounts", record.id, clock.now())

    answer = write(target, ACCOUNT, "a", [{ENTITY: n, "Account_Name": n} for n in "abc"])
    assert set(answer.loaded) == {"a", "b", "c"} and not answer.in_doubt
    assert [row[ENTITY] for row in everything(target, ACCOUNT) if row["Account_Name"] != "Other"] == ["a", "c"]
    alone = write(target, ACCOUNT, "b", [{ENTITY: "b", "Account_Name": "b"}])
    assert set(alone.loaded) == {"b"}


def test_who_is_referred_to_by_others_stays(start: Start) -> None:
    server = start()
    target = opened(server)
    target.prepare((ACCOUNT, CONTACT), apply=True)
    ids = write(target, ACCOUNT, "a", [{ENTITY: n, "Account_Name": n} for n in "abc"]).loaded
    write(target, CONTACT, "b", [{ENTITY: "p", "Last_Name": "P", "Account_Name": ids["a"]}])
    put(server, "Tasks", Subject="Call", What_Id=ids["b"])
    assert isinstance(target, Remove)
    told = {tuple(row.values()) for table in target.referred(ACCOUNT, ()) for row in table.to_pylist()}
    assert told == {(ids["a"], "Contacts", "Account_Name"), (ids["b"], "Tasks", "What_Id.Accounts")}
    known = {("Contacts", "Account_Name"), ("Tasks", "What_Id.Accounts")}
    assert not [row for table in target.referred(ACCOUNT, known) for row in table.to_pylist()]
    rows = [{ENTITY: n, TARGET_ID: ids[n]} for n in ids]
    answer = target.remove(replace(batch_of(ACCOUNT, "r", rows, "update"), action="remove"))
    assert set(answer.loaded) == {"c"}
    assert {each.code for each in answer.refused.values()} == {"REFERRED"}
    assert len(server.engine.store.all("Contacts")) == len(server.engine.store.all("Tasks")) == 1


def test_what_zoho_alone_fills_is_read_only_and_choices_are_those_of_the_api(start: Start) -> None:
    (deals,) = opened(start()).describe(("Deals",)).objects
    fields = {each.name: each for each in deals.fields}
    assert all(fields[name].read_only for name in ("Created_Time", "Modified_By", "Expected_Revenue"))
    assert "Id. Decision Makers" in fields["Stage"].choices and "-None-" not in fields["Type"].choices
    assert fields["Stage"].required and fields["Account_Name"].reference == "Accounts"
    assert (fields["Deal_Name"].length, fields["Probability"].below) == (120, 1000)
    assert fields["Tag"].type == "tags"


LINKS = {"Account_Contacts": {"linking": {"Account": "Accounts", "Contact": "Contacts"}}}
LINK = TargetObject(
    "Account_Contacts",
    (
        TargetField("Account", "reference", reference="Accounts"),
        TargetField("Contact", "reference", reference="Contacts"),
        *text("Role"),
    ),
    KEY,
)


def test_a_linking_module_is_a_module_whose_records_are_links(start: Start) -> None:
    server = start({"objects": LINKS})
    firm, person = put(server, "Accounts", Account_Name="Işık"), put(server, "Contacts", Last_Name="Yılmaz")
    target = opened(server)
    assert target.prepare((LINK,), apply=True) == (
        "add field Account_Contacts.crm_migrate_id", "add field Account_Contacts.Role",
    )  # fmt: skip
    row: dict[str, str | None] = {ENTITY: "l", "Account": firm, "Contact": person, "Role": "Genel Müdür"}
    answer = write(target, LINK, "a", [row, {ENTITY: "half", "Account": firm, "Contact": None, "Role": None}])
    assert set(answer.loaded) == {"l"} and answer.refused["half"].code == "MANDATORY_NOT_FOUND"
    assert [{n: c for n, c in each.items() if n != "target_id"} for each in everything(target, LINK)] == [row]
    assert isinstance(target, Remove)
    told = {tuple(each.values()) for table in target.referred(ACCOUNT, ()) for each in table.to_pylist()}
    assert told == {(firm, "Account_Contacts", "Account")}, "so no firm goes with its links"


# ---------------------------------------------------------------------------------------------------- getting in


def test_credentials_are_refused_and_a_token_for_another_place_is_not_used(start: Start) -> None:
    server, other = start(), start()
    with pytest.raises(AuthExpired, match="invalid_code"):
        opened(server, refresh_token="x").identity()
    with pytest.raises(TargetConflict, match="another address"):
        opened(server, login_url=other.url).identity()
    assert not [route for _, route in requests_of(server) if "org" in route]


def test_a_token_that_ended_is_renewed(start: Start) -> None:
    server = start()
    target = opened(server)
    first = target.identity()
    server.engine.crm.forget_tokens()
    assert target.identity() == first


def test_credits_that_are_gone_end_the_run_in_good_order(start: Start) -> None:
    target = opened(start(habits={"credits": "1"}))
    target.identity()
    with pytest.raises(QuotaGone):
        target.describe(("Accounts",))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"url": "https://www.zohoapis.example"}, "no data centre"),
        ({"client_secret": ""}, "needs `client_secret`"),
        ({"owns_nothing": "maybe"}, "`owns_nothing` is"),
        ({"parallel": "0"}, "`parallel` is"),
    ],
    ids=str,
)
def test_words_that_cannot_be_meant_are_refused(said: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        connector("zoho").target({"url": "https://www.zohoapis.eu", **WHO, **said})


# ---------------------------------------------------------------------------------------------------- sources


def spec(server: Server, table: str | None = "Accounts", **more: str) -> SourceSpec:
    said = options(server)
    return SourceSpec("alt", url=said["url"], table=table, options={"login_url": said["login_url"], **WHO, **more})


def test_a_module_is_a_source(start: Start) -> None:
    server = start({"users": [COLLEAGUE]})
    owner = server.engine.store.all("users")[1].id
    ids = [put(server, "Accounts", Account_Name=f"Işık {n}", Annual_Revenue=n * 1.125, Owner=owner) for n in range(7)]
    server.engine.store.delete("Accounts", ids[2], server.engine.clock.now())
    assert check_source(lambda: connector("zoho").source(spec(server))) == []
    source = connector("zoho").source(spec(server))
    rows = [row for batch in source.read(100) for row in batch.records.to_pylist()]
    assert [row["id"] for row in rows] == [id for id in ids if id != ids[2]]
    first = rows[1]
    assert (first["Account_Name"], first["Annual_Revenue"], first["Owner"]) == ("Işık 1", "1.1250", owner)
    assert first["Owner.email"] == COLLEAGUE["email"] and first["Created_Time"].endswith("Z")
    (fact,), _ = source.facts()
    assert (fact.records, fact.counted) == (6, 6)


def test_an_activity_of_a_source_says_of_which_module_its_record_is(start: Start) -> None:
    server = start()
    firm = put(server, "Accounts", Account_Name="Işık")
    put(server, "Tasks", Subject="A", What_Id=firm)
    put(server, "Tasks", Subject="B")
    source = connector("zoho").source(spec(server, "Tasks"))
    rows = [row for batch in source.read(1) for row in batch.records.to_pylist()]
    assert [(row["What_Id"], row["What_Id.module"]) for row in rows] == [(firm, "Accounts"), (None, None)]


def test_what_no_query_tells_is_read_from_lists(start: Start) -> None:
    server = start({"objects": {"Accounts": {"fields": {"Branches": {"data_type": "subform"}}}}})
    for n in range(205):
        put(server, "Accounts", Account_Name=f"F{n}", **({"Tag": '["vip","fuar"]'} if n == 203 else {}))
    source = connector("zoho").source(spec(server))
    rows = [row for batch in source.read(1000) for row in batch.records.to_pylist()]
    assert {row["Account_Name"]: row["Tag"] for row in rows if row["Tag"]} == {"F203": '["vip", "fuar"]'}
    said = source.facts()[0][0].evidence
    assert "Branches" not in rows[0] and "subforms, which are tables of their own: Branches" in said


def test_a_kind_of_a_module_is_a_source(start: Start) -> None:
    server = start()
    for n in range(4):
        put(server, "Accounts", Account_Name=f"F{n}", Account_Site="O'Hara" if n % 2 else "Kadıköy")
    source = connector("zoho").source(spec(server, "Accounts:Account_Site=O'Hara"))
    assert [row["Account_Name"] for batch in source.read(9) for row in batch.records.to_pylist()] == ["F1", "F3"]
    assert source.facts()[0][0].counted == 2


def test_a_source_that_cannot_be_read_says_why(start: Start) -> None:
    server = start()
    with pytest.raises(InputError, match="no module Nobody"):
        connector("zoho").source(spec(server, "Nobody")).describe()
    with pytest.raises(UsageError, match="needs `table`"):
        connector("zoho").source(spec(server, None))
    with pytest.raises(UsageError, match="source `alt`"):
        connector("zoho").source(replace(spec(server), options={}))
