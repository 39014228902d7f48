"""`match: learned` in the dedupe stage: it proposes, merges when asked to, and never overrules rules and people."""

import json
from pathlib import Path

import people_kit as kit
import pytest
import staged

from crm_migrate.mapping.plan import FeedPlan, LearnedPlan, MatchRulePlan, ObjectPlan, RefPlan, SamePlan, VetoPlan
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.workspace.layout import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def doubles(count: int = 40) -> set[tuple[str, str]]:
    return {(f"books:{n:04}", f"kisi:{n:04}") for n in range(count)}


def test_the_first_run_proposes_and_merges_nothing(run: Run) -> None:
    kit.deduped(run, kit.contacts(learned=kit.PROPOSE), *kit.crowd())
    assert kit.together(run) == set()
    found = kit.words(run)
    asked = {pair for pair, line in found.items() if line["outcome"] == "review"}
    assert len(asked & doubles()) >= 38
    assert {line["rule"] for line in found.values()} == {"learned"}
    assert {line["outcome"] for line in found.values()} <= {"review", "vetoed"}


def test_opted_in_it_merges_the_doubles_and_nobody_else(run: Run) -> None:
    kit.deduped(run, kit.contacts(learned=kit.MERGE), *kit.crowd())
    merged = kit.together(run)
    assert len(merged) >= 36
    assert all(len({member.split(":")[1] for member in members}) == 1 for members in merged)
    line = kit.words(run)[("books:0003", "kisi:0003")]
    assert (line["rule"], line["outcome"]) == ("learned", "merge")
    assert line["probability"] > 0.99
    assert "birth date" in line["why"]
    evidence = json.loads(line["evidence"])
    assert evidence["birth_date"][2] == 1.0
    assert len(evidence["last_name"]) == 3 and evidence["last_name"][0] != evidence["last_name"][1]
    (told,) = staged.read(run, "dedupe", "contacts", "learned").to_dicts()
    assert (told["mode"], told["limit"]) == ("merge", 0.001)
    assert told["merged_records"] >= 72
    assert 0 <= told["expected_wrong"] <= told["limit"] * told["merged_records"]


def test_a_stricter_limit_never_merges_more(run: Run, tmp_path: Path) -> None:
    other = staged.new_run(tmp_path / "strict")
    kit.deduped(run, kit.contacts(learned=LearnedPlan(do="merge", limit=0.1)), *kit.crowd())
    kit.deduped(other, kit.contacts(learned=LearnedPlan(do="merge", limit=1e-9)), *kit.crowd())
    strict = kit.together(other)
    assert len(strict) <= len(kit.together(run))
    assert all(any(members <= wide for wide in kit.together(run)) for members in strict)


def test_a_rule_apart_and_a_rules_veto_keep_the_model_out(run: Run) -> None:
    apart = MatchRulePlan(name="twins", same=(SamePlan(field="birth_date"), SamePlan(field="phone")), do="apart")
    kit.deduped(run, kit.contacts(apart, learned=kit.MERGE), *kit.crowd())
    found = kit.words(run)
    kept = {pair for pair, line in found.items() if line["rule"] == "twins"}
    assert len(kept) >= 20
    assert all(found[pair]["outcome"] == "apart" for pair in kept)
    assert not {frozenset(pair) for pair in kept} & kit.together(run)
    assert kit.together(run)  # the others were still merged


def test_unless_of_a_rule_vetoes_the_model(run: Run) -> None:
    rule = MatchRulePlan(
        name="same birthday", same=(SamePlan(field="birth_date"),), unless=(VetoPlan(field="email", kind="differs"),),
        do="merge",
    )  # fmt: skip
    kisi, books = kit.crowd()
    books[5] = {**books[5], "email": "somebody.else@firm5.example"}
    kit.deduped(run, kit.contacts(rule, learned=kit.MERGE), kisi, books)
    line = kit.words(run)[("books:0005", "kisi:0005")]
    assert (line["rule"], line["outcome"]) == ("same birthday", "vetoed")
    assert frozenset(("books:0005", "kisi:0005")) not in kit.together(run)


def test_a_rule_that_asks_is_not_answered_by_the_model(run: Run) -> None:
    rule = MatchRulePlan(name="ask", same=(SamePlan(field="birth_date"),), do="review")
    kit.deduped(run, kit.contacts(rule, learned=kit.MERGE), *kit.crowd())
    line = kit.words(run)[("books:0003", "kisi:0003")]
    assert (line["rule"], line["outcome"]) == ("ask", "review")
    assert frozenset(("books:0003", "kisi:0003")) not in kit.together(run)


def test_a_rule_merges_what_the_model_would_not(run: Run) -> None:
    rule = MatchRulePlan(name="same mailbox", same=(SamePlan(field="email"), SamePlan(field="first_name")), do="merge")
    kisi, books = kit.crowd()
    kisi.append({"key": "x", "first_name": "Ayşe", "last_name": "Aydın", "email": "a@home.example"})
    books.append({"key": "x", "first_name": "Ayşe", "last_name": "Polat", "email": "a@home.example"})
    kit.deduped(run, kit.contacts(rule, learned=kit.PROPOSE), kisi, books)
    assert frozenset(("books:x", "kisi:x")) in kit.together(run)


def test_a_person_who_says_apart_is_obeyed_and_one_who_says_merge_too(run: Run) -> None:
    run.decisions.mkdir(parents=True)
    (run.decisions / "duplicates.yaml").write_text(
        "duplicates:\n"
        '- {object: contacts, members: ["books:0003", "kisi:0003"], decision: apart, who: a, when: 2025, why: twins}\n'
        '- {object: contacts, members: ["kisi:0100", "kisi:0101"], decision: merge, who: a, when: 2025, why: wed}\n',
        encoding="utf-8",
    )
    kisi, books = kit.crowd()
    kisi[101]["birth_date"] = None
    kit.deduped(run, kit.contacts(learned=kit.MERGE), kisi, books)
    merged = kit.together(run)
    assert frozenset(("kisi:0100", "kisi:0101")) in merged
    assert not any({"books:0003", "kisi:0003"} <= members for members in merged)
    assert kit.words(run)[("books:0003", "kisi:0003")]["rule"] == "decision"


