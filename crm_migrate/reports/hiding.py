"""The figures of a run without personal values: no count and no amount changes.

What is masked follows from the type of the field that a value is of, and from what a key is mapped to. Owners are the
company's own people: they stay readable, or nobody could sign for their pipeline. The mapping's own words stay too.
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from crm_migrate.crm.types import type_of
from crm_migrate.reports.masking import hidden, is_personal, mask, pair, readable, scrub, without_addresses
from crm_migrate.reports.naming import Names, part
from crm_migrate.reports.visible import cut
from crm_migrate.words.messages import REASONS, SENTENCES, recognise
from crm_migrate.workspace.figures import (
    Bridge,
    Cause,
    ConsentCell,
    Example,
    ExceptionGroup,
    FieldFigure,
    Figures,
    GroupFigure,
    KpiFigure,
    LinkFigure,
    MergedCluster,
    MergeFigure,
    Privacy,
    SourceFigure,
    Term,
)
from crm_migrate.workspace.follow_up import FollowUp
from crm_migrate.workspace.repair_figures import RepairFigure

_F = TypeVar("_F", Cause, ConsentCell, ExceptionGroup, GroupFigure, LinkFigure, MergeFigure, Term)


@dataclass(frozen=True, slots=True)
class About:
    """What a sentence is about: the types of value and cell, the record, and values that it may repeat."""

    type_name: str = ""
    raw_type: str = ""  # of the cell that it was read from, where that may hold more
    record: str = ""
    values: tuple[str, ...] = ()


def masked(figures: Figures) -> Figures:
    """The same figures with every personal value hidden."""
    names = Names(known_privacy(figures))
    return figures.model_copy(
        update={
            "sources": tuple(_source(s) for s in figures.sources),
            "bridges": tuple(_bridge(b, names) for b in figures.bridges),
            "report_bridges": tuple(_bridge(b, names) for b in figures.report_bridges),
            "consent": tuple(_with_examples(c, names, c.object) for c in figures.consent),
            "fields": tuple(_field(f, names) for f in figures.fields),
            "links": tuple(_link(k, names) for k in figures.links),
            "repairs": tuple(_repair(r, names) for r in figures.repairs),
            "exceptions": tuple(_exception(x, names) for x in figures.exceptions),
            "merges": tuple(_merge(m, names) for m in figures.merges),
            "clusters": tuple(_cluster(c, names) for c in figures.clusters),
            "groups": tuple(_with_examples(g, names, g.object) for g in figures.groups),
            "kpis": tuple(_kpi(k, names) for k in figures.kpis),
            "pack": tuple(f.model_copy(update={"group": _group(f.group, names.types_of())}) for f in figures.pack),
            "decisions": tuple(
                (names.record(i), who, when, _told(text, names), n) for i, who, when, text, n in figures.decisions
            ),
            "not_checked": tuple(without_addresses(text) for text in figures.not_checked),
            "follow_up": _follow_up(figures.follow_up, names),
        }
    )


def known_privacy(figures: Figures) -> Privacy:
    """What is known of all fields: the figures of compared fields tell their types too."""
    compared = {f"{f.object}.{f.field}": f.type for f in figures.fields}
    return figures.privacy.model_copy(update={"fields": compared | figures.privacy.fields})


def message(text: str, names: Names, about: About, family: str = SENTENCES) -> str:
    """What a stage said: the places of a sentence of the catalogue are masked by their kinds.

    Words that are no sentence of ours (a target's answer, a check's own text) lose mailboxes, numbers, the values that
    they are about and, unless those are known not to be personal, what they quote.
    """
    start, rest = cut(text)
    said = recognise(start, family)
    if said is not None:
        return said.with_parts(partial(_place, names, about)) + rest
    if about.type_name and not is_personal(about.type_name):
        return names.record(readable(start, about.type_name)) + rest
    for value in sorted({*about.values, *names.parts_of(about.record)}, key=len, reverse=True):
        if len(value) > 1:
            start = start.replace(value, mask(value, about.type_name))
    return names.record(scrub(start)) + rest


def _place(names: Names, about: About, kind: str, text: str) -> str:
    match kind:
        case "value" | "raw":  # the latter is the cell as it was read, with what stands beside it
            return mask(text, (about.raw_type if kind == "raw" else "") or about.type_name)
        case "unread":  # what is no value of its type may be anything, also somebody's name
            return mask(text)
        case "spoken":
            return part(text, about.raw_type or about.type_name)
        case "key":
            return names.key(about.record.partition(":")[0], text)
        case "record":
            return names.record(text)
        case "message":
            return message(text, names, about)
        case "why":
            return message(text, names, About("text"), REASONS)
        case "text":
            return scrub(text)
        case "file" | "list":
            return without_addresses(text)
        case _:
            return text


def _told(text: str, names: Names) -> str:
    """What a person wrote about a decision: it stays, but for what looks like somebody's address or number."""
    return names.record(scrub(text, quoted=False))


