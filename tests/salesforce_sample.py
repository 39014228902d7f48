"""The fictional dealer's mapping for Salesforce: the sample's own with what is another there."""

from pathlib import Path
from typing import Any

from dealer_elsewhere import sample_for

SELLERS = tuple(f"{name}@anadolu-makine.example" for name in ("ayse.k", "mehmet.d", "zeynep.s", "burak.t"))
ENVIRONMENT = """environments:
  salesforce:
    connector: salesforce
    url: "env:SALESFORCE_URL"
    client_id: crm-migrate
    client_secret: "env:SALESFORCE_CLIENT_SECRET"
    longest_seconds: "10"
    job_from: "300"
    owns_nothing: "true"
"""
# What an administrator makes first: users, currencies, a place for opt-outs whose mailbox nobody has.
ORG: dict[str, Any] = {
    "severalCurrencies": True,
    "users": [{"Username": mail, "Email": mail, "LastName": mail.partition(".")[0].title()} for mail in SELLERS],
    "objects": {
        "Suppressed_Mailbox__c": {"label": "Suppressed Mailbox", "fields": {}},
        "Contact": {"fields": {"HasOptedOutOfEmail": {"type": "boolean"}}},  # in most orgs; not in the recorded one
    },
}
CHANGES = (
    ("Görüşme: qualified, Teklif: proposal, Kazanıldı: closedwon, Kaybedildi: closedlost",
     "Görüşme: Qualification, Teklif: Proposal/Price Quote, Kazanıldı: Closed Won, Kaybedildi: Closed Lost"),
    ("stage = 'closedwon'\", then: 1}", "stage = 'Closed Won'\", then: 100}"),
    ("stage = 'closedlost'", "stage = 'Closed Lost'"),
    # Salesforce gives what is open the probability of its stage.
    ("          - {else: null}\n",
     "          - {when: \"stage = 'Qualification'\", then: 10}\n          - {else: 75}\n"),
    # A mailbox that is none is cleared with a finding: it would refuse the person.
    ("then: email, survive: trust, keep_others", "then: email, on_invalid: clear, survive: trust, keep_others"),
    # A checkbox is never empty.
    ("survive: any_true, per: email}", "survive: any_true, per: email, default: false}"),
    # An opportunity without its day is no opportunity there.
    ("rejected: {accounts: 1%, contacts: 1%, deals: 1%}", "rejected: {accounts: 1%, contacts: 1%, deals: 2%}"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for Salesforce."""
    return sample_for(folder, ENVIRONMENT, CHANGES)
