"""What comes first: of open questions impact times the merges that are to be expected, of merges impact times doubt.

Impact grows with what hangs on the records: `1 + ln(1 + links) + ln(1 + money / 100)`, money summed as figures whatever
the currency: it sorts, it accounts for nothing. Uncertainty is `4 p (1 - p)` of the probability that the records are
one: 1 at even odds. Where only a rule spoke there is no probability: a question weighs 1 less half of how alike the
compared fields are, a merge that is made already as much as they lack. It is never less than 0.05.
"""

from collections.abc import Iterable
from decimal import Decimal
from math import exp, log

from crm_migrate.reviewing.hanging import Hanging

LEAST = 0.05
EVEN = 0.5
_LEAST_SHARE = 1e-9


def calibrated(probability: float | None, base: float, share: float) -> float:
    """The chance that two records are one, 0 to 1: log odds s of the model are believed as `base + share * s` (see
    `matching.deciding.limits`); where only a rule spoke nobody knows, and it is one half."""
    if probability is None:
        return EVEN
    p = min(max(probability, _LEAST_SHARE), 1 - _LEAST_SHARE)
    return 1 / (1 + exp(-(base + share * log(p / (1 - p)))))


def doubt_of(probability: float | None, alike: float | None, *, settled: bool = False) -> float:
    """Uncertainty, 0.05 to 1, of a probability, or of a likeness where there is none (both 0 to 1)."""
    if probability is not None:
        p = min(max(probability, 0.0), 1.0)
        return round(max(LEAST, 4 * p * (1 - p)), 4)
    likeness = 1.0 if alike is None and settled else alike or 0.0
    return round(max(LEAST, 1 - likeness if settled else 1 - likeness / 2), 4)


def impact_of(found: Iterable[Hanging]) -> float:
    """How much depends on records; 1 where nothing hangs on them."""
    found = list(found)
    links = sum(count for each in found for count in each.links.values())
    money = sum((abs(amount) for each in found for amount in each.money.values()), Decimal(0))
    return round(1 + log(1 + links) + log(1 + float(money) / 100), 4)
