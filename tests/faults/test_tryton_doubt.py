"""A load into a real Tryton whose answers get lost: every record once, each child under its own parent."""

from collections import Counter
from pathlib import Path

import pytest
from between import deaf
from trytons import fresh

from crm_migrate.cli import main

pytestmark = pytest.mark.tryton
MAPPING = """\
crm_migrate: 1
sources:
  firmen: {file: firmen.csv, key: FirmaID}
  kontakte: {file: kontakte.csv, key: KontaktID}
environments:
  rehearsal:
    connector: tryton
    url: "env:TRYTON_URL"
    database: "env:TRYTON_DATABASE"
    user: admin
    password: "env:TRYTON_PASSWORD"
    longest_seconds: "6"
objects:
  accounts:
    from: firmen
    fields:
      name: Name
      parent: {firmen: Mutter, ref: accounts.firmen}
  contacts:
    from: kontakte
    fields:
      full_name: Name
      email: Mail
      company: {kontakte: FirmaID, ref: accounts.firmen}
"""


def test_every_record_is_there_once_though_answers_got_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    firms = [f"{n},Öztürk {n} GmbH,{n - 1 if n else ''}" for n in range(6)]
    people = [f"{n},Kim {n},k{n}@firma{n % 6}.example,{n % 6}" for n in range(14)]
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "firmen.csv").write_text("\n".join(["FirmaID,Name,Mutter", *firms, ""]), encoding="utf-8")
    (tmp_path / "kontakte.csv").write_text("\n".join(["KontaktID,Name,Mail,FirmaID", *people, ""]), encoding="utf-8")
    tryton = fresh()
    with deaf(tryton.url, b"party.party.create", b"party.party.write") as url:
        for name, said in (("URL", url), ("DATABASE", tryton.name), ("PASSWORD", tryton.options["password"])):
            monkeypatch.setenv(f"TRYTON_{name}", said)
        main(["run", str(tmp_path)])
    fields = ("name", "identifiers.code", "relations.to.name", "contact_mechanisms.value")
    records = tryton.rows("party.party", *fields)
    assert Counter(each["code"] for record in records for each in record["identifiers."]).most_common(1)[0][1] == 1
    related = {each["name"]: [relation["to."]["name"] for relation in each["relations."]] for each in records}
    expected = {f"Öztürk {n} GmbH": [f"Öztürk {n - 1} GmbH"] if n else [] for n in range(6)}
    expected |= {f"Kim {n}": [f"Öztürk {n % 6} GmbH"] for n in range(14)}
    assert related == expected
    assert len(records) == len(expected)
