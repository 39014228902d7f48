"""The arithmetic is read off the finished files and held against the input, which is summed up here by hand."""

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
from reading import Report, read_html, read_xlsx
from shop import Shop

VERDICTS = {"clean": "GO", "accepted": "GO WITH ACCEPTED EXCEPTIONS", "sabotaged": "NO-GO"}


@pytest.fixture(params=("html", "xlsx"))
def report(request: pytest.FixtureRequest, run: Shop, language: str, tmp_path: Path) -> Report:
    folder = run.report(language)
    if request.param == "xlsx":
        return read_xlsx(folder / "report.xlsx", language)
    return read_html(folder / "report.html", language, tmp_path)


def crm(run: Shop, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(run.folder / "crm.db")) as target:
        return target.execute(query).fetchall()


def in_target(run: Shop) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, amount in crm(run, "SELECT currency, amount FROM deals WHERE amount IS NOT NULL"):
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(str(amount))
    return sums


def test_every_bridge_adds_up_from_the_files_to_the_target(run: Shop, report: Report) -> None:
    lines: dict[str, list[tuple[str, Decimal]]] = {}
    for table in report.named("bridge"):
        for row in table.rows:
            cells = dict(zip(map(report.key, table.head), row, strict=True))
            currency = table.about.get("currency") or cells["currency"]
            if cells["amount"]:
                lines.setdefault(currency, []).append((cells["line"], report.number(cells["amount"])))

    source, target, rest = (report.word("word", key) for key in ("source_total", "target_total", "unexplained"))
    assert set(lines) == {"EUR", "TRY"}
    for currency, told in lines.items():
        first, *between, last = told
        assert (first[0], last[0]) == (source, target)
        assert first[1] == run.amounts()[currency]
        assert last[1] == in_target(run)[currency]
        assert first[1] + sum(amount for _, amount in between) == last[1], told
        assert rest in [name for name, _ in between]


def test_the_rows_of_every_bridge_add_up_as_the_amounts_do(report: Report) -> None:
    rows: dict[tuple[str, str], list[int]] = {}
    for name in ("bridge", "report_bridge"):
        for table in report.named(name):
            for row in table.rows:
                cells = dict(zip(map(report.key, table.head), row, strict=True))
                if cells["lines"]:
                    currency = table.about.get("currency") or cells["currency"]
                    rows.setdefault((name, currency), []).append(int(report.number(cells["lines"])))
    assert rows
    for first, *between, last in rows.values():
        assert first + sum(between) == last, (first, between, last)


def test_the_accounting_counts_every_row_of_the_files_once(run: Shop, report: Report) -> None:
    (table,) = report.named("accounting")
    heads = [report.key(head) for head in table.head]
    rows = [dict(zip(heads, row, strict=True)) for row in table.rows if row[1] not in ("", report.word("x", "all"))]
    read = {(row["object"], row["source"]): report.number(row["read"]) for row in rows if row["source"]}

    assert read["accounts", "firms"] == len(run.firms)
    assert read["contacts", "people"] == len(run.people)
    assert read["deals", "chances"] == len(run.chances)
    for row in rows:
        states = [report.number(row[key]) for key in heads[4:-2]]
        assert sum(states) == report.number(row["read"]) + report.number(row["extra"])
        assert report.number(row["unexplained"]) == 0


def test_consent_is_a_matrix_per_object_that_counts_everybody(run: Shop, report: Report) -> None:
    before: dict[str, Counter[str]] = {}
    after: dict[str, Counter[str]] = {}
    raised: Counter[str] = Counter()
    if report.named("consent")[0].about:  # a matrix in the page, lines in the workbook
        for table in report.named("consent"):
            name = table.about["object"]
            for row in table.rows:
                for head, cell in zip(table.head[1:], row[1:], strict=True):
                    before.setdefault(name, Counter())[row[0]] += int(report.number(cell))
                    after.setdefault(name, Counter())[head] += int(report.number(cell))
            raised[name] += sum(int(re.findall(r"\d+", cell.split("✕")[1])[0]) for cell in table.red)
    else:
        for line in report.rows("consent"):
            count = int(line["people"])
            before.setdefault(line["object"], Counter())[line["before"]] += count
            after.setdefault(line["object"], Counter())[line["after"]] += count
            raised[line["object"]] += int(line["without_evidence"])

    said = {row["Mail"]: row["Ok"] for row in run.people}
    there = Counter(consent for _, consent in crm(run, "SELECT email, consent FROM contacts"))
    assert set(before) == {"contacts", "suppressions"}
    assert +after["contacts"] == {report.word("word", name): count for name, count in there.items()}
    if there.total() == len(run.people):
        assert +before["contacts"] == {report.word("word", n): c for n, c in run.consent().items()}
    assert +before["suppressions"] == {report.word("word", "withdrawn"): 1}
    granted = [
        mail
        for mail, consent in crm(run, "SELECT email, consent FROM contacts")
        if consent == "granted" and mail in said
    ]
    assert raised["contacts"] == sum(said[mail] != "E" for mail in granted)
    if report.tiles:
        assert report.number(report.tiles["consent"][1]) == raised["contacts"]


