"""`preview`: rows before and after, as a run maps them; nothing is written, and nobody's values are shown unasked."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from called import call
from demo.finished_run import FinishedRun, crm_migrate

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "anadolu"
MAPPING = """\
crm_migrate: 1
project: {name: Laden, locale: de-DE}
sources:
  k: {file: k.csv, key: Nr}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  stage: {unmapped: hold, map: {Neu: new}}
objects:
  deals:
    from:
      k: {where: "Firma != 'Test'", because: D-1}
    fields:
      name:     Titel
      amount:   Betrag
      close_date: Tag
      stage:    Phase | map(stage)
      lost_reason: "= concat(Firma, '!')"
      pipeline: {constant: Verkauf}
"""
ROWS = """\
Nr;Titel;Betrag;Tag;Phase;Firma
1;Messe;1.250,50;31.01.2025;Neu;Holz
2;Regal; 10 ;01.02.2025;Alt;Holz
3;Tisch;viel;02.02.2025;Neu;Holz
4;Stuhl;5,00;03.02.2025;Neu;Test
5;"=cmd|' /C calc'!A0";7,00;04.02.2025;Neu;\x1b[31mrot\x1b[0m
"""
DECISION = 'decisions:\n  - {id: D-1, who: Ute, when: "2025-03-03", text: no tests}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "k.csv").write_text(ROWS, "utf-8")
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "d.yaml").write_text(DECISION, "utf-8")
    return tmp_path


def listed(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_before_and_after_stand_side_by_side_and_what_changed_is_marked(project: Path) -> None:
    done = call("preview", str(project), "deals", "--first", "1")

    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["k:1", "k.csv:2"]
    assert ["~", "amount", "1.250,50", "1250.50"] in lines
    assert ["~", "close_date", "31.01.2025", "2025-01-31"] in lines
    assert ["name", "Messe", "Messe"] in lines
    assert "pipeline" in done.stderr


def test_nothing_is_written(project: Path) -> None:
    before = listed(project)

    done = call("preview", str(project), "deals")

    assert done.returncode == 0
    assert listed(project) == before
    assert not (project / ".crm-migrate").exists()


def test_what_is_held_rejected_or_left_out_says_why(project: Path) -> None:
    done = call("preview", str(project), "deals", "--json")

    states = {r["key"]: (r["state"], r["code"]) for r in json.loads(done.stdout)["records"]}
    assert states == {
        "1": ("mapped", ""),
        "2": ("held", "value_unmapped"),
        "3": ("held", "not_a_number"),
        "4": ("excluded", "excluded_rule"),
        "5": ("mapped", ""),
    }
    text = call("preview", str(project), "deals").stdout
    assert "held: value_unmapped" in text
    assert "! amount" in text


def test_a_cell_that_a_run_clears_is_shown_as_cleared(project: Path) -> None:
    with (project / "k.csv").open("a", encoding="utf-8") as file:
        file.write("6;Bank;1,00;31.02.2025;Neu;Holz\n")

    (record,) = json.loads(call("preview", str(project), "deals", "--record", "k:6", "--json").stdout)["records"]

    (day,) = [cell for cell in record["cells"] if cell["field"] == "close_date"]
    assert record["state"] == "mapped"
    assert (day["before"], day["after"], day["code"], day["changed"]) == ("31.02.2025", None, "bad_date", True)


def test_one_record_is_found_by_its_key_also_far_down(project: Path) -> None:
    with (project / "k.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{n};Bank;1,00;05.02.2025;Neu;Holz\n" for n in range(6, 21_000))

    done = call("preview", str(project), "deals", "--record", "k:20500", "--json")

    assert [(r["key"], r["line"]) for r in json.loads(done.stdout)["records"]] == [("20500", 20501)]
    gone = call("preview", str(project), "deals", "--record", "k:999999")
    assert gone.returncode == 2
    assert "no row of `k` has the key" in gone.stderr
    assert call("preview", str(project), "deals", "--record", "other:1").returncode == 2


def test_narrow_terminals_get_before_and_after_below_each_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in ("40", "80", "200"):
        monkeypatch.setenv("COLUMNS", width)
        done = call("preview", str(project), "deals")
        assert max(map(len, done.stdout.splitlines())) <= int(width)
    monkeypatch.setenv("COLUMNS", "40")
    assert "- 1.250,50" in call("preview", str(project), "deals").stdout


def test_signs_that_steer_a_terminal_are_shown_and_not_obeyed(project: Path) -> None:
    done = call("preview", str(project), "deals", "--record", "k:5")

    assert "\x1b" not in done.stdout
    assert "␛" in done.stdout


def test_personal_values_are_hidden_unless_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "anadolu"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns(".*"))

    hidden = call("preview", str(folder), "contacts", "--first", "5", "--json").stdout
    shown = call("preview", str(folder), "contacts", "--first", "5", "--json", "--reveal").stdout

    mailboxes = set(re.findall(r"[\w.]+@[\w-]+\.example", shown))
    assert len(mailboxes) > 5
    assert [mailbox for mailbox in mailboxes if mailbox in hidden] == []
    plain = [c["changed"] for r in json.loads(shown)["records"] for c in r["cells"]]
    assert [c["changed"] for r in json.loads(hidden)["records"] for c in r["cells"]] == plain


def test_a_key_is_hidden_by_whatever_hides_most_of_all_that_it_is_mapped_to(tmp_path: Path) -> None:
    mapping = """\
crm_migrate: 1
project: {name: Laden, locale: de-DE}
sources:
  k: {file: k.csv, key: Wer}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: k
    fields:
      last_name: Wer
      nick: {k: Wer, type: text}
"""
    (tmp_path / "crm-migrate.yaml").write_text(mapping, "utf-8")
    (tmp_path / "k.csv").write_text("Wer\nHolzmann\n", "utf-8")

    done = call("preview", str(tmp_path), "contacts")

    assert done.returncode == 0, done.stderr
    assert "1 looked at" in done.stderr
    assert "k:Holzmann" not in done.stdout


def test_a_column_of_flags_alone_leaves_nobody_out_in_silence(project: Path) -> None:
    mapping = project / "crm-migrate.yaml"
    mapping.write_text(MAPPING.replace("\"Firma != 'Test'\"", "not Probe"), "utf-8")
    (project / "k.csv").write_text(
        "Nr;Titel;Betrag;Tag;Phase;Firma;Probe\n1;Messe;1,5;31.01.2025;Neu;Holz;0\n", "utf-8"
    )

    (record,) = json.loads(call("preview", str(project), "deals", "--json").stdout)["records"]

    assert (record["state"], record["code"], record["rule"]) == ("held", "not_comparable", "not Probe")


def test_it_shows_what_a_run_makes(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    ran = crm_migrate("demo", str(demo))
    assert ran.returncode == 0, ran.stderr
    mapped = {
        (source, row["__key"]): row
        for source in ("kisi", "books", "sheet", "mail")
        for row in FinishedRun(demo).table("map", "contacts", source, "records").iter_rows(named=True)
        if row["__split"] == 0
    }

    done = call("preview", str(demo), "contacts", "--json", "--reveal", "--first", "200")
    records = json.loads(done.stdout)["records"]

    seen = 0
    for record in records:
        row = mapped.get((record["source"], record["key"]))
        if record["state"] != "mapped" or record["part"]:
            continue
        assert row is not None, record
        seen += 1
        for cell in record["cells"]:
            if cell["field"] != "company":
                assert (row[cell["field"]] or None) == cell["after"], (record["key"], cell)
    assert seen > 300


def test_where_people_are_to_be_erased_nothing_is_revealed(project: Path) -> None:
    (project / "erased.csv").write_text("email\nu@firma.example\n", "utf-8")
    mapping = project / "crm-migrate.yaml"
    text = mapping.read_text("utf-8")
    mapping.write_text(
        f"{text}  contacts: {{from: k, fields: {{email: Firma}}}}\nprivacy: {{erase: erased.csv}}\n", "utf-8"
    )

    masked = call("preview", str(project), "deals")
    refused = call("preview", str(project), "deals", "--reveal")

    assert masked.returncode == 0, masked.stderr
    assert "a run leaves them out" in masked.stderr
    assert refused.returncode == 2
    assert "Holz" not in refused.stdout


def test_an_object_that_is_not_made_is_told_with_the_nearest(project: Path) -> None:
    done = call("preview", str(project), "deal")

    assert done.returncode == 2
    assert "deals" in done.stderr


def test_a_source_that_cannot_be_read_is_told(project: Path) -> None:
    (project / "k.csv").unlink()
    gone = call("preview", str(project), "deals")
    os.mkfifo(project / "k.csv")
    pipe = call("preview", str(project), "deals")

    assert gone.returncode == 3
    assert pipe.returncode == 3
    assert "bug of ours" not in gone.stderr + pipe.stderr


def test_help_has_an_example() -> None:
    assert "crm-migrate preview demo contacts" in call("preview", "--help").stdout
