"""Source profiles: each layout is recognised by its header, and its rows become what the golden cases say."""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from layouts import CASES, case, cases, header, known, mapped, of_files, written

from crm_migrate.crm.model import OBJECTS
from crm_migrate.suggesting.recognising import fits
from crm_migrate.suggesting.settled import settled

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))

import make_profiles_page as pages  # noqa: E402 -- scripts are no package

HEADERS = next(
    (p / "shared" for p in ROOT.parents if (p / "shared").is_dir()), ROOT.parent / "shared"
) / "reference" / "export_headers.json"  # fmt: skip
NO_HEADER = {"goldmine.other_tables"}  # names of tables, and no list of columns


def layouts() -> Iterator[tuple[str, str]]:
    for name, profile in of_files().items():
        yield from ((name, layout) for layout in profile.layouts or [""])


def given() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every file of every case with its profile and layout."""
    for path in cases():
        for said in case(path)["files"].values():
            yield said["profile"], said.get("layout", ""), said


def found(columns: list[str]) -> list[str]:
    return [fit.name for fit in fits(columns, known())]


# ------------------------------------------------------------------------------------------------------- golden cases


@pytest.mark.cases(13)
@pytest.mark.parametrize("path", list(cases()), ids=lambda path: path.stem)
def test_a_folder_of_exports_becomes_the_records_that_were_said(path: Path, tmp_path: Path) -> None:
    said = case(path)
    for name, content in said["files"].items():
        written(tmp_path, name, content)

    exports, _, records = mapped(tmp_path)

    recognised = {name: each.fits for each in exports for name, _ in each.files}
    for name, content in said["files"].items():
        fit = recognised[name]
        assert [each.name for each in fit] == [content["profile"]], name
        assert content.get("layout", "") in fit[0].layouts or not fit[0].profile.layouts, name
    assert records == said["expect"]


def test_every_layout_has_a_case_and_every_column_that_is_mapped_is_filled_in_one() -> None:
    filled: dict[str, set[str]] = {}
    for profile, _, said in given():
        filled.setdefault(profile, set()).update(c for row in said["rows"] for c, cell in row.items() if cell)

    assert set(layouts()) == {(profile, layout) for profile, layout, _ in given()}
    for name, profile in of_files().items():
        seen = {column for layout in profile.layouts or [""] for column in header(profile, layout)}
        mapped_ones = {column for column, left in settled(profile, sorted(seen)).items() if not left}
        missing = mapped_ones - filled.get(name, set())
        assert not missing, f"{name}: no row fills {sorted(missing)}"


# -------------------------------------------------------------------------------------------------------- recognising


@pytest.mark.parametrize(("name", "layout"), list(layouts()))
def test_a_layout_is_recognised_in_any_order_and_in_any_letters(name: str, layout: str) -> None:
    columns = header(known()[name], layout)
    assert found(columns) == [name]
    random.Random(7).shuffle(columns)
    assert found(columns) == [name]
    assert found([column.upper() for column in columns]) == [name]
    assert found([*columns, "Our own 1", "Our own 2"]) == [name], "a customer's own columns change nothing"


@pytest.mark.parametrize("name", [name for name, p in known().items() if any(c.aliases for c in p.columns.values())])
def test_a_header_in_other_words_is_recognised(name: str) -> None:
    profile = known()[name]
    for layout in profile.layouts or [""]:
        columns = header(profile, layout)
        most = max(len(profile.columns[column].aliases) for column in columns)
        for at in range(most):
            spoken = [(profile.columns[column].aliases[at : at + 1] or (column,))[0] for column in columns]
            assert found(list(dict.fromkeys(spoken))) == [name], (layout, at)


def test_a_header_of_words_that_everybody_has_is_nobody_s() -> None:
    assert found(["First Name", "Last Name", "Email", "Phone", "Company", "City", "Country"]) == []
    assert found(["Vorname", "Nachname", "E-Mail", "Telefon", "Firma", "PLZ", "Ort"]) == []
    assert found(["id", "name", "email", "phone", "created_at", "updated_at", "status"]) == []


# ------------------------------------------------------------------------------------------------- what profiles say


def test_every_column_feeds_something_or_says_why_not() -> None:
    for name, profile in known().items():
        said = settled(profile, list(profile.columns))
        open_ones = set(profile.columns) - said.keys() - {profile.tag}
        assert not open_ones, f"{name}: nothing is said of {sorted(open_ones)}"


def test_every_layout_is_of_columns_that_the_profile_knows() -> None:
    for name, profile in known().items():
        for layout, content in profile.layouts.items():
            unknown = set(content.columns) - profile.columns.keys()
            assert not unknown, f"{name}, {layout}: {sorted(unknown)}"


def test_what_columns_feed_is_in_the_model_and_links_lead_to_profiles() -> None:
    for name, profile in known().items():
        fields = [(each, column.ref) for column in profile.columns.values() for each in column.field]
        fields += [(f"{t}.{f}", r.ref.get(f)) for t, r in profile.objects.items() for f in r.fields]
        for target, ref in fields:
            model, _, field = target.partition(".")
            wanted = OBJECTS[model].field(field)
            assert wanted is not None, f"{name}: {target}"
            if ref is not None:
                parent, _, other = ref.partition(".")
                assert wanted.reference == parent, f"{name}: {target} leads to {wanted.reference}"
                assert other in known(), f"{name}: {target} leads to {other}"
        assert {each for c in profile.columns.values() if c.proves for each in [c.proves]} <= {f for f, _ in fields}


def test_every_profile_says_where_its_facts_are_from() -> None:
    for name, profile in known().items():
        assert profile.evidence or all(each.evidence for each in profile.layouts.values()), name
        assert profile.quirks, name


@pytest.mark.shared_data
@pytest.mark.skipif(not HEADERS.exists(), reason="the header lists are not there")
def test_every_header_that_was_collected_is_a_layout() -> None:
    collected = json.loads(HEADERS.read_text("utf-8"))
    for system, lists in collected.items():
        for layout, content in lists.items():
            if f"{system}.{layout}" in NO_HEADER:
                continue
            columns = [each.strip() or f"Column {at}" for at, each in enumerate(content["headers"], 1)]
            fit = fits(columns, known())
            assert [(each.known, each.score) for each in fit] == [(len(columns), 1.0)], (system, layout, fit)


def test_the_page_and_the_schema_are_fresh() -> None:
    assert pages.PAGE.read_text("utf-8") == pages.page(), "python scripts/make_profiles_page.py"
    assert pages.SCHEMA.read_text("utf-8") == pages.profile_schema(), "python scripts/make_profiles_page.py"
    assert pages.INDEX.read_text("utf-8") == pages.index(), "python scripts/make_profiles_page.py"


def test_no_case_is_without_a_profile() -> None:
    assert {profile for profile, _, _ in given()} <= known().keys()
    assert CASES.is_dir()
