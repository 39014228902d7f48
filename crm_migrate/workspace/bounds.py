"""What a random sample proves of all records: exact bounds of the hypergeometric distribution, one-sided.

Of `population` records `drawn` are looked at, chosen at random and each once, and `wrong` of them are wrong. With
confidence c at most K records are wrong in all, where K is the greatest number for which so few wrong ones in the
sample would still have a probability greater than 1 - c. For a large population it is the bound of Clopper and Pearson
(Biometrika 26, 1934), and for no wrong one the rule of three: about 3 / drawn at 95 %.
"""

from fractions import Fraction
from math import ceil, comb, log, log1p


def most_wrong(population: int, drawn: int, wrong: int, confidence: Fraction) -> int:
    """The greatest number of wrong records in all that the sample does not rule out; all, where none is drawn."""
    if not 0 <= wrong <= drawn <= population:
        raise ValueError("a sample holds no more than there is, and no more wrong ones than it holds")
    low, high = wrong, population - (drawn - wrong)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _likely(population, drawn, wrong, middle, 1 - confidence) else (low, middle - 1)
    return low


def sample_size(population: int, share: Fraction, confidence: Fraction) -> int:
    """The fewest records of which none may be wrong to prove that less than that share of all is; all, where fewer do
    not prove it."""
    too_many = min(population, ceil(share * population))  # the fewest wrong ones that must be ruled out
    low, high = min(1, population), min(population, ceil(log(1 - confidence) / log1p(-share)) + 1)
    while low < high:
        middle = (low + high) // 2
        open_ = _likely(population, middle, 0, too_many, 1 - confidence)
        low, high = (middle + 1, high) if open_ else (low, middle)
    return low


def _likely(population: int, drawn: int, wrong: int, bad: int, alpha: Fraction) -> bool:
    """Whether at most `wrong` among those drawn are more likely than `alpha` where `bad` are wrong in all: exact."""
    ways = sum(comb(bad, each) * comb(population - bad, drawn - each) for each in range(wrong + 1))
    return ways * alpha.denominator > alpha.numerator * comb(population, drawn)
