"""The conformance kit for targets: give it a way to open your target, and it tries what a load relies on.

    @pytest.mark.parametrize("check", TARGET_CHECKS)
    def test_my_target(check, open_target):
        check(open_target)

`open_target()` opens the same empty target each time (a new connection to one database, one sandbox); every check wants
a fresh one. A check fails with an AssertionError that says what the load could not rely on.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa

from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Answer,
    By,
    Journal,
    Target,
    TargetField,
    TargetObject,
    WriteBatch,
)
from crm_migrate.crm.types import TYPES
from crm_migrate.errors import TargetConflict

OpenTarget = Callable[[], Target]
Rows = Sequence[dict[str, str | None]]

COMPANY = TargetObject("conformance_company", (TargetField("name", "company_name", required=True, length=40),))
PERSON = TargetObject(
    "conformance_person",
    (
        TargetField("name", "person_name", required=True),
        TargetField("born", "date"),
        TargetField("seen", "instant"),
        TargetField("balance", "money"),
        TargetField("visits", "integer"),
        TargetField("vip", "boolean"),
        TargetField("tags", "tags"),
        TargetField("note", "long_text"),
        TargetField("company", "reference", reference=COMPANY.name),
    ),
)
PEOPLE: Rows = (
    {"__entity": "p1", "name": "Işıl Öztürk-Müller", "born": "1899-12-31", "seen": "2024-02-29T23:59:59Z"},
    {
        "__entity": "p2",
        "name": 'O\'Hara, "Kit"\tJr',
        "balance": "-1234567890123456.78",
        "note": "line one\nline two\r\n",
    },
    {"__entity": "p3", "name": "أحمد 🦊", "visits": "-9007199254740993", "vip": "true", "tags": '["a, b","ç\\"d"]'},
    {"__entity": "p4", "name": "\\N", "vip": "false", "seen": "2024-02-29T23:59:59.123456Z", "balance": "0.10"},
    {"__entity": "p5", "name": "NULL", "note": " padded ", "born": "9999-12-31", "balance": "1000000"},
)


def batch_of(object: TargetObject, name: str, rows: Rows, action: str = "create") -> WriteBatch:
    """A batch of rows; columns are those that any row has."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = pa.table({column: pa.array([row.get(column) for row in rows], pa.string()) for column in columns})
    digest = hashlib.sha256(repr([list(row.items()) for row in rows]).encode()).hexdigest()
    assert action in ("create", "update")
    return WriteBatch("conformance", "run-1", name, object, action, table, digest)  # type: ignore[arg-type]


def write(target: Target, object: TargetObject, name: str, rows: Rows, action: str = "create") -> Answer:
    """Write rows as one batch."""
    return target.write(batch_of(object, name, rows, action))


def everything(target: Target, object: TargetObject) -> list[dict[str, str | None]]:
    """All records as the target gives them back."""
    return [row for table in target.read(object) for row in table.to_pylist()]


def opened(open_target: OpenTarget) -> Target:
    """A prepared target."""
    target = open_target()
    target.prepare((COMPANY, PERSON), apply=True)
    return target


def _taken(answer: Answer, rows: Rows) -> None:
    """Every record was loaded, each with an id of its own."""
    assert set(answer.loaded) == {row[ENTITY] for row in rows}, answer
    assert len(set(answer.loaded.values())) == len(rows), "two records answered with one id"
    assert not answer.refused and not answer.in_doubt and not answer.later and answer.refused_whole is None


def check_prepare_only_names_until_told(open_target: OpenTarget) -> None:
    """`apply=False` names what is missing and changes nothing; after `apply=True` nothing is missing."""
    target = open_target()
    missing = target.prepare((COMPANY, PERSON), apply=False)
    assert missing, "an empty target must lack something"
    assert target.prepare((COMPANY, PERSON), apply=False) == missing, "looking must not change the target"
    target.prepare((COMPANY, PERSON), apply=True)
    assert target.prepare((COMPANY, PERSON), apply=False) == (), "prepared, and still something is missing"
    described = target.describe((COMPANY.name, PERSON.name, "nobody"))
    assert described.prepared
    assert [o.name for o in described.objects] == [COMPANY.name, PERSON.name]
    target.close()


def check_identity_is_stable(open_target: OpenTarget) -> None:
    """A second connection to the prepared target says the same name."""
    first, second = opened(open_target), open_target()
    assert first.identity() == second.identity() != ""
    assert "://" not in first.identity(), "an identity is no address"
    first.close()
    second.close()


