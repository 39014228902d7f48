"""Why two records of a run are one or are not, by the model of its plan; also of pairs that no key has proposed.

The records are weighed once more, as `dedupe` did, so that a pair has the probability that it has in every table. What
became of it is read from the tables: the last word of rules, people and the model, and the clusters.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import LearnedPlan, ObjectPlan, Plan
from crm_migrate.matching.comparing.facts import facts_of
from crm_migrate.matching.comparing.records import Records, prepare
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.matching.deciding.evidence import weigh
from crm_migrate.matching.deciding.vetoes import contradictions, first_reason
from crm_migrate.matching.explaining.model import BIT
from crm_migrate.matching.explaining.waterfall import Merging, Verdict, Waterfall, merging, waterfall
from crm_migrate.matching.weighing.engine import Resolved
from crm_migrate.matching.weighing.frozen import FrozenModel, applied
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.identities import identities, kinds
from crm_migrate.stages.dedupe.members import node_view
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import CLUSTERS, LEARNED, NODES, PAIRS


@dataclass(frozen=True, slots=True)
class Weighing:
    """The records of one object as the run weighed them: `node` of each row, what was found, and their texts."""

    object: ObjectPlan
    node: Codes
    records: Records
    found: Resolved
    texts: pl.DataFrame
    kinds: dict[str, str]

    def row(self, node: int) -> int:
        """Where a node stands."""
        return int(np.flatnonzero(self.node == node)[0])

    def said(self, row: int, told: tuple[str, ...]) -> str:
        """The texts of a row in the fields that tell these things."""
        names = [name for name, kind in self.kinds.items() if kind in told]
        return ", ".join(str(cell) for cell in self.texts.select(names).row(row) if cell) if names else ""


def explain_pair(plan: Plan, run: Run, left: str, right: str, object_name: str | None = None) -> Waterfall:
    """The weights of two records, named `source:key`, and what became of them.

    UsageError where they are not two records of one object that is matched by a model.
    """
    with relations(run, "why_not", partial=True) as work:
        each, nodes = _object_of(work, plan, (left, right), object_name)
        weighing = weighed(work, plan, each)
        return told(work, weighing, nodes, (left, right))


def weighed(work: Relations, plan: Plan, each: ObjectPlan) -> Weighing:
    """The records of an object, weighed by the model of the plan. UsageError where there is none."""
    if each.learned is None or each.name not in plan.models:
        hint = (
            f"`match: learned` of `{each.name}` in the mapping; for a file: crm-migrate match explain FILE --id COLUMN"
        )
        raise UsageError(f"no model spoke about {each.name} in run {work.run.id}", hint=hint)
    model = FrozenModel.model_validate_json(plan.models[each.name])
    nodes = _views(work, plan, each)
    node, frame = identities(work, plan, each, nodes)
    types = kinds(plan, each)
    records = prepare(frame, types, each.entity)
    found = applied(records, model, each.learned.sites == "one")
    return Weighing(each, node, records, found, frame, types)


def told(work: Relations, weighing: Weighing, nodes: tuple[int, int], names: tuple[str, str]) -> Waterfall:
    """One pair of what was weighed."""
    left, right = (weighing.row(node) for node in nodes)
    verdict = _verdict(work, weighing, nodes, (left, right))
    return waterfall(weighing.found, (left, right), names, weighing.said, verdict)


def _object_of(
    work: Relations, plan: Plan, names: tuple[str, str], object_name: str | None
) -> tuple[ObjectPlan, tuple[int, int]]:
    """The object that both are records of, and their nodes."""
    if names[0] == names[1]:
        raise UsageError(f"{names[0]} is one record", hint="name two records as source:key")
    known = [each for each in plan.objects if object_name in (None, each.name) and work.finished(CLUSTERS, each.name)]
    found = []
    for each in known:
        query = (
            f"SELECT __source || ':' || __key AS name, __node FROM {work.scan(NODES, each.name)} WHERE name IN (?, ?)"
        )
        nodes: dict[str, int] = dict(work.rows(query, list(names)))
        if len(nodes) == len(names):
            found.append((each, (int(nodes[names[0]]), int(nodes[names[1]]))))
    learned = [line for line in found if line[0].learned is not None] or found
    if not learned:
        raise UsageError(f"{names[0]} and {names[1]} are no two records of one object", hint="names are source:key")
    return learned[0]


def _views(work: Relations, plan: Plan, each: ObjectPlan) -> str:
    """The nodes of the object as `dedupe` saw them: links lead to the clusters of what was matched before it."""
    for other in sorted(plan.objects, key=lambda other: other.link is not None):
        view = node_view(work, other)
        if other.name == each.name:
            return view
        work.execute(
            f"CREATE TABLE {quoted(f'clusters/{other.name}')} AS SELECT __node AS node, __cluster AS cluster"
            f" FROM {work.scan(CLUSTERS, other.name)}"
        )
    raise AssertionError(each.name)


def _verdict(work: Relations, weighing: Weighing, nodes: tuple[int, int], rows: tuple[int, int]) -> Verdict:
    """What became of the pair: one record, asked about (also through others), or apart, and why."""
    each = weighing.object
    learned = each.learned or LearnedPlan()
    outcome, why = _became(work, each, nodes)
    lines = work.rows(f"SELECT cut FROM {work.scan(LEARNED, each.name)} WHERE cut IS NOT NULL")
    cut = float(np.log(lines[0][0] / (1 - lines[0][0]))) / BIT if lines and 0 < lines[0][0] < 1 else np.inf
    return Verdict(outcome, why, cut, learned.limit, _merging(weighing, rows))


def _became(work: Relations, each: ObjectPlan, nodes: tuple[int, int]) -> tuple[Literal["merge", "ask", "apart"], str]:
    a, b = sorted(nodes)
    clusters, pairs = work.scan(CLUSTERS, each.name), work.scan(PAIRS, each.name)
    query = f"SELECT __node, (__cluster, state, why) FROM {clusters} WHERE __node IN (?, ?)"
    held: dict[int, tuple[int, str, str | None]] = dict(work.rows(query, [a, b]))
    (one, state, held_for), (other, *_) = held[a], held[b]
    if one == other and state == "held":
        return "apart", str(held_for or "")
    if one == other:
        return "merge", ""
    said = work.rows(f"SELECT outcome, why, decision FROM {pairs} WHERE a = ? AND b = ?", [a, b])
    if said:
        outcome, why, decision = said[0]
        return ("ask" if outcome == "review" else "apart"), ", ".join(filter(None, (why, decision)))
    through = work.rows(
        f"SELECT p.why FROM {pairs} p JOIN {clusters} x ON x.__node = p.a JOIN {clusters} y ON y.__node = p.b"
        " WHERE p.outcome = 'review' AND (x.__cluster, y.__cluster) IN ((?, ?), (?, ?)) ORDER BY p.probability DESC",
        [one, other, other, one],
    )
    return ("ask", str(through[0][0])) if through else ("apart", "")


def _merging(weighing: Weighing, rows: tuple[int, int]) -> Merging:
    """What merging believes of the pair: independent evidence only, and what contradicts it most."""
    low, high = sorted(rows)
    facts, comparisons = facts_of(weighing.records), weighing.found.model.comparisons
    pair = weigh(weighing.found, np.array([low]), np.array([high]), weighing.records, facts)
    return merging(pair, 0, first_reason(contradictions(pair, comparisons, facts), 1)[0])
