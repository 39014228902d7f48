"""Whose a row is where one file of an export holds the records of several objects: each row is of one alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_migrate.connecting.contract import TargetObject
from crm_migrate_bundles.spelling import ticked

Raw = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """An object whose columns a file has: field -> header, and the cells that each of its records has (`always`)."""

    object: TargetObject
    key: str
    headings: Mapping[str, str]
    always: Mapping[str, str]

    def named(self, row: Raw) -> str:
        """What a row says as the key of this object."""
        return row.get(self.headings[self.key]) or ""

    def fits(self, row: Raw) -> tuple[bool, int, int]:
        """How well a row fits, the best last: nothing that each record has is said otherwise, how much of that is said,
        how many of its columns are filled."""
        said = [ticked(row[header] or "") == ticked(cell) for header, cell in self.always.items() if header in row]
        return all(said), sum(said), sum(1 for header in self.headings.values() if row.get(header))


def closest(row: Raw, claims: Sequence[Claim]) -> Claim:
    """The claim that a row fits best; the first of several."""
    return max(claims, key=lambda claim: claim.fits(row))
