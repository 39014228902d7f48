"""The rooms of a target whose batches are several requests: one for questions, one for changes."""

from collections.abc import Callable
from datetime import datetime

from crm_migrate.connecting.http.asking import Answer
from crm_migrate.connecting.http.paces import TRIES, Pace
from crm_migrate.connecting.http.room import Http
from crm_migrate.connecting.http.tokens import Token
from crm_migrate.connecting.http.waiting import Waiting


def two_rooms(
    url: str, token: Token, pace: Pace, connections: int, waiting: Waiting | None,
    quota: Callable[[Answer], datetime | None] | None = None,
) -> tuple[Http, Http]:  # fmt: skip
    """The room for questions, and that for changes, where nothing waits long before it is sent. `quota`: of `Http`."""
    return (
        Http(url, token=token, patience=pace.questions(connections), waiting=waiting, quota=quota),
        Http(
            url, token=token, patience=pace.changes(connections), waiting=waiting, attempts=TRIES,
            longest_wait=pace.wait_seconds, quota=quota,
        ),
    )  # fmt: skip
