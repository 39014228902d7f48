"""The mark that an exception carries into page and workbook: what it said there, so that edits can be told from it.

`stand:status:assignee:decision:note`, the first the digest of what was on file, the others those of the cells as they
were shown (masked, and cut as reports cut them).
"""

import hashlib

from crm_migrate.workspace.exception_states import EDITABLE
from crm_migrate.workspace.follow_up import FollowedException

NOTHING = "0" * 16  # where nothing was said yet


def mark_of(shown: FollowedException) -> str:
    """The mark of an exception as it is shown."""
    return ":".join([shown.stand or NOTHING, *(digest(getattr(shown, name)) for name in EDITABLE)])


def digest(text: str) -> str:
    """Of one cell, without blanks around it: programs add them."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:8]


def parts(mark: str) -> tuple[str, dict[str, str]] | None:
    """The digest of what was on file, and those of the cells by name; None where the mark is none of ours."""
    stand, *cells = mark.split(":")
    if len(stand) != len(NOTHING) or len(cells) != len(EDITABLE):
        return None
    return stand, dict(zip(EDITABLE, cells, strict=True))
