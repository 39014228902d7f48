"""What batches cost in CRMs by what they hold, and what is asked beside records."""

import pytest

from crm_migrate.connecting.contract import Asks, Load, TargetField, TargetObject
from crm_migrate_freshsales import costing as fresh
from crm_migrate_freshsales.shapes import MODELS
from crm_migrate_hubspot import costing
from crm_migrate_hubspot.asking import asking
from crm_migrate_odoo import costing as odoo
from crm_migrate_odoo.describe import Described as Model
from crm_migrate_odoo.records import Shape
from crm_migrate_odoo.values import Column as Cell
from crm_migrate_salesforce.costing import looked_up, names_read
from crm_migrate_salesforce.describe import Described
from crm_migrate_zoho import costing as credits
from crm_migrate_zoho.describe import Described as Module

NOTHING, SOMETHING = frozenset[str](), frozenset({""})


def new(rows: int = 100, **columns: frozenset[str]) -> Load:
    return Load(rows, {name.replace("__", "."): words for name, words in columns.items()}, new=True)


@pytest.mark.parametrize(
    ("load", "cost"),
    [
        (new(email=SOMETHING), 1),
        (new(email=SOMETHING, associations__companies=NOTHING), 3),  # an earlier try may have begun some
        (new(email=SOMETHING, associations__companies=SOMETHING), 6),
        (new(40, email=SOMETHING, associations__companies=SOMETHING), 5),
        (new(email=SOMETHING, consent=frozenset({"granted"})), 3),
        (new(email=SOMETHING, consent=frozenset({"granted", "withdrawn"})), 6),
        (new(email=SOMETHING, consent__News=frozenset({"unknown"})), 3),
        (new(email=SOMETHING, consent__News=frozenset({"withdrawn"})), 7),
        (new(email=SOMETHING, consent__News=frozenset({"granted"})), 9),
    ],
)
def test_a_creation_in_hubspot_costs_what_its_links_and_consents_want(load: Load, cost: int) -> None:
    assert costing.of_batch("contacts", "create", load, keeps=False) == cost


def test_a_change_in_hubspot_looks_first_and_takes_links_away() -> None:
    link = {"associations.companies": SOMETHING}
    loads = [
        Load(100, {"email": SOMETHING}), Load(100, link), Load(100, link, new=True), Load(100, link, adopts=True),
        Load(100, {"associations.companies": NOTHING}),
    ]  # fmt: skip
    assert [costing.of_batch("contacts", "update", each, keeps=False) for each in loads] == [2, 4, 3, 5, 3]
    assert costing.of_batch("contacts", "update", loads[1], keeps=True) == 5


def test_a_page_of_hubspot_is_read_with_links_and_consents() -> None:
    page = costing.Page(links=2, kept=0, consents=1, subscriptions=0, wide=False)
    assert [costing.of_pages(records, 0, page) for records in (0, 100, 101)] == [1, 4, 8]
    wide = costing.Page(links=2, kept=1, consents=1, subscriptions=1, wide=True)
    assert costing.of_pages(201, 0, wide) == 3 * (2 + 3 + 1 + 2)
    assert costing.of_pages(20, 181, wide) == 3 * 2 + (3 + 1 + 2), "other kinds are passed over"


def test_ties_of_hubspot_are_looked_for_on_all_pages_where_they_may_begin() -> None:
    assert [costing.of_ties(ties, 650) for ties in (0, 3, 900)] == [7, 10, 14]
    assert [costing.of_lists(lists) for lists in (0, 100, 101)] == [2, 2, 3]


def object(name: str, *fields: str) -> TargetObject:
    return TargetObject(name, tuple(TargetField(each, "text") for each in fields))


@pytest.mark.parametrize(
    ("objects", "asks"),
    [
        ([object("companies", "name")], Asks(1, before=1, during=2 + 2)),  # links of companies are described
        ([object("companies", "associations.companies")], Asks(1, before=2, during=2 + 2)),
        ([object("contacts", "consent.News"), object("contacts:Lead", "email")], Asks(1, before=2, during=4 + 2)),
        ([object("deals", "dealstage", "associations.2-1.Buyer")], Asks(1, before=2, during=5 + 2)),
        ([object("lists:contacts", "name"), object("contacts>lists", "from")], Asks(1, before=1, during=1 + 2)),
        ([object("contacts>companies", "from")], Asks(1, before=2, during=2 + 2)),
    ],
)
def test_a_portal_is_asked_once_for_what_it_has(objects: list[TargetObject], asks: Asks) -> None:
    assert asking(objects, owners=2) == asks


def test_modules_of_freshsales_are_asked_for_once_and_so_are_the_types_of_activities() -> None:
    assert fresh.asking([MODELS["contacts"], MODELS["deals"]]) == Asks(1, before=3, during=5)  # two have views
    assert fresh.asking([MODELS["sales_activities"]]) == Asks(1, before=3, during=3)


