"""Which records may be asked about: open pairs, held clusters, merges that rules made; each with its weight."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pyarrow as pa

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.matching.weighing.frozen import FrozenModel
from crm_migrate.reviewing.grouping import grouped
from crm_migrate.reviewing.hanging import hanging
from crm_migrate.reviewing.questions import Kind
from crm_migrate.reviewing.weighing import calibrated, doubt_of, impact_of
from crm_migrate.workspace.models import weighed_by
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, PAIRS

_ALIKE = "list_avg(CAST(json_extract(evidence, '$.*[2]') AS DOUBLE[]))"
_WORST = "list_min(CAST(json_extract(evidence, '$.*[2]') AS DOUBLE[]))"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question before it is told: its nodes, why it is one, and how much depends on it."""

    object: ObjectPlan
    kind: Kind
    nodes: tuple[int, ...]
    doubt: float
    impact: float = 0.0
    expected: float = 1.0  # merges that answers are expected to make
    edges: tuple[tuple[int, int], ...] = ()  # the pairs of clusters that are asked about

    @property
    def rank(self) -> tuple[bool, float, str, tuple[int, ...]]:
        """Open questions before those that only look back; then what is to be gained, or how doubtful it is."""
        weight = self.doubt if self.kind == "merged" else self.expected
        return self.kind == "merged", -self.impact * weight, self.object.name, self.nodes


def candidates(work: Relations, plan: Plan, each: ObjectPlan) -> list[Candidate]:
    """All that may be asked about one object, weighed."""
    found = [*_open(work, each), *_held(work, each), *_merged(work, each)]
    return _weighed(work, plan, each, found)


def _open(work: Relations, each: ObjectPlan) -> list[Candidate]:
    """Pairs that a rule or a stale decision asks about, with the records that are one with them today."""
    pairs, clusters = (
        work.scan(PAIRS, each.name),
        work.scan(CLUSTERS, each.name),
    )
    edges = work.rows(
        f"SELECT least(x.__cluster, y.__cluster) AS p, greatest(x.__cluster, y.__cluster) AS q,"
        f" max(probability), max({_ALIKE}) FROM {pairs}"
        f" JOIN {clusters} x ON x.__node = a JOIN {clusters} y ON y.__node = b"
        " WHERE outcome = 'review' AND x.__cluster <> y.__cluster AND x.state <> 'held' AND y.state <> 'held'"
        " GROUP BY p, q ORDER BY p, q"
    )
    if not edges:
        return []
    members = members_of(work, each, {cluster for row in edges for cluster in row[:2]})
    sizes = {cluster: len(nodes) for cluster, nodes in members.items()}
    sure = {(a, b): float(alike or 0.5) if probability is None else probability for a, b, probability, alike in edges}
    doubts = {(a, b): doubt_of(probability, alike) for a, b, probability, alike in edges}
    belief = belief_in(work, each)
    chances = {(a, b): calibrated(probability, *belief) for a, b, probability, alike in edges}
    found = []
    for group in grouped([(a, b, p) for (a, b), p in sure.items()], sizes):
        asked = tuple(pair for pair in combinations(group, 2) if pair in doubts)
        nodes = tuple(node for cluster in group for node in members[cluster])
        expected = min(sum(chances[pair] for pair in asked), len(group) - 1)
        found.append(Candidate(each, "review", nodes, max(doubts[pair] for pair in asked), 0.0, expected, asked))
    return found


def belief_in(work: Relations, each: ObjectPlan) -> tuple[float, float]:
    """How far the odds of the object's model are believed: `base` and `share`; as they are where there is none."""
    document = weighed_by(work, each.name)
    if not document:
        return 0.0, 1.0
    belief = FrozenModel.model_validate_json(document).belief
    return belief.base, belief.share


def members_of(work: Relations, each: ObjectPlan, clusters: Iterable[int]) -> dict[int, list[int]]:
    """Cluster -> its nodes."""
    work.connection.register("asked", pa.table({"cluster": pa.array(sorted(clusters), type=pa.int64())}))
    rows = work.rows(
        f"SELECT __cluster, __node FROM {work.scan(CLUSTERS, each.name)}"
        " WHERE __cluster IN (SELECT cluster FROM asked) ORDER BY __cluster, __node"
    )
    work.connection.unregister("asked")
    found: dict[int, list[int]] = {}
    for cluster, node in rows:
        found.setdefault(int(cluster), []).append(int(node))
    return found


def _held(work: Relations, each: ObjectPlan) -> list[Candidate]:
    """Clusters that wait because their members contradict each other."""
    rows = work.rows(f"SELECT DISTINCT __cluster FROM {work.scan(CLUSTERS, each.name)} WHERE state = 'held'")
    members = members_of(work, each, [int(row[0]) for row in rows])
    return [Candidate(each, "held", tuple(nodes), 1.0) for _, nodes in sorted(members.items())]


def _merged(work: Relations, each: ObjectPlan) -> list[Candidate]:
    """Clusters that rules joined without asking anybody."""
    pairs, clusters = (
        work.scan(PAIRS, each.name),
        work.scan(CLUSTERS, each.name),
    )
    rows = work.rows(
        f"SELECT c.__cluster, min(probability), min({_WORST}) FROM {pairs} JOIN {clusters} c ON c.__node = a"
        " WHERE outcome = 'merge' AND c.state = 'merged' GROUP BY c.__cluster HAVING bool_or(decision IS NULL)"
    )
    members = members_of(work, each, [int(row[0]) for row in rows])
    return [
        Candidate(each, "merged", tuple(members[int(c)]), doubt_of(probability, alike, settled=True))
        for c, probability, alike in sorted(rows)
    ]


def _weighed(work: Relations, plan: Plan, each: ObjectPlan, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with what depends on them."""
    nodes = sorted({node for c in candidates for node in c.nodes})
    found = hanging(work, plan, each, nodes)
    return [replace(c, impact=impact_of([found[n] for n in c.nodes if n in found])) for c in candidates]
