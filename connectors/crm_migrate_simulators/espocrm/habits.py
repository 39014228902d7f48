"""How a simulated installation behaves, chosen by a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """Words for `--habit`."""

    token: str = "espocrm-simulated"  # noqa: S105 -- of a simulator; the key of an API user
    read: str = "all"  # what our role may read: all, team, own or no
    delete: str = "all"
    page: int = 200  # records of a list at most: recordListMaxSizeLimit
    cut: int = 10_000  # characters of a text in a list: maxSelectTextAttributeLengthForList
    counts: bool = True  # no: a list tells -1 or -2 in place of its total
    international: bool = True  # phone numbers: phoneNumberInternational
