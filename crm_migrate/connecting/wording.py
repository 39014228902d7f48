"""A target's own words about records, without what the records say."""

from collections.abc import Iterable, Mapping

from crm_migrate.connecting.contract import TARGET_ID, Refusal

OVERSIZE = Refusal("no request of this size is taken", "TOO_LARGE")  # what nobody has read

_SHORTEST = 4  # characters; a shorter value may stand in the target's own words by chance
_BEGINNING = 16  # characters by which a value is known that the target has cut off


def without_values(words: str, rows: Iterable[Mapping[str, str | None]]) -> str:
    """The words without any value of the rows, whole or cut off at its end; ids of the target stay."""
    values = {cell for row in rows for name, cell in row.items() if cell and name != TARGET_ID}
    for value in sorted((v for v in values if len(v) >= _SHORTEST), key=len, reverse=True):
        words = words.replace(value, "...")
        if len(value) > _BEGINNING:
            words = _without_beginnings(words, value)
    return words


def _without_beginnings(words: str, value: str) -> str:
    at = words.find(value[:_BEGINNING])
    while at >= 0:
        same = next((n for n, (a, b) in enumerate(zip(words[at:], value, strict=False)) if a != b), len(value))
        words = f"{words[:at]}...{words[at + same :]}"
        at = words.find(value[:_BEGINNING], at + 3)
    return words
