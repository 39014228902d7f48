"""Records of one entity become one: match -> cluster -> decide -> survive -> re-parent.

Merging is by decisions of people, by rules and, where the mapping asks for it, by the learned model, in this order.
Records that only look alike stay apart and are asked about; records that contradict each other are never joined, not
even through a third.
"""

from collections.abc import Callable
from pathlib import Path

from crm_migrate.errors import MappingError
from crm_migrate.finding import errors
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.clustering import create_clusters
from crm_migrate.stages.dedupe.decisions import replay
from crm_migrate.stages.dedupe.earlier import follow_merged, keep_loaded
from crm_migrate.stages.dedupe.identities import kinds
from crm_migrate.stages.dedupe.keys import create_keys, untelling
from crm_migrate.stages.dedupe.learned import learn
from crm_migrate.stages.dedupe.learning import publish_learned, told
from crm_migrate.stages.dedupe.looked_up import join_questions
from crm_migrate.stages.dedupe.members import node_view
from crm_migrate.stages.dedupe.pairs import BLOCK, WINDOW, create_verdicts, evidence, settle_pairs
from crm_migrate.stages.dedupe.patterns import replay_patterns
from crm_migrate.stages.dedupe.proofs import Clock
from crm_migrate.stages.dedupe.rules import compared_fields, shared_fields, unsupported
from crm_migrate.stages.dedupe.same_links import join_same
from crm_migrate.stages.dedupe.shared import create_shared
from crm_migrate.stages.dedupe.surviving import survive
from crm_migrate.workspace.decisions import DuplicateDecision, read_duplicates
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.patterns import PatternDecision, read_patterns
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.tables import FINDINGS, FOLLOWED, PAIRS

Crosswalk = Callable[[str], Path]  # object -> folder of its crosswalk


def dedupe(plan: Plan, run: Run, crosswalk: Crosswalk | None = None) -> None:
    """Read `link/...` and leave the tables of `dedupe/<object>/` of all objects (docs/architecture.md).

    `crosswalk` gives the folder of an object's crosswalk where records were loaded before: with `learned: merge`, those
    that were loaded as one stay one, and those that were merged in the target (`follow/`) are one. MappingError where
    the plan asks for what cannot be done, or where decisions contradict each other.
    """
    decisions, findings = read_duplicates(run.decisions)
    patterns, damaged = read_patterns(run.decisions)
    findings = [*unsupported(plan), *findings, *damaged]
    if errors(findings):
        raise MappingError("Duplicates cannot be decided.", errors(findings), hint="Mend these, then `resume`.")
    with relations(run, "dedupe") as work:
        for each in sorted(plan.objects, key=lambda each: each.link is not None):  # links when their ends are decided
            _match(work, plan, each, decisions, patterns, crosswalk)
        for each in plan.objects:
            survive(work, each, Clock.of(plan))


def _match(
    work: Relations, plan: Plan, each: ObjectPlan, decisions: list[DuplicateDecision], patterns: list[PatternDecision],
    crosswalk: Crosswalk | None,
) -> None:  # fmt: skip
    """Pairs and clusters of one object: what rules and people say, then where these are silent the model."""
    nodes = node_view(work, each)
    nobodies: list[tuple[str, str, str, int]] = []
    compared = compared_fields(each)
    if compared:
        create_keys(work, nodes, each.name, compared, plan.locale)
        nobodies = list(untelling(work, nodes, each.name, compared))
    if each.match or each.learned:
        for field in shared_fields(each):
            create_shared(work, each, field)
    create_verdicts(work, each)
    if each.link is not None:
        join_same(work, each, each.link, nodes)
    findings = replay(work, each, nodes, decisions)
    if each.learned and each.learned.do == "merge" and crosswalk is not None:
        keep_loaded(work, each, nodes, crosswalk(each.identity))
    if crosswalk is not None and work.finished(FOLLOWED, each.name):
        follow_merged(work, each, nodes, crosswalk(each.identity))
    if each.existing.only:
        join_questions(work, each, nodes)
    settle_pairs(work, each)
    learned = learn(work, plan, each, nodes) if each.learned else None
    findings += replay_patterns(work, each, patterns, learned.model.hash if learned else "")
    create_clusters(work, each, nodes)
    told_fields = [name for name in kinds(plan, each) if each.field(name).ref is None] if learned else []
    work.publish(evidence(each, nodes, told_fields), PAIRS, each.name)
    publish_learned(work, each, learned)
    lines = [(finding.code, "", finding.message, 1) for finding in findings]
    _publish_findings(work, each, [*lines, *nobodies, *told(work, each, learned)])
    for table in (quoted(f"verdicts/{each.name}"), quoted(f"blocks/{each.name}")):
        work.execute(f"DROP TABLE {table}")
    work.execute(f"DROP TABLE IF EXISTS {quoted(f'keys/{each.name}')}")


def _publish_findings(work: Relations, each: ObjectPlan, lines: list[tuple[str, str, str, int]]) -> None:
    """Table `findings`: the given lines, and blocks of the rules that were too big for all pairs."""
    work.execute("CREATE TABLE told (code VARCHAR, rule VARCHAR, message VARCHAR, count BIGINT)")
    for line in lines:
        work.execute("INSERT INTO told VALUES (?, ?, ?, ?)", line)
    work.execute(
        "INSERT INTO told SELECT 'block_too_big', rule, concat(blocks, ' groups of more than', ' ', ?::INTEGER,"
        " ' records answer to the rule (the largest has ', largest, '): there each record was compared with its next ',"
        f" ?::INTEGER, ' neighbours only.'), blocks FROM {quoted(f'blocks/{each.name}')}",
        [BLOCK, WINDOW],
    )
    work.publish("SELECT * FROM told ORDER BY ALL", FINDINGS, each.name)
    work.execute("DROP TABLE told")
