"""What stops a run.

CrmMigrateError                 carries message, hint and exit code; never shown as a traceback
├── UsageError            2     the command, the project or the mapping is wrong
│   └── MappingError      2     ... with findings, all of them at once
├── InputError            3     a source cannot be read, or is not what was signed
│   ├── DamagedFile       3     ... or a file of ours is not what we wrote
│   └── OtherVersion      3     ... or it is, and another version of ours wrote it
├── TargetError           4     the target refused us or cannot be reached
│   ├── TargetConflict    4     ... somebody else holds it, or it is not the target that the ledger knows
│   ├── AuthExpired       4     ... our credentials are not valid any more
│   ├── Retryable         4     ... nothing was done, for certain: the same request may be sent again
│   │   ├── Throttled     4     ... ... but not before an instant
│   │   └── QuotaGone    75     ... ... and not before tomorrow: the run stops in good order
│   └── InDoubt           4     ... something may have been done: the target is asked before anything is sent again
├── Interrupted          75     stopped in good order; `resume` goes on
└── InternalError        70     a bug of ours

Bad data and bad mappings are no exceptions: they are `Finding` values, collected and shown together.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_migrate.finding import Finding


class CrmMigrateError(Exception):
    """Cannot go on. `hint` says what to do next, in one sentence or one command."""

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CrmMigrateError):
    """The command line, the project folder or the mapping is wrong."""

    exit_code = 2


class MappingError(UsageError):
    """The mapping has errors; `findings` lists every one with its place."""

    def __init__(self, message: str, findings: "Sequence[Finding]", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


class InputError(CrmMigrateError):
    """A source cannot be read at all; nothing was taken from it."""

    exit_code = 3


class DamagedFile(InputError):
    """A file that we wrote was cut, changed or taken away since; the message names it, the hint goes on without it."""


class OtherVersion(InputError):
    """A file that another version of ours wrote and this one reads otherwise, or not at all; no byte of it is wrong."""


class TargetError(CrmMigrateError):
    """The target refused a request as a whole or cannot be reached; what is in doubt is in the ledger."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint or "see to the target, then: crm-migrate resume")


class TargetConflict(TargetError):
    """Another writer holds the target, or the target is not the one that the ledger belongs to."""


class AuthExpired(TargetError):
    """The target does not accept our credentials (any more), also after they were renewed once."""


class Retryable(TargetError):
    """Nothing of the request was done, for certain; it may be sent again."""


class Throttled(Retryable):
    """Too many requests; nothing was done, and nothing may be sent before `until` (UTC)."""

    def __init__(self, message: str, until: datetime, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.until = until


class QuotaGone(Throttled):
    """The target takes no more requests before `until` (UTC): hours, not minutes."""

    exit_code = 75


class InDoubt(TargetError):
    """The request may have been carried out, wholly or in part, now or a little later; nobody has said so."""


class Interrupted(CrmMigrateError):
    """Stopped in good order (Ctrl-C, quota, `--until`); `crm-migrate resume` continues."""

    exit_code = 75


class InternalError(CrmMigrateError):
    """A promise of ours does not hold; the message says which one, the log has the rest."""

    exit_code = 70
