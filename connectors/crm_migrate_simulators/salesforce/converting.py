"""A lead becomes an account, a contact and, unless it shall not, an opportunity."""

from typing import Any

from crm_migrate_simulators.salesforce import dml
from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.work import Work

_COPIED = ("FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "Fax")


def convert(work: Work, said: dict[str, Any]) -> dict[str, Any]:
    """What came of a lead. Raises Failure."""
    lead = dml.live(work, "Lead", dml.known_id(work, "Lead", said.get("leadId")))
    if lead.values.get("IsConverted"):
        raise Failure("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    status = str(said.get("convertedStatus", ""))
    known = {record.values["ApiName"] for record in work.store.all("LeadStatus") if record.values.get("IsConverted")}
    if status not in known:
        raise Failure("INVALID_STATUS", f"invalid convertedStatus: {status}")
    values = lead.values
    account = said.get("accountId") or dml.create(work, "Account", {"Name": values["Company"]}).id
    copied = {name: values[name] for name in _COPIED if values.get(name)}
    contact = said.get("contactId") or dml.create(work, "Contact", {**copied, "AccountId": account}).id
    opportunity = None
    if str(said.get("doNotCreateOpportunity", "false")).lower() != "true":
        named = said.get("opportunityName") or values["Company"]
        stage = work.store.all("OpportunityStage")[0].values["ApiName"]
        close = {"CloseDate": "2030-12-31", "StageName": stage}
        opportunity = dml.create(work, "Opportunity", {"Name": named, "AccountId": account, **close}).id
    told = {"IsConverted": True, "Status": status, "ConvertedAccountId": account, "ConvertedContactId": contact}
    told |= {"ConvertedOpportunityId": opportunity} if opportunity else {}
    work.store.update("Lead", lead.id, told, work.now)
    return {"accountId": account, "contactId": contact, "leadId": lead.id, "opportunityId": opportunity}
