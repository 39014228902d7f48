"""The figures in the language of the reader: what codes mean, what stages said, and why a cell differs.

Stages and figures speak English; machines read those. Words that are in no catalogue (a target's answer, a check's own
text, names of the mapping) stay as they are.
"""

from typing import TypeVar

from crm_migrate.reports.totals import CLASSES
from crm_migrate.words.language import Language, language
from crm_migrate.words.messages import HINTS, READING, REASONS, in_words, recognise, spoken
from crm_migrate.workspace.figures import (
    Bridge,
    Cause,
    ConsentCell,
    ExceptionGroup,
    FieldFigure,
    Figures,
    Gate,
    GroupFigure,
    KpiFigure,
    LinkFigure,
    MergedCluster,
    MergeFigure,
    SourceFigure,
    Term,
)
from crm_migrate.workspace.follow_up import GoneException

CAUSES, UNCHECKED = "cause.", "unchecked."  # why a cell differs, and what a report cannot say
PACK = "pack.no."  # why a usual key figure is not possible
LIMITS = "gate."  # what a gate allows and found

_F = TypeVar("_F", Cause, ConsentCell, ExceptionGroup, GroupFigure, LinkFigure, MergeFigure, Term)
_Titled = TypeVar("_Titled", ExceptionGroup, GoneException)


def told(figures: Figures, words: Language) -> Figures:
    """The same figures with every sentence of ours in a language; call it when values are masked."""
    if words.code == "en":
        ruled = tuple(x.model_copy(update={"rule": _rule(x, words)}) for x in figures.exceptions)
        return figures.model_copy(update={"gates": tuple(_gate(g, words) for g in figures.gates), "exceptions": ruled})
    return figures.model_copy(
        update={
            "sources": tuple(_source(s, words) for s in figures.sources),
            "gates": tuple(_gate(g, words) for g in figures.gates),
            "scores": tuple(s.model_copy(update={"rule": words.name("word", s.rule)}) for s in figures.scores),
            "bridges": tuple(_with_terms(b, words) for b in figures.bridges),
            "report_bridges": tuple(_with_terms(b, words) for b in figures.report_bridges),
            "consent": tuple(_with_examples(c, words) for c in figures.consent),
            "fields": tuple(_field(f, words) for f in figures.fields),
            "links": tuple(_link(k, words) for k in figures.links),
            "repairs": tuple(r.model_copy(update={"cause": cause(r.cause, words)}) for r in figures.repairs),
            "exceptions": tuple(_exception(x, words) for x in figures.exceptions),
            "merges": tuple(_with_examples(m, words, REASONS) for m in figures.merges),
            "clusters": tuple(_cluster(c, words) for c in figures.clusters),
            "groups": tuple(_group(g, words) for g in figures.groups),
            "kpis": tuple(_with_terms(k, words) for k in figures.kpis),
            "pack": tuple(f.model_copy(update={"why": spoken(f.why, words, PACK)}) for f in figures.pack),
            "follow_up": figures.follow_up.model_copy(
                update={"gone": tuple(_titled(x, words) for x in figures.follow_up.gone)}
            ),
            "not_checked": tuple(spoken(text, words, UNCHECKED) for text in figures.not_checked),
        }
    )


def cause(text: str, words: Language) -> str:
    """Why a cell differs; a rule of the mapping stays as it is written."""
    return spoken(text, words, CAUSES) if recognise(text, CAUSES) else words.words.get(f"word.{text}", text)


def known(text: str, key: str, words: Language) -> str:
    """A text of the catalogue in a language; one that says something else than its key stays."""
    return words.words[key] if language("en").words.get(key) == text else text


def fix(text: str, words: Language) -> str:
    """What to try against a cause, or where to look: one of the catalogue's fixes or hints."""
    keys = (key for key, said in language("en").words.items() if key.startswith("fix.") and said == text)
    return known(spoken(text, words, HINTS), next(keys, ""), words)


def _with_examples(figure: _F, words: Language, family: str = "message.") -> _F:
    said = (e.model_copy(update={"message": spoken(e.message, words, family)}) for e in figure.examples)
    return figure.model_copy(update={"examples": tuple(said)})


def _group(figure: GroupFigure, words: Language) -> GroupFigure:
    """Records that belong together are named in one text, of which the last words are ours."""
    said = (e.model_copy(update={"record": spoken(e.record, words)}) for e in figure.examples)
    return _with_examples(figure.model_copy(update={"examples": tuple(said)}), words)


_T = TypeVar("_T", Bridge, KpiFigure)


def _with_terms(figure: _T, words: Language) -> _T:
    return figure.model_copy(update={"terms": tuple(_with_examples(term, words) for term in figure.terms)})


def _exception(group: ExceptionGroup, words: Language) -> ExceptionGroup:
    said = {
        "fix": fix(known(group.fix, f"code.{group.code}.fix", words), words),
        "rule": _rule(group, words),
    }
    return _titled(_with_examples(group, words), words).model_copy(update=said)


def _titled(each: _Titled, words: Language) -> _Titled:
    """An exception, or one that is gone, with what its code means."""
    return each.model_copy(update={"title": known(each.title, f"code.{each.code}.title", words)})


def _rule(group: ExceptionGroup, words: Language) -> str:
    """Of cells that differ it is the cause; else a field, a rule or a value map of the mapping, by its name."""
    return cause(group.rule, words) if group.state in CLASSES else group.rule


def _field(field: FieldFigure, words: Language) -> FieldFigure:
    return field.model_copy(update={"causes": tuple(_cause(c, words) for c in field.causes)})


def _link(link: LinkFigure, words: Language) -> LinkFigure:
    causes = tuple(_cause(c, words) for c in link.causes)
    return _with_examples(link, words).model_copy(update={"causes": causes})


def _cause(told: Cause, words: Language) -> Cause:
    said = {"cause": cause(told.cause, words), "fix": fix(told.fix, words)}
    return _with_examples(told, words).model_copy(update=said)


def _source(source: SourceFigure, words: Language) -> SourceFigure:
    said = tuple(spoken(text, words, READING) for text in source.evidence)
    return source.model_copy(update={"evidence": said, "count_method": spoken(source.count_method, words, READING)})


def _gate(gate: Gate, words: Language) -> Gate:
    limit, actual = (_figure(text, words) for text in (gate.limit, gate.actual))
    return gate.model_copy(update={"limit": limit, "actual": actual, "scope": spoken(gate.scope, words, LIMITS)})


def _figure(text: str, words: Language) -> str:
    """A limit, or what was found: its numbers as the rest of the page writes them."""
    said = recognise(text, LIMITS)
    return in_words(said, words) if said else text


def _cluster(cluster: MergedCluster, words: Language) -> MergedCluster:
    return cluster.model_copy(update={"why": tuple(spoken(why, words, REASONS) for why in cluster.why)})
