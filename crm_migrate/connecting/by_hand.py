"""What people make by hand in a target before a load: all of it at once, each with the place to click."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_migrate.errors import TargetError

CODE = "made_by_hand"


@dataclass(frozen=True, slots=True)
class ByHand:
    """`what` is missing, or other than we need it; `where` people see to it; `why` it has to be, where that helps."""

    what: str
    where: str
    why: str = ""

    def __str__(self) -> str:
        return f"by hand: {self.told}"

    @property
    def told(self) -> str:
        """In one line, where it is known that people do it."""
        return f"{self.what}{f' ({self.why})' if self.why else ''}: {self.where}"


def refuse(title: str, found: Sequence[ByHand]) -> None:
    """TargetError that names all of them, where there are any."""
    if found:
        lines = "".join(f"\n  {each.told}" for each in dict.fromkeys(found))
        raise TargetError(
            f"{title} lacks what people make there by hand [{CODE}], which has to be there first:{lines}",
            hint="make all of it, or name other places in the mapping, then: crm-migrate target prepare",
        )
