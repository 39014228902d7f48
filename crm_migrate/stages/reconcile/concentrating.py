"""Where a cause is concentrated: the part of the records that it hits far more often than all others.

Counted are the cells that a cause could have hit (of a text that is cut at 20, those that are longer): a source whose
texts are long is no place of a cause for that. A part is named where it has at least `LEAST` of its cells and a quarter
of all of them, the share hit there is at least twice that elsewhere, and chance would do so less than once in ten
thousand: with cells spread evenly, the probability of so many of them in so large a part is at most
exp(-cells x KL(their share there, its share of the records)) (Hoeffding 1963, theorem 1 and section 6: drawn without
replacement), times the number of parts that were looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import log

from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.causes import could_hit
from crm_migrate.workspace.cause_figures import Dimension, Place
from crm_migrate.workspace.relations import Relations

LEAST = 10  # cells of a cause in a part of the records
QUARTER, TWICE, CHANCE = 0.25, 2.0, 1e-4
NAMED = 3  # places of a cause, the clearest first
AT_ONCE = 60  # causes that are counted in one pass: a bit each
MOST = 3 * AT_ONCE  # causes of an object that are looked at, the most frequent first

Cause = tuple[str, str, str]  # field in the target, class, cause


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to part the records: its column in the relation of facets, and the field of ours that it is of."""

    dimension: Dimension
    column: str
    field: str = ""


@dataclass(slots=True)
class Spread:
    """How a cause is spread: of how many cells that it could have hit, and the places where it is concentrated."""

    of: int = 0
    places: list[Place] = field(default_factory=list)


def spread(tables: Relations, expected: str, cells: str, facets: str, by: Sequence[Facet]) -> dict[Cause, Spread]:
    """Every cause of the table `cells` that is no match, with its spread over the records of `expected`.

    `facets` has a line per `__entity`, its columns texts that are never null.
    """
    found = tables.rows(
        f"""SELECT field, class, cause FROM {cells} WHERE class <> 'match_normalised'
        GROUP BY ALL ORDER BY count(*) DESC, field, class, cause LIMIT {MOST}"""
    )
    causes = [(str(field), str(cls), str(cause)) for field, cls, cause in found]
    kinds: dict[str, str] = dict(tables.rows(f"SELECT DISTINCT field, kind FROM {cells}"))
    spreads: dict[Cause, Spread] = {}
    for start in range(0, len(causes), AT_ONCE):
        some = causes[start : start + AT_ONCE]
        rows = tables.rows(_counts(expected, cells, facets, by, some, kinds))
        for number, cause in enumerate(some):
            spreads[cause] = _spread(by, [(*row[:3], *row[3 + 2 * number : 5 + 2 * number]) for row in rows])
    return spreads


def _counts(
    expected: str, cells: str, facets: str, by: Sequence[Facet], causes: Sequence[Cause], kinds: dict[str, str]
) -> str:
    """Query: facet (null: all records), value, values of the facet, and two counts per cause: hit, could be hit."""
    bits = " ".join(
        f"WHEN ({', '.join(f'c.{column}' for column in ('field', 'class', 'cause'))}) = "
        f"({', '.join(map(literal, cause))}) THEN {1 << number}"
        for number, cause in enumerate(causes)
    )
    hits = f"SELECT __entity, sum(CASE {bits} END)::BIGINT AS hits FROM {cells} c GROUP BY __entity"
    could = [could_hit(cls, cause, kinds[name], f"x.{quoted(name)}") for name, cls, cause in causes]
    counted = ", ".join(
        f"count(*) FILTER ((coalesce(h.hits, 0) >> {n}) & 1 = 1) AS hit{n}, "
        f"count(*) FILTER ((coalesce(h.hits, 0) >> {n}) & 1 = 1 OR {each}) AS could{n}"
        for n, each in enumerate(could)
    )
    columns = [f"f.{quoted(facet.column)}" for facet in by]
    which = f"CASE {' '.join(f'WHEN grouping({column}) = 0 THEN {n}' for n, column in enumerate(columns))} END"
    value = f"coalesce({', '.join(columns)})"
    sets = ", ".join(f"({column})" for column in [*columns, ""])
    most = f"greatest({', '.join(f'hit{n}' for n in range(len(causes)))})"
    return f"""SELECT facet, value, n, COLUMNS('^(hit|could)[0-9]+$') FROM (
      SELECT *, count(*) OVER (PARTITION BY facet) AS n FROM (
        SELECT {which} AS facet, {value} AS value, {counted}
        FROM {expected} x LEFT JOIN ({hits}) h USING (__entity) LEFT JOIN {facets} f USING (__entity)
        GROUP BY GROUPING SETS ({sets}))) WHERE facet IS NULL OR {most} >= {LEAST}"""


def _spread(by: Sequence[Facet], rows: Sequence[tuple[int | None, str, int, int, int]]) -> Spread:
    """The spread of one cause, of lines with facet, value, values of the facet, cells hit, cells that could be hit."""
    ((hit, could),) = [row[3:] for row in rows if row[0] is None]
    judged = sorted(_clear(by, rows, hit, could), key=lambda found: (-found[0], found[1]))
    places: list[Place] = []
    for _, _, place in judged:  # the only file of a source says no more than the source
        if all((place.count, place.of) != (other.count, other.of) for other in places):
            places.append(place)
    return Spread(could, places[:NAMED])


def _clear(
    by: Sequence[Facet], rows: Sequence[tuple[int | None, str, int, int, int]], hit: int, could: int
) -> Iterator[tuple[float, int, Place]]:
    """The places that are clear, each with how clear it is and the number of its facet."""
    for facet, value, parts, count, of in rows:
        if facet is None or count < LEAST or not count >= QUARTER * hit or not of < could:
            continue
        elsewhere, elsewhere_of = hit - count, could - of
        if count * elsewhere_of < TWICE * elsewhere * of:
            continue
        clear = hit * divergence(count / hit, of / could)
        if clear >= log(parts / CHANCE):
            place = Place(
                dimension=by[facet].dimension, field=by[facet].field, value=value, count=count, of=of,
                elsewhere=elsewhere, elsewhere_of=elsewhere_of,
            )  # fmt: skip
            yield clear, facet, place


def divergence(share: float, expected: float) -> float:
    """The Kullback-Leibler divergence of two coins, in nats; 0 where the share is not above the expected one."""
    if share <= expected:
        return 0.0
    rest = (1 - share) * log((1 - share) / (1 - expected)) if share < 1 else 0.0
    return share * log(share / expected) + rest
