"""How some targets tell what became of what was sent: by a journal, by jobs, or by what was begun."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

import pyarrow as pa

from crm_migrate.connecting.contract.targets import Action, Answer, Limits, TargetObject, WriteBatch


@runtime_checkable
class Journal(Protocol):
    """A target that keeps, in the same transaction as the records, which batches it took, and whose records they are.

    To it a batch in doubt is sent again as it was: it answers what became of it the first time.
    """

    def committed(self, project: str, run: str) -> Mapping[str, str]:
        """Batch name -> digest of the batches of a run that are committed."""
        ...

    def claims(self, object: TargetObject) -> Iterator[pa.Table]:
        """`project`, `member`, `__entity` (text): the source records that each entity stands for, by whom they were
        loaded."""
        ...

    def claim(self, object: TargetObject, project: str, members: pa.Table) -> None:
        """Keep `member`, `__entity` of a project, on disk when it returns; the later word about a member holds.

        Said before the records are written. A member is a digest: no key of a source reaches the target.
        """
        ...


@runtime_checkable
class Jobs(Protocol):
    """A target that takes many records as one job and works it off while nobody waits.

    A job is opened empty, its id is on our disk before the records are on their way, and whoever goes on after us asks
    the job what became of them. The methods may raise and may be called like `write`.
    """

    def job_limits(self, object: TargetObject, action: Action, records: int) -> Limits | None:
        """What one job may hold; None where so many records of that kind had better go by requests."""
        ...

    def open_job(self, batch: WriteBatch) -> str:
        """The id of a new job for such a batch: nothing of it is given to the target yet. A job that is opened and
        never filled does no harm."""
        ...

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        """Give the records to their job and let it begin; the instant at which to ask it first."""
        ...

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        """What became of the records, or when to ask again because the job is still at work.

        A job that was never let to begin is ended, so that it cannot begin any more, and its records are `later`, like
        those that an ended job did not come to. A job that the target does not know (any more) leaves them in doubt:
        they are asked for by our key. It refuses nobody as a whole: what is wrong with the job itself is a TargetError.
        """
        ...


@runtime_checkable
class Begins(Protocol):
    """A target in which a write that was cut off may leave a record that no reading shows as ours yet: the next try
    finishes it."""

    def begun(self, object: TargetObject, entities: Collection[str]) -> Collection[str]:
        """Those of these entities of which such a record is there."""
        ...
