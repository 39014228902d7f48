"""A saboteur between expected and target: every defect is found with its cause, and nothing else is reported.

Defects of 32 kinds are planted alone and together in a target that is otherwise equal, beside values that are the same
written otherwise and such as the target rightly keeps. What the comparison says must be the plan of the saboteur, cell
by cell. Whole records too many or too few: `tests/unit/reconcile/test_saboteur_of_runs.py`.
"""

import datetime as dt
import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.reconcile.causes import EDITED, EMPTIED, KEPT, STALE, define, same_by
from crm_migrate.stages.reconcile.comparing import Compared, compare
from crm_migrate.stages.reconcile.keeping import kept_cells
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import write_manifest, write_part
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import ACTUAL, EDITS, PLANNED, THEIRS, Table

FIELDS = (
    Compared("name", "text"),
    Compared("note", "text"),
    Compared("town", "text"),
    Compared("mail", "email"),
    Compared("phone", "phone"),
    Compared("amount", "money"),
    Compared("day", "date"),
    Compared("at", "instant"),
    Compared("yes", "boolean"),
    Compared("tags", "tags"),
    Compared("empty", "text"),
    Compared("parent", "reference", entity=True),
    Compared("nobody", "reference", entity=True),
    Compared("consent", "choice"),
    Compared("web", "url"),
)
NAMES = [each.name for each in FIELDS]
OBJECT = ObjectPlan(
    name="x",
    entity="thing",
    target="x",
    feeds=(),
    fields=tuple(FieldPlan(name=each.name, type=each.type, target=each.name) for each in FIELDS),
)
LIMIT = 9  # characters: the truncation of a field is one limit
Cells = dict[tuple[str, str], str]  # (record, field) -> cause

Record = dict[str, Any]


def record(number: int, random: Random) -> Record:
    """A record in which no cell is like that of another, but for the parent and yes or no."""
    day = dt.date(2020, 1, 1) + dt.timedelta(days=number * 11)
    return {
        "__entity": f"e{number:03}",
        "name": f"Çağrı Müßig {number:03}",
        "note": f"note of {number:03},\n{random.getrandbits(40)}",
        "town": f"Straße {number:03}",
        "mail": f"cagri{number}@isik.example",
        "phone": f"+905320{number:06}",
        "amount": f"{1_000 + number * 97}.{number % 8 + 1}{number % 9 + 1}",  # no cent is a zero
        "day": day.isoformat(),
        "at": f"{day.isoformat()}T10:{number % 60:02}:00Z",
        "yes": "true",
        "tags": json.dumps([f"a{number}", "b"]),
        "empty": None,
        "parent": f"p{number % 5}",
        "nobody": None,
        "consent": "withdrawn",
        "web": f"https://isik.example/{number}",
    }


@dataclass
class Target:
    """What the saboteur left: the records, the cells that differ with their causes, those that only look otherwise."""

    expected: list[Record]
    random: Random
    actual: list[Record] = field(init=False)
    theirs: list[Record] = field(init=False)  # as the plan read them
    planned: list[Record] = field(init=False)
    edits: list[Record] = field(default_factory=list)
    planted: Cells = field(default_factory=dict)
    alike: Cells = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.actual, self.theirs, self.planned = ([dict(row) for row in self.expected] for _ in range(3))

    def free(self, name: str, count: int) -> list[int]:
        """Records, in order, of which that cell is as it was and which are still there."""
        touched = {entity for entity, of in {**self.planted, **self.alike} if of in (name, "*")}
        there = [n for n, row in enumerate(self.expected) if row["__entity"] not in touched]
        return sorted(self.random.sample(there, min(count, len(there))))

    def put(self, number: int, name: str, value: str | None, cause: str) -> None:
        """A cell that differs."""
        self.actual[number][name] = value
        self.planted[(self.expected[number]["__entity"], name)] = cause

    def write_otherwise(self, number: int, name: str, value: str, rule: str) -> None:
        """A cell that says the same."""
        self.actual[number][name] = value
        self.alike[(self.expected[number]["__entity"], name)] = rule


