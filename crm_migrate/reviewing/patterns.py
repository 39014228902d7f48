"""Questions about patterns: one for all pairs of which a rule or the model says the same, with examples to look at."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.matching.weighing.frozen import FrozenModel
from crm_migrate.reviewing.candidates import Candidate, belief_in, members_of
from crm_migrate.reviewing.hanging import hanging
from crm_migrate.reviewing.questions import Pattern, Question, Reach
from crm_migrate.reviewing.weighing import calibrated, doubt_of, impact_of
from crm_migrate.stages.dedupe.patterns import PATTERN, evidence_of, pattern_id
from crm_migrate.workspace.models import weighed_by
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, PAIRS

LEAST = 6  # pairs from which on it is less work to look at a sample than at all of them
RANDOM = 10  # pairs at random that are looked at at most; with none wrong, at most a quarter is (at 95 %)
_SHARE = 10  # one of so many is looked at, at least two
REACH = 0.9  # of the merges that are expected
Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern before it is told: its examples as candidates, the weightiest first, and its pairs of clusters."""

    object: ObjectPlan
    rule: str
    pattern: str
    evidence: str
    edges: frozenset[Edge]
    expected: float
    gain: float
    examples: tuple[Candidate, ...]
    random: tuple[Candidate, ...]

    @property
    def id(self) -> str:
        """The name of its question."""
        return pattern_id(self.object.name, self.rule, self.pattern)

    @property
    def answers(self) -> int:
        """How many answers it takes: its own, and a look at each example."""
        return 1 + len(self.examples)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two clusters that a pattern asks about: the chance that they are one, and what hangs on them."""

    edge: Edge
    doubt: float
    chance: float
    nodes: tuple[int, ...]
    impact: float


def patterns(work: Relations, plan: Plan, each: ObjectPlan, most: int) -> list[Found]:
    """The patterns of an object with enough pairs, what is to be gained first; no example has more than `most`
    records."""
    by_pattern = _pairs(work, plan, each, most)
    model = model_hash(work, each)
    found = [
        _found(each, rule, pattern, evidence_of(each, rule, pattern, model), pairs)
        for (rule, pattern), pairs in by_pattern.items()
        if len(pairs) >= LEAST
    ]
    return sorted(found, key=lambda one: (-one.gain, one.id))


def model_hash(work: Relations, each: ObjectPlan) -> str:
    """The name of the model that weighed the pairs of an object; empty where there is none."""
    document = weighed_by(work, each.name)
    return FrozenModel.model_validate_json(document).hash if document else ""


def _pairs(work: Relations, plan: Plan, each: ObjectPlan, most: int) -> dict[tuple[str, str], list[_Pair]]:
    """(rule, pattern) -> pairs of clusters that are asked about for it, without what people have spoken about."""
    clusters = work.scan(CLUSTERS, each.name)
    alike = "list_avg(CAST(json_extract(evidence, '$.*[2]') AS DOUBLE[]))"
    rows = work.rows(
        f"SELECT p.rule, {PATTERN.replace('why', 'p.why', 1)} AS pattern, least(x.__cluster, y.__cluster) AS one,"
        f" greatest(x.__cluster, y.__cluster) AS other, max(probability), max({alike})"
        f" FROM {work.scan(PAIRS, each.name)} p JOIN {clusters} x ON x.__node = a JOIN {clusters} y ON y.__node = b"
        " WHERE outcome = 'review' AND decision IS NULL AND x.__cluster <> y.__cluster"
        " AND x.state <> 'held' AND y.state <> 'held' GROUP BY ALL ORDER BY ALL"
    )
    members = members_of(work, each, {cluster for row in rows for cluster in row[2:4]})
    hangs = hanging(work, plan, each, (node for nodes in members.values() for node in nodes))
    belief = belief_in(work, each)
    found: dict[tuple[str, str], list[_Pair]] = {}
    for rule, pattern, one, other, probability, likeness in rows:
        nodes = (*members[one], *members[other])
        if len(nodes) <= most:
            impact = impact_of([hangs[node] for node in nodes if node in hangs])
            chance = calibrated(probability, *belief)
            pair = _Pair((one, other), doubt_of(probability, likeness), chance, nodes, impact)
            found.setdefault((str(rule), str(pattern)), []).append(pair)
    return found


def _found(each: ObjectPlan, rule: str, pattern: str, evidence: str, pairs: Sequence[_Pair]) -> Found:
    name = pattern_id(each.name, rule, pattern)
    drawn = sorted(pairs, key=lambda pair: _lot(name, pair))[: min(RANDOM, max(2, ceil(len(pairs) / _SHARE)))]
    weightiest = max(pairs, key=lambda pair: (pair.impact, pair.edge))
    doubtful = max(pairs, key=lambda pair: (pair.doubt, pair.edge))
    shown = list(dict.fromkeys([weightiest, doubtful, *drawn]))
    examples = {pair: Candidate(each, "review", pair.nodes, pair.doubt, pair.impact, pair.chance) for pair in shown}
    return Found(
        each, rule, pattern, evidence, frozenset(pair.edge for pair in pairs), sum(pair.chance for pair in pairs),
        sum(pair.chance * pair.impact for pair in pairs), tuple(examples.values()), tuple(examples[p] for p in drawn),
    )  # fmt: skip


def _lot(name: str, pair: _Pair) -> str:
    """The order in which examples are drawn: by chance, and the same in every run over the same records."""
    return hashlib.sha256(f"{name} {pair.edge}".encode()).hexdigest()


def pattern_question(found: Found, told: Sequence[Question]) -> Question:
    """The question about a pattern; `told` are those of its examples, in their order."""
    ids = {candidate.nodes: question.id for candidate, question in zip(found.examples, told, strict=True)}
    said = Pattern(
        rule=found.rule, pattern=found.pattern, pairs=len(found.edges), expected=round(found.expected, 1),
        evidence=found.evidence, sample=tuple(ids.values()), random=tuple(ids[each.nodes] for each in found.random),
    )  # fmt: skip
    return Question(
        id=found.id, object=found.object.name, kind="pattern", why=found.pattern, records=(), pattern=said,
        impact=round(found.gain, 4),
    )  # fmt: skip


def uncovered(candidates: Iterable[Candidate], found: Iterable[Found]) -> list[Candidate]:
    """The candidates without those whose every pair is asked about by a pattern."""
    covered: dict[str, set[Edge]] = {}
    for one in found:
        covered.setdefault(one.object.name, set()).update(one.edges)
    return [c for c in candidates if not c.edges or not set(c.edges) <= covered.get(c.object.name, set())]


def reach_of(units: Iterable[tuple[int, float]], share: float = REACH) -> Reach | None:
    """After how many answers a share of the expected merges is settled; `units` are (answers, expected merges) in the
    order in which they are asked. None where nothing is expected."""
    listed = list(units)
    total = sum(expected for _, expected in listed)
    answers, done = 0, 0.0
    for takes, expected in listed:
        answers, done = answers + takes, done + expected
        if total and done >= share * total - 1e-9:
            return Reach(answers=answers, share=share, expected=round(total, 1))
    return None
