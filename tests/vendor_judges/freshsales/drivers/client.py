"""`python-freshworks-crm` moves a small company into an account. Arguments: its address, the key.

Every answer goes through the models of that client, which parse its times: one that they do not take ends this program
with an error. It prints, as JSON, what it believes to have made. A client that reads whole lists takes the first page
for one of 25 records and the others for pages of 100: so there are few records here.
"""

import datetime
import json
import sys
from typing import Any

from freshsales.api import API
from freshsales.errors import FreshsalesBadRequest, FreshsalesNotFound, FreshsalesUnauthorized

URL, TOKEN = sys.argv[1:]
KEY = "cf_crm_migrate_id"


def client(token: str) -> Any:
    """The client, pointed at the simulator: by itself it speaks https only."""
    made = API("simulated.example/crm/sales", token)
    made._api_prefix = f"{URL}/crm/sales/api"
    return made


def refused(error: type[Exception], act: Any, *arguments: Any, **more: Any) -> str:
    """The words of a refusal."""
    try:
        act(*arguments, **more)
    except error as refusal:
        return str(refusal)
    raise AssertionError(f"{error.__name__} was expected")


api = client(TOKEN)


def accounts() -> dict[str, int]:
    made = {}
    for n in range(3):
        account = api.accounts.create_account(name=f"Firma {n}", city="Ankara", custom_field={KEY: f"f{n}"})
        assert account.cf_crm_migrate_id == f"f{n}" and isinstance(account.created_at, datetime.datetime)
        made[account.cf_crm_migrate_id] = account.id
    assert "Name is not unique" in refused(FreshsalesBadRequest, api.accounts.create_account, name="FIRMA 1")
    again = api.accounts.upsert_account(("name", "Firma 1"), city="Izmir")
    assert (again.id, again.city) == (made["f1"], "Izmir")
    assert (
        api.accounts.update_account(made["f2"], parent_sales_account_id=made["f1"]).parent_sales_account_id
        == made["f1"]
    )
    view = next(each.id for each in api.accounts.list_views() if each.name == "All Accounts")
    assert sorted(each.name for each in api.accounts.list_accounts(view)) == ["Firma 0", "Firma 1", "Firma 2"]
    return made


def contacts(firms: dict[str, int]) -> dict[str, int]:
    made = {}
    for n in range(12):
        body = {
            "first_name": "A",
            "last_name": f"Person-{n}",
            "emails": f"p{n}@firma.example",
            "custom_field": {KEY: f"k{n}"},
        }
        contact = api.contacts.create_contact(**body, sales_accounts=[{"id": firms[f"f{n % 3}"], "is_primary": True}])
        assert contact.emails[0]["value"] == f"p{n}@firma.example"
        made[contact.cf_crm_migrate_id] = contact.id
    seen = api.contacts.view_contact(made["k4"], "sales_accounts", "owner")
    assert seen.sales_accounts[0].name == "Firma 1" and seen.owner_id is None
    same = api.contacts.upsert_contact(("emails", "P4@firma.example"), job_title="Boss")
    assert (same.id, same.job_title) == (made["k4"], "Boss")
    assert "Email is not unique" in refused(
        FreshsalesBadRequest, api.contacts.create_contact, emails="p4@firma.example"
    )
    found, more = api.search.filter_contacts(
        [{"attribute": "contact_email.email", "operator": "is_in", "value": "p7@firma.example"}]
    )
    assert ([each.id for each in found], more) == ([made["k7"]], False)
    view = next(each.id for each in api.contacts.list_views() if each.name == "All Contacts")
    listed = api.contacts.list_contacts(view)
    assert {each.cf_crm_migrate_id for each in listed} == made.keys() and len(listed) == len(made)
    assert {each.name for each in api.contacts.list_fields()} >= {"first_name", "emails", "owner_id", KEY}
    return made


def deals(firms: dict[str, int], people: dict[str, int]) -> dict[str, int]:
    (pipeline,) = api.selectors.get_deal_pipelines()
    won = next(each.id for each in pipeline.deal_stages if each.name == "Won")
    body = {
        "name": "Press",
        "amount": 5600.0,
        "deal_stage_id": won,
        "sales_account_id": firms["f0"],
        "custom_field": {KEY: "d0"},
    }
    deal = api.deals.create_deal(**body, contacts_added_list=[people["k0"]], tags=["Sample Deal"])
    assert (float(deal.amount), deal.tags, deal.deal_stage_id) == (5600.0, ["Sample Deal"], won)
    seen = api.deals.view_deal(deal.id, "contacts", "sales_account")
    assert (seen.contact_ids, seen.sales_account_id) == ([people["k0"]], firms["f0"])
    view = next(each.id for each in api.deals.list_views() if each.name == "Won Deals")
    assert [each.id for each in api.deals.list_deals(view)] == [deal.id]
    return {"d0": deal.id}


def activities(person: int) -> None:
    kind = next(each.id for each in api.selectors.get_sales_activity_types() if each.name == "Phone")
    about = {"targetable_id": person, "targetable_type": "Contact"}
    call = api.sales_activities.create_activity(
        title="Call", notes="n", start_date="2017-12-04T17:00:00+05:30", sales_activity_type_id=kind, **about
    )
    assert call.targetable_id == person and call.start_date.utcoffset() is not None
    assert [each.id for each in api.sales_activities.list_activities()] == [call.id]
    note = api.notes.create_note(description="Sample", **about)
    assert note.targetables == [{"id": person, "type": "Contact"}]
    assert api.notes.delete_note(note.id)
    task = api.tasks.create_task(title="Sample", due_date="2099-06-21T11:00:00+00:00", **about)
    assert isinstance(task.due_date, datetime.datetime) and api.tasks.mark_as_done(task.id).status == 1
    assert api.tasks.delete_task(task.id)


firms = accounts()
people = contacts(firms)
trade = deals(firms, people)
activities(people["k0"])
gone = people.pop("k11")
assert api.contacts.delete_contact(gone) is True
refused(FreshsalesNotFound, api.contacts.view_contact, gone)
refused(FreshsalesUnauthorized, client("wrong").selectors.get_users)
assert [each.email for each in api.selectors.get_users()][:1] == ["integration@simulated.example"]
print(json.dumps({"sales_accounts": firms, "contacts": people, "deals": trade, "gone": {"k11": gone}}))
