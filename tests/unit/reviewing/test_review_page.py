"""The page as a browser shows it: keys, memory, download and the way back; hostile text stays text."""

import json
import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pressing_keys import AVAILABLE, Page, browser
from reviewed import KISI, Company

from crm_migrate.errors import InputError, UsageError
from crm_migrate.reviewing.page import render
from crm_migrate.reviewing.questions import FORMAT, Pack
from crm_migrate.reviewing.taking import Taken, take

DAY = date(2025, 3, 14)
HOSTILE = "</script><script>document.title='OWNED'</script><img src=x onerror=\"document.title='OWNED'\">\u202e&amp;"
STYLE = Path(__file__).resolve().parents[3] / "crm_migrate" / "reviewing" / "templates" / "review.css"
needs_chromium = pytest.mark.skipif(not AVAILABLE, reason="needs chromium")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def pack(shared: Company) -> Pack:
    return shared.asked()


def _data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found
    return dict(json.loads(found[1]))


# ------------------------------------------------------------------------------------------------------ without one


def test_the_page_is_one_file_that_asks_for_nothing(pack: Pack) -> None:
    page = render(pack)
    assert page == render(pack)
    assert re.search(r"default-src &#39;none&#39;|default-src 'none'", page)
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page)
    assert not re.search(r"\son\w+\s*=", page.split('id="data"')[0])


def test_evidence_is_told_for_and_against(pack: Pack) -> None:
    (question,) = (q for q in _data(render(pack))["questions"] if "books:5" in {r["name"] for r in q["records"]})
    (pair,) = question["pairs"]
    assert ["for", "same phone: +905327654302"] in pair["said"]
    assert ["for", "last name the same but for accents, capitals or dots: İnan / Inan"] in pair["said"]
    assert ["against", "city differs: İzmir / Bursa"] in pair["said"]
    assert question["hangs"] == "deals 2, EUR 2,000,000.00, TRY 100.50"


def test_records_that_are_one_today_are_told(pack: Pack) -> None:
    told = [q["notes"] for q in _data(render(pack))["questions"] if q["notes"]]
    assert told == [["A and B are one today"]]


def test_a_household_is_told(pack: Pack) -> None:
    first = pack.questions[0].model_copy(update={"groups": (("household (Cad. 4)", (0, 1)),)})
    told = _data(render(pack.model_copy(update={"questions": (first,)})))["questions"][0]["notes"]
    assert told == ["A and B: household (Cad. 4)"]


