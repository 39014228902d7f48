"""The plan of a load as figures: what would be written, what waits, and examples of each."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.plan import Mode, ObjectPlan
from crm_migrate.stages.load.choices import ChoiceValues, told
from crm_migrate.stages.load.drift import Drift
from crm_migrate.stages.load.forecast import Forecast
from crm_migrate.stages.load.foretelling import Foretold
from crm_migrate.stages.load.keys import Names
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import read_manifest
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sealing import as_we_write, read_sealed, write_sealed
from crm_migrate.workspace.tables import PLANNED, THEIRS

ACTIONS = ("create", "update", "unchanged", "held", "rejected", "excluded")
SAMPLES = 5


class LoadSample(BaseModel):
    """One record behind a figure: `record` is `source:key` of its smallest member."""

    model_config = ConfigDict(frozen=True)

    action: str
    record: str
    entity: str
    code: str = ""
    message: str = ""
    changed_fields: tuple[str, ...] = ()


class ObjectLoad(BaseModel):
    """What the load does to one object: entities by action and, of those that are not written, by code."""

    model_config = ConfigDict(frozen=True)

    object: str
    target: str
    create: int = 0
    update: int = 0
    unchanged: int = 0
    held: int = 0
    rejected: int = 0
    excluded: int = 0
    vanished: int = 0
    remove: int = 0  # of those that vanished, records that others have taken in and that go at the end of the load
    before: int = 0
    rekeyed: int = 0  # records of ours that came back under another key and were found by their values
    split: int = 0  # records of ours that are several now and were split, by a decision or the mapping's word
    parts: int = 0  # what was split off them
    followed: int = 0  # records of ours that users of the target have merged into others of ours
    recovered: int = 0  # records of ours that the target holds and our ledger does not know
    codes: dict[str, int] = {}
    aside: dict[str, int] = {}  # "held: key_missing" -> source rows that ended before they were records
    samples: tuple[LoadSample, ...] = ()
    choices: tuple[ChoiceValues, ...] = ()
    mode: Mode = "upsert"
    only: bool = False  # its records are looked up and never written: `unchanged` are those that were found


class LoadPlan(BaseModel):
    """What would be written, per object in load order; nothing of it has been. `hash` is bound to every line of it.

    `prepare` names what the target lacks; it is made before the first record is written. `notes` are sentences about
    earlier runs whose files are damaged, `foreign` about those of another version of ours. `unforeseen`: per object of
    the target, the rules that are not foretold; `foretold` is what the target says that it will make of owners and
    currencies. `drift` is what it says of itself otherwise than the lock. `offline`: planned against the lock, as if
    the target were empty. `forecast` is what it costs; it depends on the hour, and the hash is not bound to it.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    plan_hash: str
    identity: str
    objects: tuple[ObjectLoad, ...]
    prepare: tuple[str, ...] = ()
    exchanged: str = ""  # the target that this environment was at its last load, where it is another one now
    notes: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    loads: int = 0  # runs that had written to the target when this was planned; one more, and it does not hold
    unforeseen: dict[str, tuple[str, ...]] = {}
    foretold: tuple[Foretold, ...] = ()
    drift: tuple[Drift, ...] = ()
    offline: bool = False
    forecast: Forecast | None = None
    hash: str = ""

    @property
    def writes(self) -> int:
        """Records that would be created or changed."""
        return sum(o.create + o.update for o in self.objects)

    def findings(self) -> tuple[Finding, ...]:
        """What was found out about our own earlier loads: another target, runs whose files cannot be read, and per
        object what our ledger lacks, which values are no choices of the target, and what it foretells of others."""
        unread = {"run_damaged": self.notes, "run_of_another_version": self.foreign}
        broken = (Finding(code, note, Severity.WARNING) for code, notes in unread.items() for note in notes)
        other = Finding(
            "target_exchanged",
            f"the last load of this environment went into another database ({self.exchanged}); all is loaded here",
            Severity.WARNING,
            hint="if it was lost or exchanged by mistake, bring the earlier one back before you load",
        )
        lacking = self._of_records(
            "memory_rebuilt",
            lambda load: load.recovered,
            "of this project are in the target and not in the ledger of this folder; they were found by our key and are"
            " not loaded again",
            hint="is this folder a copy, or was its .crm-migrate lost? one folder should load a target",
        )
        moved = self._of_records(
            "key_changed",
            lambda load: load.rekeyed,
            "came back under another key and are taken for what they were",
            hint="did a spreadsheet change the keys? export them as text",
        )
        followed = self._of_records(
            "merged_there",
            lambda load: load.followed,
            "that users of the target have merged into others of ours are followed: their rows and what hangs on them"
            " belong to the record that is left",
            hint="if two records were merged by mistake: part them in the target, and decide `apart`",
            severity=Severity.NOTE,
        )
        parted = self._of_records(
            "now_split",
            lambda load: load.split,
            "that were loaded as one are several now: the largest part of each stays what it was, {load.parts} part(s)"
            " become records of their own, with what refers to their rows",
            hint="see them in `crm-migrate plan --json`; to ask a person instead: `on_rerun: {now_split: review}`",
        )
        drifted = (each.finding() for each in self.drift)
        chosen = (told(load.object, values) for load in self.objects for values in load.choices)
        return (
            *([other] if self.exchanged else []),
            *broken,
            *drifted,
            *lacking,
            *moved,
            *followed,
            *parted,
            *chosen,
            *(each.finding() for each in self.foretold),
            *self._unforeseen(),
        )

    def _of_records(
        self,
        code: str,
        count: Callable[[ObjectLoad], int],
        words: str,
        *,
        hint: str,
        severity: Severity = Severity.WARNING,
    ) -> Iterator[Finding]:
        """What befell so many records, an object at a time; `words` may name figures of its `{load}`."""
        for load in self.objects:
            if found := count(load):
                message = f"{found} record(s) {words.format(load=load)}"
                yield Finding(code, message, severity, Place(source=load.object), hint, found)

    def _unforeseen(self) -> Iterator[Finding]:
        """Rules of the target that may refuse what is planned."""
        hint = "records that it does not take are refused at the load, with the database's words"
        for name, rules in self.unforeseen.items():
            words = f"{len(rules)} rule(s) of the target are not foreseen: {', '.join(rules)}"
            yield Finding("check_unforeseen", words, Severity.NOTE, Place(source=name), hint, len(rules))


