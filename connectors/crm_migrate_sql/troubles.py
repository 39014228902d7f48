"""What stopped a database, as an error of ours: whether it is worth another try, and whether something may be done."""

from crm_migrate.errors import InDoubt, Retryable, TargetError

HINT = "see to the database; then resume"


def trouble(verb: str, words: str, *, lost: bool, passing: bool) -> TargetError:
    """The error of what could not be read or written. A `lost` connection may have carried a commit on it; what is
    `passing` (a deadlock, a lock of somebody else) the server has taken back."""
    said = f"the database could not {verb}: {words}"
    if lost and verb == "write":
        return InDoubt(said, hint=HINT)
    return Retryable(said, hint=HINT) if lost or passing else TargetError(said, hint=HINT)
