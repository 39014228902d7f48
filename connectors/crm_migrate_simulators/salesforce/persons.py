"""Person accounts: an account with a last name is a person, and has a contact behind it that shows the same."""

from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure, missing
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.store import Record

Values = dict[str, Any]
_SHARED = ("FirstName", "LastName", "Salutation")
_PREFIXED = ("Email", "Title", "Department", "Birthdate", "MobilePhone", "HomePhone", "OtherPhone", "LeadSource",
             "AssistantName", "AssistantPhone", "MailingStreet", "MailingCity", "MailingState", "MailingPostalCode",
             "MailingCountry")  # fmt: skip


def before(work: Work, after: Values, was: Record | None) -> Values:
    """A person has a name of parts and no other; a company the other way round."""
    if not work.store.schema.more.get("personAccounts"):
        return after
    person = bool(after.get("LastName")) if was is None else bool(was.values.get("IsPersonAccount"))
    after["IsPersonAccount"] = person
    if not person:
        wrong = [name for name in after if name.startswith("Person") or name.endswith("__pc") or name in _SHARED]
        after = {name: value for name, value in after.items() if name not in wrong or value is not False}  # defaults
        wrong = [name for name in wrong if name in after]
        if wrong:
            raise Failure("INVALID_FIELD_FOR_INSERT_UPDATE",
                          f"Account: {wrong[0]} is a field of person accounts alone", wrong[0])  # fmt: skip
        return after
    if not after.get("LastName"):
        raise missing("LastName")
    if was is None and "Name" in after:
        words = "Account: Name can't be set on a person account; set FirstName and LastName"
        raise Failure("INVALID_FIELD_FOR_INSERT_UPDATE", words, "Name")
    after["Name"] = " ".join(after[name] for name in ("FirstName", "LastName") if after.get(name))
    return after


def after(work: Work, record: Record, was: Record | None) -> None:
    """The contact behind a person follows the account."""
    if not record.values.get("IsPersonAccount"):
        return
    shown: Values = {name: record.values.get(name) for name in _SHARED}
    shown |= {name: record.values.get(f"Person{name}") for name in _PREFIXED}
    custom = [name for name in record.values if name.endswith("__pc")]
    shown |= {f"{name.removesuffix('__pc')}__c": record.values[name] for name in custom}
    known = work.store.schema.objects["Contact"].fields
    shown = {name: value for name, value in shown.items() if name in known}
    if was is None:
        given = {name: value for name, value in shown.items() if value is not None}
        behind = {"AccountId": record.id, "OwnerId": record.values["OwnerId"], "IsPersonAccount": True}
        contact = work.store.create("Contact", {**given, **behind}, work.now)
        work.store.update("Account", record.id, {"PersonContactId": contact.id}, work.now)
    else:
        work.store.update("Contact", record.values["PersonContactId"], shown, work.now)
