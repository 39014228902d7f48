"""Files of notes: bytes in base64, which an environment counts itself, and takes up to a size of its settings."""

import base64
from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.dynamics.problems import Failure, unreadable
from crm_migrate_simulators.dynamics.work import Work

BODY = "documentbody"
_TOO_LARGE = "0x80044a02"


def checked(work: Work, values: Mapping[str, Any]) -> None:
    """Raises Failure for what is no file, or too large a one."""
    said = values.get(BODY)
    if said is None:
        return
    try:
        data = base64.b64decode(said, validate=True)
    except ValueError:
        raise unreadable("Invalid length for a Base-64 char array or string.") from None
    if len(data) > work.habits.largest_file:
        words = "The attachment is either not a valid type or is too large. It cannot be uploaded or downloaded."
        raise Failure(400, _TOO_LARGE, words)


def size(said: Any) -> int:
    """The bytes of a file; none where there is no file."""
    return len(base64.b64decode(said)) if said else 0
