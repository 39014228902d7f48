"""Whose records exceptions are and what money they concern. Amounts are plain decimal text, with their sign."""

from crm_migrate.workspace.figure import Figure


class Amount(Figure):
    """A sum in one currency; `unit` is empty where the mapping knows of none."""

    unit: str
    amount: str


class OwnerStake(Figure):
    """The exceptions of one cause whose records are of one owner ("": of nobody), with their sums by currency."""

    owner: str
    count: int
    amounts: tuple[Amount, ...] = ()
