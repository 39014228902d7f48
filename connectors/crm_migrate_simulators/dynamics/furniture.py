"""What an environment holds before anybody loads: its root business unit, users, a team, currencies, a unit."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.dynamics.environment_store import EnvironmentStore
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import Schema, SchemaError
from crm_migrate_simulators.store import Record

MOVED_IN = 1_700_000_000.0  # the instant of all of it: the same in every life, so that ids stay
RATES = {"EUR": 1.0, "USD": 1.08, "GBP": 0.85, "TRY": 35.0, "CHF": 0.95}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "TRY": "₺", "CHF": "CHF"}
INTEGRATION, COLLEAGUE = "integration@simulated.example", "sales@simulated.example"


def environment(schema: Schema) -> EnvironmentStore:
    """A furnished store. Raises SchemaError where a user of the schema cannot be."""
    store = EnvironmentStore(schema)

    def put(table: str, **values: Any) -> Record:
        return store.create(table, values, MOVED_IN)

    root = put("businessunit", name=schema.organisation)
    units = {schema.organisation: root.id}
    for name in schema.more.get("units", []):
        units[name] = put("businessunit", name=name, parentbusinessunitid=root.id).id
    for said in ({"internalemailaddress": INTEGRATION, "fullname": "Integration User"},
                 {"internalemailaddress": COLLEAGUE, "fullname": "Sales Colleague"},
                 *schema.more.get("users", [])):  # fmt: skip
        _user(store, said, units[said.get("unit", schema.organisation)])
    for name, unit in units.items():
        put("team", name=name, businessunitid=unit, isdefault=True)
    for said in schema.more.get("teams", []):
        put("team", name=said["name"], businessunitid=units[said.get("unit", schema.organisation)], teamtype=0)
    rates: Mapping[str, float] = {**RATES, **schema.more.get("currencies", {})}
    for iso, rate in rates.items():
        put("transactioncurrency", isocurrencycode=iso, currencyname=iso, currencysymbol=_SYMBOLS.get(iso, iso),
            exchangerate=rate, currencyprecision=2, statecode=0, statuscode=1)  # fmt: skip
    put("uom", name="Primary Unit", quantity=1)
    return store


def _user(store: EnvironmentStore, said: Mapping[str, Any], unit: str) -> None:
    mailbox = str(said.get("internalemailaddress", ""))
    name = str(said.get("fullname", mailbox))
    values = {"domainname": mailbox, "isdisabled": False, "businessunitid": unit, **said, "fullname": name}
    known = store.schema.objects["systemuser"].fields
    try:
        store.create("systemuser", {column: value for column, value in values.items() if column in known}, MOVED_IN)
    except Refused as refused:
        raise SchemaError(f"users: {mailbox}: {refused.message}") from None


def api_user(store: EnvironmentStore) -> str:
    """The id of the application user that clients are."""
    return store.all("systemuser")[0].id


def other_user(store: EnvironmentStore) -> str:
    """The id of a colleague, to whom automations give records."""
    return store.all("systemuser")[1].id