def each(name: str, cause: str, change: Callable[[str], str | None]) -> Callable[[Target], None]:
    """A defect of some single cells of a field."""

    def sabotage(target: Target) -> None:
        for number in target.free(name, target.random.randint(1, 2)):
            target.put(number, name, change(str(target.expected[number][name])), cause)

    return sabotage


def many(name: str, cause: str, change: Callable[[str], str]) -> Callable[[Target], None]:
    """A defect that only a whole column gives away."""

    def sabotage(target: Target) -> None:
        numbers = target.free(name, target.random.randint(3, 8))
        for number in numbers if len(numbers) >= 3 else ():
            target.put(number, name, change(str(target.expected[number][name])), cause)

    return sabotage


def _moved(text: str, **by: int) -> str:
    return (dt.date.fromisoformat(text) + dt.timedelta(**by)).isoformat()


def _later(text: str, seconds: int) -> str:
    at = dt.datetime.fromisoformat(text) + dt.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _times(text: str, by: str) -> str:
    return f"{Decimal(text) * Decimal(by):f}"


def swapped(target: Target) -> None:
    there = set(target.free("name", 99)) & set(target.free("note", 99))
    for number in sorted(there)[:1]:
        name, note = (target.expected[number][each] for each in ("name", "note"))
        target.put(number, "name", note, "swapped with note")
        target.put(number, "note", name, "swapped with name")


def shifted_rows(target: Target) -> None:
    """Answers that were matched by position: some records hold the note of the one behind them."""
    free = target.free("note", 99)
    runs = [n for n in free if {n, n + 1, n + 2} <= set(free) and n + 3 < len(target.expected)]
    for start in target.random.sample(runs, 1) if runs else ():
        for number in range(start, start + 3):
            target.put(number, "note", target.expected[number + 1]["note"], "shifted row")


def missing(target: Target) -> None:
    """A record that is not there: every cell that it was to have is lost."""
    whole = [n for n in target.free("name", 99) if not _touched(target, n)]
    for number in target.random.sample(whole, 1) if whole else ():
        entity = target.expected[number]["__entity"]
        filled = [name for name in NAMES if target.expected[number][name] is not None]
        target.planted |= {(entity, name): "record missing" for name in filled}
        target.planted[(entity, "*")] = ""
        target.actual[number]["__entity"] = None


def _touched(target: Target, number: int) -> bool:
    entity = target.expected[number]["__entity"]
    return any(of == entity for of, _ in {**target.planted, **target.alike})


def unlike_anything(target: Target) -> None:
    """Another value of no cause: each different from all others."""
    for name, value in (("note", "else {}"), ("mail", "else{}@x.example"), ("tags", '["else{}"]')):
        for number in target.free(name, 1):
            target.put(number, name, value.format(target.random.getrandbits(50)), "unknown")


def _as_before(target: Target, name: str, cause: str) -> Iterator[tuple[int, str]]:
    """Some cells of which the target says what it said before the load; their places and values."""
    for number in target.free(name, target.random.randint(1, 4)):
        old = BEFORE[name](target.random)
        target.theirs[number][name] = old
        target.put(number, name, old, cause)
        yield number, old


BEFORE: dict[str, Callable[[Random], str]] = {
    "name": lambda random: f"before {random.getrandbits(40)}",
    "town": lambda random: random.choice(("Merkez", "Yenişehir")),
    "amount": lambda random: f"{random.getrandbits(40)}.98",
    "day": lambda random: (dt.date(1990, 1, 1) + dt.timedelta(days=random.randrange(5000))).isoformat(),
    "parent": lambda random: f"q{random.getrandbits(4)}",
    "empty": lambda random: "from a user",
}


def stale(target: Target) -> None:
    """The value of an earlier delivery: an update that was sent and did not arrive, also where many say the same."""
    for name in target.random.sample(("name", "town", "amount", "day", "parent"), 3):
        for number, _ in _as_before(target, name, STALE):
            changed = json.loads(target.planned[number].get("__changed_fields", "[]"))
            target.planned[number]["__changed_fields"] = json.dumps([*changed, name])


