"""What an environment says about an organisation: its data centre, how we get in, and how long it may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from crm_migrate.connecting.http import Pace
from crm_migrate.connecting.options import read_options
from crm_migrate.errors import UsageError

# Where the API of each data centre is, and who gives tokens for it (zoho.com/crm/developer/docs/api/v8/multi-dc.html).
ACCOUNTS: Mapping[str, str] = {
    "www.zohoapis.com": "https://accounts.zoho.com",
    "www.zohoapis.eu": "https://accounts.zoho.eu",
    "www.zohoapis.in": "https://accounts.zoho.in",
    "www.zohoapis.com.au": "https://accounts.zoho.com.au",
    "www.zohoapis.com.cn": "https://accounts.zoho.com.cn",
    "www.zohoapis.jp": "https://accounts.zoho.jp",
    "www.zohoapis.ca": "https://accounts.zohocloud.ca",
    "www.zohoapis.sa": "https://accounts.zoho.sa",
}
SANDBOXES = ("sandbox.", "developer.")  # what stands for `www.` there; the same accounts give tokens
_NEEDED = ("url", "client_id", "client_secret", "refresh_token")
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the organisation is, who we are there, and how long it may take.

    What was sent may take effect up to `longest_seconds` after its batch was begun. A read may lie about a write for
    `settle_seconds`. Our user `owns_nothing` where what belongs to it is nobody's: there is no record without an owner.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    login_url: str = ""
    parallel: int = 4
    longest_seconds: float = 600
    settle_seconds: float = 0
    owns_nothing: bool = False

    @property
    def pace(self) -> Pace:
        """How the requests of a batch keep within these times."""
        return Pace(self.longest_seconds)


def read_settings(options: Mapping[str, Any], who: str = "a Zoho CRM target") -> Settings:
    """The settings of the options of an environment, or of a source (`who`). UsageError for one that is missing or
    cannot be meant."""
    said = read_options(options, who, "ZOHO", _NEEDED)
    said["login_url"] = str(options.get("login_url") or accounts_of(said["url"]))
    if "owns_nothing" in options:
        said["owns_nothing"] = _truth("owns_nothing", options["owns_nothing"])
    return Settings(**said)


def accounts_of(url: str) -> str:
    """Who gives tokens for an address of the API. UsageError where it is of no data centre that we know."""
    host = urlsplit(url).netloc.lower()
    for sandbox in SANDBOXES:
        host = f"www.{host.removeprefix(sandbox)}" if host.startswith(sandbox) else host
    if host not in ACCOUNTS:
        raise UsageError(
            "`url` is the address of no data centre of Zoho's API",
            hint="url: https://www.zohoapis.eu (.com, .in, .com.au, .com.cn, .jp, .ca, .sa), or say `login_url`",
        )
    return ACCOUNTS[host]


def _truth(name: str, said: Any) -> bool:
    found = _TRUTH.get(str(said).strip().lower())
    if found is None:
        raise UsageError(f"`{name}` is `true` or `false`")
    return found
