"""What an environment says about an organisation: where it is, how we get in, and what is asked of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crm_migrate.connecting.http import Pace
from crm_migrate.connecting.options import read_options
from crm_migrate.errors import UsageError

VERSION = "67.0"  # of the API, Summer '26; the same for every request of a run
OLDEST = 53  # the oldest that is taken; before it collections and Bulk API 2.0 queries answer otherwise
READ_BY_JOB = 50_000  # records of an object that is read by a query job, unless a source says another number
_VERSION = re.compile(r"v?([0-9]{2,3})(\.0)?")
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}

Grant = Literal["client_credentials", "jwt_bearer", "refresh_token", "given"]
# What each way in needs, and what it may be told besides.
_NEEDED: Mapping[Grant, tuple[str, ...]] = {
    "given": ("access_token",),
    "refresh_token": ("refresh_token", "client_id"),
    "jwt_bearer": ("private_key", "client_id", "user"),
    "client_credentials": ("client_secret", "client_id"),
}
_ALSO: Mapping[Grant, tuple[str, ...]] = {"refresh_token": ("client_secret",)}
_WORDS = ("client_id", "client_secret", "user", "private_key", "refresh_token", "access_token")


@dataclass(frozen=True, slots=True)
class Login:
    """How we get in: one way, and what it needs."""

    grant: Grant
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    user: str = ""
    private_key: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the organisation is, who we are there, how long it may take, and what goes along with what is written.

    What was sent may take effect up to `longest_seconds` after its batch was begun. A read may lie about a write for
    `settle_seconds`. A file has `upload_seconds` to get there.
    With `allow_duplicates` records pass duplicate rules that only warn; with `assignment_rules` the
    rules of the organisation may give leads and cases to others. So many records of a kind as `job_from` go, or are
    read, as jobs. Our user `owns_nothing` where what belongs to it is nobody's: there is no record without an owner.
    """

    url: str
    login: Login
    login_url: str = ""
    version: str = f"v{VERSION}"
    parallel: int = 4
    longest_seconds: float = 600
    upload_seconds: float = 900
    settle_seconds: float = 0
    allow_duplicates: bool = False
    assignment_rules: bool = False
    job_from: int = 2000
    owns_nothing: bool = False

    @property
    def pace(self) -> Pace:
        """How the requests of a batch keep within these times."""
        return Pace(self.longest_seconds, self.upload_seconds)


def read_settings(options: Mapping[str, Any], who: str = "a Salesforce target") -> Settings:
    """The settings of the options of an environment, or of a source (`who`).

    UsageError for one that is missing, cannot be meant, or does not fit the way in that the others say."""
    said = read_options(options, who, "SALESFORCE", ("url",))
    said["login"] = _login(options, who)
    said["login_url"] = str(options.get("login_url") or said["url"])
    if "api_version" in options:
        said["version"] = _version(str(options["api_version"]))
    if "job_from" in options:
        said["job_from"] = _whole("job_from", options["job_from"])
    for name in ("allow_duplicates", "assignment_rules", "owns_nothing"):
        if name in options:
            said[name] = _truth(name, options[name])
    return Settings(**said)


def _login(options: Mapping[str, Any], who: str) -> Login:
    said = {name: str(options[name]) for name in _WORDS if options.get(name)}
    for grant, needed in _NEEDED.items():
        if needed[0] not in said:
            continue
        if lacking := [name for name in needed if name not in said]:
            raise UsageError(
                f"with `{needed[0]}` {who} needs `{lacking[0]}`",
                hint=f"{lacking[0]}: env:SALESFORCE_{lacking[0].upper()}",
            )
        if others := sorted(said.keys() - {*needed, *_ALSO.get(grant, ())}):
            raise UsageError(f"`{others[0]}` is of another way in than `{needed[0]}`", hint="say one way in")
        return Login(grant, **said)
    raise UsageError(
        f"{who} needs a way in: `client_id` with `client_secret`, with `private_key` and `user`, or with "
        "`refresh_token`; or an `access_token`",
        hint="client_secret: env:SALESFORCE_CLIENT_SECRET",
    )


def _version(said: str) -> str:
    found = _VERSION.fullmatch(said.strip())
    if found is None or int(found[1]) < OLDEST:
        raise UsageError(f"`api_version` is one from {OLDEST}.0 on, like {VERSION}")
    return f"v{found[1]}.0"


def _whole(name: str, said: Any) -> int:
    text = str(said).strip()
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"`{name}` is a whole number of records, like 2000")
    return int(text)


def _truth(name: str, said: Any) -> bool:
    found = _TRUTH.get(str(said).strip().lower())
    if found is None:
        raise UsageError(f"`{name}` is `true` or `false`")
    return found
