"""Gates of the pack: a family whose figures differ, and what may never rise or fall."""

from collections.abc import Iterator, Sequence

from crm_migrate.workspace.figures import Gate
from crm_migrate.workspace.pack_figures import PackFigure


def pack_gates(figures: Sequence[PackFigure]) -> Iterator[Gate]:
    """A gate per family of figures, and one per figure with a bound; none where the pack is not asked for."""
    told = [figure for figure in figures if not figure.why]
    for family in dict.fromkeys(figure.family for figure in told):
        off = list(dict.fromkeys(figure.name for figure in told if figure.family == family and not figure.agrees))
        actual = f"{len(off)}: {', '.join(off)}" if off else "0"
        yield Gate(name="pack", scope=family, limit="0", actual=actual, passed=not off)
    for figure in told:
        if figure.bound:
            yield _bounded(figure)


def _bounded(figure: PackFigure) -> Gate:
    """`never_rises` or `never_falls` of a figure; one per currency."""
    sign = "<=" if figure.never == "rises" else ">="
    return Gate(
        name=f"never_{figure.never}",
        scope=".".join(filter(None, (figure.name, figure.unit))),
        limit=f"{sign} {figure.bound}",
        actual=figure.actual or "0",
        passed=figure.within,
    )
