"""The fictional dealer's mapping for amagi-crm: the sample's own with what is another there."""

import re
import shutil
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "anadolu"
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
    ("stage = 'closedwon'", "stage = 'Won'"),
    ("stage = 'closedlost'", "stage = 'Lost'"),
    # A mailbox that is none is cleared with a finding: it would refuse the person.
    ("then: email, survive: trust, keep_others", "then: email, on_invalid: clear, survive: trust, keep_others"),
    # Two amounts are below zero: they wait, and the forecast is without them.
    ("deals: 8%}", "deals: 10%}"),
    ("13790995.60 EUR", "13791115.60 EUR"),
)  # fmt: skip


def project(folder: Path) -> Path:
    """The sample in `folder`, for amagi-crm."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("second", "truth"))
    path = folder / "crm-migrate.yaml"
    text = re.sub(r"environments:\n(?:  .*\n)+", ENVIRONMENT, path.read_text(encoding="utf-8"))
    for old, new in CHANGES:
        assert text.count(old) == 1, f"the sample's mapping says it no longer: {old}"
        text = text.replace(old, new)
    path.write_text(text[: text.index("examples:")], encoding="utf-8")
    return folder
