"""Lines of opportunities in a simulated environment: written in or of the catalogue, and where there is no way in."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from environments import KEY, Environment

from crm_migrate.connecting.conformance_targets import batch_of, everything, settled, write
from crm_migrate.connecting.contract import Remove, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector

NAMES = ("productdescription", "quantity", "priceperunit", "manualdiscountamount", "tax", "productid.productnumber",
         "uomid.name")  # fmt: skip
LINE = TargetObject(
    "opportunityproduct",
    (
        *(TargetField(name, "text") for name in NAMES),
        TargetField("opportunityid", "reference", reference="opportunity"),
    ),
    KEY,
)
DEAL = TargetObject("opportunity", (TargetField("name", "text"), TargetField("stage", "text")), KEY)
Row = dict[str, str | None]


@pytest.fixture
def environment() -> Iterator[Environment]:
    made = Environment()
    yield made
    made.stop()


@pytest.fixture
def target(environment: Environment) -> Target:
    made = connector("dynamics").target(environment.options)
    made.prepare((DEAL, LINE), apply=True)
    return made


def deal(target: Target, stage: str = "Qualify") -> str:
    return settled(target, DEAL, stage, ({"__entity": stage, "name": stage, "stage": stage},)).loaded[stage]


def test_a_line_is_written_in_where_it_names_no_product(target: Target, environment: Environment) -> None:
    row: Row = {"productdescription": "Pres", "quantity": "2", "priceperunit": "100.5", "tax": "18",
                "manualdiscountamount": "1", "opportunityid": deal(target)}  # fmt: skip
    rows = [{"__entity": f"l{n}", **row} for n in range(3)]
    assert set(write(target, LINE, "a", rows).loaded) == {"l0", "l1", "l2"}
    assert set(write(target, LINE, "a", rows).loaded) == {"l0", "l1", "l2"}, "made once"
    (one, *_), values = everything(target, LINE), environment.server.engine.store.all("opportunityproduct")
    assert {name: one[name] for name in row} == row and len(values) == 3
    assert {each.values["extendedamount"] for each in values} == {218.0}
    assert {each.values["isproductoverridden"] for each in values} == {True}
    settled(target, LINE, "b", ({"__entity": "l0", "quantity": "3"},), "update")
    assert sorted(str(each["quantity"]) for each in everything(target, LINE)) == ["2", "2", "3"]


def test_a_line_of_the_catalogue_keeps_its_own_price(target: Target, environment: Environment) -> None:
    unit = environment.make("uoms", name="Piece")
    environment.make("products", name="Pres", productnumber="P-1", defaultuomid__bind=f"/uoms({unit})")
    row: Row = {"productid.productnumber": "P-1", "uomid.name": "Piece", "quantity": "1", "priceperunit": "9",
                "opportunityid": deal(target)}  # fmt: skip
    rows: list[Row] = [{"__entity": "l1", **row}, {"__entity": "l2", **row, "uomid.name": None}]
    said = settled(target, LINE, "a", tuple(rows))
    assert set(said.loaded) == {"l1"} and set(said.refused) == {"l2"}, "the catalogue wants a unit"
    (there,) = environment.server.engine.store.all("opportunityproduct")
    assert (there.values["isproductoverridden"], there.values["ispriceoverridden"]) == (False, True)
    written: Row = {"__entity": "l1", "productid.productnumber": None, "productdescription": "By hand"}
    assert set(settled(target, LINE, "b", (written,), "update").loaded) == {"l1"}
    (there,) = environment.server.engine.store.all("opportunityproduct")
    assert (there.values["isproductoverridden"], there.values.get("productid")) == (True, None)


def test_a_closed_opportunity_is_opened_for_its_line_and_stands_as_before(
    target: Target, environment: Environment
) -> None:
    store, rows = environment.server.engine.store, list[Row]()
    for stage in ("Won", "Lost", "Qualify"):
        mine: Row = {"quantity": "1", "opportunityid": deal(target, stage)}
        rows.append({"__entity": stage, "productdescription": stage, **mine})
        rows.append({"__entity": f"{stage}-bad", **mine})  # neither written in nor of the catalogue
    stood = [each.values for each in store.all("opportunity")]
    said = settled(target, LINE, "a", tuple(rows))
    assert set(said.loaded) == {"Won", "Lost", "Qualify"}
    assert {each.words for each in said.refused.values()} == {
        "A product that is written in has a description and no product"
    }
    ids = {each.values[KEY]: each.id for each in store.all("opportunityproduct")}
    assert said.loaded == ids
    changed = write(target, LINE, "c", ({"__entity": "Lost", "quantity": "2"},), "update")
    assert changed.loaded == {"Lost": ids["Lost"]}, "the line's id, not that of its opportunity"
    gone = next(each.id for each in store.all("opportunityproduct") if each.values[KEY] == "Won")
    assert isinstance(target, Remove)
    rows = [{"__entity": "Won", "__target_id": gone}]
    assert target.remove(replace(batch_of(LINE, "b", tuple(rows)), action="remove")).loaded == {"Won": gone}
    told = [each.values for each in store.all("opportunity")]
    assert [{**each, "modifiedon": ""} for each in told] == [{**each, "modifiedon": ""} for each in stood]


def test_what_a_line_lacks_is_asked_for_and_what_dataverse_fills_is_not(target: Target) -> None:
    (line,) = target.describe(("opportunityproduct",)).objects
    assert {each.name for each in line.fields if each.required} == {"opportunityid", "quantity"}
