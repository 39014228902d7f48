"""One company at several addresses: one by default, each address for itself where that is asked; chains stay apart."""

from statistics import mean

import numpy as np
import pandas as pd
import pytest
from planted import Row, firms, framed

from benchmarks.matching_scores import scores
from benchmarks.matching_sets import Spec, make
from crm_migrate import match
from crm_migrate.errors import UsageError
from crm_migrate.matching.explaining.telling import sentence
from crm_migrate.matching.matcher import SITES, Matching
from crm_migrate.words.language import language

DOORS = (
    ("Ringweg 4", "10115", "Berlin"), ("Lindenweg 71", "80331", "München"), ("Hafenstraße 20", "50667", "Köln"),
    ("Kastanienallee 9", "22765", "Hamburg"), ("Talstraße 33", "04103", "Leipzig"), ("Am Markt 2", "99084", "Erfurt"),
    ("Schillerplatz 15", "70173", "Stuttgart"), ("Nordring 88", "90402", "Nürnberg"),
)  # fmt: skip


def at_doors(count: int, **more: str) -> list[Row]:
    """One name and web site at so many doors, each with its own telephone."""
    brand = {"company": "Kornblume Feinmechanik", "website": "kornblume.example"} | more
    doors = enumerate(DOORS[:count])
    return [
        brand | {"street": a, "postal_code": b, "city": c, "phone": f"+49 30 55501{at}0"} for at, (a, b, c) in doors
    ]


def matched(rows: list[Row], sites: str = "one") -> Matching:
    return match(framed(rows, firms()), "organisation", sites=sites)


def clusters(found: Matching, count: int) -> int:
    return int(found.clusters.loc[[f"p{at}" for at in range(count)], "cluster"].nunique())


def grouped(found: Matching) -> set[str]:
    shared = found.groups
    return set(shared.index[shared["kind"] == "sites"])


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_company_at_a_few_addresses_is_one_and_is_told_as_such(count: int) -> None:
    found = matched(at_doors(count))
    assert clusters(found, count) == 1
    assert grouped(found) == {f"p{at}" for at in range(count)}


def test_where_each_address_is_somebody_they_are_told_all_the_same() -> None:
    found = matched(at_doors(3), sites="apart")
    assert clusters(found, 3) == 3
    assert grouped(found) == {"p0", "p1", "p2"}
    assert set(found.groups.loc[["p0"]].query("kind == 'sites'")["shared_value"]) == {"Kornblume Feinmechanik"}


def test_another_address_is_never_enough_to_merge_without_asking() -> None:
    merges = matched(at_doors(2)).merges().loc[["p0", "p1"]]
    assert merges["cluster"].nunique() == 2
    assert set(merges["outcome"]) <= {"review", "held"}
    assert set(merges["why"]) == {"the streets or house numbers differ"}


def test_explain_says_that_they_are_sites() -> None:
    rows = at_doors(2)
    told = {sites: matched(rows, sites).explain("p0", "p1") for sites in ("one", "apart")}
    assert all("One company at several addresses" in sentence(each, language("en")) for each in told.values())
    chain = matched(at_doors(8)).explain("p0", "p1")
    assert not chain.sites
    assert "several addresses" not in sentence(chain, language("en"))


def test_a_chain_is_known_by_its_many_doors() -> None:
    found = matched(at_doors(8))
    assert clusters(found, 8) == 8
    assert not grouped(found)


def test_shops_that_are_called_by_their_place_count_as_doors_of_the_chain() -> None:
    """Six have the place in their names, two do not: these two are no company of two addresses."""
    rows = [row | {"company": f"{row['company']} {row['city']}"} for row in at_doors(8)[:6]] + at_doors(8)[6:]
    assert clusters(matched(rows), 8) == 8


def test_two_shops_of_a_chain_with_one_telephone_are_no_company_of_their_own() -> None:
    rows = at_doors(8)
    rows[1] = rows[1] | {"phone": rows[0]["phone"]}
    label = matched(rows).clusters["cluster"]
    assert label["p2"] != label["p3"]
    assert not grouped(matched(rows))


