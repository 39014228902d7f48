"""The Odoo target against the conformance kit, and what its records are in a simulated database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from odoo_databases import Database

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, OwnKit, Rows, batch_of, everything, settled
from crm_migrate.connecting.contract import TARGET_ID, Answer, Remove, Target, TargetField, TargetObject
from crm_migrate.errors import AuthExpired, TargetError
from crm_migrate_odoo.settings import read_settings
from crm_migrate_odoo.target import OdooTarget
from crm_migrate_simulators.faults import Schedule, read_schedule

Open = Callable[..., Database]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens databases, and ends them."""
    there: list[Database] = []

    def open(**how: Any) -> Database:
        there.append(Database(**how))
        return there[-1]

    yield open
    for each in there:
        each.stop()


def target_of(there: Database, **options: str) -> Target:
    return OdooTarget(read_settings({**there.options, **options}))


@pytest.mark.parametrize("check", [*TARGET_CHECKS, *REMOVE_CHECKS], ids=lambda check: check.__name__)
def test_conformance(check: Callable[..., None], opened: Open) -> None:
    there = opened()
    target = target_of(there)
    assert isinstance(target, OwnKit)
    check(lambda: target_of(there), target.kit("a"))


# ---------------------------------------------------------------------------------------------------- records

AYSE = "colleague@simulated.example"
ACCOUNT = TargetObject(
    "res.partner:is_company=true",
    (
        TargetField("name", "company_name", required=True),
        *(TargetField(name, "text") for name in ("email", "industry_id.name", "country_id.code")),
        TargetField("user_id.login", "owner"),
        TargetField("category_id.name", "tags"),
        TargetField("parent_id", "reference", reference="res.partner:is_company=true"),
    ),
)
CONTACT = TargetObject(
    "res.partner:is_company=false",
    (
        TargetField("name", "person_name", required=True),
        TargetField("email", "email"),
        TargetField("x_email_consent", "consent"),
        TargetField("parent_id", "reference", reference=ACCOUNT.name),
    ),
)
DEAL = TargetObject(
    "crm.lead:type=opportunity",
    (
        *(TargetField(name, "text") for name in ("name", "stage", "lost_reason_id.name")),
        TargetField("probability", "number"),
        TargetField("partner_id.company", "reference", reference=ACCOUNT.name),
        TargetField("partner_id.person", "reference", reference=CONTACT.name),
        TargetField("user_id.login", "owner"),
    ),
)
TODO = TargetObject(
    "mail.activity",
    (
        *(TargetField(name, "text") for name in ("summary", "activity_type_id.name")),
        TargetField("date_deadline", "date"),
        TargetField("res_id.company", "reference", reference=ACCOUNT.name),
        TargetField("res_id.person", "reference", reference=CONTACT.name),
        TargetField("res_id.opportunity", "reference", reference=DEAL.name),
    ),
)
NOTE = TargetObject(
    "mail.message:message_type=comment",
    (
        TargetField("body", "long_text"),
        TargetField("date", "instant"),
        TargetField("res_id.person", "reference", reference=CONTACT.name),
        TargetField("res_id.opportunity", "reference", reference=DEAL.name),
    ),
)
CUSTOM: Any = {"objects": {"res.partner": {"fields": {"x_email_consent": {}}}}}


def written(target: Target, object: TargetObject, *rows: Mapping[str, str | None], action: str = "create") -> Answer:
    return settled(target, object, "b", [dict(row) for row in rows], action)


def read(target: Target, object: TargetObject) -> dict[str, dict[str, Any]]:
    """Our key -> the record."""
    return {row["__entity"] or "": row for row in everything(target, object)}


def customers(target: Target) -> tuple[str, str, str]:
    """A company, a person of it, and another company."""
    there = written(target, ACCOUNT, {"__entity": "a1", "name": "Firma"}, {"__entity": "a2", "name": "Beta"}).loaded
    kim = written(target, CONTACT, {"__entity": "c1", "name": "Kim Öz", "parent_id": there["a1"]}).loaded["c1"]
    return there["a1"], kim, there["a2"]


