"""The nights of a parallel run: what deviated in each, and how many stable ones there are in a row."""

from fractions import Fraction
from typing import Literal

from crm_migrate.workspace.figure import Figure

Does = Literal["", "delta", "reconcile"]
Outcome = Literal["stable", "same", "over", "blocked", "failed", "missed"]
WITH_RESULT = frozenset({"stable", "same", "over", "blocked"})


class Share(Figure):
    """What deviates `of` all, in plain decimals, and the limit (a fraction) that it must stay under.

    `records` and `values` are of an object, or of all (scope ""); `money` is of a currency. A record deviates where an
    exception that is an error and open stands behind it.
    """

    measure: Literal["records", "values", "money"]
    scope: str
    deviating: str
    of: str
    limit: str

    @property
    def share(self) -> Fraction:
        """The share; 0 where there is nothing."""
        return Fraction(self.deviating) / Fraction(self.of) if Fraction(self.of) else Fraction(0)

    @property
    def holds(self) -> bool:
        """Whether it is under its limit."""
        return self.share < Fraction(self.limit)


class Night(Figure):
    """One calendar day of the project, or several (`until`) that were missed one after the other.

    Its `outcome`: `stable`; `same` (stable, on the very files of the night before: it neither counts nor breaks the
    row); `over` (a share is not under its limit); `blocked` (a gate without which no share means anything, named in
    `blocked`); `failed` (begun, without a result); `missed`. `row` are the stable nights up to it; `changed` names what
    made the row begin again with it. `unfinished` are attempts of that day without a result. `edited` counts records
    that users have changed in the target, `does` is what the night did: a delta, or reconciliation only.
    """

    day: str
    until: str = ""
    run: str = ""
    does: Does = ""
    outcome: Outcome
    row: int = 0
    changed: tuple[Literal["mapping", "limits", "target"], ...] = ()
    blocked: tuple[str, ...] = ()
    unfinished: int = 0
    edited: int = 0
    shares: tuple[Share, ...] = ()

    @property
    def worst(self) -> Share | None:
        """The share that is nearest to its limit, or farthest beyond it."""
        return max(self.shares, key=lambda each: each.share / Fraction(each.limit), default=None)

    def of(self, measure: str, scope: str = "") -> Share | None:
        """One of its shares."""
        return next((each for each in self.shares if (each.measure, each.scope) == (measure, scope)), None)


class WatchFigure(Figure):
    """The gate of nights as it stood at a run: `row` stable nights of the `needed` ones, each under `under`.

    `nights` are the last of them, the oldest first, with this run's as the last one where it is a night. A run that is
    none has `tonight` false.
    """

    under: str
    needed: int
    row: int = 0
    tonight: bool = False
    nights: tuple[Night, ...] = ()

    @property
    def stable(self) -> bool:
        """Whether there are enough of them."""
        return self.row >= self.needed
