"""The locked schema in the place of a target that cannot be reached: a plan against it tells what would be refused.

It holds no records, so every record of ours is new to it, and nothing can be written.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from crm_migrate.connecting.contract import (
    Action,
    Answer,
    By,
    Limits,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.errors import TargetError


class LockedTarget:
    """What a target said of itself, and no more."""

    def __init__(self, schema: TargetSchema) -> None:
        self._schema = schema

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- nothing is written
        """Of no meaning here."""
        return Limits(rows=1)

    def identity(self) -> str:
        """None of a target."""
        return "locked"

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named objects as they are locked."""
        return TargetSchema(tuple(each for each in self._schema.objects if each.name in objects))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:  # noqa: ARG002 -- as above
        """Names what the lock lacks."""
        found = ((wanted, self._schema.object(wanted.name)) for wanted in objects)
        return tuple(
            f"{wanted.name}.{field.name}" if there else wanted.name
            for wanted, there in found
            for field in (wanted.fields if there else wanted.fields[:1])
            if there is None or there.field(field.name) is None
        )

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:  # noqa: ARG002
        """No records."""
        return iter(())

    def write(self, batch: WriteBatch) -> Answer:
        """Nothing can be written."""
        raise TargetError(f"{batch.object.name} cannot be written: the target was not reached")

    def close(self) -> None:
        """There is nothing to give back."""
