"""`case:` and what it writes: branches without bound values, words that are fields, values that cannot be compared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import staged

from crm_migrate.finding import Severity
from crm_migrate.mapping.plan import CasePlan, FeedPlan, FieldPlan, MoneyPlan, ObjectPlan
from crm_migrate.mapping.resolving import examine
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Project

GIVEN, FAMILY = staged.field("given", "given_name", "a", let=True), staged.field("family", "family_name", "a", let=True)
LINES = [{"key": "1", "given": "Ann", "family": "Lee"}, {"key": "2", "given": "Sukarno"}]


def completed(folder: Path, lines: list[dict[str, Any]], *fields: FieldPlan, **options: Any) -> list[dict[str, Any]]:
    run = staged.new_run(folder)
    each = ObjectPlan(name="people", entity="thing", target="p", feeds=(FeedPlan(source="a"),), fields=fields)
    staged.mapped(run, each, "a", *lines)
    plan = staged.plan(each, **options)
    for stage in (link, dedupe, complete):
        stage(plan, run)
    return staged.read(run, "complete", "people", "entities").to_dicts()


def branch(when: str | None, then: str | None) -> CasePlan:
    return CasePlan(when=when, then=then)


@pytest.mark.parametrize(
    ("branches", "wanted"),
    [
        ([("family", "= family"), (None, "= given")], ["Lee", "Sukarno"]),
        ([("family", "= concat(family, '!')"), (None, "= concat(given, '?')")], ["Lee!", "Sukarno?"]),
        ([("family", "has"), (None, "none")], ["has", "none"]),
        ([("family", "= family"), ("given", "= given"), (None, "x")], ["Lee", "Sukarno"]),
        ([("not family", None), ("family != 'X'", "= given")], ["Ann", None]),
        ([(None, "= given")], ["Ann", "Sukarno"]),
        ([("family", "= family")], ["Lee", None]),
    ],
)
def test_the_first_branch_that_holds_writes(
    tmp_path: Path, branches: list[tuple[str | None, str | None]], wanted: list[str | None]
) -> None:
    field = staged.field("last", "text", case=tuple(branch(*b) for b in branches))
    assert [e["last"] for e in completed(tmp_path, LINES, GIVEN, FAMILY, field)] == wanted


def test_what_cannot_be_compared_takes_no_branch_in_silence(tmp_path: Path) -> None:
    size = staged.field("size", "number", "a")
    cases = (branch("family", "known"), branch("size > 5", "large"), branch(None, "= size * 2"))
    field = staged.field("kind", "text", case=cases)
    lines = [
        {"key": str(n), "family": f, "size": s}
        for n, (f, s) in enumerate([("L", "huge"), (None, "huge"), (None, "7"), (None, "2")])
    ]
    found = completed(tmp_path, lines, FAMILY, size, field)
    assert [(e["__state"], e["__code"], e["__field"]) for e in found] == [
        ("ready", None, None), ("held", "not_comparable", "kind"), ("ready", None, None), ("ready", None, None),
    ]  # fmt: skip
    assert [e["kind"] for e in found if e["__state"] == "ready"] == ["known", "large", "4"]


@pytest.mark.parametrize(
    ("starts", "wanted"),
    [
        ("01-01", {"2025-03-31": ("2025-Q1", "2025"), "2025-12-31": ("2025-Q4", "2025")}),
        ("04-01", {"2025-03-31": ("2024/25-Q4", "2024/25"), "2025-04-01": ("2025/26-Q1", "2025/26")}),
        ("10-06", {"2025-10-05": ("2024/25-Q4", "2024/25"), "2026-01-06": ("2025/26-Q2", "2025/26")}),
        ("12-28", {"1999-12-28": ("1999/00-Q1", "1999/00"), "2000-03-27": ("1999/00-Q1", "1999/00")}),
    ],
)
def test_quarters_and_years_count_from_the_first_day_of_the_fiscal_year(
    tmp_path: Path, starts: str, wanted: dict[str, tuple[str, str]]
) -> None:
    from crm_migrate.mapping.plan import CheckPlan

    checks = tuple(
        CheckPlan(
            id=f"{day}{part}", object="people", otherwise="hold",
            expression=f"close_date != {day} or close_{part} = '{text}'",
        )
        for day, texts in wanted.items()
        for part, text in zip(("quarter", "year"), texts, strict=True)
    )  # fmt: skip
    lines = [{"key": day, "close_date": day} for day in wanted]
    found = completed(
        tmp_path, lines, staged.field("close_date", "date", "a"), checks=checks, fiscal_year_starts=starts
    )
    assert [(e["__state"], e["__rule"]) for e in found] == [("ready", None)] * len(wanted)


def test_a_rate_of_many_decimals_is_exact(tmp_path: Path) -> None:
    fields = (staged.field("amount", "money", "a"), staged.field("currency", "currency", "a"))
    money = MoneyPlan(report_in="EUR", rates=(("IDR", "2025-01-01", "0.0000567890123"),))
    lines = [{"key": "1", "amount": "1000000000", "currency": "IDR"}]
    assert completed(tmp_path, lines, *fields, money=money)[0]["amount_in_report_currency"] == "56789.01"


# ------------------------------------------------------------------------------------------------- at `mapping check`

SMALL = """crm_migrate: 1
sources:
  a: {{file: a.csv, key: id}}
environments:
  mock: {{connector: sql, url: "sqlite:///crm.db"}}
objects:
  contacts:
    from: a
    let: {{family: {{type: family_name, a: f}}}}
    fields:
      last_name: Last
      {line}
"""

Told = Callable[[str], list[tuple[str, int, Severity]]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    def told(line: str) -> list[tuple[str, int, Severity]]:
        (tmp_path / "crm-migrate.yaml").write_text(SMALL.format(line=line), "utf-8")
        _, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
        return [(f.code, f.place.line, f.severity) for f in findings]

    return told


@pytest.mark.parametrize(
    "line",
    [
        "title: {case: [{when: family, then: family}, {else: none}]}",
        "title: {case: [{when: family, then: x}, {else: family}]}",
        "title: {constant: family}",
        "title: {a: T, default: family}",
    ],
)
def test_a_word_that_is_a_field_is_told(told: Told, line: str) -> None:
    assert told(line) == [("literal_is_field", 12, Severity.WARNING)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("title: {case: [{when: family, then: = familly}]}", "field_unknown"),
        ("title: {case: [{when: family, then: = is_open}]}", "field_unknown"),
        ("title: {case: [{when: family, then: = concat(}]}", "mapping_unclosed"),
        ("title: {case: [{when: family, then: '= a[f]'}]}", "mapping_not_supported"),
        ("reports_to: {ref: contacts, constant: '1'}", "field_conflict"),
        ("reports_to: {ref: contacts, a: R, default: '1'}", "field_conflict"),
    ],
)
def test_what_a_branch_writes_is_checked(told: Told, line: str, code: str) -> None:
    found = told(line)
    assert code in [c for c, _, _ in found] and {at for _, at, _ in found} == {12}


def test_a_derived_field_that_nothing_derives_is_unknown(tmp_path: Path) -> None:
    for name, good in (("close_quarter", True), ("is_lost", True), ("amount_in_report_currency", False)):
        text = (
            SMALL.format(line="title: T")
            + f"""  deals:
    from: a
    fields: {{name: N, stage: S, close_date: C, amount: A, currency: B}}
checks: [{{id: C1, object: deals, assert: {name}}}]
"""
        )
        (tmp_path / "crm-migrate.yaml").write_text(text, "utf-8")
        plan, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
        assert (plan is not None) is good, findings
