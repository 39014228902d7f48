"""Mapping one batch: every row ends in exactly one place, however the rows were cut into batches."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.mapping.plan import (
    CellPlan,
    EnvironmentPlan,
    FeedPlan,
    FieldPlan,
    ObjectPlan,
    OwnerPlan,
    OwnersPlan,
    Plan,
    SkipPlan,
    SourcePlan,
    SplitPlan,
    StepPlan,
    ValueMapPlan,
)
from crm_migrate.stages.map.batch import Mapped, map_batch, source_keys
from crm_migrate.stages.transform import replay


def cell(column: str, *steps: str) -> CellPlan:
    named = [step.split(":") for step in steps]
    return CellPlan(column=column, steps=tuple(StepPlan(name=name, args=tuple(rest)) for name, *rest in named))


def plan_of(feed: FeedPlan, fields: tuple[FieldPlan, ...], source: SourcePlan | None = None, **more: object) -> Plan:
    source = source or SourcePlan(name="kisi", key=("No",), locale="tr-TR", time_zone="Europe/Istanbul")
    contacts = ObjectPlan(name="contacts", entity="person", target="contacts", feeds=(feed,), fields=fields)
    target = EnvironmentPlan(name="t", connector="sql")
    return Plan(project="p", environment=target, sources=(source,), objects=(contacts,), **more)


def run(plan: Plan, rows: list[dict[str, str | None]], start: int = 0) -> Mapped:
    columns = sorted({name for row in rows for name in row})
    frame = pl.DataFrame({n: pl.Series([r.get(n) for r in rows], dtype=pl.String) for n in columns})
    frame = frame.with_columns(
        pl.int_range(start, start + len(rows), dtype=pl.Int64).alias("__row"),
        pl.lit(0, pl.Int32).alias("__file"),
        pl.int_range(start + 2, start + 2 + len(rows), dtype=pl.Int64).alias("__line"),
    )
    return map_batch(plan, plan.objects[0], plan.sources[0], frame)


NAME = FieldPlan(name="last_name", type="family_name", cells={"kisi": cell("Soyad", "text")})


def test_a_false_where_excludes_with_its_decision_and_an_empty_cell_is_not_dropped() -> None:
    plan = plan_of(FeedPlan(source="kisi", where="Durum != 'Test'", because="D-004"), (NAME,))

    mapped = run(plan, [{"No": "1", "Soyad": "Kaya", "Durum": None}, {"No": "2", "Soyad": "Işık", "Durum": "Test"}])

    assert mapped.records["__key"].to_list() == ["1"]
    aside = mapped.set_aside.row(0, named=True)
    assert (aside["__key"], aside["state"], aside["rule"]) == ("2", "excluded", "D-004")


def test_else_absent_and_skipped_lines_are_told_apart() -> None:
    source = SourcePlan(
        name="kisi", key=("No",), locale="tr-TR", time_zone="UTC",
        skip=(SkipPlan(name="Soyad = 'TOPLAM'", expression="Soyad = 'TOPLAM'"), SkipPlan(name="all_blank")),
    )  # fmt: skip
    plan = plan_of(FeedPlan(source="kisi", where="Soyad", absent=True), (NAME,), source)

    mapped = run(plan, [
        {"No": "1", "Soyad": "TOPLAM"}, {"No": "2", "Soyad": ""},
        {"No": " ", "Soyad": None}, {"No": "4", "Soyad": "Öz"},
    ])  # fmt: skip

    assert mapped.records["__row"].to_list() == [3]
    states = {row["__row"]: (row["state"], row["rule"]) for row in mapped.set_aside.iter_rows(named=True)}
    assert states == {0: ("excluded", "Soyad = 'TOPLAM'"), 1: ("absent", "Soyad"), 2: ("excluded", "all_blank")}


def test_a_value_that_a_skip_rule_cannot_compare_is_no_reason_to_load_the_row() -> None:
    rules = (SkipPlan(name="zero", expression="Tutar < 1"), SkipPlan(name="total", expression="Soyad = 'TOPLAM'"))
    source = SourcePlan(name="kisi", key=("No",), locale="tr-TR", time_zone="UTC", skip=rules)

    mapped = run(plan_of(FeedPlan(source="kisi"), (NAME,), source), [
        {"No": "1", "Soyad": "Kaya", "Tutar": "5"}, {"No": "2", "Soyad": "Öz", "Tutar": "0"},
        {"No": "3", "Soyad": "Ay", "Tutar": "beş"}, {"No": "4", "Soyad": "TOPLAM", "Tutar": "beş"},
    ])  # fmt: skip

    assert mapped.records["__key"].to_list() == ["1"]
    assert mapped.set_aside.select("__key", "state", "code", "rule").rows() == [
        ("2", "excluded", "skipped_line", "zero"), ("3", "held", "not_comparable", "zero"),
        ("4", "excluded", "skipped_line", "total"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "state"), [("keep", "held"), ("hold", "held"), ("reject", "rejected"), ("clear", None)]
)
def test_a_cell_that_cannot_be_computed_is_told_and_never_what_came_out(policy: str, state: str | None) -> None:
    expression = CellPlan(expression="if(Tutar > 5, 'large', 'small')", steps=(StepPlan(name="text"),))
    size = FieldPlan(name="size", type="text", cells={"kisi": expression}, on_invalid=policy)

    mapped = run(plan_of(FeedPlan(source="kisi"), (NAME, size)), [
        {"No": "1", "Soyad": "Kaya", "Tutar": "7"}, {"No": "2", "Soyad": "Öz", "Tutar": "on"},
        {"No": "3", "Soyad": "Ay", "Tutar": None},
    ])  # fmt: skip

    assert mapped.records.select("__key", "size").rows() == [
        ("1", "large"), *([("2", None)] if state is None else []), ("3", "small"),
    ]  # fmt: skip
    aside = mapped.set_aside.select("__key", "state", "code", "field").rows()
    assert aside == ([] if state is None else [("2", state, "not_comparable", "size")])
    told = mapped.cells.select("__row", "field", "code", "message").rows()
    message = f"a value cannot be compared or computed as `= {expression.expression}` asks"
    assert told == [(1, "size", "not_comparable", message)]


def test_a_row_of_a_group_that_is_set_aside_keeps_its_own_key() -> None:
    consent = FieldPlan(name="consent", type="consent", cells={"kisi": cell("Izin", "map:evet")})
    plan = plan_of(
        FeedPlan(source="kisi", one_per=("last_name",)), (NAME, consent),
        value_maps={"evet": ValueMapPlan(name="evet", entries={"E": "granted"})},
    )  # fmt: skip

    mapped = run(plan, [{"No": "1", "Soyad": "Kaya", "Izin": "?"}])

    assert mapped.set_aside.select("__key", "__row_key", "state").rows() == [("Kaya", "1", "held")]


def test_a_cell_with_several_people_is_split_with_its_companions_in_step() -> None:
    feed = FeedPlan(source="kisi", split=SplitPlan(column="Kişi", by=";", companions=("E-posta",)))
    fields = (
        FieldPlan(name="full_name", type="person_name", cells={"kisi": cell("Kişi", "text")}),
        FieldPlan(name="email", type="text", cells={"kisi": cell("E-posta", "text")}),
    )

    mapped = run(plan_of(feed, fields), [
        {"No": "1", "Kişi": "Ayşe Kaya; Can Öz", "E-posta": "a@x.example;c@x.example"},
        {"No": "2", "Kişi": "Ece Ay;Ali Ay", "E-posta": "ece@x.example"},
        {"No": "3", "Kişi": " ; ", "E-posta": "x@x.example"},
    ])  # fmt: skip

    rows = mapped.records.select("__key", "__split", "full_name", "email").rows()
    assert rows == [
        ("1", 0, "Ayşe Kaya", "a@x.example"), ("1#2", 1, "Can Öz", "c@x.example"),
        ("2", 0, "Ece Ay", "ece@x.example"), ("2#2", 1, "Ali Ay", None),
    ]  # fmt: skip
    assert mapped.set_aside.select("__row", "state").rows() == [(2, "absent")]


def test_a_value_without_translation_takes_the_declared_way() -> None:
    entries = {"E": "granted", "H": "withdrawn", "": "unknown"}
    field = FieldPlan(name="consent", type="consent", cells={"kisi": cell("Izin", "map:evet")})
    rows = [{"No": str(i), "Izin": v} for i, v in enumerate(["E", "H", None, "Belki"])]

    held = run(plan_of(FeedPlan(source="kisi"), (field,), value_maps={
        "evet": ValueMapPlan(name="evet", entries=entries)}), rows)  # fmt: skip
    assert held.records["consent"].to_list() == ["granted", "withdrawn", "unknown"]
    assert held.set_aside.select("__row", "state", "code", "field").rows() == [(3, "held", "value_unmapped", "consent")]
    assert "Belki" in held.set_aside["message"][0]

    for policy, expected in (("keep", "Belki"), ("default", "unknown"), ("warn", None)):
        mapped = run(plan_of(FeedPlan(source="kisi"), (field,), value_maps={
            "evet": ValueMapPlan(name="evet", entries=entries, unmapped=policy, default="unknown")}), rows)  # fmt: skip
        assert mapped.records["consent"].to_list()[3] == expected
        assert mapped.set_aside.is_empty()
        assert (policy == "warn") == ("value_unmapped" in mapped.cells["code"].to_list())


def test_each_source_has_the_policy_of_its_own_value_map() -> None:
    maps = {
        "own": ValueMapPlan(name="own", entries={"E": "granted"}, unmapped="reject"),
        "other": ValueMapPlan(name="other", entries={"E": "granted"}, unmapped="hold"),
    }
    cells = {"elsewhere": cell("Izin", "map:other"), "kisi": cell("Izin", "map:own")}
    field = FieldPlan(name="consent", type="consent", cells=cells)

    mapped = run(plan_of(FeedPlan(source="kisi"), (field,), value_maps=maps), [{"No": "1", "Izin": "?"}])

    assert mapped.set_aside["state"].to_list() == ["rejected"]


def test_keys_join_hash_and_never_pretend() -> None:
    frame = pl.DataFrame({"a": ["x", " ", None, "y" * 200], "b": ["1", "", None, "2"]})

    keys = source_keys(frame, ("a", "b")).to_list()

    assert keys[0] == "x␟1"
    assert keys[1] is None
    assert keys[2] is None
    assert keys[3].startswith("h:") and len(keys[3]) == 34
    assert source_keys(frame, ("a",)).to_list()[:3] == ["x", None, None]


def test_replay_says_what_the_pipeline_did() -> None:
    fields = (NAME, FieldPlan(name="email", type="email", cells={"kisi": cell("E-posta", "email")}))
    plan = plan_of(FeedPlan(source="kisi"), fields)
    raw = {"No": "1", "Soyad": "  IŞIK ", "E-posta": "AYSE@ISIK.EXAMPLE"}

    mapped = run(plan, [raw])
    traces = {trace.field: trace for trace in replay(plan, "contacts", "kisi", raw)}

    assert traces["email"].value == mapped.records["email"][0] == "ayse@isik.example"
    assert traces["last_name"].value == mapped.records["last_name"][0]
    assert ("email", "email") in mapped.changes.select("field", "rule").rows()


ROWS = st.lists(
    st.fixed_dictionaries({
        "No": st.sampled_from(["", "1", "2", " 3", None]),
        "Soyad": st.sampled_from(["Kaya", "", None, "TOPLAM", "Öz;Ay;", ";"]),
        "Izin": st.sampled_from(["E", "?", None]),
    }),
    min_size=1,
    max_size=12,
)  # fmt: skip


@pytest.fixture(scope="module")
def dirty_plan() -> Plan:
    feed = FeedPlan(source="kisi", where="Soyad != 'TOPLAM'", split=SplitPlan(column="Soyad", by=";"))
    fields = (NAME, FieldPlan(name="consent", type="consent", cells={"kisi": cell("Izin", "map:evet")}))
    return plan_of(feed, fields, value_maps={"evet": ValueMapPlan(name="evet", entries={"E": "granted"})})


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, cut=st.integers(0, 12))
def test_every_row_ends_in_one_place_however_the_batches_are_cut(dirty_plan: Plan, rows: list, cut: int) -> None:
    whole = run(dirty_plan, rows)
    places = [*whole.records.select("__row", "__split").rows(), *whole.set_aside.select("__row", "__split").rows()]

    assert len(places) == len(set(places))
    assert {row for row, _ in places} == set(range(len(rows)))

    parts = [run(dirty_plan, part, start) for part, start in ((rows[:cut], 0), (rows[cut:], cut)) if part]
    for table in ("records", "set_aside", "cells", "changes"):
        assert pl.concat([getattr(p, table) for p in parts]).equals(getattr(whole, table)), table


def test_a_change_at_an_hour_that_clocks_showed_twice_still_says_what_is_newer() -> None:
    source = SourcePlan(name="kisi", key=("No",), locale="de-DE", time_zone="Europe/Berlin", changed="Am")
    rows = [{"No": "1", "Soyad": "A", "Am": "27.10.2024 02:30"}, {"No": "2", "Soyad": "B", "Am": "01.01.1970 00:00"}]

    mapped = run(plan_of(FeedPlan(source="kisi"), (NAME,), source), rows)

    assert mapped.records["__changed"].to_list() == ["2024-10-27T00:30:00Z", None]
    assert mapped.cells["code"].to_list() == ["time_twice", "placeholder"]


@pytest.mark.parametrize(
    ("policy", "state"), [("keep", None), ("clear", None), ("hold", "held"), ("reject", "rejected")]
)
@pytest.mark.parametrize(("text", "code"), [("31.03.2024 02:30", "time_skipped"), ("27.10.2024 02:30", "time_twice")])
def test_a_local_time_that_never_was_or_was_twice_goes_the_way_of_its_field(
    policy: str, state: str | None, text: str, code: str
) -> None:
    source = SourcePlan(name="kisi", key=("No",), locale="de-DE", time_zone="Europe/Berlin")
    cell = CellPlan(column="Am", steps=(StepPlan(name="instant"),))
    met = FieldPlan(name="met", type="instant", cells={"kisi": cell}, on_clock_change=policy)
    rows = [{"No": "1", "Soyad": "A", "Am": text}, {"No": "2", "Soyad": "B", "Am": "27.10.2024 12:00"}]

    mapped = run(plan_of(FeedPlan(source="kisi"), (NAME, met), source), rows)

    kept = dict(mapped.records.select("__key", "met").rows())
    assert kept["2"] == "2024-10-27T11:00:00Z"
    assert (kept.get("1") is not None) == (policy == "keep")
    aside = [] if state is None else [("1", state, code, "met")]
    assert mapped.set_aside.select("__key", "state", "code", "field").rows() == aside
    assert mapped.cells["code"].to_list() == [code]


def test_a_change_that_cannot_be_read_is_told() -> None:
    source = SourcePlan(name="kisi", key=("No",), locale="de-DE", time_zone="Europe/Berlin", changed="Am")
    rows = [{"No": str(n), "Soyad": "A", "Am": text} for n, text in enumerate(("27.10.2024", "gestern", "", None))]

    mapped = run(plan_of(FeedPlan(source="kisi"), (NAME,), source), rows)

    assert mapped.records["__changed"].null_count() == 3
    told = mapped.cells.row(0, named=True)
    assert (len(mapped.cells), told["__row"], told["field"], told["code"]) == (1, 1, "Am", "bad_date")
    assert told["before"] == "gestern" and "not known" in told["message"]


@pytest.mark.parametrize(
    ("policy", "after", "code"),
    [
        ("hold", None, "value_unmapped"),
        ("reject", None, "value_unmapped"),
        ("warn", None, "value_unmapped"),
        ("default", "open", "typo"),  # nobody declared that a slip of `Kapalı` is open
        ("keep", "Kapal", "typo"),
    ],
)
def test_a_near_miss_of_a_value_map_is_told_whatever_the_policy(policy: str, after: str | None, code: str) -> None:
    stage = FieldPlan(name="stage", type="choice", cells={"kisi": cell("Durum", "map:durum")})
    entries = {"Kapalı": "won", "Açık": "open"}
    maps = {"durum": ValueMapPlan(name="durum", entries=entries, unmapped=policy, default="open")}
    rows = [{"No": "1", "Durum": "Kapal"}, {"No": "2", "Durum": "Bambaşka"}, {"No": "3", "Durum": "won"}]

    cells = run(plan_of(FeedPlan(source="kisi"), (stage,), value_maps=maps), rows).cells
    first = cells.row(0, named=True)

    assert (first["after"], first["code"]) == (after, code)
    assert "did you mean `Kapalı`?" in first["message"]
    told = dict(zip(cells["before"], cells["message"], strict=True))
    assert "did you mean" not in told.get("Bambaşka", "")  # an unknown word goes the declared way
    assert ("won" in told) == (policy != "keep")  # a word of the target, kept as it is, is no slip


def test_a_near_miss_of_an_owner_is_told() -> None:
    owner = FieldPlan(name="owner", type="owner", cells={"kisi": cell("Sorumlu", "owner")})
    owners = OwnersPlan(
        entries=(OwnerPlan(login="ayse.kaya", target="Ayşe Kaya"), OwnerPlan(login="ali", target="Ali"))
    )
    rows = [{"No": str(n), "Sorumlu": login} for n, login in enumerate(("ayse.kyaa", "AYSE.KAYA", "veli"))]

    mapped = run(plan_of(FeedPlan(source="kisi"), (owner,), owners=owners), rows)

    told = dict(zip(mapped.cells["before"], mapped.cells["message"], strict=True))
    assert "did you mean `ayse.kaya`?" in told["ayse.kyaa"]
    assert told["veli"] == "not in the owners file: veli"
    assert mapped.records["owner"].to_list() == ["Ayşe Kaya"]
