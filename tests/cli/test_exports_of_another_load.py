"""What another tool has loaded into a CRM with an API is compared with its exports, in the headings of that CRM."""

from pathlib import Path

import pytest

from tests.cli.test_reconcile_alone import differing, told

MAPPING = """crm_migrate: 1
sources:
  firms: {file: firms.csv, key: Nr}
  people: {file: people.csv, key: Nr}
  chances: {file: chances.csv, key: Nr}
environments:
  crm: {connector: CRM}
objects:
  accounts:
    from: firms
    fields: {name: Firma, Legacy: {firms: Nr, type: id}}
  contacts:
    from: people
    fields:
      first_name: Vorname
      last_name: Name
      email: Mail
      company: {people: Firma, ref: accounts}
      Legacy: {people: Nr, type: id}
  deals:
    from: chances
    fields:
      name: Titel
      pipeline: {constant: Sales}
      stage: Stufe
      amount: Wert
      close_date: Ende
      company: {chances: Firma, ref: accounts}
      Legacy: {chances: Nr, type: id}
"""
FILES = {
    "firms.csv": "Nr,Firma\nF1,Işık Makine\nF2,Weiß & Söhne\n",
    "people.csv": "Nr,Vorname,Name,Mail,Firma\nP1,Ada,Öztürk,ada@isik.example,F1\nP2,Jo,Weiß,jo@weiss.example,F2\n",
    "chances.csv": "Nr,Titel,Stufe,Wert,Ende,Firma\n"
    "D1,Saw,qualified,1250.50,2025-05-01,F1\nD2,Press,closedwon,7,2025-02-13,F2\n",
}
# Connector -> file of an export -> its text, with headings as the evidence of the profiles has them.
THEIRS = {
    "hubspot": {
        "companies": "Record ID,Company name,Legacy\n11,Işık Makine,F1\n12,Weiß & Söhne,F2\n",
        "contacts": "Record ID,First Name,Last Name,Email,Associated Company IDs (Primary),Legacy\n"
        "21,Ada,Öztürk,ada@isik.example,11,P1\n22,Jo,Weiß,jo@weiss.example,12,P2\n",
        "deals": "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Associated Company IDs (Primary),Legacy\n"
        '31,Saw,Qualified To Buy,Sales Pipeline,"1,250.50",2025-05-01 00:00,11,D1\n'
        '32,Press,Closed Won,Sales Pipeline,7,2025-02-13 00:00,12,D2\n',
    },
    "dynamics": {
        "account": "(Do Not Modify) Account,Account Name,Legacy\nA,Işık Makine,F1\nB,Weiß & Söhne,F2\n",
        "contact": "(Do Not Modify) Contact,First Name,Last Name,Email,Company Name,Legacy\n"
        "C,Ada,Öztürk,ada@isik.example,Işık Makine,P1\nD,Jo,Weiß,jo@weiss.example,Weiß & Söhne,P2\n",
        "opportunity": "Topic,Status,Sales Stage,Est. Revenue,Est. Close Date,Account,Legacy\n"
        'Saw,Open,Qualify,"$1,250.50",5/1/2025,Işık Makine,D1\nPress,Won,Close,$7.00,2/13/2025,Weiß & Söhne,D2\n',
    },
}  # fmt: skip


@pytest.mark.parametrize("connector", THEIRS)
def test_headings_of_the_crm_are_known_without_a_load_of_ours(tmp_path: Path, connector: str) -> None:
    mapping = MAPPING.replace("CRM", connector)
    if connector != "hubspot":
        mapping = mapping.replace("      pipeline: {constant: Sales}\n", "")
    for name, text in {"crm-migrate.yaml": mapping, **FILES}.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "exports").mkdir()
    for name, text in THEIRS[connector].items():
        (tmp_path / "exports" / f"{name}.csv").write_text(text, "utf-8")
    words = (str(tmp_path), "--target-export", str(tmp_path / "exports"), "--key", "Legacy")
    code, figures, _ = told(*words)
    assert (differing(figures), code) == ({}, 0)
    deals = next(path for path in (tmp_path / "exports").iterdir() if "Saw" in path.read_text("utf-8"))
    deals.write_text(deals.read_text("utf-8").replace("Won,", "Lost,"), "utf-8")
    code, figures, _ = told(*words)
    assert (code, [*differing(figures)]) == (1, ["deals.stage"])
