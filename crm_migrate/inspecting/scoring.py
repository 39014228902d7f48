"""How the match rules of a run do on pairs that a person labelled: precision and recall per rule and in all."""

from collections.abc import Iterator, Sequence

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import Plan
from crm_migrate.matching.explaining.labels import LabelledPair, Pair, Score, score
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import CLUSTERS, NODES, PAIRS

CLUSTERS_LINE = "clusters"  # what became of the pairs after all rules, decisions, vetoes and chains


def score_run(plan: Plan, run: Run, labels: Sequence[LabelledPair]) -> dict[str, list[Score]]:
    """Scores per object: one for each rule that spoke, the last for the clusters.

    Labels name records `source:key`. UsageError for a label of an object or record that the run does not have.
    """
    with relations(run, "reconcile", partial=True) as tables:
        return {name: list(_scores(tables, name, said)) for name, said in _by_object(plan, labels).items()}


def _by_object(plan: Plan, labels: Sequence[LabelledPair]) -> dict[str, list[LabelledPair]]:
    matched = [each.name for each in plan.objects if each.match or each.learned]
    found: dict[str, list[LabelledPair]] = {}
    for label in labels:
        name = label.object or (matched[0] if len(matched) == 1 else "")
        if name not in [each.name for each in plan.objects]:
            raise UsageError(
                f"the label of {label.pair[0]} and {label.pair[1]} names no object of the mapping",
                hint=f"add a column `object` with one of: {', '.join(matched) or 'none is matched'}",
            )
        found.setdefault(name, []).append(label)
    return found


def _scores(tables: Relations, name: str, labels: list[LabelledPair]) -> Iterator[Score]:
    cluster = _clusters(tables, name, labels)
    spoken = _spoken(tables, name)
    for rule in sorted({rule for rule, _ in spoken}):
        yield score(rule, labels, spoken.get((rule, "merge"), set()), spoken.get((rule, "review"), set()))
    together = {label.pair for label in labels if cluster[label.pair[0]] == cluster[label.pair[1]]}
    asked = {pair for (_, outcome), pairs in spoken.items() if outcome == "review" for pair in pairs}
    yield score(CLUSTERS_LINE, labels, together, asked)


def _clusters(tables: Relations, name: str, labels: list[LabelledPair]) -> dict[str, int]:
    """Cluster of every labelled record."""
    wanted = sorted({record for label in labels for record in label.pair})
    rows = tables.rows(
        f"""SELECT concat(__source, ':', __key), __cluster FROM {tables.scan(NODES, name)}
        JOIN {tables.scan(CLUSTERS, name)} USING (__node)
        WHERE list_contains(?, concat(__source, ':', __key))""",
        [wanted],
    )
    found = {str(record): int(cluster) for record, cluster in rows}
    if unknown := [record for record in wanted if record not in found]:
        raise UsageError(
            f"{len(unknown)} labelled records are no {name} of run {tables.run.id}: {', '.join(unknown[:5])}",
            hint="labels name records as source:key",
        )
    return found


def _spoken(tables: Relations, name: str) -> dict[tuple[str, str], set[Pair]]:
    """The pairs of each rule and outcome, by the names of their records."""
    nodes = tables.scan(NODES, name)
    rows = tables.rows(
        f"""SELECT rule, outcome, concat(l.__source, ':', l.__key), concat(r.__source, ':', r.__key)
        FROM {tables.scan(PAIRS, name)}
        JOIN {nodes} l ON l.__node = a JOIN {nodes} r ON r.__node = b"""
    )
    found: dict[tuple[str, str], set[Pair]] = {}
    for rule, outcome, left, right in rows:
        found.setdefault((rule, outcome), set()).add((min(left, right), max(left, right)))
    return found