def _follow_up(found: FollowUp, names: Names) -> FollowUp:
    """Notes of people as those of decisions."""
    told = (each.model_copy(update={"note": _told(each.note, names)}) for each in found.exceptions)
    defects = (each.model_copy(update={"note": _told(each.note, names)}) for each in found.defects)
    return found.model_copy(update={"exceptions": tuple(told), "defects": tuple(defects)})


def _source(source: SourceFigure) -> SourceFigure:
    """Names of files are of those who exported them; a mailbox in one is of somebody."""
    return source.model_copy(update={"path": scrub(source.path, quoted=False)})


def _with_examples(figure: _F, names: Names, object_name: str, field: str = "", other: str = "") -> _F:
    hide = partial(_example, names=names, object_name=object_name, field=field, other=other)
    return figure.model_copy(update={"examples": tuple(map(hide, figure.examples))})


def _exception(group: ExceptionGroup, names: Names) -> ExceptionGroup:
    rule = _cause(group.rule, names.type_of(group.object, group.field))
    owners = tuple(o.model_copy(update={"owner": owner(o.owner, group, names)}) for o in group.owners)
    named = tuple(e.model_copy(update={"owner": owner(e.owner, group, names)}) for e in group.examples)
    told = group.model_copy(update={"rule": rule, "owners": owners, "examples": named})
    return _with_examples(told, names, group.object, group.field, _other(group.rule))


def owner(name: str, group: ExceptionGroup, names: Names) -> str:
    """Whose a record of the exception is: readable, unless the mapping calls the field personal."""
    return mask(name, type_name=names.type_of(group.object, group.owner_field)) if group.owner_field else mask(name)


def _merge(merge: MergeFigure, names: Names) -> MergeFigure:
    """Why two records are one or are not says which fields agree, and no value."""
    told = [message(example.message, names, About("text"), REASONS) for example in merge.examples]
    hidden_values = _with_examples(merge, names, merge.object).examples
    both = zip(hidden_values, told, strict=True)
    return merge.model_copy(update={"examples": tuple(e.model_copy(update={"message": why}) for e, why in both)})


def _kpi(kpi: KpiFigure, names: Names) -> KpiFigure:
    terms = tuple(_with_examples(term, names, "") for term in kpi.terms)
    return kpi.model_copy(update={"group": _group(kpi.group, names.types_of()), "terms": terms})


def _bridge(bridge: Bridge, names: Names) -> Bridge:
    terms = tuple(_with_examples(term, names, bridge.object, bridge.measure) for term in bridge.terms)
    return bridge.model_copy(update={"terms": terms})


def _field(field: FieldFigure, names: Names) -> FieldFigure:
    type_name = names.type_of(field.object, field.field) or field.type
    causes = (_with_examples(c, names, field.object, field.field, _other(c.cause)) for c in field.causes)
    told = (c.model_copy(update={"cause": _cause(c.cause, type_name)}) for c in causes)
    return field.model_copy(update={"causes": tuple(_placed(c, names, field.object) for c in told)})