def test_models_of_odoo_are_asked_for_with_what_is_told_as_choices() -> None:
    lead = Model("crm.lead", names={"crm.stage": ("New", "Won"), "crm.lost.reason": ()})
    assert odoo.asking([Model("res.partner"), lead, None]) == Asks(0, before=9, during=9)


PARTNERS = Model("res.partner", {
    "email": Cell("email", "char"), "type": Cell("type", "selection"),
    "parent_id": Cell("parent_id", "many2one", of="res.partner"),
    "country_id": Cell("country_id", "many2one", of="res.country"), "city": Cell("city", "char"),
})  # fmt: skip


def shape(consent: str = "", *fields: str) -> Shape:
    return Shape(
        PARTNERS, "crm_migrate_id", {name: place for name in fields if (place := PARTNERS.place(name))}, consent
    )


def test_an_import_of_odoo_costs_its_looks_and_whom_it_names_for_the_first_time() -> None:
    named: odoo.Named = {}
    country = Load(200, {"country_id.code": SOMETHING}, new=True)
    assert [odoo.writing(shape("", "country_id.code"), "create", [country], named) for _ in range(2)] == [4, 3]
    shut = [Load(3, {"consent": frozenset({"granted", word})}, new=True) for word in ("bounced", "unknown")]
    assert odoo.writing(shape("consent", "email"), "create", shut, named) == 5 + 3
    assert odoo.writing(shape("", "country_id.code"), "update", [Load(9, {"country_id.code": SOMETHING})], named) == 4


def test_a_page_of_odoo_is_read_with_keys_names_and_addresses_that_are_taken_over() -> None:
    people, firms = shape("consent", "email", "parent_id"), shape("", "country_id.code")
    assert [odoo.reading(shape("", "email"), records, ()) for records in (0, 499, 500)] == [1, 2, 4]
    assert odoo.reading(firms, 10, ()) == 2 + 2, "by code and name"
    assert [odoo.reading(people, 10, each) for each in ([], [firms])] == [3, 5]


USER = {"type": "reference", "referenceTo": ["User"], "createable": True, "updateable": True}
ACCOUNT = Described("Account", {
    "OwnerId": {**USER, "relationshipName": "Owner", "nillable": False},
    "Seller__c": {**USER, "relationshipName": "Seller__r", "nillable": True},
    "Name": {"type": "string", "createable": True, "updateable": True, "nillable": False},
})  # fmt: skip


def test_a_name_is_looked_up_in_salesforce_once() -> None:
    words = [{"a"}, {"a"}, {"a", "b"}, set[str]()]
    loads = [Load(1, {"Name": SOMETHING, "Owner.Email": frozenset(each)}) for each in words]
    assert list(looked_up(ACCOUNT, loads)) == [1, 0, 1, 0]


def test_names_are_read_in_salesforce_where_a_record_has_them_for_certain() -> None:
    mapped = TargetObject("Account", (TargetField("Name", "text"),), "crm_migrate_id__c")
    assert names_read(ACCOUNT, mapped) == {("User", "Email"), ("User", "Username")}
    assert names_read(Described("Account", {**ACCOUNT.fields, "OwnerId": {"type": "id"}}), mapped) == set()


TASKS = Module(
    "Tasks",
    {
        "crm_migrate_id": {"data_type": "text"},
        "Subject": {"data_type": "text"},
        "What_Id": {"data_type": "multi_module_lookup", "multi_module_lookup": {"modules": [{"api_name": "Deals"}]}},
        **{f"Extra_{n}": {"data_type": "text"} for n in range(60)},
    },
)


def test_writing_in_zoho_costs_requests_for_hundreds_of_records_credits_for_tens_and_looks_for_fifties() -> None:
    unique = Module("Accounts", {"crm_migrate_id": {"data_type": "text", "unique": {"casesensitive": "false"}}})
    accounts, tasks = (TargetObject(name, (), "crm_migrate_id") for name in ("Accounts", "Tasks"))
    loads = [new(100), new(3)]
    twice = (2 + 2 * 3, (10 + 2 * 2) + (1 + 2))  # its key may be there twice
    assert credits.writing(unique, accounts, "create", loads) == (2 + 3, (10 + 2) + (1 + 1))
    assert credits.writing(TASKS, tasks, "create", loads) == twice
    assert credits.writing(TASKS, tasks, "update", loads) == (2 + 3, (10 + 2) + (1 + 1))
    assert credits.of_roles(loads) == (206 + 3 + 2, 206 + 3 + 11)


def test_reading_in_zoho_costs_by_pages_columns_and_what_no_query_tells() -> None:
    few, about = ["crm_migrate_id", "Subject"], ["crm_migrate_id", "What_Id"]
    many = ["crm_migrate_id", *(f"Extra_{n}" for n in range(60))]
    assert [credits.reading(TASKS, each, 4100) for each in (few, about, many)] == [(3, 9), (3 + 41, 9 + 41), (6, 18)]
    assert [credits.reading(TASKS, many, records) for records in (0, 1999, 2000)] == [(1, 3), (2, 6), (3, 9)], (
        "no more of a page of 0"
    )
