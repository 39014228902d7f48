"""Rates at which the target turns amounts into a currency of its own."""

from crm_migrate.workspace.figure import Figure


class LoadRate(Figure):
    """Records of a currency whose amounts the target turned into its own at the rate that it had when they were
    written: `rate` of this currency to one of its own. What this run wrote, not what was there before."""

    object: str
    currency: str
    rate: str
    records: int
