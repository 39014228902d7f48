"""`assess` as a user calls it: a project and a bare folder, told in JSON, HTML and XLSX that show the same figures."""

import csv
import hashlib
import html
import io
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from called import Called, call

from crm_migrate.assessing import sheets
from crm_migrate.assessing.figures import Assessment
from crm_migrate.assessing.page import SECTIONS
from crm_migrate.assessing.wording import sentence
from crm_migrate.assessing.writing import schema
from crm_migrate.words import catalogue
from crm_migrate.words.language import language

MAPPING = """crm_migrate: 1
project: {name: old-shop, locale: de-DE}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
sources:
  firms: {file: firms.csv, key: Id, unmapped: {archive: [Fax]}}
  people: {file: people.csv, key: Id}
  chances: {file: chances.csv, key: Id}
value_maps:
  stage: {unmapped: hold, map: {T: proposal, K: closedwon}}
  yes: {unmapped: hold, map: {E: granted, H: withdrawn}}
owners: {from: owners.csv, unknown: hold}
objects:
  accounts:
    from: firms
    fields:
      name: {firms: Name, required: true}
      postal_code: Zip
      country: Country
      parent: {firms: Parent, ref: accounts}
  contacts:
    from: people
    fields:
      first_name: First
      last_name: Last
      email: {people: Mail}
      consent: {people: Ok | map(yes), survive: strictest, per: email}
      company: {people: Firm, ref: accounts}
  deals:
    from: chances
    fields:
      name: {chances: Name, required: true}
      stage: Stage | map(stage)
      amount: {chances: Amount | money(de)}
      currency: {chances: Currency}
      owner: {chances: Owner}
      company: {chances: Firm, ref: accounts}
"""
FIRMS, PEOPLE, CHANCES = 120, 90, 40


def _firms() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for n in range(FIRMS):
        zip_ = f"{1067 + n}" if n < 12 else f"{20_095 + n * 317}"
        row: dict[str, object] = {"Id": f"F{n}", "Name": f"Müller {n} GmbH", "Country": "DE", "Zip": zip_}
        row |= {"Created": f"{2015 + n // 12}-{1 + n % 12:02}-15", "Type": "Lieferant" if n == 100 else "Kunde"}
        row |= {
            "Origin": "Excel",
            "Fax": "",
            "Pager": f"{n}x" if n < 24 else "",
            "IncoTerms": "FOB" if n == 100 else "",
        }
        row |= {
            "Parent": {1: "F2", 2: "F1", 5: "F6"}.get(n, ""),
            "Note": "GÃ¼nstig gekauft" if n < 3 else "Günstig gekauft",
        }
        rows.append(row)
    return rows


def _people() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for n in range(PEOPLE):
        row: dict[str, object] = {"Id": f"P{n}", "First": f"Jörg{n}", "Last": f"Weiß{n}"}
        row |= {"Mail": f"joerg{n % 87}@firma{n % 87}.example", "Firm": "F999" if n < 4 else f"F{n}"}
        row |= {
            "Ok": "E" if n % 2 else "H",
            "Info": "is allergic to nuts and has diabetes" if n < 2 else f"met at fair {n}",
        }
        rows.append(row)
    return rows


def _chances() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for n in range(CHANCES):
        stage = "T" if n % 3 else "K"
        row: dict[str, object] = {
            "Id": f"C{n}",
            "Name": f"Anlage {n}",
            "Firm": f"F{n}",
            "Amount": "viel" if n == 7 else f"1.{n:03},50",
            "Currency": "TRY" if n % 5 == 4 else "EUR",
        }
        row |= {"Stage": "X" if n < 5 else stage, "Owner": ("anna", "bernd", "carla")[n % 3]}
        rows.append(row)
    return rows


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def _exports(folder: Path) -> Path:
    folder.mkdir()
    for name, rows in (("firms", _firms()), ("people", _people()), ("chances", _chances())):
        _write(folder / f"{name}.csv", rows)
    return folder


