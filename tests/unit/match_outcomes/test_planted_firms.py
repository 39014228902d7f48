"""Planted companies: groups, franchises, agencies and buildings are never merged; the same firm twice is."""

from planted import Row, firm, firms, framed

from crm_migrate import match
from crm_migrate.matching.matcher import Matching

GROUP: Row = {
    "phone": "+49 40 7770000",
    "website": "www.altona-holding.example",
    "street": "Elbchaussee 9",
    "postal_code": "22765",
    "city": "Hamburg",
}


def matched(*planted: Row) -> Matching:
    return match(framed(planted, firms()), "organisation")


def test_a_group_of_three_with_one_switchboard_is_a_company_group() -> None:
    names = ("Altona Handel GmbH", "Altona Logistik GmbH", "Altona Immobilien GmbH")
    found = matched(*(GROUP | {"company": name, "vat_id": f"DE30040{at}771"} for at, name in enumerate(names)))
    assert found.merges().loc[["p0", "p1", "p2"], "cluster"].nunique() == 3
    assert set(found.groups.loc["p0", "kind"]) >= {"company_group", "switchboard"}


def test_one_name_with_two_tax_ids_is_two_legal_entities() -> None:
    twin = GROUP | {"company": "Altona Handel GmbH"}
    found = matched(twin | {"vat_id": "DE300401771"}, twin | {"vat_id": "DE811907980"})
    assert found.merges().loc[["p0", "p1"], "cluster"].nunique() == 2
    assert "tax" in found.merges().loc["p0", "why"]


def test_sites_of_a_franchise_stay_sites() -> None:
    brand: Row = {"company": "Kornblume Bäckerei", "website": "kornblume.example", "phone": "+49 800 5550000"}
    sites = (("Ringweg 4", "10115", "Berlin"), ("Lindenweg 71", "80331", "Leeds"), ("Hauptstraße 20", "50667", "Lyon"))
    found = matched(*(brand | {"street": a, "postal_code": b, "city": c} for a, b, c in sites))
    assert found.merges().loc[["p0", "p1", "p2"], "cluster"].nunique() == 3
    assert "company_group" in set(found.groups.loc["p1", "kind"])


def test_one_number_for_firms_without_anything_in_common_is_an_agency() -> None:
    found = matched(*(firm(700 + at * 7) | {"phone": "+49 40 8880000"} for at in range(4)))
    assert found.merges().loc[["p0", "p1", "p2", "p3"], "cluster"].nunique() == 4
    assert "agency" in set(found.groups.loc[["p0"], "kind"])


def test_names_with_a_word_of_their_own_each_are_asked_about() -> None:
    home = {name: value for name, value in firm(800).items() if name != "vat_id"}
    found = matched(home | {"company": "Hotel Seeblick Restaurant"}, home | {"company": "Hotel Seeblick Tagungen"})
    assert found.merges().loc[["p0", "p1"], "cluster"].nunique() == 2


def test_a_firm_that_is_written_twice_is_merged() -> None:
    once = firm(810)
    found = matched(once, once | {"company": str(once["company"]).upper().replace("GMBH", "G.m.b.H.")})
    assert found.merges().loc[["p0", "p1"], "outcome"].tolist() == ["merge", "merge"]
