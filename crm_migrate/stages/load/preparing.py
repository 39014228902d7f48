"""Preparing a target for certain: what a request made that nobody answered, the next look finds."""

from collections.abc import Sequence

from crm_migrate.connecting.contract import Target, TargetObject
from crm_migrate.errors import InDoubt

TRIES = 6


def prepare(target: Target, objects: Sequence[TargetObject]) -> None:
    """Make what is missing. InDoubt where the target leaves it open again and again."""
    for _ in range(TRIES - 1):
        try:
            target.prepare(objects, apply=True)
        except InDoubt:
            continue
        return
    target.prepare(objects, apply=True)
