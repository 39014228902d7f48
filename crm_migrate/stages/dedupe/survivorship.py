"""Survivorship: which member of a cluster gives which cell, as SQL over the table of members.

The table of members has `__cluster`, `__node` (null for an enrichment), `__source`, `__changed`, the fields, and the
ranks `__by_trust`, `__by_new`, `__by_old`: whole numbers, unique, the best member lowest. Ties are broken alike
everywhere: trust, then newest, then lowest key. An empty cell never beats a value.

Every rule that takes one member's value is a *preference*: an integer expression, lowest wins; so all fields of all
clusters are one GROUP BY. `union`, `append` and `concat` make a new value of all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from crm_migrate.crm.types import CONSENT_STRICTNESS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.cells import items

STEP = 1 << 40  # more than there can be ranks: the criterion first, the rank within it
NOBODY = STEP << 20  # behind whoever says anything
MONEY = "__money"
_TELLING: Mapping[str, Sequence[str]] = MappingProxyType({})
COMPUTED = frozenset({"union", "append", "concat"})
_INITIAL = r"(^|\s)\p{L}\.?(\s|$)"


@dataclass(frozen=True, slots=True)
class Criterion:
    """How one field survives: `window` columns to prepare, `preference` (lowest wins), or `computed` from all."""

    preference: str = "__by_trust"
    window: tuple[tuple[str, str], ...] = ()
    computed: str = ""


def block_of(field: FieldPlan) -> str | None:
    """The block that a field survives in: declared, or the money of a record with its currency."""
    if field.survive == "never_merged" or (field.kind.role == "currency" and field.block is None):
        return field.block or MONEY
    return field.block


def criterion(field: FieldPlan) -> Criterion:
    """The criterion of a field that is in no block; ValueError for an unknown rule."""
    name = quoted(field.name)
    if field.survive in COMPUTED:
        return Criterion(
            window=(_first_said(field),),
            computed=_COMPUTED[field.survive].format(name=name, first=quoted(f"first/{field.name}"), items=items(name)),
        )
    if field.survive == "most_common":
        window = (f"common/{field.name}", f"count({name}) OVER (PARTITION BY __cluster, {name})")
        return Criterion(f"__by_trust - {quoted(window[0])} * {STEP}", (window,))
    if field.survive in ("max", "min") or (field.survive in ("newest", "oldest") and _is_time(field)):
        direction = "DESC" if field.survive in ("max", "newest") else "ASC"
        window = (
            f"place/{field.name}",
            f"row_number() OVER (ORDER BY {_typed(field)} {direction} NULLS LAST, __by_trust)",
        )
        return Criterion(quoted(window[0]), (window,))
    if field.survive not in _RULES:
        raise ValueError(f"unknown rule of survivorship: {field.survive}")
    return Criterion(_RULES[field.survive](name))


def _is_time(field: FieldPlan) -> bool:
    return field.kind.storage in ("date", "instant")


def _typed(field: FieldPlan) -> str:
    """The value as what it is; text that cannot be read as that sorts last."""
    kind = {"decimal": "DECIMAL(38, 9)", "integer": "HUGEINT", "date": "DATE", "instant": "TIMESTAMPTZ"}
    storage = field.kind.storage
    return f"TRY_CAST({quoted(field.name)} AS {kind[storage]})" if storage in kind else quoted(field.name)


def strictness(value: str) -> str:
    """SQL: how strict a consent is, 0 the strictest; what is no known state counts as unknown."""
    listed = ", ".join(literal(state) for state in CONSENT_STRICTNESS)
    unknown = CONSENT_STRICTNESS.index("unknown")
    return f"CASE WHEN {value} IN ({listed}) THEN list_position([{listed}], {value}) - 1 ELSE {unknown} END"


def _completeness(value: str) -> str:
    """Whole words before initials, then diacritics (the ASCII form is a copy), then letters of two cases."""
    words = f"least(len(regexp_extract_all({value}, '\\p{{L}}[\\p{{L}}\\p{{M}}''’]+')), 60)"
    marks = f"least(length(regexp_replace({value}, '[^\\p{{L}}]|[A-Za-z]', '', 'g')), 60)"
    cased = f"({value} <> upper({value}) AND {value} <> lower({value}))::BIGINT"
    return f"(({words} * 64 + {marks}) * 2 + {cased})"


_RULES: dict[str, Callable[[str], str]] = {
    "trust": lambda _: "__by_trust",
    "newest": lambda _: "__by_new",
    "oldest": lambda _: "__by_old",
    "first": lambda _: f"coalesce(__node, {STEP})",
    "most_complete": lambda name: f"__by_trust - {_completeness(name)} * {STEP}",
    "longest": lambda name: f"__by_trust - length({name}) * {STEP}",
    "any_true": lambda name: f"__by_trust + ({name} <> 'true')::BIGINT * {STEP}",
    "all_true": lambda name: f"__by_trust + ({name} <> 'false')::BIGINT * {STEP}",
    "strictest": lambda name: f"__by_trust + ({strictness(name)}) * {STEP}",
    "equal": lambda _: "__by_trust",
}
_COMPUTED = {
    "concat": "string_agg({name}, '; ' ORDER BY __by_trust) FILTER (WHERE {first})",
    "append": (
        "CASE WHEN count(DISTINCT {name}) > 1 THEN string_agg(concat('[', __source,"
        " coalesce(concat(' ', left(__changed, 10)), ''), '] ', {name}), chr(10) ORDER BY __by_trust) FILTER"
        " (WHERE {first})"
        " ELSE min({name}) END"
    ),
    "union": (
        "CASE WHEN count(DISTINCT {name}) > 1 THEN to_json(list_sort(list_distinct(flatten(list({items})"
        " FILTER (WHERE {name} IS NOT NULL)))))::VARCHAR ELSE min({name}) END"
    ),
}


SURVIVAL = (
    frozenset(_RULES) | COMPUTED | {"block", "never_merged", "most_common", "max", "min"}
)  # what `survive:` may say


def _first_said(field: FieldPlan) -> tuple[str, str]:
    name = quoted(field.name)
    said = f"row_number() OVER (PARTITION BY __cluster, {name} ORDER BY __by_trust) = 1 AND {name} IS NOT NULL"
    return f"first/{field.name}", said


def winners(plan: ObjectPlan, members: str, nobodies: Mapping[str, Sequence[str]] = _TELLING) -> str:
    """Query: one line per cluster with, per field, its value and `<field>/node` (-1: an enrichment, null: computed).

    Of `nobodies` (field -> values that identify nobody) one wins only where there is nothing else.
    """
    windows: list[tuple[str, str]] = []
    cells: list[str] = []
    for field in plan.fields:
        name, block = quoted(field.name), block_of(field)
        if block is not None:
            filled, preference = _block(plan, block)
            cells += _taken(f"[{name}]", name, f"({filled})", preference, field.name, "[1]")
            continue
        if field.follows:
            leader = plan.field(field.follows)
            said = f"({quoted(leader.name)} IS NOT NULL)"
            cells += _taken(f"[{name}]", name, said, criterion(leader).preference, field.name, "[1]")
            continue
        how = criterion(field)
        windows += how.window
        if how.computed:
            cells += [f"{how.computed} AS {name}", f"NULL::BIGINT AS {quoted(f'{field.name}/node')}"]
        else:
            preferred = how.preference + _last(name, nobodies.get(field.name, ()))
            cells += _taken(name, name, f"({name} IS NOT NULL)", preferred, field.name, "")
    prepared = "".join(f", {sql} AS {quoted(name)}" for name, sql in windows)
    return (
        f"SELECT __cluster, {', '.join(cells)} FROM (SELECT *{prepared} FROM {members}) GROUP BY __cluster"
        if cells
        else f"SELECT DISTINCT __cluster FROM {members}"
    )


def _last(name: str, values: Sequence[str]) -> str:
    """SQL, behind a preference: these values come after all others."""
    return f" + ({_among(name, values)})::BIGINT * {NOBODY}" if values else ""


def _among(name: str, values: Sequence[str]) -> str:
    return f"{name} IN ({', '.join(map(literal, values))})"


def _taken(value: str, name: str, filled: str, preference: str, field: str, unwrap: str) -> list[str]:
    node = "coalesce(__node, -1)" if not unwrap else f"CASE WHEN {name} IS NULL THEN NULL ELSE coalesce(__node, -1) END"
    node = f"[{node}]" if unwrap else node
    return [
        f"(arg_min({value}, {preference}) FILTER (WHERE {filled})){unwrap} AS {name}",
        f"(arg_min({node}, {preference}) FILTER (WHERE {filled})){unwrap} AS {quoted(f'{field}/node')}",
    ]


def _block(plan: ObjectPlan, block: str) -> tuple[str, str]:
    """SQL: the member has anything of the block, and the preference among such members.

    A member with one lonely cell (only a country) gives way to one with more; then the order is that of trust, unless a
    field of the block says `newest` or `oldest`.
    """
    fields = [field for field in plan.fields if block_of(field) == block]
    filled = " + ".join(f"({quoted(field.name)} IS NOT NULL)::BIGINT" for field in fields)
    words = [field.survive for field in fields if field.survive in ("newest", "oldest")]
    order = {"newest": "__by_new", "oldest": "__by_old"}[words[0]] if words else "__by_trust"
    lonely = f" + (({filled}) < 2)::BIGINT * {STEP}" if len(fields) > 1 and block != MONEY else ""
    return f"{filled} > 0", f"{order}{lonely}"


def conflicts(plan: ObjectPlan, members: str, nobodies: Mapping[str, Sequence[str]] = _TELLING) -> str | None:
    """Query: clusters whose members contradict each other in a field that must be equal, with the field; who says a
    value that identifies nobody contradicts nobody."""
    fields = [field for field in plan.fields if field.survive == "equal" and field.ref is None]
    if not fields:
        return None
    return " UNION ALL ".join(
        f"SELECT __cluster, {literal(field.name)} AS field FROM {members}"
        f" WHERE NOT {_among(quoted(field.name), nobodies.get(field.name) or [''])} GROUP BY __cluster"
        f" HAVING count(DISTINCT {quoted(field.name)}) > 1"
        for field in fields
    )