def test_what_a_record_says_cannot_leave_its_place(tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.again(kisi=[row | {"first_name": HOSTILE} if row["key"] == "4" else row for row in KISI])
    page = render(company.asked())
    assert page.count("</script>") == 2 and "<img" not in page and "\u202e" not in page
    values = {c[0] for q in _data(page)["questions"] for f in q["fields"] for c in f["cells"]}
    assert HOSTILE.replace("\u202e", "⟨U+202E⟩") in values


@pytest.mark.parametrize("theme", range(3), ids=["light", "dark", "print"])
def test_ink_is_readable_on_its_paper(theme: int) -> None:
    """WCAG 2.2 AA: 4.5 to 1."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.S)
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]{6})", blocks[theme]))
    pairs = [(ink, paper) for ink in ("ink", "dim", "good", "bad", "some") for paper in ("paper", "panel")]
    pairs += [("ink", "differs"), ("ink", "nearly"), ("on-link", "link"), ("some", "some-soft")]

    def light(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05

    ratios = {(x, y): light(colours[x]) / light(colours[y]) for x, y in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if max(ratio, 1 / ratio) < 4.5} == {}


# --------------------------------------------------------------------------------------------------- decisions.json


def _document(asked: Pack, *decisions: Any, **around: Any) -> dict[str, Any]:
    facts = {"crm_migrate_review": FORMAT, "project": asked.project, "run": asked.run, "pack": asked.id, "who": "Ayşe"}
    return facts | {"decisions": list(decisions)} | around


def _answer(pack: Pack, record: str, decision: str = "merge", **more: Any) -> dict[str, Any]:
    question = next(q for q in pack.questions if record in q.names and q.kind != "merged")
    return {"question": question.id, "decision": decision, "evidence": question.evidence} | more


def tried(company: Company, document: Any, folder: Path) -> Taken:
    path = folder / "decisions.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return take(company.project, company.plan, company.run, path, today=DAY, dry_run=True)


def test_the_same_answers_as_in_a_workbook(shared: Company, pack: Pack, tmp_path: Path) -> None:
    keep, together = {"city": "B"}, {"A": "1", "B": "2", "C": "2"}
    document = _document(
        pack, _answer(pack, "kisi:4", keep=keep, why="seen"), _answer(pack, "kisi:6", together=together)
    )
    taken = tried(shared, document, tmp_path)
    assert (taken.merge, taken.untouched, taken.findings) == (2, 3, ())
    told = {(d.members, d.decision, d.who, d.why, d.survivor) for d in taken.decisions if "kisi:4" in d.members}
    assert told == {(("books:5", "kisi:4"), "merge", "Ayşe", "seen", (("city", "books:5"),))}
    assert sorted(d.decision for d in taken.decisions) == ["apart", "apart", "merge", "merge"]


@pytest.mark.parametrize(
    ("more", "place", "code"),
    [
        ({"decision": "yes"}, "decisions[0].decision", "review_word_unknown"),
        ({"decision": "", "why": "so"}, "decisions[0].decision", "review_undecided"),
        ({"evidence": "00"}, "decisions[0].evidence", "review_key_changed"),
        ({"question": "Q-1"}, "decisions[0].question", "review_key_changed"),
        ({"keep": {"city": "Z"}}, "decisions[0].keep.city", "review_keep_wrong"),
        ({"keep": {"consent": "A"}}, "decisions[0].keep.consent", "review_keep_wrong"),
        ({"keep": {"email": "B"}}, "decisions[0].keep.email", "review_keep_wrong"),
        ({"keep": {"street": "A", "city": "B"}}, "decisions[0].keep.city", "review_keep_wrong"),
        ({"together": {"Z": "1"}}, "decisions[0].together", "review_together_wrong"),
        ({"together": {"A": "1", "B": "9"}}, "decisions[0].together.B", "review_together_wrong"),
        ({"together": ["A"]}, "decisions[0]", "review_entry_invalid"),
        ({"surprise": "x"}, "decisions[0]", "review_entry_invalid"),
        ({"who": 5}, "decisions[0]", "review_entry_invalid"),
    ],
)
def test_an_illegal_entry_is_named_and_the_others_are_taken(
    more: dict[str, Any], place: str, code: str, shared: Company, pack: Pack, tmp_path: Path
) -> None:
    other = _answer(pack, "kisi:3", "apart")
    taken = tried(shared, _document(pack, _answer(pack, "kisi:4", **more), other, 7), tmp_path)
    assert (place, code) in {(str(f.place), f.code) for f in taken.findings}
    assert ("decisions[2]", "review_entry_invalid") in {(str(f.place), f.code) for f in taken.findings}
    assert {d.members for d in taken.decisions} == {("kisi:1", "kisi:3"), ("kisi:2", "kisi:3")}
    assert taken.merge + taken.apart + taken.later + taken.untouched + taken.refused == len(pack.questions)


def test_one_question_twice_and_nobody_who_decides(shared: Company, pack: Pack, tmp_path: Path) -> None:
    twice = tried(shared, _document(pack, _answer(pack, "kisi:4"), _answer(pack, "kisi:4", "apart")), tmp_path)
    assert [(str(f.place), f.code) for f in twice.findings] == [("decisions[1]", "review_row_twice")]
    assert twice.decisions == ()
    nobody = tried(shared, _document(pack, _answer(pack, "kisi:4"), who=" "), tmp_path)
    assert [(str(f.place), f.code) for f in nobody.findings] == [("decisions[0].who", "review_who_missing")]


@pytest.mark.parametrize(
    "around",
    [
        {"run": "00099-r"},
        {"pack": "0" * 16},
        {"pack": "../plan"},
        {"crm_migrate_review": 9},
        {"surprise": 1},
        {"run": 5},
    ],
)
def test_a_file_of_another_project_run_or_shape_is_refused(
    around: dict[str, Any], shared: Company, pack: Pack, tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        tried(shared, _document(pack, **around), tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"decision": "merge"', '"decision": "merge", "decision": "apart"', 'says "decision" twice'),
        ('"run"', '"who": "Kaan", "run"', 'says "who" twice'),
        ("]}", "]", "cannot be read as JSON"),
        ('"decisions"', '<<<<<<< HEAD\n"decisions"', "cannot be read as JSON"),
        ('"decisions"', '"decision"', "is no file of decisions: decisions"),
        ("ş", "\udcfe", "cannot be read as JSON"),
    ],
)
def test_a_file_that_was_damaged_or_merged_by_hand_is_refused(
    before: str, after: str, said: str, shared: Company, pack: Pack, tmp_path: Path
) -> None:
    path = tmp_path / "decisions.json"
    text = json.dumps(_document(pack, _answer(pack, "kisi:4")), ensure_ascii=False)
    assert before in text
    path.write_bytes(text.replace(before, after).encode("utf-8", "surrogateescape"))
    with pytest.raises((InputError, UsageError), match=said):
        take(shared.project, shared.plan, shared.run, path, today=DAY, dry_run=True)


# ------------------------------------------------------------------------------------------------------ in Chromium


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


def _opened(tab: Page, pack: Pack, folder: Path) -> str:
    """Open the page of a pack as somebody does who never saw it; returns its address."""
    page = folder / "review.html"
    page.write_text(render(pack), encoding="utf-8")
    tab.open(page.as_uri(), downloads=folder)
    tab.run("localStorage.clear()")
    tab.open(page.as_uri())
    return page.as_uri()


def _saved(folder: Path) -> Path:
    end = time.monotonic() + 20
    while not (path := folder / "decisions.json").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    return path


@needs_chromium
def test_keys_decide_and_the_download_acts_on_the_next_run(tab: Page, tmp_path: Path) -> None:
    company = Company(tmp_path)
    _opened(tab, company.asked(), tmp_path)
    assert tab.run("document.querySelectorAll('#queue button').length") == 3, "merges by rule are behind a filter"
    tab.press("m", "a", "u", "l")  # 4 + 5 are one; apart is taken back; 6 + 7 + 10 later
    tab.press("a")  # 1 + 2 and 3 are not
    count = tab.run("document.getElementById('count').textContent")
    assert count == "2 of 3 answered, 1 put off: that was all. Download the answers and send the file."
    tab.click("#save")
    assert tab.run("document.activeElement.id") == "who", "nobody decides without a name"
    assert tab.run("getComputedStyle(document.getElementById('nameless')).display") != "none", "and is told so"
    tab.write("Ayşe")
    assert tab.run("document.getElementById('nameless').hidden")
    tab.press("m")  # a letter of the name, no answer
    tab.click("#save")
    taken = take(company.project, company.plan, company.run, _saved(tmp_path), today=DAY)
    assert (taken.merge, taken.apart, taken.later, taken.findings) == (1, 1, 1, ())
    assert {d.who for d in taken.decisions} == {"Ayşem"}
    company.again()
    assert company.clusters() == {
        frozenset(x) for x in ({"kisi:1", "kisi:2"}, {"kisi:4", "books:5"}, {"kisi:8", "kisi:9"})
    }


@needs_chromium
def test_enter_leaves_the_name_and_caps_lock_changes_nothing(tab: Page, pack: Pack, tmp_path: Path) -> None:
    _opened(tab, pack, tmp_path)
    tab.click("#who")
    tab.write("Can")
    tab.press("Enter", "M")
    assert tab.run("document.getElementById('who').value") == "Can"
    assert tab.run("document.getElementById('count').textContent") == "1 of 3 answered"


@needs_chromium
def test_progress_is_remembered_per_pack_and_the_mouse_will_do(tab: Page, pack: Pack, tmp_path: Path) -> None:
    address = _opened(tab, pack, tmp_path)
    tab.click("#actions button.m")
    tab.click("#queue li:nth-child(3) button")
    tab.open(address)
    assert tab.run("document.getElementById('count').textContent") == "1 of 3 answered"
    assert tab.run("document.getElementById('title').textContent").startswith("Question 3:")
    other = pack.model_copy(update={"plan_hash": "another"})
    (tmp_path / "review.html").write_text(render(other), encoding="utf-8")
    tab.open(address)
    assert tab.run("document.getElementById('count').textContent") == "0 of 3 answered"


@needs_chromium
def test_help_opens_by_key_the_focus_is_visible_and_changes_are_said(tab: Page, pack: Pack, tmp_path: Path) -> None:
    _opened(tab, pack, tmp_path)
    tab.press("?")
    assert tab.run("document.getElementById('help').open")
    tab.press("m", "?")
    assert not tab.run("document.getElementById('help').open")
    tab.press("j")
    assert tab.run("document.activeElement.id") == "question"
    assert tab.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert tab.run("document.getElementById('status').textContent").startswith("Question 2, contacts, 3 records")
    assert tab.run("[...document.querySelectorAll('input, select')].every(x => x.labels?.length || x.ariaLabel)")


@needs_chromium
def test_no_script_of_data_runs_and_nothing_is_asked_from_the_network(tab: Page, tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.again(kisi=[row | {"first_name": HOSTILE, "city": HOSTILE} for row in KISI])
    tab.told.clear()
    _opened(tab, company.asked(), tmp_path)
    tab.press("j", "j", "k", "m")
    assert tab.run("document.title") != "OWNED" and tab.run("document.querySelectorAll('main img').length") == 0
    asked = {m["params"]["request"]["url"] for m in tab.told if m.get("method") == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith(("file:", "about:"))} == set()
    assert [m for m in tab.told if m.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")] == []


@needs_chromium
def test_two_thousand_questions_open_fast_and_answer_fast(tab: Page, pack: Pack, tmp_path: Path) -> None:
    many = [
        q.model_copy(update={"id": f"Q-{n:010x}"})
        for n, q in zip(range(2_000), list(pack.questions) * 400, strict=True)
    ]
    _opened(tab, pack.model_copy(update={"questions": tuple(many)}), tmp_path)
    assert tab.run("performance.getEntriesByType('navigation')[0].domComplete") < 8_000, "about 800 ms when it is quiet"
    tab.press(*"maljk" * 4)
    assert tab.run("document.getElementById('count').textContent") == "8 of 1,200 answered, 4 put off"
