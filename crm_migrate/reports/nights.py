"""The nights of a parallel run for all reports: tables, a sentence, lines for a terminal, and a picture.

In the picture every calendar day has a column: how much of its limit the share took that came nearest to it, so that
one line is the limit of all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from crm_migrate.reports.tables import Row, Table
from crm_migrate.words.language import Language
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.night_figures import Night, Share, WatchFigure

HEIGHT, LIMIT = 100, 40  # of the picture, and of its line for the limit, counted from below
LISTED = 3  # nights that a terminal is told of beside this one


def nights(figures: Figures) -> Table:
    """Every night, or stretch of missed ones, the oldest first."""
    rows = [_row(each) for each in figures.watch.nights] if figures.watch else []
    return Table.of(
        "nights",
        "night outcome:word in_row:int deviating:int records:int share_percent:amount nearest nearest_percent:amount"
        " edited:int begins_again:word blocked_by:word unfinished:int does:word",
        rows,
    )


def night_shares(figures: Figures) -> Table:
    """Every share of the last night that has any."""
    last = _last(figures.watch)
    rows = [
        (
            f"night_{each.measure}", each.scope, each.deviating, each.of, percent(each.share),
            percent(Fraction(each.limit)), each.holds,
        )
        for each in (last.shares if last else ())
    ]  # fmt: skip
    columns = "measure:word scope deviating_of:amount of_all:amount share_percent:amount under_percent:amount passed:ok"
    return Table.of("night_shares", columns, rows)


def _row(night: Night) -> Row:
    whole, worst = night.of("records"), night.worst
    return (
        night.day + (f" – {night.until}" if night.until else ""),
        f"night_{night.outcome}",
        night.row,
        int(whole.deviating) if whole else None,
        int(whole.of) if whole else None,
        percent(whole.share) if whole else None,
        worst.scope if worst else None,
        percent(worst.share) if worst else None,
        night.edited if night.shares else None,
        f"night_{night.changed[0]}" if night.changed else "",
        night.blocked[0] if night.blocked else "",
        night.unfinished or None,
        f"night_{night.does}" if night.does else "",
    )


def percent(share: Fraction) -> str:
    """A share in per cent with two decimals, rounded away from zero: what is some is never none."""
    hundredths = -(-share * 10_000 // 1)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _last(watch: WatchFigure | None) -> Night | None:
    return next((each for each in reversed(watch.nights) if each.shares), None) if watch else None


# ------------------------------------------------------------------------------------------------------- in words


def sentence(watch: WatchFigure, language: Language) -> str:
    """How many stable nights there are of how many."""
    row, needed = language.number(watch.row), language.number(watch.needed)
    limit = language.word("percent", rate=language.amount(percent(Fraction(watch.under))))
    return language.word("nights.stable" if watch.stable else "nights.not_yet", row=row, needed=needed, under=limit)


def said(night: Night, language: Language) -> str:
    """A night in a line: its day, what became of it, and what deviated in it."""
    day = night.day + (f" – {night.until}" if night.until else "")
    parts = [f"{day}: {language.name('word', f'night_{night.outcome}')}"]
    if whole := night.of("records"):
        parts.append(language.word("nights.deviate", **_counts(whole, language)))
    worst = night.worst
    if worst is not None and worst.scope:
        parts.append(language.word("nights.nearest", scope=worst.scope, **_counts(worst, language)))
    if night.edited:
        parts.append(language.word("nights.edited", count=language.number(night.edited)))
    parts += [language.word("nights.again", what=language.name("word", f"night_{each}")) for each in night.changed]
    parts += [language.word("nights.blocked", gate=language.name("word", each)) for each in night.blocked]
    if night.unfinished and night.outcome != "failed":
        parts.append(language.word("nights.unfinished", count=language.number(night.unfinished)))
    return "; ".join(parts)


def _counts(share: Share, language: Language) -> dict[str, str]:
    rate = language.word("percent", rate=language.amount(percent(share.share)))
    unit = share.scope if share.measure == "money" else ""
    return {"part": language.money(share.deviating, unit), "whole": language.money(share.of, unit), "percent": rate}


def lines(watch: WatchFigure, language: Language) -> Iterator[str]:
    """For a terminal: the last nights, the newest last, and where the row stands."""
    yield from (f"night  {said(each, language)}" for each in watch.nights[-LISTED:])
    yield f"nights  {sentence(watch, language)}"


# -------------------------------------------------------------------------------------------------------- picture


@dataclass(frozen=True, slots=True)
class Column:
    """A calendar day in the picture: its height of `HEIGHT`, whether it would be higher, and what it says."""

    outcome: str
    height: int
    cut: bool
    said: str


def columns(watch: WatchFigure, language: Language) -> list[Column]:
    """A column for every day from the first night to the last."""
    return [column for night in watch.nights for column in _columns(night, language)]


def _columns(night: Night, language: Language) -> Iterator[Column]:
    first, last = date.fromisoformat(night.day), date.fromisoformat(night.until or night.day)
    worst = night.worst
    part = worst.share / Fraction(worst.limit) if worst else Fraction(0)
    height = int(part * LIMIT) + bool(part)
    for _ in range((last - first) // timedelta(1) + 1):
        yield Column(night.outcome, min(height, HEIGHT), height > HEIGHT, said(night, language))