def test_what_a_row_names_is_found_by_its_own_name_and_tags_are_made(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    row = {"industry_id.name": "Construction", "country_id.code": "TR", "user_id.login": AYSE}
    row |= {"category_id.name": '["Fair 2024","Premium"]', "email": "info@firma.example"}
    loaded = written(target, ACCOUNT, {"__entity": "a1", "name": "Firma", **row}).loaded["a1"]
    assert {name: read(target, ACCOUNT)["a1"][name] for name in row} == row
    (record,) = there.ask("res.partner", "read", [int(loaded)], ["is_company", "user_id", "country_id"])
    assert (record["is_company"], record["user_id"][1], record["country_id"][1]) == (True, "Colleague", "Türkiye")
    written(target, ACCOUNT, {"__entity": "a2", "name": "Beta", "category_id.name": '["Premium"]'})
    assert there.ask("res.partner.category", "search_count", []) == 2, "a tag was made a second time"
    cleared = written(target, ACCOUNT, {"__entity": "a1", **dict.fromkeys(row)}, action="update")
    assert cleared.loaded == {"a1": loaded}
    assert {read(target, ACCOUNT)["a1"][name] for name in row} == {None}


def test_one_bad_row_refuses_no_other_and_is_told_by_its_field(opened: Open) -> None:
    target = target_of(opened())
    rows = [{"__entity": f"a{n}", "name": f"Firma {n}"} for n in range(30)]
    bad: dict[str, dict[str, str | None]] = {
        "a0": {"name": None}, "a3": {"parent_id": "999999"}, "a7": {"industry_id.name": "Nobody"},
        "a9": {"user_id.login": "nobody@anadolu.example"}, "a20": {"name": None},
    }  # fmt: skip
    answer = written(target, ACCOUNT, *({**row, **bad.get(row["__entity"], {})} for row in rows))
    said = {entity: (why.code, why.field) for entity, why in answer.refused.items()}
    assert said == {
        "a0": ("LOAD", ""), "a3": ("LOAD", "parent_id"), "a7": ("UNKNOWN", "industry_id.name"),
        "a9": ("UNKNOWN", "user_id.login"), "a20": ("LOAD", ""),
    }  # fmt: skip
    assert answer.loaded.keys() == {row["__entity"] for row in rows} - bad.keys()
    assert len(read(target, ACCOUNT)) == 25


def test_a_deal_is_open_won_or_lost_and_goes_back(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    firm, *_ = customers(target)
    rows = [
        {"__entity": "d1", "name": "Open", "stage": "Qualified", "partner_id.company": firm},
        {"__entity": "d2", "name": "Won", "stage": "Won"},
        {"__entity": "d3", "name": "Lost", "stage": "Lost", "lost_reason_id.name": "Too expensive"},
        {"__entity": "d4", "name": "Both", "stage": "Won", "probability": "40"},
    ]
    answer = written(target, DEAL, *rows)
    assert answer.loaded.keys() == {"d1", "d2", "d3"} and answer.refused["d4"].field == "probability"
    told = {key: (row["stage"], row["probability"]) for key, row in read(target, DEAL).items()}
    assert told == {"d1": ("Qualified", "0"), "d2": ("Won", "100"), "d3": ("Lost", "0")}
    (lost,) = there.ask("crm.lead", "read", [int(answer.loaded["d3"])], ["active", "type", "lost_reason_id", "user_id"])
    assert (lost["active"], lost["type"], lost["lost_reason_id"][1]) == (False, "opportunity", "Too expensive")
    assert lost["user_id"] is False, "who has no owner would be of our own user"
    written(target, DEAL, {"__entity": "d3", "stage": "Proposition"}, action="update")
    written(target, DEAL, {"__entity": "d1", "stage": "Lost"}, action="update")
    assert {key: row["stage"] for key, row in read(target, DEAL).items()} == {
        "d1": "Lost", "d2": "Won", "d3": "Proposition",
    }  # fmt: skip


def test_the_customer_of_a_deal_is_a_person_of_its_company(opened: Open) -> None:
    target = target_of(opened())
    firm, kim, other = customers(target)
    rows: Rows = [
        {"__entity": "d1", "name": "Both", "partner_id.company": firm, "partner_id.person": kim},
        {"__entity": "d2", "name": "Firm", "partner_id.company": other, "partner_id.person": None},
        {"__entity": "d3", "name": "Two", "partner_id.company": other, "partner_id.person": kim},
    ]
    assert written(target, DEAL, *rows).refused.keys() == {"d3"}
    told = {key: (row["partner_id.company"], row["partner_id.person"]) for key, row in read(target, DEAL).items()}
    assert told == {"d1": (firm, kim), "d2": (other, None)}
    written(target, DEAL, {"__entity": "d1", "partner_id.person": None}, action="update")
    assert read(target, DEAL)["d1"]["partner_id.company"] == firm, "without its person a deal is still of the company"


def test_an_activity_and_a_note_are_about_one_record(opened: Open) -> None:
    target = target_of(opened())
    firm, kim, _ = customers(target)
    deal = written(target, DEAL, {"__entity": "d1", "name": "Roof"}).loaded["d1"]
    day = {"date_deadline": "2026-12-24", "activity_type_id.name": "Call"}
    todos = [
        {"__entity": "t1", "summary": "Ring", "res_id.person": kim, **day},
        {"__entity": "t2", "summary": "Visit", "res_id.company": firm, **day},
        {"__entity": "t3", "summary": "Offer", "res_id.opportunity": deal, **day},
        {"__entity": "t4", "summary": "Two", "res_id.opportunity": deal, "res_id.person": kim, **day},
    ]
    assert written(target, TODO, *todos).refused.keys() == {"t4"}
    names = ("res_id.person", "res_id.company", "res_id.opportunity")
    told = {key: tuple(row[name] for name in names) for key, row in read(target, TODO).items()}
    assert told == {"t1": (kim, None, None), "t2": (None, firm, None), "t3": (None, None, deal)}
    text = 'He said: "1 < 2" & left.\n\n  Two blanks'
    written(target, NOTE, {"__entity": "n1", "body": text, "date": "2019-05-06T07:08:09Z", "res_id.opportunity": deal})
    (note,) = everything(target, NOTE)
    assert (note["body"], note["date"], note["res_id.opportunity"]) == (text, "2019-05-06T07:08:09Z", deal)


def test_who_withdraws_is_on_the_blacklist_and_whom_users_put_there_has_withdrawn(opened: Open) -> None:
    there = opened(schema=CUSTOM)
    target = target_of(there)
    people = [
        {"__entity": "c1", "name": "Ali", "email": "Ali@firma.example", "x_email_consent": "withdrawn"},
        {"__entity": "c2", "name": "Ece", "email": "ece@firma.example", "x_email_consent": "granted"},
    ]
    assert written(target, CONTACT, *people).loaded.keys() == {"c1", "c2"}
    blocked = there.ask("mail.blacklist", "search_read", [], ["email"])
    assert [each["email"] for each in blocked] == ["ali@firma.example"]
    there.ask("mail.blacklist", "create", {"email": "ece@firma.example"})
    assert read(target, CONTACT)["c2"]["x_email_consent"] == "withdrawn"
    there.ask("mail.blacklist", "write", [blocked[0]["id"]], {"active": False})
    written(target, CONTACT, {"__entity": "c1", "x_email_consent": "bounced"}, action="update")
    assert there.ask("mail.blacklist", "search_count", []) == 2, "who bounced is blocked again"


def test_a_person_takes_over_the_address_of_the_company_unless_it_is_another_one(opened: Open) -> None:
    target = target_of(opened())
    where = (TargetField("street", "street"), TargetField("city", "city"))
    account = replace(ACCOUNT, fields=(*ACCOUNT.fields, *where))
    contact = replace(CONTACT, fields=(CONTACT.fields[0], CONTACT.fields[3], TargetField("type", "choice"), *where))
    where_it_is = {"city": "Bursa", "street": "Ana 1"}
    firm = written(target, account, {"__entity": "a1", "name": "Firma", **where_it_is}).loaded["a1"]
    own = {"city": "Konya", "street": "Yan 2", "parent_id": firm}
    people = [
        {"__entity": "c1", "name": "Kim", **own, "type": None},
        {"__entity": "c2", "name": "Ali", **own, "type": "other"},
    ]
    written(target, contact, *people)
    untyped = replace(contact, fields=tuple(field for field in contact.fields if field.name != "type"))
    more = [{"__entity": "c3", "name": "Ece", **own}, {"__entity": "c4", "name": "Can", "parent_id": firm}]
    written(target, untyped, *more)
    told = {key: (row["type"], row["street"], row["city"]) for key, row in read(target, contact).items()}
    theirs, kept = ("contact", "Ana 1", "Bursa"), ("other", "Yan 2", "Konya")
    assert told == {"c1": theirs, "c2": kept, "c3": kept, "c4": theirs}


def test_a_subsidiary_keeps_its_address_when_it_is_told_later_whose_it_is(opened: Open) -> None:
    target = target_of(opened())
    where = (TargetField("street", "street"), TargetField("zip", "postal_code"))
    account = replace(ACCOUNT, fields=(*ACCOUNT.fields, *where))
    firm, other = {"__entity": "a1", "street": "Ana 1", "zip": "16000"}, {"__entity": "a2", "street": "Yan 2"}
    rows = ({**firm, "name": "Ana"}, {**other, "name": "Yan"}, {"__entity": "a3", "name": "Orta"})
    ids = written(target, account, *rows).loaded
    above = [{"__entity": each, "parent_id": ids["a1"]} for each in ("a2", "a3")]
    written(target, account, *above, action="update")
    told = {key: (row["street"], row["zip"]) for key, row in read(target, account).items()}
    assert told == {"a1": ("Ana 1", "16000"), "a2": ("Yan 2", None), "a3": ("Ana 1", "16000")}
    written(target, account, {"__entity": "a3", "parent_id": ids["a2"]}, action="update")
    assert read(target, account)["a3"]["street"] == "Yan 2", "what was taken over is no address of its own"


def test_the_date_of_creation_is_told_as_one_that_nobody_can_set(opened: Open) -> None:
    target = target_of(opened())
    (described,) = target.describe((ACCOUNT.name,)).objects
    field = described.field("create_date")
    assert field is not None and field.read_only
    named = replace(ACCOUNT, fields=(*ACCOUNT.fields, TargetField("create_date", "instant")))
    with pytest.raises(TargetError, match="no field create_date"):
        written(target, named, {"__entity": "a1", "name": "Firma", "create_date": "2019-01-01T00:00:00Z"})


def test_fields_of_our_own_are_made_and_others_are_not(opened: Open) -> None:
    target = target_of(opened())
    consent = TargetField("x_email_consent", "consent")
    wanted = replace(CONTACT, fields=(*CONTACT.fields, TargetField("x_boss_id", "reference", reference=CONTACT.name)))
    named = ("add field x_email_consent of res.partner", "add field x_boss_id of res.partner")
    assert target.prepare((wanted,), apply=True) == named
    (described,) = target.describe((CONTACT.name,)).objects
    made = [described.field(name) for name in ("x_email_consent", "x_boss_id")]
    assert [(each.type, each.reference) for each in made if each] == [("text", None), ("reference", "res.partner")]
    with pytest.raises(TargetError, match="the field shoe_size"):
        target.prepare((replace(CONTACT, fields=(consent, TargetField("shoe_size", "text"))),), apply=True)


def test_who_is_referred_to_stays_and_says_by_what(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    assert isinstance(target, Remove)
    firm, *_ = customers(target)
    there.ask("crm.lead", "create", {"name": "Theirs", "partner_id": int(firm)})
    rows: Rows = ({"__entity": "a1", TARGET_ID: firm}, {"__entity": "a2", TARGET_ID: customers(target)[2]})
    answer = target.remove(replace(batch_of(ACCOUNT, "r", rows, "update"), action="remove"))
    assert answer.loaded.keys() == {"a2"}
    assert answer.refused["a1"].words in ("crm.lead.partner_id refers to it", "res.partner.parent_id refers to it")


def test_a_wrong_key_or_database_loads_nothing(opened: Open) -> None:
    there = opened()
    for wrong in ({"token": "another"}, {"database": "elsewhere"}):
        with pytest.raises(AuthExpired, match="knows no such user"):
            target_of(there, **wrong).identity()


def test_names_are_those_of_the_language_of_our_user(opened: Open) -> None:
    target = target_of(opened(lang="tr_TR"))
    (described,) = target.describe((DEAL.name,)).objects
    stage = described.field("stage")
    assert stage is not None and stage.choices == ("Yeni", "Nitelikli", "Teklif", "Kazanıldı", "Lost")
    written(target, DEAL, {"__entity": "d1", "name": "Roof", "stage": "Kazanıldı"})
    assert (read(target, DEAL)["d1"]["stage"], read(target, DEAL)["d1"]["probability"]) == ("Kazanıldı", "100")


def test_an_answer_about_a_stranger_is_nobodys(opened: Open) -> None:
    there = opened()
    target = target_of(there)
    id = written(target, ACCOUNT, {"__entity": "a1", "name": "Firma"}).loaded["a1"]
    target.describe((ACCOUNT.name,))
    engine = there.server.engine
    engine.schedule = Schedule(read_schedule("result_foreign:1", engine.kinds), 1)
    found = [row for table in target.read(ACCOUNT, "key", ["a1"]) for row in table.to_pylist()]
    engine.schedule = Schedule(())
    assert {row["target_id"] for row in found} <= {id}