def check_every_type_round_trips(open_target: OpenTarget) -> None:
    """What was written is read back as the same canonical text, and empty stays empty. A number may lose the zeros
    behind its last digit, where the target keeps numbers and no texts."""
    target = opened(open_target)
    _taken(write(target, PERSON, "people", PEOPLE), PEOPLE)
    found = {row[ENTITY]: row for row in everything(target, PERSON)}
    for person in PEOPLE:
        for field in PERSON.fields:
            read = found[person[ENTITY]][field.name]
            sent = person.get(field.name)
            assert read == sent or _one_number(field, sent, read), f"{field.type}: wrote {sent!r}, read {read!r}"
    target.close()


def _one_number(field: TargetField, sent: str | None, read: str | None) -> bool:
    number = TYPES[field.type].storage == "decimal" and sent is not None and read is not None
    return number and Decimal(str(sent)) == Decimal(str(read))


def check_a_batch_is_written_once(open_target: OpenTarget) -> None:
    """The same batch again is a replay with the same answer, also on another connection."""
    target = opened(open_target)
    rows: Rows = ({"__entity": "c1", "name": "Acme"}, {"__entity": "c2", "name": None})
    first = write(target, COMPANY, "once", rows)
    target.close()
    target = open_target()
    again = write(target, COMPANY, "once", rows)
    assert len(everything(target, COMPANY)) == 1, "a batch that was sent twice made two records"
    if isinstance(target, Journal):
        assert again == replace(first, replayed=True)
        assert set(target.committed("conformance", "run-1")) == {"once"}
        assert target.committed("conformance", "run-2") == {}
    target.close()


def check_a_journal_refuses_other_rows(open_target: OpenTarget) -> None:
    """A batch of that name with other rows is no replay."""
    target = opened(open_target)
    if isinstance(target, Journal):
        write(target, COMPANY, "name", ({"__entity": "c1", "name": "Acme"},))
        try:
            write(target, COMPANY, "name", ({"__entity": "c2", "name": "Beta"},))
        except TargetConflict:
            assert len(everything(target, COMPANY)) == 1
        else:
            raise AssertionError("other rows under the name of a committed batch were taken")
    target.close()


def check_poison_rows_are_alone(open_target: OpenTarget) -> None:
    """k bad records reject exactly k, in the target's own words and without their values."""
    target = opened(open_target)
    bad = {3: None, 17: "x" * 41, 18: None, 49: "secret-value-" * 9}
    rows = [{"__entity": f"c{n}", "name": bad.get(n, f"Company {n}")} for n in range(50)]
    result = write(target, COMPANY, "poison", rows)
    assert set(result.refused) == {f"c{n}" for n in bad}, sorted(result.refused)
    assert set(result.loaded) == {f"c{n}" for n in range(50) if n not in bad}
    assert all(refusal.words for refusal in result.refused.values()), "a refusal without a word"
    assert not any("secret-value" in refusal.words for refusal in result.refused.values()), "it repeats the value"
    assert {row[ENTITY] for row in everything(target, COMPANY)} == {f"c{n}" for n in range(50) if n not in bad}
    target.close()


def check_a_key_is_there_once(open_target: OpenTarget) -> None:
    """A second record with the same key of ours is refused, or is the first one again; never two."""
    target = opened(open_target)
    first = write(target, COMPANY, "a", ({"__entity": "c1", "name": "Acme"},))
    again = write(target, COMPANY, "b", ({"__entity": "c1", "name": "Late twin"}, {"__entity": "c2", "name": "Beta"}))
    assert set(again.refused) == {"c1"} or again.loaded["c1"] == first.loaded["c1"]
    assert "c2" in again.loaded
    assert sorted(str(row[ENTITY]) for row in everything(target, COMPANY)) == ["c1", "c2"]
    target.close()


def check_update_writes_what_it_names(open_target: OpenTarget) -> None:
    """Only named columns change, null clears, and an unknown key is refused."""
    target = opened(open_target)
    write(target, PERSON, "create", PEOPLE)
    rows: Rows = (
        {"__entity": "p1", "born": None, "vip": "true"},
        {"__entity": "nobody", "born": "2000-01-01", "vip": "true"},
        {"__entity": "p5", "born": "2000-02-29", "vip": None},
    )
    result = write(target, PERSON, "update", rows, "update")
    assert set(result.refused) == {"nobody"}
    found = {row[ENTITY]: row for row in everything(target, PERSON)}
    assert (found["p1"]["born"], found["p1"]["vip"], found["p1"]["name"]) == (None, "true", PEOPLE[0]["name"])
    assert (found["p5"]["born"], found["p5"]["note"]) == ("2000-02-29", PEOPLE[4]["note"])
    assert len(found) == len(PEOPLE)
    target.close()


