"""Groups: records that share a contact point, a home or a parent without being one; reported, never merged."""

from dataclasses import dataclass

KINDS = ("household", "shared_mailbox", "shared_phone", "agency", "company_group")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows (ascending) of several persons or organisations, its kind (one of `KINDS`), and what they share."""

    kind: str
    shared_value: str
    members: tuple[int, ...]
