"""What became of kinds of fault at targets, as the docs show it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MOST = 1.6  # times the requests of a run that nobody disturbs
ENDS = (1, 3, 4, 75)  # a verdict NO-GO, our own files, the target, stopped in good order


@dataclass
class Told:
    """What became of a kind of fault at a target."""

    target: str
    kind: str
    struck: int = 0
    requests: int = 0
    times: float = 1  # the requests of a run that nobody disturbs
    exits: list[int] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    noticed: bool = False  # the gateway doubled records, and the verdict is NO-GO

    def measure(self, undisturbed: int) -> "Told":
        """Compare with a run that nobody disturbs."""
        self.times = self.requests / undisturbed
        if not self.struck:
            self.complaints.append("it never struck")
        if self.times > MOST:
            self.complaints.append(f"{self.requests} requests instead of {undisturbed}")
        return self


def unfit(code: int, words: str) -> Iterator[str]:
    """What is not right about the way in which a command ended: a message has a next step, and is no traceback."""
    if code not in (0, *ENDS) or "Traceback" in words or "bug of ours" in words:
        yield f"exit code {code}: {words[-1500:]}"
    elif code not in (0, 1) and not any(line.startswith(("next:", "help:")) for line in words.splitlines()):
        yield f"no next step: {words[-600:]}"


def table(rows: list[Told], kinds: Mapping[str, str]) -> str:
    """Requests as many times as undisturbed, and the starts it took; `kinds` are what happens, by name."""
    targets = list(dict.fromkeys(each.target for each in rows))
    lines = [f"| kind | what happens | {' | '.join(targets)} |", "|---|---|" + "---|" * len(targets)]
    for name, words in kinds.items():
        cells = [next((_cell(r) for r in rows if (r.kind, r.target) == (name, t)), "") for t in targets]
        lines.append(f"| `{name}` | {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(told: Told) -> str:
    starts = f", {len(told.exits)} starts" if len(told.exits) > 1 else ""
    return f"{told.times:.2f}{starts}{', NO-GO' if told.noticed else ''}{', WRONG' if told.complaints else ''}"