def check_adopting_takes_free_records_only(open_target: OpenTarget) -> None:
    """A record without a key of ours takes it; one that has another keeps it."""
    target = opened(open_target)
    write(target, COMPANY, "create", ({"__entity": "c1", "name": "Acme"}, {"__entity": "c2", "name": "Beta"}))
    ids = {row["name"]: row["target_id"] for row in everything(target, COMPANY)}
    rows: Rows = ({"__entity": "c9", TARGET_ID: ids["Acme"], "name": "Stolen"},)
    assert set(write(target, COMPANY, "adopt", rows, "update").refused) == {"c9"}
    assert {row["name"] for row in everything(target, COMPANY)} == {"Acme", "Beta"}
    target.close()


def check_reading_by_key_and_by_id(open_target: OpenTarget) -> None:
    """All records, some by our key, some by their ids, none; a key that is not there is not answered."""
    target = opened(open_target)
    rows: Rows = [{"__entity": f"c{n}", "name": f"Company {n}"} for n in range(20)]
    ids = write(target, COMPANY, "create", rows).loaded
    assert _read(target, "all", ()) == ids
    assert _read(target, "key", ["c3", "c19", "gone", "it's"]) == {"c3": ids["c3"], "c19": ids["c19"]}
    assert _read(target, "id", [ids["c7"]]) == {"c7": ids["c7"]}
    assert _read(target, "key", []) == _read(target, "id", []) == {}
    (row,) = (row for table in target.read(COMPANY, "key", ["c3"]) for row in table.to_pylist())
    assert row == {"target_id": ids["c3"], ENTITY: "c3", "name": "Company 3"}
    target.close()


def _read(target: Target, by: By, values: Sequence[str]) -> dict[str, str]:
    tables = list(target.read(COMPANY.bare(), by, values))
    assert all(table.column_names == ["target_id", ENTITY] for table in tables), "more than was asked for"
    return {row[ENTITY]: row["target_id"] for table in tables for row in table.to_pylist()}


def check_references_lead_somewhere(open_target: OpenTarget) -> None:
    """A reference is the target id of its parent, and comes back as that."""
    target = opened(open_target)
    parent = write(target, COMPANY, "companies", ({"__entity": "c1", "name": "Acme"},)).loaded["c1"]
    write(target, PERSON, "people", ({"__entity": "p1", "name": "Kim", "company": parent},))
    assert [row["company"] for row in everything(target, PERSON)] == [parent]
    target.close()


def check_a_reader_may_be_left(open_target: OpenTarget) -> None:
    """Reading that is given up half-way leaves nothing that blocks a write."""
    target = opened(open_target)
    most = target.limits(COMPANY, "create").rows
    for start in range(0, 2000, most):
        numbers = range(start, min(start + most, 2000))
        write(target, COMPANY, f"a{start}", [{"__entity": f"c{n}", "name": f"Company {n}"} for n in numbers])
    for _ in target.read(COMPANY):
        break
    last: Rows = ({"__entity": "last", "name": "Last"},)
    _taken(write(target, COMPANY, "b", last), last)
    assert len(everything(target, COMPANY)) == 2001
    target.close()


def check_claims_are_kept(open_target: OpenTarget) -> None:
    """Which source records an entity stands for is kept per project and object, the later word holds."""
    target = opened(open_target)
    if not isinstance(target, Journal):
        return
    for entity in ("c1", "c2"):
        target.claim(COMPANY, "conformance", pa.table({"member": ["m1", f"only {entity}"], ENTITY: [entity, entity]}))
    target.claim(COMPANY, "another", pa.table({"member": ["m1"], ENTITY: ["c9"]}))
    target.close()
    target = open_target()
    assert isinstance(target, Journal)
    kept = {tuple(row.values()) for table in target.claims(COMPANY) for row in table.to_pylist()}
    assert kept == {("conformance", "m1", "c2"), ("conformance", "only c1", "c1"),
                            ("conformance", "only c2", "c2"), ("another", "m1", "c9")}  # fmt: skip
    assert not [row for table in target.claims(PERSON) for row in table.to_pylist()]
    target.close()


TARGET_CHECKS: tuple[Callable[[OpenTarget], None], ...] = (
    check_prepare_only_names_until_told,
    check_identity_is_stable,
    check_every_type_round_trips,
    check_a_batch_is_written_once,
    check_a_journal_refuses_other_rows,
    check_poison_rows_are_alone,
    check_a_key_is_there_once,
    check_update_writes_what_it_names,
    check_adopting_takes_free_records_only,
    check_reading_by_key_and_by_id,
    check_references_lead_somewhere,
    check_a_reader_may_be_left,
    check_claims_are_kept,
)