def _link(link: LinkFigure, names: Names) -> LinkFigure:
    shown = _with_examples(link, names, link.object, link.field)
    return shown.model_copy(update={"causes": tuple(_placed(c, names, link.object) for c in link.causes)})


def _placed(cause: Cause, names: Names, object_name: str) -> Cause:
    """A place is told by the value of a field, or by the name of a file, in which a mailbox may stand."""
    places = (
        p.model_copy(
            update={
                "value": mask(p.value, names.type_of(object_name, p.field) or "text")
                if p.field
                else scrub(p.value, quoted=False)
            }
        )
        for p in cause.places
    )
    return cause.model_copy(update={"places": tuple(places)})


def _repair(repair: RepairFigure, names: Names) -> RepairFigure:
    return repair.model_copy(update={"cause": _cause(repair.cause, names.type_of(repair.object, repair.field))})


def _cause(cause: str, type_name: str) -> str:
    """A cause may name the value that stands in many cells."""
    start = "default value "
    return start + mask(cause.removeprefix(start), type_name) if cause.startswith(start) else cause


def _other(cause: str) -> str:
    """The field whose value stands in the cell instead of its own."""
    start = "swapped with "
    return cause.removeprefix(start) if cause.startswith(start) else ""


def _by_field(text: str, sign: str, types: dict[str, str]) -> str | None:
    """`field=value, field=value` with each value masked by its field's type; None where the text does not begin so."""
    known = "|".join(sorted(map(re.escape, types), key=len, reverse=True)) or "(?!)"
    before, *pieces = re.split(rf"(?:^|, )({known}){re.escape(sign)}", text)
    if before or not pieces:
        return None
    told = zip(pieces[::2], pieces[1::2], strict=True)
    return ", ".join(f"{field}{sign}{mask(value, types[field])}" for field, value in told)


def _group(group: str, types: dict[str, str]) -> str:
    told = _by_field(group, "=", types)
    return scrub(group, quoted=False) if told is None else told


def _compared(text: str | None, types: dict[str, str]) -> str | None:
    """The values of a record that were compared; words without a field are masked as a whole."""
    if text is None:
        return None
    start, rest = cut(text)
    told = _by_field(start, ": ", types)
    return (mask(start) if told is None else told) + rest


def _example(example: Example, *, names: Names, object_name: str, field: str, other: str) -> Example:
    name = example.field or field
    type_name = names.type_of(object_name, name) or ("" if example.personal else "text")
    values = (example.source, example.expected, example.actual)
    raw_type = names.raw_type_of(object_name, name) or type_name
    about = About(type_name, raw_type, example.record, tuple(cut(value)[0] for value in values if value))
    if not name and example.personal:
        types = names.types_of(object_name)
        shown = [_compared(value, types) for value in values]
    else:
        there = max(type_name, names.type_of(object_name, other) if other else type_name, key=is_personal)
        shown = [
            hidden(example.source, raw_type),
            *pair(example.expected, example.actual, (type_name, there)),
        ]
    source, expected, actual = shown
    if type_of(type_name).storage == "reference":
        expected, actual = (value and names.record(value) for value in (example.expected, example.actual))
    return example.model_copy(
        update={
            "record": names.record(example.record),
            "source": source,
            "expected": expected,
            "actual": actual,
            "message": message(example.message, names, about),
        }
    )


def _cluster(cluster: MergedCluster, names: Names) -> MergedCluster:
    return cluster.model_copy(
        update={
            "members": tuple(map(names.record, cluster.members)),
            "why": tuple(message(why, names, About("text"), REASONS) for why in cluster.why),
            "cells": tuple(
                (field, mask(value, names.type_of(cluster.object, field)), names.record(winner), rule)
                for field, value, winner, rule in cluster.cells
            ),
        }
    )
