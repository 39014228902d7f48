"""`mapping suggest` as a person uses it: what is proposed, what is never touched, and what broken inputs get."""

import json
import os
import shutil
from pathlib import Path

import pytest
from called import call

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "anadolu"
MAPPING = """\
# Acme: agreed in the workshop of 3 March
crm_migrate: 1
project: {name: Acme, locale: de-DE}
sources:
  firmen:   {file: firmen.csv, key: FirmenNr, unmapped: {drop: {Fax: D-1}}}
  kontakte: {file: kontakte.csv, key: KontaktNr}   # from the old CRM
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: firmen
    fields:
      name:   Firmenname      # not the trade name
  contacts:
    from: kontakte
    fields:
      last_name: Vorname      # a mistake of ours, and ours to mend
"""
FIRMS = "FirmenNr;Firmenname;Branche;Webseite;Fax;Ort;PLZ;Betreuer;Zusatz\n" + "".join(
    f"F{n:03};Firma {n} GmbH;Maschinenbau;www.firma{n}.example;+49 30 123{n:04};Berlin;10115;meier;x{n}\n"
    for n in range(30)
)
PEOPLE = "KontaktNr;Vorname;Nachname;E-Mail;Telefon;FirmenNr;Werbeeinwilligung\n" + "".join(
    f"K{n};Ute;Meier{n};u{n}@firma.example;+49 30 555{n:04};F{n % 30:03};ja\n" for n in range(60)
)
DECISION = 'decisions:\n  - {id: D-1, who: Ute, when: "2025-03-03", text: nobody sends faxes}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    (folder / "decisions").mkdir(parents=True)
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "firmen.csv").write_text(FIRMS, "utf-8")
    (folder / "kontakte.csv").write_text(PEOPLE, "utf-8")
    (folder / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    return folder


def listed(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_prints_a_patch_and_writes_nothing(project: Path) -> None:
    before = listed(project)

    done = call("mapping", "suggest", str(project))

    assert done.returncode == 0, done.stderr
    assert listed(project) == before
    assert "+      email: E-Mail" in done.stdout
    assert "nothing is written" in done.stderr
    assert "consent" in done.stdout


def test_written_it_adds_lines_and_changes_none_and_the_mapping_checks_green(project: Path) -> None:
    done = call("mapping", "suggest", str(project), "--write")

    text = (project / "crm-migrate.yaml").read_text("utf-8")
    added = [line for line in text.splitlines() if "# proposed: " in line]
    assert [line for line in text.splitlines() if line not in added] == MAPPING.splitlines()
    fields = {line.split(":")[0].strip() for line in added}
    assert fields == {"email", "phone", "company", "industry", "website", "city", "postal_code", "owner"}
    assert "60 of 60" not in done.stdout
    assert "30 of 30 values are keys of firmen.FirmenNr" in text
    check = call("mapping", "check", str(project))
    assert check.returncode == 0, check.stdout + check.stderr
    assert "8 line(s) are proposed and not confirmed" in check.stdout


def test_a_column_that_people_dropped_and_one_they_used_are_not_proposed_again(project: Path) -> None:
    done = call("mapping", "suggest", str(project))

    assert "fax" not in done.stdout
    assert "first_name" not in done.stdout  # its column is in a line of theirs, though in the wrong one


def test_a_second_time_there_is_nothing_to_add(project: Path) -> None:
    call("mapping", "suggest", str(project), "--write")
    before = listed(project)

    done = call("mapping", "suggest", str(project), "--write")

    assert done.returncode == 0
    assert listed(project) == before


def test_nobody_signs_what_is_only_proposed(project: Path) -> None:
    call("mapping", "suggest", str(project), "--write")
    refused = call("mapping", "sign", str(project), "--role", "steward", "--who", "Ute")
    mapping = project / "crm-migrate.yaml"
    lines = mapping.read_text("utf-8").splitlines()
    mapping.write_text("\n".join(line.partition("  # proposed: ")[0] for line in lines) + "\n", "utf-8")
    signed = call("mapping", "sign", str(project), "--role", "steward", "--who", "Ute")

    assert refused.returncode == 2
    assert "proposed and not confirmed" in refused.stderr
    assert signed.returncode == 0, signed.stderr


def test_required_fields_without_a_source_stand_on_top(project: Path) -> None:
    mapping = project / "crm-migrate.yaml"
    mapping.write_text(
        MAPPING.replace("      name:   Firmenname      # not the trade name\n", "      fax: Fax\n"), "utf-8"
    )
    (project / "firmen.csv").write_text(FIRMS.replace("Firmenname", "Feld 2"), "utf-8")

    done = call("mapping", "suggest", str(project))

    assert done.stdout.splitlines()[0] == "# required and without a source: accounts.name"


def test_earlier_projects_are_believed_more_than_names(project: Path, tmp_path: Path) -> None:
    finished = tmp_path / "finished" / "beta"
    finished.mkdir(parents=True)
    (finished / "crm-migrate.yaml").write_text(
        'crm_migrate: 1\nsources:\n  f: {file: f.csv, key: K}\nenvironments:\n  m: {connector: sql, url: "sqlite:///c.db"}\n'
        "objects:\n  accounts:\n    from: f\n    fields:\n      name: N\n      description: Zusatz | text\n",
        "utf-8",
    )

    done = call("mapping", "suggest", str(project), "--earlier", str(tmp_path / "finished"), "--json")

    offers = {o["field"]: o for o in json.loads(done.stdout)["proposed"]}
    assert offers["description"]["cell"] == "Zusatz | text"
    assert offers["description"]["because"][0] == "so in beta"
    assert call("mapping", "suggest", str(project), "--earlier", str(project / "no")).returncode == 3


def test_a_mapping_without_objects_gets_them(project: Path) -> None:
    mapping = project / "crm-migrate.yaml"
    mapping.write_text(MAPPING.partition("objects:")[0], "utf-8")

    done = call("mapping", "suggest", str(project), "--write")

    assert done.returncode == 0, done.stderr
    assert call("mapping", "check", str(project)).returncode == 0
    assert "ref: accounts.firmen" in mapping.read_text("utf-8")


def test_files_alone_give_a_whole_mapping_and_nothing_is_written(project: Path) -> None:
    (project / "crm-migrate.yaml").unlink()
    before = listed(project)

    done = call("mapping", "suggest", "firmen.csv", "kontakte.csv", folder=project)

    assert done.returncode == 0, done.stderr
    assert listed(project) == before
    assert "crm_migrate: 1" in done.stdout
    assert "company: {kontakte: FirmenNr, ref: accounts.firmen}" in done.stdout
    refused = call("mapping", "suggest", "firmen.csv", "--write", folder=project)
    assert refused.returncode == 2


def test_the_sample_company_keeps_every_decision_of_its_mapping(tmp_path: Path) -> None:
    folder = tmp_path / "anadolu"
    shutil.copytree(SAMPLE, folder)

    done = call("mapping", "suggest", str(folder), "--write")

    assert done.returncode == 0, done.stderr
    text = (folder / "crm-migrate.yaml").read_text("utf-8")
    old = (SAMPLE / "crm-migrate.yaml").read_text("utf-8")
    assert [line for line in text.splitlines() if "# proposed: " not in line] == old.splitlines()
    assert "Faks" not in "".join(line for line in text.splitlines() if "# proposed: " in line)  # dropped by D-012
    assert call("mapping", "test", str(folder)).returncode == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02" * 500, "no text"),
        (b"a," * 300_000 + b"b\n", "columns"),
        (None, "no plain file"),
    ],
)
def test_a_source_that_cannot_be_read_is_told_and_the_rest_goes_on(
    project: Path, content: bytes | None, said: str
) -> None:
    path = project / "kontakte.csv"
    path.unlink()
    if content is None:
        os.mkfifo(path)
    else:
        path.write_bytes(content)

    done = call("mapping", "suggest", str(project))

    assert done.returncode == 0, done.stderr
    assert "`kontakte` is left out" in done.stderr
    assert said in done.stderr
    assert "website: Webseite" in done.stdout


