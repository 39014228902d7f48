"""A bridge drawn as columns: each begins where the sum stands, and nothing that is not zero is invisible."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.reports.waterfall import HEIGHT, steps
from crm_migrate.workspace.figures import Bridge, Term

AMOUNTS = st.integers(-(10**9), 10**9)


def bridge(source: int, terms: list[int], unexplained: int) -> Bridge:
    return Bridge(
        object="deals", measure="amount", currency="EUR", source_total=str(source), source_lines=1,
        terms=tuple(Term(name="held", amount=str(amount), lines=1) for amount in terms),
        target_total=str(source + sum(terms) + unexplained), target_lines=1, unexplained=str(unexplained),
    )  # fmt: skip


@given(AMOUNTS, st.lists(AMOUNTS, max_size=8), st.just(0) | AMOUNTS)
def test_columns_float_from_sum_to_sum(source: int, terms: list[int], unexplained: int) -> None:
    drawn = steps(bridge(source, terms, unexplained))

    assert [Decimal(s.amount) for s in drawn] == [
        source, *terms, *([unexplained] if unexplained else []), source + sum(terms) + unexplained,
    ]  # fmt: skip
    assert all(0 <= s.top <= s.top + s.height <= HEIGHT for s in drawn)
    assert all(bool(s.height) == bool(Decimal(s.amount)) for s in drawn)
    assert drawn[-1].level == drawn[-2].level, "what remains is the target total"
    for before, step in pairwise(drawn[:-1]):
        assert abs(min(before.level, step.level) - step.top) <= 1, "a bar spans the sums before and behind it"


def test_what_is_lost_hangs_from_the_sum_before_it() -> None:
    source, held, target = steps(bridge(200, [-50], 0))
    assert (source.kind, source.top, source.height) == ("total", 0, 100)
    assert (held.kind, held.top, held.height, held.term) == ("minus", 0, 25, 1)
    assert (target.kind, target.top, target.height) == ("total", 25, 75)
