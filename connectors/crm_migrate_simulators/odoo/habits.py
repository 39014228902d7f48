"""How a simulated database behaves, chosen by a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """Words for `--habit`."""

    database: str = "simulated"
    login: str = "integration@simulated.example"
    password: str = "not-a-secret"  # noqa: S105 -- of a simulator; a key of the API is given in its place
    version: str = "18.0"
    lang: str = "en_US"  # of the user; stages have names in tr_TR, too
    module: str = "crm_migrate"  # whose external ids are the keys of the witness
