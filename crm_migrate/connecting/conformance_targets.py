"""The conformance kit for targets: give it a way to open your target, and it tries what a load relies on.

    @pytest.mark.parametrize("check", TARGET_CHECKS)
    def test_my_target(check, open_target):
        check(open_target)

`open_target()` opens the same empty target each time (a new connection to one database, one sandbox); every check wants
a fresh one. A check fails with an AssertionError that says what the load could not rely on. A target that makes no
objects of any name gets a `Kit` with those that it has: `check(open_target, kit)`; where it can give one by itself
(`OwnKit`), `crm-migrate conformance` takes that.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol, runtime_checkable

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
    Usage,
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


@dataclass(frozen=True, slots=True)
class FileKit:
    """The files of a target: `names` are the fields that say what one is called, `size` and `md5` those that it works
    out itself ("": none), `about` refers to the company."""

    object: TargetObject
    names: tuple[str, ...]
    about: str
    size: str = ""
    md5: str = ""


@dataclass(frozen=True, slots=True)
class ListKit:
    """The lists of a target: `object` are lists with the field `name`, `member` who is in them, with the fields `one`
    (a company of the kit) and `other` (a list). Keys and names of a check begin with `token`."""

    object: TargetObject
    member: TargetObject
    token: str
    name: str = "name"
    one: str = "from"
    other: str = "to"


@dataclass(frozen=True, slots=True)
class Kit:
    """What the checks write: two objects of the target, both with the field `name`, and people, the first and last of
    them with the keys `p1` and `p5`.

    `poison` are cells of four companies that the target refuses, those of the last with `secret-value`. A person's
    `parent` is the company; `text` (filled in p1 alone) and `flag` are changed, `kept` is not. `ready` says that an
    empty target of this kind lacks nothing.
    """

    company: TargetObject = COMPANY
    person: TargetObject = PERSON
    people: Rows = PEOPLE
    name: str = "name"
    poison: Rows = ({"name": None}, {"name": "x" * 41}, {"name": None}, {"name": "secret-value-" * 9})
    ready: bool = False
    text: str = "born"
    flag: str = "vip"
    kept: str = "note"
    parent: str = "company"
    many: int = 2000  # records, more than a page
    files: FileKit | None = None
    lists: ListKit | None = None


GENERIC = Kit()


@runtime_checkable
class OwnKit(Protocol):
    """A target that makes no objects of any name, and has some that can be told apart from everybody's."""

    def kit(self, token: str) -> Kit:
        """A kit of objects that hold nothing, and that nobody else has: those of another token are others."""
        ...


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


def settled(target: Target, object: TargetObject, name: str, rows: Rows, action: str = "create") -> Answer:
    """Write rows as the loader does: what was refused as a whole is halved, what was put off is sent again."""
    answer = write(target, object, name, rows, action)
    if answer.refused_whole is not None:
        if len(rows) == 1:
            return Answer(refused={str(rows[0][ENTITY]): answer.refused_whole})
        middle = len(rows) // 2
        halves = (rows[:middle], rows[middle:])
        parts = [settled(target, object, f"{name}.{n}", half, action) for n, half in enumerate(halves)]
    elif answer.later:
        rest = [row for row in rows if row[ENTITY] in answer.later]
        parts = [replace(answer, later={}), settled(target, object, f"{name}.later", rest, action)]
    else:
        return answer
    first, second = parts
    return Answer(
        {**first.loaded, **second.loaded}, {**first.refused, **second.refused}, first.in_doubt | second.in_doubt
    )


def everything(target: Target, object: TargetObject) -> list[dict[str, str | None]]:
    """All records as the target gives them back."""
    return [row for table in target.read(object) for row in table.to_pylist()]


def opened(open_target: OpenTarget, kit: Kit = GENERIC) -> Target:
    """A prepared target."""
    target = open_target()
    target.prepare((kit.company, kit.person), apply=True)
    return target


def _taken(answer: Answer, rows: Rows) -> None:
    """Every record was loaded, each with an id of its own."""
    assert set(answer.loaded) == {row[ENTITY] for row in rows}, answer
    assert len(set(answer.loaded.values())) == len(rows), "two records answered with one id"
    assert not answer.refused and not answer.in_doubt and not answer.later and answer.refused_whole is None


