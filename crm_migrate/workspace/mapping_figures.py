"""What a mapping says otherwise than the last one whose run was good."""

from typing import Literal

from crm_migrate.workspace.figure import Figure


class MappingChange(Figure):
    """A place of the mapping: taken `out`, `new`, or saying something `other`."""

    place: str
    change: Literal["out", "new", "other"]


class MappingChanges(Figure):
    """All `count` places that differ from the mapping of the run `since`, the first of them by name.

    `taken_out` are sources and objects ("", name), and fields and checks (object, name) that it had and this one has
    not.
    """

    since: str
    count: int = 0
    changes: tuple[MappingChange, ...] = ()
    taken_out: tuple[tuple[str, str], ...] = ()
