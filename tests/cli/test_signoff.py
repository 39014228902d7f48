"""`signoff`, `evidence`, `verify`: who may sign what, when a signature is void, and every byte that was changed."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from called import call, ran
from click.testing import CliRunner
from first_runs import first_run

from crm_migrate import __version__
from crm_migrate.cli import cli
from crm_migrate.signing import sealed_zip
from crm_migrate.workspace.state import login

MAPPING = """crm_migrate: 1
project: {name: Acme, locale: en}
sources:
  x: {file: x.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: x
    fields: {last_name: {x: name, required: true}, email: mail | email}
reconcile: {sign_off: [sales_director]}
"""
DECISION = 'decisions:\n  - {id: D-1, who: Kai Öz, when: "2026-03-03", text: those mailboxes are dead}\n'
ROWS = ("1;Ada;ada@one.example", "2;Bo;bo@two.example")
DIRECTOR = ("--role", "sales_director", "--who", "Ada Su")


def export(folder: Path, *rows: str) -> None:
    (folder / "x.csv").write_text("\n".join(["id;name;mail", *rows, ""]), "utf-8")


def refused(*arguments: object) -> str:
    return str(CliRunner().invoke(cli, list(map(str, arguments))).exception)


def _first(folder: Path) -> None:
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "decisions").mkdir()
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    export(folder, *ROWS)
    ran("run", folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a run that ended with GO."""
    first_run(tmp_path, "signoff", _first)
    return tmp_path


def checked(folder: Path, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran("signoff", folder, "--check", "--json", code=code).stdout)
    return found


def test_a_run_is_signed_off_by_the_role_that_must_and_the_report_says_so(project: Path) -> None:
    assert checked(project, 1)["missing"] == ["sales_director has not signed this run"]
    ran("signoff", project, *DIRECTOR, "--condition", "mail goes out on Monday")

    found = checked(project)

    assert found["signed"]
    ran("report", "--project", project, "--format", "html,json", "--out", project / "out")
    follow = json.loads((project / "out" / "report.json").read_text("utf-8"))["figures"]["follow_up"]
    (signed,) = follow["signed"]
    assert (signed["who"], signed["verdict"], signed["void"]) == ("Ada Su", "conditions", [])
    assert signed["hash"] == follow["sign_hash"] == found["hash"]
    assert signed["own_account"] is bool(login())  # honest: entered by who started the run
    section = (project / "out" / "report.html").read_text("utf-8").split('id="sign_off"')[1].split("</section>")[0]
    assert found["hash"] in section and "mail goes out on Monday" in section


CHANGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "mapping": (
        "mapping",
        lambda folder: (folder / "crm-migrate.yaml").write_text(MAPPING + "# a word\n", "utf-8"),
    ),
    "decision": ("decisions", lambda folder: (folder / "decisions" / "e.yaml").write_text("decisions: []\n", "utf-8")),
    "exception": ("exceptions", lambda folder: (folder / "exceptions.yaml").write_text("exceptions: []\n", "utf-8")),
    "sample": ("samples", lambda folder: ran("sample", folder, "--reviewer", "Kai", "-o", folder / "s.xlsx")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_sign_off_is_void_when_anything_changes(project: Path, name: str) -> None:
    part, change = CHANGES[name]
    ran("signoff", project, *DIRECTOR)
    change(project)

    (why,) = checked(project, 1)["missing"]

    assert why.startswith("the sign-off of sales_director (Ada Su") and why.endswith(f"is void: {part} changed since")
    ran("report", "--project", project, "--format", "html", "--out", project / "out")
    assert f'data-role="sales_director" data-void="{part}"' in (project / "out" / "report.html").read_text("utf-8")


def test_another_run_needs_another_sign_off(project: Path) -> None:
    ran("signoff", project, *DIRECTOR)
    ran("run", project, "--report", "html")
    assert checked(project, 1)["missing"] == ["sales_director has not signed this run"]
    page = (sorted((project / "reports").iterdir())[-1] / "report.html").read_text("utf-8")
    assert 'data-void="run figures"' in page


def test_production_that_needs_it_takes_no_load_without_a_valid_sign_off_of_a_rehearsal(tmp_path: Path) -> None:
    production = '  prod: {connector: sql, url: "sqlite:///prod.db", needs: rehearsal_signed_off}\n'
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING.replace("objects:\n", production + "objects:\n"), "utf-8")
    export(tmp_path, *ROWS)
    load = ("run", tmp_path, "--env", "prod")

    assert "no run with this mapping in another environment" in refused(*load)
    ran("run", tmp_path, "--env", "mock")
    assert "is not signed off: sales_director has not signed this run" in refused(*load)
    ran("signoff", tmp_path, *DIRECTOR, "--reject", "not yet")
    assert "has rejected it: not yet" in refused(*load)
    ran("signoff", tmp_path, *DIRECTOR)
    (tmp_path / "exceptions.yaml").write_text("exceptions: []\n", "utf-8")
    assert "is void: exceptions changed since" in refused(*load)
    assert not (tmp_path / "prod.db").exists(), "nothing was written so far"

    (tmp_path / "exceptions.yaml").unlink()
    ran(*load)


def test_who_may_not_sign_is_told_why(project: Path) -> None:
    role = ("--role", "sales_director")
    assert "the decision D-1 in d.yaml" in refused("signoff", project, *role, "--who", " kai  oz")
    if login():
        assert "by its login" in refused("signoff", project, *role, "--who", login().upper())
    assert "nobody signs as `cook`" in refused("signoff", project, "--role", "cook", "--who", "Ada Su")
    assert "a role and a name" in refused("signoff", project, *role)
    assert "--check signs nothing" in refused("signoff", project, *role, "--check")
    (project / "crm-migrate.yaml").write_text(MAPPING + "# later\n", "utf-8")
    assert "crm-migrate.yaml is not what run" in refused("signoff", project, *DIRECTOR)
    assert not (project / "sign-offs.yaml").exists()


def test_no_go_can_be_rejected_and_not_approved(project: Path) -> None:
    export(project, *ROWS, "3;;cy@three.example")
    ran("run", project, code=1)
    assert "ended with NO-GO" in refused("signoff", project, *DIRECTOR)
    ran("signoff", project, *DIRECTOR, "--reject", "a name is missing")
    assert checked(project, 1)["missing"] == ["sales_director (Ada Su) has rejected it: a name is missing"]


@pytest.mark.parametrize("text", ["sign-offs: 1\n", "sign-offs:\n  - {role: a}\n", "\t"])
def test_a_file_of_sign_offs_that_people_broke_is_refused(project: Path, text: str) -> None:
    (project / "sign-offs.yaml").write_text(text, "utf-8")
    assert "sign-offs.yaml" in refused("signoff", project, "--check")


def packed(folder: Path, *more: str) -> tuple[Path, dict[str, Any]]:
    ran("signoff", folder, *DIRECTOR)
    file = folder / "evidence.zip"
    return file, json.loads(ran("evidence", folder, "-o", file, "--json", *more).stdout)


def test_the_evidence_holds_all_that_was_signed_and_gives_the_same_bytes_again(project: Path) -> None:
    file, told = packed(project)
    names = set(zipfile.ZipFile(file).namelist())
    assert {
        "manifest.json", "plan.json", "ledger.csv.gz", "sign-offs.yaml", "mapping/crm-migrate.yaml",
        "people/decisions/d.yaml", "report/report.html", "report/report.xlsx", "report/report.json",
    } <= names  # fmt: skip
    first = file.read_bytes()
    ran("evidence", project, "-o", file)
    assert file.read_bytes() == first

    found = json.loads(ran("verify", file, "--expect", told["manifest"], "--json").stdout)

    assert found["wrong"] == [] and [each.split(",")[0] for each in found["signed"]] == ["sales_director: Ada Su"]
    assert b"ada@one.example" not in b"".join(
        zipfile.ZipFile(file).read(name) for name in names if name.startswith("report/") and not name.endswith("xlsx")
    )
    assert "not the one that was expected" in ran("verify", file, "--expect", "0" * 64, code=1).stdout


def test_every_changed_byte_is_found(project: Path) -> None:
    """A byte in each region of the file, and whatever stands before, behind or between its files."""
    file, _ = packed(project)
    good = file.read_bytes()
    for at in [*range(0, 400, 7), *range(400, len(good), len(good) // 60), *range(len(good) - 22, len(good))]:
        file.write_bytes(good[:at] + bytes([good[at] ^ 0x20]) + good[at + 1 :])
        assert CliRunner().invoke(cli, ["verify", str(file)]).exit_code != 0, at
    for wrong in (good + b"\0", b"\0" + good, good[:-1], good[: len(good) // 2], b"", b"PK"):
        file.write_bytes(wrong)
        assert CliRunner().invoke(cli, ["verify", str(file)]).exit_code != 0


def rewritten(file: Path, change: Callable[[dict[str, bytes]], object]) -> str:
    """What `verify` says of the archive with other files in it, packed as ours are."""
    with zipfile.ZipFile(file) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    (file.parent / "other.zip").write_bytes(sealed_zip.packed(files))
    return ran("verify", file.parent / "other.zip", code=1).stdout


def test_files_that_are_missing_added_changed_or_do_not_fit_are_named(project: Path) -> None:
    file, _ = packed(project)
    assert "missing: plan.json" in rewritten(file, lambda files: files.pop("plan.json"))
    assert "added: note.txt" in rewritten(file, lambda files: files.update({"note.txt": b"x"}))
    assert "changed: people/decisions/d.yaml" in rewritten(
        file, lambda files: files.update({"people/decisions/d.yaml": b"decisions: []"})
    )

    def honest(files: dict[str, bytes]) -> None:
        """A decision changed, and its hash in the manifest with it."""
        data = b"decisions: []\n"
        files["people/decisions/d.yaml"] = data
        manifest = json.loads(files["manifest.json"])
        manifest["files"]["people/decisions/d.yaml"] = {
            "sha256": hashlib.sha256(b"decisions: []\n").hexdigest(),
            "bytes": 14,
        }
        files["manifest.json"] = json.dumps(manifest).encode()

    told = rewritten(file, honest)
    assert "are not those of the manifest" in told and "signed  " not in told


@pytest.mark.parametrize(
    ("said", "hint"),
    [({"version": "9.1.0"}, "verify it with version 9.1.0"), ({"version": None}, "with the version that wrote it")],
)
def test_evidence_in_another_format_says_which_version_reads_it(project: Path, said: dict[str, Any], hint: str) -> None:
    file, _ = packed(project)
    with zipfile.ZipFile(file) as old:
        files = {name: old.read(name) for name in old.namelist()}
    manifest = {**json.loads(files["manifest.json"]), "crm_migrate_evidence": 2, **said}
    assert json.loads(files["manifest.json"])["version"] == __version__
    files["manifest.json"] = json.dumps(manifest).encode()
    file.write_bytes(sealed_zip.packed(files))

    done = call("verify", str(file))

    told = " ".join(done.stderr.split())
    assert done.returncode == 3, "no evidence that can be read"
    assert f"is evidence in format 2, and version {__version__} reads format 1" in told and hint in told


def test_figures_of_another_version_keep_the_signature_that_they_were_written_with(project: Path) -> None:
    """Newer figures are not in its report; a figure that somebody changed is told all the same."""
    file, _ = packed(project, "--reveal")

    def told(change: Callable[[dict[str, Any]], object]) -> str:
        def of_another_version(files: dict[str, bytes]) -> None:
            report = json.loads(files["report/report.json"])
            figures = report["figures"]
            del figures["watch"]
            signed = {name: figures[name] for name in figures if name not in ("header", "follow_up")}
            text = f"{figures['header']['run']}\n{json.dumps(signed, ensure_ascii=False, separators=(',', ':'))}"
            figures["header"]["signature"] = hashlib.sha256(text.encode()).hexdigest()
            change(figures)
            data = json.dumps(report, ensure_ascii=False).encode()
            manifest = json.loads(files["manifest.json"])
            manifest["figures"] = figures["header"]["signature"]
            manifest["files"]["report/report.json"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            files |= {"report/report.json": data, "manifest.json": json.dumps(manifest).encode()}

        return rewritten(file, of_another_version)

    assert "the figures are not those that were signed" not in told(lambda _: None)
    assert "the figures are not those that were signed" in told(
        lambda figures: figures["sources"][0].update(records=figures["sources"][0]["records"] + 1)
    )
    later = told(lambda figures: (figures.update(moons=3), figures["header"].update(tool_version="9.1.0")))
    assert (
        "no byte is changed, but the report was written by version 9.1.0" in later and "verify it with 9.1.0" in later
    )
    assert "no byte is changed" not in rewritten(file, lambda files: files.update({"report/report.json": b"{}"}))


def archive(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as out:
        for name, data in members:
            out.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "data",
    [
        archive(("../x", b"a")),
        archive(("/etc/x", b"a")),
        archive(("a\\..\\x", b"a")),
        archive(("C:x", b"a")),
        archive(("a", b"1"), ("a", b"2")),
        archive(("a", b"1"), ("A", b"2")),
        archive(("a/", b"")),
        archive(("bomb", b"\0" * 10_000_000), compression=zipfile.ZIP_DEFLATED),
        archive(("manifest.json", b"[]")),
        archive(("manifest.json", b'{"files": {"a": 1}}')),
        b"no archive",
    ],
)
def test_hostile_archives_are_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "evidence.zip"
    file.write_bytes(data)
    error = CliRunner().invoke(cli, ["verify", str(file)]).exception
    assert getattr(error, "exit_code", None) == 3, error
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.zip"]
