"""Every record behind every exception, however many there are: what the page and the workbook show the first of."""

from collections.abc import Iterator
from pathlib import Path

from crm_migrate.reports.finding_keys import Listed, listed, shown_key
from crm_migrate.reports.hiding import known_privacy, owner
from crm_migrate.reports.naming import Names
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.figures import ExceptionGroup, Figures

_CAUSE = ("id", "severity", "code", "object", "source", "field", "rule", "state")
_HEADS = (*_CAUSE, "record", "owner", "amount", "currency")
_Row = tuple[str, ...]


def every_exception(ledger: Path | None, figures: Figures, *, reveal: bool) -> Iterator[_Row]:
    """The heads, then a row for each record of each cause of the figures, in the order of the run's list; causes that
    the list does not have follow with their examples. Masked as in reports unless `reveal`."""
    groups = {group.id: group for group in figures.exceptions if group.id}
    names = Names(known_privacy(figures))
    yield _HEADS
    met = set()
    for id, line in listed(ledger):
        if (group := groups.get(id)) is not None:
            met.add(id)
            whose = line.owner if reveal else owner(line.owner, group, names)
            yield _row(group, line._replace(record=shown_key(line.record, None if reveal else names), owner=whose))
    for group in figures.exceptions:
        if group.id not in met:
            yield from (_row(group, line) for line in _examples(group))


def _examples(group: ExceptionGroup) -> Iterator[Listed]:
    """A line for each amount of an example, which are masked already."""
    for each in group.examples:
        for amount, unit in [(a.amount, a.unit) for a in each.amounts] or [("", "")]:
            yield Listed(each.record, each.owner, amount, unit)


def _row(group: ExceptionGroup, line: Listed) -> _Row:
    return (*(str(getattr(group, name)) for name in _CAUSE), line.record, visible(line.owner), line.amount, line.unit)
