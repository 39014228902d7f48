"""Which entity every cluster is, and what we know of it from earlier runs."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.objects import links, loaded_fields
from crm_migrate.stages.load.unsent import as_if_unsent
from crm_migrate.workspace.crosswalk import entities_for, entity_of, member_of
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.tables import CLAIMS, CLUSTERS, CROSSWALK, FOLLOWED, NODES, PAIRS, THEIRS, texts

REASON = ("action", "code", "message", "changed_fields", "target_id", "adopted")


@dataclass(frozen=True, slots=True)
class Names:
    """The temporary tables of one object in a load."""

    object: str

    def __getattr__(self, kind: str) -> str:
        return quoted(f"{kind}/{self.object}")


def text_columns(object_plan: ObjectPlan, *first: str) -> dict[str, str]:
    """The given columns and every loaded field by its name in the target, all text."""
    return dict.fromkeys((*first, *(str(f.target) for f in loaded_fields(object_plan))), "VARCHAR")


def members(relations: Relations, object_name: str) -> str:
    """A FROM item: `__cluster`, `__source`, `__key` of every node; a node that was never matched is its own cluster."""
    nodes = relations.scan(NODES, object_name)
    if not relations.finished(CLUSTERS, object_name):
        return f"(SELECT __node AS __cluster, __source, __key FROM {nodes})"
    clusters = relations.scan(CLUSTERS, object_name)
    return f"(SELECT c.__cluster, n.__source, n.__key FROM {nodes} n JOIN {clusters} c USING (__node))"


def sent_to(project: Project, identity: str, name: str) -> str:
    """A FROM item: `__entity` and `target_id` of the records of an object that we have sent and not forgotten."""
    return scan_folder(project.sent(identity, name), texts("__entity", "target_id"))


def remember(relations: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan) -> None:
    """Create `sent/<object>`: what was last sent, and of records with our key that we forgot, what the target holds.

    `__forgotten` marks the latter. References of forgotten records are translated from target ids to entities.
    """
    names, columns = Names(object_plan.name), text_columns(object_plan, "__entity", "target_id", "__adopted")
    sent = scan_folder(project.sent(identity, object_plan.name), columns)
    theirs = relations.scan(THEIRS, object_plan.name, also=columns)
    fields = [str(f.target) for f in loaded_fields(object_plan)]
    kept, joins = translated(relations, plan, object_plan)
    cells, join = as_if_unsent(relations, object_plan.name, fields)
    others = of_others(relations, plan, object_plan)
    written = str(not object_plan.existing.only).upper()  # also where an earlier mapping wrote what is looked up now
    relations.execute(
        f"CREATE TEMP VIEW {names.sent} AS SELECT * FROM ("
        f"SELECT s.__entity, s.target_id, {cells}, s.__adopted, FALSE AS __forgotten FROM {sent} s{join} UNION ALL "
        f"SELECT t.__entity, t.target_id{kept}, NULL, TRUE FROM {theirs} t{joins} WHERE t.__entity IS NOT NULL "
        f"AND t.__entity NOT IN (SELECT __entity FROM {sent}) "
        f"AND t.__entity NOT IN ({others})) WHERE {written}"
    )


def of_others(relations: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """Query: the entities that only other projects have loaded."""
    claims = relations.scan(CLAIMS, object_plan.name)
    return f"SELECT __entity FROM {claims} GROUP BY __entity HAVING NOT bool_or(project = {literal(plan.project)})"


def followed(relations: Relations, object_name: str) -> str:
    """A FROM item: `__entity`, `target_id`, `into`, `survivor` of our records that users of the target have merged."""
    if relations.finished(FOLLOWED, object_name):
        return relations.scan(FOLLOWED, object_name)
    return f"(SELECT {', '.join(f'NULL::VARCHAR AS {quoted(name)}' for name in FOLLOWED.columns)} WHERE FALSE)"


def translated(relations: Relations, plan: Plan, object_plan: ObjectPlan) -> tuple[str, str]:
    """What the target holds (`t`) of every loaded field, parents as entities: the columns and the joins for them."""
    return translated_by(plan, object_plan, "t", lambda parent: relations.scan(THEIRS, parent.name))


def translated_by(plan: Plan, object_plan: ObjectPlan, side: str, ids: Callable[[ObjectPlan], str]) -> tuple[str, str]:
    """The same of any `side`; `ids` names the relation of `target_id` and `__entity` of a parent's records."""
    points = {link.name: link for link in links(plan, object_plan)}
    listed, joins = "", ""
    for number, name in enumerate(str(field.target) for field in loaded_fields(object_plan)):
        if name in points:
            parents = ids(plan.object(points[name].parent))
            joins += f" LEFT JOIN {parents} p{number} ON p{number}.target_id = {side}.{quoted(name)}"
            listed += f", p{number}.__entity AS {quoted(name)}"
        else:
            listed += f", {side}.{quoted(name)}"
    return listed, joins


