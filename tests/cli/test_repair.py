"""From a cause in the report to the cells that are written again: those and nothing else, never what a user changed.

The target is SQLite with triggers that damage what arrives, as defaults, short fields and automations of a CRM do; the
repair comes when they are gone.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from first_runs import first_run

from crm_migrate.cli import cli
from crm_migrate.errors import CrmMigrateError
from crm_migrate.workspace.exception_states import ExceptionState, read_states, write_states
from crm_migrate_sql.target import SqlTarget

MAPPING = """crm_migrate: 1
project: {name: repaired, locale: en-GB}
sources:
  crm: {file: crm.csv, key: id}
  firms: {file: firms.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"MASK}
objects:
  accounts:
    from: firms
    fields: {name: {firms: name}}
  contacts:
    from: crm
    fields:
      last_name: {crm: name}
      email: {crm: mail}
      city: {crm: town}
      job_title: {crm: title}
      consent: {crm: ok}
      company: {crm: firm, ref: accounts.firms}
    on_rerun: {edited: source_wins}
reconcile:
  gates: {gone: 100%}
"""
TOWNS = ("Izmir", "Ankara", "Bursa", "Konya")
DAMAGE = {
    "default": "city = 'Merkez'",
    "cut": "job_title = substr(job_title, 1, 6)",
    "lost": "city = NULL",
    "filled": "description = 'from a workflow'",
    "opted out": "consent = 'withdrawn'",
    "wrong parent": "company = (SELECT min(id) FROM accounts)",
}
RECORDS = 12


def rows() -> str:
    lines = ["id,name,mail,town,title,ok,firm"]
    lines += [
        f"k{n:02},Person{n:02},p{n:02}@x.example,{TOWNS[n % 4]},Title number {n:02},granted,f{n % 3}"
        for n in range(RECORDS)
    ]
    return "\n".join(lines) + "\n"


def damaged(folder: Path, kind: str, mask: str = "") -> dict[str, Any]:
    """The figures of a first load of which the target has damaged every third person."""
    return first_run(folder, (__name__, kind, mask), lambda place: _damaged(place, kind, mask))


def _damaged(folder: Path, kind: str, mask: str) -> dict[str, Any]:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("MASK", mask), "utf-8")
    (folder / "crm.csv").write_text(rows(), "utf-8")
    (folder / "firms.csv").write_text("id,name\nf0,Alpha\nf1,Beta\nf2,Gamma\n", "utf-8")
    assert invoke("target", "prepare", str(folder)).exit_code == 0
    write(
        folder,
        f"""CREATE TRIGGER damage AFTER INSERT ON contacts WHEN new.id % 3 = 0
        BEGIN UPDATE contacts SET {DAMAGE[kind]} WHERE id = new.id; END""",
    )
    figures = figures_of(invoke("run", str(folder), "--json"))
    write(folder, "DROP TRIGGER damage")
    return figures


def write(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "crm.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in ("accounts", "contacts")
        }


def column(folder: Path, name: str) -> list[str | None]:
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        return [value for (value,) in connection.execute(f"SELECT {name} FROM contacts ORDER BY last_name")]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def repair(folder: Path, *arguments: str) -> Result:
    return invoke("repair", str(folder), *arguments)


def figures_of(result: Result) -> dict[str, Any]:
    assert result.stdout, result.output + repr(result.exception)
    figures = json.loads(result.stdout)["figures"]
    assert isinstance(figures, dict)
    return figures


FIELD = {"default": "city", "cut": "job_title", "lost": "city", "wrong parent": "company"}


@pytest.mark.parametrize("kind", FIELD)
def test_a_cause_is_repaired_and_the_report_is_go(tmp_path: Path, kind: str) -> None:
    before = damaged(tmp_path, kind)
    assert before["verdict"] == "NO-GO"

    figures = figures_of(repair(tmp_path, "--object", "contacts", "--field", FIELD[kind], "--apply", "--json"))

    assert figures["verdict"] == "GO"
    (told,) = figures["repairs"]
    assert (told["object"], told["field"], told["cells"]) == ("contacts", FIELD[kind], told["repaired"])
    assert told["repaired"] in (3, 4), "who hangs on that account anyway was not damaged"
    undamaged = {
        "city": [TOWNS[n % 4] for n in range(RECORDS)],
        "job_title": [f"Title number {n:02}" for n in range(RECORDS)],
    }
    if kind != "wrong parent":
        assert column(tmp_path, FIELD[kind]) == undamaged[FIELD[kind]]
    (was,) = (each for each in before["exceptions"] if each["field"] == FIELD[kind])
    said = read_states(tmp_path)[was["id"]]
    evidence = dict(part.split("=", 1) for part in said.evidence.split(" "))
    assert (said.status, said.run, told["exception"]) == ("fixed", evidence["repair"], was["id"])
    assert (evidence["cells"], evidence["written"], evidence["right"]) == (*[str(told["repaired"])] * 2, "0")
    assert evidence["journal"].startswith("contacts/update"), evidence
    assert figures["follow_up"]["gone"][0]["evidence"] == said.evidence, "the report of the repair shows it"


def test_without_apply_nothing_is_written_and_the_causes_are_listed(tmp_path: Path) -> None:
    damaged(tmp_path, "default")
    before = contents(tmp_path)

    listed = repair(tmp_path)
    planned = repair(tmp_path, "--cause", "default value", "--json")

    assert "contacts.city: 4 x default value Merkez" in listed.output
    counts = {each["object"]: (each["create"], each["update"]) for each in json.loads(planned.stdout)["objects"]}
    assert counts == {"accounts": (0, 0), "contacts": (0, 4)}
    assert contents(tmp_path) == before


def test_nothing_is_written_but_the_chosen_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged(tmp_path, "default")
    (tmp_path / "crm.csv").write_text(rows().replace("Title", "Changed") + "k99,New,n@x.example,Bursa,T,granted,f1\n")
    written: list[tuple[str, list[str], int]] = []
    real = SqlTarget.write

    def seen(target: SqlTarget, batch: Any) -> Any:
        written.append((batch.action, batch.rows.column_names, batch.rows.num_rows))
        return real(target, batch)

    monkeypatch.setattr(SqlTarget, "write", seen)
    figures = figures_of(repair(tmp_path, "--field", "city", "--apply", "--json"))

    ((action, names, count),) = written
    assert (action, count) == ("update", 4)
    assert [name for name in names if not name.startswith("__")] == ["city"]
    assert figures["repairs"][0]["repaired"] == 4


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_a_user_has_changed_since_is_left_alone_and_told(tmp_path: Path, elsewhere: bool) -> None:
    damaged(tmp_path, "default")
    edited = "job_title = 'Boss'" if elsewhere else "city = 'Adana'"
    write(tmp_path, f"UPDATE contacts SET {edited} WHERE id = 3")

    figures = figures_of(repair(tmp_path, "--field", "city", "--apply", "--json"))

    (told,) = figures["repairs"]
    if elsewhere:
        assert told["repaired"] == 4, "another cell is not the one that is repaired"
        assert column(tmp_path, "job_title").count("Boss") == 1
    else:
        assert (told["repaired"], told["edited"]) == (3, 1)
        assert column(tmp_path, "city").count("Adana") == 1
        assert figures["verdict"] == "NO-GO"
    assert bool(read_states(tmp_path)) == elsewhere, "what is not wholly repaired is not closed"


def test_what_a_user_has_put_right_needs_no_write(tmp_path: Path) -> None:
    damaged(tmp_path, "cut")
    write(tmp_path, "UPDATE contacts SET job_title = 'Title number 02' WHERE last_name = 'Person02'")

    figures = figures_of(repair(tmp_path, "--field", "job_title", "--apply", "--json"))

    assert figures["repairs"][0]["right"] == 1
    assert figures["verdict"] == "GO"


def test_an_opt_out_in_the_target_is_never_brought_back(tmp_path: Path) -> None:
    damaged(tmp_path, "opted out")

    figures = figures_of(repair(tmp_path, "--apply", "--json"))

    (told,) = figures["repairs"]
    assert (told["field"], told["opt_out"], told["repaired"]) == ("consent", 4, 0)
    assert column(tmp_path, "consent").count("withdrawn") == 4


def test_where_the_target_does_it_again_that_is_told(tmp_path: Path) -> None:
    damaged(tmp_path, "default")
    write(
        tmp_path,
        "CREATE TRIGGER again AFTER UPDATE OF city ON contacts WHEN new.city <> 'Merkez' "
        "BEGIN UPDATE contacts SET city = 'Merkez' WHERE id = new.id; END",
    )

    figures = figures_of(repair(tmp_path, "--field", "city", "--apply", "--json"))

    assert figures["verdict"] == "NO-GO"
    assert (figures["repairs"][0]["still"], figures["repairs"][0]["repaired"]) == (4, 0)
    assert not read_states(tmp_path)


def test_what_a_repair_has_closed_is_open_again_where_it_returns(tmp_path: Path) -> None:
    (was,) = damaged(tmp_path, "default")["exceptions"]
    repair(tmp_path, "--field", "city", "--apply", "--json")
    (tmp_path / "crm.csv").write_text(rows().replace("Title", "Changed"), "utf-8")
    write(
        tmp_path,
        "CREATE TRIGGER again AFTER UPDATE OF job_title ON contacts WHEN new.id % 3 = 0 "
        "BEGIN UPDATE contacts SET city = 'Merkez' WHERE id = new.id; END",
    )

    figures = figures_of(invoke("run", str(tmp_path), "--json"))

    (told,) = figures["follow_up"]["exceptions"]
    assert (told["id"], told["status"], told["told"]) == (was["id"], "fixed", "returned")


def test_what_an_undone_repair_has_closed_is_open_again(tmp_path: Path) -> None:
    before = damaged(tmp_path, "default")
    repair(tmp_path, "--field", "city", "--apply", "--json")
    assert invoke("undo", str(tmp_path), "--apply").exit_code == 0
    listed = json.loads(invoke("exceptions", str(tmp_path), "--run", "00001", "--json").stdout)
    (told,) = (each for each in listed["exceptions"] if each["id"] == before["exceptions"][0]["id"])
    assert (told["status"], told["told"]) == ("fixed", "returned")


def test_what_somebody_has_accepted_stays_accepted_with_the_evidence_beside_it(tmp_path: Path) -> None:
    (was,) = damaged(tmp_path, "default")["exceptions"]
    words = {"run": "00001", "who": "Ada", "when": "2026-03-14T10:00:00Z", "note": "as agreed"}
    write_states(tmp_path, [ExceptionState(was["id"], "wont_fix", records="4", **words)])
    repair(tmp_path, "--field", "city", "--apply", "--json")
    said = read_states(tmp_path)[was["id"]]
    assert (said.status, said.who, said.note) == ("wont_fix", "Ada", "as agreed")
    assert "written=4" in said.evidence


def test_pseudonyms_are_repaired_as_pseudonyms(tmp_path: Path) -> None:
    damaged(tmp_path, "cut", ', mask: {fields: [email, last_name, job_title], allow: ["@tester.example"]}')
    before = column(tmp_path, "job_title")

    figures = figures_of(repair(tmp_path, "--field", "job_title", "--apply", "--json"))

    after = column(tmp_path, "job_title")
    assert figures["repairs"][0]["repaired"] == 4
    assert not {f"Title number {n:02}" for n in range(RECORDS)} & set(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 4


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
def test_a_repair_that_was_killed_while_it_wrote_is_finished_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    damaged(tmp_path, "default")
    real: Callable[..., Any] = SqlTarget.write

    def killed(target: SqlTarget, batch: Any) -> Any:
        if after:
            real(target, batch)
        raise KeyboardInterrupt

    monkeypatch.setattr(SqlTarget, "write", killed)
    stopped = repair(tmp_path, "--field", "city", "--apply", "--json")
    assert stopped.exit_code != 0
    monkeypatch.undo()

    figures = figures_of(repair(tmp_path, "--field", "city", "--apply", "--json"))

    assert figures["verdict"] == "GO"
    assert figures["repairs"][0]["repaired"] == 4
    assert column(tmp_path, "city") == [TOWNS[n % 4] for n in range(RECORDS)]


def test_a_report_that_another_load_has_overtaken_is_refused(tmp_path: Path) -> None:
    damaged(tmp_path, "default")
    (tmp_path / "crm.csv").write_text(rows() + "k99,New,n@x.example,Bursa,T,granted,f1\n")
    invoke("run", str(tmp_path), "--json")

    refused = repair(tmp_path, "--run", "00001", "--field", "city", "--apply")

    assert isinstance(refused.exception, CrmMigrateError)
    assert "has loaded since" in str(refused.exception)


def test_a_cause_that_is_not_there_is_refused(tmp_path: Path) -> None:
    damaged(tmp_path, "default")
    refused = repair(tmp_path, "--field", "email", "--apply")
    assert "has no such difference" in str(refused.exception)
