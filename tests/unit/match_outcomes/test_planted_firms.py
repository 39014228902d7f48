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


CHAIN: Row = {"company": "Kornblume Bäckerei", "website": "kornblume.example", "vat_id": "DE300401771"}
SHOPS = (
    ("Ringweg 4", "10115", "Berlin"), ("Lindenweg 71", "80331", "München"), ("Hauptstraße 20", "50667", "Köln"),
    ("Am Markt 3", "20095", "Hamburg"), ("Kirchgasse 8", "70173", "Stuttgart"), ("Seestraße 5", "18055", "Rostock"),
)  # fmt: skip
BARE: Row = {"street": None, "postal_code": None, "city": None, "phone": None}


def shop(at: int) -> Row:
    street, code, city = SHOPS[at]
    return CHAIN | {"street": street, "postal_code": code, "city": city, "phone": f"+49 30 55501{at:02}"}


def test_records_of_a_chain_without_a_door_are_asked_about() -> None:
    central = {"phone": "+49 800 5550000"}
    shops = [shop(at) | central | {"company": f"Kornblume Bank Filiale {SHOPS[at][2]}"} for at in range(6)]
    bare = CHAIN | BARE | central | {"company": "Kornblume Bank"}
    found = matched(*shops, *shops, *shops, *[bare, bare | {"company": "Kornblume Bank GmbH"}] * 5).merges()
    assert "chain" in found.loc["p18", "why"]
    assert found.loc["p18", "cluster"] != found.loc["p19", "cluster"]


def test_one_shop_of_a_chain_that_is_written_twice_is_merged() -> None:
    found = matched(*map(shop, range(6)), shop(3) | {"company": "Kornblume Baeckerei GmbH"})
    assert (
        found.merges().loc["p3", "cluster"]
        == found.merges().loc["p6", "cluster"]
        != found.merges().loc["p2", "cluster"]
    )


def test_a_company_of_two_doors_is_no_chain() -> None:
    found = matched(shop(0), shop(1), CHAIN | BARE, CHAIN | BARE | {"company": "Kornblume Baeckerei GmbH"})
    assert found.merges().loc["p2", "cluster"] == found.merges().loc["p3", "cluster"]


def test_one_tax_number_does_not_join_two_telephones_nor_two_shops() -> None:
    bank = CHAIN | BARE | {"company": "Kornblume Bank", "phone": "+49 40 7770000"}
    other = matched(bank, bank | {"phone": "+49 30 5550199"})
    assert other.merges().loc[["p0", "p1"], "cluster"].nunique() == 2
    shops = matched(
        bank | {"company": "Kornblume Bank Filiale Altona"}, bank | {"company": "Kornblume Bank Filiale Mitte"}
    )
    assert shops.merges().loc[["p0", "p1"], "cluster"].nunique() == 2


def test_one_tax_number_joins_a_name_and_what_it_is_short_for() -> None:
    bank = CHAIN | BARE | {"phone": "+49 40 7770000", "street": "Ringweg 4", "postal_code": "10115"}
    found = matched(
        bank | {"company": "Kornblume Elektrotechnik Hermanos"}, bank | {"company": "Kornblume Elektrotechnik Hnos"}
    )
    assert found.merges().loc[["p0", "p1"], "cluster"].nunique() == 1
