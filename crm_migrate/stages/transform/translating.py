"""What the mapping translates by lists of its own: values by a value map, logins by the owners."""

from collections.abc import Collection, Iterable, Sequence
from itertools import product

import polars as pl

from crm_migrate.cleansing.near import did_you_mean, near_words, question, word_key
from crm_migrate.cleansing.steps import cleaned
from crm_migrate.mapping.plan import MAP_JOINER, OwnersPlan, ValueMapPlan

UNMAPPED = "value_unmapped"
OWNER_UNKNOWN = "owner_unknown"
_NOTHING = "(empty)"  # how a combination shows a cell without a value


def translate(values: pl.Series, value_map: ValueMapPlan, beside: Sequence[pl.Series] = ()) -> pl.DataFrame:
    """Translate by a value map; what has no translation is flagged `value_unmapped` or takes the declared way.

    A map on several columns is asked with the cells `beside` the value, in the order of its `by`. A near miss of a
    known word is told whatever the way: nobody declared that a slip becomes the default.
    """
    entries = {key: value or None for key, value in value_map.entries.items()}
    keys = _joined([*beside, values], MAP_JOINER, "")
    known = keys.is_in(list(entries))
    translated = keys.replace_strict(entries, default=None, return_dtype=pl.String)
    # An empty cell needs no translation: without an entry for "" it stays empty.
    unmapped = ~known & values.is_not_null()
    targets = [value for value in entries.values() if value]
    ask = _asked_together if value_map.by else _asked
    asked = ask(keys.filter(unmapped), entries, targets)
    near = keys.replace_strict(asked, default=None, return_dtype=pl.String).set(~unmapped, None)
    if value_map.unmapped == "default":
        return _typos(translated.set(unmapped, value_map.default), near)
    kept = translated.zip_with(~unmapped, values)
    if value_map.unmapped == "keep":
        return _typos(kept, near.set(values.is_in(targets).fill_null(False), None))
    flag = pl.Series([UNMAPPED]).new_from_index(0, len(values)).set(~unmapped, None)
    note = "no translation in value map " + value_map.name + ": " + shown([*beside, values])
    return cleaned(kept, flag, _with_question(note, near))


def shown(cells: Sequence[pl.Series]) -> pl.Series:
    """Cells beside each other as people read them: `Satış, Teklif`; one alone is as it is."""
    return _joined(cells, ", ", _NOTHING) if len(cells) > 1 else cells[0]


def _joined(cells: Sequence[pl.Series], by: str, empty: str) -> pl.Series:
    named = pl.DataFrame([cell.alias(str(at)) for at, cell in enumerate(cells)])
    return named.select(pl.concat_str(pl.all().fill_null(empty), separator=by).alias("key"))["key"]


def _asked(values: pl.Series, words: Iterable[str], meanings: Iterable[str]) -> dict[str, str]:
    """The question about each distinct value that is nearly a word of a list, or nearly what such a word means."""
    keys = {word_key(word) for word in words}
    known = (*words, *(meaning for meaning in meanings if word_key(meaning) not in keys))
    questions = {value: did_you_mean(value, known) for value in values.drop_nulls().unique(maintain_order=True)}
    return {value: question for value, question in questions.items() if question}


def _asked_together(values: pl.Series, words: Collection[str], meanings: Iterable[str]) -> dict[str, str]:
    """The question about each distinct combination of which every cell is a word of its column, or nearly one."""
    columns = [tuple(dict.fromkeys(of)) for of in zip(*(word.split(MAP_JOINER) for word in words), strict=True)]
    targets = tuple(meanings)
    questions = {}
    for value in values.unique(maintain_order=True):
        parts = value.split(MAP_JOINER)
        near = (_near(*each) for each in zip(parts, columns, strict=False))
        found = [", ".join(each) for each in product(*near) if MAP_JOINER.join(each) in words]
        questions[value] = question(found) or did_you_mean(parts[-1], targets)
    return {value: asked for value, asked in questions.items() if asked}


def _near(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if text in known else near_words(text, known)


def _typos(values: pl.Series, near: pl.Series) -> pl.DataFrame:
    """Values by their declared way, and the cells that are near misses told."""
    return cleaned(values, pl.Series(["typo"]).new_from_index(0, len(values)).set(near.is_null(), None), near)


def _with_question(notes: pl.Series, near: pl.Series) -> pl.Series:
    return notes + ("; " + near).fill_null("")


def translate_owner(values: pl.Series, owners: OwnersPlan | None) -> pl.DataFrame:
    """Translate a legacy login to the owner in the target; leavers are settled on the merged record."""
    if owners is None:
        return cleaned(values)
    entries = {owner.login.lower(): owner.target for owner in owners.entries}
    entries |= {owner.target.lower(): owner.target for owner in owners.entries}
    known = values.str.to_lowercase().replace_strict(entries, default=None, return_dtype=pl.String)
    unknown = known.is_null() & values.is_not_null()
    flag = pl.Series([OWNER_UNKNOWN]).new_from_index(0, len(values)).set(~unknown, None)
    asked = _asked(values.filter(unknown), [o.login for o in owners.entries], [o.target for o in owners.entries])
    near = values.replace_strict(asked, default=None, return_dtype=pl.String)
    return cleaned(known.zip_with(~unknown, values), flag, _with_question("not in the owners file: " + values, near))
