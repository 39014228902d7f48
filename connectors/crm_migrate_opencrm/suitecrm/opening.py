"""A target for the options of an environment: rooms to one address that carry a token for an OAuth2 client."""

from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.http import Http, Pace, Token, Waiting, oauth_token, two_rooms
from crm_migrate_opencrm.settings import read_settings
from crm_migrate_opencrm.suitecrm import requests
from crm_migrate_opencrm.suitecrm.dialect import SuiteCrm
from crm_migrate_opencrm.target import OpenTarget


def suitecrm(options: Mapping[str, Any], waiting: Waiting | None = None) -> OpenTarget:
    """A writer. UsageError for an option that is missing, or no number."""
    said = read_settings(options, "a SuiteCRM target", "SUITECRM", ("client_id", "client_secret"))
    waiting, pace = waiting or Waiting(), Pace(said.longest_seconds)
    logins = Http(said.url, patience=pace.questions(said.parallel), waiting=waiting)
    token = Token(lambda: oauth_token(logins, requests.token(said.client_id, said.client_secret)))
    questions, changes = two_rooms(said.url, token, pace, said.parallel, waiting)
    return OpenTarget(said, SuiteCrm(said.url, questions, changes, logins), waiting)
