"""Records that are one of another object already: a lead that is a contact.

They are found by the values that survived (`equal_to:`), before anything is computed of them; decided is when all
verdicts are known: only who will stand in the target under another name may be left out here. What they say of consent
is heard by both (`equal_consent.py`).
"""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from crm_migrate.cleansing import is_role_mailbox
from crm_migrate.crm.types import REFUSALS, Key
from crm_migrate.mapping.plan import EqualPlan, FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.query import Query
from crm_migrate.stages.dedupe.keys import create_keys
from crm_migrate.stages.dedupe.similarity import create_similarities
from crm_migrate.stages.dedupe.survivorship import strictness
from crm_migrate.workspace.cells import contact_points
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EQUALS, MERGED, NODES, texts

SKIPPED, KEPT, REVIEW = "equal_skipped", "equal_kept", "equal_review"
AMBIGUOUS, UNSURE, CONSENT, WAITS = "equal_ambiguous", "equal_unsure", "equal_consent", "equal_waits"
MANY = 64  # others that share all that must be equal: then it is not asked which of them is alike


def find_equals(work: Relations, plan: Plan) -> None:
    """Table `equals/<object>` of every object that says `equal_to:`: `cluster`, `number` (of the rule), `object`,
    `other` (its cluster), `weak` (what is equal may be several people's), `shared` (`mailbox`, `phone`: what consents
    are about that both carry)."""
    for each in plan.objects:
        if each.equal:
            work.execute(
                f"CREATE TABLE {equals_table(each)} (cluster BIGINT, number INTEGER, object VARCHAR, other BIGINT,"
                " weak BOOLEAN, shared VARCHAR[])"
            )
            for number, rule in enumerate(each.equal):
                _find(work, plan, each, number, rule)


def equals_table(each: ObjectPlan) -> str:
    """The quoted name of the table of who may be one of another object."""
    return quoted(f"equals/{each.name}")


def record(cluster: str, work: Relations, each: ObjectPlan) -> str:
    """SQL: how people call the record of a cluster, by its first member."""
    nodes = work.scan(NODES, each.name)
    named = f"{literal(each.name + ' ')} || n.__source || ':' || n.__key"
    return f"(SELECT {named} FROM {nodes} n WHERE n.__node = {cluster})"


# ---------------------------------------------------------------------------------------------------- who is equal


def _find(work: Relations, plan: Plan, each: ObjectPlan, number: int, rule: EqualPlan) -> None:
    """Add the pairs of one rule, by the keys that match rules compare by."""
    other = plan.object(rule.object)
    compared = dict.fromkeys((*(same.field for same in rule.same), *rule.unless, *_names(each, other)))
    for side, object_plan in (("p", each), ("q", other)):
        fields = tuple(object_plan.field(name) for name in compared)
        scan = work.scan(MERGED, object_plan.name, also=texts(*compared))
        nodes = f"(SELECT __cluster AS __node, * EXCLUDE (__cluster) FROM {scan})"
        create_keys(work, nodes, f"equal {side}", fields, plan.locale)
    exact = [quoted(same.field) for same in rule.same if same.similarity is None]
    on, by = " AND ".join(f"p.{name} = q.{name}" for name in exact), ", ".join(exact)
    sized = f"SELECT *, count(*) OVER (PARTITION BY {by}) AS size FROM {_keys('q')}"
    few = f"{sized} QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY node) <= {MANY + 1}"
    work.execute(
        f"CREATE TABLE alike_ AS SELECT p.node AS a, q.node AS b, q.size > {MANY} AS many"
        f" FROM {_keys('p')} p JOIN ({few}) q ON {on}"
    )
    conditions, joins = _alike(work, rule, other)
    weak = _weak(work, each, other, rule)
    points = sorted({o.point_of(f) for o in (each, other) for f in o.of_role("consent")})
    same = ", ".join(f"CASE WHEN {_same_point(each, other, point)} THEN {literal(point)} END" for point in points)
    shared = f"[{same}]::VARCHAR[]"
    carry = [f.name for o in (each, other) for point in points for f in _about(o, point)]
    names = texts(*dict.fromkeys((*carry, *(name for point in points for name in _kept(other, point)))))
    work.execute(
        f"INSERT INTO {equals_table(each)} SELECT a, {number}, {literal(other.name)}, b, {weak}, {shared} FROM alike_"
        f" JOIN {_keys('p')} p ON p.node = a JOIN {_keys('q')} q ON q.node = b{joins}"
        f" JOIN {work.scan(MERGED, each.name, also=names)} x ON x.__cluster = a"
        f" JOIN {work.scan(MERGED, other.name, also=names)} y ON y.__cluster = b"
        f" WHERE many OR ({' AND '.join(conditions) or 'TRUE'})"
    )
    for table in ("alike_", "roles_", _keys("p"), _keys("q"), *(f"likeness_{n}" for n in range(len(rule.same)))):
        work.execute(f"DROP TABLE IF EXISTS {table}")


