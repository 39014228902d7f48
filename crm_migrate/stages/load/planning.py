"""Plan the load: compare what shall be with what was sent and what the target holds. It writes nothing there."""

from functools import partial

from crm_migrate.connecting.contract import Target, TargetSchema, Usage
from crm_migrate.errors import DamagedFile, MappingError, OtherVersion
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.mapping.target_lock import read_lock
from crm_migrate.quoting import literal
from crm_migrate.stages.load.actions import decide, finished, forget
from crm_migrate.stages.load.at_work import refuse_at_work
from crm_migrate.stages.load.choices import choice_values
from crm_migrate.stages.load.claims import refuse_claimed
from crm_migrate.stages.load.drift import drift
from crm_migrate.stages.load.earlier import settle_earlier
from crm_migrate.stages.load.edits import three_values
from crm_migrate.stages.load.forecast import forecast
from crm_migrate.stages.load.foretelling import foretold, hold_foretold
from crm_migrate.stages.load.keys import Names, followed, identify, plan_listing, remember, sent_to
from crm_migrate.stages.load.looking import let_all_wait
from crm_migrate.stages.load.lookups import called, refuse_absent
from crm_migrate.stages.load.merged import plan_removals
from crm_migrate.stages.load.objects import loaded_fields, target_object, written_objects
from crm_migrate.stages.load.offline import LockedTarget
from crm_migrate.stages.load.parents import settle
from crm_migrate.stages.load.plan import LoadPlan, figures, read_plan, sealed, write_plan
from crm_migrate.stages.load.promises import hold_doubled, hold_refusable
from crm_migrate.stages.load.reachable import hold_reachable
from crm_migrate.stages.load.rekeying import follow
from crm_migrate.stages.load.repairing import careful, let_others_wait, repairs
from crm_migrate.stages.load.restoring import exchanged, refuse_restored
from crm_migrate.stages.load.standing import gather, hold_refused
from crm_migrate.stages.load.theirs import ask_again, read_claims, read_ours, read_theirs
from crm_migrate.stages.load.variants import hold_moved, moved_away
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.parts import read_manifest
from crm_migrate.workspace.relations import Relations, relations, scan_folder
from crm_migrate.workspace.settlements import Settlement, read_settlements
from crm_migrate.workspace.state import read_state
from crm_migrate.workspace.tables import (
    AFTER,
    BEFORE,
    COMPLETED,
    CONFLICTS,
    CROSSWALK,
    EDITS,
    KNOWN,
    LINK_SET_ASIDE,
    PLANNED,
    SET_ASIDE,
    THEIRS,
    VANISHED,
)
from crm_migrate.workspace.undoing import loads, refuse_open_undo

_MANY = 2  # as many records as ours, and it is cheaper to leave the others unread
_ENDED = ("__source", "__key", "state", "rule", "code")


def plan_load(plan: Plan, project: Project, run: Run, target: Target) -> LoadPlan:
    """Write `load/<object>/entities`, `vanished`, `before`, `known` and `load/plan.json`; what would happen."""
    planned = read_plan(run)
    if planned is not None and planned.plan_hash == plan.hash and _begun(project, run):
        return planned  # what was begun is finished as it was planned
    writes = read_state(run).writes
    plan_hash, plan = plan.hash, careful(plan) if repairs(run) or not writes else plan
    missing = target.prepare(written_objects(plan), apply=False)
    identity = target.identity()
    _refuse_open_undo(project, identity)
    refuse_restored(project, plan, target, identity)
    refuse_at_work(project, target, identity, but=run.id)
    there = target.describe([object_plan.target for object_plan in plan.objects])
    refuse_absent(plan, there)
    _read(plan, project, run, target, identity, there)
    unread = settle_earlier(plan, project, run, target, identity)
    earlier = _loads(project, identity)
    offline, locked = isinstance(target, LockedTarget), read_lock(project, plan.environment.name)
    with relations(run, "load") as tables:
        for object_plan in plan.objects:
            remember(tables, project, identity, plan, object_plan)
            identify(tables, project, identity, plan, object_plan)
        hold_moved(tables, plan)
        for object_plan in plan.objects:
            follow(tables, project, identity, plan, object_plan, _set_aside(tables, plan, object_plan))
        choices, asked = {}, {}
        settled = _settled(project)
        for object_plan in plan.objects:
            decide(tables, project, identity, plan, object_plan, settled)
            found = there.object(object_plan.target)
            choices[object_plan.name] = tuple(choice_values(tables, object_plan, found))
            hold_refusable(tables, plan, object_plan, found)
            if repairs(run):
                let_others_wait(tables, object_plan)
            if not writes:
                let_all_wait(tables, object_plan)
            if plan.environment.mask:
                hold_reachable(tables, plan, object_plan)
            asked[object_plan.name] = hold_foretold(tables, plan, object_plan, target)
        gather(tables, project, identity, plan)
        settle(tables, plan, there, partial(_hold_claimed_values, tables, plan, there))
        refuse_claimed(tables, plan)
        for each in plan.objects:
            _publish(tables, project, identity, plan, each)
        plan_removals(tables, project, identity, plan, target, earlier)
        cost = None if offline else forecast(tables, project, plan, target, identity, read_state(run).seconds)
        doubts = [doubt for each in plan.objects for doubt in foretold(tables, each, asked[each.name])]
        aside = {each.name: _rows_aside(tables, plan, each) for each in plan.objects}
        objects = [
            figures(tables, each).model_copy(update={"choices": choices[each.name], "aside": aside[each.name]})
            for each in plan.objects
        ]
    made = LoadPlan(
        run=run.id,
        plan_hash=plan_hash,
        identity=identity,
        objects=tuple(objects),
        prepare=missing,
        exchanged="" if offline else exchanged(project, plan, identity),
        drift=tuple(drift(plan, locked, there)) if locked else (),
        offline=offline,
        unforeseen={found.name: found.unforeseen for found in there.objects if found.unforeseen},
        notes=unread.damaged,
        foreign=unread.foreign,
        foretold=tuple(doubts),
        forecast=cost,
        loads=len(earlier),
    )
    load_plan = sealed(made, run)
    write_plan(load_plan, run)
    return load_plan


