"""What followed a run: facts of the project that are joined to the figures when a report is written.

Nothing here is computed by `reconcile` or signed with the figures: people go on, and a report that is written again
tells how things stand then.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Fact(BaseModel):
    """Immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FollowedException(_Fact):
    """What was said of one exception of the run, and how it compares with the run before.

    `status` is that of `exceptions.yaml`; `told` says why it counts as open all the same: `returned` where it was fixed
    and is there again, `outgrown` where it was accepted (or will not be fixed) for fewer records than there are now.
    `since` is `new` or `still` against the run before, empty where there is none; `before` is its count there, `came`
    and `went` are the records that are new and gone, None where records are not listed. `stand` is the digest of what
    was said, `evidence` that of the repair which has put it right.
    """

    id: str
    status: Literal["open", "assigned", "fixed", "accepted", "wont_fix"] = "open"
    assignee: str = ""
    decision: str = ""
    note: str = ""
    who: str = ""
    when: str = ""
    told: Literal["", "returned", "outgrown"] = ""
    since: Literal["", "new", "still"] = ""
    before: int = 0
    came: int | None = None
    went: int | None = None
    stand: str = ""
    evidence: str = ""

    @property
    def settled(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.status in ("fixed", "accepted", "wont_fix") and not self.told


class GoneException(_Fact):
    """An exception of the run before that this run does not have, with the evidence where a repair put it right."""

    id: str
    code: str
    severity: Literal["error", "warning", "note"]
    object: str
    source: str
    field: str
    count: int
    title: str
    status: Literal["open", "assigned", "fixed", "accepted", "wont_fix"] = "open"
    evidence: str = ""


class SampleDefect(_Fact):
    """One record that a reviewer found wrong, by our key; `fields` may be empty."""

    sample: str
    object: str
    entity: str
    fields: tuple[str, ...]
    note: str
    who: str


class SampleFigure(_Fact):
    """One sample against this run.

    `random` of its records were drawn at random from `population`, `covering` more for what they stand for. `stale` are
    judged ones whose record, or whose mapping, is another one by now: they count as not checked. `at_most` is the
    greatest number of wrong records in all that the random ones do not rule out with `confidence` percent, None until
    all of them are checked; `unclear` counts as wrong in it. `proven` says whether that is less than `prove` percent.
    """

    id: str
    reviewer: str
    owner: str
    objects: tuple[str, ...]
    run: str
    prove: str
    confidence: str
    population: int
    random: int
    covering: int
    checked: int
    right: int
    wrong: int
    unclear: int
    stale: int
    random_checked: int
    random_wrong: int
    at_most: int | None = None
    proven: bool = False
    same_mapping: bool = True


class SignedOff(_Fact):
    """The last sign-off of a role, of this run or an earlier one; `void` names what is not what was signed."""

    role: str
    who: str
    when: str
    verdict: Literal["approve", "conditions", "reject"]
    conditions: str
    login: str
    run: str
    hash: str
    void: tuple[str, ...] = ()
    own_account: bool = False  # entered under the login that started the run


class Rehearsal(_Fact):
    """A few figures of one run: rows that `arrived` and that are `waiting` (held, rejected, refused), cells, links and
    business figures that differ, people whose consent was raised, `unexpected` or vanished records, `open` exceptions.
    """

    run: str
    finished: str
    verdict: Literal["GO", "GO WITH ACCEPTED EXCEPTIONS", "NO-GO"]
    arrived: int
    waiting: int
    unexplained: int
    compared: int
    matched: int
    links_wrong: int
    kpis_differ: int
    consent_raised: int
    unexpected: int
    open: int


class FollowUp(_Fact):
    """All that followed. `compared_with` is the run before into the same environment, empty where there is none;
    `sign_hash` is what a sign-off given now is bound to.
    `rehearsals` are this run and those before it, the oldest first, none where there is no other.
    """

    compared_with: str = ""
    exceptions: tuple[FollowedException, ...] = ()
    gone: tuple[GoneException, ...] = ()
    samples: tuple[SampleFigure, ...] = ()
    defects: tuple[SampleDefect, ...] = ()
    sign_hash: str = ""
    signed: tuple[SignedOff, ...] = ()
    rehearsals: tuple[Rehearsal, ...] = ()

    def of(self, exception_id: str) -> FollowedException:
        """What is known of an exception; an open one where nothing is."""
        found = (each for each in self.exceptions if each.id == exception_id)
        return next(found, FollowedException(id=exception_id))

    def count(self, since: str) -> int:
        """How many exceptions are `new` or `still` there."""
        return sum(each.since == since for each in self.exceptions)

    def told(self, word: str) -> tuple[FollowedException, ...]:
        """The exceptions that count as open again for this reason."""
        return tuple(each for each in self.exceptions if each.told == word)
