"""Making what a target lacks: what people make there has to be there first, and what was made is asked for anew."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from crm_migrate.connecting.by_hand import ByHand, refuse
from crm_migrate.connecting.http import Waiting

LOOKS = 6  # at a target, until it shows what was made
PAUSE = 5.0  # seconds between two of them


class Lacking(Protocol):
    """What is missing and we make."""

    @property
    def title(self) -> str:
        """In words for people."""
        ...


Missing = TypeVar("Missing", bound=Lacking)
Look = Callable[[], tuple[Sequence[Missing], Sequence[ByHand]]]  # at what we make, and at what people make


def prepared(
    title: str, forget: Callable[[], None], look: Look[Missing], make: Callable[[Sequence[Missing]], None], *,
    apply: bool,
) -> tuple[str, ...]:  # fmt: skip
    """What is missing, looked at anew; made, where it is told so. TargetError where something is missing that people
    make. A look at which nothing was made stays what is known."""
    forget()
    ours, theirs = look()
    if apply:
        refuse(title, theirs)
    if apply and ours:
        make(ours)
        forget()
    return (*map(str, theirs), *dict.fromkeys(each.title for each in ours))


def unseen(forget: Callable[[], None], look: Look[Missing], waiting: Waiting) -> Sequence[Missing]:
    """What the target does not show, however often it was looked at: an answer alone is no field yet."""
    left: Sequence[Missing] = ()
    for number in range(LOOKS):
        if number:
            waiting.wait(PAUSE)
        forget()
        left, _ = look()
        if not left:
            break
    return left