def test_sources_are_the_files(run: Shop, report: Report) -> None:
    rows = {row["source"]: row for row in report.rows("sources")}
    lines = {name: len((run.folder / f"{name}.csv").read_text("utf-8").splitlines()) - 1 for name in rows}

    assert {
        name: int(report.number(row["records"]) + report.number(row["quarantined"])) for name, row in rows.items()
    } == lines
    assert {name: int(report.number(row["counted"])) for name, row in rows.items()} == lines


@pytest.mark.parametrize("kind", VERDICTS)
def test_every_format_says_the_verdict(kind: str, finished: dict[str, Shop], language: str, tmp_path: Path) -> None:
    folder = finished[kind].report(language)
    page = read_html(folder / "report.html", language, tmp_path)
    word = page.word("verdict", VERDICTS[kind])

    assert word in page.verdict
    assert f"## {word}" in (folder / "summary.md").read_text("utf-8")
    assert json.loads((folder / "report.json").read_text("utf-8"))["figures"]["verdict"] == VERDICTS[kind]
    junit = Tree.parse(folder / "junit.xml").getroot()
    assert {p.get("name"): p.get("value") for p in junit.iter("property")}["verdict"] == VERDICTS[kind]
    failed = {case.get("name") for case in junit.iter("testcase") if case.find("failure") is not None}
    assert (failed == set()) == (kind != "sabotaged")


def test_sabotage_is_seen_for_what_it_is(finished: dict[str, Shop], language: str, tmp_path: Path) -> None:
    run = finished["sabotaged"]
    page = read_html(run.report(language) / "report.html", language, tmp_path)
    causes = {(row["field"], row["cause"]): page.number(row["count"]) for row in page.rows("causes")}

    assert causes["close_date", page.word("word", "date -1 day")] == len(run.chances)
    assert sum(count for (field, cause), count in causes.items() if field == "amount" and "100" in cause) == 15
    (company,) = [row for row in page.rows("links") if (row["object"], row["field"]) == ("contacts", "company")]
    ((moved,),) = crm(run, "SELECT count(*) FROM contacts WHERE company IN (1, 2)")
    assert page.number(company["wrong"]) == moved
    failed = [page.word("word", name) for name in ("unexplained_amount", "consent", "links")]
    lost = [row["gate"] for row in page.rows("gates") if row["passed"].startswith("✕")]
    assert set(failed) <= set(lost)
    missing = page.word("word", "record missing")
    assert {count for (field, cause), count in causes.items() if cause == missing and field == "email"} == {3}


def test_a_second_export_says_what_changed(finished: dict[str, Shop], language: str, tmp_path: Path) -> None:
    run = finished["second"]
    page = read_html(run.report(language) / "report.html", language, tmp_path)
    (table,) = page.named("accounting")
    heads = [page.key(head) for head in table.head]
    people = next(dict(zip(heads, row, strict=True)) for row in table.rows if row[1] == "people")

    assert [page.number(people[key]) for key in ("created", "updated", "unchanged")] == [1, 1, 38]


def test_the_summary_in_markdown_adds_up(run: Shop, language: str) -> None:
    text = (run.report(language) / "summary.md").read_text("utf-8").replace("\\", "")
    reader = Report(language, [])
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| deals ")
    ]
    bridges = {
        row[0].split()[-1]: [reader.number(cell) for cell in row[1:]]
        for row in rows
        if row[0].split()[-1] in ("EUR", "TRY")
    }

    assert {currency: row[0] for currency, row in bridges.items()} == run.amounts()
    assert {currency: row[1] for currency, row in bridges.items()} == in_target(run)
