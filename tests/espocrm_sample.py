"""The fictional dealer's mapping for EspoCRM: the sample's own with what is another there."""

from pathlib import Path
from typing import Any

from dealer_elsewhere import probability, sample_for
from espos import schema

SELLERS = tuple(f"{name}@anadolu-makine.example" for name in ("ayse.k", "mehmet.d", "zeynep.s", "burak.t"))
ENVIRONMENT = """environments:
  espocrm:
    connector: espocrm
    url: "env:ESPOCRM_URL"
    token: "env:ESPOCRM_TOKEN"
"""
CONSENT: dict[str, Any] = {"cEmailConsent": {}, "cConsentEvidence": {"maxLength": 255}}
# What an administrator has made before, as `target prepare` says it.
FIELDS = schema(
    Account={
        **{name: {} for name in ("cTaxId", "cTaxOffice", "cDomain", "cFormerOwner")},
        "cPartOf": {"type": "link", "entity": "Account"},
    },
    Contact={
        **CONSENT,
        "cJobTitle": {},
        "cMailboxDead": {"type": "enum", "options": ["", "true", "false"]},
        "cMoreMailboxes": {"type": "array"},
    },
    Lead={**CONSENT, "cReason": {}},
    Opportunity={"cPipeline": {}, "cFormerOwner": {}},
)
DAYLESS = "  - {id: C3, object: deals, assert: close_date, else: hold, say: closed on no day}"
CHANGES = (
    ("Görüşme: qualified, Teklif: proposal, Kazanıldı: closedwon, Kaybedildi: closedlost",
     "Görüşme: Qualification, Teklif: Proposal, Kazanıldı: Closed Won, Kaybedildi: Closed Lost"),
    # What is open gets the probability of its stage there.
    probability("when: \"stage = 'Closed Won'\", then: 100", "when: \"stage = 'Closed Lost'\", then: 0",
                "when: \"stage = 'Qualification'\", then: 20", "else: 50"),
    # A mailbox is one thing there, and so is its opt-out: of those who share one, the best record keeps it.
    ("    existing: {match: [email], then: fill_blanks}      # records already in the target\n",
     "    existing: {match: [email], then: fill_blanks}\n    target_unique: {email: keep_best}\n"),
    # Two amounts are below zero and two deals lack their day: they wait, and the forecast is without them.
    ("say: an amount below zero}\n", f"say: an amount below zero}}\n{DAYLESS}\n"),
    ("deals: 8%}", "deals: 10%}"),
    ("13790995.60 EUR", "13791115.60 EUR"),
    # A number or mailbox that is none is cleared with a finding: it would refuse the person.
    ("sheet: Tel, then: phone(TR), survive", "sheet: Tel, then: phone(TR), on_invalid: clear, survive"),
    ("then: email, survive: trust, keep_others", "then: email, on_invalid: clear, survive: trust, keep_others"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for EspoCRM."""
    return sample_for(folder, ENVIRONMENT, CHANGES)