def figures(relations: Relations, object_plan: ObjectPlan) -> ObjectLoad:
    """Count and sample the actions of one object; its lines are published already."""
    names = Names(object_plan.name)
    going = f"SELECT __entity FROM {names.merged} WHERE outcome = 'remove'"
    counts: dict[str, int] = dict(relations.rows(f"SELECT __action, count(*) FROM {names.plan} GROUP BY __action"))
    waiting: dict[str, int] = dict(
        relations.rows(f"""SELECT code, count(*) FROM
        (SELECT __code AS code FROM {names.plan} WHERE __action IN ('held', 'rejected', 'excluded') UNION ALL
         SELECT code FROM {names.vanished} WHERE policy NOT IN ('ignore', 'follow') AND __entity NOT IN ({going}))
        WHERE code IS NOT NULL GROUP BY code""")
    )
    lines = relations.scan(PLANNED, object_plan.name)
    samples = relations.rows(f"""WITH chosen AS (SELECT p.__cluster, k.first FROM {names.plan} p
        JOIN {names.keys} k USING (__cluster)
        QUALIFY row_number() OVER (PARTITION BY p.__action, p.__code ORDER BY k.first) <= {SAMPLES})
        SELECT e.__action, c.first, e.__entity, coalesce(e.__code, ''), coalesce(e.__message, ''),
        coalesce(e.__changed_fields, '[]') FROM {lines} e JOIN chosen c USING (__cluster) ORDER BY 1, 4, 2""")
    totals: dict[str, Any] = {action: int(counts.get(action, 0)) for action in ACTIONS}
    return ObjectLoad(
        object=object_plan.name,
        target=object_plan.target,
        mode=object_plan.mode,
        only=object_plan.existing.only,
        **totals,
        vanished=relations.count(names.vanished),
        remove=relations.count(f"({going})"),
        followed=relations.count(f"{names.vanished} WHERE code = 'merged_there'"),
        rekeyed=relations.count(f"{names.keys} WHERE rekeyed"),
        split=relations.count(f"{names.keys} WHERE split"),
        parts=relations.count(_parts(names)),
        recovered=relations.count(
            f"(SELECT 1 FROM {names.keys} k SEMI JOIN {names.sent} s ON s.__entity = k.__entity AND s.__forgotten)"
        ),
        before=relations.count(relations.scan(THEIRS, object_plan.name)),
        codes={str(code): int(count) for code, count in waiting.items()},
        samples=tuple(
            LoadSample(action=a, record=r, entity=e, code=c, message=m, changed_fields=tuple(json.loads(f)))
            for a, r, e, c, m, f in samples
        )
        + tuple(_removed(relations, object_plan.name)),
    )


def _parts(names: Names) -> str:
    """A FROM item: clusters that were split off a loaded record."""
    return f"""(SELECT DISTINCT m.__cluster FROM {names.members} m JOIN {names.known} o USING (__source, __key)
      JOIN {names.keys} s ON s.__entity = o.__entity AND s.split JOIN {names.keys} k ON k.__cluster = m.__cluster
      WHERE k.__cluster <> s.__cluster AND k.code IS NULL)"""


def _removed(relations: Relations, name: str) -> Iterator[LoadSample]:
    """Records that go because others have taken them in, or stay all the same."""
    names = Names(name)
    for outcome, id, entity, first, message in relations.rows(f"""SELECT m.outcome, m.target_id, m.__entity,
          k.first, m.message FROM {names.merged} m LEFT JOIN {names.keys} k ON k.__entity = m.survivor
        QUALIFY row_number() OVER (PARTITION BY m.outcome ORDER BY m.target_id) <= {SAMPLES}
        ORDER BY 1, 2"""):
        told = f"merged into {first or 'others'}" + (f", and stays: {message}" if message else "")
        action = "remove" if outcome == "remove" else "held"
        yield LoadSample(action=action, record=f"{name}:{id}", entity=entity, code="now_merged", message=told)


def sealed(plan: LoadPlan, run: Run) -> LoadPlan:
    """The plan with its hash: over its figures and over the bytes of the tables that it stands for."""
    digest = hashlib.sha256(plan.model_dump_json(exclude={"hash", "run", "loads", "forecast"}).encode())
    for load in plan.objects:
        for table in ("entities", "vanished", "removals", "before", "known"):
            for part in read_manifest(run.table("load", load.object, table)) or []:
                digest.update(part.sha256.encode())
    return plan.model_copy(update={"hash": digest.hexdigest()})


def write_plan(plan: LoadPlan, run: Run) -> None:
    """Keep it in the run's folder."""
    write_sealed(run.table("load", "plan.json"), plan.model_dump(mode="json"))


def read_plan(run: Run) -> LoadPlan | None:
    """The plan of this run's load, or None where it was not made yet. DamagedFile where it was changed."""
    path = run.table("load", "plan.json")
    try:
        said = read_sealed(path)
    except FileNotFoundError:
        return None
    with as_we_write(path):
        return LoadPlan.model_validate(said)
