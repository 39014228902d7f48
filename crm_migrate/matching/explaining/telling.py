"""A waterfall in words of a language: what speaks for one and what against, and what would happen to the pair."""

from math import isfinite

from crm_migrate.matching.explaining.likely import likely
from crm_migrate.matching.explaining.model import CHANCE
from crm_migrate.matching.explaining.waterfall import CROSSED, Step, Verdict, Waterfall
from crm_migrate.words.language import Language
from crm_migrate.words.messages import REASONS, spoken

_NOTHING = 0.05  # bits: less is no argument


def sentence(found: Waterfall, words: Language) -> str:
    """Verdict, how likely one is, what speaks for it and what against, strongest first, and whether they are sites."""
    said = words.word(
        "match.whole", verdict=verdict(found.verdict, words), bits=bits(found.total, words),
        likely=likely(found.probability, words),
    )  # fmt: skip
    sides = (_side(found, sign, key, words) for sign, key in ((1, "for"), (-1, "against")))
    return " ".join([said, *sides, *([words.word("match.sites")] if found.sites else [])])


def _side(found: Waterfall, sign: int, key: str, words: Language) -> str:
    telling = (s for s in found.steps if s.bits * sign > _NOTHING or (s.level == CROSSED and sign > 0))
    listed = "; ".join(step_words(s, words) for s in sorted(telling, key=lambda s: (-abs(s.bits), s.what)))
    return words.word(f"match.{key}", list=listed) if listed else words.word(f"match.{key}_nothing")


def step_words(step: Step, words: Language) -> str:
    """A step in words: `the same e-mail`, `another phone number`, `family name: one slip`."""
    what = term(step.what, words)
    if step.level == CROSSED:
        return words.word("match.crossed")
    if step.level == "equal":
        rare = step.one_in is not None and step.one_in >= 2
        count = words.number(round(step.one_in or 0))
        return words.word("match.same_rare", what=what, n=count) if rare else words.word("match.same", what=what)
    if step.level == "different":
        return words.word("match.another", what=what)
    return words.word("match.at_level", what=what, level=level(step.level, words))


def verdict(told: Verdict, words: Language) -> str:
    """The verdict in words; the cut is told where it is what a pair fell short of or passed."""
    said = words.word(f"match.{told.outcome}", limit=words.amount(f"{told.limit:f}".rstrip("0").rstrip(".")))
    why = f": {spoken(told.why, words, REASONS)}" if told.why else ""
    return f"{said}{why}; {begins(told, words)}"


def begins(told: Verdict, words: Language) -> str:
    """Where merging begins; without bound nothing is merged."""
    return words.word("match.begins", bits=bits(told.cut, words)) if isfinite(told.cut) else words.word("match.never")


def rival(name: str, words: Language) -> str:
    """Another explanation: chance, or a context by its groups."""
    if name == CHANCE:
        return words.word("match.chance")
    return ", ".join(words.name("context", group) for group in name.split())


def against(name: str, words: Language) -> str:
    """What the weights are held against."""
    if name == CHANCE:
        return words.word("match.against_chance")
    return words.word("match.against_context", context=rival(name, words))


def term(name: str, words: Language) -> str:
    """What was compared; the name of a column stays."""
    return words.words.get(f"term.{name}", name)


def level(label: str, words: Language) -> str:
    """A level of agreement."""
    return words.words.get(f"level.{label}", label)


def bits(value: float, words: Language) -> str:
    """A weight with its sign and two decimals."""
    rounded = round(value, 2) + 0.0
    return ("-" if rounded < 0 else "+") + words.amount(f"{abs(rounded):.2f}")
