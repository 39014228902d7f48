"""Gates of what is loaded and seen by nobody: records that the default view of an object hides, with their amounts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from crm_migrate.crm.money import plain
from crm_migrate.stages.reconcile.bridge_tables import add
from crm_migrate.workspace.figures import Gate
from crm_migrate.workspace.visibility_figures import VisibilityFigure


def hidden_gates(figures: Sequence[VisibilityFigure]) -> Iterator[Gate]:
    """A gate per object with a view: what it hides is for somebody to decide on (`accept:hidden.deals`)."""
    for name in dict.fromkeys(figure.object for figure in figures):
        told = [figure for figure in figures if figure.object == name and figure.is_hidden]
        records, sums = sum(figure.records for figure in told), dict[str, Decimal]()
        for figure in told:
            add(sums, {figure.unit: Decimal(figure.amount or 0)})
        amounts = ", ".join(f"{plain(amount, unit)} {unit}".strip() for unit, amount in sorted(sums.items()) if amount)
        actual = f"{records} ({amounts})" if amounts else str(records)
        yield Gate(name="hidden", scope=name, limit="0", actual=actual, passed=not records)
