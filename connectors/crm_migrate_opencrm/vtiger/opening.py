"""A target for the options of an environment: rooms to one address, and a session of a user."""

from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.http import TRIES, Http, Pace, Waiting
from crm_migrate_opencrm.settings import read_settings
from crm_migrate_opencrm.target import OpenTarget
from crm_migrate_opencrm.vtiger.dialect import Vtiger
from crm_migrate_opencrm.vtiger.session import Session


def vtiger(options: Mapping[str, Any], waiting: Waiting | None = None) -> OpenTarget:
    """A writer. UsageError for an option that is missing, or no number."""
    said, waiting = read_settings(options, "a vtiger target", "VTIGER", ("user", "token")), waiting or Waiting()
    pace = Pace(said.longest_seconds)
    questions = Http(said.url, patience=pace.questions(said.parallel), waiting=waiting)
    changes = Http(
        said.url, patience=pace.changes(said.parallel), waiting=waiting, attempts=TRIES, longest_wait=pace.wait_seconds
    )
    session = Session(questions, said.user, said.token)
    return OpenTarget(said, Vtiger(said.url, questions, changes, session), waiting)
