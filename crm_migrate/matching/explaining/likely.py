"""How likely it is that two records are one, in words: one rounding for every page, table and terminal."""

from crm_migrate.words.language import Language, language

_SURE, _HARDLY = 0.999, 0.001


def likely(probability: float | None, words: Language | None = None) -> str:
    """`86.3 % that they are one`: never all or nothing; empty where no model spoke; English unless asked."""
    if probability is None:
        return ""
    words = words or language("en")
    if probability > _SURE:
        return words.word("match.likely_more", rate=_rate(_SURE, words))
    if probability < _HARDLY:
        return words.word("match.likely_less", rate=_rate(_HARDLY, words))
    return words.word("match.likely", rate=_rate(probability, words))


def _rate(share: float, words: Language) -> str:
    return words.word("percent", rate=words.amount(f"{share * 100:.1f}"))


def reasoned(why: str | None, probability: float | None) -> str:
    """Why a pair is one or is not, and how likely the project's model holds it to be one."""
    return ", ".join(filter(None, (why, likely(probability))))