def _keys(side: str) -> str:
    return quoted(f"keys/equal {side}")


def _alike(work: Relations, rule: EqualPlan, other: ObjectPlan) -> tuple[list[str], str]:
    """What else must hold of a pair: fields that are alike, and none that differs."""
    conditions, joins = [], ""
    for place, same in enumerate(rule.same):
        if same.similarity is None:
            continue
        name, table = quoted(same.field), f"likeness_{place}"
        sides = f"alike_ JOIN {_keys('p')} p ON p.node = a JOIN {_keys('q')} q ON q.node = b"
        create_similarities(
            work, f"SELECT p.{name} AS x, q.{name} AS y FROM {sides}", table, other.field(same.field).type
        )
        joins += f" LEFT JOIN {table} ON {table}.x = p.{name} AND {table}.y = q.{name}"
        conditions.append(f"coalesce(p.{name} = q.{name} OR {table}.similarity >= {same.similarity}, FALSE)")
    conditions += [f"NOT {_differs(name)}" for name in rule.unless]
    return conditions, joins


def _differs(field: str) -> str:
    return f"coalesce(p.{quoted(field)} <> q.{quoted(field)}, FALSE)"


def _names(each: ObjectPlan, other: ObjectPlan) -> list[str]:
    """The fields that say which person or firm it is, in both: the family name before the whole."""
    shared = [f for f in each.fields if f.cells and any(o.name == f.name and o.cells for o in other.fields)]
    return [f.name for f in shared if f.kind.names > 1]


def _weak(work: Relations, each: ObjectPlan, other: ObjectPlan, rule: EqualPlan) -> str:
    """SQL: all that is equal is one mailbox or number, and it is a function's, or the names are not the same."""
    field = each.field(rule.same[0].field)
    if len(rule.same) > 1 or not field.kind.contact_point:
        return "many"
    work.execute("CREATE TABLE roles_ (key VARCHAR)")
    if field.kind.role == "mailbox":
        name = quoted(field.name)
        reader = work.connection.cursor().sql(f"SELECT DISTINCT {name} FROM {_keys('p')} WHERE {name} IS NOT NULL")
        for batch in reader.to_arrow_reader(65_536):
            values = pl.Series("key", pl.from_arrow(batch.column(0)), dtype=pl.String)
            work.connection.register("found_", pa.table({"key": values.filter(is_role_mailbox(values)).to_arrow()}))
            work.execute("INSERT INTO roles_ SELECT key FROM found_")
            work.connection.unregister("found_")
    unlike = " OR ".join(_differs(name) for name in _names(each, other)) or "FALSE"
    return f"(many OR {unlike} OR p.{quoted(field.name)} IN (SELECT key FROM roles_))"


def _same_point(each: ObjectPlan, other: ObjectPlan, point: Key) -> str:
    """SQL over both merged records (`x`, `y`): a mailbox (or number) of the first is one that the second carries."""
    ours = [f"lower(x.{quoted(f.name)})" for f in _about(each, point)]
    theirs = [f"[lower(y.{quoted(f.name)})]" for f in _about(other, point)]
    theirs += [contact_points(f"y.{quoted(name)}") for name in _kept(other, point)]
    if not ours or not theirs:
        return "FALSE"
    every = f"list_concat({', '.join(theirs)}, []::VARCHAR[])"
    return f"({' OR '.join(f'coalesce(list_contains({every}, {mine}), FALSE)' for mine in ours)})"


def _about(each: ObjectPlan, point: Key) -> list[FieldPlan]:
    """The fields that hold what a consent is about."""
    return [f for f in each.fields if f.kind.key == point]


def _kept(other: ObjectPlan, point: Key) -> list[str]:
    """Fields that keep the mailboxes (or numbers) that did not survive."""
    known = {field.name for field in other.fields}
    return [f.keep_others for f in _about(other, point) if f.keep_others and f.keep_others in known]


# ---------------------------------------------------------------------------------------------------- what becomes


def settle_equals(work: Relations, plan: Plan, queries: Mapping[str, Query]) -> None:
    """Leave out, hold or note those that are one of another object, and publish `complete/<object>/equals`.

    Call when all verdicts are known but those of children of who is left out here.
    """
    for each in plan.objects:
        if each.equal:
            _decide(work, plan, each, queries)
            _judge(work, each)
            work.publish(
                "SELECT cluster AS __cluster, other AS __other, object, rule, code FROM equal_ ORDER BY ALL",
                EQUALS,
                each.name,
            )
            work.execute("DROP TABLE equal_")


