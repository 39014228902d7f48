"""Every row has one disposition, and a stage that loses or doubles a row is caught whatever it claims."""

from pathlib import Path
from typing import Any

import mini_run
import pyarrow.parquet as pq
import pytest

from crm_migrate.mapping.plan import EnrichPlan, ObjectPlan, Plan
from crm_migrate.stages.reconcile.accounting import settle_dispositions, source_figures
from crm_migrate.workspace.figures import AccountingLine
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import relations
from crm_migrate.workspace.sealing import write_sealed


def written(folder: Path, content: mini_run.Tables, object_name: str = "contacts") -> Run:
    """The tables that the accounting of one object reads."""
    mine = {path: rows for path, rows in content.items() if path[0] == "extract" or path[1] == object_name}
    return mini_run.write(folder, mine)


def settle(run: Run, object_name: str, plan: Plan | None = None) -> dict[str, AccountingLine]:
    plan = plan or mini_run.plan()
    with relations(run, "reconcile", partial=True) as tables:
        lines = settle_dispositions(tables, plan, plan.object(object_name))
    return {line.source: line for line in lines}


def told(run: Run, object_name: str = "contacts") -> dict[tuple[str, int, int], dict[str, Any]]:
    """Every disposition by its place."""
    path = run.table("reconcile", object_name, "dispositions") / "part-00000.parquet"
    rows = pq.read_table(path).to_pylist()
    places = [(row["__source"], row["__row"], row["__split"]) for row in rows]
    assert places == sorted(places)
    return dict(zip(places, rows, strict=True))


def test_every_row_of_a_consistent_run_has_its_disposition(tmp_path: Path) -> None:
    run = written(tmp_path, mini_run.tables())

    lines = settle(run, "contacts")

    assert all(line.adds_up for line in lines.values())
    assert mini_run.dispositions(run, "contacts") == {
        ("kisi", 0, 0): ("created", None),
        ("kisi", 1, 0): ("excluded", None),
        ("kisi", 2, 0): ("held", None),
        ("kisi", 3, 0): ("folded", "kisi:K1"),
        ("kisi", 4, 0): ("failed", None),
        ("kisi", 5, 0): ("rejected", None),
        ("sheet", 0, 0): ("merged", "kisi:K1"),
        ("sheet", 0, 1): ("created", None),
        ("sheet", 1, 0): ("absent", None),
        ("sheet", 2, 0): ("updated", None),
        ("sheet", 3, 0): ("excluded", None),
        ("sheet", 4, 0): ("absent", None),
        ("mail", 0, 0): ("enrichment", None),
        ("mail", 1, 0): ("enrichment", None),
    }
    assert {name: (line.object, line.read, line.extra, line.unexplained) for name, line in lines.items()} == {
        "kisi": ("contacts", 6, 0, 0),
        "sheet": ("contacts", 5, 1, 0),
        "mail": ("contacts", 2, 0, 0),
    }
    assert {name: count for name, count in lines["sheet"].states.items() if count} == {
        "created": 1, "updated": 1, "merged": 1, "absent": 2, "excluded": 1
    }  # fmt: skip


WHY = ("__key", "code", "rule", "field", "message", "__entity", "target_id", "survivor")


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (("kisi", 0, 0), ("K1", "", "", "", "", "c0", "21", None)),
        (("kisi", 1, 0), ("K2", "excluded_rule", "D-004", "", "Durum != 'Test'", None, None, None)),
        (("kisi", 3, 0), ("K1", "", "", "", "", "c0", "21", "kisi:K1")),
        (("kisi", 4, 0), ("K5", "target_refused", "", "", "bad mailbox", "c1", None, None)),
        (("kisi", 5, 0), ("K6", "check_failed", "C1", "email", "no way to reach this person", "c2", None, None)),
        (("sheet", 0, 0), ("1", "", "same person", "", "", "c0", "21", "kisi:K1")),
        (("mail", 0, 0), ("ayse@isik.example", "", "", "", "reaches 1 record(s)", None, None, None)),
        (
            ("mail", 1, 0),
            (
                "nobody@example.com", "enrichment_unmatched", "", "",
                "reaches no record; waits in the list of unmatched enrichment", None, None, None,
            ),
        ),
    ],
)  # fmt: skip
def test_a_disposition_says_why_and_where_it_ended(tmp_path: Path, place: tuple[str, int, int], why: Any) -> None:
    run = written(tmp_path, mini_run.tables())
    settle(run, "contacts")

    assert tuple(told(run)[place][name] for name in WHY) == why


