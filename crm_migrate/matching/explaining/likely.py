"""How likely it is that two records are one, in words: one rounding for every page, table and terminal."""

_SURE, _HARDLY = 0.999, 0.001


def likely(probability: float | None) -> str:
    """`86.3 % that they are one`: never all or nothing; empty where no model spoke about the pair."""
    if probability is None:
        return ""
    rate = f"{probability * 100:.1f} %"
    if probability > _SURE:
        rate = "more than 99.9 %"
    elif probability < _HARDLY:
        rate = "less than 0.1 %"
    return f"{rate} that they are one"


def reasoned(why: str | None, probability: float | None) -> str:
    """Why a pair is one or is not, and how likely the project's model holds it to be one."""
    return ", ".join(filter(None, (why, likely(probability))))
