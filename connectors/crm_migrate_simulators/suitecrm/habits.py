"""How a simulated installation behaves, chosen by a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """Words for `--habit`."""

    client_id: str = "suitecrm-simulated-client"
    client_secret: str = "suitecrm-simulated"  # noqa: S105 -- opens a simulator
    administrator: bool = True
    most: int = 200  # records of an answer at most
    seconds: bool = False  # whether moments are told with their seconds
    zone: str = "+00:00"  # what stands behind a moment, which is UTC whatever it says
    mailbox_changes: bool = False  # whether a change of a record reaches its mailbox
    hook: bool = False  # whether a logic hook fails behind every record that is saved
    token_seconds: float = 3600
