"""One surviving record per cluster: winners of every cell, what losers leave behind, and who won what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.choices import apply_choices, create_choices
from crm_migrate.stages.dedupe.circles import create_circles, notes
from crm_migrate.stages.dedupe.consents import followers, settle_consent
from crm_migrate.stages.dedupe.keys import nobodies
from crm_migrate.stages.dedupe.mailboxes import override
from crm_migrate.stages.dedupe.members import create_members, node_view
from crm_migrate.stages.dedupe.proofs import Clock, evidence_of, in_words
from crm_migrate.stages.dedupe.same_links import lost_notes
from crm_migrate.stages.dedupe.survivorship import COMPUTED, block_of, conflicts, winners
from crm_migrate.workspace.cells import items
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS, MERGE_NOTES, MERGED, NODES, SURVIVORS


def survive(work: Relations, each: ObjectPlan, clock: Clock) -> None:
    """Publish `merged`, `survivors`, `clusters` and `notes` of one object; clusters of all objects are there."""
    nodes = node_view(work, each)
    members = create_members(work, each, nodes)
    create_choices(work, each, members)
    several = work.count(members) > 0  # else nothing is to be decided, and the wide queries need not be planned
    if several:
        _decide(work, each, members)
    else:
        work.execute(f"CREATE TABLE won AS SELECT * FROM {members}")
    create_circles(work, each, nodes)
    if several:
        _settle(work, each, members)
    overridden = list(_overrides(work, each, nodes, members, clock))
    _publish_clusters(work, each)
    _publish_survivors(work, each, members, each.fields if several else ())
    _publish_notes(work, each, nodes, members, overridden, clock, several=several)
    _publish_merged(work, each, nodes, members, overridden)
    for table in ("won", "choices", "circles", members, *dict.fromkeys(one.table for one in overridden)):
        work.execute(f"DROP TABLE {table}")


@dataclass(frozen=True, slots=True)
class _Override:
    """A field whose value stands in the column of a table, for the clusters that are in it."""

    field: FieldPlan
    table: str
    column: str


def _overrides(work: Relations, each: ObjectPlan, nodes: str, members: str, clock: Clock) -> Iterator[_Override]:
    """Fields that statements decide: consents with what follows them, and what is said of a mailbox."""
    for field in each.fields:
        table = settle_consent(work, each, field, nodes, members, clock)
        if table is not None:
            yield _Override(field, table, "__value")
            yield from (_Override(other, table, other.name) for other in followers(each, field))
        elif field.per and (said := override(work, each, field, nodes, members)) is not None:
            yield _Override(*said, "value")


def _decide(work: Relations, each: ObjectPlan, members: str) -> None:
    """Table `won`: the winning cells of every cluster, by rule or as people chose."""
    work.execute(f"CREATE TABLE won AS {winners(each, members, nobodies(work, members, each))}")
    apply_choices(work, each, members)


def _settle(work: Relations, each: ObjectPlan, members: str) -> None:
    """What losers leave: clusters that contradict themselves are held, and lists take the values that lost."""
    _hold_conflicts(work, each, members)
    for field in each.fields:
        if field.keep_others and any(other.name == field.keep_others for other in each.fields):
            _keep_others(work, field, members)


def _hold_conflicts(work: Relations, each: ObjectPlan, members: str) -> None:
    """Clusters whose members contradict each other in a field that must be equal wait for a person who chooses."""
    query = conflicts(each, members, nobodies(work, members, each))
    if query is not None:
        clusters = quoted(f"clusters/{each.name}")
        work.execute(
            f"UPDATE {clusters} AS c SET code = 'identity_conflict', why = concat('The members differ in ', d.fields,"
            " ', which must be equal.') FROM (SELECT __cluster, string_agg(field, ', ' ORDER BY field) AS fields"
            f" FROM ({query}) ANTI JOIN choices USING (__cluster, field) GROUP BY __cluster) d"
            " WHERE d.__cluster = c.cluster AND c.code IS NULL"
        )


def _keep_others(work: Relations, field: FieldPlan, members: str) -> None:
    """The values that lost go into the list field that the mapping names, beside what is there."""
    name, others = quoted(field.name), quoted(field.keep_others or "")
    work.execute(
        f"UPDATE won SET {others} = k.kept, {quoted(f'{field.keep_others}/node')} = NULL FROM ("
        f" SELECT i.__cluster, to_json(list_sort(list(DISTINCT i.item)))::VARCHAR AS kept FROM ("
        f" SELECT __cluster, {name} AS item FROM {members} WHERE {name} IS NOT NULL"
        f" UNION ALL SELECT __cluster, unnest({items(others)}) FROM {members} WHERE {others} IS NOT NULL) i"
        f" JOIN won w ON w.__cluster = i.__cluster WHERE i.item IS NOT NULL AND i.item IS DISTINCT FROM w.{name}"
        " GROUP BY i.__cluster) k WHERE k.__cluster = won.__cluster"
    )


def _publish_clusters(work: Relations, each: ObjectPlan) -> None:
    work.publish(
        "SELECT node AS __node, cluster AS __cluster, rule, CASE WHEN code IS NOT NULL THEN 'held'"
        " WHEN size > 1 THEN 'merged' ELSE 'single' END AS state,"
        " CASE WHEN code IS NOT NULL THEN concat(code, ': ', why) WHEN size > 1 THEN concat('joined by ', rule)"
        f" END AS why FROM {quoted(f'clusters/{each.name}')} ORDER BY node",
        CLUSTERS,
        each.name,
    )


def _publish_survivors(work: Relations, each: ObjectPlan, members: str, fields: Sequence[FieldPlan]) -> None:
    """Who won which cell: one line per cluster and field that has a value."""
    lost = ", ".join(
        f"count(*) FILTER (WHERE m.{quoted(f.name)} IS DISTINCT FROM w.{quoted(f.name)} AND"
        f" m.{quoted(f.name)} IS NOT NULL)"
        f" AS {quoted(f'{f.name}/losers')}"
        for f in fields
    )
    if lost:
        work.execute(
            f"CREATE TABLE lost AS SELECT __cluster, {lost} FROM {members} m JOIN won w USING (__cluster)"
            f" GROUP BY __cluster"
        )
    lines = [
        f"SELECT won.__cluster, {number} AS number, {literal(f.name)} AS field,"
        f" nullif(won.{quoted(f'{f.name}/node')}, -1) AS __node,"
        f" CASE WHEN c.decision IS NULL THEN {literal(_rule(f))} ELSE concat('decision ', c.decision) END AS rule,"
        f" lost.{quoted(f'{f.name}/losers')}::INTEGER AS losers FROM won JOIN lost USING (__cluster)"
        f" LEFT JOIN choices c ON c.__cluster = won.__cluster AND c.field = {literal(f.name)}"
        f" WHERE won.{quoted(f.name)} IS NOT NULL"
        for number, f in enumerate(fields)
    ]
    empty = (
        "SELECT 0::BIGINT AS __cluster, 0 AS number, '' AS field, 0::BIGINT AS __node, '' AS rule, 0 AS"
        " losers WHERE FALSE"
    )
    work.publish(
        f"SELECT * EXCLUDE (number) FROM ({' UNION ALL '.join([*lines, empty])}) ORDER BY __cluster, number",
        SURVIVORS,
        each.name,
    )
    work.execute("DROP TABLE IF EXISTS lost")


def _rule(field: FieldPlan) -> str:
    if block_of(field) is not None and field.survive not in COMPUTED:
        return f"block {field.block}" if field.block else "never_merged"
    if field.follows:
        return f"follows {field.follows}"
    return f"{field.survive} per {field.per}" if field.per else field.survive


def _publish_notes(
    work: Relations,
    each: ObjectPlan,
    nodes: str,
    members: str,
    overrides: Sequence[_Override],
    clock: Clock,
    *,
    several: bool,
) -> None:
    """What merging did to links: members that point to different parents, and parents that became oneself. And who gave
    a consent again."""
    empty = "SELECT 0::BIGINT AS __cluster, '' AS field, '' AS code, '' AS message WHERE FALSE"
    queries = [empty, notes()]
    if each.link is not None and several:
        queries += lost_notes(each, each.link, members)
    queries += [
        f"SELECT __cluster, {literal(one.field.name)}, 'reconsented', concat('It was refused, and granted again with"
        f" proof of ', {clock.day('__granted_on')}, ': that stands, by {one.field.allow_reconsent}.') FROM {one.table}"
        " WHERE __reconsented"
        for one in overrides
        if one.field.allow_reconsent
    ]
    queries += [
        _unsaid(each, field, nodes, members, overrides) for field in each.fields if field.follows and field.cells
    ]
    for field in each.fields:
        if field.ref is None or (each.link is not None and field.name in each.link.ends):
            continue
        name = quoted(field.name)
        queries.append(
            f"SELECT __cluster, {literal(field.name)}, 'spans_two_companies', concat('The members name ',"
            f" count(DISTINCT {name}), ' different records of {field.ref.object}; one was kept.') FROM {members}"
            f" GROUP BY __cluster HAVING count(DISTINCT {name}) > 1"
        )
        if field.ref.object == each.name:
            queries.append(
                f"SELECT DISTINCT c.cluster, {literal(field.name)}, 'self_parent_cleared', 'Merging made the record its"
                f" own {field.name.replace(chr(39), '')}. The link was cleared.' FROM {nodes} n"
                f" JOIN {quoted(f'clusters/{each.name}')} c ON c.node = n.__node WHERE c.size > 1"
                f" AND n.{name} = c.cluster"
            )
    work.publish(f"SELECT * FROM ({' UNION ALL '.join(queries)}) ORDER BY ALL", MERGE_NOTES, each.name)


def _unsaid(each: ObjectPlan, field: FieldPlan, nodes: str, members: str, overrides: Sequence[_Override]) -> str:
    """Query: the records whose proof is left out, for nothing is said of the consent that it would prove."""
    clusters, name = quoted(f"clusters/{each.name}"), quoted(field.name)
    consent = quoted(field.follows or "")
    cells = f"{name} AS proof, {consent} AS said"
    rows = f"SELECT c.cluster AS __cluster, {cells} FROM {nodes} n JOIN {clusters} c ON c.node = n.__node"
    rows += f" UNION ALL SELECT __cluster, {name}, {consent} FROM {members} WHERE __node IS NULL"
    settled = [one.table for one in overrides if one.field.name == field.follows]
    others = f" AND __cluster NOT IN (SELECT __cluster FROM {settled[0]} WHERE __value IS NOT NULL)" if settled else ""
    message = f"Nothing is said of {field.follows}, so {field.name} proves nothing: it was left out."
    return (
        f"SELECT __cluster, {literal(field.name)}, 'proof_of_nothing', {literal(message)} FROM ({rows})"
        f" GROUP BY __cluster HAVING count(proof) > 0 AND count(said) = 0{others}"
    )


def _publish_merged(
    work: Relations, each: ObjectPlan, nodes: str, members: str, overrides: Sequence[_Override]
) -> None:
    replaced = {one.field.name: one for one in overrides}
    places = {name: number for number, name in enumerate(f.name for f in each.fields)}
    cells, joins = [], []
    for number, field in enumerate(each.fields):
        name = quoted(field.name)
        value = f"m.{name}"
        if field.follows and not field.cells:  # what is said of no consent proves none
            proof = in_words(evidence_of(each.field(field.follows), "m.__ev"))
            value = f"CASE WHEN m.{quoted(field.follows)} IS NOT NULL THEN {proof} END"
        if (one := replaced.get(field.name)) is not None:
            joins.append(f" LEFT JOIN {one.table} o{number} ON o{number}.__cluster = m.__cluster")
            value = f"CASE WHEN o{number}.__cluster IS NULL THEN {value} ELSE o{number}.{quoted(one.column)} END"
        if field.follows and field.cells:
            said = f"m.{quoted(field.follows)}"
            if field.follows in replaced:
                said = f"coalesce(o{places[field.follows]}.__value, {said})"
            value = f"CASE WHEN {said} IS NOT NULL THEN {value} END"
        if field.ref is not None and field.ref.object == each.name:
            circle = f"(SELECT __cluster FROM circles WHERE field = {literal(field.name)})"
            value = f"CASE WHEN m.__cluster NOT IN {circle} THEN nullif({value}, m.__cluster) END"
        cells.append(f"{value} AS {name}")
    own = "".join(f", {quoted(field.name)}" for field in each.fields)
    won = "".join(f", w.{quoted(field.name)}" for field in each.fields)
    taken = "SELECT DISTINCT __cluster FROM " + members
    grouped = (
        "SELECT __cluster, min(__trust) FILTER (WHERE __node IS NOT NULL) AS __trust, max(__changed) AS __changed,"
        " count(__node)::INTEGER AS __members, " + _texts("__ev") + f" AS __ev FROM {members} GROUP BY __cluster"
    )
    query = (
        f"SELECT m.__cluster{''.join(', ' + cell for cell in cells)}, m.__trust, m.__changed, m.__members, m.__ev"
        " FROM ("
        f" SELECT __node AS __cluster{own}, __trust, __changed, 1::INTEGER AS __members, __ev FROM {nodes}"
        f" WHERE __node IN (SELECT node FROM {quoted(f'clusters/{each.name}')} WHERE size = 1) AND __node"
        f" NOT IN ({taken})"
        f" UNION ALL BY NAME SELECT w.__cluster{won}, g.__trust, g.__changed, g.__members, g.__ev"
        f" FROM won w JOIN ({grouped}) g USING (__cluster)) m{''.join(joins)}"
    )
    spans = work.spans("__node", NODES, each.name)  # a cluster has the number of its smallest node
    pieces = [f"{query} WHERE {span.holds('m.__cluster')} ORDER BY m.__cluster" for span in spans]
    work.publish_pieces(pieces, MERGED, each.name)


def _texts(name: str) -> str:
    """SQL: the evidence texts of all members as one JSON list, each once."""
    items = f"from_json({name}, '[\"VARCHAR\"]')"
    return (
        f"CASE WHEN count({name}) > 0 THEN to_json(list_sort(list_distinct(flatten(list({items})"
        f" FILTER (WHERE {name} IS NOT NULL)))))::VARCHAR END"
    )
