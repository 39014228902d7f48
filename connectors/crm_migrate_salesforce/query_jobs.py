"""An object as the answer of a query job of Bulk API 2.0: asked for, waited for, fetched part by part, told by ids.

Salesforce cuts a large query into pieces and answers in no order (sorting it there would take that away), so the
records are laid down and sorted here. Nothing is cut off without a word: each part counts its records, the parts
together have to be what the job says that it processed, and no place and no record comes twice.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from crm_migrate.connecting.http import Answer, Waiting
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import answers, sheets, soql
from crm_migrate_salesforce.answers import PAGE, Record
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.polling import SOONEST, next_look
from crm_migrate_salesforce.sorting import Cells, Sorted
from crm_migrate_salesforce.values import value_of

# Records of a part: the first few tell how long they are, so that a part is no larger than an answer may be.
FIRST, LEAST, MOST, BYTES = 500, 200, 20_000, 16_000_000
LONGEST = timedelta(hours=24)  # that a job is waited for
COMPLETE, AT_WORK = "JobComplete", frozenset({"UploadComplete", "InProgress"})
PAGED = "to read it page by page, say a `job_from` that is larger than what the object has"


class QueryJobs:
    """Query jobs of one organisation. What is laid down in between lies in `scratch`."""

    def __init__(self, looking: Looking, waiting: Waiting, scratch: Path | None) -> None:
        self._looking, self._waiting, self._scratch = looking, waiting, scratch

    def pages(self, object: str, types: Mapping[str, str], where: Collection[str] = ()) -> Iterator[Sequence[Record]]:
        """Records in the order of their ids, without those that were deleted; `types`: type by field, `Id` among them.
        TargetError where the job does not end well, or its answer is not whole."""
        archived = self._looking.archived(object)
        conditions = [*where, *(["IsDeleted = false"] if archived else [])]
        job = self._begun(soql.select_all(list(types), object, conditions), every=archived)
        processed = self._complete(job)
        with Sorted(self._scratch) as laid:
            read = 0
            for records in self._parts(job, list(types)):
                laid.add(records)
                read += len(records)
            if read != processed:
                raise TargetError(f"a query job of Salesforce has {processed:,} records, and gave {read:,}", hint=PAGED)
            for some in laid.parts(PAGE):
                yield [_record(cells, types) for cells in some]

    def _begun(self, query: str, *, every: bool) -> str:
        """The id of a new job. TargetError where Salesforce makes none: not every object can be read so."""
        said = self._looking.ask(self._looking.api.query_job(query, every=every), _taken)
        return answers.job(said)[0]

    def _complete(self, job: str) -> int:
        """How many records a job has, when it is done."""
        until = self._waiting.now() + LONGEST
        pause = SOONEST.total_seconds()
        while True:
            self._waiting.wait(pause)
            said = self._looking.ask(self._looking.api.query_job_of(job), answers.job_said)
            state = str(said.get("state"))[:40] if said is not None else "gone"
            if said is not None and state == COMPLETE:
                return _processed(said)
            if said is None or state not in AT_WORK:
                why = str((said or {}).get("errorMessage") or "without a word")[:200]
                raise TargetError(f"a query job of Salesforce is {state}: {why}", hint=PAGED)
            now = self._waiting.now()
            if now > until:
                hours = LONGEST.total_seconds() / 3600
                raise TargetError(f"a query job of Salesforce is {state} after {hours:g} hours", hint=PAGED)
            pause = (next_look(said, now) - now).total_seconds()

    def _parts(self, job: str, fields: Sequence[str]) -> Iterator[list[Cells]]:
        most = self._size(job, fields)
        locator, seen = "", {""}
        while True:
            part, _ = self._part(job, fields, most, locator)
            yield part.records
            locator = part.following
            if not locator:
                return
            if locator in seen:
                raise TargetError("the answer of a query job of Salesforce leads back to where it was", hint=PAGED)
            seen.add(locator)

    def _size(self, job: str, fields: Sequence[str]) -> int:
        """How many records one part may hold. It is the same for all parts: a locator is a place among parts."""
        part, length = self._part(job, fields, FIRST, "")
        each = length / max(1, len(part.records))
        return max(LEAST, min(MOST, int(BYTES / max(1.0, each))))

    def _part(self, job: str, fields: Sequence[str], most: int, locator: str) -> tuple[sheets.Part, int]:
        request = self._looking.api.query_results(job, most, locator)
        return self._looking.ask(request, partial(_sized, fields=fields))


def _taken(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        error = answers.refused(answer)
        raise TargetError(error.message, hint=error.hint or PAGED)
    return answer


def _sized(answer: Answer, fields: Sequence[str]) -> tuple[sheets.Part, int]:
    return sheets.part(answer, fields), len(answer.body)


def _processed(said: Mapping[str, Any]) -> int:
    processed = said.get("numberRecordsProcessed")
    if not isinstance(processed, int) or isinstance(processed, bool):
        raise TargetError("Salesforce does not say how many records a query job has", hint=PAGED)
    return processed


def _record(cells: Cells, types: Mapping[str, str]) -> Record:
    record: dict[str, Any] = {}
    for name, type in types.items():
        try:
            record[name] = value_of(cells[name], type)
        except ValueError:
            raise TargetError(f"Salesforce gives something in {name} that is no {type}", hint=PAGED) from None
    return record
