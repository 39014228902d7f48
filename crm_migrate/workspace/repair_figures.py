"""What a repair did of the cells of a cause."""

from crm_migrate.workspace.figure import Figure


class RepairFigure(Figure):
    """The `cells` of one cause that a repair was asked for, each with one outcome: cells = the sum of all others.

    `repaired`: written, and read back as expected. `right`: not written, and as expected by now. `still`: written, and
    the target made it differ again. `edited`: changed in the target since the report, and left alone. `opt_out`: it
    would bring an opt-out back to life. `waits`: the record waits, or cannot be written, for another reason. `left`:
    no load writes such a cell (a record that is missing or only looked up, a cell that is not to be emptied).
    `exception` is the id under which the report that is repaired has these cells.
    """

    object: str
    field: str
    cause: str
    cells: int
    repaired: int = 0
    right: int = 0
    still: int = 0
    edited: int = 0
    opt_out: int = 0
    waits: int = 0
    left: int = 0
    exception: str = ""

    @property
    def done(self) -> bool:
        """Whether every cell stands as expected now, and was read back so."""
        return self.cells == self.repaired + self.right
