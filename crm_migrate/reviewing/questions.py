"""What is asked: questions about a few records each, bound to the run that they come from."""

import hashlib
import json
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from crm_migrate.disk.canonical import content_hash
from crm_migrate.workspace.decisions import evidence_hash

FORMAT = 2
Kind = Literal["pattern", "review", "held", "merged"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Cells = dict[str, str | None]


class Frozen(BaseModel):
    """A value: nothing changes it, and unknown words are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Frozen):
    """A field of the object. `choosable`: a person may say which record gives it; with all fields of its `block`."""

    name: str
    type: str
    survive: str
    block: str | None = None
    choosable: bool = False


class Record(Frozen):
    """One record of a source. `own` is what it says itself (evidence), `shown` are the texts of all columns, `joined`
    the number of the group in the question that is one record today; `links` and `money` are what hangs on it."""

    name: str
    own: Cells
    shown: Cells
    joined: int = 1
    trust: int | None = None
    changed: str | None = None
    links: dict[str, int] = {}
    money: dict[str, str] = {}


class Compared(Frozen):
    """Two records (places in the question) and what was said about them; `alike`: field -> likeness 0..1 or None."""

    left: int
    right: int
    outcome: str
    rule: str
    why: str
    probability: float | None = None
    alike: dict[str, float | None] = {}
    decision: str | None = None


class Pattern(Frozen):
    """All pairs of which a rule or the model says the same: how many, how many of them are expected to be one, the hash
    of what speaks so, and the questions that show it: the weightiest, the most doubtful, and some at random."""

    rule: str
    pattern: str
    pairs: int
    expected: float
    evidence: str
    sample: tuple[str, ...]
    random: tuple[str, ...]


class Question(Frozen):
    """One question: are these records one? `winners`: field -> place of the record whose value would survive; `groups`
    are (what they share, places) of records that belong together without being one. Of a `pattern` it is the question
    about all its pairs at once, and has no records of its own."""

    id: str
    object: str
    kind: Kind
    why: str
    records: tuple[Record, ...]
    compared: tuple[Compared, ...] = ()
    winners: dict[str, int] = {}
    groups: tuple[tuple[str, tuple[int, ...]], ...] = ()
    impact: float = 0.0
    doubt: float = 0.0
    pattern: Pattern | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The records, by name, in the order they are shown in."""
        return tuple(record.name for record in self.records)

    @property
    def evidence(self) -> str:
        """Hash of what all records say, or of the pattern."""
        if self.pattern is not None:
            return self.pattern.evidence
        return self.evidence_of(self.names)

    def evidence_of(self, names: tuple[str, ...]) -> str:
        """Hash of what some of the records say, as a decision notes it."""
        return evidence_hash({record.name: record.own for record in self.records if record.name in names})


class LeftOut(Frozen):
    """Questions of one object and kind that are not asked here, and why."""

    object: str
    kind: Kind
    count: int
    because: str


class Reach(Frozen):
    """The first so many answers, in order, settle this share of the merges that are expected in all (`expected`)."""

    answers: int
    share: float
    expected: float


class Pack(Frozen):
    """All questions of one workbook or page, the most important first, and how many stay outside."""

    format: int = FORMAT
    project: str
    run: str
    plan_hash: str
    columns: dict[str, tuple[Column, ...]]
    questions: tuple[Question, ...]
    left_out: tuple[LeftOut, ...] = ()
    reach: Reach | None = None

    @property
    def id(self) -> str:
        """Name of the pack, made of all it says: 16 hex digits."""
        return content_hash(self.model_dump(mode="json"))[:16]

    def of(self, object_name: str, *kinds: Kind) -> tuple[Question, ...]:
        """The questions of one object and of these kinds, in order."""
        return tuple(q for q in self.questions if q.object == object_name and q.kind in kinds)


def question_id(object_name: str, names: tuple[str, ...]) -> str:
    """The same records make the same question in every run."""
    text = json.dumps([object_name, sorted(names)], ensure_ascii=False)
    return "Q-" + hashlib.sha256(text.encode()).hexdigest()[:10]
