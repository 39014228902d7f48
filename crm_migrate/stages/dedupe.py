"""Records of one entity become one: match -> cluster -> decide -> survive -> re-parent.

Merging is by rules and by decisions of people. Records that only look alike stay apart and are asked about; records
that contradict each other are never joined, not even through a third.
"""

from crm_migrate.errors import MappingError
from crm_migrate.finding import errors
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.matching.decisions import replay
from crm_migrate.matching.keys import create_keys
from crm_migrate.matching.pairs import BLOCK, WINDOW, create_verdicts, evidence, settle_pairs
from crm_migrate.matching.rules import needed_fields, shared_fields, unsupported
from crm_migrate.matching.shared import create_shared
from crm_migrate.stages.deduping.clustering import create_clusters
from crm_migrate.stages.deduping.members import node_view
from crm_migrate.stages.deduping.surviving import survive
from crm_migrate.workspace.decisions import DuplicateDecision, read_duplicates
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.sql import quoted


def dedupe(plan: Plan, run: Run) -> None:
    """Read `link/...` and leave `dedupe/<object>/{pairs,clusters,merged,survivors,notes,findings}` of all objects.

    MappingError where the plan asks for what cannot be done, or where decisions contradict each other.
    """
    decisions, findings = read_duplicates(run.decisions)
    findings = [*unsupported(plan), *findings]
    if errors(findings):
        raise MappingError("Duplicates cannot be decided.", errors(findings), hint="Mend these, then `resume`.")
    with relations(run, "dedupe") as work:
        for each in plan.objects:
            _match(work, plan, each, decisions)
        for each in plan.objects:
            survive(work, each)


def _match(work: Relations, plan: Plan, each: ObjectPlan, decisions: list[DuplicateDecision]) -> None:
    """Pairs and clusters of one object."""
    nodes = node_view(work, each)
    rules = each if each.mergeable else each.model_copy(update={"match": ()})
    if rules.match:
        create_keys(work, nodes, each.name, needed_fields(each), plan.locale)
        for field in shared_fields(each):
            create_shared(work, each, field)
    create_verdicts(work, rules)
    findings = replay(work, each, nodes, decisions)
    settle_pairs(work, rules)
    create_clusters(work, rules, nodes)
    work.publish(evidence(rules, nodes), "dedupe", each.name, "pairs")
    work.execute("CREATE TABLE told (code VARCHAR, rule VARCHAR, message VARCHAR, count BIGINT)")
    for finding in findings:
        work.execute("INSERT INTO told VALUES (?, '', ?, 1)", [finding.code, finding.message])
    work.execute(
        "INSERT INTO told SELECT 'block_too_big', rule, concat(blocks, ' groups of more than', ' ', ?::INTEGER,"
        " ' records answer to the rule (the largest has ', largest, '): there each record was compared with its next ',"
        f" ?::INTEGER, ' neighbours only.'), blocks FROM {quoted(f'blocks/{each.name}')}",
        [BLOCK, WINDOW],
    )
    work.publish("SELECT * FROM told ORDER BY ALL", "dedupe", each.name, "findings")
    for table in ("told", quoted(f"verdicts/{each.name}"), quoted(f"blocks/{each.name}")):
        work.execute(f"DROP TABLE {table}")
    work.execute(f"DROP TABLE IF EXISTS {quoted(f'keys/{each.name}')}")
