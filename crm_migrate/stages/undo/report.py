"""What an undo did, or would do, as figures; and the list of all that stays, with the reason of each."""

import csv
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from crm_migrate.codes import CODES
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.stages.load.keys import Names
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sealing import as_we_write, damaged, read_sealed, write_sealed
from crm_migrate.workspace.sql import stream

HEAD = ("object", "target_id", "entity", "code", "meaning", "detail")


class ObjectUndo(BaseModel):
    """What becomes of the records that a run had written of one object: those that it created, and those that it
    adopted or changed. `same` are as they were before already; `kept` are counted by code. Beside them `back` had been
    removed by it, and are there again."""

    model_config = ConfigDict(frozen=True)

    object: str
    created: int = 0
    changed: int = 0
    removed: int = 0
    restored: int = 0
    same: int = 0
    kept: dict[str, int] = {}
    back: int = 0

    @property
    def unexplained(self) -> int:
        """Records of which nobody says what became of them: always 0."""
        return self.created + self.changed - self.removed - self.restored - self.same - sum(self.kept.values())


class UndoReport(BaseModel):
    """The undo of a run. `applied` is False where it only says what would be done; `undone` is when it was finished."""

    model_config = ConfigDict(frozen=True)

    run: str
    environment: str
    identity: str
    applied: bool
    objects: tuple[ObjectUndo, ...]
    undone: str = ""
    kept_list: str = ""  # the file with a line for every record that stays; nothing where all went back

    @property
    def writes(self) -> int:
        """Records that are removed or restored, or come back."""
        return sum(o.removed + o.restored + o.back for o in self.objects)


def figures(tables: Relations, object_plan: ObjectPlan, back: int = 0) -> ObjectUndo:
    """Count the verdicts of one object."""
    verdicts = Names(object_plan.name).verdict
    counted = tables.rows(f"SELECT did = 'create', verdict, coalesce(code, ''), count(*) FROM {verdicts} GROUP BY ALL")

    def total(*verdicts: str) -> int:
        return sum(int(count) for _, verdict, _, count in counted if verdict in verdicts)

    kept: dict[str, int] = {}
    for _, _, code, count in sorted(row for row in counted if row[1] == "kept"):
        kept[str(code)] = kept.get(str(code), 0) + int(count)
    return ObjectUndo(
        object=object_plan.name,
        created=sum(int(count) for created, _, _, count in counted if created),
        changed=sum(int(count) for created, _, _, count in counted if not created),
        removed=total("remove", "removed"),
        restored=total("restore", "restored", "release", "released"),
        same=total("same"),
        kept=kept,
        back=back,
    )


def write_kept(tables: Relations, plan: Plan, run: Run) -> str:
    """Write the list of what stays beside the reports of the run: ids and reasons, no value of a record. Its path."""
    file = run.report / "undo-kept.csv"
    file.unlink(missing_ok=True)
    if not any(tables.count(f"{Names(o.name).verdict} WHERE verdict = 'kept'") for o in plan.objects):
        return ""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        lines = csv.writer(handle)
        lines.writerow(HEAD)
        for object_plan in plan.objects:
            lines.writerows(_kept(tables, object_plan))
    return str(file)


def _kept(tables: Relations, object_plan: ObjectPlan) -> Iterator[tuple[str, ...]]:
    query = (
        f"SELECT coalesce(target_id, ''), __entity, code, coalesce(message, '') FROM {Names(object_plan.name).verdict} "
        "WHERE verdict = 'kept' ORDER BY code, __entity"
    )
    for batch in stream(tables.connection, query):
        for id, entity, code, message in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield object_plan.name, id, entity, code, CODES[code].title, _plain(message)


def _plain(text: str) -> str:
    """Words that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def write_report(report: UndoReport, run: Run) -> None:
    """Keep it in the run's folder."""
    write_sealed(_file(run), report.model_dump(mode="json"))


def read_report(run: Run) -> UndoReport:
    """The finished undo of a run. DamagedFile where it was changed or taken away."""
    try:
        said = read_sealed(_file(run))
    except FileNotFoundError as error:
        raise damaged(_file(run), "is gone") from error
    with as_we_write(_file(run)):
        return UndoReport.model_validate(said)


def _file(run: Run) -> Path:
    return run.folder / "undo.json"
