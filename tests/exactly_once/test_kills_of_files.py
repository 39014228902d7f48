"""Kill the loader while a file is on its way, resume until it ends by itself: each file is there once and linked."""

import os
import random
from base64 import b64decode
from collections import Counter
from hashlib import md5
from pathlib import Path

import pytest
from environments import TENANT

from exactly_once.simulated_crms import DynamicsEnvironment, HubSpotPortal, SalesforceOrg
from exactly_once.targets import opened
from exactly_once.warm import Job, Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed loader is a fork of a warm parent"),
]

MAPPING = """\
crm_migrate: 1
project: {name: killed}
sources:
  firms: {file: firms.csv, key: id}
  files: {file: files.csv, key: id}
environments:
  TARGET:
    connector: TARGET
    url: "env:CRM_URL"
    SECRET: "env:CRM_SECRET"
    longest_seconds: "env:CRM_PATIENCE"
    upload_seconds: "env:CRM_PATIENCE"
    settle_seconds: "0"
objects:
  accounts: {from: firms, fields: {name: name}}
  attachments:
    from: files
    manifest: {path: file, base: old}
    fields:
      company: {files: firm, ref: accounts.firms}
"""
SECRETS = {
    "hubspot": "token",
    "salesforce": "client_id: crm-migrate\n    client_secret",
    "dynamics": f'tenant: "{TENANT}"\n    login_url: "env:CRM_URL"\n    client_id: crm-migrate\n    client_secret',
}
FILES = {f"file{n}.bin": f"{n} ".encode() * (2_000_000 if n % 2 else 100) for n in range(4)}
TRUTH = Counter(md5(content).hexdigest() for content in FILES.values())
KILLS = (0.0, 0.05, 0.3)  # seconds behind the moment at which a file begins to be sent


def project(folder: Path, target: str) -> Path:
    (folder / "old").mkdir(parents=True)
    mapping = MAPPING.replace("TARGET", target).replace("SECRET:", f"{SECRETS[target]}:")
    (folder / "crm-migrate.yaml").write_text(mapping, encoding="utf-8")
    (folder / "firms.csv").write_text("id,name\n1,Firm\n", encoding="utf-8")
    rows = [f"{n},{name},1" for n, name in enumerate(FILES)]
    (folder / "files.csv").write_text("\n".join(["id,file,firm", *rows, ""]), encoding="utf-8")
    for name, content in FILES.items():
        (folder / "old" / name).write_bytes(content)
    return folder


def there(place: DynamicsEnvironment | HubSpotPortal | SalesforceOrg) -> tuple[Counter[str], int, int]:
    """Digests of the files that the CRM holds, how many came to be ever, and how many of them hang on the firm."""
    store, log = place.server.engine.store, place.server.engine.log
    if isinstance(place, HubSpotPortal):
        notes = {record.id: str(record.values["hs_attachment_ids"]) for record in store.all("notes")}
        at = place._linked("notes", "companies", list(notes), "")
        named = {notes[id] for id in at}
        files = store.settings("files").values()
        made = sum((r.method, r.status) == ("POST", 201) and r.route.endswith("/files") for r in log.requests)
        return Counter(str(each["fileMd5"]) for each in files), made, sum(each["id"] in named for each in files)
    if isinstance(place, DynamicsEnvironment):
        notes, made = store.all("annotation"), sum(each.object == "annotation" for each in log.creations)
        digests = Counter(md5(b64decode(each.values["documentbody"])).hexdigest() for each in notes)
        firms = {record.id for record in store.all("account")}
        return digests, made, sum(each.values["objectid"] in firms for each in notes)
    versions = [record.values for record in store.all("ContentVersion")]
    made = sum(each.object == "ContentVersion" for each in log.creations)
    firms = {record.id for record in store.all("Account")}
    links = [record.values for record in store.all("ContentDocumentLink")]
    shared = {each["ContentDocumentId"] for each in links if each["LinkedEntityId"] in firms}
    return Counter(str(each["Checksum"]) for each in versions), made, len(shared)


@pytest.mark.cases(1)
@pytest.mark.parametrize("target", list(SECRETS))
def test_files_that_were_on_their_way_are_there_once(warm: Warm, tmp_path: Path, target: str) -> None:
    folder, said, dice = project(tmp_path / "project", target), tmp_path / "said", random.Random(7)
    with opened(target, folder, patience=2) as place:
        assert isinstance(place, DynamicsEnvironment | HubSpotPortal | SalesforceOrg)

        def job(verb: str) -> Job:
            return Job((verb, str(folder), *(("--env", target) if verb == "run" else ())), place.variables, str(said))

        hit = 0
        for seconds in KILLS:
            child = warm.start(job("resume" if hit else "run"))
            if child.reach("bytes"):
                child.wait(dice.uniform(0, seconds))
            hit += child.kill().code == -9
        assert hit >= 2, "it was hardly killed"
        for _ in range(3):
            if warm.run(job("resume")).code == 0:
                break
        told = said.read_text(encoding="utf-8")
        assert there(place) == (TRUTH, len(TRUTH), len(TRUTH)), told[-2000:]
