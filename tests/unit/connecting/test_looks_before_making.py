"""How often a target is looked at that is prepared, and what is made."""

from dataclasses import dataclass, field

import pytest

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.preparing import LOOKS, prepared, unseen
from crm_migrate.errors import TargetError


@dataclass(frozen=True)
class Field:
    name: str

    @property
    def title(self) -> str:
        return f"add field {self.name}"


@dataclass
class Crm:
    """What it lacks, and what it was asked."""

    lacks: list[Field] = field(default_factory=list)
    theirs: list[ByHand] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def forget(self) -> None:
        self.asked.append("forget")

    def look(self) -> tuple[list[Field], list[ByHand]]:
        self.asked.append("look")
        return self.lacks, self.theirs

    def make(self, lacking: object) -> None:
        self.asked.append("make")
        self.lacks = []

    def prepare(self, *, apply: bool) -> tuple[str, ...]:
        return prepared("a CRM", self.forget, self.look, self.make, apply=apply)


def test_a_look_at_which_nothing_was_made_stays_what_is_known() -> None:
    crm = Crm()
    assert crm.prepare(apply=True) == ()
    assert crm.asked == ["forget", "look"]


def test_what_is_missing_is_only_named_until_told() -> None:
    crm = Crm([Field("a"), Field("b"), Field("a")], [ByHand("an object", "Setup")])
    assert crm.prepare(apply=False) == ("by hand: an object: Setup", "add field a", "add field b")
    assert crm.asked == ["forget", "look"]


def test_what_was_made_is_asked_for_anew() -> None:
    crm = Crm([Field("a")])
    assert crm.prepare(apply=True) == ("add field a",)
    assert crm.asked == ["forget", "look", "make", "forget"]


def test_nothing_is_made_before_people_have_made_theirs() -> None:
    crm = Crm([Field("a")], [ByHand("an object", "Setup")])
    with pytest.raises(TargetError, match="an object"):
        crm.prepare(apply=True)
    assert "make" not in crm.asked


@pytest.mark.parametrize("shown_at", [1, 3, LOOKS + 1])
def test_what_was_made_is_looked_for_until_it_shows(shown_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, waits = Waiting(), list[float]()
    monkeypatch.setattr(waiting, "wait", waits.append)
    crm, asked = Crm(), iter(range(1, LOOKS + 1))

    def look() -> tuple[list[Field], list[ByHand]]:
        return ([Field("a")] if next(asked) < shown_at else []), []

    assert list(unseen(crm.forget, look, waiting)) == ([] if shown_at <= LOOKS else [Field("a")])
    assert len(crm.asked) == min(shown_at, LOOKS) == len(waits) + 1
