"""One answer for many pairs: asked with a sample, taken when that was looked at, and never over a person or a veto."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from filled import DAY
from openpyxl.utils import get_column_letter
from reviewed import MAIL, Company

from crm_migrate.mapping.plan import MatchRulePlan, SamePlan, VetoPlan
from crm_migrate.reviewing.layout import HEAD_ROW, sheets
from crm_migrate.reviewing.patterns import LEAST, RANDOM, reach_of
from crm_migrate.reviewing.questions import FORMAT, Pack, Question
from crm_migrate.reviewing.taking import Taken, take
from crm_migrate.reviewing.workbook import render
from crm_migrate.workspace.decisions import DuplicateDecision, write_duplicate
from crm_migrate.workspace.patterns import read_patterns

OTHER_DAY = VetoPlan(field="birth_date", kind="differs")
PHONE = MatchRulePlan(name="same phone", same=(SamePlan(field="phone"),), unless=(OTHER_DAY,), do="review")
PAIRS = 14
KISI = [
    {"key": f"{n}", "first_name": "Ada", "last_name": f"Öz{n}", "phone": f"+90555010{n:04}", "birth_date": "1971-05-05"}
    for n in range(PAIRS)
]
# The last one was born on another day: a contradiction.
BOOKS = [
    {"key": f"{n}", "first_name": "A.", "last_name": f"Oz{n}", "phone": f"+90555010{n:04}",
     "birth_date": "1990-02-02" if n == PAIRS - 1 else None}
    for n in range(PAIRS)
]  # fmt: skip
DEALS = [{"key": "D1", "name": "Pres", "amount": "2000000", "currency": "EUR", "person": "7"}]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(tmp_path, MAIL, PHONE)
    again(made)
    return made


def again(company: Company) -> None:
    company.again(kisi=KISI, books=BOOKS, deals=DEALS)


def pattern_of(pack: Pack) -> Question:
    (found,) = (q for q in pack.questions if q.kind == "pattern")
    return found


def said(pack: Pack, word: str, *examples: str, apart: str = "") -> dict[str, Any]:
    """decisions.json: the answer to the pattern, and to these examples; `apart` of them is apart."""
    asked = {q.id: q for q in pack.questions}
    answers = [{"question": name, "decision": "apart" if name == apart else "merge"} for name in examples]
    answers += [{"question": pattern_of(pack).id, "decision": word}]
    decisions = [{**each, "evidence": asked[each["question"]].evidence} for each in answers]
    return {
        "crm_migrate_review": FORMAT, "project": pack.project, "run": pack.run, "pack": pack.id, "who": "Ayşe",
        "decisions": decisions,
    }  # fmt: skip


def taken(company: Company, document: dict[str, Any]) -> Taken:
    file = company.project.folder / "decisions.json"
    file.write_text(json.dumps(document), "utf-8")
    return take(company.project, company.plan, company.run, file, today=DAY)


def test_pairs_of_one_pattern_are_one_question_with_the_weightiest_and_random_ones_to_look_at(company: Company) -> None:
    pack = company.asked()
    question = pattern_of(pack)
    assert question.pattern is not None and question.pattern.pairs == PAIRS - 1
    assert (question.pattern.pattern, question.pattern.expected) == ("same phone", (PAIRS - 1) / 2)
    assert len(question.pattern.random) == 2 and set(question.pattern.random) <= set(question.pattern.sample)
    examples = [q for q in pack.questions if q.id in question.pattern.sample]
    assert "kisi:7" in examples[0].names, "on which money hangs"
    assert [q for q in pack.questions if q.kind == "review"] == examples, "no other pair is asked by itself"
    assert pack.questions[0] == question and company.asked() == pack
    assert pack.reach is not None and pack.reach.answers == 1 + len(examples)


def test_a_merge_of_all_is_taken_when_the_sample_was_looked_at_and_goes_behind_people_and_contradictions(
    company: Company,
) -> None:
    twins = ("books:3", "kisi:3")
    apart = DuplicateDecision("contacts", twins, "apart", "a", "2025-03-14", "b")
    assert write_duplicate(company.project.decisions, apart) == []
    again(company)
    pack = company.asked()
    question = pattern_of(pack)
    assert question.pattern is not None
    done = taken(company, said(pack, "merge", *question.pattern.sample))
    assert not done.findings and done.merge == 1 + len(question.pattern.sample)
    (decision,), findings = read_patterns(company.project.decisions)
    assert not findings and (decision.who, decision.decision, decision.when) == ("Ayşe", "merge", DAY.isoformat())
    again(company)
    clusters = company.clusters()
    together = {frozenset((f"kisi:{n}", f"books:{n}")) for n in range(PAIRS)}
    assert clusters == together - {frozenset(twins), frozenset((f"kisi:{PAIRS - 1}", f"books:{PAIRS - 1}"))}
    assert not [q for q in company.asked().questions if q.kind == "pattern"]
    assert taken(company, said(pack, "merge", *question.pattern.sample)).new == 0


def test_a_merge_of_all_without_the_sample_or_against_it_is_refused_by_name(company: Company) -> None:
    pack = company.asked()
    question = pattern_of(pack)
    assert question.pattern is not None
    sample = question.pattern.sample
    unseen = taken(company, said(pack, "merge", *sample[1:]))
    assert [f.code for f in unseen.findings] == ["review_pattern_unseen"]
    assert f"1 of its {len(sample)} examples have no answer" in unseen.findings[0].message
    against = taken(company, said(pack, "merge", *sample, apart=question.pattern.random[0]))
    assert [f.code for f in against.findings] == ["review_pattern_against"]
    assert read_patterns(company.project.decisions) == ([], [])
    assert taken(company, said(pack, "apart")).findings == ()
    again(company)
    assert not [q for q in company.asked().questions if q.kind in ("pattern", "review")]


def test_under_another_rule_an_answer_is_stale_and_the_pairs_are_asked_again(company: Company) -> None:
    import staged

    pack = company.asked()
    assert not taken(company, said(pack, "apart")).findings
    people = company.plan.objects[1]
    other = PHONE.model_copy(update={"unless": ()})
    objects = list(company.plan.objects)
    objects[1] = people.model_copy(update={"match": (people.match[0], other)})
    company.plan = company.plan.model_copy(update={"objects": tuple(objects)})
    again(company)
    assert "pattern_stale" in staged.read(company.run, "dedupe", "contacts", "findings")["code"].to_list()
    assert pattern_of(company.asked()).id == pattern_of(pack).id, "asked again"
    stale = taken(company, said(pack, "apart"))
    assert [f.code for f in stale.findings] == ["decision_stale"]


def test_a_pattern_goes_through_a_workbook_like_a_single_question(company: Company) -> None:
    pack = company.asked()
    question = pattern_of(pack)
    assert question.pattern is not None
    book = openpyxl.load_workbook(io.BytesIO(render(pack)))
    (sheet,) = sheets(pack)
    page = book[sheet.title]
    decision = get_column_letter([cell.value for cell in page[HEAD_ROW]].index("Decision") + 1)
    for row, line in enumerate(sheet.lines, HEAD_ROW + 1):
        if line.label == "?" and line.question.id in (question.id, *question.pattern.sample):
            page[f"{decision}{row}"] = "merge"
    book[book.sheetnames[0]]["B4"] = "Ayşe"
    path = company.project.folder / "r.xlsx"
    book.save(path)
    done = take(company.project, company.plan, company.run, path, today=DAY)
    assert not done.findings and [each.decision for each in done.patterns] == ["merge"]
    start = [str(cell.value) for row in book[book.sheetnames[0]].iter_rows() for cell in row]
    assert any("answers settle 90 % of" in text for text in start)


def test_how_far_the_first_answers_reach() -> None:
    found = reach_of([(5, 80.0), (1, 1.0), (1, 9.0), (1, 10.0)])
    assert found is not None and (found.answers, found.expected) == (7, 100.0)
    assert reach_of([]) is None and reach_of([(1, 0.0)]) is None
    assert LEAST > 4 and RANDOM == 10
