"""Names of persons by their parts: from columns of parts, from whole names, and words that may be either."""

from dataclasses import dataclass

import polars as pl

from crm_migrate.matching import folding

MIDDLE = 3  # words between the first and the last that are looked at one by one


@dataclass(frozen=True, slots=True)
class NameParts:
    """Folded columns: given name, what stands between, family name."""

    given: pl.Series
    middle: pl.Series
    family: pl.Series


def name_parts(given: pl.Series, middle: pl.Series, family: pl.Series, whole: pl.Series | None) -> NameParts:
    """Parts from their own columns, and from the whole name where they are missing.

    Who goes by a single word has it in the place where others have it: `Archie` is a given name, `Stonehewer` is not.
    """
    given, middle, family = folding.person(given), folding.folded(middle), folding.person(family)
    if whole is not None:
        first, between, last = _split(folding.person(whole))
        several = last.is_not_null()
        alone = given.is_null() & family.is_null() & ~several
        if middle.null_count() == len(middle):
            middle = between
        given = given.fill_null(first.set(~several, None))
        family = family.fill_null(last).fill_null(first.set(~alone, None))
    return NameParts(*_placed(given, middle, family))


def _split(whole: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """First word, what stands between, and last word; who has a single word has no last."""
    word = pl.col("words").list
    parts = pl.DataFrame({"words": whole.str.split(" ")}).select(
        first=word.first(),
        between=word.slice(1, word.len().cast(pl.Int64) - 2).list.join(" ").replace("", None),
        last=pl.when(word.len() > 1).then(word.last()),
    )
    return parts["first"], parts["between"], parts["last"]


def _placed(given: pl.Series, middle: pl.Series, family: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
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
    return placed["given"], middle, placed["family"]


def words_between(middle: pl.Series) -> list[pl.Series]:
    """The first words of what stands between given and family name, one column each."""
    split = middle.str.split(" ")
    return [split.list.get(at, null_on_oob=True) for at in range(MIDDLE)]
