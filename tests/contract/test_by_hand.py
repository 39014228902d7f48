"""What people make by hand in a CRM before a load: one message names all of it, and after half of it the rest."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import espos
import freshsales_accounts
import pytest
import salesforce_orgs
import suites
import vtigers
import zohos
from environments import Environment
from odoo_databases import Database
from portals import TOKEN, Portal

from crm_migrate.connecting.contract import Foretells, LeavesToPeople, LetsSet, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import TargetError
from crm_migrate_salesforce.shapes import KEY as EXTERNAL

Opened = tuple[Any, Target]


def wanted(name: str, *fields: str, key: str = "crm_migrate_id", leads: str = "") -> TargetObject:
    """An object with fields of text; the last one leads to another object, where there is one."""
    plain = tuple(TargetField(each, "text") for each in (fields[:-1] if leads else fields))
    return TargetObject(
        name, (*plain, *([TargetField(fields[-1], "reference", reference=leads)] if leads else [])), key
    )


def _fields(**objects: dict[str, Any]) -> Any:
    return {"objects": {name: {"fields": fields} for name, fields in objects.items()}}


def _salesforce(half: bool) -> Opened:
    made = {"Fax2": {"length": 40}} if half else {}
    there = salesforce_orgs.started(_fields(Account={EXTERNAL: {"type": "string", "length": 40}, **made}))
    return there, salesforce_orgs.opened(there)


def _zoho(half: bool) -> Opened:
    made = {"Friend": {"type": "reference", "reference": "Contacts"}} if half else {}
    there = zohos.started(_fields(Accounts={EXTERNAL: {"type": "integer"}, **made}))
    return there, zohos.opened(there)


def _dynamics(half: bool) -> Opened:
    there = Environment()
    if half:
        label = {"LocalizedLabels": [{"Label": "Shoe size", "LanguageCode": 1033}]}
        of = "/api/data/v9.2/EntityDefinitions(LogicalName='lead')/Attributes"
        said = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "MaxLength": 100}
        assert there.ask("POST", of, {**said, "SchemaName": "abc_shoesize", "DisplayName": label})[0] == 204
    return there, connector("dynamics").target(there.options)


def _odoo(_: bool) -> Opened:
    there = Database()
    return there, connector("odoo").target(there.options)


def _freshsales(half: bool) -> Opened:
    made = {"cf_crm_migrate_id": {}} if half else {}
    there = freshsales_accounts.Account(fields=_fields(deals={"cf_share": {"more": {"kind": "formula"}}, **made}))
    return there, connector("freshsales").target({"url": there.url, "token": freshsales_accounts.TOKEN})


def _hubspot(half: bool) -> Opened:
    there = Portal()
    if half:
        said: dict[str, Any] = there.ask("GET", "/communication-preferences/v4/definitions")["results"][0]
        there.put("subscription_types", "77", {**said, "id": "77", "name": "Offers"})
    return there, connector("hubspot").target({"url": there.url, "token": TOKEN})


def _espocrm(half: bool) -> Opened:
    made = {espos.KEY: {"maxLength": 40}} if half else {}
    there = espos.Espo(fields=_fields(Account=made), read="all" if half else "own")
    return there, connector("espocrm").target(there.options)


def _suitecrm(half: bool) -> Opened:
    there = suites.Suite(fields=_fields(Accounts={suites.KEY: {}} if half else {}))
    return there, connector("suitecrm").target(there.options)


def _vtiger(half: bool) -> Opened:
    there = vtigers.Installation(fields=_fields(Accounts={"crm_migrate_id": {}} if half else {}))
    return there, connector("vtiger").target(there.options)


# What opens a CRM that lacks everything, or half of it; what is loaded; how what it lacks begins, in its order, and
# which of that is there after half (by place).
Case = tuple[Callable[[bool], Opened], tuple[TargetObject, ...], tuple[str, ...], set[int]]
FRESH = "cf_crm_migrate_id"
CASES: dict[str, Case] = {
    "salesforce": (
        _salesforce,
        (wanted("Nobody__c", key=EXTERNAL), wanted("Account", "Fax2", "Owner__c", key=EXTERNAL, leads="Contact")),
        (
            "the object Nobody__c: Setup > Object Manager > Create > Custom Object",
            f"Account.{EXTERNAL} is there, but it is no text that is an external id (our key cannot live there): Setup",
            "the field Fax2 of Account: Setup > Object Manager > Account > Fields & Relationships > New",
            "the field Owner__c of Account: Setup > Object Manager > Account > Fields & Relationships > New",
        ),
        {2},
    ),
    "hubspot": (
        _hubspot,
        (
            wanted("deals", "deal_currency_code", "hs_shoe_size", "cups"),
            wanted("contacts", "consent.Offers"),
            wanted("deals>butterflies", "from"),
        ),
        (
            "the place deal_currency_code of deals (there is none): Settings > Account Management > Account Defaults >",
            "the place hs_shoe_size of deals (there is none): name a property",
            "the place consent.Offers of contacts (there is none): Settings > Marketing > Email > Subscription Types",
            "the object deals>butterflies (there is none): Data Management > Data Model > Create object",
        ),
        {2},
    ),
    "dynamics": (
        _dynamics,
        (wanted("nobody"), wanted("lead", "abc_shoesize", "nonsense")),
        (
            "the table nobody: make.powerapps.com > Tables > New table",
            "the column abc_shoesize of lead: make.powerapps.com > Tables > lead > Columns > New column",
            "the column nonsense of lead: make.powerapps.com > Tables > lead > Columns > New column",
        ),
        {1},
    ),
    "zoho": (
        _zoho,
        (wanted("Nobodies", key=EXTERNAL), wanted("Accounts", "Currency", "Friend", key=EXTERNAL, leads="Contacts")),
        (
            "the module Nobodies: Setup > Customization > Modules and Fields > Create New Module",
            f"Accounts.{EXTERNAL} is there, but it takes a value twice (our key cannot live there): Setup >",
            "the field Currency of Accounts: Setup > Customization > Modules and Fields > Accounts",
            "the field Friend of Accounts: Setup > Customization > Modules and Fields > Accounts",
        ),
        {3},
    ),
    "freshsales": (
        _freshsales,
        (
            wanted("notes", key=FRESH),
            wanted("sales_activities:Smoke", key=FRESH),
            wanted("deals", "cf_share", "nowhere", key=FRESH),
        ),
        (
            "the object notes (there is none): name another with `to:`",
            "a type of sales activities Smoke: Admin Settings > Sales activities",
            f"the custom field {FRESH} (text) of sales_activities: Admin Settings > Sales activities",
            f"the custom field {FRESH} (text) of deals: Admin Settings > Deals",
            "the custom field cf_share (text) of deals (it is a formula): Admin Settings > Deals",
            "the place nowhere of deals (there is none): name a custom field",
        ),
        {3},
    ),
    "odoo": (
        _odoo,
        (wanted("x.nobody"), wanted("res.partner", "shoe_size", "nonsense", "x_own")),
        (
            "the model x.nobody: Apps > the app that has it > Activate",
            "the field shoe_size of res.partner: Apps > the app that has it > Activate",
            "the field nonsense of res.partner: Apps > the app that has it > Activate",
        ),
        {1},
    ),
    "espocrm": (
        _espocrm,
        (wanted("Nobody"), wanted("Account:Household", "cTaxId", "shoeSize", "cFriendId", leads="Contact")),
        (
            "the entity Nobody (there is none, or we may not see it): Administration > Roles",
            "rights on Account: read all: Administration > Roles",
            "the field cCrmMigrateId of Account: Administration > Entity Manager > Account > Fields: Varchar",
            "the field cCrmMigrateKind of Account: Administration > Entity Manager > Account > Fields: Varchar",
            "the field cTaxId of Account: Administration > Entity Manager > Account > Fields: Varchar taxId",
            "the field shoeSize of Account: name another with `to:`",
            "the field cFriendId of Account: Administration > Entity Manager > Account > Relationships: Many-to-One",
        ),
        {1, 2},
    ),
    "suitecrm": (
        _suitecrm,
        (wanted("Nobodies"), wanted("Accounts:Household", "tax_id_c", "shoe_size", "friend_c", leads="Contacts")),
        (
            "the entity Nobodies (there is none, or we may not see it): Admin > Roles",
            "the field crm_migrate_id_c of Accounts: Admin > Studio > Accounts > Fields: TextField crm_migrate_id",
            "the field crm_migrate_kind_c of Accounts: Admin > Studio > Accounts > Fields: TextField crm_migrate_kind",
            "the field tax_id_c of Accounts: Admin > Studio > Accounts > Fields: TextField tax_id",
            "the field shoe_size of Accounts: name another with `to:`",
            "the field friend_c of Accounts: Admin > Studio > Accounts > Fields: a Relate field",
        ),
        {1},
    ),
    "vtiger": (
        _vtiger,
        (wanted("Nobodies"), wanted("Accounts", "cf.Tax number", "shoe_size", "cf.Friend", leads="Contacts")),
        (
            "the entity Nobodies (there is none, or we may not see it): Settings > Profiles",
            "the field cf.crm_migrate_id of Accounts: Settings > Module Layouts & Fields > Accounts: Text",
            "the field cf.Tax number of Accounts: Settings > Module Layouts & Fields > Accounts: Text",
            "the field shoe_size of Accounts: name another with `to:`",
            "the field cf.Friend of Accounts: Settings > Module Layouts & Fields > Accounts > Relationships",
        ),
        {1},
    ),
}


@pytest.fixture
def opened() -> Iterator[Callable[[str, bool], Target]]:
    """Opens the CRM of a case, and ends it."""
    servers: list[Any] = []

    def open(name: str, half: bool) -> Target:
        there, target = CASES[name][0](half)
        servers.append(there)
        return target

    yield open
    for each in servers:
        each.stop()


def _begin(lines: list[str], beginnings: list[str]) -> bool:
    return len(lines) == len(beginnings) and all(map(str.startswith, lines, beginnings))


@pytest.mark.parametrize("name", CASES)
def test_one_message_names_all_that_people_make(name: str, opened: Callable[[str, bool], Target]) -> None:
    _, objects, lacking, _ = CASES[name]
    target = opened(name, False)
    told = target.prepare(objects, apply=False)
    by_hand = [line for line in told if line.startswith("by hand: ")]
    assert _begin(by_hand, [f"by hand: {each}" for each in lacking]), by_hand
    with pytest.raises(TargetError, match=r"\[made_by_hand\], which has to be there first:") as refused:
        target.prepare(objects, apply=True)
    assert _begin(refused.value.message.splitlines()[1:], [f"  {each}" for each in lacking])
    assert target.prepare(objects, apply=False) == told, "nothing was made"


@pytest.mark.parametrize("name", CASES)
def test_after_half_of_it_the_rest_is_named(name: str, opened: Callable[[str, bool], Target]) -> None:
    _, objects, lacking, there = CASES[name]
    target = opened(name, True)
    assert isinstance(target, LeavesToPeople)
    left = [each.told for each in target.by_hand(_renamed(objects) if name == "odoo" else objects)]
    assert _begin(left, [each for place, each in enumerate(lacking) if place not in there]), left


def _renamed(objects: tuple[TargetObject, ...]) -> tuple[TargetObject, ...]:
    """No app has it: the mapping names a field of our own in its place."""
    of = objects[1]
    fields = tuple(replace(each, name=each.name.replace("shoe_size", "x_shoe_size")) for each in of.fields)
    return (objects[0], replace(of, fields=fields))


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("salesforce", "CreatedDate", 'Setup > User Interface > Enable "Set Audit Fields upon Record Creation"'),
        ("dynamics", "createdon", "Override Created on or Created by for Records during Data Import"),
        ("zoho", "Created_Time", "an import of files by an administrator alone takes it"),
    ],
)
def test_what_lets_us_set_a_date_of_creation_is_known(
    name: str, field: str, words: str, opened: Callable[[str, bool], Target]
) -> None:
    target = opened(name, True)
    assert isinstance(target, LetsSet)
    assert words in target.where_set(field)
    assert target.where_set("rank") == ""


@pytest.mark.parametrize("name", CASES)
def test_where_choices_are_added_is_said_of_each(name: str, opened: Callable[[str, bool], Target]) -> None:
    target = opened(name, True)
    assert isinstance(target, LeavesToPeople)
    assert " > " in target.where_choices(CASES[name][1][-1].name, "stage")


OWNED = {
    "salesforce": ("Account", "Owner.Email"), "hubspot": ("deals", "hubspot_owner_id"),
    "dynamics": ("lead", "ownerid.internalemailaddress"), "zoho": ("Accounts", "Owner.email"),
    "freshsales": ("deals", "owner_id"), "odoo": ("res.partner", "user_id.login"),
    "espocrm": ("Account", "assignedUserId"), "suitecrm": ("Accounts", "assigned_user_id"),
    "vtiger": ("Accounts", "assigned_user_id"),
}  # fmt: skip


@pytest.mark.parametrize("name", OWNED)
def test_owners_who_are_not_there_are_foretold(name: str, opened: Callable[[str, bool], Target]) -> None:
    object, field = OWNED[name]
    target = opened(name, True)
    assert isinstance(target, Foretells)
    owned = TargetObject(object, (TargetField(field, "owner"),))
    (doubt,) = target.foretell(owned, {field: ["nobody@firma.example"]})
    assert (doubt.field, doubt.value, doubt.code) == (field, "nobody@firma.example", "owner_not_there")
    assert doubt.waits, "no target of ours sends a record without its owner"
