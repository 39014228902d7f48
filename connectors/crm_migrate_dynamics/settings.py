"""What an environment says about a Dataverse: where it is, who we are there, and what is asked of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.http import Pace
from crm_migrate.connecting.options import read_options
from crm_migrate.errors import UsageError

VERSION = "v9.2"
LOGIN = "https://login.microsoftonline.com"
_VERSION = re.compile(r"v?(9\.[0-9])")
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the environment is, who we are there, how long it may take, and what goes along with what is written.

    What was sent may take effect up to `longest_seconds` after its batch was begun: a message ends after two minutes; a
    file has `upload_seconds` besides to get there. A read may lie about a write for `settle_seconds`. With
    `bypass_logic` plug-ins and workflows of the customer do not run for what we write, where our user has the right to
    say so. Our user `owns_nothing` where what belongs to it is nobody's: there is no record without an owner.
    """

    url: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    login_url: str = LOGIN
    version: str = VERSION
    parallel: int = 4
    longest_seconds: float = 300
    settle_seconds: float = 0
    upload_seconds: float = 900
    bypass_logic: bool = False
    owns_nothing: bool = False

    @property
    def pace(self) -> Pace:
        """How the requests of a batch keep within these times."""
        return Pace(self.longest_seconds, self.upload_seconds)


def read_settings(options: Mapping[str, Any], who: str = "a Dynamics 365 target") -> Settings:
    """The settings of the options of an environment. UsageError for one that is missing or cannot be meant."""
    said = read_options(options, who, "DYNAMICS", ("url", "tenant", "client_id", "client_secret"))
    if "login_url" in options:
        said["login_url"] = str(options["login_url"])
    if "api_version" in options:
        said["version"] = _version(str(options["api_version"]))
    for name in ("bypass_logic", "owns_nothing"):
        if name in options:
            said[name] = _truth(name, options[name])
    return Settings(**said)


def _version(said: str) -> str:
    found = _VERSION.fullmatch(said.strip())
    if found is None:
        raise UsageError("`api_version` is one of Dataverse's Web API, like 9.2")
    return f"v{found[1]}"


def _truth(name: str, said: Any) -> bool:
    found = _TRUTH.get(str(said).strip().lower())
    if found is None:
        raise UsageError(f"`{name}` is `true` or `false`")
    return found