def _read(plan: Plan, project: Project, run: Run, target: Target, identity: str, there: TargetSchema) -> None:
    """Write `theirs` and `claims` of every object, and ask again for what we have sent and did not find."""
    for object_plan in plan.objects:
        object = target_object(plan, object_plan)
        if object_plan.existing.only:
            read_theirs(target, object, run, THEIRS, object_plan.name, called)
        elif asks_of_others(plan, object_plan, there) or not _mostly_others(
            project, target, identity, object_plan.name
        ):
            read_theirs(target, object, run, THEIRS, object_plan.name)
        else:
            read_ours(target, object, run, THEIRS, object_plan.name)
        read_claims(target, object, run, object_plan.name)
    with relations(run, "load") as tables:
        for each in (each for each in plan.objects if not each.existing.only):
            ask_again(
                tables, target, target_object(plan, each), THEIRS, each.name, sent_to(project, identity, each.name)
            )


def _hold_claimed_values(tables: Relations, plan: Plan, there: TargetSchema) -> int:
    """One round of who would take what the record of another keeps, or grant what it refuses; how many changed."""
    return hold_doubled(tables, plan, there) + hold_refused(tables, plan)


def asks_of_others(plan: Plan, object_plan: ObjectPlan, there: TargetSchema) -> bool:
    """Whether what stands in records that are not ours decides anything: who exists already, values that the target
    takes only once, and which mailboxes are refused there."""
    existing = object_plan.existing
    wanted, found = target_object(plan, object_plan), there.object(object_plan.target)
    fields = (found.field(each.name) or each if found else each for each in wanted.fields if not each.reference)
    consents = any(field.kind.role == "consent" for field in loaded_fields(object_plan))
    return consents or bool(existing.match or existing.learned) or any(field.unique for field in fields)


def _mostly_others(project: Project, target: Target, identity: str, name: str) -> bool:
    """Whether most records of an object are not ours, as far as we know; reading ours once more costs more than their
    fields, and a target that counts requests is not asked twice."""
    ours = sum(part.rows for part in read_manifest(project.sent(identity, name)) or ())
    if not ours:
        return True
    loads = [] if isinstance(target, Usage) else _loads(project, identity)
    try:
        after = read_manifest(project.run(loads[-1]).table(*AFTER.path(name))) if loads else None
    except (DamagedFile, OtherVersion):
        return False  # a new run needs nothing of an earlier one
    return sum(part.rows for part in after or ()) > _MANY * ours


def _settled(project: Project) -> list[Settlement]:
    """What people said of conflicts. MappingError where it cannot be read: a word that is not heard would be lost."""
    settled, findings = read_settlements(project.decisions)
    if findings:
        raise MappingError("what was decided about conflicts cannot be read", findings)
    return settled


def _loads(project: Project, identity: str) -> list[str]:
    """The runs of this project that have written to the target, oldest first."""
    if not project.ledger.exists():
        return []
    with checked(project.ledger) as ledger:
        return loads(ledger, identity)


def _refuse_open_undo(project: Project, identity: str) -> None:
    if project.ledger.exists():
        with checked(project.ledger) as ledger:
            refuse_open_undo(project, ledger, identity)


def _begun(project: Project, run: Run) -> bool:
    if not project.ledger.exists():
        return False
    with checked(project.ledger) as ledger:
        return ledger.begun(run.id)


def _publish(tables: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan) -> None:
    names = Names(object_plan.name)
    _vanish(tables, project, identity, plan, object_plan)
    listed = plan_listing(object_plan)
    spans = tables.spans("__cluster", COMPLETED, object_plan.name)
    lines = [f"SELECT {listed} FROM ({finished(plan, object_plan, span)})" for span in spans]
    tables.publish_pieces(lines, PLANNED, object_plan.name)
    edits = f"SELECT __entity, unnest(__edits) AS field FROM {names.edited} ORDER BY __entity, field"
    tables.publish(edits, EDITS, object_plan.name)
    fields = [str(field.target) for field in loaded_fields(object_plan)]
    tables.publish(three_values(object_plan, fields), CONFLICTS, object_plan.name)
    forget(tables, object_plan)
    tables.publish(f"SELECT * EXCLUDE (survivor) FROM {names.vanished} ORDER BY __entity", VANISHED, object_plan.name)
    ids = tables.scan(THEIRS, object_plan.name)
    tables.publish(f"SELECT target_id, __entity FROM {ids} ORDER BY target_id", BEFORE, object_plan.name)
    known = f"SELECT __entity, target_id FROM {names.sent} WHERE NOT __forgotten ORDER BY __entity"
    tables.publish(known, KNOWN, object_plan.name)


