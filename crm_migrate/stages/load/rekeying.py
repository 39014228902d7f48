"""Rows that come back under another key: a spreadsheet took the zeros off, a program writes 7.0, capitals changed,
`C-007` is `C007`, or the mapping calls their source by another name.

A new record that looks like one we have loaded, which no row feeds any more, is that one: found by the fields of
`existing: match:`, or held where only its key looks alike. Where a source says so (`changed_key:`), one whose key of
several columns differs in one of them is too.
"""

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.actions import telling
from crm_migrate.stages.load.keys import Names, text_columns
from crm_migrate.stages.load.objects import links, loaded_fields
from crm_migrate.stages.map.parts import naming
from crm_migrate.stages.mask.reading import to_load
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.row_keys import KEY_JOINER, NAMED, PART
from crm_migrate.workspace.tables import COMPLETED, CROSSWALK, THEIRS, texts

_BARE = "regexp_replace(lower(nfc_normalize(trim(x))), '\\.0+$', '')"
# Signs between letters and digits only: `C-007` is `C007`, 1-11 is not 11-1.
_CLOSED = f"regexp_replace({_BARE}, '(\\p{{L}})[\\s_./-]+(\\p{{N}})', '\\1\\2', 'g')"
_PART = f"coalesce(nullif(ltrim({_CLOSED}, '0'), ''), '0')"


def folded(key: str) -> str:
    """SQL: what two writings of one key share, part by part: no capitals, blanks, zeros before, `.0`, signs within."""
    return f"list_transform(string_split({key}, '{KEY_JOINER}'), lambda x: {_PART})"


def follow(
    relations: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan, aside: str
) -> None:
    """Give new clusters in `keys/<object>` the entity that they had under another key, or let them wait.

    `aside` is a FROM item of rows (`__source`, `__key`) that ended before they were records: their entities are no
    orphans.
    """
    names, rekeyed = Names(object_plan.name), object_plan.on_rerun.rekeyed
    crosswalk = scan_folder(project.crosswalk(identity, object_plan.identity), CROSSWALK.columns)
    theirs = relations.scan(THEIRS, object_plan.name, also=text_columns(object_plan))
    relations.execute(f"""CREATE TEMP TABLE orphaned_ AS SELECT DISTINCT s.__entity FROM {names.sent} s
    SEMI JOIN {theirs} t ON t.__entity = s.__entity ANTI JOIN {names.keys} k ON k.__entity = s.__entity
    ANTI JOIN (SELECT c.__entity FROM {crosswalk} c SEMI JOIN {aside} a USING (__source, __key)) a
      ON a.__entity = s.__entity""")
    if relations.count("orphaned_"):
        relations.execute(f"""CREATE TEMP TABLE fresh_ AS SELECT k.__cluster, k.first FROM {names.keys} k
        ANTI JOIN {names.sent} s ON s.__entity = k.__entity WHERE k.code IS NULL""")
        if any(naming(object_plan, feed) for feed in object_plan.feeds) and links(plan, object_plan):
            _apply(relations, names, _same_part(relations, plan, object_plan, crosswalk), "what it joins", take=True)
        if object_plan.existing.match:
            _apply(relations, names, _alike(relations, plan, object_plan, theirs), "its values", take=True)
        if rekeyed != "new":
            _apply(relations, names, _same_key(object_plan, crosswalk), "its key", take=rekeyed == "same")
        for policy in ("same", "review"):
            if sources := _changing(plan, object_plan, policy):
                _apply(relations, names, _one_part(object_plan, crosswalk, sources), "its key", take=policy == "same")
        relations.execute("DROP TABLE fresh_")
    relations.execute("DROP TABLE orphaned_")


def _same_part(relations: Relations, plan: Plan, object_plan: ObjectPlan, crosswalk: str) -> str:
    """Query: new clusters that are a part of a row, and orphaned records of another part of it that lead to the same
    records: parts were called by their place once, and what they name may be written otherwise."""
    names, points = Names(object_plan.name), links(plan, object_plan)
    distinct = object_plan.link.distinct if object_plan.link else ()
    told = [f for f in loaded_fields(object_plan) if f.name in distinct]
    cells = {link.field.name: "BIGINT" for link in points} | texts(*(f.name for f in told))
    joins = "".join(
        f" LEFT JOIN {Names(link.parent).keys} p{n} ON p{n}.__cluster = r.{quoted(link.field.name)}"
        for n, link in enumerate(points)
    )
    same = [f"s.{quoted(link.name)} IS NOT DISTINCT FROM p{n}.__entity" for n, link in enumerate(points)]
    same += [f"s.{quoted(str(f.target))} IS NOT DISTINCT FROM r.{quoted(f.name)}" for f in told]
    row = [f"regexp_replace({side}.__key, {literal(PART)}, '')" for side in "cm"]
    return f"""SELECT DISTINCT m.__cluster, c.__entity, c.__source || ':' || c.__key AS what FROM {names.members} m
    SEMI JOIN fresh_ USING (__cluster) JOIN {to_load(relations, plan, object_plan, cells)} r USING (__cluster){joins}
    JOIN (SELECT * FROM {crosswalk} SEMI JOIN orphaned_ USING (__entity)) c
      ON c.__source = m.__source AND {row[0]} = {row[1]}
    JOIN {names.sent} s ON s.__entity = c.__entity
    WHERE regexp_matches(m.__key, {literal(NAMED)}) AND {" AND ".join(same)}"""


