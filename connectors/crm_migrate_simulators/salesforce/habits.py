"""How a simulated org behaves, chosen by a test: what real orgs differ in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """Switches and figures of an org; each is a `--habit NAME=VALUE`."""

    client_id: str = "crm-migrate"
    client_secret: str = "not-a-secret"  # noqa: S105 -- of a simulator
    refresh_token: str = "not-a-refresh-token"  # noqa: S105
    certificate: str = ""  # a PEM file: the certificate or public key that a JWT has to be signed for
    username: str = "integration@simulated.example"
    session_seconds: float = 7200
    latest: float = 67.0  # the newest version of the API: Summer '26, by the vendor's list of releases
    day_limit: int = 100_000  # requests in 24 hours
    page: int = 2000  # rows of a page of a query
    audit_fields: bool = False  # CreatedDate and its like may be set on insert
    read_only: str = ""  # objects, with commas, that the API's user may only read
    inactive_owners: bool = False  # records may be given to users who are no longer active
    assignment_rule: bool = False  # new leads and cases go to a queue, whatever owner was sent
    job_seconds: float = 0.0  # how long a bulk job takes on the simulator's clock
    stale_seconds: float = 86_400.0  # how old limits/recordCount is
    largest_file: int = 2 << 30  # bytes of a version
    forbidden_files: str = ""  # endings, with commas, that the organisation takes of nobody
    file_room: int = 10 << 30  # bytes that its versions may have together
    versions_a_day: int = 200_000
