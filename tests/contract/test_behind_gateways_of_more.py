"""What a gateway in front of seven more CRMs says is no reason to delete, to refuse, or to call done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import zohos
from environments import Environment
from espos import Espo
from exactly_once.gateway import gateway
from freshsales_accounts import Account
from odoo_databases import Database
from pages_of_gateways import STATUSES, Hasty, Wrath, removal_of
from suites import Suite
from vtigers import Installation

from crm_migrate.connecting.conformance_targets import everything, write
from crm_migrate.connecting.contract import ENTITY, Answer, Remove, Target, TargetField, TargetObject
from crm_migrate.errors import InDoubt, Retryable
from crm_migrate_dynamics.settings import read_settings as dynamics_settings
from crm_migrate_dynamics.target import DynamicsTarget
from crm_migrate_freshsales.settings import read_settings as freshsales_settings
from crm_migrate_freshsales.target import FreshsalesTarget
from crm_migrate_odoo.settings import read_settings as odoo_settings
from crm_migrate_odoo.target import OdooTarget
from crm_migrate_opencrm.espocrm.opening import espocrm
from crm_migrate_opencrm.suitecrm.opening import suitecrm
from crm_migrate_opencrm.vtiger.opening import vtiger
from crm_migrate_zoho.settings import read_settings as zoho_settings
from crm_migrate_zoho.target import ZohoTarget

Said = dict[str, str]
# CRM -> its companies, how they are called, and what of a request removes and what creates one.
CRMS: dict[str, tuple[str, str, str, str]] = {
    "zoho": ("Accounts", "Account_Name", "DELETE ", "POST /crm/v8/Accounts"),
    "dynamics": ("account", "name", "$batch", "$batch"),
    "freshsales": ("sales_accounts", "name", "DELETE ", "POST /crm/sales/api/sales_accounts"),
    "odoo": ("res.partner:is_company=true", "name", '"unlink"', '"load"'),
    "espocrm": ("Account", "name", "DELETE ", "POST "),
    "suitecrm": ("Accounts", "name", "DELETE ", "POST /Api/V8/module"),
    "vtiger": ("Accounts", "accountname", "POST ", "POST "),
}
# CRM -> its people, how they are called, and by what they belong to a company.
PEOPLE = {
    "zoho": ("Contacts", "Last_Name", "Account_Name"),
    "dynamics": ("contact", "lastname", "parentcustomerid.account"),
    "freshsales": ("contacts", "last_name", "sales_accounts"),
    "odoo": ("res.partner:is_company=false", "name", "parent_id"),
    "espocrm": ("Contact", "lastName", "accountId"),
    "suitecrm": ("Contacts", "last_name", "account_id"),
    "vtiger": ("Contacts", "lastname", "account_id"),
}
KEYS = {
    "freshsales": "cf_crm_migrate_id", "espocrm": "cCrmMigrateId", "suitecrm": "crm_migrate_id_c",
    "vtiger": "cf.crm_migrate_id",
}  # fmt: skip


def begun(name: str) -> tuple[Said, Callable[[], None]]:
    """The options of an environment of a simulated CRM, and what ends it."""
    if name == "zoho":
        server = zohos.started()
        return zohos.options(server), server.stop
    kinds = {
        "dynamics": Environment, "freshsales": Account, "odoo": Database, "espocrm": Espo, "suitecrm": Suite,
        "vtiger": Installation,
    }  # fmt: skip
    made = kinds[name]()
    if isinstance(made, Account):
        return {"url": made.url, "token": made.token, "longest_seconds": "5", "settle_seconds": "0"}, made.stop
    return made.options, made.stop


OPENED: dict[str, Callable[[Said], Target]] = {
    "zoho": lambda said: ZohoTarget(zoho_settings(said), Hasty()),
    "dynamics": lambda said: DynamicsTarget(dynamics_settings(said), Hasty()),
    "freshsales": lambda said: FreshsalesTarget(freshsales_settings(said), Hasty()),
    "odoo": lambda said: OdooTarget(odoo_settings(said), Hasty()),
    "espocrm": lambda said: espocrm(said, Hasty()),
    "suitecrm": lambda said: suitecrm(said, Hasty()),
    "vtiger": lambda said: vtiger(said, Hasty()),
}


@contextmanager
def behind(name: str) -> Iterator[tuple[Target, Wrath]]:
    """A target behind a gateway."""
    options, stop = begun(name)
    wrath = Wrath()
    with gateway(options["url"], wrath) as before:
        logins = {"login_url": before.url} if "login_url" in options else {}
        yield OPENED[name]({**options, "url": before.url, **logins}), wrath
    stop()


def told(act: Callable[[], Answer]) -> Answer:
    """The answer; nothing, where it is in doubt or was not done."""
    try:
        return act()
    except (InDoubt, Retryable):
        return Answer()


@pytest.mark.cases(5)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", CRMS)
def test_a_page_is_no_word_of_the_crm(name: str, status: int) -> None:
    called, field, deletes, creates = CRMS[name]
    object = TargetObject(called, (TargetField(field, "text"),), KEYS.get(name, "crm_migrate_id"))
    with behind(name) as (target, wrath):
        assert isinstance(target, Remove)
        target.prepare((object,), apply=True)
        id = write(target, object, "a", [{ENTITY: "a", field: "Acme"}]).loaded["a"]
        wrath.status = status
        for wrath.path in ("/", deletes):
            said = told(lambda: target.remove(removal_of(object, id)))
            assert not (said.loaded or said.refused or said.gone), (wrath.path, said)
        for wrath.path in ("/", creates):
            said = told(lambda: write(target, object, "b", [{ENTITY: "b", field: "Beta"}]))
            assert not (said.loaded or said.refused or said.refused_whole), (wrath.path, said)
        wrath.path = ""
        assert [(row[ENTITY], row["target_id"]) for row in everything(target, object)] == [("a", id)]


@pytest.mark.cases(2)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", CRMS)
def test_whoever_is_referred_to_stays_whichever_question_a_page_answers(name: str, status: int) -> None:
    key, (called, field, _, _), (people, last, company) = KEYS.get(name, "crm_migrate_id"), CRMS[name], PEOPLE[name]
    object = TargetObject(called, (TargetField(field, "text"),), key)
    fields = TargetField(last, "text"), TargetField(company, "reference", reference=called)
    person = TargetObject(people, fields, key)
    with behind(name) as (target, wrath):
        assert isinstance(target, Remove)
        target.prepare((object, person), apply=True)
        id = write(target, object, "a", [{ENTITY: "a", field: "Acme"}]).loaded["a"]
        assert write(target, person, "p", [{ENTITY: "p", last: "Doe", company: id}]).loaded
        wrath.status = status
        for place in range(99):
            wrath.path = ""
            target.prepare((object, person), apply=False)  # forgets what it knows
            wrath.strike(place)
            said = told(lambda: target.remove(removal_of(object, id)))
            assert not said.loaded, place
            if not wrath.struck:
                break
        assert said.refused["a"].code == "REFERRED"
        assert place > 2
