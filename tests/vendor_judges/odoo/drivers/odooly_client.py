"""`odooly` moves a small company into a database. Arguments: address, database, login, password.

It prints, as JSON, what it believes to have made.
"""

import json
import sys

import odooly

URL, DATABASE, LOGIN, PASSWORD = sys.argv[1:]
client = odooly.Client(f"{URL}/jsonrpc", DATABASE, LOGIN, PASSWORD)
env = client.env
assert client.server_version == "18.0" and env.user.login == LOGIN
Partner = env["res.partner"]
fields = Partner.fields_get() if hasattr(Partner, "fields_get") else env.execute("res.partner", "fields_get")
assert fields["parent_id"]["relation"] == "res.partner" and fields["name"]["type"] == "char"
said = env.execute(
    "res.partner", "load", ["id", "name", "is_company"], [[f"crm_migrate.f{n}", f"Firma {n}", "1"] for n in range(3)]
)
firms = said["ids"]
people = [Partner.create({"name": f"Person-{n}", "parent_id": firms[n % 3]}).id for n in range(4)]
one = Partner.get([("name", "=", "Person-2")])
assert one.parent_id.name == "Firma 2" and one.email is False
one.write({"email": "p2@firma.example"})
assert [each.id for each in Partner.search([("email", "ilike", "P2@")])] == [one.id]
assert Partner.get("crm_migrate.f1").id == firms[1]
try:
    Partner.create({"name": ""})
except odooly.ServerError as refused:
    assert "Contacts require a name" in str(refused), refused
else:
    raise AssertionError("a contact without a name was taken")
print(json.dumps({"firms": firms, "people": people}))