@dataclass(frozen=True)
class Made:
    """What `assess` left of a project."""

    folder: Path
    called: Called
    found: Assessment
    page: str
    book: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = _exports(tmp_path_factory.mktemp("assess") / "shop")
    (folder / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    owners = [
        {"legacy_login": "anna", "target_email": "anna@new.example", "status": "active", "successor": ""},
        {"legacy_login": "bernd", "target_email": "bernd@new.example", "status": "inactive", "successor": ""},
    ]
    with (folder / "owners.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(owners[0]))
        writer.writeheader()
        writer.writerows(owners)
    called = call("assess", str(folder), "--lang", "de", "--baseline")
    assert called.returncode == 0, called.stderr
    out = folder / "reports"
    found = Assessment.model_validate_json((out / "assessment.json").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(out / "assessment.xlsx")
    rows = {sheet.title: [tuple(cell.value for cell in row) for row in sheet.rows] for sheet in book.worksheets}
    return Made(folder, called, found, (out / "assessment.html").read_text(encoding="utf-8"), rows)


def _card(found: Assessment, kind: str, source: str) -> Any:
    return next(card for card in found.cards if (card.kind, card.source) == (kind, source))


def test_what_is_told_of_a_project(made: Made) -> None:
    found = made.found
    assert [(s.source, s.object, s.rows) for s in found.sources] == [
        ("firms", "accounts", FIRMS),
        ("people", "contacts", PEOPLE),
        ("chances", "deals", CHANCES),
    ]
    assert {f.path.rsplit("/", 1)[-1]: f.sha256 for f in found.files} == {
        name: hashlib.sha256((made.folder / name).read_bytes()).hexdigest()
        for name in ("firms.csv", "people.csv", "chances.csv")
    }
    assert (_card(found, "lost_zeros", "firms").count, _card(found, "double_encoding", "firms").count) == (12, 3)
    assert _card(found, "double_encoding", "firms").mended == 3
    assert _card(found, "orphans", "people").count == 4
    assert _card(found, "cycles", "firms").count == 2
    assert _card(found, "duplicates", "people").count == 3
    assert (_card(found, "unmapped", "chances").count, _card(found, "unmapped", "chances").of) == (5, CHANCES)
    owners = {o.owner: (o.state, o.records) for o in found.owners}
    assert owners == {"anna": ("active", 14), "bernd": ("left", 13), "carla": ("unknown", 13)}
    assert _card(found, "owners_left", "chances").count == 13
    assert {(s.column, s.category, s.cells) for s in found.sensitive} == {("Info", "health", 2)}
    assert [(c.column, c.filled, c.proved) for c in found.consent] == [("Ok", PEOPLE, 0)]
    assert found.loops == ()


def test_what_to_do_with_each_column(made: Made) -> None:
    advice = {c.column: (c.action, c.because.key, c.decided) for c in made.found.columns if c.source == "firms"}
    assert advice["Name"] == ("map", "advice.mapped", True)
    assert advice["Fax"] == ("archive", "advice.archived", True)
    assert advice["Origin"] == ("ask", "advice.constant", False)
    assert advice["Pager"] == ("archive", "advice.died", False)
    assert advice["IncoTerms"] == ("ask", "advice.one_type", False)  # nearly empty, but full for one type of record
    pager = next(c for c in made.found.columns if c.column == "Pager")
    assert [(y.name, y.good, y.of) for y in pager.by_year][:3] == [("2015", 12, 12), ("2016", 12, 12), ("2017", 0, 12)]
    assert pager.last_used == "2016-12-15"


def test_the_arithmetic(made: Made) -> None:
    found = made.found
    for score in found.scores:
        assert (score.good, score.of) == (sum(p.good for p in score.parts), sum(p.of for p in score.parts))
        assert 0 <= score.good <= score.of
    for relation in found.relations:
        assert relation.found + relation.orphans == relation.filled
    for duplicate in found.duplicates:
        assert duplicate.rows == sum(int(size) * n for size, n in duplicate.sizes.items())
        assert duplicate.surplus == duplicate.rows - duplicate.groups
        assert duplicate.groups == sum(duplicate.sizes.values())
    for column in found.columns:
        whole = next(s for s in found.sources if s.source == column.source)
        assert column.rows == whole.rows
        for counts in (column.by_year, column.by_type):
            assert sum(c.of for c in counts) in (0, column.rows)
            assert sum(c.good for c in counts) in (0, column.filled)
    for source in found.sources:
        assert source.filled == sum(c.filled for c in found.columns if c.source == source.source)
        assert source.rows == sum(f.rows for f in found.files if f.source == source.source)
    use = found.use
    assert use.columns == len(found.columns) == use.empty + use.constant + use.died + use.alive
    asked = sum(c.action == "ask" and not c.decided for c in found.columns)
    assert found.decisions == asked + sum(p.unmapped for p in found.picklists)
    assert all(card.count <= card.of and card.mended <= card.count for card in found.cards)


def test_money_of_open_deals_hangs_on_who_left(made: Made) -> None:
    """By hand: deals n = 1, 4 ... 37 are of bernd, who left; none of them is `K`; n = 4, 19, 34 are in lira, and the
    amount of n = 7 is a word. Each is 1,000.50 + n. All of anna's but n = 0, 3 are won; carla's 13 are open."""
    money = {(m.owner, m.currency): m for m in made.found.money}
    lira, euro = money["bernd", "TRY"], money["bernd", "EUR"]
    assert (euro.state, euro.deals, euro.summed, euro.amount) == ("left", 10, 9, "9187.50")
    assert (lira.deals, lira.summed, lira.amount) == (3, 3, "3058.50")
    assert sum(m.deals for m in made.found.money if m.owner == "anna") == 2
    card = _card(made.found, "owners_money", "chances")
    assert (card.severity, card.count, card.of, card.effort) == ("error", 13, 28, None)
    said = sentence(card.because, language("de", "assess"))
    assert "zusammen 9.187,50 EUR; 3.058,50 TRY." in said and said.endswith("darin sind: 1.")
    (stages,) = [told for told in made.found.not_assessed if told.key == "not.stages"]
    assert (stages.places["over"], stages.places["open"]) == ("K", "T, X")


def test_effort_is_a_range_that_adds_up(made: Made) -> None:
    costs = {c.kind: c.effort for c in made.found.cards if c.effort and c.source == "chances"}
    word = costs["unmapped"]
    assert (word.unit, word.units, word.least, word.most) == ("word", 1, 1, 5)
    all_of = [c.effort for c in made.found.cards if c.effort]
    least, most = sum(e.least for e in all_of) // 60, -(-sum(e.most for e in all_of) // 60)
    assert f"{least} bis {most} Stunden" in _text(made.page)
    assert len(made.book["Aufwand"]) == 1 + len(all_of)
    assert all(e.least <= e.most for e in all_of)


def _text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_all_renderings_show_the_same_figures(made: Made) -> None:
    words, page = language("de", "assess"), _text(made.page)
    for make in sheets.ALL:
        table = make(made.found, words)
        title = words.sheet(f"table.{table.name}")
        assert (title in made.book) == bool(table.rows), title
        if table.rows:
            shown = [["" if cell is None else cell for cell in row] for row in made.book[title][1:]]
            assert shown == [["" if cell is None else cell for cell in row] for row in table.rows], title
    for card in made.found.cards:
        assert " ".join(sentence(card.because, words).split()) in page
        assert " ".join(sentence(card.effect, words).split()) in page
    for make in SECTIONS:
        table = make(made.found, words)
        if table.name not in ("assess_cards", "assess_fields", "assess_scores"):
            cells = [cell for row in table.rows for cell in row]
            texts = {words.number(c) if isinstance(c, int) else " ".join(c.split()) for c in cells if c is not None}
            assert {text for text in texts if text not in page} == set(), table.name
    for column in made.found.columns:
        assert f"{column.column} {column.source}" in page
    for score in made.found.scores:
        assert words.word("assess.of", good=words.number(score.good), of=words.number(score.of)) in page


def test_the_page_stands_alone_and_the_workbook_computes_nothing(made: Made) -> None:
    assert not re.search(r"https?://|\bon\w+=|style=", made.page.split("<main>")[1])
    assert "default-src &#39;none&#39;" in made.page
    book = openpyxl.load_workbook(io.BytesIO((made.folder / "reports" / "assessment.xlsx").read_bytes()))
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2" or sheet.sheet_state == "veryHidden"
        assert not [cell.coordinate for row in sheet.rows for cell in row if cell.data_type == "f"]


def test_nothing_personal_is_shown(made: Made) -> None:
    told = made.page + json.dumps([made.book, made.found.model_dump(mode="json")], default=str, ensure_ascii=False)
    assert not re.search(r"Jörg\d|Weiß\d|joerg\d|diabetes|nuts", told)


def test_every_language_has_every_word() -> None:
    keys = {code: set(json.loads(_catalogue(code))) for code in ("en", "de", "tr")}
    assert keys["en"] <= keys["de"] and keys["en"] == keys["tr"]
    places = {
        code: {key: set(re.findall(r"{(\w+)}", catalogue(code)[key])) for key in keys["en"]}
        for code in ("en", "de", "tr")
    }
    assert places["en"] == places["de"] == places["tr"]


def _catalogue(code: str) -> str:
    import crm_migrate.words

    return (Path(crm_migrate.words.__file__).parent / code / "assess.json").read_text(encoding="utf-8")


def test_the_published_schema_is_that_of_the_figures() -> None:
    published = Path(__file__).resolve().parents[2] / "docs" / "assessment.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schema(), "run: python scripts/report_schema.py"


def test_what_people_wrote_into_the_workbook_is_never_written_over(tmp_path: Path) -> None:
    _write(tmp_path / "firms.csv", _firms())
    out = tmp_path / "reports"
    assert call("assess", str(tmp_path)).returncode == 0
    workbook = out / "assessment.xlsx"
    book = openpyxl.load_workbook(workbook)
    page = book["Findings"]
    page["I2"], page["J2"], page["L2"] = "accepted", "Ute", "by word of Kai"
    book.save(workbook)
    written = workbook.read_bytes()

    refused = call("assess", str(tmp_path))
    assert refused.returncode == 2 and "3 cell(s) of it are not kept yet" in refused.stderr
    assert workbook.read_bytes() == written
    assert call("assess", str(tmp_path), "--take", str(workbook), "--json").returncode == 2

    taken = call("assess", str(tmp_path), "--take", str(workbook), "--lang", "tr")
    assert taken.returncode == 0, taken.stderr
    assert "1 finding(s) decided about" in taken.stdout
    kept = (out / "assessment-decisions.yaml").read_text("utf-8")
    assert "owner: Ute" in kept and "decision: by word of Kai" in kept
    told = Assessment.model_validate_json(call("assess", str(tmp_path), "--json").stdout)
    assert told.cards[0].standing.status == "accepted" and told.cards[0].id not in told.hurts
    page = openpyxl.load_workbook(workbook)["Bulgular"]
    assert (page["I2"].value, page["J2"].value, page["L2"].value) == ("kabul edildi", "Ute", "by word of Kai")

    page.parent["Bulgular"]["I3"] = "belki"
    page.parent.save(workbook)
    wrong = call("assess", str(tmp_path), "--take", str(workbook))
    assert wrong.returncode == 1 and "Bulgular!I3" in wrong.stderr and "nothing is kept" in wrong.stderr
    assert (out / "assessment-decisions.yaml").read_text("utf-8") == kept


def test_exports_without_a_mapping_and_what_changes_since_the_baseline(tmp_path: Path) -> None:
    folder = _exports(tmp_path / "exports")
    told = call("assess", str(folder), "--baseline")
    assert told.returncode == 0, told.stderr
    assert "What will hurt" in told.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["chances.csv", "firms.csv", "people.csv", "reports"]
    assert (folder / "reports" / "assessment-baseline.json").stat().st_mode & 0o077 == 0

    again = call("assess", str(folder), "--baseline")
    assert (again.returncode, "there is a baseline already" in again.stderr) == (2, True)

    _write(folder / "people.csv", _people()[:-1])
    found = Assessment.model_validate_json(call("assess", str(folder), "--json").stdout)
    assert found.since is not None
    assert not found.since.same
    changes = {(c.what, c.source, c.name): (c.was, c.now) for c in found.since.changes}
    assert changes["rows", "people", ""] == ("90", "89")
    assert [name for what, _, name in changes if what == "file"] == [
        f.path for f in found.files if f.path.endswith("people.csv")
    ]
    assert ("rows", "firms", "") not in changes

    (folder / "reports" / "assessment-baseline.json").write_text("{}", encoding="utf-8")
    broken = call("assess", str(folder), "--json")
    assert (broken.returncode, "is no baseline" in broken.stderr) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere.csv",), 2, "there is no nowhere.csv"),
        ((".",), 3, "can be assessed"),
        ((".", "--lang", "fr"), 2, "no words for the language"),
        ((".", "--env", "live"), 2, "--env names an environment"),
        ((".", "--json", "--baseline"), 2, "--json writes no file"),
    ],
)
def test_what_is_refused(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    told = call("assess", *arguments, folder=tmp_path)
    assert (told.returncode, said in told.stderr) == (code, True), told.stderr
