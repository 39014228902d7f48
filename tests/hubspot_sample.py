"""The fictional dealer's mapping for HubSpot: the sample's own with what is another there."""

from pathlib import Path

from dealer_elsewhere import sample_for

SELLERS = tuple(f"{name}@anadolu-makine.example" for name in ("ayse.k", "mehmet.d", "zeynep.s", "burak.t"))
ENVIRONMENT = """environments:
  hubspot:
    connector: hubspot
    url: "env:HUBSPOT_URL"
    token: "env:HUBSPOT_TOKEN"
    settle_seconds: "0"
    longest_seconds: "5"
"""
STAGES = "Görüşme: Qualified To Buy, Teklif: Presentation Scheduled, Kazanıldı: Closed Won, Kaybedildi: Closed Lost"
CHANGES = (
    # A mailbox is there once: of those who share one, the best record keeps it.
    ("    existing: {match: [email], then: fill_blanks}      # records already in the target\n",
     "    existing: {match: [email], then: fill_blanks}\n    target_unique: {email: keep_best}\n"),
    # Stages and pipelines are those of the portal, by their labels.
    ("Görüşme: qualified, Teklif: proposal, Kazanıldı: closedwon, Kaybedildi: closedlost", STAGES),
    ("stage = 'closedwon'", "stage = 'Closed Won'"),
    ("stage = 'closedlost'", "stage = 'Closed Lost'"),
    ("{constant: Sales}", "{constant: Sales Pipeline}"),
    # The portal has one currency: that of a deal is a property of its own.
    ("{sheet: PB | map(currency)}", "{sheet: PB | map(currency), to: currency_code}"),
    # A mailbox that is none is cleared with a finding: it would refuse the person.
    ("then: email, survive: trust, keep_others", "then: email, on_invalid: clear, survive: trust, keep_others"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for HubSpot."""
    return sample_for(folder, ENVIRONMENT, CHANGES)
