"""`OdooRPC` moves a small company into a database. Arguments: host, port, database, login, password.

It prints, as JSON, what it believes to have made.
"""

import json
import sys
from datetime import datetime

import odoorpc
from odoorpc.error import RPCError

HOST, PORT, DATABASE, LOGIN, PASSWORD = sys.argv[1:]
odoo = odoorpc.ODOO(HOST, port=int(PORT))
assert odoo.version == "18.0", odoo.version
assert odoo.db.list() == [DATABASE]
try:
    odoo.login(DATABASE, LOGIN, "wrong")
except RPCError as refused:
    assert "Wrong login" in str(refused)
else:
    raise AssertionError("a wrong password was taken")
odoo.login(DATABASE, LOGIN, PASSWORD)
assert odoo.env.user.login == LOGIN

Partner = odoo.env["res.partner"]
rows = [[f"crm_migrate.f{n}", f"Firma {n}", "True", "Ankara"] for n in range(3)]
firms = Partner.load(["id", "name", "is_company", "city"], rows)
assert firms["messages"] == [] and Partner.load(["id", "name", "is_company", "city"], rows)["ids"] == firms["ids"]
rows = [[f"crm_migrate.p{n}", f"Person-{n}", f"p{n}@firma.example", f"crm_migrate.f{n % 3}"] for n in range(12)]
people = Partner.load(["id", "name", "email", "parent_id/id"], rows)["ids"]
bad = Partner.load(
    ["id", "name", "parent_id/id"], [["crm_migrate.x", "X", ""], ["crm_migrate.y", "Y", "crm_migrate.none"]]
)
assert bad["ids"] is False and bad["messages"][0]["record"] == 1

person = Partner.browse(people[4])
assert (person.name, person.parent_id.name, person.is_company) == ("Person-4", "Firma 1", False)
assert isinstance(person.create_date, datetime)
person.city = "Izmir"  # written at once
assert Partner.search([("city", "=", "Izmir")]) == [person.id]
tag = odoo.env["res.partner.category"].create({"name": "VIP"})
person.category_id += odoo.env["res.partner.category"].browse(tag)
assert Partner.search_count([("category_id", "in", [tag])]) == 1

Lead = odoo.env["crm.lead"]
deal = Lead.create({"name": "Press", "partner_id": firms["ids"][0], "expected_revenue": 5600.5, "type": "opportunity"})
found = Lead.browse(deal)
assert (found.expected_revenue, found.stage_id.name, found.user_id.login) == (5600.5, "New", LOGIN)
model = odoo.env["ir.model"].search([("model", "=", "crm.lead")])[0]
call = odoo.env["mail.activity.type"].search([("name", "=", "Call")])[0]
todo = {
    "res_model_id": model,
    "res_id": deal,
    "activity_type_id": call,
    "date_deadline": "2030-01-02",
    "summary": "Call",
}
odoo.env["mail.activity"].create(todo)
assert odoo.env.ref("crm_migrate.p4").id == people[4]
Partner.unlink([people[11]])
assert Partner.search_count([("id", "in", people)]) == 11
try:
    Partner.create({"name": "X", "shoe_size": 1})
except RPCError as refused:
    assert "Invalid field 'shoe_size'" in str(refused)
else:
    raise AssertionError("an unknown field was taken")
print(json.dumps({"firms": firms["ids"], "people": people[:11], "gone": people[11:], "leads": [deal]}))
