"""Words of a choice in an export: CRMs take a key and show a label, or the other way round. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from crm_migrate_bundles.headings import plain


def word_of(said: Collection[str], labels: Mapping[str, str]) -> Callable[[str], str]:
    """What a cell says, of the words that were sent (`said`): itself where it is one; the word that is shown so, or the
    label of that word, by `labels` (word of the import -> word of exports); the word that differs from it by capitals,
    blanks and signs alone (`closed_won`, `Closed Won`), where that is one alone. Any other cell is a word of its own.
    """
    counted = Counter(map(plain, set(said)))
    alike = {plain(word): word for word in said if plain(word) and counted[plain(word)] == 1}
    keys = {plain(label): word for word, label in labels.items()}
    shown = {plain(word): label for word, label in labels.items() if label in said}

    def read(cell: str) -> str:
        if cell in said:
            return cell
        name = plain(cell)
        return keys.get(name) or shown.get(name) or alike.get(name) or cell

    return read