LOST = "no stage says what became of it; last seen in "
PLACES = [
    ("map", ("map", "contacts", "kisi", "set_aside"), -1, ("kisi", 2, 0), "extract/kisi/records"),
    ("link", ("link", "contacts", "rows"), 2, ("kisi", 4, 0), "map/contacts/kisi/records"),
    ("nodes", ("link", "contacts", "nodes"), 1, ("kisi", 4, 0), "link/rows"),
    ("dedupe", ("dedupe", "contacts", "clusters"), 2, ("kisi", 4, 0), "link/rows"),
    ("complete", ("complete", "contacts", "entities"), 2, ("kisi", 5, 0), "dedupe/clusters"),
    ("load", ("load", "contacts", "outcomes"), 2, ("sheet", 0, 1), "load/entities"),
    ("enrich", ("link", "contacts", "enrichment"), 0, ("mail", 0, 0), "map/contacts/mail/records"),
]


@pytest.mark.parametrize(("path", "line", "place", "seen"), [each[1:] for each in PLACES], ids=[p[0] for p in PLACES])
def test_a_lost_row_says_where_it_was_seen_last(
    tmp_path: Path, path: tuple[str, ...], line: int, place: tuple[str, int, int], seen: str
) -> None:
    content = mini_run.tables()
    del content[path][line]
    if path[0] == "complete":
        content["load", "contacts", "entities"].pop(2)
    run = written(tmp_path, content)
    settle(run, "contacts")

    row = told(run)[place]
    assert (row["state"], row["code"], row["rule"], row["field"]) == ("unexplained", "unexplained_lost", "", "")
    assert row["message"] == LOST + seen


def test_a_row_that_two_stages_claim_says_which_states(tmp_path: Path) -> None:
    content = mini_run.tables()
    aside = {"__split": 0, "__key": "K1", "state": "excluded", "code": "excluded_rule"}
    content["map", "contacts", "kisi", "set_aside"] += [{"__row": 0} | aside, {"__row": 77} | aside | {"__key": "K77"}]
    run = written(tmp_path, content)

    assert settle(run, "contacts")["kisi"].unexplained == 2
    doubled, phantom = told(run)["kisi", 0, 0], told(run)["kisi", 77, 0]
    assert (doubled["code"], doubled["__key"]) == ("unexplained_doubled", "K1")
    assert doubled["message"] == "more than one stage claims it: created, excluded"
    assert (phantom["code"], phantom["__key"]) == ("unexplained_phantom", "K77")
    assert (phantom["state"], phantom["message"]) == ("unexplained", "the source has no such row")


@pytest.mark.parametrize(
    ("cell", "aside", "parts"),
    [
        ("Ayşe; ;Veli", None, 2),  # a blank part is none
        (None, None, 1),
        (" ; ", None, 1),
        ("Ayşe;Veli", ("absent", "no_such_object"), 1),  # left out before it is split
        ("Ayşe;Veli", ("excluded", "excluded_rule"), 1),
        ("Ayşe;Veli", ("held", "not_comparable"), 1),
        ("Ayşe;Veli", ("held", "value_unmapped"), 2),
    ],
)
def test_a_row_has_as_many_records_as_parts(
    tmp_path: Path, cell: str | None, aside: tuple[str, str] | None, parts: int
) -> None:
    content: mini_run.Tables = {path: [] for path in mini_run.tables() if path[0] == "extract"}
    raw = mini_run.tables()["extract", "sheet", "records"][0] | {"Kisi": cell}
    content["extract", "sheet", "records"] = [raw]
    if aside is not None:
        reason = dict(zip(("state", "code"), aside, strict=True))
        content["map", "contacts", "sheet", "set_aside"] = [{"__row": 0, "__split": 0} | reason]
    run = written(tmp_path, content)
    write_sealed(run.table("extract", "sheet") / "facts.json", {"files": [{"records": 1}]})

    line = settle(run, "contacts")["sheet"]

    assert (line.read, line.extra, line.unexplained) == (1, parts - 1, parts - (aside is not None))


