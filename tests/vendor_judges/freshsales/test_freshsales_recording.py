"""The one recorded answer at hand, a lead of the generation before (2018): a contact has the shapes that it shows."""

import re
from datetime import datetime
from typing import Any

from freshsales_accounts import Account, schema
from recordings import exchange

SHAPES = {  # of what both generations have
    "id": int, "first_name": str, "custom_field": dict, "links": dict, "created_at": str, "updated_at": str,
    "email": str, "job_title": type(None), "city": type(None), "mobile_number": type(None),
}  # fmt: skip


def shape(said: dict[str, Any]) -> dict[str, Any]:
    return {name: type(said[name]) for name in SHAPES}


def test_a_contact_has_the_shape_of_the_recorded_lead() -> None:
    lead = exchange("freshsales", "legacy_get_lead")["response"]["body"]["lead"]
    account = Account(fields=schema(contacts={"cf_school_grade": {}}))
    try:
        id = account.make("contacts", first_name=lead["first_name"], last_name=lead["last_name"], emails=lead["email"])
        contact = account.ask("GET", f"/contacts/{id}")["contact"]
    finally:
        account.stop()
    assert shape(contact) == shape(lead) == SHAPES
    assert lead["custom_field"].keys() <= contact["custom_field"].keys()
    assert contact["display_name"] == lead["display_name"]
    for said in (lead, contact):
        assert datetime.fromisoformat(said["created_at"]).utcoffset() is not None
        assert all(re.match(r"/[a-z/]*\d+/", url) for url in said["links"].values())
