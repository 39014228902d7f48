"""Relations between parties of a real Tryton as records of their own: one of a type between two, found by our key."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from between import deaf
from trytons import Tryton, fresh

from crm_migrate.connecting.conformance_targets import Rows, batch_of, everything, settled, write
from crm_migrate.connecting.contract import TARGET_ID, Answer, Remove, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InDoubt, TargetError

pytestmark = pytest.mark.tryton

NAME = TargetField("name", "text")
ORGANISATION = TargetObject("party.party", (NAME,), "identifiers")
PERSON = TargetObject("party.party:Person", (NAME, TargetField("relations.Works for", "reference")), "identifiers")
ENDS = ("from_", "from_.Person", "to", "to.Person")
RELATION = TargetObject(
    "party.relation.all",
    (
        *(TargetField(name, "reference") for name in ENDS),
        TargetField("type.name", "text"),
        TargetField("start_date", "date"),
        TargetField("end_date", "date"),
    ),
    "identifiers",
)


@pytest.fixture(scope="module")
def database() -> Tryton:
    return fresh()


@pytest.fixture
def tryton(database: Tryton) -> Tryton:
    return database.empty()


def target_of(tryton: Tryton, **options: str) -> Target:
    return connector("tryton").target({**tryton.options, **options})


@pytest.fixture
def target(tryton: Tryton) -> Iterator[Target]:
    made = target_of(tryton)
    made.prepare((ORGANISATION, PERSON, RELATION), apply=True)
    yield made
    made.close()


@pytest.fixture
def ids(target: Target) -> dict[str, str]:
    """Two organisations and three people."""
    companies = settled(target, ORGANISATION, "o", [{"__entity": n, "name": f"Firma {n}"} for n in ("c1", "c2")])
    people = settled(target, PERSON, "p", [{"__entity": n, "name": f"Kim {n}"} for n in ("p1", "p2", "p3")])
    return {**companies.loaded, **people.loaded}


def row(entity: str, beginning: str, type: str, other: str, **more: str) -> dict[str, str | None]:
    return {"__entity": entity, "from_.Person": beginning, "type.name": type, "to.Person": other, **more}


def there(tryton: Tryton) -> list[tuple[object, ...]]:
    """The relations as somebody else sees them."""
    found = tryton.rows("party.relation.all", "from_", "type.name", "to")
    return sorted((str(each["from_"]), each["type."]["name"], str(each["to"])) for each in found)


def keys(tryton: Tryton) -> list[str]:
    codes = [str(each["code"]) for each in tryton.rows("party.identifier", "code")]
    return [code for code in codes if code.startswith("crm_migrate_relation:")]


def ask(target: Target, verb: str, rows: Rows) -> Answer:
    assert isinstance(target, Remove)
    batch = batch_of(RELATION, verb, rows, "update")
    return target.remove(replace(batch, action="remove")) if verb == "remove" else target.release(batch)


def test_several_of_a_type_and_both_kinds_of_ends(target: Target, tryton: Tryton, ids: dict[str, str]) -> None:
    rows: Rows = [
        row("r1", ids["p1"], "Child of", ids["p2"], start_date="2001-02-03"),
        row("r2", ids["p1"], "Child of", ids["p3"]),
        {"__entity": "r3", "from_.Person": ids["p2"], "type.name": "Works for", "to": ids["c1"]},
        {"__entity": "r4", "from_": ids["c2"], "type.name": "Part of", "to": ids["c1"]},
    ]
    loaded = settled(target, RELATION, "a", rows).loaded
    assert loaded.keys() == {"r1", "r2", "r3", "r4"}
    assert there(tryton) == sorted(
        [(ids["p1"], "Child of", ids["p2"]), (ids["p1"], "Child of", ids["p3"]), (ids["p2"], "Works for", ids["c1"]),
         (ids["c2"], "Part of", ids["c1"])]
    )  # fmt: skip
    filled = [{name: cell for name, cell in each.items() if cell is not None} for each in everything(target, RELATION)]
    assert filled == [{"target_id": loaded[str(each["__entity"])], **each} for each in rows]
    described = target.describe([RELATION.name]).object(RELATION.name)
    assert described is not None
    assert {each.name for each in RELATION.fields} <= {each.name for each in described.fields}


def test_the_same_again_makes_nothing_and_a_second_one_is_refused(
    target: Target, tryton: Tryton, ids: dict[str, str]
) -> None:
    one = row("r1", ids["p1"], "Child of", ids["p2"])
    loaded = settled(target, RELATION, "a", [one]).loaded
    assert write(target, RELATION, "b", [one]).loaded == loaded
    again = settled(target, RELATION, "c", [row("r2", ids["p1"], "Child of", ids["p2"])])
    assert again.refused["r2"].code == "EXISTS"
    assert settled(target, RELATION, "d", [row("r3", ids["p2"], "Child of", ids["p1"])]).loaded.keys() == {"r3"}
    assert len(there(tryton)) == 2


def test_what_has_no_two_ends_or_no_type_is_refused(target: Target, tryton: Tryton, ids: dict[str, str]) -> None:
    (stranger,) = tryton.ask("model.party.party.create", [{"name": "Of a user"}], {})
    rows: Rows = [
        {"__entity": "r1", "from_.Person": ids["p1"], "type.name": "Child of"},
        {"__entity": "r2", "from_.Person": ids["p1"], "to.Person": ids["p2"]},
        {"__entity": "r3", "from_.Person": ids["p1"], "type.name": "Knows", "to": "999999"},
        {"__entity": "r4", "from_.Person": ids["p1"], "type.name": "Knows", "to": str(stranger)},
        row("r5", ids["p1"], "Knows", ids["p2"], start_date="2001-02-03", end_date="2000-01-01"),
        row("r6", ids["p1"], "Knows", ids["p3"]),
    ]
    answer = settled(target, RELATION, "a", rows)
    assert answer.loaded.keys() == {"r6"}
    codes = {entity: why.code for entity, why in answer.refused.items()}
    assert codes.pop("r5") not in ("", "EXISTS"), "the server itself says what days it takes"
    assert codes == {"r1": "REQUIRED", "r2": "REQUIRED", "r3": "NOT_FOUND", "r4": "NOT_OURS"}
    with pytest.raises(TargetError, match="lacks the field nowhere"):
        write(target, RELATION, "b", [{**row("r7", ids["p1"], "Knows", ids["p2"]), "nowhere": "x"}])
    assert len(there(tryton)) == len(keys(tryton)) == 1


def test_ends_and_types_change_and_the_key_goes_along(target: Target, tryton: Tryton, ids: dict[str, str]) -> None:
    loaded = settled(target, RELATION, "a", [row("r1", ids["p1"], "Child of", ids["p2"], end_date="2001-01-01")]).loaded
    changes: Rows = [
        {"__entity": "r1", "from_.Person": ids["p3"]},
        {"__entity": "r1", "to.Person": None, "to": ids["c1"]},
        {"__entity": "r1", "type.name": "Works for", "end_date": None},
    ]
    for number, change in enumerate(changes):
        assert settled(target, RELATION, f"b{number}", [change], "update").loaded == loaded
    (read,) = everything(target, RELATION)
    assert {name: cell for name, cell in read.items() if cell is not None} == {
        "target_id": loaded["r1"], "__entity": "r1", "from_.Person": ids["p3"], "type.name": "Works for",
        "to": ids["c1"],
    }  # fmt: skip
    assert there(tryton) == [(ids["p3"], "Works for", ids["c1"])]
    assert len(keys(tryton)) == 1


@pytest.mark.parametrize("word", [b"Child of", b"start_date"])
def test_an_answer_that_got_lost_is_doubt_and_the_key_settles_it(
    target: Target, tryton: Tryton, ids: dict[str, str], word: bytes
) -> None:
    one = row("r1", ids["p1"], "Child of", ids["p2"])
    action = "create"
    if word != b"Child of":
        settled(target, RELATION, "before", [one])
        one, action = {"__entity": "r1", "start_date": "2020-01-01"}, "update"
    with deaf(tryton.url, b"party.party.write") as url:
        behind = target_of(tryton, url=url)
        with pytest.raises(InDoubt):
            write(behind, RELATION, "a", [one], action)
        (found,) = [each for table in behind.read(RELATION, "key", ["r1"]) for each in table.to_pylist()]
        assert write(behind, RELATION, "a", [one], action).loaded == {"r1": found["target_id"]}
        behind.close()
    assert there(tryton) == [(ids["p1"], "Child of", ids["p2"])]
    assert len(keys(tryton)) == 1


def test_users_make_one_party_of_two_and_the_keys_stay(target: Target, tryton: Tryton, ids: dict[str, str]) -> None:
    rows = [
        row("r1", ids["p1"], "Knows", ids["p3"]),
        row("r2", ids["p2"], "Knows", ids["p3"]),
        row("r3", ids["p3"], "Knows", ids["p1"]),
    ]
    loaded = settled(target, RELATION, "a", rows).loaded
    for each in ("p1", "p2"):
        tryton.ask("model.party.party.write", [int(ids[each])], {"name": "Kim"}, {})
    session, *_ = tryton.ask("wizard.party.replace.create", {})
    chosen = {"ask": {"source": int(ids["p1"]), "destination": int(ids["p2"])}}
    tryton.ask("wizard.party.replace.execute", session, chosen, "replace", {})
    read = {str(each["__entity"]): each for each in everything(target, RELATION)}
    assert {entity: each["target_id"] for entity, each in read.items()} == loaded
    assert {entity: each["from_.Person"] for entity, each in read.items()} == {
        "r1": ids["p2"], "r2": ids["p2"], "r3": ids["p3"],
    }  # fmt: skip
    assert read["r3"]["to.Person"] == ids["p2"]


def test_a_relation_of_ours_is_no_field_of_its_party(target: Target, tryton: Tryton, ids: dict[str, str]) -> None:
    """A field `relations.Works for` is another relation, which its party owns."""
    one: Rows = [{"__entity": "r1", "from_.Person": ids["p1"], "type.name": "Works for", "to": ids["c1"]}]
    settled(target, RELATION, "a", one)
    settled(target, PERSON, "b", [{"__entity": "p1", "relations.Works for": ids["c2"]}], "update")
    kinds = sorted((ids["p1"], "Works for", ids[each]) for each in ("c1", "c2"))
    assert there(tryton) == kinds
    people = {str(each["__entity"]): each["relations.Works for"] for each in everything(target, PERSON)}
    assert people == {"p1": ids["c2"], "p2": None, "p3": None}
    assert [each["__entity"] for each in everything(target, RELATION)] == ["r1", None]


def test_a_relation_of_theirs_is_adopted_and_given_back(target: Target, tryton: Tryton, ids: dict[str, str]) -> None:
    (kind,) = tryton.ask("model.party.relation.type.create", [{"name": "Knows"}], {})
    made = {"from_": int(ids["p1"]), "to": int(ids["p2"]), "type": kind}
    (id,) = map(str, tryton.ask("model.party.relation.all.create", [made], {}))
    adopted: Rows = [{"__entity": "r1", TARGET_ID: id, "start_date": "2020-01-01"}]
    assert settled(target, RELATION, "a", adopted, "update").loaded == {"r1": id}
    assert [each["__entity"] for each in everything(target, RELATION)] == ["r1"]
    back: Rows = [{"__entity": "r1", TARGET_ID: id, "start_date": None}]
    assert ask(target, "release", back).loaded == {"r1": id}
    assert ask(target, "release", back).loaded == {"r1": id}, "once more does no harm"
    assert [(each["__entity"], each["start_date"]) for each in everything(target, RELATION)] == [(None, None)]
    assert keys(tryton) == []


def test_what_is_taken_back_takes_its_key_along_and_nobody_goes_while_it_is_there(
    target: Target, tryton: Tryton, ids: dict[str, str]
) -> None:
    assert isinstance(target, Remove)
    rows = [row(f"r{n}", ids["p1"], "Knows", ids[other]) for n, other in enumerate(("p2", "p3"))]
    loaded = settled(target, RELATION, "a", rows).loaded
    told = {tuple(each.values()) for table in target.referred(PERSON, ()) for each in table.to_pylist()}
    assert told == {(ids[other], RELATION.name, "to.Person") for other in ("p2", "p3")}
    known = {(RELATION.name, "to.Person")}
    assert not [table for table in target.referred(PERSON, known) if table.num_rows]
    assert not [table for table in target.referred(RELATION, ()) if table.num_rows]
    party = replace(batch_of(PERSON, "p", [{"__entity": "p2", TARGET_ID: ids["p2"]}], "update"), action="remove")
    assert target.remove(party).refused.keys() == {"p2"}
    asked: Rows = [{"__entity": entity, TARGET_ID: id} for entity, id in loaded.items()]
    strange = ask(target, "remove", [{"__entity": "stranger", TARGET_ID: loaded["r0"]}])
    assert strange.refused.keys() == {"stranger"}
    assert ask(target, "remove", asked[:1]).loaded == {"r0": loaded["r0"]}
    again = ask(target, "remove", asked)
    assert (again.loaded, again.gone) == (loaded, {"r0"})
    assert (there(tryton), keys(tryton)) == ([], [])
    assert target.remove(party).loaded == {"p2": ids["p2"]}
