"""When to look at a job of Bulk API 2.0 again. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

SOONEST, LATEST = timedelta(seconds=2), timedelta(seconds=60)  # between two looks at a job


def next_look(said: Mapping[str, Any], now: datetime) -> datetime:
    """A quarter of the age of a job from now, so that long ones are asked rarely; `said`: what is told of it."""
    try:
        age = now - datetime.fromisoformat(str(said.get("createdDate")))
    except (ValueError, TypeError):
        age = timedelta(0)
    return now + min(max(age / 4, SOONEST), LATEST)