def keep(target: Target) -> None:
    """What users have edited, filled, or the sources emptied: it is told, and is no defect."""
    for number, _ in _as_before(target, "name", EDITED):
        target.edits.append({"__entity": target.expected[number]["__entity"], "field": "name"})
    for number, old in _as_before(target, "empty", EMPTIED):
        target.planned[number]["empty"] = old
    list(_as_before(target, "empty", KEPT))


KINDS: dict[str, Callable[[Target], None]] = {
    "truncated": each("town", f"truncated at {LIMIT}", lambda text: text[:LIMIT]),
    "capitals": each("name", "case", str.lower),
    "question marks": each("name", "encoding", lambda text: text.replace("ğ", "?").replace("ı", "?")),
    "accents": each("name", "encoding", lambda text: text.translate(str.maketrans("ÇğıüßÖ", "CgiusO"))),
    "spelled out": each("town", "encoding", lambda text: text.replace("ß", "ss")),
    "read twice": each("name", "encoding", lambda text: text.encode().decode("latin-1")),
    "lost": each("phone", "lost", lambda text: None),
    "sign": each("amount", "sign", lambda text: f"-{text}"),
    "cents": each("amount", "scaled by 100", lambda text: _times(text, "100")),
    "hundredth": each("amount", "scaled by 0.01", lambda text: _times(text, "0.01")),
    "rounded": each("amount", "rounding", lambda text: str(Decimal(text).quantize(Decimal("0.1")))),
    "day before": each("day", "date -1 day", lambda text: _moved(text, days=-1)),
    "midnight before": each("day", "date -1 day", lambda text: f"{_moved(text, days=-1)}T00:00:00Z"),
    "day after": each("day", "date +1 day", lambda text: _moved(text, days=1)),
    "time of day": each("day", "time of day added", lambda text: f"{text}T21:00:00Z"),
    "not true": each("yes", "unknown", lambda text: "false"),
    "wrong parent": each("parent", "wrong parent", lambda text: f"p{(int(text[1:]) + 1) % 5}"),
    "no link": each("parent", "lost", lambda text: None),
    "a link too many": each("nobody", "set by the target", lambda text: "p1"),
    "opt-out lost": each("consent", "lost", lambda text: None),
    "opted in": each("consent", "unknown", lambda text: "granted"),
    "an hour": many("at", "shifted by -3600 seconds", lambda text: _later(text, -3600)),
    "two hours": many("at", "shifted by 7200 seconds", lambda text: _later(text, 7200)),
    "four days": many("day", "shifted by 4 days", lambda text: _moved(text, days=4)),
    "a fee": many("amount", "shifted by 2.5", lambda text: str(Decimal(text) + Decimal("2.5"))),
    "default": many("town", "default value Merkez", lambda text: "Merkez"),
    "filled": each("empty", "set by the target", lambda text: "from a workflow"),
    "swapped": swapped,
    "shifted rows": shifted_rows,
    "missing": missing,
    "stale": stale,
    "something else": unlike_anything,
}

OTHERWISE: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("name", "blanks around a value", lambda text: f" {text} "),
    ("name", "Unicode form", lambda text: unicodedata.normalize("NFD", text)),
    ("note", "line ends", lambda text: text.replace("\n", "\r\n")),
    ("web", "last slash of an address", lambda text: f"{text}/"),
    ("note", "HTML wrapper", lambda text: f"<p>{text}</p>"),
    ("mail", "capitals of a mailbox", str.capitalize),
    ("phone", "phone format", lambda text: f"{text[:3]} {text[3:6]} {text[6:]}"),
    ("amount", "number format", lambda text: f"{text}0"),
    ("day", "date format", lambda text: f"{text}T00:00:00Z"),
    ("at", "instant format", lambda text: f"{_later(text, 3 * 3600)[:-1]}+03:00"),
    ("yes", "boolean format", lambda text: "1"),
    ("tags", "order of a list", lambda text: json.dumps(json.loads(text)[::-1])),
)


def write_otherwise(target: Target) -> None:
    """The same values, as targets write them."""
    for name, rule, change in target.random.sample(OTHERWISE, target.random.randint(0, len(OTHERWISE))):
        for number in target.free(name, target.random.randint(1, 3)):
            target.write_otherwise(number, name, change(str(target.expected[number][name])), rule)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relations]:
    with relations(Run(tmp_path_factory.mktemp("run"), "r1"), "reconcile", partial=True) as found:
        define(found)
        yield found