def _rows_aside(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> dict[str, int]:
    """Rows that wait, were rejected or excluded before they were records, by state and code."""
    counts = tables.rows(f"""SELECT state || ': ' || coalesce(code, ''), count(*)
      FROM {_set_aside(tables, plan, object_plan)} WHERE state <> 'absent' GROUP BY ALL ORDER BY ALL""")
    return {str(reason): int(count) for reason, count in counts}


def _vanish(tables: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan) -> None:
    """Create `vanished/<object>`: loaded entities that no record feeds any more, why, what is declared for that,
    and the `survivor` that took all their rows in."""
    names, rerun = Names(object_plan.name), object_plan.on_rerun
    known = scan_folder(project.crosswalk(identity, object_plan.identity), CROSSWALK.columns)
    known = f"(SELECT * FROM {names.known} UNION SELECT * FROM {known} ANTI JOIN {names.known} USING (__source, __key))"
    policies = {"now_held": "review", "merged_there": "follow"} | rerun.model_dump(
        include={"gone", "now_excluded", "now_merged"}
    )
    policy = " ".join(f"WHEN {literal(code)} THEN {literal(declared)}" for code, declared in policies.items())
    tables.execute(f"""CREATE TEMP TABLE {names.vanished} AS
    WITH fed AS (SELECT DISTINCT k.__entity, e.__entity AS survivor, e.code IS NOT NULL AS waits FROM {names.members} m
                 JOIN {known} k USING (__source, __key) JOIN {names.keys} e USING (__cluster)),
    aside AS (SELECT k.__entity, bool_or(a.state = 'excluded') AS excluded, bool_or(a.code = 'erased') AS erased,
                CASE WHEN NOT bool_or(a.code = 'erased') THEN min(a.rule) END AS rule
              FROM {_set_aside(tables, plan, object_plan)} a JOIN {known} k USING (__source, __key)
              WHERE a.state <> 'absent' GROUP BY k.__entity),
    lost AS (SELECT s.__entity, CASE WHEN s.__entity IN (SELECT __entity FROM {followed(tables, object_plan.name)})
               THEN 'merged_there' WHEN bool_or(f.waits IS NOT NULL) THEN 'now_merged'
               WHEN bool_or(a.excluded) THEN 'now_excluded' WHEN bool_or(a.excluded IS NOT NULL) THEN 'now_held'
               ELSE 'gone' END AS code, bool_or(a.erased) AS erased, min(a.rule) AS rule,
               CASE WHEN count(DISTINCT f.survivor) = 1 THEN min(f.survivor) END AS survivor
             FROM {names.sent} s LEFT JOIN fed f ON f.__entity = s.__entity LEFT JOIN aside a ON a.__entity = s.__entity
             WHERE s.__entity NOT IN (SELECT __entity FROM {names.plan}) GROUP BY s.__entity
             HAVING NOT coalesce(bool_or(f.waits), FALSE))
    SELECT __entity, code, CASE code {policy} END AS policy,
      CASE code WHEN 'gone' THEN 'no source row feeds it any more' WHEN 'now_merged' THEN 'merged into another record'
        WHEN 'merged_there' THEN 'merged into another record by a user of the target'
        WHEN 'now_held' THEN 'its rows wait or are rejected now'
        ELSE CASE WHEN erased THEN 'its person is on the list to erase: remove it in the target'
          ELSE 'its rows are left out now' END END || coalesce(' (' || nullif(rule, '') || ')', '') AS message, survivor
    FROM lost""")


def _set_aside(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> str:
    """Rows that ended before they were records, of all sources of the object, or that wait as another part of it."""
    nulls = ", ".join(f"NULL::VARCHAR AS {name}" for name in _ENDED)
    queries = [f"SELECT {nulls} WHERE FALSE", *moved_away(plan, object_plan)]
    listed = ", ".join(_ENDED)
    if _finished(tables, object_plan):
        queries.append(f"SELECT {listed} FROM {tables.scan(LINK_SET_ASIDE, object_plan.name)}")
    for feed in object_plan.feeds:
        if tables.finished(SET_ASIDE, object_plan.name, feed.source):
            own = [name for name in _ENDED if name != "__source"]
            view = tables.scan(SET_ASIDE, object_plan.name, feed.source)
            queries.append(f"SELECT {literal(feed.source)}, {', '.join(own)} FROM {view}")
    return f"({' UNION ALL '.join(queries)})"


def _finished(tables: Relations, object_plan: ObjectPlan) -> bool:
    return tables.finished(LINK_SET_ASIDE, object_plan.name)
