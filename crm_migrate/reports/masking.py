"""Personal values masked by their semantic type: deterministic, same length, same shape, differences still visible.

`ayse@firma.example` becomes `a***@f****.example`, `Ayşe Yılmaz` `A*** Y*****`, `+90 212 000 00 00` `+90 *** *** ** **`.
Owners are the company's own people: they stay readable, or nobody could sign for their pipeline.
Hidden characters in which expected and actual differ are `○` in the expected and `●` in the actual value.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeVar

from crm_migrate.crm.types import TYPES
from crm_migrate.reports.changes import changes
from crm_migrate.reports.visible import cut
from crm_migrate.workspace.figures import (
    Bridge,
    Cause,
    Example,
    ExceptionGroup,
    FieldFigure,
    Figures,
    GroupFigure,
    LinkFigure,
    MergedCluster,
    MergeFigure,
    Term,
)

HIDDEN, EXPECTED, ACTUAL = "*", "○", "●"

_EMAIL = re.compile(r"[^\s@<>()\[\],;:'\"‘’“”]+@[^\s@<>()\[\],;'\"‘’“”]+")
_PHONE = re.compile(r"(?<![\w.-])(?:\+|00|0|\()\d[\d ()/.-]{6,}\d(?![\w-])")
_QUOTED = re.compile(r"‘([^’]+)’|“([^”]+)”|\"([^\"]+)\"|(?<!\w)'([^']+)'(?!\w)|«([^»]+)»|„([^“”]+)[“”]")

# Most values are of these letters, and there a pattern is fast; all others go letter by letter.
_LATIN = re.compile(r"[\x00-\x7fÀ-ɏ]*")
_LETTER = re.compile(r"[^\W_]")
_INNER = re.compile(r"(?<=[^\W_])[^\W_]|\d")

_F = TypeVar("_F", Cause, ExceptionGroup, GroupFigure, LinkFigure, MergeFigure, Term)
Types = Mapping[tuple[str, str], str]  # (object, field) -> semantic type


def mask(text: str, type_name: str = "") -> str:
    """Hide a personal value; the result has the same length."""
    return _MASKS.get(type_name, _guess)(text)


def _guess(text: str) -> str:
    if "@" in text:
        return _email(text)
    return _phone(text) if text[:1] == "+" else _words(text)


def _hides(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _all(text: str) -> str:
    if _LATIN.fullmatch(text):
        return _LETTER.sub(HIDDEN, text)
    return "".join(HIDDEN if _hides(c) else c for c in text)


def _words(text: str) -> str:
    """Letters after the first of each word, and every digit."""
    if _LATIN.fullmatch(text):
        return _INNER.sub(HIDDEN, text)
    before = " " + text
    return "".join(HIDDEN if _hides(c) and (not c.isalpha() or _hides(before[i])) else c for i, c in enumerate(text))


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    host, dot, top = domain.rpartition(".")
    return _first(local) + at + (_first(host) + dot + top if dot and top.isalpha() else _first(domain))


def _first(text: str) -> str:
    return text[:1] + _all(text[1:])


def _phone(text: str) -> str:
    keep = 3 if text[:1] == "+" else 0
    return text[:keep] + _all(text[keep:])


def _iban(text: str) -> str:
    return text[:2] + _all(text[2:]) if text[:2].isalpha() else _all(text)


_MASKS: dict[str, Callable[[str], str]] = {
    "email": _email,
    "phone": _phone,
    "iban": _iban,
    "tax_id": _all,
    "birth_date": _all,
    "long_text": _all,
}


def scrub(text: str, *, values: tuple[str | None, ...] = (), quoted: bool = True) -> str:
    """A sentence without personal values: the values named, e-mail addresses, phone numbers, and what is quoted."""
    for value in sorted((v for v in values if v), key=len, reverse=True):
        text = text.replace(value, mask(value)) if len(value) > 1 and value in text else text
    if quoted:
        text = _QUOTED.sub(lambda m: m.group(0)[0] + _guess(m.group(0)[1:-1]) + m.group(0)[-1], text)
    text = _EMAIL.sub(lambda m: _email(m.group(0)), text)
    return _PHONE.sub(lambda m: _phone(m.group(0)), text)


def is_personal(type_name: str) -> bool:
    """Whether values of a semantic type are masked; an unknown type is."""
    return type_name not in TYPES or TYPES[type_name].personal


def masked(figures: Figures) -> Figures:
    """The same figures with every personal value hidden. No count and no amount changes."""
    types: Types = {(field.object, field.field): field.type for field in figures.fields}
    return figures.model_copy(
        update={
            "sentence": _scrubbed(figures.sentence),
            "bridges": tuple(_bridge(b, types) for b in figures.bridges),
            "fields": tuple(_field(f, types) for f in figures.fields),
            "links": tuple(_with_examples(k, k.object, k.field, types) for k in figures.links),
            "exceptions": tuple(_with_examples(x, x.object, x.field, types) for x in figures.exceptions),
            "merges": tuple(_with_examples(m, m.object, "", types) for m in figures.merges),
            "clusters": tuple(_cluster(c, types) for c in figures.clusters),
            "groups": tuple(_with_examples(g, g.object, "", types) for g in figures.groups),
            "kpis": tuple(k.model_copy(update={"group": _group(k.group, types)}) for k in figures.kpis),
            "decisions": tuple((i, who, when, _scrubbed(text), n) for i, who, when, text, n in figures.decisions),
        }
    )


def _with_examples(figure: _F, object_name: str, field: str, types: Types) -> _F:
    hidden = tuple(_example(e, types.get((object_name, e.field or field), "")) for e in figure.examples)
    return figure.model_copy(update={"examples": hidden})


def _bridge(bridge: Bridge, types: Types) -> Bridge:
    terms = tuple(_with_examples(term, bridge.object, bridge.measure, types) for term in bridge.terms)
    return bridge.model_copy(update={"terms": terms})


def _field(field: FieldFigure, types: Types) -> FieldFigure:
    causes = (_with_examples(cause, field.object, field.field, types) for cause in field.causes)
    hidden = tuple(c.model_copy(update={"cause": _cause(c.cause, field.type)}) for c in causes)
    return field.model_copy(update={"causes": hidden})


def _cause(cause: str, type_name: str) -> str:
    """A cause may name the value that stands in many cells."""
    start = "default value "
    hide = cause.startswith(start) and is_personal(type_name)
    return start + mask(cause.removeprefix(start), type_name) if hide else cause


def _group(group: str, types: Types) -> str:
    """A group is `field=value, ...`; values of a field that is personal in any object are hidden."""
    personal = {field for (_, field), type_name in types.items() if is_personal(type_name)}
    parts = (part.partition("=") for part in group.split(", "))
    return ", ".join(
        name + sign + (mask(value) if sign and name.strip() in personal else value) for name, sign, value in parts
    )


def _scrubbed(text: str) -> str:
    return scrub(text, quoted=False)


def _example(example: Example, type_name: str) -> Example:
    if not example.personal and (not type_name or not is_personal(type_name)):
        return example.model_copy(update={"record": _scrubbed(example.record)})
    values = (example.source, example.expected, example.actual)
    message, rest = cut(example.message)
    hidden = scrub(message, values=tuple(v and cut(v)[0] for v in values)) + rest
    expected, actual = _pair(example.expected, example.actual, type_name)
    return example.model_copy(
        update={
            "record": scrub(example.record, values=values, quoted=False),
            "source": _hidden(example.source, type_name),
            "expected": expected,
            "actual": actual,
            "message": hidden,
        }
    )


def _hidden(text: str | None, type_name: str) -> str | None:
    if text is None:
        return None
    start, rest = cut(text)
    return mask(start, type_name) + rest


def _pair(expected: str | None, actual: str | None, type_name: str) -> tuple[str | None, str | None]:
    """Expected and actual masked, with the hidden characters that differ marked."""
    if expected is None or actual is None:
        return _hidden(expected, type_name), _hidden(actual, type_name)
    (one, one_rest), (other, other_rest) = cut(expected), cut(actual)
    left, right = list(mask(one, type_name)), list(mask(other, type_name))
    for a0, a1, b0, b1 in changes(one, other):
        left[a0:a1] = [EXPECTED if c == HIDDEN else c for c in left[a0:a1]]
        right[b0:b1] = [ACTUAL if c == HIDDEN else c for c in right[b0:b1]]
    return "".join(left) + one_rest, "".join(right) + other_rest


def _cluster(cluster: MergedCluster, types: Types) -> MergedCluster:
    personal = tuple(
        value for field, value, _, _ in cluster.cells if value and is_personal(types.get((cluster.object, field), ""))
    )
    return cluster.model_copy(
        update={
            "members": tuple(scrub(m, values=personal, quoted=False) for m in cluster.members),
            "why": tuple(scrub(w, values=personal) for w in cluster.why),
            "cells": tuple(
                (field, _cell(value, types.get((cluster.object, field), "")), _scrubbed(winner), rule)
                for field, value, winner, rule in cluster.cells
            ),
        }
    )


def _cell(value: str, type_name: str) -> str:
    return _hidden(value, type_name) or "" if is_personal(type_name) else value
