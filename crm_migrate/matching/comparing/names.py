"""Names of persons by their parts: from columns of parts, from whole names, and words that may be either."""

from dataclasses import dataclass

import polars as pl

from crm_migrate.matching.comparing import folding
from crm_migrate.matching.comparing.words import word_map, word_set

MIDDLE = 3  # words between the first and the last that are looked at one by one
_MOSTLY = 0.5  # share of names with a comma from which it divides family and given name: most of them


@dataclass(frozen=True, slots=True)
class NameParts:
    """Folded columns: given name, what stands between, family name, generation (`sr`, `jr`, `iii` ...)."""

    given: pl.Series
    middle: pl.Series
    family: pl.Series
    generation: pl.Series


def name_parts(
    given: pl.Series, middle: pl.Series, family: pl.Series, whole: pl.Series | None, suffix: pl.Series
) -> NameParts:
    """Parts from their own columns, and from the whole name where they are missing.

    Who goes by a single word has it in the place where others have it: `Archie` is a given name, `Stonehewer` is not.
    """
    born = _generation(*(c for c in (suffix, family, whole, given) if c is not None))
    given, middle, family = bare(given), folding.folded(middle), bare(family)
    if whole is not None:
        first, between, last = _split(bare(given_first(whole)))
        several = last.is_not_null()
        alone = given.is_null() & family.is_null() & ~several
        if middle.null_count() == len(middle):
            middle = between
        given = given.fill_null(first.set(~several, None))
        family = family.fill_null(last).fill_null(first.set(~alone, None))
    # Who is called by one word only may have it in both places.
    family = family.set((family == given).fill_null(False), None)
    given, family = _placed(given, family)
    return NameParts(given, middle, family, born)


@folding.once_per_value
def bare(column: pl.Series) -> pl.Series:
    """A folded name without titles, generation and particles (`von der`, `de la`), unless nothing else is left."""
    plain = folding.person(column)
    little = "|".join(
        ("(?:van|op|in|aan) t", *sorted(word_set("particles")))
    )  # `van 't`; a `t` by itself is an initial
    less = plain.str.replace_all(rf"\b(?:{little})\b", "").str.replace(rf" (?:{_GENERATIONS})$", "")
    less = less.str.replace_all(" +", " ").str.strip_chars().replace("", None)
    return less.fill_null(plain)


_GENERATIONS = "|".join(sorted(word_map("generations")))


def _generation(*columns: pl.Series) -> pl.Series:
    """Which generation somebody is, by the last word of the first column that says so."""
    found = pl.Series([None], dtype=pl.String).new_from_index(0, len(columns[0]))
    for column in columns:
        last = folding.folded(column).str.extract(rf"(?:^| )({_GENERATIONS})$")
        found = found.fill_null(last.replace_strict(word_map("generations"), default=None, return_dtype=pl.String))
    return found


def given_first(whole: pl.Series) -> pl.Series:
    """`Family, Given` turned round; a comma before anything else (a title, a second name, a place) is none."""
    parts = whole.str.extract_groups(r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*$").struct.unnest()
    family, given = parts["1"], parts["2"]
    named = bare(given).is_not_null() & ~folding.folded(given).is_in(list(word_map("generations"))).fill_null(False)
    divided = (family.is_not_null() & named).fill_null(False)
    if divided.sum() < _MOSTLY * whole.count():
        divided &= ~bare(family).str.contains(" ", literal=True).fill_null(True)
    return (given + " " + family).zip_with(divided, whole)


def _split(whole: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """First word, what stands between, and last word; who has a single word has no last."""
    word = pl.col("words").list
    parts = pl.DataFrame({"words": whole.str.split(" ")}).select(
        first=word.first(),
        between=word.slice(1, word.len().cast(pl.Int64) - 2).list.join(" ").replace("", None),
        last=pl.when(word.len() > 1).then(word.last()),
    )
    return parts["first"], parts["between"], parts["last"]


def _placed(given: pl.Series, family: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Single words moved to the place where those who have both names have them more often."""
    frame = pl.DataFrame({"given": given, "family": family})
    both = frame.drop_nulls()
    first, last = both["given"].value_counts(name="first"), both["family"].value_counts(name="last")
    word = frame.select(word=pl.coalesce("given", "family")).join(
        first.rename({"given": "word"}), on="word", how="left", maintain_order="left"
    )
    counted = word.join(last.rename({"family": "word"}), on="word", how="left", maintain_order="left").fill_null(0)
    as_given, as_family = counted["first"] > counted["last"], counted["last"] > counted["first"]
    to_given = given.is_null() & family.is_not_null() & as_given
    to_family = family.is_null() & given.is_not_null() & as_family
    placed = frame.select(
        given=pl.when(to_given).then("family").when(to_family).then(None).otherwise("given"),
        family=pl.when(to_family).then("given").when(to_given).then(None).otherwise("family"),
    )
    return placed["given"], placed["family"]


def words_between(middle: pl.Series) -> list[pl.Series]:
    """The first words of what stands between given and family name, one column each."""
    split = middle.str.split(" ")
    return [split.list.get(at, null_on_oob=True) for at in range(MIDDLE)]
