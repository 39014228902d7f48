"""Amount bridges, each term by its smallest example: what a bridge says, and what it must not explain."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from few_deals import Cells, Deal, Row, bridged, deal, plan

from crm_migrate.mapping.plan import CasePlan, MoneyPlan
from crm_migrate.workspace.figures import Bridge

EURO = MoneyPlan(
    report_in="EUR",
    rate_on="day",
    rates=(("TRY", "2025-01-01", "0.025"), ("TRY", "2025-06-01", "0.02"), ("USD", "2025-06-01", "0.9")),
)
Told = tuple[str, int, str, int, str, int]  # source and its lines, target and its lines, unexplained, unreadable


def told(bridge: Bridge) -> Told:
    """What a bridge says beside its terms."""
    totals = (bridge.source_total, bridge.source_lines, bridge.target_total, bridge.target_lines)
    return (*totals, bridge.unexplained, bridge.unreadable)


def terms(bridge: Bridge) -> dict[str, tuple[str, int, int]]:
    """Name -> amount, lines, and what the number of lines changes by."""
    return {term.name: (term.amount, term.lines, term.change) for term in bridge.terms}


def only(found: list[Bridge]) -> Bridge:
    (bridge,) = found
    assert bridge.adds_up
    assert lines_add_up(bridge)
    return bridge


def lines_add_up(bridge: Bridge) -> bool:
    """Where nothing is unexplained: the lines of the source, what terms change of them, less the unreadable ones."""
    change = sum(term.change for term in bridge.terms) - bridge.unreadable - bridge.unrated
    return bridge.unexplained != "0.00" or bridge.source_lines + change == bridge.target_lines


def test_what_arrives_as_it_was_exported_needs_no_explanation(tmp_path: Path) -> None:
    found = bridged(tmp_path, deal("100.50"), deal("-20"), deal("7", "TRY"), deal("1", None), deal(None), deal(""))

    assert {b.currency: told(b) for b in found.bridges} == {
        "": ("1.00", 1, "1.00", 1, "0.00", 0),
        "EUR": ("80.50", 2, "80.50", 2, "0.00", 0),
        "TRY": ("7.00", 1, "7.00", 1, "0.00", 0),
    }
    assert [(b.object, b.measure, b.currency, b.terms) for b in found.bridges] == [
        ("deals", "amount", unit, ()) for unit in ("", "EUR", "TRY")
    ]
    assert (found.left_out, found.converted, found.told) == ({}, [], [])


def test_what_is_left_out_is_a_term_per_state_with_its_reasons_and_largest_amounts(tmp_path: Path) -> None:
    aside = [
        Row("1", aside=("absent", "no_such_object", "")),
        Row("20", aside=("excluded", "excluded_rule", "D-1")),
        Row("3", aside=("held", "not_a_day", ""), key=None),
        Row("-40", aside=("held", "not_a_day", "")),
        Row("5", aside=("held", "another", "")),
        Row("6", aside=("held", "again", "")),
        Row("7", "TRY", aside=("held", "not_a_day", "")),
        Row(None, aside=("held", "without", "")),
    ]
    failed = deal("60", outcome="rejected", there=None)

    found = bridged(tmp_path, deal("5", state=("rejected", "check_failed")), failed, deal("1000"), rows=aside)

    lira, euro = sorted(found.bridges, key=lambda b: b.currency, reverse=True)
    assert terms(euro) == {
        "absent": ("-1.00", 1, -1),
        "excluded": ("-20.00", 1, -1),
        "held": ("26.00", 4, -4),
        "rejected": ("-5.00", 1, -1),
        "failed": ("-60.00", 1, -1),
    }
    assert [term.name for term in euro.terms] == ["absent", "excluded", "held", "rejected", "failed"]
    assert told(euro) == ("1060.00", 9, "1000.00", 1, "0.00", 0)
    assert euro.adds_up
    held = euro.terms[2]
    assert held.reasons == (("not_a_day", 2, "37.00"), ("again", 1, "-6.00"), ("another", 1, "-5.00"))
    assert [(e.record, e.source, e.personal) for e in held.examples] == [
        ("sheet:6", "-40.00", False),
        ("sheet:8", "6.00", False),
        ("sheet:7", "5.00", False),
        ("sheet:5", "3.00", False),
    ]
    assert terms(lira) == {"held": ("-7.00", 1, -1)}
    assert [e.record for e in lira.terms[0].examples] == ["sheet:9"]


def test_a_row_that_no_stage_speaks_of_explains_nothing(tmp_path: Path) -> None:
    lost = Row("30", aside=(None, "", ""))  # type: ignore[arg-type]

    bridge = bridged(tmp_path, deal("1"), rows=[lost]).bridges[0]

    assert told(bridge) == ("31.00", 2, "1.00", 1, "-30.00", 0)
    assert bridge.terms == ()


@pytest.mark.parametrize("text", ["many", "1.2345678901", "1e5", "1,5", "12345678901234567890123456789"])
def test_what_is_no_exact_amount_has_a_line_and_blocks(tmp_path: Path, text: str) -> None:
    bridge = only(bridged(tmp_path, deal("1"), deal(text, there=("2", "EUR", None))).bridges)

    assert told(bridge) == ("1.00", 2, "3.00", 2, "2.00", 1)


@pytest.mark.parametrize("text", ["0.123456789", "1.10000000000000", "+5", "-0.5", "1234567890123456789012345678"])
def test_what_fits_a_sum_is_exact(tmp_path: Path, text: str) -> None:
    bridge = only(bridged(tmp_path, deal(text)).bridges)

    assert Decimal(bridge.source_total) == Decimal(bridge.target_total) == Decimal(text)


def test_what_the_target_holds_and_is_no_amount_blocks_as_well(tmp_path: Path) -> None:
    bridge = only(bridged(tmp_path, deal("1", there=("one", "EUR", None)), deal("x", there=None)).bridges)

    assert told(bridge) == ("1.00", 2, "0.00", 0, "-1.00", 2)


def test_what_cannot_be_read_on_both_sides_is_one_line(tmp_path: Path) -> None:
    bridge = only(bridged(tmp_path, deal("1"), deal("many")).bridges)

    assert told(bridge) == ("1.00", 2, "1.00", 1, "0.00", 1)


def test_a_cell_that_the_mapping_cleared_is_a_text_that_is_no_amount(tmp_path: Path) -> None:
    cleared = Deal((Row("fünf", cleared=True),), said=(None, "EUR", "2025-05-02"))

    bridge = only(bridged(tmp_path, deal("1"), cleared).bridges)

    assert told(bridge) == ("1.00", 2, "1.00", 1, "0.00", 1)
    assert not any(terms(bridge))


# ------------------------------------------------------------------------------------------------------ corrections


def test_what_a_person_corrected_is_a_term_beside_what_the_export_says(tmp_path: Path) -> None:
    amount = Deal((Row("150", was=(("Amount", "100"),)),))
    into, out_of = Deal((Row("7", was=(("Currency", "TRY"),)),)), Deal((Row("5", "TRY", was=(("Amount", "5x"),)),))
    same = Deal((Row("3", was=(("Day", "2024-05-02"),)),))

    found = bridged(tmp_path, deal("1"), amount, into, out_of, same)

    euro, lira = found.bridges
    assert told(euro) == ("104.00", 3, "161.00", 4, "0.00", 0)
    assert terms(euro) == {"corrected": ("57.00", 2, 1)}
    assert told(lira) == ("7.00", 2, "5.00", 1, "0.00", 0)
    assert terms(lira) == {"corrected": ("-2.00", 2, -1)}
    assert euro.adds_up and lines_add_up(euro) and lines_add_up(lira)


def test_a_corrected_row_that_did_not_arrive_is_as_it_was_exported(tmp_path: Path) -> None:
    held = Row("150", was=(("Amount", "100"),), aside=("held", "not_a_day", ""))

    bridge = only(bridged(tmp_path, deal("1"), rows=[held]).bridges)

    assert terms(bridge) == {"held": ("-100.00", 1, -1)}


@pytest.mark.parametrize(("was", "change"), [("", 1), ("4x", 0), ("4", 0)])
def test_a_corrected_amount_that_cannot_be_read_blocks(tmp_path: Path, was: str, change: int) -> None:
    cleared = Deal((Row("5x", was=(("Amount", was),), cleared=True),), said=(None, "EUR", None))

    bridge = only(bridged(tmp_path, deal("1"), cleared).bridges)

    assert (bridge.unreadable, sum(term.change for term in bridge.terms)) == (1, change)
    assert bridge.source_lines == 2 - change


def test_a_corrected_amount_that_cannot_be_read_and_did_not_arrive_is_as_it_was_exported(tmp_path: Path) -> None:
    held = Row("5x", was=(("Amount", ""),), cleared=True, aside=("held", "not_a_number", ""))

    bridge = only(bridged(tmp_path, deal("1"), rows=[held]).bridges)

    assert told(bridge) == ("1.00", 1, "1.00", 1, "0.00", 0)


@pytest.mark.parametrize(("was", "amount"), [("100", "-100.00"), ("5x", "0.00")])
def test_a_correction_empties_a_cell(tmp_path: Path, was: str, amount: str) -> None:
    bridge = only(bridged(tmp_path, Deal((Row(None, was=(("Amount", was),)),)), deal("1")).bridges)

    assert (bridge.source_lines, bridge.target_lines, bridge.unreadable) == (2, 1, 0)
    assert terms(bridge) == {"corrected": (amount, 1, -1)}


# -------------------------------------------------------------------------------------------------- rows and records


def test_rows_that_are_one_record_have_its_amount_once(tmp_path: Path) -> None:
    folded = Deal((Row("10"), Row("10"), Row("4")))
    merged = Deal((Row("100"), Row("100", source="crm"), Row("30", "TRY", source="crm")))

    found = bridged(tmp_path, folded, merged, deal("1"), deal("1"))

    euro, lira = found.bridges
    assert terms(euro) == {"duplicates": ("-114.00", 3, -3)}
    assert told(euro) == ("226.00", 7, "112.00", 4, "0.00", 0)
    assert terms(lira) == {"duplicates": ("-30.00", 1, -1)}
    assert euro.adds_up and lira.adds_up


def test_an_amount_that_a_record_lost_on_its_way_is_no_duplicate(tmp_path: Path) -> None:
    bridge = only(bridged(tmp_path, Deal((Row("10"),), said=("9", "EUR", "2025-05-02"))).bridges)

    assert (bridge.terms, bridge.unexplained) == ((), "-1.00")


BY_RULE = Deal((Row(None),), said=("5", "EUR", "2025-05-02"))


@pytest.mark.parametrize("words", [{"default_from": "company.size"}, {"case": (CasePlan(when=None, then="5"),)}])
def test_an_amount_that_a_rule_sets_is_a_term(tmp_path: Path, words: dict[str, Any]) -> None:
    bridge = only(bridged(tmp_path, deal("1"), BY_RULE, following=plan(**words)).bridges)

    assert terms(bridge) == {"set by rule": ("5.00", 1, 1)}
    assert told(bridge) == ("1.00", 1, "6.00", 2, "0.00", 0)


def test_a_currency_that_only_records_have_is_missed_where_the_target_lost_them(tmp_path: Path) -> None:
    lost = Deal((Row(None),), said=("5", "TRY", None), there=None)

    euro, lira = bridged(tmp_path, deal("1"), lost, following=plan(default_from="company.size")).bridges

    assert (euro.currency, euro.unexplained, lira.currency, lira.unexplained) == ("EUR", "0.00", "TRY", "-5.00")


@pytest.mark.parametrize("word", ["constant", "default"])
def test_an_amount_that_no_source_has_is_set_by_rule(tmp_path: Path, word: str) -> None:
    bridge = only(bridged(tmp_path, BY_RULE, following=plan(**{word: "5"}, cells={})).bridges)

    assert (terms(bridge), told(bridge)) == ({"set by rule": ("5.00", 1, 1)}, ("0.00", 0, "5.00", 1, "0.00", 0))


@pytest.mark.parametrize("word", ["constant", "default"])
def test_an_amount_that_the_mapping_says_of_every_row_is_one_of_the_source(tmp_path: Path, word: str) -> None:
    bridge = only(bridged(tmp_path, BY_RULE, following=plan(**{word: "5"})).bridges)

    assert (terms(bridge), told(bridge)) == ({}, ("5.00", 1, "5.00", 1, "0.00", 0))


def test_an_amount_that_nobody_set_is_unexplained(tmp_path: Path) -> None:
    bridge = only(bridged(tmp_path, deal("1"), Deal((Row(None),), said=("5", "EUR", None))).bridges)

    assert (bridge.terms, bridge.unexplained) == ((), "5.00")


def test_rows_that_enrich_are_no_lines_of_their_own(tmp_path: Path) -> None:
    bridge = only(bridged(tmp_path, deal("1"), rows=[Row("50", source="more")]).bridges)

    assert (bridge.terms, told(bridge)) == ((), ("1.00", 1, "1.00", 1, "0.00", 0))


def test_a_source_without_the_column_has_no_lines(tmp_path: Path) -> None:
    following = plan(cells={"crm": plan().object("deals").field("amount").cells["crm"]})

    bridge = only(bridged(tmp_path, deal("1"), rows=[Row("9", source="crm")], following=following).bridges)

    assert (bridge.source_total, bridge.source_lines, bridge.target_total) == ("9.00", 1, "1.00")


# -------------------------------------------------------------------------------------------------------- the target


def existing(cells: Cells, amount: str | None = "10") -> Deal:
    """A record that the target had before us, of which it keeps its own amount."""
    return deal(amount, action="update", code="existing", planned=cells)


def test_what_the_target_had_before_us_and_keeps_is_a_term(tmp_path: Path) -> None:
    found = bridged(
        tmp_path, existing(("12", "EUR", None)), existing(("30", "TRY", None)), existing((None, "EUR", None)),
        existing(("10", "EUR", None)), existing(("4", "EUR", None), None),
    )  # fmt: skip

    euro, lira = found.bridges
    assert terms(euro) == {"kept in the target": ("-14.00", 4, -1)}
    assert told(euro) == ("40.00", 4, "26.00", 3, "0.00", 0)
    assert terms(lira) == {"kept in the target": ("30.00", 1, 1)}
    assert told(lira) == ("0.00", 0, "30.00", 1, "0.00", 0)
    assert euro.adds_up and lira.adds_up


def edited(amount: str | None, now: Cells, *fields: str, **more: Any) -> Deal:
    """A record of ours that this run did not write; a user had changed those fields before the plan read it."""
    return deal(amount, **{"action": "unchanged", "there": now, "read": now, "edits": fields or ("amount",), **more})


def test_what_users_edited_and_we_left_alone_is_a_term(tmp_path: Path) -> None:
    found = bridged(
        tmp_path, edited("10", ("12.5", "EUR", None)), edited("3", (None, "EUR", None)),
        edited("7", ("7", "TRY", None), "currency"), edited("70.25", ("70.3", "EUR", None)), deal("1"),
    )  # fmt: skip

    euro, lira = found.bridges
    assert terms(euro) == {"edited in the target": ("-7.45", 4, -2)}
    assert told(euro) == ("91.25", 5, "83.80", 3, "0.00", 0)
    assert terms(lira) == {"edited in the target": ("7.00", 1, 1)}
    assert told(lira) == ("0.00", 0, "7.00", 1, "0.00", 0)
    assert euro.adds_up and lines_add_up(euro) and lira.adds_up and lines_add_up(lira)


STOOD: Cells = ("12", "EUR", "2025-05-02")


@pytest.mark.parametrize(
    "other",
    [
        {"there": ("13", "EUR", "2025-05-02")},  # changed once more since the plan read it
        {"action": "create"},
        {"edits": ("day",)},  # another cell of the record
        {"read": None},
    ],
)
def test_an_edit_explains_no_amount_but_its_own(tmp_path: Path, other: dict[str, Any]) -> None:
    bridge = only(bridged(tmp_path, edited("10", STOOD, **other)).bridges)

    assert terms(bridge) == {}
    assert bridge.unexplained != "0.00"


def test_an_edit_explains_no_amount_that_this_load_wrote(tmp_path: Path) -> None:
    written, beside = (edited("10", STOOD, action="update", changed=(name,)) for name in ("amount", "day"))

    (first,), (second,) = (bridged(tmp_path / n, one).bridges for n, one in (("1", written), ("2", beside)))

    assert (terms(first), first.unexplained) == ({}, "2.00")
    assert (terms(second), second.unexplained) == ({"edited in the target": ("2.00", 1, 0)}, "0.00")


def test_an_edited_amount_explains_no_currency_that_was_lost(tmp_path: Path) -> None:
    now = ("12", "TRY", None)

    found = bridged(tmp_path, edited("10", now))

    assert {b.currency: (terms(b), b.unexplained) for b in found.bridges} == {
        "EUR": ({"edited in the target": ("2.00", 1, 0)}, "-12.00"),
        "TRY": ({}, "12.00"),
    }


def test_an_edited_day_is_an_edit_at_another_rate(tmp_path: Path) -> None:
    day = edited("1000", ("1000", "TRY", "2025-06-01"), "day", currency="TRY", day="2025-05-31")

    found = bridged(tmp_path, day, following=plan(EURO))

    assert terms(only(found.converted)) == {"edited in the target": ("-5.00", 1, 0)}
    assert (found.bridges[0].terms, found.bridges[0].unexplained) == ((), "0.00")


def emptied(there: Cells, planned: Cells, said: Cells = (None, "EUR", None), **more: Any) -> Deal:
    """A record of ours with less in the sources than was once sent, which the load keeps as it was sent."""
    kept: dict[str, Any] = {"action": "unchanged", "planned": planned, "there": there, "read": there}
    return deal(*said, **(kept | more))


def test_what_the_sources_have_no_more_and_the_target_keeps_is_a_term(tmp_path: Path) -> None:
    ten: Cells = ("10", "EUR", None)
    found = bridged(
        tmp_path, emptied(ten, ten), emptied(("7", "TRY", None), ("7", "TRY", None), ("7", None, None)),
        emptied(("12", "EUR", None), ten, edits=("amount",)), emptied((None, "EUR", None), ten),
        emptied(("5", "EUR", None), (None, "EUR", None)), deal("1"),
    )  # fmt: skip

    none, euro, lira = found.bridges
    assert terms(euro) == {
        "emptied in the source": ("10.00", 1, 1),
        "edited in the target": ("12.00", 1, 1),
        "kept in the target": ("5.00", 1, 1),
    }
    assert told(euro) == ("1.00", 1, "28.00", 4, "0.00", 0)
    assert (terms(none), terms(lira)) == (
        {"emptied in the source": ("-7.00", 1, -1)}, {"emptied in the source": ("7.00", 1, 1)},
    )  # fmt: skip
    assert all(each.adds_up and lines_add_up(each) and each.unexplained == "0.00" for each in found.bridges)


@pytest.mark.parametrize(
    "other",
    [
        {"read": ("13", "EUR", None)},  # changed since the plan read it
        {"action": "update", "changed": ("amount",)},  # this load was to empty it
        {"action": "create"},
        {"read": None},
    ],
)
def test_what_is_emptied_explains_no_amount_but_the_one_that_stood_there(tmp_path: Path, other: dict[str, Any]) -> None:
    ten: Cells = ("10", "EUR", None)

    bridge = only(bridged(tmp_path, emptied(ten, ten, **other), deal("1")).bridges)

    assert terms(bridge) == {}
    assert bridge.unexplained != "0.00"


def test_an_amount_that_is_kept_counts_at_the_rate_of_the_day_that_is_kept(tmp_path: Path) -> None:
    held: Cells = ("1000", "TRY", "2025-06-01")

    found = bridged(tmp_path, emptied(held, held, (None, "TRY", None)), following=plan(EURO))

    assert terms(only(found.converted)) == {"emptied in the source": ("20.00", 1, 1)}


def test_records_of_an_earlier_load_that_this_run_did_not_write_are_a_term(tmp_path: Path) -> None:
    amounts = [("5", "EUR"), ("6", "EUR"), ("7", "TRY"), (None, "EUR"), ("x", "USD")]
    earlier: list[Cells] = [(amount, unit, None) for amount, unit in amounts]

    found = bridged(tmp_path, deal("1"), before=earlier, strange=[("100", "EUR", None)])

    euro, lira, dollar = found.bridges
    assert terms(euro) == {"from before": ("11.00", 2, 2)}
    assert told(euro) == ("1.00", 1, "112.00", 4, "100.00", 0)
    assert terms(lira) == {"from before": ("7.00", 1, 1)}
    assert told(dollar) == ("0.00", 0, "0.00", 0, "0.00", 1)
    assert lines_add_up(lira) and lines_add_up(dollar)


def test_a_record_that_this_run_did_not_write_explains_what_stood_there_before_and_no_more(tmp_path: Path) -> None:
    earlier: list[Cells] = [("5", "EUR", None), ("7", "EUR", None)]

    euro, lira = bridged(tmp_path, before=earlier, now=[("50", "EUR", None), ("7", "TRY", None)]).bridges

    assert terms(euro) == {"from before": ("12.00", 2, 2)}
    assert (euro.target_total, euro.unexplained) == ("50.00", "38.00")
    assert (lira.target_total, lira.unexplained) == ("7.00", "7.00")


@pytest.mark.cases(3)
@pytest.mark.parametrize(
    ("ours", "theirs", "amount"),
    [
        ("70.25", "70.3", "0.05"),
        ("70.25", "70.2", "-0.05"),
        ("70.25", "71", "0.75"),  # up, as some do
        ("70.25", "70.30", "0.05"),  # a zero is no digit
        ("70.25", "71.25", None),  # as many decimals as ours
        ("70.25", "72", None),  # more than a unit off
        ("70.25", "70.1", None),
        ("70.20", "70.1", None),  # as many decimals, without the zero of ours
        ("70.5", "69.5", None),
        ("70", "71", None),
        ("70.5", "71.5", None),
    ],
)
def test_what_the_target_rounded_away_is_less_than_one_of_its_units(
    tmp_path: Path, ours: str, theirs: str, amount: str | None
) -> None:
    bridge = only(bridged(tmp_path, deal(ours, there=(theirs, "EUR", None)), deal("1")).bridges)

    assert terms(bridge) == ({"rounding": (amount, 1, 0)} if amount else {})
    assert (bridge.unexplained == "0.00") is (amount is not None)


def test_another_currency_in_the_target_is_no_rounding(tmp_path: Path) -> None:
    found = bridged(tmp_path, deal("70.25", there=("70.3", "TRY", None)))

    assert [(b.currency, b.unexplained, b.terms) for b in found.bridges] == [
        ("EUR", "-70.25", ()),
        ("TRY", "70.30", ()),
    ]


def test_a_target_that_has_no_amounts_has_none_of_ours(tmp_path: Path) -> None:
    bridge = only(bridged(tmp_path, deal("5"), without=["amount"]).bridges)

    assert told(bridge) == ("5.00", 1, "0.00", 0, "-5.00", 0)


def test_a_target_that_has_no_currencies_has_them_as_we_sent_them(tmp_path: Path) -> None:
    found = bridged(tmp_path, deal("5"), deal("7", "TRY"), before=[("2", None, None)], without=["currency"])

    assert {b.currency: (b.target_total, b.unexplained) for b in found.bridges} == {
        "": ("2.00", "0.00"),
        "EUR": ("5.00", "0.00"),
        "TRY": ("7.00", "0.00"),
    }


def test_an_object_without_currencies_has_one_bridge_and_none_in_that_of_the_report(tmp_path: Path) -> None:
    found = bridged(tmp_path, deal("5"), deal("7", "TRY"), following=plan(EURO, currency=False))

    assert told(only(found.bridges)) == ("12.00", 2, "12.00", 2, "0.00", 0)
    assert (found.bridges[0].currency, found.converted, found.left_converted) == ("", [], {})


def test_a_currency_that_the_target_does_not_get_is_ours(tmp_path: Path) -> None:
    following = plan()
    deals = following.object("deals")
    fields = tuple(f.model_copy(update={"target": None}) if f.name == "currency" else f for f in deals.fields)
    following = following.model_copy(update={"objects": (deals.model_copy(update={"fields": fields}),)})

    found = bridged(tmp_path, deal("5"), deal("7", "TRY"), following=following, without=["currency"])

    assert {b.currency: (b.terms, b.unexplained) for b in found.bridges} == {"EUR": ((), "0.00"), "TRY": ((), "0.00")}


# --------------------------------------------------------------------------------------- in the currency of the report


def test_all_currencies_are_one_bridge_at_the_rate_of_each_day(tmp_path: Path) -> None:
    found = bridged(
        tmp_path, deal("1.005"), deal("1000", "TRY", "2025-05-31"), deal("1000", "TRY", "2025-06-01"),
        deal("10", "USD", "2026-01-01"), following=plan(EURO),
    )  # fmt: skip

    assert told(only(found.converted)) == ("55.01", 4, "55.01", 4, "0.00", 0)  # 1.01 + 25 + 20 + 9
    assert (found.converted[0].currency, found.converted[0].measure) == ("EUR", "amount")
    assert [b.currency for b in found.bridges] == ["EUR", "TRY", "USD"]


def test_without_a_currency_of_the_report_there_is_no_such_bridge(tmp_path: Path) -> None:
    found = bridged(tmp_path, deal("1"), following=plan(MoneyPlan(rates=EURO.rates)))

    assert (len(found.bridges), found.converted) == (1, [])


@pytest.mark.parametrize("day", ["2024-12-31", "soon", None])
def test_a_line_without_a_rate_on_its_day_blocks_only_there(tmp_path: Path, day: str | None) -> None:
    found = bridged(tmp_path, deal("1", day=day), deal("1000", "TRY", day), following=plan(EURO))

    assert told(only(found.converted)) == ("1.00", 2, "1.00", 1, "0.00", 0)
    assert [(b.unreadable, b.unrated) for b in (*found.bridges, *found.converted)] == [(0, 0), (0, 0), (0, 1)]


def test_what_cannot_be_read_and_what_has_no_rate_are_two_things(tmp_path: Path) -> None:
    """2 EUR, 1000 TRY at 0.025 and 10 USD at 0.9 arrive; 500 TRY is held; 7 TRY and 8 TRY come before the first rate,
    one of them excluded; 9x is no number; and 4 TRY, without a rate, is what somebody made of 5x."""
    unread = Deal((Row("9x", cleared=True),), said=(None, "EUR", None))
    mended = Deal((Row("4", "TRY", "2024-12-31", was=(("Amount", "5x"),)),))
    held = Row("500", "TRY", "2025-06-01", aside=("held", "not_a_day", ""))
    early = Row("8", "TRY", "2024-12-31", aside=("excluded", "excluded_rule", ""))

    found = bridged(
        tmp_path, deal("2"), deal("1000", "TRY", "2025-05-31"), deal("10", "USD", "2025-06-02"), unread, mended,
        deal("7", "TRY", "2024-12-31"), rows=[held, early], following=plan(EURO),
    )  # fmt: skip

    (bridge,) = found.converted
    assert (bridge.source_total, bridge.target_total, bridge.unexplained) == ("46.00", "36.00", "0.00")
    assert terms(bridge)["held"] == ("-10.00", 1, -1), "500 at 0.02"
    assert (bridge.unreadable, bridge.unrated) == (1, 3), "9x; 7, 8 and 4 TRY"
    assert [(b.currency, b.unreadable, b.unrated) for b in found.bridges] == [
        ("EUR", 1, 0), ("TRY", 0, 0), ("USD", 0, 0)
    ]  # fmt: skip


def test_amounts_without_a_rate_are_told_with_what_they_are_and_their_day(tmp_path: Path) -> None:
    early = Row("8", "TRY", "2024-12-31", aside=("excluded", "excluded_rule", "D-1"))
    waits = Row("9", "TRY", None, aside=("held", "missing_rate", "money"))
    total = Row("96", "", None, aside=("excluded", "skipped_line", "total"))

    found = bridged(
        tmp_path, deal("2"), deal("7", "TRY", "2024-12-30"), deal("70", "TRY", None), rows=[early, waits, total],
        following=plan(EURO),
    )  # fmt: skip

    told = [(state, [e.source for e in shown]) for code, *_, state, _, shown in found.told if code == "missing_rate"]
    assert told == [("created", ["70.00 TRY", "7.00 TRY 2024-12-30"])], "of what does not arrive other gates speak"
    (bridge,) = found.converted
    assert (bridge.unrated, bridge.unrated_arrived) == (5, 2)


def test_where_no_day_is_named_the_newest_rate_counts(tmp_path: Path) -> None:
    newest = MoneyPlan(report_in="EUR", rates=EURO.rates)
    as_of = plan(newest).model_copy(update={"as_of": "2025-03-01"})

    def total(folder: str, following: Any) -> str:
        return only(
            bridged(tmp_path / folder, deal("1000", "TRY", "2025-05-31"), following=following).converted
        ).source_total

    assert total("newest", plan(newest)) == "20.00"
    assert total("as_of", as_of) == "25.00"


def test_every_term_is_in_the_currency_of_the_report(tmp_path: Path) -> None:
    corrected = Deal((Row("2000", "TRY", was=(("Amount", "1000"),)),))
    moved = Deal((Row("1000", "TRY", "2025-06-01", was=(("Day", "2025-05-02"),)),))
    renamed = Deal((Row("10", "EUR", was=(("Currency", "TRY"),)),))
    kept = deal("10", action="update", code="existing", planned=("1000", "TRY", "2025-05-02"))
    held = Row("400", "TRY", aside=("held", "not_a_day", ""))
    twice = Deal((Row("800", "TRY"), Row("800", "TRY")))

    found = bridged(
        tmp_path, corrected, moved, renamed, kept, twice, rows=[held], before=[("40", "TRY", "2025-05-02")],
        following=plan(EURO),
    )  # fmt: skip

    bridge = only(found.converted)
    assert terms(bridge) == {
        "held": ("-10.00", 1, -1),
        "corrected": ("29.75", 3, 0),  # 25 more, 5 less by the later rate, 9.75 more by the other currency
        "duplicates": ("-20.00", 1, -1),
        "kept in the target": ("15.00", 1, 0),
        "from before": ("1.00", 1, 1),
    }
    assert told(bridge) == ("110.25", 7, "126.00", 6, "0.00", 0)


def test_a_target_without_days_has_those_that_we_sent(tmp_path: Path) -> None:
    found = bridged(tmp_path, deal("1000", "TRY", "2025-05-31"), following=plan(EURO), without=["day"])

    assert told(only(found.converted)) == ("25.00", 1, "25.00", 1, "0.00", 0)


def test_another_day_in_the_target_is_another_rate(tmp_path: Path) -> None:
    found = bridged(
        tmp_path, deal("1000", "TRY", "2025-05-31", there=("1000", "TRY", "2025-06-01")), following=plan(EURO)
    )

    assert told(only(found.converted)) == ("25.00", 1, "20.00", 1, "-5.00", 0)


def test_a_record_that_keeps_its_day_is_told_at_the_rate_of_that_day(tmp_path: Path) -> None:
    kept = deal("1000", "TRY", "2025-05-31", action="update", code="existing", planned=("1000", "TRY", "2025-06-01"))

    found = bridged(tmp_path, kept, following=plan(EURO))

    assert terms(only(found.converted)) == {"kept in the target": ("-5.00", 1, 0)}
    assert told(found.converted[0]) == ("25.00", 1, "20.00", 1, "0.00", 0)


def test_an_amount_that_becomes_too_large_blocks(tmp_path: Path) -> None:
    found = bridged(tmp_path, deal("1"), deal("1" + "0" * 21, "TRY"), following=plan(EURO))

    assert told(only(found.converted)) == ("1.00", 2, "1.00", 1, "0.00", 1)


# ------------------------------------------------------------------------------------------ what does not arrive at all


def test_what_does_not_arrive_is_summed_up_without_signs_and_told(tmp_path: Path) -> None:
    rows = [
        Row("-40", aside=("excluded", "excluded_rule", "[A]")),
        Row("5", aside=("excluded", "excluded_rule", "[A]")),
        Row("400", "TRY", aside=("absent", "no_such_object", "[B]")),
        Row("9", None, aside=("excluded", "skipped_line", "total")),
    ]

    found = bridged(tmp_path, deal("1"), rows=rows, following=plan(EURO))

    assert found.left_out == {"EUR": Decimal(45), "TRY": Decimal(400)}
    assert found.left_converted == {"EUR": Decimal(55)}
    assert [(code, source, rule, state, count) for code, source, rule, state, count, _ in found.told] == [
        ("left_out_amount", "sheet", "[A]", "excluded", 2),
        ("left_out_amount", "sheet", "[B]", "absent", 1),
        ("total_mixes_currencies", "sheet", "total", "excluded", 1),
    ]


def test_two_amounts_of_an_object_have_their_own_bridges(tmp_path: Path) -> None:
    following = plan(EURO)
    deals = following.object("deals")
    again = deals.field("amount").model_copy(update={"name": "net", "target": "amount"})
    following = following.model_copy(update={"objects": (deals.model_copy(update={"fields": (*deals.fields, again)}),)})
    held = Row("4", aside=("excluded", "excluded_rule", "[A]"))

    found = bridged(tmp_path, deal("5"), rows=[held], following=following)

    assert [(b.measure, b.source_total) for b in found.bridges] == [("amount", "9.00"), ("net", "4.00")]
    assert [b.measure for b in found.converted] == ["amount", "net"]
    assert (found.left_out, found.left_converted) == ({"EUR": Decimal(8)}, {"EUR": Decimal(8)})
    assert len(found.told) == 2
