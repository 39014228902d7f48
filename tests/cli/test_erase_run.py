"""Whole runs with people who asked to be erased: where they may not be found, what is told, and what decides."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from erased_people import FILES, GONE, STAY, found_in, make_project, written_by_runs

from crm_migrate.cli import cli
from crm_migrate.errors import UsageError
from crm_migrate.stages.erase import publishing
from crm_migrate.stages.erase.redacting import Redactor
from crm_migrate.workspace import beside

LIST = FILES["refs/erased.csv"]


def invoke(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def run(folder: Path) -> tuple[int, dict[str, Any]]:
    done = invoke("run", str(folder), "--json")
    assert done.stdout, done.stderr + repr(done.exception)
    return done.exit_code, json.loads(done.stdout)["figures"]


def told(figures: dict[str, Any], code: str) -> list[tuple[str, str, str, int]]:
    found = (e for e in figures["exceptions"] if e["code"] == code)
    return sorted((e["object"], e["source"], e["rule"] or e["examples"][0]["message"], e["count"]) for e in found)


def states(figures: dict[str, Any], name: str, source: str) -> dict[str, int]:
    (line,) = (x for x in figures["accounting"] if (x["object"], x["source"]) == (name, source))
    assert line["unexplained"] == 0
    return {state: count for state, count in line["states"].items() if count}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = make_project(tmp_path_factory.mktemp("erased"))
    return folder, run(folder)[1]


def test_nothing_of_them_is_in_any_file_that_was_written(done: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = done
    (run_id,) = (path.name for path in (folder / "reports").iterdir())
    for format_ in ("xlsx", "json", "junit", "md"):
        invoke("report", "--project", str(folder), run_id, "--format", format_, "--reveal")
    invoke("rejects", "--project", str(folder), "--out", str(folder / "rejects.xlsx"))
    invoke("review", str(folder), "--out", str(folder / "review.xlsx"))
    files = list(written_by_runs(folder))
    assert {".parquet", ".json", ".html", ".xlsx", ".db"} <= {path.suffix for path in files}
    assert found_in(files, GONE) == []
    assert {word for word, _ in found_in(files, STAY)} == set(STAY), "the search finds what is there"


@pytest.mark.sweep("a planted bug: what stays is found in the run of the others")
def test_a_mailbox_that_is_left_in_one_cell_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Redactor, "_forget", lambda *_: set())
    folder = make_project(tmp_path)
    run(folder)
    found = found_in(written_by_runs(folder), GONE)
    assert any("extract/notes/records" in file for word, file in found if word == "ayse@isik.example")
    assert any(file == "crm.db" for _, file in found)


@pytest.mark.sweep("a planted bug, in two runs")
def test_a_raw_line_that_is_left_in_quarantine_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = FILES["in/books.csv"] + "B3;Ayşe;Yılmaz;ayse@isik.example;one cell too many\n"
    folder = make_project(tmp_path / "kept", only_people=True, books=broken)
    run(folder)
    assert found_in(written_by_runs(folder), GONE) == []
    monkeypatch.setattr(publishing, "_quarantined", lambda part, _mentions: part)
    folder = make_project(tmp_path / "planted", only_people=True, books=broken)
    run(folder)
    assert any("quarantine" in file for _, file in found_in(written_by_runs(folder), GONE))


def test_everything_is_accounted_for_and_told_by_identifier(done: tuple[Path, dict[str, Any]]) -> None:
    _, figures = done
    assert states(figures, "contacts", "kisi") == {"created": 2, "excluded": 8, "held": 2}
    assert states(figures, "contacts", "books") == {"created": 1, "excluded": 1}
    assert states(figures, "contacts", "sheet") == {"created": 2, "excluded": 1}, "one of two in a cell"
    assert states(figures, "leads", "members") == {"created": 1, "excluded": 1}
    assert states(figures, "deals", "sheet") == {"created": 2}, "the business with them stays"
    kinds = {(source, rule): count for name, source, rule, count in told(figures, "erased") if name == "contacts"}
    assert kinds == {
        ("books", "email"): 1, ("kisi", "email"): 3, ("kisi", "phone"): 1, ("kisi", "key"): 1, ("kisi", "merged"): 1,
        ("kisi", "customer_number"): 1, ("kisi", "name and birth_date"): 1, ("sheet", "email"): 1,
        ("mail", "merged"): 2,
    }  # fmt: skip
    assert [message for _, _, message, _ in told(figures, "erase_unreached")] == ["line 8 of the list reaches nobody"]
    assert ("", "refs/erased.csv", "line 6 of the list reaches 2 records of contacts that are not one", 2) in told(
        figures, "erase_several"
    )
    assert {name for name, *_ in told(figures, "parent_erased")} == {"deals", "notes"}


def test_the_name_on_a_line_tells_who_of_several_is_meant(tmp_path: Path) -> None:
    named = LIST.replace("ortak@aile.example,,,,,,", "ortak@aile.example,,,Can Öz,,,")
    folder = make_project(tmp_path, only_people=True, erased=named)
    code, figures = run(folder)
    assert code == 0
    assert states(figures, "contacts", "kisi") == {"created": 3, "excluded": 9}
    assert told(figures, "erase_several") == []
    everywhere = list(written_by_runs(folder))
    assert found_in(everywhere, ["m-1005"]) == []
    assert found_in(everywhere, ["ortak@aile.example"]), "it is Ela's, too"


@pytest.mark.sweep("as the name on a line, by the word of the mapping")
def test_a_mapping_may_leave_out_all_of_several(tmp_path: Path) -> None:
    folder = make_project(tmp_path, "{list: refs/erased.csv, several: exclude}", only_people=True)
    code, figures = run(folder)
    assert code == 0 and states(figures, "contacts", "kisi") == {"created": 2, "excluded": 10}
    assert len(told(figures, "erase_several")) == 1, "it is told all the same"
    assert found_in(written_by_runs(folder), [*GONE, "ortak@aile.example"]) == []


def test_children_go_with_their_parents_by_decision(tmp_path: Path) -> None:
    folder = make_project(tmp_path, "{list: refs/erased.csv, children: {deals: exclude, notes: hold}, because: D-1}")
    _, figures = run(folder)
    assert states(figures, "deals", "orders") == {"created": 1, "excluded": 1}
    assert states(figures, "deals", "sheet") == {"created": 2}, "of two people in a cell one is left"
    assert states(figures, "notes", "notes") == {"created": 1, "held": 1}
    failed = [gate["name"] for gate in figures["gates"] if not gate["passed"]]
    assert "left_out_amount" not in failed, "ten euros stay behind by D-1"
    (bridge,) = figures["bridges"]
    assert (bridge["unexplained"], [t["amount"] for t in bridge["terms"]]) == ("0.00", ["-10.00"])


@pytest.mark.sweep("as children by a decision, without it")
def test_money_that_goes_with_children_needs_a_decision(tmp_path: Path) -> None:
    _, figures = run(make_project(tmp_path, "{list: refs/erased.csv, children: exclude}"))
    assert "left_out_amount" in [gate["name"] for gate in figures["gates"] if not gate["passed"]]


@pytest.mark.sweep("the list as it is kept is searched in the whole run here")
@pytest.mark.cases(1)
@pytest.mark.parametrize("word", ["keep", "hash"])
def test_the_list_of_opt_outs_keeps_what_the_mapping_says(tmp_path: Path, word: str) -> None:
    folder = make_project(tmp_path, f"{{list: refs/erased.csv, suppressions: {word}}}", only_people=True)
    _, figures = run(folder)
    assert states(figures, "suppressions", "mail") == {"created": 3, "absent": 1}
    found = {name for name, file in found_in(written_by_runs(folder), GONE) if file == "crm.db"}
    assert found == ({"ayse.ev@posta.example", "zeynep@demir.example", "zeynep"} if word == "keep" else set())
    if word == "hash":
        digest = hashlib.sha256(b"zeynep@demir.example").hexdigest()
        assert found_in([folder / "crm.db"], [digest])
        assert found_in(written_by_runs(folder), GONE) == []


def test_what_a_killed_run_read_is_gone_when_the_next_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_project(tmp_path, only_people=True)
    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", lambda *_a, **_k: None)
        invoke("run", str(folder), "--until", "extract")
    left = [path for path in written_by_runs(folder) if beside._SUFFIX in path.as_posix()]
    assert found_in(left, GONE), "as after a kill"
    run(folder)
    assert found_in(written_by_runs(folder), GONE) == []


def test_a_run_does_not_go_on_with_another_list(tmp_path: Path) -> None:
    folder = make_project(tmp_path, only_people=True)
    invoke("run", str(folder), "--until", "dedupe")
    (folder / "refs" / "erased.csv").write_text(LIST + "pelin@oy.example,,,,,,\n", "utf-8")
    refused = invoke("resume", str(folder))
    assert isinstance(refused.exception, UsageError) and "the plan changed since run" in refused.exception.message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("secret.person,,,,,,", "line 2: `email` cannot be read"),
        (",12,,,,,", "line 2: `phone` cannot be read"),
        (",,kisi,,,,", "line 2: `key` is written `source:key`"),
        (",,nobody:7,,,,", "line 2: `key` is written `source:key`"),
        (",,,Secret Person,,,", "line 2: nothing on it says for certain who is meant"),
        (",,,Secret Person,17.05.1980,,", "line 2: `birth_date` is no day"),
        ("a@x.example; b@x.example,,,,,,", "line 2: `email` cannot be read"),
        ("a@x.example,,,,", "lines with another number of cells"),
    ],
)
def test_a_line_that_cannot_reach_its_person_stops_the_check(tmp_path: Path, line: str, message: str) -> None:
    folder = make_project(tmp_path, erased=f"{LIST.splitlines()[0]}\n{line}\n")
    checked = invoke("mapping", "check", str(folder))
    assert checked.exit_code == 2 and message in checked.output, checked.output
    assert "ecret" not in checked.output, "what a line says is not repeated"


def test_a_column_that_identifies_nobody_is_told(tmp_path: Path) -> None:
    checked = invoke("mapping", "check", str(make_project(tmp_path, erased="email,shoe_size\na@x.example,43\n")))
    assert checked.exit_code == 2 and "`shoe_size` is no identifier" in checked.output


def test_a_decision_that_speaks_of_somebody_on_the_list_is_refused(tmp_path: Path) -> None:
    said = FILES["decisions/d.yaml"].replace("tests are no people", "as Ayse@Isik.example said")
    checked = invoke("mapping", "check", str(make_project(tmp_path, d=said)))
    assert (
        checked.exit_code == 2
        and "`decisions/d.yaml` speaks of somebody who is to be erased (line 2)" in checked.output
    )


def test_words_of_erase_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    folder = make_project(tmp_path, "{list: refs/none.csv, children: {dealz: clear}, because: D-9}")
    checked = invoke("mapping", "check", str(folder))
    for message in ("no decision `D-9`", "the object `dealz` is not there", "`refs/none.csv` cannot be read"):
        assert message in checked.output


@pytest.mark.sweep("children that go by a decision are in a whole run here")
@pytest.mark.cases(1)
@pytest.mark.parametrize(("word", "became"), [("exclude", "excluded"), ("hold", "held"), ("clear", "created")])
def test_children_that_name_their_parent_by_a_field_go_as_the_mapping_says(
    tmp_path: Path, word: str, became: str
) -> None:
    """A mailbox of somebody on the list is a link to an erased record, in whatever letters; one that others have, too,
    leads to them, and one that nobody has is missing."""
    folder = make_project(tmp_path, f"{{list: refs/erased.csv, children: {word}, because: D-1}}", only_people=True)
    mapping = (folder / "crm-migrate.yaml").read_text("utf-8")
    mapping = mapping.replace("privacy:\n", "  calls:\n    from: calls\n    fields:\n      subject: Betreff\n"
        "      contact: {calls: Mail | email, ref: contacts, by: email, missing: clear}\nprivacy:\n")  # fmt: skip
    mapping = mapping.replace("  mail: {file", "  calls: {file: in/calls.csv, key: id}\n  mail: {file")
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    (folder / "in" / "calls.csv").write_text(
        "id;Betreff;Mail\nC1;one;Ayse@Isik.EXAMPLE\nC2;two;mayse@isik.example\nC3;three;nobody@nowhere.example\n",
        "utf-8",
    )
    _, figures = run(folder)
    whole = {"created": 2, became: 1} if became != "created" else {"created": 3}
    assert states(figures, "calls", "calls") == whole
    assert [name for _, _, name, count in told(figures, "parent_erased") if count] or word == "clear"
    written = [path for path in written_by_runs(folder) if path.name != "calls.csv"]
    assert found_in(written, ["ayse@isik.example"]) == []


def test_a_column_that_only_a_rule_reads_keeps_no_name(tmp_path: Path) -> None:
    """One word is no name that is looked for in texts; who is called so is known by the row alone."""
    folder = make_project(tmp_path, only_people=True)
    mapping = (
        (folder / "crm-migrate.yaml").read_text("utf-8").replace("Tip != 'test'", "Tip != 'test' and Lakap != 'x'")
    )
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    header, first, *lines = FILES["in/kisi.csv"].splitlines()
    nicknames = [f"{header};Lakap", f"{first};Kahveci", *(f"{line};x{n}" for n, line in enumerate(lines))]
    (folder / "in" / "kisi.csv").write_text("\n".join([*nicknames, ""]), "utf-8")
    assert states(run(folder)[1], "contacts", "kisi") == {"created": 2, "excluded": 8, "held": 2}, "as without it"
    assert found_in(written_by_runs(folder), ["kahveci"]) == []


def test_who_was_loaded_before_is_told_and_stays_until_somebody_removes_it(tmp_path: Path) -> None:
    """A key that is a mailbox is in no crosswalk any more; what was loaded for it is known all the same."""
    folder = make_project(tmp_path, erased=LIST.splitlines()[0] + "\nghost@nowhere.example,,,,,,\n")
    run(folder)
    assert {word for word, _ in found_in(_crosswalk(folder), ["ayse@isik.example"])} == {"ayse@isik.example"}
    (folder / "refs" / "erased.csv").write_text(LIST, "utf-8")
    code, figures = run(folder)
    assert code == 1
    removal = "its person is on the list to erase: remove it in the target (on_rerun: review)"
    gone = told(figures, "now_excluded")
    assert gone == [("contacts", "", removal, 5), ("leads", "", removal, 1)]
    assert found_in(_crosswalk(folder), GONE) == []
    assert told(run(folder)[1], "now_excluded") == gone
    assert found_in(_crosswalk(folder), GONE) == []


def _crosswalk(folder: Path) -> list[Path]:
    return [path for path in written_by_runs(folder) if "crosswalk" in path.parts]
