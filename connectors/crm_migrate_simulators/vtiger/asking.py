"""The query language: `SELECT * FROM Module [WHERE field IN ('a', 'b')] [ORDER BY field] [LIMIT offset, count];`"""

import re
from typing import Any

from crm_migrate_simulators.call import Call
from crm_migrate_simulators.vtiger.elements import Failed, told, users

_QUERY = re.compile(
    r"select \* from (?P<module>\w+)(?: where (?P<field>\w+) (?:in \((?P<many>.+)\)|= ?(?P<one>'[^']*')))?"
    r"(?: order by (?P<order>\w+))?(?: limit (?P<offset>\d+) ?, ?(?P<count>\d+))? ?;",
    re.IGNORECASE,
)
_TEXT = re.compile(r"'([^']*)'")


def rows(call: Call, words: str, most: int) -> list[dict[str, Any]]:
    """The rows of a query. Failed where it cannot be read."""
    found = _QUERY.fullmatch(words.strip())
    if found is None:
        raise Failed("QUERY_SYNTAX_ERROR", "Syntax Error")
    there = _there(call, found["module"])
    if found["field"]:
        there = _with(there, found["field"], found["many"] or found["one"])
    order = found["order"] or "id"
    there.sort(key=lambda each: _place(str(each.get(order, ""))))
    offset, count = int(found["offset"] or 0), min(int(found["count"] or most), most)
    return there[offset : offset + count]


def _there(call: Call, module: str) -> list[dict[str, Any]]:
    if module == "Users":
        return users(call)
    if module not in call.store.schema.objects:
        raise Failed("ACCESS_DENIED", "Permission to perform the operation is denied")
    return [told(call, each) for each in call.store.all(module) if each.seen(call.clock.now())]


def _with(there: list[dict[str, Any]], field: str, words: str) -> list[dict[str, Any]]:
    if there and field not in there[0]:
        raise Failed("QUERY_SYNTAX_ERROR", f"there is no field {field}")
    wanted = {text.casefold() for text in _TEXT.findall(words)}
    return [each for each in there if str(each[field]).casefold() in wanted]


def _place(text: str) -> tuple[int, str]:
    number = text.partition("x")[2]
    return (int(number), "") if number.isdigit() else (0, text)