@pytest.mark.parametrize("text", ["", "a: [", "crm_migrate: 1\n", "\x00", "- a\n"])
def test_a_mapping_that_is_none_is_refused_with_its_place(project: Path, text: str) -> None:
    (project / "crm-migrate.yaml").write_text(text, "utf-8")

    done = call("mapping", "suggest", str(project))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "bug of ours" not in done.stderr


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert call("mapping", "suggest", str(tmp_path)).returncode == 2
    gone = call("mapping", "suggest", "gone.csv", folder=tmp_path)
    assert gone.returncode == 2
    assert "there is no gone.csv" in gone.stderr


def test_help_has_an_example() -> None:
    done = call("mapping", "suggest", "--help")

    assert "crm-migrate mapping suggest demo" in done.stdout


def test_lines_of_a_mapping_that_is_shared_are_people_s_too(project: Path) -> None:
    shared = project / "mappings" / "shared" / "agency" / "firms.yaml"
    shared.parent.mkdir(parents=True)
    shared.write_text(
        "crm_migrate_mapping: 1\nversion: 1.0\nobjects:\n  accounts:\n    from: firmen\n    fields:\n"
        "      name: Firmenname\n      city: Ort\n",
        "utf-8",
    )
    mapping = project / "crm-migrate.yaml"
    own = MAPPING.replace("crm_migrate: 1\n", "crm_migrate: 1\nuse: agency/firms\n")
    own = own.replace(
        "  accounts:\n    from: firmen\n    fields:\n      name:   Firmenname      # not the trade name\n", ""
    )
    mapping.write_text(own, "utf-8")
    assert call("mapping", "lock", str(project)).returncode == 0

    done = call("mapping", "suggest", str(project), "--write")

    assert done.returncode == 0, done.stderr
    assert "fits a line of yours: accounts.website: firmen: Webseite" in done.stdout
    assert "accounts.city" not in done.stdout
    text = mapping.read_text("utf-8")
    assert [line for line in text.splitlines() if "# proposed: " not in line] == own.splitlines()
    assert "company: {kontakte: FirmenNr, ref: accounts.firmen}" in text
    assert call("mapping", "check", str(project)).returncode == 0


@pytest.mark.parametrize(
    "shared",
    [
        "  accounts: &a\n    from: firmen\n    fields: &f\n      name: Firmenname\n"
        "  contacts:\n    from: kontakte\n    fields: *f\n",
        "  accounts:\n    from: firmen\n    fields: &f\n      name: Firmenname\n"
        "  contacts:\n    from: kontakte\n    fields:\n      <<: *f\n      last_name: Nachname\n",
    ],
)
def test_a_file_with_anchors_is_refused_for_a_line_at_one_place_would_count_at_another(
    project: Path, shared: str
) -> None:
    file = project / "crm-migrate.yaml"
    file.write_text(MAPPING.split("  accounts:")[0] + shared, "utf-8")
    before = listed(project)

    done = call("mapping", "suggest", str(project), "--write")

    assert done.returncode == 2
    assert "mapping_anchor" in done.stderr
    assert "crm-migrate.yaml:" in done.stderr
    assert listed(project) == before


def test_a_byte_order_mark_stays(project: Path) -> None:
    file = project / "crm-migrate.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + MAPPING.encode())
    done = call("mapping", "suggest", str(project), "--write")

    assert done.returncode == 0, done.stderr
    assert file.read_bytes().startswith(b"\xef\xbb\xbf# Acme")
