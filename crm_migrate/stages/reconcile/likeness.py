"""What the learned matching did: its limit and what it leaves, groups that share a home or a mailbox, and its notes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from crm_migrate.stages.dedupe.pairs import MODEL
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.workspace.figures import Example, GroupFigure, LearnedFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import FINDINGS, GROUPS, LEARNED, NODES, PAIRS

_GROUPS_SHOWN = 20
_MEMBERS_SHOWN = 6


def learned_figures(tables: Relations, object_name: str) -> Iterator[LearnedFigure]:
    """One figure where the mapping asks for the model, none where it does not."""
    view = tables.scan(LEARNED, object_name)
    pairs = tables.scan(PAIRS, object_name)
    spoken = f"SELECT outcome, count(*) FROM {pairs} WHERE rule = ? GROUP BY ALL"
    counts: dict[str, int] = dict(tables.rows(spoken, [MODEL]))
    for mode, limit, wrong, records, cut in tables.rows(
        f'SELECT mode, "limit", expected_wrong, merged_records, cut FROM {view}'
    ):
        yield LearnedFigure(
            object=object_name,
            mode=mode,
            limit=_plain(limit),
            expected_wrong=_plain(wrong),
            merged_records=records,
            cut=_plain(cut) if cut is not None else "",
            asked=int(counts.get("review", 0)),
            vetoed=int(counts.get("vetoed", 0)),
        )


def _plain(value: float) -> str:
    """A number as plain decimal text, six places."""
    text = format(Decimal(str(value)).quantize(Decimal("0.000001")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def group_figures(tables: Relations, object_name: str) -> tuple[GroupFigure, ...]:
    """Groups and records by kind, with the largest groups as examples."""
    view = tables.scan(GROUPS, object_name)
    rows = tables.rows(
        f"""SELECT kind, count(DISTINCT ("group", shared)), count(DISTINCT __node) FROM {view}
        GROUP BY kind ORDER BY kind"""
    )
    return tuple(
        GroupFigure(
            object=object_name, kind=kind, groups=groups, records=records,
            examples=tuple(_examples(tables, object_name, kind)),
        )
        for kind, groups, records in rows
    )  # fmt: skip


def _examples(tables: Relations, object_name: str, kind: str) -> Iterator[Example]:
    view = tables.scan(GROUPS, object_name)
    nodes = tables.scan(NODES, object_name)
    rows = tables.rows(
        f"""SELECT g.shared, list(n.__source || ':' || n.__key ORDER BY n.__node) FROM {view} g JOIN {nodes} n
        USING (__node) WHERE g.kind = ? GROUP BY g."group", g.shared ORDER BY count(*) DESC, g."group", g.shared
        LIMIT {min(EXAMPLES, _GROUPS_SHOWN)}""",
        [kind],
    )
    for shared, members in rows:
        more = f" and {len(members) - _MEMBERS_SHOWN} more" if len(members) > _MEMBERS_SHOWN else ""
        yield Example(record=" + ".join(members[:_MEMBERS_SHOWN]) + more, source=cast("str | None", shared))


def matching_notes(tables: Relations, object_name: str) -> list[tuple[str, str, str, int]]:
    """Code, rule, message and count of everything that `dedupe` noted about an object."""
    view = tables.scan(FINDINGS, object_name)
    rows = tables.rows(f"SELECT code, coalesce(rule, ''), message, count FROM {view} ORDER BY ALL")
    return [(str(code), str(rule), str(message), int(count)) for code, rule, message, count in rows]
