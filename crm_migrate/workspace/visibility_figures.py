"""What users see in the target when they open it, by owner."""

from typing import Literal

from crm_migrate.workspace.figure import Figure

Sight = Literal["seen", "no_owner", "inactive_owner", "unknown_owner", "wrong_type", "unknown_stage", "closed"]


class VisibilityFigure(Figure):
    """Records of one owner that the default `view` of an object shows (`seen`), or does not, for one reason.

    `amount` in `unit` is theirs, empty where the object has none: of a reason that hides them it is what nobody sees.
    """

    object: str
    view: str
    owner: str
    sight: Sight
    records: int
    amount: str = ""
    unit: str = ""

    @property
    def is_hidden(self) -> bool:
        """Whether nobody sees what somebody should; what is closed is not meant to be there."""
        return self.sight not in ("seen", "closed")
