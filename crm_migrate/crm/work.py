"""Work that somebody still has to do: which objects hold it, which field says so, and by which words it has ended."""

import re

_WORK = re.compile(r"(^|[^a-z])(activit(y|ies)|(task|ticket|case|call|meeting|appointment)s?)$")
STATUS = ("status", "is_open", "is_closed", "done", "completed", "closed")  # the fields that may say so
# Without blanks and in small letters: what a stage or a status says of something that is over.
ENDED = (
    "won", "lost", "closedwon", "closedlost", "closed", "done", "complete", "completed", "finished", "resolved",
    "solved", "cancelled", "canceled", "rejected", "deleted", "held", "notheld", "missed", "noshow",
)  # fmt: skip

PAST = frozenset({"notes", "attachments", "ticket_comments"})  # who has one has written it
DATED = frozenset({"calls", "meetings", "emails", "activities", "survey_responses", "payments"})  # over with their day
HAPPENED_AT = ("ends_at", "starts_at", "happened_at", "sent_at", "responded_at", "paid_on")  # which these fields say
ENDED_AT = ("completed_at", "closed_at", "resolved_at", "cancelled_at")  # fields of anything that say when it was over


def holds_work(*names: str | None) -> bool:
    """Whether one of the names of an object, ours or the target's, is that of tasks, tickets and their like."""
    return any(_WORK.search((name or "").lower()) for name in names)
