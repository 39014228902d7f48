"""A saboteur who strikes in one part of the records: that part is named with its counts, and no part where he struck
everywhere alike, where only the values are uneven, or where too few cells say anything."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

import pyarrow as pa
import pytest

from crm_migrate.quoting import quoted
from crm_migrate.stages.reconcile.causes import define
from crm_migrate.stages.reconcile.comparing import Compared, compare
from crm_migrate.stages.reconcile.concentrating import LEAST, Facet, Spread, spread
from crm_migrate.stages.reconcile.sure import confidence
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations

FIELDS = (Compared("name", "text"), Compared("day", "date"), Compared("stage", "choice"))
BY = (Facet("source", "source"), Facet("owner", "owner", "owner"), Facet("month", "month", "closed"))
RECORDS = 900
OWNERS = ("Ayşe", "Budi", "Chloé", "Dirk", "Emre", "Fatma")
CUT = 12

Record = dict[str, str]


def records(random: Random) -> list[Record]:
    """Records whose origin, owner and month have nothing to do with each other; a third of the names are long."""
    return [
        {
            "__entity": f"e{n:04}",
            "name": f"Kişi {n:04}" + (" ve ortakları" if random.random() < 1 / 3 else ""),
            "day": f"2025-{random.randint(1, 12):02}-{random.randint(2, 27):02}",
            "stage": random.choice(("new", "won", "lost")),
            "source": random.choices(("old", "sheet", "mail"), (6, 3, 1))[0],
            "owner": random.choice(OWNERS),
            "month": f"2025-{random.randint(1, 12):02}",
        }
        for n in range(RECORDS)
    ]


def cut(row: Record) -> None:
    row["name"] = row["name"][:CUT]


def day_before(row: Record) -> None:
    row["day"] = f"{row['day'][:8]}{int(row['day'][8:]) - 1:02}"


def default(row: Record) -> None:
    row["stage"] = "open"


KINDS: dict[str, tuple[Callable[[Record], None], str, str]] = {
    "cut": (cut, "name", f"truncated at {CUT}"),
    "day before": (day_before, "day", "date -1 day"),
    "default": (default, "stage", "default value open"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relations]:
    with relations(Run(tmp_path_factory.mktemp("run"), "r1"), "reconcile", partial=True) as found:
        define(found)
        yield found


def struck(tables: Relations, all_records: Sequence[Record], where: Callable[[Record], bool], kind: str) -> Spread:
    """The spread of the cause of that kind, where it strikes the records that `where` says."""
    change, field, cause = KINDS[kind]
    for (name,) in tables.rows("SELECT table_name FROM duckdb_tables() WHERE temporary"):
        tables.execute(f"DROP TABLE {quoted(name)}")
    actual = [dict(row) for row in all_records]
    for row in actual:
        if where(row):
            change(row)
    expected = [{**row, "__position": n} for n, row in enumerate(all_records)]
    tables.connection.register("e", pa.Table.from_pylist(expected))
    tables.connection.register("a", pa.Table.from_pylist([row | {"target_id": row["__entity"]} for row in actual]))
    cells = compare(tables, "x", "e", "a", FIELDS).cells
    return spread(tables, "e", cells, "e", BY)[field, "different", cause]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("facet", "value"), [("source", "mail"), ("owner", "Chloé"), ("month", "2025-03")])
def test_a_cause_of_one_part_is_told_with_that_part(tables: Relations, kind: str, facet: str, value: str) -> None:
    random = Random(f"{kind} {facet}")
    all_records = records(random)

    def where(row: Record) -> bool:
        return row[facet] == value and (kind != "cut" or len(row["name"]) > CUT)

    found = struck(tables, all_records, where, kind)
    place = found.places[0]
    hit = sum(where(row) for row in all_records)
    assert (place.dimension, place.value) == (facet, value)
    assert (place.count, place.elsewhere) == (hit, 0)
    assert place.of + place.elsewhere_of == found.of
    assert place.count == place.of, "in that part it has hit all that it could"
    assert len(found.places) == 1
    assert confidence("different", KINDS[kind][2], hit, found) == "high"


def test_a_part_is_told_also_where_some_cells_elsewhere_are_hit(tables: Relations) -> None:
    random = Random(5)
    all_records = records(random)
    chosen = {row["__entity"] for row in all_records if random.random() < (0.5 if row["owner"] == "Dirk" else 0.02)}
    found = struck(tables, all_records, lambda row: row["__entity"] in chosen, "day before")
    ((place,), whole) = found.places, len(chosen)
    assert (place.dimension, place.field, place.value) == ("owner", "owner", "Dirk")
    assert place.count + place.elsewhere == whole
    assert confidence("different", "date -1 day", whole, found) == "medium"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 1])
def test_no_part_is_told_where_damage_is_spread_evenly(tables: Relations, kind: str, share: float) -> None:
    for seed in range(4):
        random = Random(f"{kind} {share} {seed}")
        all_records = records(random)
        chosen = {row["__entity"] for row in all_records if random.random() < share}
        found = struck(tables, all_records, lambda row, chosen=chosen: row["__entity"] in chosen, kind)  # type: ignore[misc]
        assert found.places == [], seed


def test_a_part_with_the_only_values_that_can_be_hit_is_no_place_of_the_cause(tables: Relations) -> None:
    all_records = records(Random(7))
    for row in all_records:
        row["name"] = row["name"][:10] + (" ve ortakları" if row["source"] == "sheet" else "")
    found = struck(tables, all_records, lambda row: True, "cut")
    assert found.of == sum(row["source"] == "sheet" for row in all_records)
    assert found.places == []


def test_few_cells_say_nothing_of_a_part(tables: Relations) -> None:
    all_records = records(Random(8))
    few = {row["__entity"] for row in [row for row in all_records if row["source"] == "mail"][: LEAST - 1]}
    assert struck(tables, all_records, lambda row: row["__entity"] in few, "day before").places == []
