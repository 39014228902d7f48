"""A target that is prepared although it does not answer: what was made unheard is found by the next look."""

from collections.abc import Sequence

import pytest
from unsteady import COMPANY

from crm_migrate.connecting.contract import TargetObject
from crm_migrate.connecting.memory import MemoryTarget, Store
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate.stages.load.preparing import TRIES, prepare


class Deaf(MemoryTarget):
    """Makes what it is asked for, and answers the first times that nobody knows."""

    def __init__(self, store: Store, silent: int) -> None:
        super().__init__(store)
        self.silent = silent

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        made = super().prepare(objects, apply=apply)
        self.silent -= 1
        if self.silent >= 0:
            raise InDoubt("no answer")
        return made


@pytest.mark.parametrize("silent", [0, 1, TRIES - 1])
def test_what_was_made_unheard_is_found(silent: int) -> None:
    target = Deaf(Store(), silent)
    prepare(target, [COMPANY])
    assert target.describe(["company"]).prepared


def test_one_that_never_answers_is_told() -> None:
    with pytest.raises(InDoubt):
        prepare(Deaf(Store(), TRIES), [COMPANY])


def test_a_refusal_is_not_tried_again() -> None:
    class Refusing(MemoryTarget):
        asked = 0

        def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
            self.asked += 1
            raise TargetError("no right")

    target = Refusing(Store())
    with pytest.raises(TargetError, match="no right"):
        prepare(target, [COMPANY])
    assert target.asked == 1
