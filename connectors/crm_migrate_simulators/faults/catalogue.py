"""The catalogue of faults: each kind under one name, with what it does and how we know that real systems do it.

A kind is a function around the ordinary handling of a request: `call.proceed()` does what was asked and gives the
reply; before, after or instead of it the kind does its mischief. Its docstring is its description; its evidence is
`recording ...` (of the real system), `document ...` (public) or `assumed`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.wire import Reply

Scope = Literal["read", "write", "any"]
Act = Callable[[Call, float], Reply]

FAMILIES: Mapping[str, str] = {
    "refused": "nothing was done, and the answer says so",
    "doubt": "something may have been done, and the answer does not say what",
    "answer": "it was done, and the answer is not as it should be",
    "read": "a read that lies",
    "values": "the target stores something else than what was sent",
    "people": "users and automation change records meanwhile",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: `figure` is what stands in brackets in a schedule when nothing is said there."""

    name: str
    family: str
    scope: Scope
    figure: float
    evidence: str
    words: str
    act: Act


KINDS: dict[str, Kind] = {}


def kind(
    family: str, scope: Scope, evidence: str, figure: float = 0, *, into: dict[str, Kind] = KINDS
) -> Callable[[Act], Act]:
    """Put a function into the catalogue, under its own name; `into` is another one, of the kinds of one CRM alone."""

    def entered(act: Act) -> Act:
        name = str(getattr(act, "__name__", ""))
        into[name] = Kind(name, family, scope, figure, evidence, (act.__doc__ or "").strip(), act)
        return act

    return entered