def test_statements_about_mailboxes_are_accounted_for_where_they_are_listed(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["link", "contacts", "enrichment"] += [
        {"__source": "mail", "__row": 2, "__key": "?", "by": None, "__node": None},
        {"__source": "sheet", "__row": 0, "__key": "1", "by": "x@y.example", "__node": 0},
    ]
    for row in content["link", "contacts", "enrichment"]:
        row["__split"] = 0
    place = {"__source": "mail", "__row": 1, "__split": 0, "__node": 0}
    mine: mini_run.Tables = {
        ("link", "suppressions", "rows"): [place | {"folded": False}],
        ("link", "suppressions", "nodes"): [place | {"__key": "nobody@example.com"}],
        ("dedupe", "suppressions", "clusters"): [{"__node": 0, "__cluster": 0, "state": "single"}],
        ("complete", "suppressions", "entities"): [{"__cluster": 0, "__state": "ready"}],
        ("load", "suppressions", "entities"): [{"__cluster": 0, "__entity": "s0", "__action": "create"}],
        ("load", "suppressions", "outcomes"): [{"__entity": "s0", "outcome": "loaded"}],
    }
    run = mini_run.write(tmp_path, content | mine)
    plan = mini_run.plan()
    contacts = plan.object("contacts")
    listing = EnrichPlan(source="mail", by="email", unmatched="suppression_list")
    contacts = contacts.model_copy(update={"enrich": (listing, EnrichPlan(source="sheet", by="email"))})
    suppressions = ObjectPlan(name="suppressions", entity="person", target="suppression", feeds=(), fields=())
    plan = plan.model_copy(update={"objects": (contacts, suppressions)})

    lines = settle(run, "suppressions", plan)

    assert {name: (line.read, line.unexplained, line.states["created"]) for name, line in lines.items()} == {
        "mail": (2, 1, 1)
    }
    other = suppressions.model_copy(update={"name": "notes"})
    assert settle(run, "notes", plan.model_copy(update={"objects": (contacts, other)})) == {}


def test_every_file_of_a_source_has_its_figure(tmp_path: Path) -> None:
    run = written(tmp_path, {})
    fact = {"sha256": "0" * 64, "bytes": 10, "records": 3, "quarantined": 1, "counted": 4, "count_method": "lines"}
    files = [
        {"path": "a.csv", **fact, "encoding": "utf-8", "delimiter": ";", "evidence": ["a mark"], "odd": 1},
        {"path": "b.csv", **fact},
    ]
    write_sealed(run.table("extract", "mail") / "facts.json", {"files": files, "columns": ["Email", "Fax"]})
    (run.table("extract", "kisi") / "facts.json").unlink()

    with relations(run, "reconcile", partial=True) as tables:
        found = source_figures(tables, mini_run.plan())

    assert [each.source for each in found] == ["sheet", "mail", "mail"]
    assert [(each.path, each.encoding, each.delimiter, each.evidence) for each in found[1:]] == [
        ("a.csv", "utf-8", ";", ("a mark",)),
        ("b.csv", "", "", ()),
    ]
    assert [(each.records, each.quarantined, each.counted, each.adds_up) for each in found[1:]] == [(3, 1, 4, True)] * 2


@pytest.mark.parametrize("object_name", ["accounts", "deals"])
def test_the_other_objects_add_up(tmp_path: Path, object_name: str) -> None:
    run = written(tmp_path, mini_run.tables(), object_name)

    assert all(line.adds_up for line in settle(run, object_name).values())


CLAIMING = [
    path
    for path in mini_run.tables()
    if (path[0], path[-1])
    in {
        ("map", "set_aside"),
        ("link", "set_aside"),
        ("link", "rows"),
        ("link", "nodes"),
        ("link", "enrichment"),
        ("dedupe", "clusters"),
        ("complete", "entities"),
        ("load", "entities"),
        ("load", "outcomes"),
    }
]
# A record that is not sent needs no line in the load: the line of `complete` says what became of it.
EVERY_LINE = {
    path: [n for n, row in enumerate(rows) if row.get("__action") not in ("rejected", "held", "excluded")]
    for path, rows in mini_run.tables().items()
    if path in CLAIMING and rows
}
LOSING = [(path, lines[pick]) for path, lines in EVERY_LINE.items() for pick in {0, -1} if lines]


@pytest.mark.parametrize(("path", "line"), LOSING, ids=lambda value: str(value))
def test_a_line_that_any_stage_loses_is_unexplained(tmp_path: Path, path: tuple[str, ...], line: int) -> None:
    content = mini_run.tables()
    del content[path][line]

    lines = settle(written(tmp_path, content, path[1]), path[1])

    assert sum(found.unexplained for found in lines.values()) >= 1
    assert not all(found.adds_up for found in lines.values())


DOUBLING = [
    (path, lines[0])
    for path, lines in EVERY_LINE.items()
    if lines and path[-1] not in ("nodes", "enrichment", "outcomes")
]


@pytest.mark.parametrize(("path", "line"), DOUBLING, ids=lambda value: str(value))
def test_a_line_that_any_stage_doubles_is_unexplained(tmp_path: Path, path: tuple[str, ...], line: int) -> None:
    content = mini_run.tables()
    content[path].append(dict(content[path][line]))

    lines = settle(written(tmp_path, content, path[1]), path[1])

    assert sum(found.unexplained for found in lines.values()) >= 1


@pytest.mark.parametrize("line", range(6))
def test_a_raw_row_that_the_parser_counted_and_extract_lost_is_unexplained(tmp_path: Path, line: int) -> None:
    content = mini_run.tables()
    records = content["extract", "kisi", "records"]
    lost = records.pop(line)["__row"]
    for path in (("map", "contacts", "kisi", "records"), ("map", "contacts", "kisi", "set_aside")):
        content[path] = [row for row in content[path] if row["__row"] != lost]
    content["link", "contacts", "rows"] = [
        row for row in content["link", "contacts", "rows"] if (row["__source"], row["__row"]) != ("kisi", lost)
    ]

    lines = settle(written(tmp_path, content), "contacts")

    assert lines["kisi"].unexplained == 1


def test_a_lost_part_of_a_split_row_is_unexplained(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["map", "contacts", "sheet", "records"].pop(1)
    content["link", "contacts", "rows"].pop(5)
    content["link", "contacts", "nodes"].pop(4)
    run = written(tmp_path, content)

    assert settle(run, "contacts")["sheet"].unexplained == 1
    assert mini_run.dispositions(run, "contacts")["sheet", 0, 1][0] == "unexplained"


def test_a_row_that_the_source_does_not_have_is_unexplained(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["map", "contacts", "kisi", "set_aside"].append(
        {"__row": 77, "__split": 0, "state": "excluded", "code": "excluded_rule"}
    )

    line = settle(written(tmp_path, content), "contacts")["kisi"]

    assert line.unexplained == 1
    assert not line.adds_up


def test_a_record_that_the_load_reports_and_the_target_does_not_have_has_failed(tmp_path: Path) -> None:
    content = mini_run.tables()
    del content["validate", "contacts", "actual"][1]
    run = written(tmp_path, content)

    assert settle(run, "contacts")["sheet"].states["failed"] == 1
    assert mini_run.dispositions(run, "contacts")["sheet", 0, 1][0] == "failed"
