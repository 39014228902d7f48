"""Making, changing and taking away one record: what a body says, what follows from it, and the rules between."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from crm_migrate_simulators.dynamics import documents, lines, money, rights, states
from crm_migrate_simulators.dynamics.binding import bound
from crm_migrate_simulators.dynamics.catalogue import LOOKUPS, Words, navigations
from crm_migrate_simulators.dynamics.keys import unique
from crm_migrate_simulators.dynamics.problems import Failure, failure, no_property, not_simulated, unreadable
from crm_migrate_simulators.dynamics.values import invalid_choice, moment, taken
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record

Body = Mapping[str, Any]
PARTIES = "_activity_parties"
_DENIED = "0x80040220"
# Collections by which children are made together with their parent: name -> table and its lookup.
CHILDREN: Mapping[str, tuple[str, str]] = {
    "contact_customer_accounts": ("contact", "parentcustomerid"),
    "opportunity_customer_accounts": ("opportunity", "customerid"),
    "opportunity_parent_account": ("opportunity", "parentaccountid"),
    "Account_Tasks": ("task", "regardingobjectid"),
    "Contact_Tasks": ("task", "regardingobjectid"),
    "Opportunity_Tasks": ("task", "regardingobjectid"),
}


def columns_of(work: Work, table: str) -> dict[str, Words]:
    """Column -> what is said of it."""
    return {name: dict(field.more) for name, field in work.store.schema.objects[table].fields.items()}


def create(work: Work, table: str, body: Body, id: str = "") -> Record:
    """A new record, with those that its body makes beside it. Raises Failure."""
    _allowed(work, table)
    columns = columns_of(work, table)
    with work.store.all_or_nothing():
        values, children = _read(work, table, columns, body, creating=True)
        id = str(values.pop(work.store.words(table)["id"], None) or id)
        documents.checked(work, values)
        rights.owned(work, table, values)
        money.chosen(work, values)
        values = states.begun(table, columns, values)
        values = _filled(work, table, columns, values)
        lines.checked(work, table, values)
        values |= lines.summed(table, values)
        unique(work, table, values, None)
        if id and work.store.get(table, id) is not None:
            raise Failure(412, "0x80040237", "Cannot insert duplicate key.")
        with _worded(work, table):
            record = work.store.create_as(table, values, work.now, work.bent, id)
        for child, lookup, said in children:
            create(work, child, {**said, **_bound_to(work, child, lookup, table, record.id)})
        return record


def update(work: Work, table: str, id: str, body: Body) -> Record:
    """A record changed by what its body says. Raises Failure."""
    _allowed(work, table)
    columns = columns_of(work, table)
    before = work.store.get(table, id)
    assert before is not None
    with work.store.all_or_nothing():
        values, children = _read(work, table, columns, body, creating=False)
        values.pop(work.store.words(table)["id"], None)
        documents.checked(work, values)
        rights.owned(work, table, values)
        money.chosen(work, values)
        values = states.changed(table, columns, values, before)
        values |= rights.unit(work, columns, values)
        values |= _following(columns, {**before.values, **values})
        if table == lines.TABLE:
            lines.open_still(work, before.values)
        lines.checked(work, table, {**before.values, **values})
        values |= lines.summed(table, {**before.values, **values})
        values |= money.based(work, columns, {**before.values, **values})
        values |= {"modifiedon": moment(work.now)} if "modifiedon" in columns else {}
        unique(work, table, {**before.values, **values}, id)
        with _worded(work, table):
            _, record = work.store.update(table, id, values, work.now, work.bent)
        for child, lookup, said in children:
            create(work, child, {**said, **_bound_to(work, child, lookup, table, id)})
        return record


def close(work: Work, action: str, body: Body) -> Record:
    """A record closed by its action. Raises Failure."""
    table = states.ACTIONS[action][0]
    _allowed(work, table)
    columns = columns_of(work, table)
    id, values = states.closed(work, action, body, columns)
    values |= money.based(work, columns, values)
    with work.store.all_or_nothing(), _worded(work, table):
        return work.store.update(table, id, values | {"modifiedon": moment(work.now)}, work.now, work.bent)[1]


def delete(work: Work, table: str, id: str) -> None:
    """A record taken away, with its children. Raises Failure."""
    _allowed(work, table)
    record = work.store.get(table, id)
    if table == lines.TABLE and record is not None:
        lines.open_still(work, record.values)
    with _worded(work, table):
        work.store.taken_away(table, id, work.now)


# ---------------------------------------------------------------------------------------------------- reading a body


Child = tuple[str, str, Body]  # table, the lookup that leads back, body


def _read(
    work: Work, table: str, columns: Mapping[str, Words], body: Body, *, creating: bool
) -> tuple[dict[str, Any], list[Child]]:
    """The values that a body names, those that only the system writes left out as an environment does, and children."""
    leads = {
        nav: (column, target) for column, words in columns.items() for target, nav in navigations(table, column, words)
    }
    values, children = dict[str, Any](), list[Child]()
    for name, said in body.items():
        nav, at, annotation = name.partition("@")
        if at and annotation == "odata.bind":
            values |= _lookup(work, table, columns, leads, nav, said)
        elif at:
            continue  # `@odata.type` and what a client was told before
        elif isinstance(said, list) and (name in CHILDREN or name == f"{table}{PARTIES}"):
            child, lookup = CHILDREN.get(name, ("activityparty", "activityid"))
            children += [(child, lookup, each) for each in said]
        elif name in leads and (said is None or isinstance(said, Mapping)):
            column, target = leads[name]
            values[column] = None if said is None else create(work, target, said).id
        elif name not in columns or columns[name]["type"] in (*LOOKUPS, "PartyList"):
            raise no_property(name, table)
        elif not _left_out(columns[name], creating=creating):
            values[name] = taken(table, name, columns[name], said)
    return values, children


def _lookup(
    work: Work, table: str, columns: Mapping[str, Words], leads: Mapping[str, tuple[str, str]], nav: str, said: Any
) -> dict[str, Any]:
    if nav not in leads:
        raise Failure(
            400, "0x80048d19", f"An undeclared property '{nav}' which only has property annotations in the payload but "
            f"no property value was found in the payload of {table}.", nav)  # fmt: skip
    column = leads[nav][0]
    if columns[column].get("read_only"):
        return {}
    if said is None:
        return {column: None}
    targets = {target: None for name, (of, target) in leads.items() if of == column and (name == nav)}
    if columns[column]["type"] == "Owner":
        targets = dict.fromkeys(columns[column]["targets"])
    return {column: bound(work, said, targets)}


def _left_out(words: Words, *, creating: bool) -> bool:
    return bool(words.get("read_only")) or (bool(words.get("create_only")) and not creating)


def _bound_to(work: Work, child: str, lookup: str, table: str, id: str) -> dict[str, str]:
    words = dict(work.store.schema.objects[child].fields[lookup].more)
    nav = next((nav for target, nav in navigations(child, lookup, words) if target == table), None)
    if nav is None:
        raise not_simulated(f"{child} as children of {table}")
    return {f"{nav}@odata.bind": f"/{work.store.words(table)['set']}({id})"}


# ---------------------------------------------------------------------------------------------------- what follows


def _filled(work: Work, table: str, columns: Mapping[str, Words], values: dict[str, Any]) -> dict[str, Any]:
    """A new record with what the system says itself."""
    if "ownerid" in columns and not values.get("ownerid"):
        values["ownerid"] = work.user
    values |= rights.unit(work, columns, values)
    values |= {name: work.user for name in ("createdby", "modifiedby") if name in columns}
    values |= {name: moment(work.now) for name in ("createdon", "modifiedon") if name in columns}
    wanted = values.pop("overriddencreatedon", None)
    if wanted is not None:
        if not work.habits.created_on:
            words = f"Principal user is missing prvOverrideCreatedOnCreatedBy privilege on {table}"
            raise Failure(403, _DENIED, words)
        values |= {"createdon": wanted, "overriddencreatedon": moment(work.now)}
    if (
        "transactioncurrencyid" in columns
        and table != "transactioncurrency"
        and not values.get("transactioncurrencyid")
    ):
        values["transactioncurrencyid"] = money.own(work)
    values |= _following(columns, values)
    return values | money.based(work, columns, values)


def _following(columns: Mapping[str, Words], values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that others say: the whole name, the size of a file, and the customer of an opportunity."""
    found: dict[str, Any] = {}
    if "fullname" in columns and "lastname" in columns:
        parts = (values.get("firstname"), values.get("lastname"))
        found["fullname"] = " ".join(part for part in parts if part) or None
    if "documentbody" in columns:
        found["filesize"] = documents.size(values.get("documentbody"))
    if "parentaccountid" in columns and "customerid" in columns:
        found["customerid"] = values.get("parentaccountid") or values.get("parentcontactid") or values.get("customerid")
    return found


def _allowed(work: Work, table: str) -> None:
    if table in work.habits.read_only.split(","):
        raise Failure(403, _DENIED, f"Principal user is missing prvWrite privilege on {table}")
    if "plugin_fails" in work.bent:
        raise Failure(400, "0x80040265", "Simulated: a plug-in of the customer says no")


@contextmanager
def _worded(work: Work, table: str) -> Iterator[None]:
    """What the store refuses inside is refused in the words of an environment."""
    try:
        yield
    except Failure:
        raise
    except Refused as refused:
        if refused.code == "INVALID_CHOICE":
            raise invalid_choice(table, refused.field) from None
        if refused.code == "PARENT_NOT_FOUND":
            raise unreadable(refused.message) from None
        column = work.store.column(table, refused.field)
        raise failure(refused, table, column.length if column else None) from None
