"""What the files of a planned load cost: how many, how many bytes, and what the target takes of them.

Minutes are plain arithmetic at a speed that is named; nobody knows the line.
"""

from collections.abc import Iterator, Sequence
from math import ceil

from pydantic import BaseModel, ConfigDict

from crm_migrate.connecting.contract import Target, Upload
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.load.files import content_fields, takes_files
from crm_migrate.stages.load.forecast.spelling import as_size
from crm_migrate.stages.load.keys import names_field, plan_columns
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import PLANNED

_LINE = 10_000_000 / 8  # bytes in a second of 10 Mbit/s


class FilesForecast(BaseModel):
    """Files to send, their bytes and those of the largest one (None where no field says their size); `per_day` files
    and `room` bytes are what the target takes, None where it says nothing."""

    model_config = ConfigDict(frozen=True)

    files: int
    bytes: int | None = None
    largest: int | None = None
    per_day: int | None = None
    room: int | None = None

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        if self.bytes is None or self.largest is None:
            yield f"files     {self.files:,} file(s) to send; the mapping says nothing of their size"
        else:
            minutes = ceil(self.bytes / _LINE / 6) / 10
            sizes = f"{as_size(self.bytes)}, the largest {as_size(self.largest)}"
            yield f"files     {self.files:,} file(s) to send, {sizes}: {minutes:,.1f} minutes at 10 Mbit/s"
        if self.per_day is not None and self.files > self.per_day:
            days = ceil(self.files / self.per_day)
            yield f"          THE TARGET TAKES {self.per_day:,} files in 24 hours: they need {days:,} days"
        if self.room is not None and self.bytes is not None and self.bytes > self.room:
            yield f"          THE TARGET HAS ROOM for {as_size(self.room)} only: what does not fit is refused"


def files_forecast(
    tables: Relations, plan: Plan, objects: Sequence[ObjectPlan], target: Target
) -> FilesForecast | None:
    """What is sent of the lines that are published; None where no file is. Asks the target for its room."""
    object_plan = next((each for each in objects if takes_files(target, plan, each)), None)
    if object_plan is None:
        return None
    said = content_fields(object_plan)
    changed = " OR ".join(names_field("__changed_fields", name) for name in sorted(said)) or "FALSE"
    lines = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    size = next((str(field.target) for field in loaded_fields(object_plan) if field.name == "size"), None)
    sizes = f"TRY_CAST({quoted(size)} AS BIGINT)" if size else "NULL::BIGINT"
    count, total, largest = tables.one(
        f"SELECT count(*), sum({sizes}), max({sizes}) FROM {lines}"
        f" WHERE __action = 'create' OR (__action = 'update' AND ({changed}))"
    )
    if not count:
        return None
    assert isinstance(target, Upload)
    room, licence = target.room(), plan.environment.licence
    known = None if total is None else int(total)
    bytes = licence.file_storage if room.bytes is None and licence else room.bytes
    return FilesForecast(files=count, bytes=known, largest=largest, per_day=room.files, room=bytes)
