"""Every rendering, read back, says the numbers of the model and no others."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
from fictional_figures import STATES, figures
from parsing import Page, markdown_tables, workbook_rows

from crm_migrate.reports import FORMATS, presentable, terminal, write_reports
from crm_migrate.reports.sections import SECTIONS
from crm_migrate.reports.speaking import told
from crm_migrate.reports.tables import NUMBERS, Table
from crm_migrate.words.language import language
from crm_migrate.workspace.figures import Figures

LANGUAGES = ("de", "en", "tr")


@pytest.fixture(scope="module", params=LANGUAGES)
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Figures, Path]:
    model = figures(locale=request.param)
    folder = tmp_path_factory.mktemp("report")
    write_reports(model, folder, formats=FORMATS)
    return model, folder


@pytest.fixture(scope="module")
def page(rendered: tuple[Figures, Path]) -> tuple[Figures, Page]:
    return rendered[0], Page((rendered[1] / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sheets(rendered: tuple[Figures, Path]) -> tuple[Figures, dict[str, list[list[object]]]]:
    """The rows of each sheet by the name of its table."""
    model, folder = rendered
    words = language(model.locale)
    names = {words.sheet(key): key.removeprefix("table.") for key in words.words if key.startswith("table.")}
    rows = workbook_rows((folder / "report.xlsx").read_bytes())
    return model, {names[title]: found for title, found in rows.items()}


def decimals(values: Iterable[object]) -> list[Decimal | None]:
    return [None if value in (None, "") else Decimal(str(value)) for value in values]


def numbers_of(table: Table) -> list[list[Decimal | None]]:
    """The columns of counts and amounts of a table."""
    return [decimals(row[i] for row in table.rows) for i, column in enumerate(table.columns) if column.kind in NUMBERS]


def tables_of(model: Figures) -> list[Table]:
    shown = told(presentable(model), language(model.locale))
    return [table for section in SECTIONS for table in section.tables(shown)]


def counts(model: Figures) -> list[list[int]]:
    return [[a.read, a.extra, *(a.states[state] for state in STATES), a.unexplained] for a in model.accounting]


def test_the_accounting_matrix_of_the_page_is_the_model_s(page: tuple[Figures, Page]) -> None:
    model, html = page
    silent = [i for i, state in enumerate(STATES) if not any(a.states[state] for a in model.accounting)]

    said = [[int(cell) for cell in row[2:-1]] for row in html.tables["accounting"]]

    assert said == [[n for i, n in enumerate(row) if i - 2 not in silent] for row in counts(model)]
    assert [row[:2] for row in html.tables["accounting"]] == [[a.object, a.source] for a in model.accounting]
    assert [row[-1] for row in html.tables["accounting"]] == ["true"] * len(model.accounting)


def test_single_figures_of_the_page_are_the_model_s(page: tuple[Figures, Page]) -> None:
    model, html = page

    assert html.figures["verdict"] == model.verdict
    assert int(html.figures["unexplained"]) == sum(a.unexplained for a in model.accounting)
    assert int(html.figures["open"]) == sum(x.count for x in model.exceptions if x.severity != "note")
    assert html.figures["plan_hash"] == model.plan_hash
    assert html.lang == model.locale


def test_bridges_of_the_page_are_the_model_s(page: tuple[Figures, Page]) -> None:
    model, html = page
    said = [[row[1], row[2]] for row in html.tables["bridge"]]

    expected = []
    for b in model.bridges:
        expected += [[b.source_total, str(b.source_lines)], *([t.amount, str(t.change)] for t in b.terms)]
        expected += [[b.unexplained, ""], *([["", str(-b.unreadable)]] if b.unreadable else [])]
        expected += [[b.target_total, str(b.target_lines)]]
    assert said == expected


def test_a_gate_that_somebody_accepted_is_not_shown_as_failed(rendered: tuple[Figures, Path]) -> None:
    model, folder = rendered
    text = (folder / "report.html").read_text(encoding="utf-8")
    rows = re.findall(
        r"<tr>.*?</tr>", text.partition('<table data-table="gates"')[2].partition("</table>")[0], re.DOTALL
    )[1:]
    assert len(rows) == sum(not gate.passed for gate in model.gates)
    assert [('class="some"' in row, "✕" in row) for row in rows] == [(True, False)] * len(rows)


def test_tables_of_the_page_are_the_model_s(page: tuple[Figures, Page]) -> None:
    model, html = page

    links = [[k.expected, k.present, k.missing, k.wrong, k.extra, k.orphans] for k in model.links]
    assert [[int(c) for c in row[3:]] for row in html.tables["links"]] == links
    fields = [[f.records, f.compared, f.matched] for f in model.fields]
    assert [[int(c) for c in row[3:6]] for row in html.tables["fields"]] == fields
    kpis = [[k.source or "", k.expected, k.actual, k.explained, str(k.agrees).lower()] for k in model.kpis]
    assert sorted(row[3:] for row in html.tables["kpis"]) == sorted(kpis)
    assert [row[1] for row in html.tables["controls"]] == [c.said for c in model.controls]
    shown = told(model, language(model.locale)).gates
    gates = [[g.limit, g.actual, str(g.passed).lower(), g.accepted] for g in shown]
    assert sorted(row[2:] for row in html.tables["gates"]) == sorted(gates)
    sources = [[s.records, s.quarantined, s.counted] for s in model.sources]
    assert [[int(c) if c else None for c in row[2:5]] for row in html.tables["sources"]] == sources
    assert [int(row[2]) for row in html.tables["owners"]] == [count for _, _, count in model.owners]
    scores = [[s.of, s.passed_before, s.passed_after] for s in model.scores]
    assert [[int(c) for c in row[3:]] for row in html.tables["scores"]] == scores
    causes = [c for f in model.fields for c in f.causes] + [c for k in model.links for c in k.causes]
    assert [[int(row[4]), row[5] and int(row[5])] for row in html.tables["causes"]] == [
        [c.count, c.of or ""] for c in causes
    ]
    places = [[p.count, p.of, p.elsewhere, p.elsewhere_of] for c in causes for p in c.places]
    assert [[int(cell) for cell in row[6:]] for row in html.tables["cause_places"]] == places
    sets = [[t.before, t.created, t.unexpected, t.removed, t.vanished, t.after] for t in model.target_sets]
    assert [[int(c) for c in row[1:7]] for row in html.tables["target_sets"]] == sets


def test_exceptions_and_consent_of_the_page_are_the_model_s(page: tuple[Figures, Page]) -> None:
    model, html = page

    said = {(g["data-code"], g["data-state"], int(g["data-count"])) for g in html.groups}
    assert said == {(x.code, x.state, x.count) for x in model.exceptions}
    cells = {
        (c["data-object"], c["data-before"], c["data-after"], int(c["data-v"]), int(c["data-without"]))
        for c in html.cells
        if "data-before" in c and c["data-v"] != "0"
    }
    assert cells == {(c.object, c.before, c.after, c.count, c.without_evidence) for c in model.consent}


def test_every_count_and_amount_of_every_table_is_in_the_workbook(
    sheets: tuple[Figures, dict[str, list[list[object]]]],
) -> None:
    model, sheet = sheets
    for table in tables_of(model):
        rows = sheet[table.name][1 : 1 + len(table.rows)]
        said = [decimals(row[i] for row in rows) for i, column in enumerate(table.columns) if column.kind in NUMBERS]
        assert said == numbers_of(table), table.name


def test_every_count_and_amount_of_every_table_is_on_the_page(page: tuple[Figures, Page]) -> None:
    """But for the tables that are drawn otherwise, which have tests of their own."""
    model, html = page
    drawn = {"accounting", "bridge", "report_bridge", "consent"}
    plain = [table for table in tables_of(model) if table.name in html.tables and table.name not in drawn]
    assert len(plain) > 12
    for table in plain:
        rows = html.tables[table.name]
        said = [decimals(row[i] for row in rows) for i, column in enumerate(table.columns) if column.kind in NUMBERS]
        wanted = numbers_of(table)
        assert [sorted(map(str, column)) for column in said] == [sorted(map(str, column)) for column in wanted]


def test_the_workbook_is_the_model(sheets: tuple[Figures, dict[str, list[list[object]]]]) -> None:
    model, sheet = sheets
    lines = sheet["accounting"][1 : 1 + len(model.accounting)]
    assert [row[2:-1] for row in lines] == counts(model)
    assert next(row[1] for row in sheet["summary"] if isinstance(row[1], int)) == sum(a.read for a in model.accounting)
    expected = []
    for b in model.bridges:
        expected += [b.source_total, *(t.amount for t in b.terms), b.unexplained, None, b.target_total]
    said = [row[5] for row in sheet["bridge"][1:]]
    assert [None if v in (None, "") else Decimal(str(v)) for v in said] == [v and Decimal(v) for v in expected]
    assert [row[5] for row in sheet["fields"][1:]] == [f.matched for f in model.fields]
    assert [row[3:] for row in sheet["links"][1:]] == [
        [k.expected, k.present, k.missing, k.wrong, k.extra, k.orphans] for k in model.links
    ]
    assert [Decimal(str(row[5])) for row in sheet["kpis"][1:]] == [Decimal(k.actual) for k in model.kpis]
    assert [row[8] for row in sheet["exceptions"][1:]] == [x.count for x in model.exceptions]
    assert [row[3:] for row in sheet["learned"][1:]] == [
        [float(x.expected_wrong), x.merged_records, float(x.cut) if x.cut else None, x.asked, x.vetoed]
        for x in model.learned
    ]
    assert [row[2:4] for row in sheet["groups"][1:]] == [[g.groups, g.records] for g in model.groups]
    assert [[row[0], row[1] or "", *row[4:6]] for row in sheet["consent"][1:]] == [
        [c.object, c.field, c.count, c.without_evidence] for c in model.consent
    ]


def test_json_is_the_presentable_model(rendered: tuple[Figures, Path]) -> None:
    model, folder = rendered
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))

    assert report["masked"] is True
    assert Figures.model_validate(report["figures"]) == presentable(model)


def test_no_count_is_changed_by_masking_or_by_making_visible() -> None:
    def numbers(value: object) -> list[object]:
        match value:
            case dict():
                return [n for item in value.values() for n in numbers(item)]
            case list() | tuple():
                return [n for item in value for n in numbers(item)]
            case bool() | int() | float():
                return [value]
        return []

    model = figures()

    assert numbers(presentable(model).model_dump()) == numbers(model.model_dump())
    assert [b.model_dump(exclude={"terms"}) for b in presentable(model).bridges] == [
        b.model_dump(exclude={"terms"}) for b in model.bridges
    ]


def test_junit_is_the_model(rendered: tuple[Figures, Path]) -> None:
    model, folder = rendered
    root = Tree.parse(folder / "junit.xml").getroot()
    properties = {p.get("name"): p.get("value") for p in root.findall("properties/property")}
    cases = {case.get("name"): case for case in root.findall("testsuite/testcase")}

    assert properties["verdict"] == model.verdict
    assert int(properties["read"] or 0) == sum(a.read for a in model.accounting)
    for state in STATES:
        assert int(properties[state] or 0) == sum(a.states[state] for a in model.accounting)
    for gate in model.gates:
        case = cases[f"{gate.name} {gate.scope}".strip()]
        assert (case.find("failure") is None) == (gate.passed or bool(gate.accepted))
        assert (case.find("skipped") is not None) == (bool(gate.accepted) and not gate.passed)
    assert int(root.get("failures") or 0) == len(root.findall("testsuite/testcase/failure"))


def test_markdown_is_the_model_in_sixty_lines(rendered: tuple[Figures, Path]) -> None:
    model, folder = rendered
    text = (folder / "summary.md").read_text(encoding="utf-8")
    accounting, gates, bridges = markdown_tables(text)
    separator = "," if model.locale == "en" else "."

    by_object: dict[str, list[int]] = {}
    for a in model.accounting:
        row = [a.read, a.extra, *(a.states[s] for s in STATES if s != "enrichment"), a.unexplained]
        by_object[a.object] = [x + y for x, y in zip(by_object.get(a.object, [0] * len(row)), row, strict=True)]
    assert {r[0]: [int(c.replace(separator, "")) for c in r[1:-1]] for r in accounting[1:]} == by_object
    assert sorted(row[2] for row in gates[1:]) == sorted(g.actual for g in told(model, language(model.locale)).gates)
    decimal = "." if separator == "," else ","
    unexplained = [row[3].replace(separator, "").replace(decimal, ".") for row in bridges[1:]]
    assert unexplained == [b.unexplained for b in model.bridges]
    assert len(text.splitlines()) <= 60


def test_annotations_are_the_model(rendered: tuple[Figures, Path]) -> None:
    model, folder = rendered
    words = language(model.locale)
    lines = (folder / "annotations.txt").read_text(encoding="utf-8").splitlines()
    failed = [gate for gate in model.gates if not gate.passed and not gate.accepted]
    errors = [group for group in model.exceptions if group.severity == "error"]

    assert words.word(f"verdict.{model.verdict}") in lines[0]
    said = [line for line in lines if line.startswith("::error ")]
    assert len(said) == min(10, len(failed) + len(errors))
    counts = [int(re.sub(r"\D", "", line.split("title=")[1].split(" ×")[0])) for line in said if " × " in line]
    assert counts == [group.count for group in errors][: len(counts)] and counts
    assert all(re.fullmatch(r"::(notice|error|warning) title=[^:,\r\n]*::[^\r\n]*", line) for line in lines)


def test_the_terminal_is_the_model() -> None:
    model = figures()
    lines = terminal.render(presentable(model))
    head = lines[0].split()

    for a, line in zip(model.accounting, lines[1:], strict=False):
        cells = dict(zip(head, line.split(), strict=False))
        assert int(cells["read"].replace(",", "")) == a.read
        assert {s: int(cells[s].replace(",", "")) for s in STATES if s in cells} == {
            s: n for s, n in a.states.items() if s in cells
        }
        assert sum(a.states[s] for s in STATES if s not in cells) == 0
        assert line.endswith("adds up")


def test_lines_that_do_not_add_up_say_so_everywhere(tmp_path: Path) -> None:
    model = figures()
    broken = model.accounting[0].model_copy(update={"unexplained": 7, "read": model.accounting[0].read + 7})
    model = model.model_copy(update={"accounting": (broken, *model.accounting[1:]), "verdict": "NO-GO"})
    write_reports(model, tmp_path, formats=FORMATS)

    html = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert html.tables["accounting"][0][-2:] == ["7", "false"]
    assert html.figures["unexplained"] == "7"
    assert "DOES NOT ADD UP (7 unexplained)" in "\n".join(terminal.render(model))
    failed = Tree.parse(tmp_path / "junit.xml").findall("testsuite[@name='identities']/testcase/failure")
    assert [f.get("message") for f in failed] == ["7 unexplained of 12007"]
    assert markdown_tables((tmp_path / "summary.md").read_text(encoding="utf-8"))[0][1][-1] == "NO"


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_figures_give_the_same_bytes_but_for_the_header(name: str, tmp_path: Path) -> None:
    first, again = (tmp_path / "a", tmp_path / "b")
    write_reports(figures(run="r"), first, formats=[name])
    write_reports(figures(run="r"), again, formats=[name])
    assert (first / FORMATS[name]).read_bytes() == (again / FORMATS[name]).read_bytes()

    if name == "html":
        other = figures(run="another")
        write_reports(other, again, formats=[name])
        old, new = ((f / "report.html").read_text(encoding="utf-8").splitlines() for f in (first, again))
        changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        assert len(changed) == 1 and 'id="run"' in changed[0][0]


@pytest.mark.sweep("a report of many rows")
def test_a_report_stays_around_one_megabyte(tmp_path: Path) -> None:
    model = figures()
    fields = tuple(model.fields[1].model_copy(update={"field": f"field_{i}"}) for i in range(150))
    groups = tuple(model.exceptions[0].model_copy(update={"rule": f"r{i}", "count": 10_000 + i}) for i in range(400))
    big = model.model_copy(
        update={
            "fields": fields,
            "exceptions": groups,
            "clusters": model.clusters * 5_000,
            "owners": model.owners * 5_000,
        }
    )
    (path,) = write_reports(big, tmp_path, formats=["html"])

    assert path.stat().st_size < 2_500_000
    assert "9,500 more rows" in path.read_text(encoding="utf-8")
