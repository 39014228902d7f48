"""Steps whose country each row says itself: how they are written, what they read, and what is refused."""

from pathlib import Path

import polars as pl
import pytest

from crm_migrate.cleansing import Context
from crm_migrate.errors import MappingError
from crm_migrate.mapping.plan import CellPlan, Plan, StepPlan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.stages.map.batch import map_batch
from crm_migrate.stages.transform.by_country import by_country
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
project: {name: p, locale: LOCALE}
sources:
  a: {file: a.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: a
    fields: {name: Name, FIELD: CELL}
"""
COLUMNS = ("Id", "Name", "Tel", "PLZ", "Land", "Land, lang", "USt")
ROWS = [  # country, number, what becomes of it where nothing else is said
    ("Deutschland", "030 23125123", "+493023125123"),
    ("AT", "0512 555666", "+43512555666"),
    ("Türkei", "0532 555 01 23", "+905325550123"),
    ("France", "01 99 00 12 34", "+33199001234"),
    ("DE", "+62 21 5150000", "+62215150000"),
    (None, "030 23125123", "030 23125123"),
    ("Atlantis", "030 23125123", "030 23125123"),
    ("DE", None, None),
]


def resolved(folder: Path, cell: str, field: str = "phone", locale: str = "en") -> Plan:
    text = MAPPING.replace("CELL", cell).replace("FIELD", field).replace("LOCALE", locale)
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    return resolve(Project(folder, folder / "crm-migrate.yaml"), columns=lambda _: COLUMNS)[0]


def cell_of(plan: Plan, field: str = "phone") -> CellPlan:
    return plan.object("accounts").field(field).cells["a"]


def arrived(plan: Plan, rows: list[dict[str, str | None]]) -> tuple[list[str | None], dict[int, str]]:
    """The telephone numbers of all rows, and what is told of which row."""
    frame = pl.DataFrame({name: pl.Series([r.get(name) for r in rows], dtype=pl.String) for name in COLUMNS})
    frame = frame.with_columns(
        pl.int_range(len(rows), dtype=pl.Int64).alias("__row"),
        pl.lit(0, pl.Int32).alias("__file"),
        pl.int_range(2, 2 + len(rows), dtype=pl.Int64).alias("__line"),
    )
    mapped = map_batch(plan, plan.objects[0], plan.sources[0], frame)
    return mapped.records.sort("__row")["phone"].to_list(), dict(mapped.cells.select("__row", "code").iter_rows())


def of(rows: list[tuple[str | None, str | None]]) -> list[dict[str, str | None]]:
    return [{"Id": str(n), "Name": "N", "Land": land, "Tel": tel} for n, (land, tel) in enumerate(rows)]


def test_every_row_is_read_by_its_own_country(tmp_path: Path) -> None:
    plan = resolved(tmp_path, "Tel | phone(by=Land)")

    values, told = arrived(plan, of([(land, tel) for land, tel, _ in ROWS]))

    assert values == [becomes for *_, becomes in ROWS]
    assert told == {5: "ambiguous_phone", 6: "ambiguous_phone"}


@pytest.mark.parametrize(("cell", "locale"), [("Tel | phone(DE, by=Land)", "en"), ("Tel | phone(by=Land)", "de-DE")])
def test_a_row_without_a_country_has_the_one_that_is_said_for_all(tmp_path: Path, cell: str, locale: str) -> None:
    values, told = arrived(resolved(tmp_path, f'"{cell}"', locale=locale), of([(None, "030 23125123")]))

    assert (values, told) == (["+493023125123"], {})


def test_a_country_that_nobody_can_read_is_not_taken_for_that_of_all(tmp_path: Path) -> None:
    plan = resolved(tmp_path, '"Tel | phone(DE, by=Land)"', locale="de-DE")

    values, told = arrived(plan, of([("Atlantis", "030 23125123"), ("Atlantis", "+49 30 23125123")]))

    assert values == ["030 23125123", "+493023125123"]
    assert told == {0: "ambiguous_phone"}


def test_what_is_told_of_a_number_shows_its_country_too(tmp_path: Path) -> None:
    plan = resolved(tmp_path, "Tel | phone(by=Land)")
    frame = of([("AT", "ask reception")])

    rows = pl.DataFrame({n: pl.Series([r.get(n) for r in frame], dtype=pl.String) for n in COLUMNS}).with_columns(
        pl.lit(0, pl.Int64).alias("__row"), pl.lit(0, pl.Int32).alias("__file"), pl.lit(2, pl.Int64).alias("__line")
    )
    (before,) = map_batch(plan, plan.objects[0], plan.sources[0], rows).cells["before"]

    assert "AT" in before
    assert "ask reception" in before


@pytest.mark.parametrize(
    ("step", "values", "countries", "become"),
    [
        ("postal_code", ["6420", "1010", "75 002"], ["TR", "AT", "FR"], ["06420", "1010", "75002"]),
        ("tax_id", ["454 053 6920", "DE 136695976"], ["TR", "DE"], ["4540536920", "DE136695976"]),
    ],
)
def test_other_steps_of_a_country_ask_the_row_too(
    step: str, values: list[str], countries: list[str], become: list[str]
) -> None:
    plan = StepPlan(name=step, options={"by": "Land"})

    frame = by_country(plan, pl.Series(values), pl.Series(countries), Context(locale="en"))

    assert frame["value"].to_list() == become


def test_no_rows_are_no_rows() -> None:
    empty = pl.Series([], dtype=pl.String)

    frame = by_country(StepPlan(name="phone", options={"by": "Land"}), empty, empty, Context())

    assert frame.columns == ["value", "flag", "note"]
    assert frame.is_empty()


def test_the_column_may_stand_in_quotes_and_for_all_sources(tmp_path: Path) -> None:
    quoted = cell_of(resolved(tmp_path, "\"Tel | phone(by='Land, lang')\""))
    for_all = cell_of(resolved(tmp_path, "{a: Tel, then: phone(by=Land)}"))

    assert quoted.beside == ("Land, lang",)
    assert for_all.beside == ("Land",)


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("Tel | phone(by=Lnad)", "column_unknown", "Land"),
        ("Tel | lower(by=Land)", "step_arguments", "lower"),
        ("Tel | phone(from=Land)", "step_arguments", "by=COLUMN"),
        ('"Tel | phone(ZZ, by=Land)"', "step_arguments", "by=COLUMN"),
    ],
)
def test_what_cannot_be_read_is_told_where_it_stands(tmp_path: Path, cell: str, code: str, words: str) -> None:
    with pytest.raises(MappingError) as caught:
        resolved(tmp_path, cell)

    (finding,) = [f for f in caught.value.findings if f.severity.name == "ERROR"]
    assert finding.code == code
    assert words in f"{finding.message} {finding.hint}"
    assert finding.place.line
