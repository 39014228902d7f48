"""A whole run into a simulated CRM behind REST: each child finds its parent, and the second run writes nothing."""

from pathlib import Path

import pytest
from simulated import Wire

from crm_migrate.cli import main
from crm_migrate_simulators.rest import SIMULATOR

MAPPING = """\
crm_migrate: 1
sources:
  firmen: {file: firmen.csv, key: FirmaID}
  kontakte: {file: kontakte.csv, key: KontaktID}
environments:
  rehearsal:
    connector: rest
    profile: sql
    url: "env:CRM_URL"
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "2"
    settle_seconds: "0"
objects:
  accounts:
    from: firmen
    fields:
      name: Name
  contacts:
    from: kontakte
    fields:
      last_name: Nachname
      email: Mail
      company: {kontakte: FirmaID, ref: accounts.firmen}
"""
KEYS = ("accounts", "contacts")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    firms = [f"{n},Öztürk {n} GmbH" for n in range(6)]
    people = [f"{n},Yılmaz-{n},k{n}@firma{n % 6}.example,{n % 6}" for n in range(14)]
    (tmp_path / "firmen.csv").write_text("\n".join(["FirmaID,Name", *firms, ""]), encoding="utf-8")
    lines = ["KontaktID,Nachname,Mail,FirmaID", *people, ""]
    (tmp_path / "kontakte.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def run(project: Path) -> object:
    try:
        main(["run", str(project)])
    except SystemExit as left:
        return left.code
    return 0


def test_a_small_company_is_moved_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = SIMULATOR.start({"objects": {name: {"fields": {}} for name in KEYS}})
    try:
        monkeypatch.setenv("CRM_URL", server.url)
        monkeypatch.setenv("CRM_SECRET", "not-a-secret")
        assert run(project) == 0
        wire = Wire(server.url)
        firms = {each["id"]: each["values"]["name"] for each in wire.told("records/accounts")}
        people = [each["values"] for each in wire.told("records/contacts")]
        assert (len(firms), len(people)) == (6, 14)
        assert all(f"firma{firms[p['company']].split()[1]}.example" in p["email"] for p in people)
        written = [each for each in wire.told("requests") if each["scope"] == "write"]
        assert run(project) == 0
        assert [each for each in wire.told("requests") if each["scope"] == "write"] == written
    finally:
        server.stop()
