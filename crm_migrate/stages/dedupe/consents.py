"""The consent of a record: the strictest of all that anybody said of it, and what proves the one that won.

Statements about a mailbox reach every record that carries it (`per: email`). Where the mapping allows it by decision, a
grant with proof that is younger than every refusal ends them; no other grant does. Fields that follow a consent have
what the winning statement says: its own cell, or the texts of its evidence.
"""

from crm_migrate.crm.types import REFUSALS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.proofs import Clock, evidence_of, granted_at, in_words, refused_when
from crm_migrate.stages.dedupe.survivorship import strictness
from crm_migrate.workspace.relations import Relations

_REFUSALS = ", ".join(map(literal, REFUSALS))


def followers(each: ObjectPlan, field: FieldPlan) -> tuple[FieldPlan, ...]:
    """The fields that have what the winner of another says."""
    return tuple(other for other in each.fields if other.follows == field.name)


def settle_consent(
    work: Relations, each: ObjectPlan, field: FieldPlan, nodes: str, members: str, clock: Clock
) -> str | None:
    """Table (`__cluster`, `__value`, `__reconsented`, `__granted_on`, and a column per follower) of the clusters whose
    consent several statements decide, or what is said of a mailbox; None where the rule of the field alone decides."""
    following = followers(each, field)
    if field.survive != "strictest" or not (field.per or field.allow_reconsent or following):
        return None
    table = quoted(f"said/{each.name}/{field.name}")
    work.execute(f"CREATE TABLE statements AS {_statements(each, field, following, nodes, members, clock)}")
    young = "granted_on > refused_on" if field.allow_reconsent else "FALSE"
    cells = "".join(f", won.{quoted(other.name)} AS {quoted(other.name)}" for other in following)
    work.execute(
        f"CREATE TABLE {table} AS WITH about AS (SELECT mailbox, {_SUMMED} FROM statements WHERE mailbox IS NOT NULL"
        " AND value IS NOT NULL GROUP BY mailbox),"
        f" own AS (SELECT __cluster, {_SUMMED} FROM statements WHERE value IS NOT NULL GROUP BY __cluster),"
        " every AS (SELECT * FROM own UNION ALL BY NAME SELECT DISTINCT s.__cluster, a.* EXCLUDE (mailbox)"
        " FROM statements s JOIN about a USING (mailbox)),"
        " judged AS (SELECT __cluster, arg_min(strict, place) AS strict, arg_max(grant_said, granted_on) AS grant_said,"
        " max(granted_on) AS granted_on, max(refused_on) AS refused_on FROM every GROUP BY __cluster),"
        f" chosen AS (SELECT *, coalesce({young}, FALSE) AS reconsented,"
        " CASE WHEN reconsented THEN grant_said ELSE strict END AS won FROM judged)"
        f" SELECT __cluster, won.__value AS __value, reconsented AS __reconsented, granted_on AS __granted_on{cells}"
        " FROM chosen"
    )
    work.execute("DROP TABLE statements")
    return table


# Of all statements of a mailbox or a record: the strictest, the youngest grant that is proven, and when it was refused.
_SUMMED = (
    "min(place) AS place, arg_min(said, place) AS strict,"
    " arg_max(said, granted) FILTER (said.__value = 'granted' AND granted IS NOT NULL) AS grant_said,"
    " max(granted) FILTER (said.__value = 'granted') AS granted_on,"
    f" max(coalesce(refused, 'infinity'::TIMESTAMP)) FILTER (said.__value IN ({_REFUSALS})) AS refused_on"
)


def _statements(
    each: ObjectPlan, field: FieldPlan, following: tuple[FieldPlan, ...], nodes: str, members: str, clock: Clock
) -> str:
    """Query: every record (and enrichment) with its mailbox, what it says with its proof, and its place among them:
    strictest first, then one with evidence, then the newest."""
    mailbox = f"lower({quoted(field.per)})" if field.per else "NULL::VARCHAR"
    value, proof = quoted(field.name), evidence_of(field, "__ev")
    cells = "".join(f", {quoted(f.name)} := {_said(f, proof)}" for f in following)
    own = f"{mailbox} AS mailbox, {value} AS value, {granted_at(proof, clock)} AS granted"
    own += f", {refused_when(proof, '__changed', clock)} AS refused"
    said = f"struct_pack(__value := {value}{cells}) AS said"
    clusters = quoted(f"clusters/{each.name}")
    records = f"SELECT n.*, c.cluster AS __cluster FROM {nodes} n JOIN {clusters} c ON c.node = n.__node"
    source = f"({records}) UNION ALL BY NAME SELECT * FROM {members} WHERE __node IS NULL"
    if not field.per:
        source = f"SELECT * FROM {members}"
    place = (
        f"row_number() OVER (ORDER BY {strictness(value)}, {value}, {proof} IS NULL, __changed DESC NULLS LAST,"
        f" __source, __key, {proof}) AS place"
    )
    return (
        f"SELECT __cluster, {own}, {said}, {place} FROM ({source}) WHERE {value} IS NOT NULL OR {mailbox} IS NOT NULL"
    )


def _said(follower: FieldPlan, proof: str) -> str:
    """SQL: what a statement says in a field that follows: its own cell, or, where no source feeds it, its evidence."""
    return quoted(follower.name) if follower.cells else in_words(proof)
