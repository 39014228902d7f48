"""Evidence: pairs weighed once more for merging, by kinds that are independent of each other.

Contact points that several names use count for nothing here, nor do numbers and mailboxes that are only alike: those
of colleagues and brothers are. A place counts from the street or the postal code on, so that the same name in the same
city is one kind only.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from crm_migrate.cleansing import is_role_mailbox
from crm_migrate.matching.comparing.comparison import Levels
from crm_migrate.matching.comparing.facts import Facts, name_keys, several_names
from crm_migrate.matching.comparing.records import Records
from crm_migrate.matching.comparing.terms import Codes, distinct
from crm_migrate.matching.weighing.engine import Resolved
from crm_migrate.matching.weighing.weights import Model, Reals, Table, gains, log_odds, of_sites, prior

# Natural log: seven times as probable for one than for two. Chosen; from 1 to 3 the small labelled sets merge the same.
STRONG = 2.0
KINDS_NEEDED = 2  # of evidence; a rule of the house (docs/matching.md), not tuned
KINDS = ("name", "birth date", "number", "contact", "place", "circumstances")
_KIND = {
    "given_name": 0, "family_name": 0, "middle_name": 0, "company_name": 0, "birth_date": 1,
    "tax_id": 2, "email": 3, "phone": 3, "url": 3, "web": 3, "street": 4, "place": 4,
}  # fmt: skip
_CIRCUMSTANCES = ("employer", "choice")
_COUNTING = {
    "place": frozenset({"different", "code alike", "code equal"}),
}
_EXACT = ("email", "phone", "tax_id")
_CONTACTS = ("email", "phone")
CHUNK = 250_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """Pairs (i < j) with the level of each comparison, their log odds, and what each of `KINDS` says (nats).

    `strict` are the log odds with every other address as another company, which `odds` are for rows not `sited`.
    """

    i: Codes
    j: Codes
    levels: dict[str, Levels]
    gains: npt.NDArray[np.float32]
    odds: Reals
    strict: Reals
    kinds: Reals

    def at(self, name: str, labels: tuple[str, ...], wanted: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Pairs whose level of a comparison with these labels is one of the wanted."""
        return np.isin(self.levels[name], [at for at, label in enumerate(labels) if label in wanted])

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Weighed":
        """Only some of the pairs."""
        levels = {name: found[chosen] for name, found in self.levels.items()}
        nats = self.odds[chosen], self.strict[chosen], self.kinds[chosen]
        return Weighed(self.i[chosen], self.j[chosen], levels, self.gains[chosen], *nats)

    def without(self, model: Model, at: int) -> "Weighed":
        """The pairs weighed as if one comparison (birth date, number, street) said nothing."""
        less, kinds = self.gains.copy(), self.kinds.copy()
        kinds[:, _KIND[model.comparisons[at].name]] -= less[:, at]
        less[:, at :: len(model.comparisons)] = 0
        odds = log_odds(less, prior(model))
        return replace(self, gains=less, odds=odds, strict=odds, kinds=kinds)

    def strong(self) -> npt.NDArray[np.int64]:
        """How many kinds of evidence are strong."""
        return np.asarray((self.kinds >= STRONG).sum(axis=1))


def weigh(found: Resolved, i: Codes, j: Codes, records: Records, facts: Facts) -> Weighed:
    """The pairs weighed by the model, chunk by chunk, without what shared contact points say.

    Between rows that are `sited` another address is no other company (`Resolved`).
    """
    shared = _shared(found.model, i, j, facts)
    kind = _KIND | {name: 5 for name, given in records.types.items() if given in _CIRCUMSTANCES}
    ends = [slice(at, at + CHUNK) for at in range(0, max(len(i), 1), CHUNK)]
    parts = [_chunk(found, i[part], j[part], shared, kind) for part in ends]
    levels = {name: np.concatenate([part.levels[name] for part in parts]) for name in parts[0].levels}
    columns = (np.concatenate([getattr(part, x) for part in parts]) for x in ("gains", "odds", "strict", "kinds"))
    return Weighed(i, j, levels, *columns)


def _chunk(
    resolved: Resolved, i: Codes, j: Codes, shared: dict[str, npt.NDArray[np.bool_]], kind: dict[str, int]
) -> Weighed:
    model, sited = resolved.model, resolved.sited
    compared = model.compare(i, j)
    table = Table(compared, model)
    names = [c.name for c in model.comparisons]
    found = gains(table, model)
    for at, c in enumerate(model.comparisons):
        if c.name in _EXACT:
            nothing = compared[at].agreed < 0
            if c.name in shared:
                nothing |= shared[c.name][compared[at].agreed]
            found[:, at :: len(names)][nothing] = np.minimum(found[:, at :: len(names)][nothing], 0)
    kinds = np.zeros((len(i), len(KINDS)))
    for at, c in enumerate(model.comparisons):
        if c.name in kind:
            kinds[:, kind[c.name]] += np.where(_counts(c.name, c.labels, table.levels[at]), found[:, at], 0)
    strict = log_odds(found, prior(model))
    odds = _sited(strict, found, model, sited[i] & sited[j])
    return Weighed(i, j, dict(zip(names, table.levels, strict=True)), found, odds, strict, kinds)


def _sited(odds: Reals, found: npt.NDArray[np.float32], model: Model, sited: npt.NDArray[np.bool_]) -> Reals:
    """The log odds, of pairs that are `sited` those of a match or another address of it."""
    one = of_sites(model)
    if not (one and sited.any()):
        return odds
    again = odds.copy()
    again[sited] = log_odds(found[sited], prior(model), one)
    return again


def _counts(name: str, labels: tuple[str, ...], levels: Levels) -> npt.NDArray[np.bool_]:
    """Where the level says something of its own."""
    if name not in _COUNTING:
        return np.ones(len(levels), dtype=bool)
    return np.isin(levels, [at for at, label in enumerate(labels) if label in _COUNTING[name]])


def _shared(model: Model, i: Codes, j: Codes, facts: Facts) -> dict[str, npt.NDArray[np.bool_]]:
    """Per comparison of contact points the values that several names use or (of these pairs) a function; last: none."""
    names, rows = name_keys(facts), distinct(np.concatenate([i, j]))
    found = {}
    for c in model.comparisons:
        if c.name in _CONTACTS:
            columns = c.vocabulary[0][0].reshape(-1, len(names))
            found[c.name] = np.append(several_names(columns, names, c.vocabulary[0][1]), False)
            if c.name == "email":
                for codes, column in zip(columns[:, rows], facts.at(rows).folded("email"), strict=True):
                    found[c.name][codes[is_role_mailbox(column).to_numpy() & (codes >= 0)]] = True
    return found
