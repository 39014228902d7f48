"""What a meeting must hear first: title, what will hurt, how the columns are used, what is to be decided."""

from crm_migrate.assessing.costing import hours
from crm_migrate.assessing.figures import Assessment, Card
from crm_migrate.assessing.standing import is_open, open_among
from crm_migrate.assessing.wording import sentence
from crm_migrate.words.language import Language


def worst(found: Assessment) -> list[Card]:
    """The findings that weigh most, the heaviest first."""
    by_id = {card.id: card for card in found.cards}
    return [by_id[name] for name in found.hurts]


def use(found: Assessment, words: Language) -> str:
    """How the columns of all sources are used, in one sentence."""
    counts = {name: words.number(count) for name, count in found.use.model_dump().items()}
    return words.word("assess.use", **counts)


def effort(found: Assessment, words: Language) -> str:
    """What the findings cost together, in one sentence; "" where they cost nothing."""
    least, most = hours(card for card in found.cards if is_open(card))
    return words.word("assess.effort", least=words.number(least), most=words.number(most)) if most else ""


def standing(found: Assessment, words: Language) -> str:
    """How many findings wait for somebody, in one sentence; "" where there are none."""
    counts = {
        "n": len(found.cards),
        "open": open_among(found.cards),
        "stale": sum(c.standing.stale for c in found.cards),
    }
    return words.word("assess.standing", **{k: words.number(v) for k, v in counts.items()}) if found.cards else ""


def headline(found: Assessment, words: Language) -> list[str]:
    """The first page as lines."""
    told = [sentence(card.because, words) for card in worst(found)] or [words.word("assess.nothing_hurts")]
    since = []
    if found.since is not None:
        verdict = words.word("assess.same" if found.since.same else "assess.other")
        since = [f"{words.word('assess.since', made=found.since.made)}: {verdict}"]
    return [
        f"{words.word('assess.title')}: {found.title}",
        words.word("assess.made", made=found.made, tool=found.tool),
        words.word("assess.masked" if found.masked else "assess.revealed"),
        words.word("assess.decisions", n=words.number(found.decisions)),
        *filter(None, [standing(found, words), effort(found, words)]),
        use(found, words),
        f"{words.word('assess.hurts')}:",
        *told,
        *since,
    ]
