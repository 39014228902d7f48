"""Opt-outs of other records: what one record refuses of a mailbox, no write of this load grants under another key.

A refusal is about a mailbox (or a number, where consent is given `per:` one), not about our key or object: a record
that would newly be granted what another one refuses waits. The other one may stand in the target (also where no row
feeds it any more, where others brought it, or where we loaded it and it is gone since) or in this run. It goes in where
both are one by the mapping (`match:`, `per:`, `equal_to:`: then the strictest of both stands), where the mapping allows
it by decision and its proof is younger, or where a person said so (`reconsent:`).
"""

from collections.abc import Iterator

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.crm.types import REFUSALS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.keys import create_key_values
from crm_migrate.stages.dedupe.proofs import Clock, granted_at, refused_at
from crm_migrate.stages.dedupe.reconsents import decided
from crm_migrate.stages.load.keys import Names, text_columns
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.cells import contact_points
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.tables import CROSSWALK, THEIRS

STANDS, ELSEWHERE = "opt_out_stands", "opt_out_elsewhere"
_REFUSALS = ", ".join(map(literal, REFUSALS))
_NO_GRANTS = f"'', 'unknown', {_REFUSALS}"
_HEARD = "mailbox_carried"  # an entry of the list whose words are in the record that carries the mailbox


def gather(relations: Relations, project: Project, identity: str, plan: Plan) -> None:
    """Create `consent_said_`: every consent of the plan's lines and of the target's records with the mailboxes that it
    is about (`own`; as the record is there: `before`) and those that the record carries (`every`); beside it how those
    are called who refuse, and the keys that match rules compare. Empty where nobody refuses. Call when all actions are
    there."""
    relations.execute("""CREATE TABLE consent_said_ (object VARCHAR, field VARCHAR, point VARCHAR, cluster BIGINT,
      entity VARCHAR, target_id VARCHAR, said VARCHAR, was VARCHAR, own VARCHAR[], every VARCHAR[], before VARCHAR[],
      granted TIMESTAMP, refused TIMESTAMP, young BOOLEAN, let BOOLEAN, per BOOLEAN)""")
    for each in plan.objects:
        for field in _consents(each):
            if _carried(each, field):
                relations.execute(f"INSERT INTO consent_said_ {_lines(plan, each, field)}")
                relations.execute(f"INSERT INTO consent_said_ {_there(relations, each, field, Clock.of(plan))}")
    if not relations.count(f"consent_said_ WHERE said IN ({_REFUSALS})"):
        relations.execute("TRUNCATE consent_said_")
        return  # who they are and what they carry is dear to ask, and nobody will
    _name(relations, project, identity, plan)
    _key(relations, plan)


def hold_refused(relations: Relations, plan: Plan) -> int:
    """Let the lines of the plan wait that would grant what another record refuses; how many changed.

    Call again after others were made to wait: what they refuse in the target stands then.
    """
    if not relations.count("consent_said_"):
        return 0
    # Laid down one by one: what the engine guesses of all of them in one query may be off by a million.
    for name, query in (("refused", _refusing(plan)), ("granted", _granting(plan))):
        keyed = f"SELECT s.*, k.key FROM ({query}) s JOIN consent_keys_ k USING (point, value)"
        relations.execute(f"CREATE OR REPLACE TEMP TABLE consent_{name}_ AS {keyed}")
    relations.execute(f"CREATE OR REPLACE TEMP TABLE consent_odds_ AS {_odds(plan)}")
    changed = 0
    for each in plan.objects:
        (row,) = relations.rows(
            f"""UPDATE {Names(each.name).plan} p SET __action = 'held', __message = o.message,
            __code = CASE WHEN o.there THEN {literal(STANDS)} ELSE {literal(ELSEWHERE)} END
            FROM consent_odds_ o WHERE o.object = {literal(each.name)} AND o.cluster = p.__cluster"""
        )
        changed += int(row[0])
    return changed


# --------------------------------------------------------------------------------------------- who says what of whom


def _consents(each: ObjectPlan) -> list[FieldPlan]:
    return [field for field in loaded_fields(each) if field.kind.role == "consent"]


def _reached(each: ObjectPlan, consent: FieldPlan) -> list[str]:
    """The fields (by their names in the target) of what a consent is about: that of its `per:`, else all mailboxes. Of
    numbers never another one: many share the number of a switchboard."""
    fields = [f for f in loaded_fields(each) if (f.name == consent.per if consent.per else f.kind.key == "mailbox")]
    return [str(field.target) for field in fields]


def _carried(each: ObjectPlan, consent: FieldPlan) -> list[str]:
    """The same, and the other mailboxes that the record has and keeps."""
    fields = {field.name: field for field in loaded_fields(each)}
    mailboxes = [f for f in fields.values() if f.kind.key == "mailbox"] if each.point_of(consent) == "mailbox" else []
    kept = [fields[f.keep_others] for f in mailboxes if f.keep_others in fields]
    return list(dict.fromkeys([*_reached(each, consent), *(str(f.target) for f in (*mailboxes, *kept))]))


