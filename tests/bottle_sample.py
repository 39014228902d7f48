"""The fictional dealer's mapping for BottleCRM: the sample's own with what is another there."""

from pathlib import Path

from dealer_elsewhere import probability, sample_for

SELLERS = tuple(f"{name}@anadolu-makine.example" for name in ("ayse.k", "mehmet.d", "zeynep.s", "burak.t"))
ENVIRONMENT = """environments:
  bottle:
    connector: bottle
    url: "env:BOTTLE_URL"
    token: "env:BOTTLE_TOKEN"
"""
CLOSED = (
    "  - {id: C3, object: deals, assert: \"close_date or stage in ('QUALIFICATION', 'PROPOSAL')\", else: hold, "
    "say: closed without a day}"
)
CHANGES = (
    # A mailbox is there once: of those who share one, the best record keeps it.
    ("    existing: {match: [email], then: fill_blanks}      # records already in the target\n",
     "    existing: {match: [email], then: fill_blanks}\n    target_unique: {email: keep_best}\n"),
    ("Görüşme: qualified, Teklif: proposal, Kazanıldı: closedwon, Kaybedildi: closedlost",
     "Görüşme: QUALIFICATION, Teklif: PROPOSAL, Kazanıldı: CLOSED_WON, Kaybedildi: CLOSED_LOST"),
    # What is closed wants its day, or it would be refused; what is open gets the probability of its stage.
    probability("when: \"stage = 'CLOSED_WON'\", then: 100", "when: \"stage = 'CLOSED_LOST'\", then: 0",
                "when: \"stage = 'QUALIFICATION'\", then: 25", "else: 50"),
    ("say: an amount below zero}\n", f"say: an amount below zero}}\n{CLOSED}\n"),
    # A mailbox that is none is cleared with a finding: it would refuse the person.
    ("then: email, survive: trust, keep_others", "then: email, on_invalid: clear, survive: trust, keep_others"),
    # BottleCRM knows no lira: the currency is a custom field.
    ("{sheet: PB | map(currency)}", "{sheet: PB | map(currency), to: custom.currency_code}"),
    # Three firms have the name of another one, two amounts are below zero, one deal lacks its day: they wait.
    ("deals: 8%}", "deals: 10%}"),
    ("13790995.60 EUR", "13791115.60 EUR"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for BottleCRM."""
    return sample_for(folder, ENVIRONMENT, CHANGES)