def test_what_hangs_together_by_others_alone_is_a_chain_as_well() -> None:
    """Every web site and every telephone is that of two, and all of them are one row of ten doors."""
    places = [(f"{name} {at + 3}", f"{10115 + at * 700}", f"{city}") for at, (name, _, city) in enumerate(DOORS * 2)][
        :10
    ]
    rows: list[Row] = [
        {"company": "Kornblume Feinmechanik", "website": f"kornblume{at // 2}.example", "street": a, "postal_code": b,
         "city": c, "vat_id": f"DE30040{(at + 1) // 2:04}"}
        for at, (a, b, c) in enumerate(places)
    ]  # fmt: skip
    assert not grouped(matched(rows))


def test_another_tax_number_is_another_company() -> None:
    ids = ("DE300401771", "DE811907980")
    rows = [row | {"vat_id": vat} for row, vat in zip(at_doors(2), ids, strict=True)]
    found = matched(rows)
    assert clusters(found, 2) == 2
    assert not grouped(found)


def test_names_with_words_of_their_own_are_a_group_and_no_sites() -> None:
    names = ("Kornblume Handel", "Kornblume Logistik")
    rows = [row | {"company": name} for row, name in zip(at_doors(2), names, strict=True)]
    assert clusters(matched(rows), 2) == 2


def test_people_have_no_sites() -> None:
    frame = pd.DataFrame({"last_name": ["Sommer", "Sommer"], "email": ["a@sommer.example", "a@sommer.example"]})
    with pytest.raises(UsageError, match="about organisations"):
        match(frame, sites="apart")
    with pytest.raises(UsageError, match="cannot be 'both'"):
        match(frame, sites="both")


def test_generated_companies_are_found_at_their_doors_and_precision_stays() -> None:
    found: dict[str, list[tuple[float, ...]]] = {"one": [], "apart": []}
    for seed in (33, 34):
        labelled = make(Spec("companies", 1_000, "flat", 0.2, seed))
        for sites, each in found.items():
            label = match(labelled.frame, entity="organisation", sites=sites).clusters["cluster"]
            each.append(scores(pd.factorize(labelled.truth)[0], pd.factorize(label)[0])[:3])
    one, apart = (np.array([list(map(float, each)) for each in found[sites]]) for sites in ("one", "apart"))
    assert mean(one[:, 1] - apart[:, 1]) > 0.02, (one, apart)
    assert mean(apart[:, 0] - one[:, 0]) < 0.01, (one, apart)


def test_for_a_record_without_an_address_the_others_of_its_company_are_no_rivals() -> None:
    """Which of the addresses it belongs to is unknown, and nothing that it matters for: both are the company's."""
    rows = at_doors(2)
    nowhere = rows[0] | {"street": "", "postal_code": "", "city": ""}
    bits = {}
    for sites in SITES:
        merging = matched([*rows, nowhere], sites).explain("p0", "p2").verdict.merging
        assert merging is not None
        bits[sites] = merging.bits
    assert bits["one"] > bits["apart"] + 2, bits


def test_another_place_is_another_address_where_no_street_is_known() -> None:
    merges = matched([row | {"street": ""} for row in at_doors(2)]).merges(0.01).loc[["p0", "p1"]]
    assert merges["cluster"].nunique() == 2
    assert set(merges["why"]) == {"the places differ, and no street is the same"}


def test_in_a_chain_a_record_without_an_address_may_be_any_shop() -> None:
    rows = at_doors(8)
    nowhere = rows[0] | {"street": "", "postal_code": "", "city": ""}
    bits = {}
    for sites in SITES:
        merging = matched([*rows, nowhere], sites).explain("p0", "p8").verdict.merging
        assert merging is not None
        bits[sites] = merging.bits
    assert bits["one"] == bits["apart"]


def test_names_and_tax_numbers_that_differ_teach_what_a_group_is() -> None:
    """Many subsidiaries at one door, with one telephone and web site, and few doubles: they are not one."""
    made = make(Spec("companies", 5_000, "few", 0.1, 301))
    label = match(made.frame, entity="organisation").clusters["cluster"]
    assert scores(pd.factorize(made.truth)[0], pd.factorize(label)[0])[0] > 0.85
