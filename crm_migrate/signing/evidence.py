"""`evidence.zip`: what was signed, with all that it is about, and a manifest with the sha256 of every file."""

import gzip
import hashlib
import json
import tempfile
from pathlib import Path

from crm_migrate import __version__
from crm_migrate.disk.plain_file import read_plain
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.pipeline.following import as_it_stands
from crm_migrate.reports import FORMATS, LEDGERS, presentable, write_reports
from crm_migrate.reports.ledger_files import as_csv, exceptions_as_csv
from crm_migrate.signing.sealed_zip import packed
from crm_migrate.workspace import sign_offs, signatures
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.kept_figures import read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.sign_offs import digests_now, people_now

MANIFEST, FORMAT = "manifest.json", 1
MAPPING, PEOPLE, REPORT = "mapping/", "people/", "report/"  # folders of the archive
_MAX_BYTES = 256 << 20


def evidence(project: Project, run: Run, *, reveal: bool = False) -> tuple[bytes, str]:
    """The bytes of the archive of a run as it stands, and the sha256 of its manifest. Reports and ledger are masked
    unless `reveal`; files of people and the mapping are what they are."""
    plan, figures = read_plan(run), as_it_stands(project, run, read_figures(run))
    mapping, people = digests_now(project.folder, plan.files), people_now(project.folder)
    files = _reports(figures, run, reveal=reveal)
    files |= _lists(figures, run, reveal=reveal)
    files["plan.json"] = run.plan.read_bytes()
    files |= {MAPPING + name: _read(project.folder / name) for name, digest in mapping.items() if digest}
    files |= {PEOPLE + name: _read(project.folder / name) for name in people}
    for name in (sign_offs.FILE, signatures.FILE):
        if (project.folder / name).is_file():
            files[name] = _read(project.folder / name)
    manifest = _manifest(files, figures, reveal=reveal)
    return packed({**files, MANIFEST: manifest}), hashlib.sha256(manifest).hexdigest()


def _reports(figures: Figures, run: Run, *, reveal: bool) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
        formats = [name for name in FORMATS if name not in LEDGERS]
        ledger = run.table("reconcile")  # all of it lies in the file, so no lists of exceptions beside the page
        written = write_reports(figures, Path(folder), formats=formats, reveal=reveal, ledger=ledger, beside=False)
        return {REPORT + path.name: path.read_bytes() for path in written}


def _lists(figures: Figures, run: Run, *, reveal: bool) -> dict[str, bytes]:
    shown, ledger = presentable(figures, reveal=reveal), run.table("reconcile")
    lists = {"ledger": as_csv, "exceptions": exceptions_as_csv}
    return {
        f"{name}.csv.gz": gzip.compress(write(ledger, shown, reveal=reveal), mtime=0) for name, write in lists.items()
    }


def _read(path: Path) -> bytes:
    return read_plain(path, _MAX_BYTES)


def _manifest(files: dict[str, bytes], figures: Figures, *, reveal: bool) -> bytes:
    listed = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in sorted(files.items())
    }
    said = {
        "crm_migrate_evidence": FORMAT,
        "version": __version__,
        "project": figures.project,
        "environment": figures.environment,
        "run": figures.header.run,
        "verdict": figures.verdict,
        "masked": not reveal,
        "figures": figures.header.signature,
        "sign_off": figures.follow_up.sign_hash,
        "files": listed,
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()