def _cells(names: list[str], prefix: str) -> str:
    """SQL: the list of all mailboxes that these fields hold."""
    lists = [contact_points(quoted(prefix + name)) for name in names]
    return f"list_concat([]::VARCHAR[], {', '.join(lists)})" if lists else "[]"


def _proofs(each: ObjectPlan, consent: FieldPlan) -> list[str]:
    """The fields that hold the proof of a consent: those that follow it; of a list of opt-outs its evidence."""
    listed = each.name == SUPPRESSIONS
    loaded = loaded_fields(each)
    return [str(f.target) for f in loaded if f.follows == consent.name or (listed and f.name == "evidence")]


def _when(how: str, moments: list[str]) -> str:
    return f"{how}({', '.join(moments)})" if moments else "NULL::TIMESTAMP"


def _lines(plan: Plan, each: ObjectPlan, field: FieldPlan) -> str:
    """Query: the consent of every line of the plan that refuses, or that is written and grants: as it shall be and as
    it is. A line that nobody writes grants nothing new."""
    names, target, clock = Names(each.name), str(field.target), Clock.of(plan)
    reached, carried, proofs = _reached(each, field), _carried(each, field), _proofs(each, field)
    said, now = quoted("=" + target), f"coalesce({quoted('~' + target)}, {quoted('-' + target)})"
    granted = _when("least", [granted_at(quoted("=" + proof), clock) for proof in proofs])
    refused = _when("greatest", [refused_at(quoted("=" + proof), clock) for proof in proofs])
    let = decided(plan, each, names.members)
    return f"""SELECT {literal(each.name)}, {literal(target)}, {literal(each.point_of(field))}, __cluster, __entity,
      __target_id, lower(trim({said})), lower(trim({now})), {_cells(reached, "=")}, {_cells(carried, "=")},
      {_cells(reached, "-")}, {granted}, {refused}, {str(field.allow_reconsent is not None).upper()}, {let},
      {str(field.per is not None).upper()}
      FROM {names.decided} JOIN (SELECT __cluster, __action FROM {names.plan}) USING (__cluster)
      WHERE lower(trim({said})) NOT IN ('', 'unknown')
        AND (__action IN ('create', 'update') OR lower(trim({said})) IN ({_REFUSALS}))"""


def _there(relations: Relations, each: ObjectPlan, field: FieldPlan, clock: Clock) -> str:
    """Query: what the records of the target refuse, and those that we loaded and that are not there any more."""
    columns = text_columns(each)
    theirs = relations.scan(THEIRS, each.name, also=columns)
    listed = ", ".join(["target_id", "__entity", *map(quoted, columns)])
    gone = f"""SELECT {listed} FROM {Names(each.name).sent} WHERE __entity NOT IN (SELECT __entity FROM {theirs}
      WHERE __entity IS NOT NULL)"""
    said = f"lower(trim({quoted(str(field.target))}))"
    refused = _when("greatest", [refused_at(quoted(proof), clock) for proof in _proofs(each, field)])
    return f"""SELECT {literal(each.name)}, {literal(str(field.target))}, {literal(each.point_of(field))}, NULL,
      __entity, target_id, {said}, {said}, [], {_cells(_carried(each, field), "")}, [], NULL, {refused},
      FALSE, FALSE, FALSE
      FROM (SELECT {listed} FROM {theirs} UNION ALL {gone}) WHERE {said} IN ({_REFUSALS})"""


def _name(relations: Relations, project: Project, identity: str, plan: Plan) -> None:
    """Create `consent_names_`: how people call those who refuse, by the rows that they were loaded from."""
    found = []
    for each in plan.objects:
        known = scan_folder(project.crosswalk(identity, each.identity), CROSSWALK.columns)
        members, mine = Names(each.name).members, f"object = {literal(each.name)} AND said IN ({_REFUSALS})"
        found.append(f"""SELECT {literal(each.name)} AS object, NULL::BIGINT AS cluster, __entity AS entity,
          min(__source || ':' || __key) AS record FROM {known}
          WHERE __entity IN (SELECT entity FROM consent_said_ WHERE {mine} AND entity IS NOT NULL) GROUP BY __entity
          UNION ALL SELECT {literal(each.name)}, __cluster, NULL, min(__source || ':' || __key) FROM {members}
          WHERE __cluster IN (SELECT cluster FROM consent_said_ WHERE {mine}) GROUP BY __cluster""")
    relations.execute(f"CREATE TEMP TABLE consent_names_ AS {' UNION ALL '.join(found)}")


