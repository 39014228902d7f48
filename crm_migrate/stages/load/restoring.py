"""A target that is not as we left it: restored from a backup, lost, or exchanged for another. Told apart, not guessed.

What was loaded stands in two places: batches in our ledger and in the target's own journal. A batch that only the
ledger knows was lost with a restore; a run whose target carries another name now has another database before it.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import ENTITY, Journal, Target, TargetObject
from crm_migrate.errors import DamagedFile, TargetConflict, UsageError
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import text_columns
from crm_migrate.stages.load.objects import loaded_fields, target_object, waiting
from crm_migrate.stages.load.publishing import PUBLISHED
from crm_migrate.workspace.crosswalk import replace_table
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.ledger import Intent, Ledger, checked
from crm_migrate.workspace.locking import project_lock
from crm_migrate.workspace.parts import Part, verified
from crm_migrate.workspace.relations import Relations, relations, scan_folder

ADOPTED = "adopted"
_MADE = ("create", "adopt")


def refuse_exchanged(ledger: Ledger, run: Run, identity: str) -> None:
    """TargetConflict where a run that has begun to write stands before another target: nothing is prepared there."""
    began = ledger.targets_of(run.id)
    if began and identity not in began:
        raise TargetConflict(
            f"run {run.id} began to load another database than this one: that one was lost or exchanged",
            hint="bring it back and resume, or load into this one from the start: crm-migrate run",
        )


def exchanged(project: Project, plan: Plan, identity: str) -> str:
    """The target that this environment was at its last load, where it is another one now; else nothing."""
    if not project.ledger.exists():
        return ""
    with checked(project.ledger) as ledger:
        loads = [body for body in ledger.bodies("run") if body.get("environment") == plan.environment.name]
    return str(loads[-1]["identity"]) if loads and loads[-1]["identity"] != identity else ""


def refuse_restored(project: Project, plan: Plan, target: Target, identity: str) -> None:
    """TargetConflict where the target has lost batches that it had taken, unless that was adopted."""
    if not project.ledger.exists():
        return
    with checked(project.ledger) as ledger:
        lost, _ = _batches(ledger, plan, target, identity)
    if lost:
        raise TargetConflict(
            f"the target does not know {len(lost)} batch(es) of {len({i.run for i in lost})} load(s) that it had taken "
            f"(first: {lost[0].name} of run {lost[0].run}): it was restored from a backup, or is an older copy",
            hint="bring the newer one back, or go on with this one: crm-migrate target adopt, then crm-migrate run",
        )


def adopt(plan: Plan, project: Project, target: Target) -> tuple[str, ...]:
    """Take the target as it is: what it lost is forgotten here, so that the next run loads it again. What was done.

    A record that the target's journal says was created, and that is not there, was deleted by somebody: it stays
    known, and is not made again. A record that a lost batch had changed is compared anew with what the target holds.
    """
    identity = target.identity()
    if not project.ledger.exists():
        raise UsageError("this project has loaded nothing yet", hint="crm-migrate run")
    with project_lock(project), checked(project.ledger) as ledger:
        lost, kept = _batches(ledger, plan, target, identity)
        with _scratch(project) as tables:
            done = [_forget(tables, project, identity, plan, o, target, lost, kept) for o in plan.objects if lost]
        for name in sorted({intent.run for intent in lost}):
            mine = [intent.name for intent in lost if intent.run == name]
            ledger.note(ADOPTED, {"identity": identity, "run": name, "batches": mine})
            ledger.note(PUBLISHED, {"identity": identity, "run": name})
    return tuple(line for line in done if line)


@contextmanager
def _scratch(project: Project) -> Iterator[Relations]:
    """A database of no run."""
    folder = project.work / "adopting"
    try:
        with relations(Run(folder, folder.name), "load") as tables:
            yield tables
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _batches(ledger: Ledger, plan: Plan, target: Target, identity: str) -> tuple[list[Intent], list[Intent]]:
    """Batches that were answered and the target does not know (less those adopted), and those that it knows."""
    if not isinstance(target, Journal):
        return [], []
    adopted = {
        (body["run"], name)
        for body in ledger.bodies(ADOPTED)
        if body["identity"] == identity
        for name in body["batches"]
    }
    names = {body["run"]: body.get("project") or plan.project for body in ledger.bodies("run")}
    lost, kept = [], []
    for run in dict.fromkeys(ledger.runs_of(identity)):
        committed = target.committed(names[run], run)
        for line in ledger.batches(run):
            if line.intent.name in committed:
                kept.append(line.intent)
            elif line.settled and (run, line.intent.name) not in adopted:
                lost.append(line.intent)
    return lost, kept


def _forget(
    tables: Relations, project: Project, identity: str, plan: Plan, object_plan: ObjectPlan, target: Target,
    lost: Iterable[Intent], kept: Iterable[Intent],
) -> str:  # fmt: skip
    """Take out of `sent` and `seen` what the target has lost of an object; a sentence, or nothing."""
    name, columns = object_plan.name, text_columns(object_plan, "__entity", "target_id", "__adopted")
    sent, seen = project.sent(identity, name), project.seen(identity, name)
    earlier = scan_folder(sent, columns)
    gone = [intent for intent in lost if intent.object == name]
    _register(tables, "there_", _present(target, target_object(plan, object_plan)))
    made, _ = _entities(project, [intent for intent in kept if intent.object == name and _kind(intent) in _MADE])
    changed, complete = _entities(project, [intent for intent in gone if _kind(intent) != "link"])
    changed = changed if complete else earlier
    stays = (
        f"CASE WHEN __entity IN (SELECT __entity FROM there_) THEN __entity NOT IN (SELECT __entity FROM {changed})"
        f" ELSE __entity IN (SELECT __entity FROM {made}) END"
    )
    tables.execute(f"CREATE OR REPLACE TEMP TABLE stays_ AS SELECT __entity FROM {earlier} WHERE {stays}")
    again = tables.count(f"{earlier} e ANTI JOIN stays_ USING (__entity) ANTI JOIN there_ USING (__entity)")
    anew = tables.count(f"{earlier} e ANTI JOIN stays_ USING (__entity) SEMI JOIN there_ USING (__entity)")
    unlinked = _unlinked(project, plan, object_plan, [intent for intent in gone if _kind(intent) == "link"])
    cells = ", ".join(
        f"CASE WHEN __entity IN (SELECT __entity FROM {entities}) THEN NULL ELSE {quoted(link)} END AS {quoted(link)}"
        for link, entities in unlinked.items()
    )
    kept_rows = f"{earlier} e SEMI JOIN stays_ USING (__entity)"
    replace_table(tables.connection, f"SELECT *{f' REPLACE ({cells})' if cells else ''} FROM {kept_rows}", sent)
    anti = "".join(f" AND __entity NOT IN (SELECT __entity FROM {entities})" for entities in unlinked.values())
    compared = f"{scan_folder(seen, columns)} e SEMI JOIN stays_ USING (__entity) WHERE TRUE{anti}"
    replace_table(tables.connection, f"SELECT * FROM {compared}", seen)
    return f"{name}: {again} record(s) are loaded again by the next run, {anew} compared anew" if again + anew else ""


def _unlinked(project: Project, plan: Plan, object_plan: ObjectPlan, batches: Sequence[Intent]) -> dict[str, str]:
    """Fields of lost batches of the second pass, and a FROM item of the entities of which each was lost."""
    fields: dict[str, list[Intent]] = {}
    loaded = {str(field.target) for field in loaded_fields(object_plan)}
    for intent in batches:
        file = _file(project, intent)
        names = (
            loaded & set(pq.read_schema(file).names) if file is not None else loaded & set(waiting(plan, object_plan))
        )
        for name in names:
            fields.setdefault(name, []).append(intent)
    return {name: _entities(project, mine)[0] for name, mine in sorted(fields.items())}


def _kind(intent: Intent) -> str:
    return intent.name.split("/")[-2]


def _file(project: Project, intent: Intent) -> Path | None:
    """The rows of a batch as they were sent; None where they are gone or were changed since."""
    file = project.run(intent.run).folder / intent.part
    try:
        return verified(file.parent, Part(file.stem, "", intent.count, intent.digest))
    except DamagedFile:
        return None


def _present(target: Target, object: TargetObject) -> pa.Table:
    """The entities that the target holds of an object."""
    there = target.describe([object.name]).object(object.name) is not None
    found = target.read(object.bare()) if there else ()
    keys = [key for table in found for key in table[ENTITY].to_pylist() if key is not None]
    return pa.table({ENTITY: pa.array(keys, pa.string())})


def _register(tables: Relations, name: str, table: pa.Table) -> None:
    tables.connection.register("given_", table)
    tables.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given_")
    tables.connection.unregister("given_")


def _entities(project: Project, batches: Sequence[Intent]) -> tuple[str, bool]:
    """A FROM item: the entities of batches by their parts, and whether all of these are on disk."""
    files = [_file(project, intent) for intent in batches]
    there = [str(file) for file in files if file is not None]
    empty = "(SELECT NULL::VARCHAR AS __entity WHERE FALSE)"
    listed = ", ".join(map(literal, there))
    scan = f"(SELECT __entity FROM read_parquet([{listed}], union_by_name = true))" if there else empty
    return scan, len(there) == len(files)