def identify(relations: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan) -> None:
    """Create `keys/<object>`: the entity of every cluster."""
    names = Names(object_plan.name)
    relations.execute(f"CREATE TEMP TABLE {names.members} AS SELECT * FROM {members(relations, object_plan.name)}")
    known = _known(relations, project, identity, plan, object_plan)
    whose = "WHERE FALSE" if object_plan.existing.only else ""
    relations.execute(f"CREATE TEMP TABLE {names.known} AS SELECT * FROM ({known}) {whose}")
    entities_for(
        relations.connection,
        names.keys,
        project=plan.project,
        object_name=object_plan.identity,
        members=names.members,
        known=names.known,
        loaded=_in_target(relations, object_plan),
        merge=object_plan.on_rerun.now_merged == "merge",
        split=object_plan.on_rerun.now_split == "split" and object_plan.mode == "upsert",
        apart=_decided_apart(relations, object_plan.name),
    )


def _in_target(relations: Relations, object_plan: ObjectPlan) -> str:
    """A FROM item: what we loaded and the target still holds. A record that a person has merged into another there
    holds nothing up any more: its rows follow the one that is left."""
    theirs, merged = relations.scan(THEIRS, object_plan.name), followed(relations, object_plan.name)
    return (
        f"(SELECT s.__entity FROM {Names(object_plan.name).sent} s SEMI JOIN {theirs} t ON t.__entity = s.__entity"
        f" ANTI JOIN {merged} f ON f.__entity = s.__entity)"
    )


def _known(relations: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan) -> str:
    """Query: `__source`, `__key`, `__entity` of every member that was loaded before.

    What the target says of a record that it holds goes before our own crosswalk, which may be older than it, or lost;
    last comes the id that a member would have been given as the smallest of its cluster, where the target holds it.
    """
    names, ours = Names(object_plan.name), literal(plan.project)
    crosswalk = scan_folder(project.crosswalk(identity, object_plan.identity), CROSSWALK.columns)
    claims = relations.scan(CLAIMS, object_plan.name)
    theirs = relations.scan(THEIRS, object_plan.name)
    there = f"(SELECT DISTINCT __entity FROM {theirs} WHERE __entity IS NOT NULL)"
    member = member_of(object_plan.identity, "m.__source", "m.__key")
    made = entity_of(plan.project, object_plan.identity, "m.__source || ':' || m.__key")
    return f"""WITH there AS {there},
    claimed AS (SELECT m.__source, m.__key, c.__entity, t.__entity IS NOT NULL AS there FROM {names.members} m
                JOIN {claims} c ON c.member = {member} AND c.project = {ours}
                LEFT JOIN there t ON t.__entity = c.__entity),
    said AS (SELECT __source, __key, __entity, 0 AS rank FROM claimed WHERE there
             UNION ALL SELECT __source, __key, __entity, 1 FROM {crosswalk}
             UNION ALL SELECT __source, __key, __entity, 2 FROM claimed WHERE NOT there
             UNION ALL SELECT m.__source, m.__key, t.__entity, 3 FROM {names.members} m
             JOIN there t ON t.__entity = {made})
    SELECT __source, __key, arg_min(__entity, rank) AS __entity FROM said GROUP BY __source, __key"""


def _decided_apart(relations: Relations, object_name: str) -> str:
    """A FROM item: clusters `a` and `b` of which a person has said that they are two."""
    if not relations.finished(PAIRS, object_name):
        return "(SELECT NULL::BIGINT AS a, NULL::BIGINT AS b WHERE FALSE)"
    pairs = relations.scan(PAIRS, object_name)
    clusters = relations.scan(CLUSTERS, object_name)
    return (
        f"(SELECT x.__cluster AS a, y.__cluster AS b FROM {pairs} p JOIN {clusters} x ON x.__node = p.a"
        f" JOIN {clusters} y ON y.__node = p.b WHERE p.outcome = 'apart' AND p.decision IS NOT NULL)"
    )


def plan_columns(object_plan: ObjectPlan) -> dict[str, str]:
    """The columns of `load/<object>/entities` that never clash with a field of the target."""
    return {"__cluster": "BIGINT"} | text_columns(object_plan, "__entity", *(f"__{name}" for name in REASON))


def plan_listing(object_plan: ObjectPlan) -> str:
    """What `load/<object>/entities` shows: a field of the target may be called `code`, so the reason is always there
    with underscores, and without them where no field has the name."""
    fields = [str(field.target) for field in loaded_fields(object_plan)]
    plain = [f"__{name} AS {name}" for name in REASON if name not in fields]
    return ", ".join(["__cluster", "__entity", *(f"__{name}" for name in REASON), *plain, *map(quoted, fields)])


def fields_where(conditions: Iterable[tuple[str, str]]) -> str:
    """SQL: the list of the fields (name, condition) whose condition holds."""
    cells = ", ".join(f"CASE WHEN {condition} THEN {literal(name)} END" for name, condition in conditions)
    return f"list_filter([{cells or 'NULL'}]::VARCHAR[], lambda x: x IS NOT NULL)"


def names_field(column: str, name: str) -> str:
    """SQL: whether a JSON list of fields (`__changed_fields`) names that one."""
    return f"json_contains({column}, {literal(json.dumps(name, ensure_ascii=False))})"