def said(tables: Relations, target: Target) -> tuple[Cells, Cells]:
    """The cells that differ with their causes, and those that match by a rule."""
    for (name,) in tables.rows("SELECT table_name FROM duckdb_tables() WHERE temporary"):
        tables.execute(f"DROP TABLE {quoted(name)}")
    text = [(name, pa.string()) for name in ("__entity", *NAMES)]
    left = [row | {"__position": n} for n, row in enumerate(target.expected)]
    right = [row | {"target_id": f"t{n}"} for n, row in enumerate(target.actual) if row["__entity"]]
    target.random.shuffle(right)
    run, text = tables.run, [*text, ("__changed_fields", pa.string())]
    _write(run, PLANNED, [row | {"__action": "update"} for row in target.planned], [*text, ("__action", pa.string())])
    given = [*text, ("target_id", pa.string())]
    _write(run, THEIRS, [row | {"target_id": f"t{n}"} for n, row in enumerate(target.theirs)], given)
    _write(run, ACTUAL, right, given)
    _write(run, EDITS, target.edits, [("__entity", pa.string()), ("field", pa.string())])
    tables.connection.register("e", pa.Table.from_pylist(left, schema=pa.schema([*text, ("__position", pa.int64())])))
    tables.connection.register("a", pa.Table.from_pylist(right, schema=pa.schema([*text, ("target_id", pa.string())])))
    found = compare(tables, "x", "e", "a", FIELDS, kept_cells(tables, OBJECT, OBJECT.fields))
    rows = tables.rows(f"SELECT __entity, field, class, cause FROM {found.cells}")
    cells = {(str(entity), str(name)): (str(cls), str(cause)) for entity, name, cls, cause in rows}
    differing = {place: cause for place, (cls, cause) in cells.items() if cls != "match_normalised"}
    return differing, {place: cause for place, (cls, cause) in cells.items() if cls == "match_normalised"}


def _write(run: Run, table: Table, rows: list[Record], columns: list[tuple[str, pa.DataType]]) -> None:
    folder = run.folder.joinpath(*table.path("x"))
    part = write_part(folder, "part-00000", pa.Table.from_pylist(rows, schema=pa.schema(columns)))
    write_manifest(folder, [part])


def held(tables: Relations, target: Target, kinds: list[str]) -> None:
    differing, alike = said(tables, target)
    planted = {place: cause for place, cause in target.planted.items() if place[1] != "*"}
    assert differing == planted, kinds
    assert Counter(differing.values()) == Counter(planted.values())
    assert alike == target.alike, kinds


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_defect_is_found_by_itself(tables: Relations, kind: str) -> None:
    random = Random(kind)
    target = Target([record(n, random) for n in range(40)], random)
    KINDS[kind](target)
    assert target.planted, "it has done something"
    held(tables, target, [kind])


@pytest.mark.cases(2)
@pytest.mark.parametrize("block", range(10))
def test_any_defects_together_are_found_and_nothing_else_is_reported(tables: Relations, block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        random = Random(seed)
        target = Target([record(n, random) for n in range(random.randint(20, 60))], random)
        write_otherwise(target)
        keep(target)
        kinds = random.sample(list(KINDS), random.randint(0, len(KINDS)))
        for kind in kinds:
            KINDS[kind](target)
        held(tables, target, [f"seed {seed}", *kinds])


def test_every_way_to_write_a_value_otherwise_is_a_rule_of_its_type() -> None:
    kinds = {each.name: each.kind for each in FIELDS}
    assert [rule for name, rule, _ in OTHERWISE if rule not in same_by(kinds[name])] == []


def test_there_are_more_than_twenty_kinds() -> None:
    assert len(KINDS) >= 32


def test_every_rule_by_which_values_are_the_same_is_among_those_that_raise_no_alarm() -> None:
    rules = {rule for each in FIELDS for rule in same_by(each.kind)}
    assert rules == {rule for _, rule, _ in OTHERWISE}
