"""Questions in full: records side by side, what was said about each pair, and who would win which field."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.reviewing.candidates import Candidate
from crm_migrate.reviewing.hanging import Hanging, hanging
from crm_migrate.reviewing.questions import Cells, Compared, Kind, Question, Record, question_id
from crm_migrate.reviewing.reasons import reasons
from crm_migrate.stages.dedupe.keys import nobodies
from crm_migrate.stages.dedupe.survivorship import winners
from crm_migrate.words.language import language
from crm_migrate.workspace.relations import Relations, Row
from crm_migrate.workspace.tables import CLUSTERS, GROUPS, NODES, PAIRS, texts

_SHOWN = ("__node", "__source", "__key", "__trust", "__changed")


@dataclass(frozen=True, slots=True)
class _Found:
    """What the tables say about the questions of one object: node -> ..., and question -> ..."""

    rows: Mapping[int, dict[str, Any]]
    state: Mapping[int, tuple[int, str, str]]
    compared: Mapping[int, list[Row]]
    winning: Mapping[int, dict[str, int]]
    groups: Mapping[int, list[tuple[str, set[int]]]]
    hanging: Mapping[int, Hanging]
    names: Mapping[str, Mapping[int, str]]


def tell(work: Relations, plan: Plan, each: ObjectPlan, candidates: Sequence[Candidate]) -> list[Question]:
    """The questions of one object, in the order of the candidates."""
    asked = [(number, node) for number, c in enumerate(candidates) for node in c.nodes]
    columns = [pa.array(column, type=pa.int64()) for column in zip(*asked, strict=True)] or [
        pa.array([], pa.int64())
    ] * 2
    work.connection.register("asked", pa.table(columns, names=["question", "node"]))
    found = _find(work, plan, each)
    work.connection.unregister("asked")
    return [_question(each, number, c, found) for number, c in enumerate(candidates)]


def _find(work: Relations, plan: Plan, each: ObjectPlan) -> _Found:
    fields = {f.name: "VARCHAR" if f.ref is None else "BIGINT" for f in each.fields}
    nodes, columns = work.scan(NODES, each.name, also=fields), (*_SHOWN, *fields)
    wanted = work.rows(
        f"SELECT {', '.join(map(quoted, columns))} FROM {nodes} WHERE __node IN (SELECT node FROM asked)"
    )
    rows = {int(row[0]): dict(zip(columns, row, strict=True)) for row in wanted}
    clusters = work.scan(CLUSTERS, each.name)
    state = {
        int(node): (int(cluster), str(word), why or "")
        for node, cluster, word, why in work.rows(
            f"SELECT __node, __cluster, state, why FROM {clusters} WHERE __node IN (SELECT node FROM asked)"
        )
    }
    names = {}
    for field in (f for f in each.fields if f.ref is not None):
        names[field.name] = _names(work, plan, field, {row[field.name] for row in rows.values()} - {None})
    return _Found(
        rows=rows,
        state=state,
        compared=_compared(work, each),
        winning=_winning(work, each, nodes),
        groups=_groups(work, each),
        hanging=hanging(work, plan, each, rows),
        names=names,
    )


def _names(work: Relations, plan: Plan, field: FieldPlan, nodes: set[int]) -> dict[int, str]:
    """Node of the record that is referred to -> how a person calls what it became."""
    assert field.ref is not None
    other = next((each for each in plan.objects if each.name == field.ref.object), None)
    if other is None or not nodes:
        return {}
    naming = sorted(
        (f for f in other.fields if f.ref is None and (f.kind.names or f.kind is TYPES["text"])),
        key=lambda f: -f.kind.names,
    )
    label = f"coalesce({', '.join([*(f'n.{quoted(f.name)}' for f in naming[:2]), 'n.__key'])})"
    clusters = work.scan(CLUSTERS, other.name)
    work.connection.register("referred", pa.table({"node": pa.array(sorted(nodes), type=pa.int64())}))
    found = work.rows(
        f"SELECT r.node, {label}, n.__source, n.__key FROM referred r JOIN {clusters} c ON c.__node = r.node"
        f" JOIN {work.scan(NODES, other.name, also=texts(*(f.name for f in naming[:2])))} n ON n.__node = c.__cluster"
    )
    work.connection.unregister("referred")
    return {int(node): f"{label} ({source}:{key})" for node, label, source, key in found}


def _compared(work: Relations, each: ObjectPlan) -> dict[int, list[Row]]:
    """Question -> pairs inside it that a rule, a decision or the model spoke about."""
    listed = ", ".join(f"p.{quoted(name)}" for name in PAIRS.columns)
    pairs = work.scan(PAIRS, each.name)
    rows = work.rows(
        f"SELECT x.question, {listed} FROM {pairs} p JOIN asked x ON x.node = p.a"
        " JOIN asked y ON y.node = p.b AND y.question = x.question ORDER BY x.question, p.a, p.b"
    )
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(int(row[0]), []).append(row[1:])
    return found


def _groups(work: Relations, each: ObjectPlan) -> dict[int, list[tuple[str, set[int]]]]:
    """Question -> households and the like: what is shared, and the nodes of the question that share it."""
    if not work.finished(GROUPS, each.name):
        return {}
    rows = work.rows(
        'SELECT a.question, g."group", g.kind, g.shared, list(a.node ORDER BY a.node) FROM '
        f"{work.scan(GROUPS, each.name)} g JOIN asked a ON a.node = g.__node"
        " GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL"
    )
    found: dict[int, list[tuple[str, set[int]]]] = {}
    for question, _, kind, shared, nodes in rows:
        words = str(kind).replace("_", " ") + (f" ({shared})" if shared else "")
        found.setdefault(int(question), []).append((words, {int(node) for node in nodes}))
    return found


def _winning(work: Relations, each: ObjectPlan, nodes: str) -> dict[int, dict[str, int]]:
    """Question -> field -> node that would give it, were all records of the question one."""
    order = "n.__node, n.__source, n.__key"
    work.execute(
        "CREATE OR REPLACE TEMP TABLE together AS SELECT a.question AS __cluster, n.*,"
        f" row_number() OVER (ORDER BY n.__trust, n.__changed DESC NULLS LAST, {order}) AS __by_trust,"
        f" row_number() OVER (ORDER BY n.__changed DESC NULLS LAST, n.__trust, {order}) AS __by_new,"
        f" row_number() OVER (ORDER BY n.__changed NULLS LAST, n.__trust, {order}) AS __by_old"
        f" FROM asked a JOIN {nodes} n ON n.__node = a.node"
    )
    listed = "".join(f", {quoted(f'{f.name}/node')}" for f in each.fields)
    rows = work.rows(f"SELECT __cluster{listed} FROM ({winners(each, 'together', nobodies(work, 'together', each))})")
    names = [f.name for f in each.fields]
    return {
        int(row[0]): {
            name: int(node) for name, node in zip(names, row[1:], strict=True) if node is not None and node >= 0
        }
        for row in rows
    }


# ------------------------------------------------------------------------------------------------ one question


def _question(each: ObjectPlan, number: int, candidate: Candidate, found: _Found) -> Question:
    nodes = _ordered(candidate, found)
    place = {node: n for n, node in enumerate(nodes)}
    joined = _joined(candidate.kind, nodes, found)
    records = tuple(_record(each, found, node, joined[node]) for node in nodes)
    compared = tuple(_pair(place, row) for row in found.compared.get(number, ()))
    return Question(
        id=question_id(each.name, tuple(record.name for record in records)),
        object=each.name,
        kind=candidate.kind,
        why=_why(candidate.kind, nodes, compared, found),
        records=records,
        compared=compared,
        winners={field: place[node] for field, node in found.winning.get(number, {}).items()},
        groups=tuple(
            (words, tuple(sorted(place[node] for node in shared))) for words, shared in found.groups.get(number, ())
        ),
        impact=candidate.impact,
        doubt=candidate.doubt,
    )


def _ordered(candidate: Candidate, found: _Found) -> list[int]:
    """The most trusted first; what is one today stands together."""
    trust = {node: 1 << 40 if (t := found.rows[node]["__trust"]) is None else int(t) for node in candidate.nodes}
    group = {node: node if candidate.kind == "held" else found.state[node][0] for node in candidate.nodes}
    best: dict[int, int] = {}
    for node in candidate.nodes:
        best[group[node]] = min(best.get(group[node], trust[node]), trust[node])
    return sorted(candidate.nodes, key=lambda node: (best[group[node]], group[node], trust[node], node))


def _joined(kind: Kind, nodes: Sequence[int], found: _Found) -> dict[int, int]:
    """Node -> number of the group that is one record today; held records are none yet."""
    groups: dict[int, int] = {}
    return {
        node: groups.setdefault(node if kind == "held" else found.state[node][0], len(groups) + 1) for node in nodes
    }


def _record(each: ObjectPlan, found: _Found, node: int, joined: int) -> Record:
    row = found.rows[node]
    hangs = found.hanging.get(node, Hanging())
    return Record(
        name=f"{row['__source']}:{row['__key']}",
        own={f.name: row[f.name] for f in each.fields if f.ref is None},
        shown=_shown(each, found, row),
        joined=joined,
        trust=row["__trust"],
        changed=row["__changed"],
        links=hangs.links,
        money={currency: f"{amount.normalize():f}" for currency, amount in sorted(hangs.money.items())},
    )


def _shown(each: ObjectPlan, found: _Found, row: Mapping[str, Any]) -> Cells:
    """What may be seen: not what is archived, dropped or sensitive; a link by the name of what it points to."""
    seen = [f for f in each.fields if f.action == "migrate" and f.sensitive is None]
    return {f.name: row[f.name] if f.ref is None else found.names.get(f.name, {}).get(row[f.name]) for f in seen}


def _pair(place: Mapping[int, int], row: Row) -> Compared:
    said = dict(zip(PAIRS.columns, row, strict=True))
    evidence = json.loads(said["evidence"] or "{}")
    left, right = sorted((place[int(said["a"])], place[int(said["b"])]))
    return Compared(
        left=left,
        right=right,
        outcome=said["outcome"],
        rule=said["rule"] or "",
        why=said["why"] or "",
        probability=said["probability"],
        alike={field: _number(values) for field, values in evidence.items()},
        decision=said["decision"],
    )


def _number(values: object) -> float | None:
    """The likeness of `[left, right, likeness]`."""
    likeness = values[2] if isinstance(values, list) and len(values) > 2 else None
    return float(likeness) if isinstance(likeness, int | float) else None


def _why(kind: Kind, nodes: Sequence[int], compared: Sequence[Compared], found: _Found) -> str:
    if kind != "review":
        return found.state[nodes[0]][2]
    return reasons(compared, language("en"))
