"""Who is on the suppression list: every mailbox that was spoken about and that no ready record carries.

Only now is it known who is ready: a person whose record a check refuses must stay on the list all the same.
"""

from collections.abc import Mapping

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.crm.types import CONSENT_STRICTNESS
from crm_migrate.mapping.plan import EnrichPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.query import Query
from crm_migrate.stages.dedupe.survivorship import strictness
from crm_migrate.workspace.cells import contact_points
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, NODES

CARRIED = "mailbox_carried"
_LAXEST = len(CONSENT_STRICTNESS) - 1  # the strictness of what nobody speaks about


def settle_suppressions(work: Relations, plan: Plan, queries: Mapping[str, Query]) -> None:
    """Leave out the entries of the list whose mailbox a ready record carries. Call when all verdicts are known."""
    if SUPPRESSIONS not in queries or "email" not in queries[SUPPRESSIONS].columns:
        return
    for owner in plan.objects:
        for enrich in owner.enrich:
            if enrich.unmatched == "suppression_list":
                _leave_out(work, owner, enrich, queries[owner.name], queries[SUPPRESSIONS])


def _leave_out(work: Relations, owner: ObjectPlan, enrich: EnrichPlan, carriers: Query, listed: Query) -> None:
    """Entries that this source made (not those that a project feeds itself).

    What was said about the mailbox that a record is reached by is in the record. Another mailbox that it keeps is
    carried only where the record's own consent is as strict: else the list is the only place that knows.
    """
    verdicts = quoted(f"verdicts/{SUPPRESSIONS}")
    clusters = work.scan(CLUSTERS, SUPPRESSIONS)
    nodes = work.scan(NODES, SUPPRESSIONS)
    message = f"A record of {owner.name} carries this mailbox, and with it what was said."
    said = strictness("s.state") if "state" in listed.columns else str(_LAXEST)
    work.execute(
        f"INSERT INTO {verdicts} WITH carried AS (SELECT mailbox, bool_or(reached) AS reached, max(consent) AS consent"
        f" FROM ({_mailboxes(owner, enrich.by, carriers)}) GROUP BY mailbox),"
        f" made AS (SELECT __cluster FROM {clusters} JOIN {nodes} USING (__node)"
        f" GROUP BY __cluster HAVING bool_and(__source = {literal(enrich.source)}))"
        f" SELECT s.__cluster, 'excluded', {literal(CARRIED)}, {literal(enrich.source)}, 'email', {literal(message)}"
        f" FROM ({listed.text}) s SEMI JOIN made USING (__cluster) SEMI JOIN carried c"
        f" ON c.mailbox = lower(s.email) AND (c.reached OR c.consent <= {said})"
        f" WHERE s.__cluster NOT IN (SELECT cluster FROM {verdicts})",
        carriers.bound * (2 if _others(owner, enrich.by, carriers) else 1) + listed.bound,
    )


def _mailboxes(owner: ObjectPlan, by: str, query: Query) -> str:
    """Every mailbox of the ready records, whether they are reached by it or only keep it, and how strict they are."""
    ready = f"FROM ({query.text}) q WHERE q.__cluster NOT IN (SELECT cluster FROM {quoted(f'verdicts/{owner.name}')})"
    field = next((f.name for f in owner.mailbox_consents if f.name in query.columns), None)
    consent = f"{strictness(f'q.{quoted(field)}')} AS consent" if field else f"{_LAXEST} AS consent"
    found = f"SELECT lower(q.{quoted(by)}) AS mailbox, TRUE AS reached, {consent} {ready}"
    others = _others(owner, by, query)
    if others:
        cell = f"q.{quoted(others)}"
        found += f" UNION ALL SELECT unnest({contact_points(cell)}), FALSE, {consent} {ready} AND {cell} IS NOT NULL"
    return found


def _others(owner: ObjectPlan, by: str, query: Query) -> str | None:
    kept = owner.field(by).keep_others
    return kept if kept in query.columns else None
