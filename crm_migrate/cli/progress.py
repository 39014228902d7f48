"""How far a stage is, in words: what it works on, how many of how many, and how long it will still take."""

SOON = 3.0  # seconds of work from which on its pace says something


def told(stage: str, what: str, done: int, total: int, seconds: float) -> str:
    """`load  contacts  12,000 of 50,000, about 2 min left`; `total` is 0 where nobody knows it."""
    count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
    left = remaining(done, total, seconds)
    return "  ".join(part for part in (stage, what, f"{count}, {left}" if left else count) if part)


def remaining(done: int, total: int, seconds: float) -> str:
    """The time left at the pace so far; nothing while that would be a guess."""
    if not 0 < done < total or seconds < SOON:
        return ""
    left = seconds * (total - done) / done
    if left < 10:
        return "a few seconds left"
    if left < 90:
        return f"about {round(left, -1):.0f} s left"
    return f"about {left / 60:.0f} min left" if left < 5400 else f"about {left / 3600:.1f} h left"