def test_two_birth_dates_are_two_people_however_alike_and_it_is_told(run: Run) -> None:
    kisi, books = kit.crowd()
    books[7] = {**kit.person(7), "key": "0007", "birth_date": "1991-01-02"}
    kit.deduped(run, kit.contacts(learned=kit.MERGE), kisi, books)
    line = kit.words(run)[("books:0007", "kisi:0007")]
    assert line["outcome"] in ("vetoed", "review")
    assert "birth" in line["why"]
    states = staged.read(run, "dedupe", "contacts", "clusters")["state"].unique().to_list()
    assert "held" not in states
    assert not any("kisi:0007" in members for members in kit.together(run))


def test_rows_in_another_order_give_the_same_tables(run: Run, tmp_path: Path) -> None:
    other = staged.new_run(tmp_path / "turned")
    kisi, books = kit.crowd()
    kit.deduped(run, kit.contacts(learned=kit.MERGE), kisi, books)
    kit.deduped(other, kit.contacts(learned=kit.MERGE), kisi[::-1], books[::-1])
    for table in ("pairs", "clusters", "merged", "learned", "groups", "findings"):
        assert staged.read(run, "dedupe", "contacts", table).equals(staged.read(other, "dedupe", "contacts", table))


def test_the_cluster_of_the_firm_is_evidence_about_its_people(run: Run) -> None:
    firms = ObjectPlan(
        name="accounts", entity="organisation", target="accounts", mergeable=True, feeds=(FeedPlan(source="kisi"),),
        match=(MatchRulePlan(name="tax", same=(SamePlan(field="tax_id"),), do="merge"),),
        fields=(staged.field("name", "company_name", "kisi"), staged.field("tax_id", "tax_id", "kisi")),
    )  # fmt: skip
    each = kit.contacts(learned=kit.PROPOSE)
    company = staged.reference("company", RefPlan(object="accounts", spaces={"kisi": "kisi"}), "kisi")
    each = each.model_copy(update={"fields": (*each.fields, company)})
    kisi, books = kit.crowd(60, 0)
    twin = {**kit.slipped(kit.person(7), 7), "email": None, "phone": None, "street": None, "birth_date": None}
    kisi.append({"key": "twin", **twin})
    for line in kisi:
        line["company"] = "f7a" if line["key"] == "0007" else "f7b" if line["key"] == "twin" else "f1"
    staged.mapped(
        run, firms, "kisi", {"key": "f7a", "name": "Zypern Teknik", "tax_id": "8240417736"},
        {"key": "f7b", "name": "ZT GmbH", "tax_id": "8240417736"},
        {"key": "f1", "name": "Ortak", "tax_id": "3390516028"},
    )  # fmt: skip
    staged.mapped(run, each, "kisi", *kisi)
    staged.mapped(run, each, "books", *books)
    plan = staged.plan(firms, each)
    link(plan, run)
    dedupe(plan, run)
    line = kit.words(run)[("kisi:0007", "kisi:twin")]
    assert line["outcome"] == "review"
    assert "company" in line["why"].split(";")[0]


def test_what_was_loaded_as_one_stays_one(run: Run, tmp_path: Path) -> None:
    import polars as pl

    from crm_migrate.workspace.crosswalk import replace_batches

    kisi, books = kit.crowd(60, 0)
    books = [{"key": "b", "first_name": "Nur", "last_name": "Başka"}]
    each = kit.contacts(learned=kit.MERGE)
    lines = pl.DataFrame({"__source": ["kisi", "books"], "__key": ["0007", "b"], "__entity": ["e1", "e1"]}).to_arrow()
    replace_batches(lines.schema, [lines], tmp_path / "crosswalk")
    kit.deduped(run, each, kisi, books, crosswalk=lambda _name: tmp_path / "crosswalk")
    assert frozenset(("kisi:0007", "books:b")) in kit.together(run)
    assert kit.words(run)[("books:b", "kisi:0007")]["rule"] == "earlier load"


def test_nothing_to_compare_is_told(run: Run) -> None:
    each = kit.contacts(learned=kit.MERGE)
    kit.deduped(run, each, [{"key": "1"}, {"key": "2"}], [])
    assert staged.read(run, "dedupe", "contacts", "findings")["code"].to_list() == ["learned_nothing"]


def test_a_household_is_a_group_and_no_record_is_merged_for_it(run: Run) -> None:
    kisi, books = kit.crowd(80, 20)
    home = {"last_name": "Karagözoğlu", "phone": "+90 555 7777777", "street": "Çınar 7", "city": "Bursa"}
    for at, (given, born) in enumerate((("Murat", "1961-03-01"), ("Sevgi", "1964-07-12"), ("Kerem", "1990-01-30"))):
        kisi.append({"key": f"home{at}", "first_name": given, "birth_date": born, **home})
    kit.deduped(run, kit.contacts(learned=kit.MERGE), kisi, books)
    assert not any(member.startswith("kisi:home") for members in kit.together(run) for member in members)
    groups = staged.read(run, "dedupe", "contacts", "groups")
    names = {row["__node"]: row["__key"] for row in staged.read(run, "link", "contacts", "nodes").to_dicts()}
    members = {names[node] for node in groups["__node"]}
    assert {"home0", "home1", "home2"} <= members
