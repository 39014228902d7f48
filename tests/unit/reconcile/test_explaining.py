"""From a target id, a key or a line of a file back to the raw cells, and forward to the target."""

from pathlib import Path

import mini_run
import pytest

from crm_migrate.cli.explain import rendered
from crm_migrate.errors import UsageError
from crm_migrate.inspecting.explaining import decided, explain
from crm_migrate.inspecting.stories import Explanation
from crm_migrate.mapping.plan import FieldPlan, OwnerPlan, OwnersPlan
from crm_migrate.reviewing.questions import Compared
from crm_migrate.reviewing.words import verdict
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.words.language import language
from crm_migrate.words.messages import REASONS, spoken
from crm_migrate.workspace.layout import Project


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("run")
    content = mini_run.tables()
    content["load", "contacts", "known"] = [{"__entity": "c9", "target_id": "29"}]
    content["load", "contacts", "vanished"] = [
        {"__entity": "c9", "code": "gone", "policy": "flag", "message": "no row"}
    ]
    run = mini_run.write(folder, content)
    reconcile(mini_run.plan(), run, mini_run.HEADER, "sql:mini")

    def asked(subject: str) -> Explanation:
        return explain(mini_run.plan(), Project(folder, folder / "crm-migrate.yaml"), run, subject)

    return asked


def test_one_pair_has_one_number_wherever_it_is_told(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["dedupe", "contacts", "pairs"][0] |= {"rule": "learned", "outcome": "review", "probability": 0.634}
    run = mini_run.write(tmp_path, content)

    figures = reconcile(mini_run.plan(), run, mini_run.HEADER, "sql:mini")
    (record,) = explain(mini_run.plan(), Project(tmp_path, tmp_path / "crm-migrate.yaml"), run, "contacts:21").records

    (merge,) = [m for m in figures.merges if m.rule == "learned"]
    reviewed = Compared(left=0, right=1, outcome="review", rule="learned", why="", probability=0.634)
    for told in (merge.examples[0].message, record.merges[0][4], verdict(reviewed, language("en"))):
        assert told.endswith(", 63.4 % that they are one")
    assert spoken(merge.examples[0].message, language("tr"), REASONS).endswith(", %63,4 olasılıkla tek kayıt")


@pytest.mark.parametrize("subject", ["contacts:21", "c0", "kisi:K1"])
def test_a_merged_record_tells_all_its_rows(ask, subject: str) -> None:  # type: ignore[no-untyped-def]
    (record,) = ask(subject).records

    assert [(row.source, row.row, row.state) for row in record.rows] == [
        ("kisi", 0, "created"),
        ("kisi", 3, "folded"),
        ("sheet", 0, "merged"),
        ("mail", 0, "enrichment"),
    ]
    assert (record.entity, record.target_id, record.batch, record.outcome) == ("c0", "21", "b2", "loaded")
    assert record.merges[0][:4] == ("kisi:K1", "sheet:1", "same person", "merge")
    assert record.rows[2].fields[0].value == "Ayşe", "the part of the split cell, not the whole cell"
    company = next(cell for cell in record.cells if cell.field == "company")
    assert (company.winner, company.expected, company.actual) == ("sheet:1", "a0", "11")


def test_a_line_of_a_file_tells_every_object_that_it_became(ask) -> None:  # type: ignore[no-untyped-def]
    records = ask("sheet.csv:2").records

    assert {record.object for record in records} == {"accounts", "contacts", "deals"}


def test_a_row_that_became_no_record_tells_why(ask) -> None:  # type: ignore[no-untyped-def]
    (record,) = ask("kisi:K2").records

    assert (record.rows[0].state, record.rows[0].rule) == ("excluded", "D-004")
    assert record.rows[0].line == 3


def test_an_unknown_subject_names_what_can_be_asked(ask) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="nothing in run r1"):
        ask("contacts:4711")


def test_a_line_that_could_not_be_read_says_why(ask) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=r"kisi.csv:8 could not be read: .*cells"):
        ask("kisi.csv:8")


def test_a_line_beyond_the_file_is_not_its_last_record(ask) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="nothing in run r1"):
        ask("sheet.csv:5000")


def test_the_terminal_shows_every_record(ask) -> None:  # type: ignore[no-untyped-def]
    assert len(list(rendered(ask("contacts:21")))) == 2


@pytest.mark.parametrize("subject", ["contacts:29", "c9"])
def test_a_record_that_no_row_feeds_any_more_is_explained(ask, subject: str) -> None:  # type: ignore[no-untyped-def]
    (record,) = ask(subject).records

    assert (record.entity, record.target_id, record.action, record.message) == ("c9", "29", "gone", "no row")


def test_what_completing_made_of_a_cell_is_told_after_who_won_it() -> None:
    owner = FieldPlan(name="owner", type="owner", target="owner_id")
    owners = OwnersPlan(
        entries=(
            OwnerPlan(login="w", target="wolf@d.example", active=False, successor="v"),
            OwnerPlan(login="v", target="vera@d.example"),
        )
    )
    plan = mini_run.plan().model_copy(update={"owners": owners})

    def told(before: str, after: str) -> str:
        return decided(plan, owner, "trust", {"owner": before}, {"owner_id": after}, {})

    assert told("wolf@d.example", "vera@d.example") == "trust, wolf@d.example left: the owners' rule for leavers"
    assert told("vera@d.example", "vera@d.example") == "trust"
    assert told("", "vera@d.example") == "trust, set when the record was completed"