def _decide(work: Relations, plan: Plan, each: ObjectPlan, queries: Mapping[str, Query]) -> None:
    """Table `equal_`: who is one of another object by the first rule that finds somebody who is not refused there."""
    names = sorted({rule.object for rule in each.equal})
    standing = " UNION ALL ".join(
        f"SELECT {literal(name)} AS object, cluster, state FROM {quoted(f'verdicts/{name}')}" for name in names
    )
    records = " ".join(f"WHEN {literal(name)} THEN {record('other', work, plan.object(name))}" for name in names)
    rules = " ".join(f"WHEN {n} THEN {literal(rule.because or rule.name)}" for n, rule in enumerate(each.equal))
    does = " ".join(f"WHEN {n} THEN {literal(rule.do)}" for n, rule in enumerate(each.equal))
    work.execute(
        f"""CREATE TABLE equal_ AS WITH verdict AS ({standing}),
        found AS (SELECT e.*, v.state = 'held' AS waits FROM {equals_table(each)} e
          LEFT JOIN verdict v ON v.object = e.object AND v.cluster = e.other
          WHERE coalesce(v.state, 'ready') IN ('ready', 'held')
            AND e.cluster NOT IN (SELECT cluster FROM {quoted(f"verdicts/{each.name}")})),
        first AS (SELECT cluster, number, any_value(object) AS object, count(DISTINCT other) AS n, min(other) AS other,
            bool_or(weak) AS weak, coalesce(bool_or(waits), FALSE) AS waits FROM found GROUP BY cluster, number
          QUALIFY row_number() OVER (PARTITION BY cluster ORDER BY number) = 1)
        SELECT cluster, other, object, n, CASE number {rules} END AS rule, CASE number {does} END AS does,
          CASE object {records} END AS record, weak, waits, FALSE AS lost, NULL::VARCHAR AS code FROM first"""
    )
    for name in names:
        for consent in each.of_role("consent"):
            _lost(work, each, consent, plan.object(name), queries)
    work.execute(
        f"""UPDATE equal_ SET code = CASE WHEN does = 'keep' THEN {literal(KEPT)} WHEN n > 1 THEN {literal(AMBIGUOUS)}
          WHEN does = 'hold' THEN {literal(REVIEW)} WHEN waits THEN {literal(WAITS)} WHEN weak THEN {literal(UNSURE)}
          WHEN lost THEN {literal(CONSENT)} ELSE {literal(SKIPPED)} END"""
    )


def _lost(work: Relations, each: ObjectPlan, mine: FieldPlan, other: ObjectPlan, queries: Mapping[str, Query]) -> None:
    """Mark those whose opt-out would be lost: the other record does not refuse, is not changed by this load, or does
    not carry the mailbox (or number) that was spoken of."""
    theirs, point = other.consent_like(mine, each), each.point_of(mine)
    refuses = f"x.{quoted(mine.name)} IN ({', '.join(map(literal, REFUSALS))})"
    same = _same_point(each, other, point)
    unnamed = " AND ".join(f"x.{quoted(f.name)} IS NULL" for f in _about(each, point)) or "TRUE"
    keeps = "FALSE"
    if theirs is not None and theirs.target is not None and other.mode != "insert_only":
        stricter = f"{strictness(f'y.{quoted(theirs.name)}')} <= {strictness(f'x.{quoted(mine.name)}')}"
        keeps = f"({stricter} AND ({same} OR ({unnamed})))"
    ours, others = queries[each.name], queries[other.name]
    work.execute(
        f"""UPDATE equal_ e SET lost = TRUE FROM (SELECT e.cluster FROM equal_ e
          JOIN ({ours.text}) x ON x.__cluster = e.cluster JOIN ({others.text}) y ON y.__cluster = e.other
          WHERE e.object = {literal(other.name)} AND {refuses} AND NOT {keeps}) l WHERE l.cluster = e.cluster""",
        ours.bound + others.bound,
    )


_WORDS = {
    SKIPPED: "'is ' || record || ' already, by ' || rule",
    REVIEW: "'is ' || record || ' already, by ' || rule || ': say what becomes of it'",
    AMBIGUOUS: "'is one of ' || n || ' records of ' || object || ' already, by ' || rule || ': among them ' || record",
    UNSURE: "'has only a mailbox or number in common with ' || record || ', and that may be several people''s'",
    CONSENT: "'is ' || record || ' already, which would not keep its opt-out'",
    WAITS: "'is ' || record || ' already, which waits'",
    KEPT: "'is ' || record || ' too, by ' || rule",
}


def _judge(work: Relations, each: ObjectPlan) -> None:
    """Verdicts of who is left out or waits; warnings of who is kept."""
    message = " ".join(f"WHEN {literal(code)} THEN {words}" for code, words in _WORDS.items())
    place = f"code, rule, '', CASE code {message} END FROM equal_"
    state = f"CASE code WHEN {literal(SKIPPED)} THEN 'excluded' ELSE 'held' END"
    work.execute(
        f"INSERT INTO {quoted(f'verdicts/{each.name}')} SELECT cluster, {state}, {place} WHERE code <> {literal(KEPT)}"
    )
    work.execute(f"INSERT INTO {quoted(f'warnings/{each.name}')} SELECT cluster, {place} WHERE code = {literal(KEPT)}")
