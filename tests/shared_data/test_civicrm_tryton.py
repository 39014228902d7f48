"""CiviCRM out of a MariaDB into a real Tryton: every contact, what reaches it, what it forbade, who is whose."""

import shutil
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from civicrm_database import DATA, restored, texts, whole
from moved import Moved, Record, move
from trytons import Tryton, fresh

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.mariadb,
    pytest.mark.tryton,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} is not beside the checkout"),
]

DECISIONS = """decisions:
  - {id: D-001, who: migration_lead, when: 2026-11-30, text: What was done and given stays in the old system.}
  - {id: D-002, who: migration_lead, when: 2026-11-30, text: One address of each contact is enough.}
"""
HERE = Path(__file__).resolve().parent
KEY = "crm_migrate_id:"
PARTY = ("name", "write_date", "identifiers.code", "contact_mechanisms.type", "contact_mechanisms.value",
         "addresses.street", "addresses.city", "addresses.postal_code", "addresses.subdivision.code",
         "addresses.country.code", "categories.rec_name")  # fmt: skip
WHO = whole("c")
Lines = Counter[tuple[str | None, ...]]


@pytest.fixture(scope="module")
def civicrm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    with restored(tmp_path_factory.mktemp("civicrm")) as reader:
        yield reader


def furnished(tryton: Tryton, civicrm: sa.Connection) -> Tryton:
    """With the country and the states that an administrator imports first."""
    (country,) = tryton.ask("model.country.country.create", [{"name": "United States", "code": "US"}], {})
    states = texts(civicrm, "SELECT name, abbreviation FROM civicrm_state_province WHERE country_id = 1228")
    lines = [{"name": n, "code": f"US-{code}", "type": "state", "country": country} for n, code in states]
    tryton.ask("model.country.subdivision.create", lines, {})
    return tryton


def held(tryton: Tryton) -> list[Record]:
    """Every party and relation as it is now."""
    relations = tryton.rows("party.relation.all", "from_", "type.name", "to", "start_date", "end_date")
    return [*tryton.rows("party.party", *PARTY), *relations]


def keys_of(record: Record) -> list[str]:
    """Our keys of a party."""
    codes = [str(each["code"]) for each in record.get("identifiers.", ())]
    return [code.removeprefix(KEY) for code in codes if code.startswith(KEY)]