def _key(relations: Relations, plan: Plan) -> None:
    """Create `consent_keys_` (`point`, `value`, `key`): mailboxes and numbers by the keys that match rules compare; one
    that cannot be read by its text: a refusal of it stands all the same."""
    relations.execute("CREATE TEMP TABLE consent_keys_ (point VARCHAR, value VARCHAR, key VARCHAR)")
    for point, kind in (("mailbox", "email"), ("phone", "phone")):
        lists = "SELECT unnest(every) AS value, point FROM consent_said_ UNION ALL SELECT unnest(before), point FROM"
        values = f"(SELECT value FROM ({lists} consent_said_) WHERE point = {literal(point)})"
        create_key_values(relations, values, "value", kind, "key_values_", plan.locale)
        relations.execute(
            f"""INSERT INTO consent_keys_ SELECT DISTINCT {literal(point)}, value, coalesce(key, lower(trim(value)))
            FROM {values} LEFT JOIN key_values_ USING (value) WHERE value <> ''"""
        )
        relations.execute("DROP TABLE key_values_")


# ------------------------------------------------------------------------------------------------------ who waits


def _planned(plan: Plan) -> str:
    """A FROM item: the actions of all objects, as they are by now."""
    columns = "__cluster AS cluster, __action AS action, __code AS code, __target_id AS target_id, __entity AS entity"
    lines = (f"SELECT {literal(each.name)} AS object, {columns} FROM {Names(each.name).plan}" for each in plan.objects)
    return f"({' UNION ALL '.join(lines)})"


def _refusing(plan: Plan) -> str:
    """Query: every mailbox that is refused when this load is through, and by whom. What a line that is written says
    takes the place of what its record says in the target; what an entry of the list says that a record carries is in
    that record. A record that was loaded refuses all that it carries: of which mailbox it spoke is not known any more.
    """
    written = "action IN ('create', 'update', 'unchanged')"
    names = ("object", "field", "point", "cluster", "entity", "target_id", "refused")
    who = ", ".join(f"s.{name}" for name in names)
    return f"""WITH planned AS (SELECT * FROM {_planned(plan)})
    SELECT {who}, s.was IN ({_REFUSALS}) AS there,
      unnest(CASE WHEN there OR NOT s.per THEN s.every ELSE s.own END) AS value
    FROM consent_said_ s JOIN planned p USING (object, cluster)
    WHERE s.said IN ({_REFUSALS}) AND p.code IS DISTINCT FROM {literal(_HEARD)}
    UNION ALL SELECT {who}, TRUE, unnest(s.every) FROM consent_said_ s
    ANTI JOIN (FROM planned WHERE {written}) p ON p.object = s.object AND p.entity = s.entity
    ANTI JOIN (FROM planned WHERE {written}) q ON q.object = s.object AND q.target_id = s.target_id
    WHERE s.cluster IS NULL"""


def _granting(plan: Plan) -> str:
    """Query: every mailbox that a write of this load newly grants; `let` by a decision they are not in it."""
    return f"""SELECT * FROM (
      SELECT s.*, unnest(s.own) AS value FROM consent_said_ s JOIN {_planned(plan)} p USING (object, cluster)
      WHERE p.action IN ('create', 'update') AND s.said NOT IN ({_NO_GRANTS}) AND NOT s.let) s
    WHERE coalesce(s.was, '') IN ({_NO_GRANTS}) OR NOT list_contains(s.before, s.value)"""


def _odds(plan: Plan) -> str:
    """Query: the lines that wait (`object`, `cluster`), why, and whether the refusal stands in the target (`there`)."""
    heard = ", ".join(f"({', '.join(map(literal, pair))})" for pair in _heard(plan)) or "('', '', '', '')"
    record = "coalesce(n.record, m.record)"
    why = "the same mailbox or number, and no younger proof or decision ends that: "
    return f"""WITH pairs AS (SELECT g.object, g.cluster, g.field, r.there, r.object AS whose, r.target_id,
        {record} AS record
      FROM consent_granted_ g JOIN consent_refused_ r USING (point, key)
      LEFT JOIN consent_names_ n ON n.object = r.object AND n.cluster = r.cluster
      LEFT JOIN consent_names_ m ON m.object = r.object AND m.entity = r.entity
      WHERE (r.object, r.field, g.object, g.field) IN ({heard})
        AND (r.object, r.cluster) IS DISTINCT FROM (g.object, g.cluster) AND r.entity IS DISTINCT FROM g.entity
        AND NOT (g.young AND coalesce(g.granted > r.refused, FALSE))),
    told AS (SELECT *, CASE WHEN record IS NULL THEN 'record ' || target_id || ' of ' || whose || ' in the target'
      ELSE whose || ' ' || record END AS who FROM pairs)
    SELECT object, cluster, coalesce(bool_or(there), FALSE) AS there, coalesce(arg_min(who, who) FILTER (there),
      min(who)) || ' refuses {why}' || string_agg(DISTINCT field, ', ' ORDER BY field) AS message
    FROM told GROUP BY object, cluster"""


def _heard(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Which consent hears which: object and field of the one that refuses, and of the one that grants."""
    for speaker in plan.objects:
        for said in _consents(speaker):
            for each in plan.objects:
                for field in _consents(each):
                    if each.consent_like(said, speaker) == field:
                        yield speaker.name, str(said.target), each.name, str(field.target)
