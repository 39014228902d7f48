"""The report in one sentence made of facts, in the language of the reader."""

from crm_migrate.reports.totals import Totals
from crm_migrate.words.language import Language
from crm_migrate.workspace.figures import Figures

_SAID = ("merged", "folded", "enrichment", "absent", "excluded", "rejected", "held", "failed")


def sentence(figures: Figures, sums: Totals, language: Language) -> str:
    """What `reconcile` said where it is in this language (English), else the same facts in this one."""
    if language.code == "en" and figures.sentence:
        return figures.sentence
    parts = [language.word("sentence.arrived", count=language.number(sums.arrived))]
    parts += [
        language.word(f"sentence.{state}", count=language.number(sums.states[state]))
        for state in _SAID
        if sums.states.get(state)
    ]
    sources, count = sums.records + sums.quarantined, sums.read + sums.extra
    rows = language.word(
        "sentence.rows", sources=language.number(sources), count=language.number(count), parts=", ".join(parts)
    )
    whole = sums.adds_up and not sums.unexplained
    closing = []
    if sums.quarantined:
        closing.append(language.word("sentence.quarantined", count=language.number(sums.quarantined)))
    closing.append(language.word("sentence.rows_explained" if whole else "sentence.rows_open"))
    if figures.bridges:
        closing += _money(sums, language)
    return " ".join([rows, *closing])


def _money(sums: Totals, language: Language) -> list[str]:
    """What is not explained, what cannot be read and what has no rate are three things."""
    told = [language.word("sentence.money_open")] if sums.unexplained_amounts else []
    if sums.unreadable:
        told.append(language.word("sentence.money_unread", count=language.number(sums.unreadable)))
    if sums.unrated:
        told.append(language.word("sentence.money_unrated", count=language.number(sums.unrated)))
    return told or [language.word("sentence.money_explained")]


def since(figures: Figures, language: Language) -> str:
    """How the exceptions compare with those of the run before, and which came back; empty where nothing is to say."""
    follow = figures.follow_up
    counts = {"new": follow.count("new"), "gone": len(follow.gone), "still": follow.count("still")}
    said = {name: language.number(count) for name, count in counts.items()}
    parts = [language.word("exceptions.since", run=follow.compared_with, **said)] if follow.compared_with else []
    for word in ("returned", "outgrown"):
        if count := len(follow.told(word)):
            parts.append(language.word(f"exceptions.{word}", count=language.number(count)))
    return " ".join(parts)
