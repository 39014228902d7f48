"""Which export a file is, by its header alone: the profile and the layout that fit best, and what speaks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_migrate.mapping.profiles import Layout, SourceProfile

SHARE, FEWEST = 0.7, 5  # of a file's columns that a profile knows; and so many at least
MARKED = 3  # columns of a file that it knows at least, where it has marks and all of them are there
FOREIGN = 0.5  # of a layout must be there where most names are aliases: those are everybody's words


@dataclass(frozen=True, slots=True)
class Fit:
    """A profile, the layouts of it that fit a file equally well, and how many of its columns the profile knows."""

    name: str
    profile: SourceProfile
    layouts: tuple[str, ...]
    known: int
    columns: int
    score: float

    @property
    def evidence(self) -> str:
        """Where the facts about it are from: of the layout, or else of the profile."""
        said = [self.profile.layouts[each].evidence for each in self.layouts if each in self.profile.layouts]
        return "; ".join(dict.fromkeys(filter(None, said))) or self.profile.evidence


def fits(columns: Sequence[str], known: Mapping[str, SourceProfile], table: str | None = None) -> tuple[Fit, ...]:
    """The profiles that fit a header best: none, one, or several that fit equally well.

    A profile of a table fits that `table` of a database alone, and one of an export none.
    """
    able = {name: profile for name, profile in known.items() if profile.table == table}
    found = [fit for name, profile in able.items() if (fit := fit_of(columns, name, profile)) is not None]
    best = max((fit.score for fit in found), default=0.0)
    return tuple(fit for fit in found if fit.score == best)


def recognised(columns: Sequence[str], known: Mapping[str, SourceProfile]) -> tuple[str, SourceProfile] | None:
    """The only profile that fits best; None where none does, or several do."""
    found = fits(columns, known)
    return (found[0].name, found[0].profile) if len(found) == 1 else None


def fit_of(columns: Sequence[str], name: str, profile: SourceProfile) -> Fit | None:
    """How well a header is that export; None where it is not."""
    spoken = profile.spoken(columns)
    hits = len(spoken)
    scores = {each: _score(spoken, len(columns), layout, profile) for each, layout in _layouts(profile).items()}
    best = max(scores.values())
    if not all(mark in spoken for mark in profile.marks):
        return None
    if profile.marks:
        enough = hits >= (len(profile.marks) if profile.table else MARKED)
    else:
        own = sum(column == header for column, header in spoken.items())
        enough = hits >= FEWEST and hits >= SHARE * len(columns) and (own * 2 > hits or best >= FOREIGN)
    layouts = tuple(each for each, score in scores.items() if score == best and each)
    return Fit(name, profile, layouts, hits, len(columns), best) if enough else None


def _layouts(profile: SourceProfile) -> Mapping[str, Layout]:
    return profile.layouts or {"": Layout()}


def _score(spoken: Mapping[str, str], columns: int, layout: Layout, profile: SourceProfile) -> float:
    """Columns that file and layout share, against all that either has: 1 where they are the same."""
    names = set(layout.columns or profile.own_columns)
    return 2 * len(names & spoken.keys()) / (columns + len(names))
