"""The ids of exceptions: what an exception is, and nothing of when, where and in which order it was found.

An id is the digest of object, code, source, field, rule and state. It is the same in every run, process and language,
whatever else was found and however many records are behind it, so that people can assign an exception, decide about it
and find it again in the next run.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from crm_migrate.workspace.figures import ExceptionGroup

_WITH_VALUE = "default value "  # such a cause ends with a value of somebody's: its kind is what is digested


def identified(groups: Sequence[ExceptionGroup]) -> tuple[ExceptionGroup, ...]:
    """The groups, each with its id; those that have theirs keep it.

    Of several that are the same but for a value, later ones get `-2`, `-3` ...
    """
    if all(group.id for group in groups):
        return tuple(groups)
    met: Counter[str] = Counter()
    named: dict[int, str] = {}
    for at in sorted(range(len(groups)), key=lambda at: (groups[at].rule, at)):
        plain = _id(groups[at])
        met[plain] += 1
        named[at] = plain if met[plain] == 1 else f"{plain}-{met[plain]}"
    return tuple(group.model_copy(update={"id": named[at]}) for at, group in enumerate(groups))


def _id(group: ExceptionGroup) -> str:
    rule = _WITH_VALUE if group.rule.startswith(_WITH_VALUE) else group.rule
    what = [group.object, group.code, group.source, group.field, rule, group.state]
    return "E-" + hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()[:10]