@pytest.fixture(scope="module")
def moved(civicrm: sa.Connection, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    tryton = furnished(fresh(), civicrm)
    folder = tmp_path_factory.mktemp("civicrm-tryton")
    shutil.copy(HERE / "civicrm-tryton.yaml", folder / "crm-migrate.yaml")
    (folder / "decisions").mkdir()
    (folder / "decisions" / "decisions.yaml").write_text(DECISIONS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CIVICRM_URL", civicrm.engine.url.set(drivername="mariadb").render_as_string(False))
        for name, option in (("URL", "url"), ("DATABASE", "database"), ("PASSWORD", "password")):
            patch.setenv(f"TRYTON_{name}", tryton.options[option])
        return move(folder, lambda: held(tryton), keys_of)


def there(civicrm: sa.Connection, sql: str) -> Lines:
    """What CiviCRM's own tables say; the contact is `c`."""
    return Counter(texts(civicrm, sql))


def below(record: Record, root: str) -> list[str]:
    """The children of a category that a party is in."""
    names = [str(each["rec_name"]) for each in record["categories."]]
    return [name.removeprefix(f"{root} / ") for name in names if name.startswith(f"{root} / ")]


def by_category(moved: Moved, root: str) -> Lines:
    return Counter((each["name"], word) for each in moved.records for word in below(each, root))


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    figures: dict[str, Any] = dict(moved.run.figures)
    assert all(line["unexplained"] == 0 for line in figures["accounting"])
    assert all(Decimal(bridge["unexplained"]) == 0 for bridge in figures["bridges"])
    assert figures["verdict"] == "GO"


def test_what_stays_behind_is_counted(moved: Moved, civicrm: sa.Connection) -> None:
    tables = {"activity": "activity", "involved": "activity_contact", "remark": "note", "gift": "contribution"}
    expected = {
        name: int(str(texts(civicrm, f"SELECT count(*) FROM civicrm_{table}")[0][0])) for name, table in tables.items()
    }
    expected["further_address"] = 9
    figures: dict[str, Any] = dict(moved.run.figures)
    behind = {each["source"]: each["records"] for each in figures["sources"] if each["source"] in expected}
    assert behind == expected
    assert {each[0]: each[4] for each in figures["decisions"]} == {"D-001": sum(expected.values()) - 9, "D-002": 9}


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_undo_leaves_the_server_as_it_was(moved: Moved) -> None:
    assert moved.states[3] == moved.states[0]


def test_every_party_is_there_once_as_what_it_is(moved: Moved, civicrm: sa.Connection) -> None:
    kinds = {"Person": "Individual", "Household": "Household", "": "Organization"}
    here = Counter((kinds["".join(below(each, "Kind"))], each["name"]) for each in moved.records)
    assert here == there(civicrm, f"SELECT contact_type, {WHO} FROM civicrm_contact c")
    assert set(Counter(key for each in moved.records for key in keys_of(each)).values()) == {1}
    assert [len(keys_of(each)) for each in moved.records] == [1] * 201


def mechanisms(record: Record, kind: str) -> list[str]:
    found = sorted(record["contact_mechanisms."], key=lambda each: int(each["id"]))
    return [str(each["value"]) for each in found if each["type"] == kind]


def test_every_mailbox_hangs_on_its_contact_the_first_one_first(moved: Moved, civicrm: sa.Connection) -> None:
    sql = f"SELECT {WHO}, lower(e.email) FROM civicrm_email e JOIN civicrm_contact c ON c.id = e.contact_id"
    here = Counter((each["name"], value.lower()) for each in moved.records for value in mechanisms(each, "email"))
    assert here == there(civicrm, sql)
    assert here.total() == 206, "three more are of places of events"
    first = Counter((each["name"], boxes[0].lower()) for each in moved.records if (boxes := mechanisms(each, "email")))
    best = "(SELECT id FROM civicrm_email x WHERE x.contact_id = c.id ORDER BY is_primary DESC, id LIMIT 1)"
    assert first == there(civicrm, f"{sql} WHERE e.id = {best}")


def test_every_number_hangs_on_its_contact(moved: Moved, civicrm: sa.Connection) -> None:
    """Fixed and mobile; by their digits, since a number of the country has its prefix now."""
    kinds = {"1": "phone", "2": "mobile"}
    said = texts(
        civicrm,
        f"SELECT {WHO}, phone_type_id, phone FROM civicrm_phone p JOIN civicrm_contact c ON c.id = p.contact_id",
    )
    expected = Counter((name, kinds[str(kind)], digits(str(number))) for name, kind, number in said)
    here = Counter(
        (each["name"], kind, digits(value))
        for each in moved.records
        for kind in kinds.values()
        for value in mechanisms(each, kind)
    )
    assert here == expected
    assert here.total() == 143


def digits(number: str) -> str:
    """The last ten at most."""
    return "".join(sign for sign in number if sign.isdigit())[-10:]


def test_the_first_address_of_each_contact(moved: Moved, civicrm: sa.Connection) -> None:
    """Of the 169 of contacts nine are further ones, which Tryton would take, and our connector has no place for."""
    expected = there(
        civicrm,
        f"SELECT {WHO}, concat_ws(', ', supplemental_address_1, street_address), city, postal_code, "
        "concat('US-', s.abbreviation), l.iso_code FROM civicrm_contact c JOIN civicrm_address a ON a.id = "
        "(SELECT id FROM civicrm_address x WHERE x.contact_id = c.id ORDER BY is_primary DESC, id LIMIT 1) "
        "LEFT JOIN civicrm_state_province s ON s.id = a.state_province_id "
        "JOIN civicrm_country l ON l.id = a.country_id",
    )
    here = Counter(
        (each["name"], *(place[field] or None for field in ("street", "city", "postal_code")),
         (place["subdivision."] or {}).get("code"), (place["country."] or {}).get("code"))
        for each in moved.records
        for place in each["addresses."]
    )  # fmt: skip
    assert here == expected
    assert here.total() == 160


def test_what_each_contact_forbade_and_who_died(moved: Moved, civicrm: sa.Connection) -> None:
    for root, word, condition, count in (
        ("Consent", "withdrawn", "do_not_email OR is_opt_out", 46),
        ("Do not call", "true", "do_not_phone", 50),
        ("Deceased", "true", "is_deceased", 4),
    ):
        here = Counter({line: n for line, n in by_category(moved, root).items() if line[1] == word})
        assert here == there(civicrm, f"SELECT {WHO}, '{word}' FROM civicrm_contact c WHERE {condition}"), root
        assert here.total() == count


def test_tags_and_memberships_are_categories(moved: Moved, civicrm: sa.Connection) -> None:
    tags = "FROM civicrm_entity_tag t JOIN civicrm_tag w ON w.id = tag_id JOIN civicrm_contact c ON c.id = entity_id"
    assert by_category(moved, "Tag") == there(civicrm, f"SELECT {WHO}, w.name {tags}")
    assert by_category(moved, "Tag").total() == 115
    member = (
        "FROM civicrm_membership m JOIN civicrm_contact c ON c.id = contact_id "
        "JOIN civicrm_membership_type k ON k.id = membership_type_id "
        "JOIN civicrm_membership_status s ON s.id = status_id"
    )
    assert by_category(moved, "Membership") == there(civicrm, f"SELECT {WHO}, k.name {member}")
    assert by_category(moved, "Membership status") == there(civicrm, f"SELECT {WHO}, s.label {member}")


def test_every_relationship_joins_the_same_two(moved: Moved, civicrm: sa.Connection) -> None:
    names = {each["id"]: each["name"] for each in moved.states[1] if "name" in each}
    relations = [each for each in moved.states[1] if "from_" in each]
    here = Counter((each["type."]["name"], names[each["from_"]], names[each["to"]]) for each in relations)
    role = "concat(if(r.is_active, '', 'Formerly: '), k.name_a_b)"
    assert here == there(
        civicrm,
        f"SELECT {role}, {whole('a')}, {whole('b')} FROM civicrm_relationship r "
        "JOIN civicrm_relationship_type k ON k.id = r.relationship_type_id "
        "JOIN civicrm_contact a ON a.id = r.contact_id_a JOIN civicrm_contact b ON b.id = r.contact_id_b",
    )
    assert here.total() == 215
