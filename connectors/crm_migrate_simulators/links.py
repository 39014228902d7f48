"""Links between ids, by kind: what stands beside the records of a simulated CRM."""


class Links:
    """Pairs (left, right) of each kind, in the order in which they were made."""

    def __init__(self) -> None:
        self._rights: dict[str, dict[str, dict[str, None]]] = {}  # by kind, then by left

    def kinds(self) -> list[str]:
        """The kinds that were ever made."""
        return list(self._rights)

    def pairs(self, kind: str) -> list[tuple[str, str]]:
        """All pairs of a kind."""
        return [(left, right) for left, rights in self._rights.get(kind, {}).items() for right in rights]

    def of(self, kind: str, left: str) -> list[str]:
        """The ids that one id is linked to."""
        return list(self._rights.get(kind, {}).get(left, ()))

    def present(self, kind: str, left: str, right: str) -> bool:
        """Whether the two are linked."""
        return right in self._rights.get(kind, {}).get(left, ())

    def set(self, kind: str, left: str, right: str, present: bool) -> None:
        """Make or take a link."""
        rights = self._rights.setdefault(kind, {}).setdefault(left, {})
        if present:
            rights[right] = None
        else:
            rights.pop(right, None)

    def touching(self, id: str) -> list[tuple[str, str, str]]:
        """Kind, left and right of each link that an id is an end of."""
        return [(kind, *pair) for kind in self._rights for pair in self.pairs(kind) if id in pair]
