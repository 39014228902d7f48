"""Answers as they were given, wherever they came from, and what is wrong with them, each with its place."""

from dataclasses import dataclass, field

from crm_migrate.finding import Finding, Place


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a person said, and where: `contacts!B12`, or `decisions[3].keep.phone`."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: the word, who and why, record label -> group, field -> record label."""

    question: str
    decision: Said
    who: Said
    why: Said
    together: dict[str, Said] = field(default_factory=dict)
    keep: dict[str, Said] = field(default_factory=dict)

    @property
    def says_something(self) -> bool:
        """Anything but a name was given, so that a missing decision is a slip."""
        return bool(
            self.decision.text or self.why.text or self.keep or len({s.text for s in self.together.values()}) > 1
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A file of answers as read: who it says by default, the answers, what is wrong, and whom that concerns.

    `spoilt` are questions whose answer is not taken because their cells were tampered with.
    """

    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...] = ()
    spoilt: frozenset[str] = frozenset()


def wrong(code: str, place: str, message: str, hint: str = "") -> Finding:
    """An error at a cell or entry."""
    return Finding(code, message, place=Place(file=place), hint=hint)
