"""Values that a source types, as text that nobody takes for something else."""

import re

_THREE = re.compile(r"[+-]?\d+\.\d{3}")


def unmistakable(text: str) -> str:
    """A plain number with four decimals where it has three: `1.125` would be read as 1125 where a point parts
    thousands. Every source of typed numbers writes them so; texts that people typed stay as they are."""
    return f"{text}0" if text[-4:-3] == "." and _THREE.fullmatch(text) else text
