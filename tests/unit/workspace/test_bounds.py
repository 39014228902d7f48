"""What a random sample proves, against the distribution counted out and against published figures."""

from fractions import Fraction
from itertools import combinations

import pytest

from crm_migrate.workspace.bounds import most_wrong, sample_size

AT_95 = Fraction(95, 100)


def counted(population: int, drawn: int, wrong: int, confidence: Fraction) -> int:
    """The same bound by counting every sample that could be drawn."""
    samples = list(combinations(range(population), drawn))
    fits = [
        bad
        for bad in range(wrong, population - (drawn - wrong) + 1)
        if sum(sum(each < bad for each in sample) <= wrong for sample in samples) > (1 - confidence) * len(samples)
    ]
    return max(fits)


@pytest.mark.parametrize("population", [1, 4, 9])
@pytest.mark.parametrize("confidence", [Fraction(1, 2), Fraction(9, 10), AT_95])
def test_the_bound_is_that_of_all_samples_counted_out(population: int, confidence: Fraction) -> None:
    for drawn in range(population + 1):
        for wrong in range(drawn + 1):
            assert most_wrong(population, drawn, wrong, confidence) == counted(population, drawn, wrong, confidence)


def test_of_many_it_is_the_bound_of_clopper_and_pearson() -> None:
    """One-sided 95 %: 1 - 0.05 ** (1 / 60) for none of 60, and the quantile of Beta(2, 59) for one of 60."""
    many = 10**6
    assert most_wrong(many, 60, 0, AT_95) / many == pytest.approx(1 - 0.05 ** (1 / 60), abs=5e-5)
    assert most_wrong(many, 60, 1, AT_95) / many == pytest.approx(0.07664, abs=5e-5)


@pytest.mark.parametrize(("population", "size"), [(10**6, 59), (1000, 57), (100, 45), (10, 10), (1, 1), (0, 0)])
def test_a_sample_is_as_small_as_proves_it(population: int, size: int) -> None:
    share = Fraction(5, 100)
    assert sample_size(population, share, AT_95) == size
    if 1 < size < population:
        assert most_wrong(population, size, 0, AT_95) < share * population
        assert most_wrong(population, size - 1, 0, AT_95) >= share * population


def test_more_wrong_ones_than_were_drawn_are_refused() -> None:
    with pytest.raises(ValueError, match="no more wrong ones"):
        most_wrong(10, 2, 3, AT_95)
