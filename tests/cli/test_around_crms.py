"""A small company goes around by the mappings of docs/between-crms.md: Dynamics, Zoho, Freshsales, Odoo, Dynamics."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import zohos
from between_crms import project
from demo.finished_run import FinishedRun, assert_adds_up
from environments import DATA, Environment
from freshsales_accounts import TOKEN, Account, schema
from moved import left
from odoo_databases import Database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SELLER = "colleague@simulated.example"
QUICK = 'longest_seconds: "5"'
# What is left for what -> what of its mapping is another with simulators.
LEGS: dict[str, dict[str, str]] = {
    "dynamics-to-zoho": {"    owns_nothing:": f'    login_url: "env:NEW_URL"\n    {QUICK}\n    owns_nothing:'},
    "zoho-to-freshsales": {'token: "env:NEW_TOKEN"}': f'token: "env:NEW_TOKEN", settle_seconds: "0", {QUICK}}}'},
    "freshsales-to-odoo": {'    token: "env:NEW_TOKEN"': f'    token: "env:NEW_TOKEN"\n    {QUICK}'},
    "odoo-to-dynamics": {"    owns_nothing:": f'    login_url: "env:NEW_URL"\n    {QUICK}\n    owns_nothing:'},
}
NAMES = ("sales_accounts", "contacts", "deals")
LOGIN = '"env:OLD_URL",', '"env:OLD_URL", login_url: "env:OLD_URL",'


@dataclass
class Around:
    """What the first and the last environment hold, and the runs between them."""

    first: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, FinishedRun] = field(default_factory=dict)
    codes: list[object] = field(default_factory=list)


def furnish(dynamics: Environment) -> None:
    """Five companies below each other, twelve people, six deals, all of a seller; three want no mail."""
    users = dynamics.rows("systemusers", "internalemailaddress", where=f"internalemailaddress eq '{SELLER}'")
    owned = {"ownerid__bind": f"/systemusers({users[0]['systemuserid']})"}
    firms: list[str] = []
    for n in range(5):
        above = {"parentaccountid__bind": f"/accounts({firms[(n - 1) // 2]})"} if n else {}
        address = {"address1_line1": f"Sanayi Cad. {n}", "address1_city": "Çankaya", "address1_postalcode": f"0651{n}"}
        values = {"name": f"Şube {n} A.Ş.", "telephone1": f"+9031255501{n:02}", **address, **above}
        firms.append(dynamics.make("accounts", **values, **owned))
    people = [
        dynamics.make("contacts", firstname="Ayşe", lastname=f"Yılmaz-{n}", emailaddress1=f"k{n}@sube{n % 5}.example",
                      jobtitle="Müdür", **owned, donotbulkemail=n % 4 == 1,
                      parentcustomerid_account__bind=f"/accounts({firms[n % 5]})")
        for n in range(12)
    ]  # fmt: skip
    for n in range(6):
        id = dynamics.make("opportunities", name=f"Pres {n}", estimatedvalue=1000.5 * (n + 1),
                           estimatedclosedate=f"2025-03-{n + 1:02}", salesstage=n % 3,
                           parentaccountid__bind=f"/accounts({firms[n % 5]})",
                           **({"parentcontactid__bind": f"/contacts({people[n]})"} if n % 2 else {}),
                           **owned)  # fmt: skip
        if n > 3:
            told = {"subject": "closed", "opportunityid@odata.bind": f"/opportunities({id})"}
            action = ("WinOpportunity", "LoseOpportunity")[n - 4]
            assert dynamics.ask("POST", DATA + action, {"Status": -1, "OpportunityClose": told})[0] == 204


def held(dynamics: Environment) -> dict[str, Any]:
    """Every record as a line of values, links by the name of whom they lead to."""
    label = "@OData.Community.Display.V1.FormattedValue"
    users = {each["systemuserid"]: each["internalemailaddress"]
             for each in dynamics.rows("systemusers", "systemuserid", "internalemailaddress")}  # fmt: skip
    address = ("telephone1", "address1_line1", "address1_city", "address1_postalcode")
    firms = dynamics.rows("accounts", "accountid", "name", *address, "_parentaccountid_value", "_ownerid_value")
    people = dynamics.rows("contacts", "contactid", "firstname", "lastname", "emailaddress1", "jobtitle",
                           "donotbulkemail", "_parentcustomerid_value")  # fmt: skip
    deals = dynamics.rows("opportunities", "name", "estimatedvalue", "estimatedclosedate", "salesstage", "statecode",
                          "_parentaccountid_value", "_parentcontactid_value", "_ownerid_value")  # fmt: skip
    names = {each["accountid"]: each["name"] for each in firms}
    names |= {each["contactid"]: each["lastname"] for each in people}

    def owner(each: dict[str, Any]) -> bool:
        return users.get(each["_ownerid_value"]) == SELLER

    return {
        "accounts": sorted((e["name"], *(e[n] for n in address), names.get(e["_parentaccountid_value"]) or "", owner(e))
                           for e in firms),
        "contacts": sorted((*(e[n] for n in ("firstname", "lastname", "jobtitle", "donotbulkemail")),
                            e["emailaddress1"].lower(),
                            names.get(e["_parentcustomerid_value"])) for e in people),
        "deals": sorted((e["name"], e["estimatedvalue"], e["estimatedclosedate"][:10], e[f"statecode{label}"],
                         e["salesstage"] if e["statecode"] == 0 else None, names.get(e["_parentaccountid_value"]),
                         names.get(e["_parentcontactid_value"]) or "", owner(e)) for e in deals),
    }  # fmt: skip


def opened(stack: ExitStack) -> list[tuple[str, Any, dict[str, str]]]:
    """The CRMs in the order in which they are left, each with what its options are called in the mappings."""
    user = {"internalemailaddress": SELLER, "fullname": "Colleague"}
    first, last = (Environment({"users": [user]}) for _ in range(2))
    zoho = zohos.started(schema={"currencies": ["EUR", "USD"], "users": [{"email": SELLER, "last_name": "C."}]})
    fresh = Account(SELLER, fields=schema(**{name: {"cf_legacy_created_at": {}} for name in NAMES}))
    fresh.put("currencies", "74011", {"id": 74011, "is_active": True, "currency_code": "EUR"})
    odoo = Database()
    for each in (first, zoho, fresh, odoo, last):
        stack.callback(each.stop)
    token = {"url": fresh.url, "token": TOKEN}
    return [("dynamics", first, first.options), ("zoho", zoho, zohos.options(zoho)), ("freshsales", fresh, token),
            ("odoo", odoo, odoo.options), ("dynamics", last, last.options)]  # fmt: skip


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    folder, found = tmp_path_factory.mktemp("around"), Around()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        crms = opened(stack)
        furnish(crms[0][1])
        found.first = held(crms[0][1])
        for (leg, changes), old, new in zip(LEGS.items(), crms, crms[1:], strict=False):
            for word, (_, _, options) in (("OLD", old), ("NEW", new)):
                for name, value in options.items():
                    patch.setenv(f"{word}_{name.upper().removeprefix('CLIENT_SECRET') or 'SECRET'}", value)
            there = project(folder / leg, leg, changes)
            if "login_url" in old[2]:
                signing_in_at_home(there)
            if leg == "odoo-to-dynamics":
                block_more(old[1])
            found.codes += [left("target", "prepare", there), left("run", there)]
            found.runs[leg] = FinishedRun(there)
        found.last = held(crms[-1][1])
        yield found


def block_more(odoo: Database) -> None:
    """Users write a mailbox in capitals, which the list of who wants no mail does not; and block one of nobody."""
    (who,) = odoo.ask("res.partner", "search", [["email", "=", "k5@sube0.example"]])
    odoo.ask("res.partner", "write", [who], {"email": "K5@Sube0.Example"})
    odoo.ask("mail.blacklist", "create", {"email": "nobody@nobody.example"})


def signing_in_at_home(there: Path) -> None:
    """Sources sign in at the simulator itself."""
    path = there / "crm-migrate.yaml"
    path.write_text(path.read_text("utf-8").replace(*LOGIN), "utf-8")


def test_every_run_ends_well_and_nothing_is_unexplained(around: Around) -> None:
    assert around.codes == [0, 0] * len(LEGS)
    for leg, run in around.runs.items():
        assert_adds_up(run.figures)
        fields: Any = run.figures["fields"]
        assert [(leg, each) for each in fields if each["matched"] < each["compared"]] == []


def test_a_mailbox_that_nobody_has_stays_on_the_list(around: Around) -> None:
    lines: Any = around.runs["odoo-to-dynamics"].figures["accounting"]
    assert {line["object"]: line["states"]["created"] for line in lines}["suppressions"] == 1


@pytest.mark.parametrize("object", ["accounts", "contacts", "deals"])
def test_who_comes_home_is_as_who_left(around: Around, object: str) -> None:
    assert around.last[object] == around.first[object]
    assert len(around.last[object]) > 4