def check_prepare_only_names_until_told(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """`apply=False` names what is missing and changes nothing; after `apply=True` nothing is missing."""
    target = open_target()
    missing = target.prepare((kit.company, kit.person), apply=False)
    assert missing or kit.ready, "an empty target must lack something"
    assert target.prepare((kit.company, kit.person), apply=False) == missing, "looking must not change the target"
    target.prepare((kit.company, kit.person), apply=True)
    assert target.prepare((kit.company, kit.person), apply=False) == (), "prepared, and still something is missing"
    described = target.describe((kit.company.name, kit.person.name, "nobody"))
    assert described.prepared
    assert [o.name for o in described.objects] == [kit.company.name, kit.person.name]
    target.close()


def check_identity_is_stable(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A second connection to the prepared target says the same name."""
    first, second = opened(open_target, kit), open_target()
    assert first.identity() == second.identity() != ""
    assert "://" not in first.identity(), "an identity is no address"
    first.close()
    second.close()


def check_every_type_round_trips(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """What was written is read back as the same canonical text, and empty stays empty. A number may lose the zeros
    behind its last digit, where the target keeps numbers and no texts."""
    target = opened(open_target, kit)
    _taken(settled(target, kit.person, "people", kit.people), kit.people)
    found = {row[ENTITY]: row for row in everything(target, kit.person)}
    for person in kit.people:
        for field in kit.person.fields:
            read = found[person[ENTITY]][field.name]
            sent = person.get(field.name)
            assert read == sent or _one_number(field, sent, read), f"{field.type}: wrote {sent!r}, read {read!r}"
    target.close()


def _one_number(field: TargetField, sent: str | None, read: str | None) -> bool:
    number = TYPES[field.type].storage == "decimal" and sent is not None and read is not None
    return number and Decimal(str(sent)) == Decimal(str(read))


def check_a_batch_is_written_once(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """The same batch again is a replay with the same answer, also on another connection."""
    target = opened(open_target, kit)
    rows: Rows = ({"__entity": "c1", kit.name: "Acme"}, {"__entity": "c2", **kit.poison[0]})
    first = settled(target, kit.company, "once", rows)
    target.close()
    target = open_target()
    again = settled(target, kit.company, "once", rows)
    assert len(everything(target, kit.company)) == 1, "a batch that was sent twice made two records"
    if isinstance(target, Journal):
        assert again == replace(first, replayed=True)
        assert set(target.committed("conformance", "run-1")) == {"once"}
        assert target.committed("conformance", "run-2") == {}
    target.close()


def check_a_journal_refuses_other_rows(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A batch of that name with other rows is no replay."""
    target = opened(open_target, kit)
    if isinstance(target, Journal):
        settled(target, kit.company, "name", ({"__entity": "c1", kit.name: "Acme"},))
        try:
            settled(target, kit.company, "name", ({"__entity": "c2", kit.name: "Beta"},))
        except TargetConflict:
            assert len(everything(target, kit.company)) == 1
        else:
            raise AssertionError("other rows under the name of a committed batch were taken")
    target.close()


def check_poison_rows_are_alone(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """k bad records reject exactly k, in the target's own words and without their values."""
    target = opened(open_target, kit)
    bad = dict(zip((3, 17, 18, 49), kit.poison, strict=True))
    rows = [{"__entity": f"c{n}", kit.name: f"Company {n}", **bad.get(n, {})} for n in range(50)]
    result = settled(target, kit.company, "poison", rows)
    assert set(result.refused) == {f"c{n}" for n in bad}, sorted(result.refused)
    assert set(result.loaded) == {f"c{n}" for n in range(50) if n not in bad}
    assert all(refusal.words for refusal in result.refused.values()), "a refusal without a word"
    assert not any("secret-value" in refusal.words for refusal in result.refused.values()), "it repeats the value"
    assert {row[ENTITY] for row in everything(target, kit.company)} == {f"c{n}" for n in range(50) if n not in bad}
    target.close()


def check_a_key_is_there_once(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A second record with the same key of ours is refused, or is the first one again; never two."""
    target = opened(open_target, kit)
    first = settled(target, kit.company, "a", ({"__entity": "c1", kit.name: "Acme"},))
    again = settled(
        target, kit.company, "b", ({"__entity": "c1", kit.name: "Late twin"}, {"__entity": "c2", kit.name: "Beta"})
    )
    assert set(again.refused) == {"c1"} or again.loaded["c1"] == first.loaded["c1"]
    assert "c2" in again.loaded
    assert sorted(str(row[ENTITY]) for row in everything(target, kit.company)) == ["c1", "c2"]
    target.close()


def check_update_writes_what_it_names(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Only named columns change, null clears, and an unknown key is refused."""
    target = opened(open_target, kit)
    settled(target, kit.person, "create", kit.people)
    rows: Rows = (
        {"__entity": "p1", kit.text: None, kit.flag: "true"},
        {"__entity": "nobody", kit.text: "2000-01-01", kit.flag: "true"},
        {"__entity": "p5", kit.text: "2000-02-29", kit.flag: None},
    )
    result = settled(target, kit.person, "update", rows, "update")
    assert set(result.refused) == {"nobody"}
    found = {row[ENTITY]: row for row in everything(target, kit.person)}
    assert (found["p1"][kit.text], found["p1"][kit.flag], found["p1"][kit.name]) == (
        None,
        "true",
        kit.people[0][kit.name],
    )
    assert (found["p5"][kit.text], found["p5"][kit.kept]) == ("2000-02-29", kit.people[-1][kit.kept])
    assert len(found) == len(kit.people)
    target.close()


def check_adopting_takes_free_records_only(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A record without a key of ours takes it; one that has another keeps it."""
    target = opened(open_target, kit)
    settled(target, kit.company, "create", ({"__entity": "c1", kit.name: "Acme"}, {"__entity": "c2", kit.name: "Beta"}))
    ids = {row[kit.name]: row["target_id"] for row in everything(target, kit.company)}
    rows: Rows = ({"__entity": "c9", TARGET_ID: ids["Acme"], kit.name: "Stolen"},)
    assert set(settled(target, kit.company, "adopt", rows, "update").refused) == {"c9"}
    assert {row[kit.name] for row in everything(target, kit.company)} == {"Acme", "Beta"}
    target.close()


def check_reading_by_key_and_by_id(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """All records, some by our key, some by their ids, none; a key that is not there is not answered."""
    target = opened(open_target, kit)
    rows: Rows = [{"__entity": f"c{n}", kit.name: f"Company {n}"} for n in range(20)]
    ids = settled(target, kit.company, "create", rows).loaded
    assert _read(target, kit, "all", ()) == ids
    assert _read(target, kit, "key", ["c3", "c19", "gone", "it's"]) == {"c3": ids["c3"], "c19": ids["c19"]}
    assert _read(target, kit, "id", [ids["c7"]]) == {"c7": ids["c7"]}
    assert _read(target, kit, "key", []) == _read(target, kit, "id", []) == {}
    (row,) = (row for table in target.read(kit.company, "key", ["c3"]) for row in table.to_pylist())
    filled = {name: cell for name, cell in row.items() if cell is not None}
    assert filled == {"target_id": ids["c3"], ENTITY: "c3", kit.name: "Company 3"}
    target.close()


def _read(target: Target, kit: Kit, by: By, values: Sequence[str]) -> dict[str, str]:
    tables = list(target.read(kit.company.bare(), by, values))
    assert all(table.column_names == ["target_id", ENTITY] for table in tables), "more than was asked for"
    return {row[ENTITY]: row["target_id"] for table in tables for row in table.to_pylist()}


def check_references_lead_somewhere(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A reference is the target id of its parent, and comes back as that."""
    target = opened(open_target, kit)
    parent = settled(target, kit.company, "companies", ({"__entity": "c1", kit.name: "Acme"},)).loaded["c1"]
    settled(target, kit.person, "people", ({"__entity": "p1", kit.name: "Kim", kit.parent: parent},))
    assert [row[kit.parent] for row in everything(target, kit.person)] == [parent]
    target.close()


def check_a_reader_may_be_left(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Reading that is given up half-way leaves nothing that blocks a write."""
    target = opened(open_target, kit)
    most = target.limits(kit.company, "create").rows
    for start in range(0, kit.many, most):
        numbers = range(start, min(start + most, kit.many))
        settled(target, kit.company, f"a{start}", [{"__entity": f"c{n}", kit.name: f"Company {n}"} for n in numbers])
    for _ in target.read(kit.company):
        break
    last: Rows = ({"__entity": "last", kit.name: "Last"},)
    _taken(settled(target, kit.company, "b", last), last)
    assert len(everything(target, kit.company)) == kit.many + 1
    target.close()


def check_claims_are_kept(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Which source records an entity stands for is kept per project and object, the later word holds."""
    target = opened(open_target, kit)
    if not isinstance(target, Journal):
        return
    for entity in ("c1", "c2"):
        target.claim(
            kit.company, "conformance", pa.table({"member": ["m1", f"only {entity}"], ENTITY: [entity, entity]})
        )
    target.claim(kit.company, "another", pa.table({"member": ["m1"], ENTITY: ["c9"]}))
    target.close()
    target = open_target()
    assert isinstance(target, Journal)
    kept = {tuple(row.values()) for table in target.claims(kit.company) for row in table.to_pylist()}
    assert kept == {("conformance", "m1", "c2"), ("conformance", "only c1", "c1"),
                            ("conformance", "only c2", "c2"), ("another", "m1", "c9")}  # fmt: skip
    assert not [row for table in target.claims(kit.person) for row in table.to_pylist()]
    target.close()


def check_an_allowance_can_be_planned_with(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """What a target says is left of its limits is a number of requests, and asking takes some of them."""
    target = opened(open_target, kit)
    if not isinstance(target, Usage):
        return
    said = target.allowance()
    assert all(n is None or n > 0 for n in (said.per_day, said.per_window, said.window_seconds, said.page)), said
    assert (said.per_window is None) == (said.window_seconds is None), said
    assert said.left is None or (said.per_day is not None and 0 <= said.left <= said.per_day), said
    everything(target, kit.company)
    later = target.allowance()
    assert said.left is None or said.left == 0 or later.left != said.left, "reading took nothing of what is left"
    target.close()


TARGET_CHECKS: tuple[Callable[..., None], ...] = (
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
    check_an_allowance_can_be_planned_with,
)