def _changing(plan: Plan, object_plan: ObjectPlan, policy: str) -> list[str]:
    """The sources whose rows make records of their own, and whose keys of several columns may change in one of them."""
    feeding = {feed.source for feed in object_plan.feeds if not feed.one_per}
    return [source.name for source in plan.sources if source.name in feeding and source.changed_key == policy]


def _alike(relations: Relations, plan: Plan, object_plan: ObjectPlan, theirs: str) -> str:
    """Query: new clusters and orphaned records of the target that are equal in all fields of `existing: match:`."""
    fields = [object_plan.field(name) for name in object_plan.existing.match]
    columns = texts(*(f.name for f in fields))
    records = to_load(relations, plan, object_plan, columns)  # as theirs were: a pseudonym finds a pseudonym
    clear = relations.scan(COMPLETED, object_plan.name, also=columns)
    same = " AND ".join(
        f"lower(r.{quoted(f.name)}) = lower(t.{quoted(str(f.target))})"
        if f.kind.role == "mailbox"
        else f"r.{quoted(f.name)} = t.{quoted(str(f.target))}"
        for f in fields
    )
    wanted = f"""{records} r JOIN {clear} c USING (__cluster) SEMI JOIN fresh_ USING (__cluster)
    JOIN {theirs} t ON {same} SEMI JOIN orphaned_ o ON o.__entity = t.__entity WHERE r.__state = 'ready'"""
    told = "".join(telling(relations, f, f"c.{quoted(f.name)}", wanted) for f in fields if f.ref is None)
    return f"SELECT r.__cluster, t.__entity, 'record ' || t.target_id || ' of the target' AS what FROM {wanted}{told}"


def _same_key(object_plan: ObjectPlan, crosswalk: str) -> str:
    """Query: new clusters of which a member's key differs from that of an orphaned record in its writing only.

    Sources number their records each for itself; but one that does not feed the object any more may have been renamed.
    """
    names, feeding = Names(object_plan.name), ", ".join(literal(feed.source) for feed in object_plan.feeds)
    return f"""SELECT DISTINCT m.__cluster, c.__entity, c.__source || ':' || c.__key AS what FROM {names.members} m
    SEMI JOIN fresh_ USING (__cluster)
    JOIN (SELECT * FROM {crosswalk} SEMI JOIN orphaned_ USING (__entity)) c
      ON (c.__source = m.__source OR c.__source NOT IN ({feeding})) AND {folded("c.__key")} = {folded("m.__key")}"""


def _one_part(object_plan: ObjectPlan, crosswalk: str, sources: list[str]) -> str:
    """Query: new clusters of which a member's key differs from that of an orphaned record in one part only.

    Keys are joined by what is left of them without each of their parts in turn; where that is nothing, nothing is like.
    """
    names, named = Names(object_plan.name), ", ".join(map(literal, sources))
    new = f"SELECT *, __cluster AS who FROM {names.members} SEMI JOIN fresh_ USING (__cluster)"
    old = f"SELECT *, __entity AS who FROM {crosswalk} SEMI JOIN orphaned_ USING (__entity)"
    return f"""SELECT DISTINCT n.who AS __cluster, o.who AS __entity, o.__source || ':' || o.__key AS what
    FROM ({_left(new)}) n JOIN ({_left(old)}) o USING (__source, place, parts, rest)
    WHERE n.part <> o.part AND __source IN ({named})"""


def _left(keys: str) -> str:
    """Query: of every key of several parts each part, and the rest of the key without it."""
    rest = "k[:place - 1] || k[place + 1:]"
    return f"""SELECT who, __source, __key, place, len(k) AS parts, k[place] AS part, {rest} AS rest
    FROM (SELECT *, unnest(range(1, len(k) + 1)) AS place FROM (SELECT *, {folded("__key")} AS k FROM ({keys})))
    WHERE len(list_filter({rest}, lambda x: x <> '0')) > 0"""


def _apply(relations: Relations, names: Names, pairs: str, by: str, *, take: bool) -> None:
    """Take over the entity where one of ours looks like one of theirs and no other; let the rest wait."""
    told = f"looks by {by} like "
    relations.execute(f"""CREATE TEMP TABLE rekeyed_ AS
    WITH pairs AS ({pairs}),
    n AS (SELECT __entity FROM pairs GROUP BY __entity HAVING count(DISTINCT __cluster) > 1)
    SELECT __cluster, min(__entity) AS __entity, min(what) AS what,
           {"TRUE" if take else "FALSE"} AND count(DISTINCT __entity) = 1
             AND NOT bool_or(__entity IN (SELECT __entity FROM n)) AS sure FROM pairs GROUP BY __cluster""")
    relations.execute(f"""UPDATE {names.keys} k SET
      __entity = CASE WHEN r.sure THEN r.__entity ELSE k.__entity END,
      code = CASE WHEN r.sure THEN NULL ELSE 'key_changed' END,
      message = CASE WHEN NOT r.sure THEN {literal(told)} || r.what || ', that was loaded and no row feeds now' END,
      rekeyed = r.sure
    FROM rekeyed_ r WHERE r.__cluster = k.__cluster""")
    relations.execute("DELETE FROM fresh_ WHERE __cluster IN (SELECT __cluster FROM rekeyed_)")
    relations.execute("DELETE FROM orphaned_ WHERE __entity IN (SELECT __entity FROM rekeyed_ WHERE sure)")
    relations.execute("DROP TABLE rekeyed_")
