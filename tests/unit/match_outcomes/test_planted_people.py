"""Planted people: who shares a home, a name or a mailbox is never merged for it; who is written twice is."""

import pytest
from planted import Row, framed, person

from crm_migrate import match
from crm_migrate.matching.matcher import Matching

HOME: Row = {
    "last_name": "Aslan",
    "email": "aslan@mail.example",
    "phone": "+90 312 5550101",
    "street": "Gül Sokak 5",
    "postal_code": "06100",
    "city": "Ankara",
}
FAMILY = (("Hasan", "1970-02-03"), ("Meltem", "1972-05-09"), ("Cem", "1999-01-30"), ("Selin", "2003-11-17"))


def matched(*planted: Row) -> Matching:
    return match(framed(planted))


def kinds(found: Matching, label: str) -> set[str]:
    return set(found.groups.loc[[label], "kind"]) if label in found.groups.index else set()


def apart(found: Matching, *labels: str) -> bool:
    return found.merges().loc[list(labels), "cluster"].nunique() == len(labels)


@pytest.mark.parametrize("dated", [True, False])
def test_a_household_with_one_mailbox_is_a_group_and_nothing_is_merged(dated: bool) -> None:
    found = matched(*(HOME | {"first_name": name, "birth_date": born if dated else None} for name, born in FAMILY))
    assert apart(found, "p0", "p1", "p2", "p3")
    assert kinds(found, "p0") >= {"household", "shared_mailbox", "shared_phone"}
    household = found.groups.query("kind == 'household'").loc["p3"]
    assert household["members"] == 4
    assert household["shared_value"].startswith("Aslan")


def test_father_and_son_of_one_name_are_kept_apart_by_their_generation() -> None:
    rows = [HOME | {"first_name": "Karl", "last_name": f"Steiner {mark}"} for mark in ("Sr", "Jr.")]
    found = matched(*rows)
    assert apart(found, "p0", "p1")
    assert "generation" in found.merges().loc["p0", "why"]


def test_a_record_that_fits_father_and_son_goes_to_neither() -> None:
    karl = HOME | {"first_name": "Karl"}
    found = matched(karl | {"birth_date": "1950-03-03"}, karl | {"birth_date": "1978-08-12"}, karl)
    assert apart(found, "p0", "p1", "p2")
    assert found.merges().loc["p2", "outcome"] in ("held", "review")


@pytest.mark.parametrize("names", [("Leyla", "Deniz"), ("Tim", "Tom"), ("Anna", "Maria")])
def test_twins_are_two(names: tuple[str, str]) -> None:
    found = matched(*(HOME | {"first_name": name, "birth_date": "1999-01-30"} for name in names))
    assert apart(found, "p0", "p1")


def test_a_role_mailbox_and_a_switchboard_of_five_people_merge_nobody() -> None:
    office: Row = {"email": "info@firma.example", "phone": "+49 30 9990000"}
    found = matched(*(person(500 + at) | office for at in range(5)))
    assert apart(found, "p0", "p1", "p2", "p3", "p4")
    assert kinds(found, "p2") == {"shared_mailbox", "switchboard"}


def test_the_same_name_in_the_same_city_is_never_enough() -> None:
    bare: Row = {"first_name": "Anselm", "last_name": "Quitte", "city": "Lyon"}
    found = matched(bare, bare, bare | {"postal_code": None})
    assert apart(found, "p0", "p1", "p2")
    assert found.merges().loc["p0", "outcome"] in ("review", "apart")


def test_the_same_name_and_a_mailbox_of_a_function_are_never_enough() -> None:
    bare: Row = {"first_name": "Anselm", "last_name": "Quitte", "email": "info@werkstatt.example"}
    assert apart(matched(bare, bare), "p0", "p1")
    own = bare | {"email": "quitte@werkstatt.example"}
    assert not apart(matched(own, own), "p0", "p1")


def test_who_is_written_twice_is_merged_and_the_row_says_why() -> None:
    twice = person(600)
    found = matched(twice, twice, twice | {"phone": None, "email": str(twice["email"]).upper()})
    merges = found.merges()
    assert merges.loc[["p0", "p1", "p2"], "cluster"].tolist() == ["p0"] * 3
    assert merges.loc["p0", "outcome"] == "merge"
    assert merges.loc["p0", "why"].endswith("agree")


def test_other_birth_dates_hold_what_agrees_in_all_else() -> None:
    twice = person(610)
    found = matched(twice | {"birth_date": "1961-04-17"}, twice | {"birth_date": "1988-11-02"})
    assert apart(found, "p0", "p1")
    assert "birth dates" in found.merges().loc["p1", "why"]


def test_slips_of_the_finger_in_a_birth_date_hold_nothing() -> None:
    twice = person(611)
    found = matched(twice | {"birth_date": "1961-04-07"}, twice | {"birth_date": "1961-07-04"})
    assert not apart(found, "p0", "p1")


def test_two_customer_numbers_given_as_ids_are_two_customers() -> None:
    frame = framed([person(620), person(620)])
    frame["customer"] = None
    frame.loc[["p0", "p1"], "customer"] = ["K-100", "K-733"]
    names = {"first_name": "given_name", "last_name": "family_name", "birth_date": "birth_date"}
    types = names | {name: name for name in ("email", "phone", "street", "postal_code", "city")}
    assert match(frame, types=types).merges().loc[["p0", "p1"], "cluster"].nunique() == 1
    told = match(frame, types=types | {"customer": "id"}).merges().loc[["p0", "p1"]]
    assert told["cluster"].nunique() == 2
    assert told["why"].str.contains("ids differ").all()


def test_more_records_than_anybody_has_are_held() -> None:
    found = matched(*[person(630)] * 60)
    merges = found.merges().loc["p0":"p59"]
    assert merges["cluster"].nunique() == 60
    assert merges["why"].str.contains("more than 50").all()


def test_a_number_of_ones_own_joins_where_the_switchboard_says_nothing() -> None:
    desk = {"phone": "+90 312 5550101", "city": "Ankara"}
    staff = [
        desk | {"first_name": name, "last_name": f"{name}oglu", "mobile": f"+90 532 55502{at:02}"}
        for at, name in enumerate(("Ayla", "Bora", "Cenk", "Derya", "Emre", "Figen"))
    ]
    hasan = desk | {"first_name": "Hasan", "last_name": "Aslan"}
    own = {"mobile": "+90 532 5550133"}
    found = matched(hasan | own, hasan | own | {"city": "ANKARA"}, hasan | {"mobile": "+90 544 5557788"}, *staff)
    assert not apart(found, "p0", "p1")
    assert apart(found, "p0", "p2")


ONE_NAME: Row = {"phone": "+90 312 5550101", "postal_code": "06100", "city": "Ankara"}


def test_who_says_the_same_little_may_be_two_and_who_is_written_the_same_is_one() -> None:
    little = [ONE_NAME | {"first_name": name} for name in ("Siti", "SITI", "Budi", "Budi")]
    colleagues = [
        ONE_NAME | {"first_name": name} for name in ("Ayu", "Dewi", "Eka", "Sri", "Tri", "Wati", "Yudi", "Agus")
    ]
    found = matched(*little, *colleagues)
    assert apart(found, "p0", "p1")
    assert found.merges().loc["p0", "outcome"] == "review"
    assert not apart(found, "p2", "p3")


def test_who_says_the_same_much_is_one_however_it_is_written() -> None:
    much = HOME | {"first_name": "Hasan", "birth_date": "1970-02-03"}
    found = matched(much, {key: value and value.upper() for key, value in much.items()})
    assert not apart(found, "p0", "p1")
