"""A target for the options of an environment: rooms that carry the key of an API user."""

from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.http import TRIES, Http, Pace, Waiting
from crm_migrate_opencrm.espocrm.dialect import EspoCrm
from crm_migrate_opencrm.settings import read_settings
from crm_migrate_opencrm.target import OpenTarget


def espocrm(options: Mapping[str, Any], waiting: Waiting | None = None) -> OpenTarget:
    """A writer. UsageError for an option that is missing, or no number."""
    said, waiting = read_settings(options, "an EspoCRM target", "ESPOCRM", ("token",)), waiting or Waiting()
    pace, key = Pace(said.longest_seconds), {"X-Api-Key": said.token}
    questions = Http(said.url, headers=key, patience=pace.questions(said.parallel), waiting=waiting)
    changes = Http(
        said.url, headers=key, patience=pace.changes(said.parallel), waiting=waiting, attempts=TRIES,
        longest_wait=pace.wait_seconds,
    )  # fmt: skip
    return OpenTarget(said, EspoCrm(said.url, questions, changes), waiting)
