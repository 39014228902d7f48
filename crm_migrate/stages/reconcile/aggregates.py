"""How what records say becomes one figure: a sum, a middle, or how often something is said more than once."""

from crm_migrate.mapping.plan import Aggregate
from crm_migrate.workspace.relations import Relations

_OF_NUMBERS: dict[Aggregate, str] = {"sum": "sum(amount)", "median": "median(amount)"}
_OF_TEXTS: dict[Aggregate, str] = {"repeats": "count(*) - 1", "pairs": "count(*) * (count(*) - 1) // 2"}


def of_numbers(how: Aggregate) -> bool:
    """Whether what records say is read as a number, else as text."""
    return how in _OF_NUMBERS


def aggregated(tables: Relations, parts: str, how: Aggregate) -> list[tuple[list[str], object]]:
    """The value of every group `g` of a relation with `g` and `amount`, and of all of it under the empty group.

    `repeats` are the records beyond the first with the same text, `pairs` the pairs of records with the same one.
    """
    if of_numbers(how):
        value, relation, whole = _OF_NUMBERS[how], parts, parts
    else:
        said, value = f"FROM {parts} WHERE amount IS NOT NULL", "sum(amount)"
        relation = f"(SELECT g, {_OF_TEXTS[how]} AS amount {said} GROUP BY g, amount)"
        whole = f"(SELECT {_OF_TEXTS[how]} AS amount {said} GROUP BY amount)"
    rows = tables.rows(f"SELECT g, coalesce({value}, 0) FROM {relation} WHERE len(g) > 0 GROUP BY g")
    return [*rows, ([], tables.one(f"SELECT coalesce({value}, 0) FROM {whole}")[0])]
