"""Many records as one job of Bulk API 2.0: opened empty, filled, asked for its results by our key."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Action, Answer, Limits, Refusal, WriteBatch
from crm_migrate.connecting.http import Http
from crm_migrate.connecting.row_results import created, joined
from crm_migrate.connecting.shaping import Row
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import answers, sheets
from crm_migrate_salesforce.calls import Calls
from crm_migrate_salesforce.polling import SOONEST, next_look
from crm_migrate_salesforce.records import Shape, Values
from crm_migrate_salesforce.settings import Settings
from crm_migrate_salesforce.writing import Writing

ROWS, BYTES = 50_000, 30_000_000  # of a job: its results come back in one answer
REQUESTS = 8  # that one job costs
_AT_WORK = frozenset({"UploadComplete", "InProgress"})
_ENDED = frozenset({"JobComplete", "Failed", "Aborted"})
_DUPLICATE = "DUPLICATE_VALUE"


class Jobs:
    """Jobs of one organisation."""

    def __init__(self, calls: Calls, changes: Http, writing: Writing, settings: Settings) -> None:
        self._calls, self._changes, self._writing, self._settings = calls, changes, writing, settings

    def limits(self, action: Action, records: int) -> Limits | None:
        """What a job holds; None for what had better go by collections."""
        said = self._settings
        by_request = said.allow_duplicates or said.assignment_rules  # which no job can be told
        if records < said.job_from or by_request or action not in ("create", "update"):
            return None
        return Limits(ROWS, BYTES, said.parallel, said.longest_seconds, said.settle_seconds, requests=REQUESTS)

    def open(self, batch: WriteBatch) -> str:
        """The id of a new job. Nobody gives it records but us."""
        shape = self._calls.shape(batch)
        operation = "insert" if batch.action == "create" else "update"
        request = self._calls.api.job(shape.described.object, operation)
        return answers.job(self._calls.looking.passed(self._changes.send(request)))[0]

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        """Upload the records, then let the job begin; one without records is not let to begin."""
        made, _ = self._made(batch)
        api = self._calls.api
        if not made:
            return self._calls.now()
        for request in (api.uploading(job, sheets.sheet(list(made.values()))), api.job_state(job, "UploadComplete")):
            answer = self._calls.looking.passed(self._changes.send(request))
            if not 200 <= answer.status < 300:
                raise answers.refused(answer)
        return self._calls.now() + SOONEST

    def _made(self, batch: WriteBatch) -> tuple[dict[str, Values], dict[str, Refusal]]:
        """The records of a batch, each with our key, and why others cannot be sent."""
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        if batch.action == "create":
            made, refused = self._writing.made(shape, rows)
        else:
            made, refused, _ = self._writing.changes(shape, batch, rows)
            made = {entity: {**values, shape.key_field: entity} for entity, values in made.items()}
        for entity, values in list(made.items()):
            try:
                sheets.fit(values)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
                del made[entity]
        return made, refused

    # ------------------------------------------------------------------------------------------------ outcomes

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        """What became of the records, or when to ask again."""
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        said = self._state(job)
        if said is None:
            return Answer(in_doubt=frozenset(rows))
        state = str(said.get("state"))
        if state in _AT_WORK:
            return next_look(said, self._calls.now())
        if state == "Open":
            return self._ended(job, batch, rows)
        if state not in _ENDED:
            raise TargetError(f"Salesforce says that a job is {state[:40]!r}", hint="crm-migrate resume")
        return self._results(job, said, shape, batch, rows)

    def _state(self, job: str) -> Mapping[str, Any] | None:
        """What is said of a job; None where it is not known any more."""
        answer = self._calls.looking.ask(self._calls.api.job_of(job), lambda answer: answer)
        return answers.job_said(answer)

    def _ended(self, job: str, batch: WriteBatch, rows: Mapping[str, Row]) -> Answer | datetime:
        """A job that was never let to begin is ended; where it began meanwhile, it is asked again. TargetError where it
        cannot be ended and stays open: nobody would ever come to an end with it."""
        _, refused = self._made(batch)
        answer = self._calls.looking.passed(self._changes.send(self._calls.api.job_state(job, "Aborted")))
        if not 200 <= answer.status < 300:
            if (self._state(job) or {}).get("state") == "Open":
                raise answers.refused(answer)
            return self._calls.now() + SOONEST
        if answers.job(answer)[1] != "Aborted":
            return self._calls.now() + SOONEST
        now = self._calls.now()
        return Answer(refused=refused, later={entity: now for entity in rows if entity not in refused})

    def _results(
        self, job: str, said: Mapping[str, Any], shape: Shape, batch: WriteBatch, rows: Mapping[str, Row]
    ) -> Answer:
        key = shape.key_field
        done = self._ask(job, "successfulResults", partial(sheets.done, key_field=key))
        failed = self._ask(job, "failedResults", partial(sheets.failed, key_field=key, rows=list(rows.values())))
        left = self._ask(job, "unprocessedrecords", partial(sheets.left, key_field=key))
        nothing = not done and not failed
        if nothing and said.get("state") == "Failed":
            words = str(said.get("errorMessage") or "without a word")
            raise TargetError(f"Salesforce has failed a job about {batch.object.name}: {words[:200]}")
        now = self._calls.now()
        known = {entity: done[entity] for entity in rows if entity in done}
        twice = [e for e, why in failed.items() if why.code == _DUPLICATE and e in rows and e not in known]
        known |= self._calls.keyed(batch.object, twice) if twice and batch.action == "create" else {}
        told = created(
            [entity for entity in rows if entity in failed and entity not in known],
            [answers.result_of("", failed[entity]) for entity in rows if entity in failed and entity not in known],
            {},
            now,
        )
        named = joined(Answer(known), told)
        unnamed = [entity for entity in rows if entity not in known and entity not in failed]
        aside = self._made(batch)[1] if any(entity not in left for entity in unnamed) else {}
        never = said.get("numberRecordsProcessed") == 0 and nothing and said.get("state") == "Aborted"
        refused = {entity: aside[entity] for entity in unnamed if entity in aside}
        later = {entity: now for entity in unnamed if (entity in left or never) and entity not in refused}
        doubt = frozenset(unnamed) - refused.keys() - later.keys()
        return joined(named, Answer(refused=refused, in_doubt=doubt, later=later))

    def _ask(self, job: str, which: str, read: Any) -> Any:
        return self._calls.looking.ask(self._calls.api.job_results(job, which), partial(sheets.told, read=read))
