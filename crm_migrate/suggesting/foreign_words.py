"""Words of a source that are no choices of the target: who copies them as they are has their records wait."""

from collections.abc import Iterable, Iterator

from crm_migrate.mapping.rewording import column_cell
from crm_migrate.suggesting.candidates import Study
from crm_migrate.suggesting.suggestion import Offer, Written

_SHOWN = 8  # words that are listed


def foreign_words(offers: Iterable[Offer], studies: Iterable[Study], written: Written) -> Iterator[str]:
    """A sentence for every proposed line that copies words, of which some in the first rows are none of the target."""
    tables = {study.table.name: study.table for study in studies}
    for offer in offers:
        allowed = written.choices.get((offer.object, offer.field))
        values = tables[offer.source].values.get(offer.column) if offer.source in tables else None
        if not allowed or values is None or offer.cell != column_cell(offer.column):
            continue
        others = sorted(set(values.drop_nulls().unique().to_list()) - allowed)
        if others:
            yield (
                f"`{offer.source}`: {offer.column} has words that {offer.object}.{offer.field} of the target does not"
                f" have ({_listed(others)}): records with them wait until a value map says which of {_listed(allowed)}"
                f" they are (`{offer.column} | map(NAME)`)"
            )


def _listed(words: Iterable[str]) -> str:
    known = sorted(words)
    more = len(known) - _SHOWN
    return ", ".join(known[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
