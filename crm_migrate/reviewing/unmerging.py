"""Unmerge: take records out of a cluster by a decision, and say what the next run will do with it in the target.

Nothing is changed but `decisions/duplicates.yaml`: each record that leaves is decided to be another one than each that
stays, with the hash of what both say now. The next run builds the clusters anew, keeps the loaded record for the larger
part, creates one for those who left, and re-parents what hangs on them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_migrate.crm.types import REFUSALS
from crm_migrate.errors import MappingError, UsageError
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.decisions import DuplicateDecision, evidence_hash, write_duplicates
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.relations import Relations, relations, scan_folder
from crm_migrate.workspace.tables import CLUSTERS, CROSSWALK, DISPOSITIONS, NODES, SENT, texts

Cells = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Unmerge:
    """What an unmerge says: who leaves, who stays (`source:key`), the decisions, and what follows from them."""

    object: str
    leaving: tuple[str, ...]
    staying: tuple[str, ...]
    decisions: tuple[DuplicateDecision, ...]
    follows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cluster:
    object: ObjectPlan
    records: dict[str, tuple[int, Cells]]  # source:key -> node and own values


def unmerge(
    plan: Plan, project: Project, run: Run, subject: str, *, who: str, why: str, when: str, members: Sequence[str] = (),
    object_name: str | None = None,
) -> Unmerge:  # fmt: skip
    """Write the decisions that take `members` out of the cluster that `subject` names in a run.

    `subject` is a row (`source:key`) or a record of the target (`object:id`), named as `explain` names them. Without
    `members` the row leaves, or all records of the cluster part. UsageError where there is no such cluster or member;
    MappingError where other decisions say the contrary (nothing is written then).
    """
    with relations(run, "dedupe") as tables:
        cluster = _cluster(tables, plan, subject, object_name)
        leaving = _leaving(cluster, subject, members)
        staying = tuple(name for name in cluster.records if name not in leaving)
        decisions = tuple(_decisions(cluster, leaving, staying, who=who, why=why, when=when))
        follows = tuple(_follows(tables, plan, project, cluster, leaving, staying))
    if against := write_duplicates(project.decisions, decisions):
        raise MappingError("The records cannot be taken apart; nothing was written.", against)
    return Unmerge(cluster.object.name, leaving, staying, decisions, follows)


# ------------------------------------------------------------------------------------------------------ the cluster


def _cluster(tables: Relations, plan: Plan, subject: str, object_name: str | None) -> _Cluster:
    """The one cluster of several records that the subject names."""
    if object_name and object_name not in {each.name for each in plan.objects}:
        raise UsageError(f"there is no object {object_name!r}", hint=", ".join(each.name for each in plan.objects))
    objects = [each for each in plan.objects if object_name in (None, each.name)]
    found = [
        found for each in objects if (found := _of_record(tables, each, subject) or _of_target(tables, each, subject))
    ]
    several = [cluster for cluster in found if len(cluster.records) > 1]
    if not found:
        hint = "a row as `source:key`, or a record of the target as `object:id`; crm-migrate explain shows both"
        raise UsageError(f"no record and no cluster is called {subject!r}", hint=hint)
    if not several:
        raise UsageError(f"{subject} is merged with nothing, so there is nothing to take apart")
    if len(several) > 1:
        names = ", ".join(cluster.object.name for cluster in several)
        raise UsageError(f"{subject} is merged in several objects: {names}", hint="say which with --object")
    return several[0]


def _of_record(tables: Relations, each: ObjectPlan, subject: str) -> _Cluster | None:
    return _read(tables, each, f"concat(n.__source, ':', n.__key) = {literal(subject)}")


def _of_target(tables: Relations, each: ObjectPlan, subject: str) -> _Cluster | None:
    """The cluster behind a record of the target, named as everywhere: by its id there, or by our key."""
    name, _, found = subject.partition(":")
    if name != each.name or not tables.finished(DISPOSITIONS, each.name):
        return None
    rows = tables.scan(DISPOSITIONS, each.name)
    there = f"target_id = {literal(found)} OR __entity = {literal(found)}"
    return _read(tables, each, f"c.__cluster IN (SELECT __cluster FROM {rows} WHERE {there})")


def _read(tables: Relations, each: ObjectPlan, condition: str) -> _Cluster | None:
    """The records of the cluster in which one of them fulfils the condition, by name."""
    if not tables.finished(CLUSTERS, each.name):
        raise UsageError("this run has no clusters yet", hint="crm-migrate resume")
    fields = [field.name for field in each.fields if field.ref is None]
    nodes = tables.scan(NODES, each.name, also=texts(*fields))
    clusters = tables.scan(CLUSTERS, each.name)
    cells = "".join(f", n.{quoted(name)}" for name in fields)
    rows = tables.rows(
        f"SELECT concat(n.__source, ':', n.__key) AS name, n.__node{cells} FROM {nodes} n JOIN {clusters} c USING"
        f" (__node) WHERE c.__cluster IN (SELECT c.__cluster FROM {nodes} n JOIN {clusters} c USING (__node)"
        f" WHERE {condition}) ORDER BY name"
    )
    return _Cluster(each, {r[0]: (r[1], dict(zip(fields, r[2:], strict=True))) for r in rows}) if rows else None


def _leaving(cluster: _Cluster, subject: str, members: Sequence[str]) -> tuple[str, ...]:
    if strange := sorted(set(members) - set(cluster.records)):
        names = ", ".join(cluster.records)
        raise UsageError(f"{strange[0]} is no member of that cluster", hint=f"its members: {names}")
    if members:
        return tuple(sorted(set(members)))
    return (subject,) if subject in cluster.records else tuple(cluster.records)


# ---------------------------------------------------------------------------------------------------- the decisions


def _decisions(
    cluster: _Cluster, leaving: tuple[str, ...], staying: tuple[str, ...], *, who: str, why: str, when: str
) -> Iterator[DuplicateDecision]:
    """Each that leaves apart from each that stays; where nobody stays, all from each other."""
    groups: list[tuple[str, ...]] = [(gone, kept) for gone in leaving for kept in staying]
    for members in groups or [leaving]:
        said = evidence_hash({name: cluster.records[name][1] for name in members})
        yield DuplicateDecision(
            cluster.object.name, tuple(sorted(members)), "apart", who=who, when=when, why=why, evidence=said
        )


# ------------------------------------------------------------------------------------------------- what follows then


def _follows(
    tables: Relations, plan: Plan, project: Project, cluster: _Cluster, leaving: tuple[str, ...],
    staying: tuple[str, ...],
) -> Iterator[str]:  # fmt: skip
    parts = [part for part in (staying, leaving) if part] if staying else [(name,) for name in leaving]
    keeps = min(parts, key=lambda part: (-len(part), min(part)))
    yield f"The next run makes {len(parts)} or more records of these {len(cluster.records)}."
    loaded = list(_loaded(tables, project, cluster))
    for identity, target_id, members in loaded:
        yield (
            f"In {identity}, record {target_id} was loaded from {', '.join(members)}: it stays with {', '.join(keeps)}"
            " and loses what the others gave it; the others are created as new records."
        )
        yield from _opt_outs(cluster, keeps, target_id)
    if not loaded:
        yield "None of them was loaded yet, so nothing is to be undone in a target."
    for child, field, count in _children(tables, plan, cluster, leaving):
        yield f"{count} {child} that name one of {', '.join(leaving)} as {field} go with it."


def _opt_outs(cluster: _Cluster, keeps: Sequence[str], target_id: str) -> Iterator[str]:
    """That the loaded record no longer refuses where only those refuse who leave it."""
    for field in (field for field in cluster.object.of_role("consent") if field.target is not None):
        refusing = [name for name, (_, own) in cluster.records.items() if str(own[field.name]).lower() in REFUSALS]
        if refusing and not set(refusing) & set(keeps):
            yield (
                f"The opt-out of {', '.join(refusing)} leaves record {target_id}. Unless something else refuses for it,"
                " the next run lifts it there, and its gate `consent` fails until you decide `accept:consent`."
            )


def _loaded(tables: Relations, project: Project, cluster: _Cluster) -> Iterator[tuple[str, str, list[str]]]:
    """Target, id there, and members of every loaded record that rows of the cluster went into."""
    folder = project.work / "targets"
    names = ", ".join(literal(name) for name in cluster.records)
    for identity in sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ():
        known = scan_folder(project.crosswalk(identity, cluster.object.identity), CROSSWALK.columns)
        sent = scan_folder(project.sent(identity, cluster.object.name), SENT.columns)
        rows = tables.rows(
            f"SELECT any_value(s.target_id), list(concat(k.__source, ':', k.__key) ORDER BY k.__source, k.__key)"
            f" FROM {known} k JOIN {sent} s USING (__entity) WHERE concat(k.__source, ':', k.__key) IN ({names})"
            " GROUP BY __entity ORDER BY __entity"
        )
        for target_id, members in rows:
            yield identity, str(target_id), list(members)


def _children(
    tables: Relations, plan: Plan, cluster: _Cluster, leaving: tuple[str, ...]
) -> Iterator[tuple[str, str, int]]:
    """Object, reference field and number of records that name one of those who leave."""
    wanted = ", ".join(str(cluster.records[name][0]) for name in leaving)
    for child in plan.objects:
        for field in child.fields:
            if field.ref is not None and field.ref.object == cluster.object.name:
                nodes = tables.scan(NODES, child.name, also={field.name: "BIGINT"})
                count = tables.count(f"(SELECT 1 FROM {nodes} WHERE {quoted(field.name)} IN ({wanted}))")
                if count:
                    yield child.name, field.name, count
