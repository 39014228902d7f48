"""How a simulated installation behaves, chosen by a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """Words for `--habit`."""

    user: str = "admin"
    access_key: str = "vtiger-simulated"
    administrator: bool = True
    page: int = 100  # rows of an answer to a query at most
    length: int = 100  # characters of a line of text; what is longer is cut off
    session_seconds: float = 3600
