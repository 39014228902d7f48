"""Routes: a method and a template of a path, whether it reads or writes, and who answers it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

if TYPE_CHECKING:
    from crm_migrate_simulators.salesforce.org import Org

At = Mapping[str, str]  # the values of a path
Answer = Callable[["Org", Work, At], Reply]

DATA = "/services/data/v{version}"


@dataclass(frozen=True, slots=True)
class Route:
    """One of them. `scope`: auth, read or write."""

    method: str
    template: str
    scope: str
    answer: Answer

    def match(self, path: str) -> At | None:
        """The values of a path, None where it is another's."""
        found = _pattern(self.template).fullmatch(path.rstrip("/") or "/")
        return found.groupdict() if found else None


_PATTERNS: dict[str, re.Pattern[str]] = {}


def _pattern(template: str) -> re.Pattern[str]:
    if template not in _PATTERNS:
        kinds = {"version": r"\d+\.\d"}
        parts = re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{kinds.get(found[1], '[^/]+')})", template)
        _PATTERNS[template] = re.compile(parts)
    return _PATTERNS[template]


def routes(scope: str, answer: Answer, *methods_and_templates: str) -> Iterable[Route]:
    """Routes with one answer: `GET /x`."""
    for each in methods_and_templates:
        method, _, template = each.partition(" ")
        yield Route(method, template, scope, answer)
