"""How sure a cause is, by a plain rule that `docs/reconcile.md` tells."""

from crm_migrate.stages.reconcile.causes import EDITED, EMPTIED, KEPT, MANY, MISSING, STALE
from crm_migrate.stages.reconcile.concentrating import Spread
from crm_migrate.workspace.cause_figures import Confidence

_SEEN = frozenset(
    {MISSING, "lost", "set by the target", "wrong parent", STALE, EDITED, EMPTIED, KEPT}
)  # fmt: skip
NEARLY_ALL = 0.9


def confidence(cls: str, cause: str, count: int, found: Spread) -> Confidence:
    """`seen`: nothing is inferred. `high`: of what it could have hit, everywhere or in a place where it is
    concentrated, nine in ten were. `medium`: at least three cells say the same. `low`: fewer, or no cause is known."""
    if cause in _SEEN or cls == "match_normalised":
        return "seen"
    if cause == "unknown" or count < MANY:
        return "low"
    parts = [(count, found.of), *((place.count, place.of) for place in found.places)]
    return "high" if any(of and hit >= NEARLY_ALL * of for hit, of in parts) else "medium"
