"""The fictional dealer's mapping for amagi-crm: the sample's own with what is another there."""

from pathlib import Path

from dealer_elsewhere import probability, sample_for

ENVIRONMENT = """environments:
  amagi:
    connector: amagi
    url: "env:AMAGI_URL"
    token: "env:AMAGI_TOKEN"
"""
CHANGES = (
    # A mailbox is there once: of those who share one, the best record keeps it.
    ("    existing: {match: [email], then: fill_blanks}      # records already in the target\n",
     "    existing: {match: [email], then: fill_blanks}\n    target_unique: {email: keep_best}\n"),
    ("Görüşme: qualified, Teklif: proposal, Kazanıldı: closedwon, Kaybedildi: closedlost",
     "Görüşme: Qualified, Teklif: Proposal, Kazanıldı: Won, Kaybedildi: Lost"),
    probability("when: \"stage = 'Won'\", then: 1", "when: \"stage = 'Lost'\", then: 0", "else: null"),
    # A mailbox that is none is cleared with a finding: it would refuse the person.
    ("then: email, survive: trust, keep_others", "then: email, on_invalid: clear, survive: trust, keep_others"),
    # Two amounts are below zero: they wait, and the forecast is without them.
    ("deals: 8%}", "deals: 10%}"),
    ("13790995.60 EUR", "13791115.60 EUR"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for amagi-crm."""
    return sample_for(folder, ENVIRONMENT, CHANGES)
