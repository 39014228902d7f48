"""Searches: a domain in Polish notation, an order, an offset and a limit."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm_migrate_simulators.odoo.models import LOGGED
from crm_migrate_simulators.odoo.session import Fault, Session
from crm_migrate_simulators.odoo.values import told
from crm_migrate_simulators.store import Record

_Comparison = Callable[[Any, Any], bool]


def _text(value: Any) -> str:
    return str(value or "").casefold()


COMPARISONS: Mapping[str, _Comparison] = {
    "=": lambda held, said: held == said,
    "!=": lambda held, said: held != said,
    "in": lambda held, said: held in said,
    "not in": lambda held, said: held not in said,
    "ilike": lambda held, said: _text(said) in _text(held),
    "not ilike": lambda held, said: _text(said) not in _text(held),
    "=ilike": lambda held, said: re.fullmatch(re.escape(_text(said)).replace("%", ".*"), _text(held)) is not None,
    "like": lambda held, said: str(said) in str(held or ""),
    ">": lambda held, said: held is not False and held > said,
    ">=": lambda held, said: held is not False and held >= said,
    "<": lambda held, said: held is not False and held < said,
    "<=": lambda held, said: held is not False and held <= said,
}


def found(session: Session, model: str, domain: Any) -> list[Record]:
    """The records that a domain means, in the order of their ids; archived ones only where it speaks of that."""
    fields = session.fields(model)
    terms = _terms(domain)
    active = (
        "active" in fields and session.context.get("active_test", True) and not any(t[0] == "active" for t in terms)
    )
    keep = _meaning(session, model, domain)
    rows = (each for each in session.store.all(model) if each.seen(session.now))
    return [each for each in rows if (not active or each.values.get("active")) and keep(each)]


def _terms(domain: Any) -> list[Sequence[Any]]:
    if not isinstance(domain, list):
        raise Fault("builtins.ValueError", f"Invalid domain: {domain!r}")
    terms = [each for each in domain if not isinstance(each, str)]
    if any(not isinstance(each, list | tuple) or len(each) != 3 for each in terms):
        raise Fault("builtins.ValueError", f"Invalid domain: {domain!r}")
    return terms


def _meaning(session: Session, model: str, domain: list[Any]) -> Callable[[Record], bool]:
    """Whether a record keeps a domain; terms without an operator before them are joined by `and`."""
    stack: list[Callable[[Record], bool]] = []
    for each in reversed(domain):
        if each in ("&", "|"):
            if len(stack) < 2:
                raise Fault("builtins.ValueError", f"Invalid domain: {domain!r}")
            stack.append(_joined(each, stack.pop(), stack.pop()))
        elif each == "!":
            if not stack:
                raise Fault("builtins.ValueError", f"Invalid domain: {domain!r}")
            stack.append(_not(stack.pop()))
        else:
            stack.append(_term(session, model, each))
    return lambda record: all(keep(record) for keep in stack)


def _joined(word: str, one: Callable[[Record], bool], other: Callable[[Record], bool]) -> Callable[[Record], bool]:
    if word == "&":
        return lambda record: one(record) and other(record)
    return lambda record: one(record) or other(record)


def _not(one: Callable[[Record], bool]) -> Callable[[Record], bool]:
    return lambda record: not one(record)


def _term(session: Session, model: str, term: Any) -> Callable[[Record], bool]:
    if not isinstance(term, list | tuple) or not isinstance(term[0], str) or term[1] not in COMPARISONS:
        raise Fault("builtins.ValueError", f"Invalid leaf {term!r}")
    name, operator, said = term
    if name != "id" and name not in session.fields(model) and name not in LOGGED:
        raise Fault("builtins.ValueError", f"Invalid field {model}.{name} in leaf {term!r}")
    if operator in ("in", "not in") and not isinstance(said, list):
        raise Fault("builtins.ValueError", f"Invalid leaf {term!r}")

    def keeps(record: Record) -> bool:
        held = told(session, record, [name])[name]
        if isinstance(held, list) and len(held) == 2 and isinstance(held[1], str):  # a many2one: by id, or by its name
            held = held[1] if isinstance(said, str) else held[0]
        elif isinstance(held, list):  # a many2many: any of them
            wanted = said if isinstance(said, list) else [said]
            return bool(set(held) & set(wanted)) == (operator in ("=", "in"))
        try:
            return COMPARISONS[operator](held, said)
        except TypeError:
            return False

    return keeps


def ordered(session: Session, model: str, rows: list[Record], order: str | None) -> list[Record]:
    """In the order that is asked for: `name desc, id`."""
    for part in reversed([each.strip() for each in (order or "id").split(",")]):
        name, _, way = part.partition(" ")
        if name != "id" and name not in session.fields(model) and name not in LOGGED:
            raise Fault("builtins.ValueError", f"Order a model by a field that it has: {part!r}")
        key = (lambda record: int(record.id)) if name == "id" else _key(session, name)
        rows = sorted(rows, key=key, reverse=way.strip().lower() == "desc")
    return rows


def _key(session: Session, name: str) -> Callable[[Record], Any]:
    return lambda record: str(told(session, record, [name])[name])
