"""What an environment, or a source, says about a portal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.options import read_options
from crm_migrate.errors import UsageError

API = "https://api.hubapi.com"
VERSION = "2026-09"
OAUTH = ("client_id", "client_secret", "refresh_token")
# The words that HubSpot has for why somebody may be written to.
LEGAL_BASES = (
    "CONSENT_WITH_NOTICE", "LEGITIMATE_INTEREST_CLIENT", "LEGITIMATE_INTEREST_OTHER", "LEGITIMATE_INTEREST_PQL",
    "NON_GDPR", "PERFORMANCE_OF_CONTRACT", "PROCESS_AND_STORE",
)  # fmt: skip
_DATED = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_TEXTS = ("url", "token", *OAUTH, "api_version", "legal_basis", "legal_basis_reason")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the API is, who we are there, and how long it may take.

    Either a `token`, or the three words of OAuth. A request may take effect up to `longest_seconds` after it was sent;
    a read may lie about a write for `settle_seconds`. A file has `upload_seconds` to get there. Nobody is subscribed
    without a `legal_basis` and its reason.
    """

    url: str = API
    token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    api_version: str = VERSION
    parallel: int = 4
    longest_seconds: float = 120
    upload_seconds: float = 900
    settle_seconds: float = 5
    legal_basis: str = ""
    legal_basis_reason: str = ""


def read_settings(options: Mapping[str, Any]) -> Settings:
    """The settings of an environment's options. UsageError for one that is missing, or cannot be meant."""
    said: dict[str, Any] = {name: str(options[name]) for name in _TEXTS if options.get(name)}
    settings = Settings(**said, **read_options(options, "a HubSpot portal", "HUBSPOT", ()))
    _check_credentials(settings)
    if settings.api_version != "v3" and not _DATED.fullmatch(settings.api_version):
        raise UsageError("`api_version` is a version of HubSpot's API, like 2026-09, or v3")
    _check_legal_basis(settings)
    return settings


def _check_credentials(settings: Settings) -> None:
    given = [name for name in OAUTH if getattr(settings, name)]
    if settings.token and given:
        raise UsageError(f"a HubSpot portal is given a `token` and `{given[0]}`", hint="give the one or the other")
    if not settings.token and len(given) < len(OAUTH):
        lacking = next(name for name in OAUTH if name not in given) if given else "token"
        raise UsageError(f"a HubSpot portal needs `{lacking}`", hint=f"{lacking}: env:HUBSPOT_{lacking.upper()}")


def _check_legal_basis(settings: Settings) -> None:
    if bool(settings.legal_basis) != bool(settings.legal_basis_reason):
        raise UsageError("`legal_basis` and `legal_basis_reason` go together", hint="HubSpot keeps both with a consent")
    if settings.legal_basis and settings.legal_basis not in LEGAL_BASES:
        raise UsageError("`legal_basis` is none of HubSpot's", hint=f"one of {', '.join(LEGAL_BASES)}")


def read_source(spec: SourceSpec) -> tuple[Settings, tuple[str, ...]]:
    """The settings of a source, and the properties that it names. UsageError where it names no object."""
    if not spec.table:
        raise UsageError(f"source `{spec.name}` names no object of HubSpot", hint="table: contacts")
    options = {name: cell for name, cell in spec.options.items() if name != "properties"}
    named = [name.strip() for name in spec.options.get("properties", "").split(",")]
    return read_settings({**options, **({"url": spec.url} if spec.url else {})}), tuple(filter(None, named))
