"""The report for a pull request or a job summary: at most 60 lines of Markdown."""

import re

from crm_migrate.reports import nights
from crm_migrate.reports.sentence import sentence, since
from crm_migrate.reports.totals import Totals, totals
from crm_migrate.words.language import Language
from crm_migrate.workspace.figures import ExceptionGroup, Figures

LINES = 60
_GATES, _OBJECTS, _CAUSES, _BRIDGES = 12, 10, 6, 5

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$@^-])")


def escape(text: str) -> str:
    """Foreign text that stays text: no link, no mention, no tag, no cell border."""
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def render(figures: Figures, language: Language) -> str:
    """Verdict, sentence, accounting, gates, amounts and the biggest causes."""
    sums = totals(figures)
    say = language.word
    blocks = [
        [f"## {say('verdict.' + figures.verdict)}: {escape(figures.title or figures.project)}"],
        [escape(sentence(figures, sums, language))],
        _accounting(figures, sums, language),
        _modes(figures, language),
        _gates(figures, language),
        [escape(nights.sentence(figures.watch, language))] if figures.watch else [],
        _bridges(figures, language),
        _causes(figures, sums, language),
        [f"{say('run')} {escape(figures.header.run)} · {say('finished')} {escape(figures.header.finished)}"],
    ]
    lines = [line for block in blocks if block for line in (*block, "")]
    assert len(lines) <= LINES, "the parts are capped so that they fit"
    return "\n".join(lines)


def _table(head: list[str], rows: list[list[str]], limit: int, language: Language) -> list[str]:
    body = [f"| {' | '.join(row)} |" for row in rows[:limit]]
    more = len(rows) - limit
    rest = (
        [f"| {language.word('more_rows', count=language.number(more))} |" + " |" * (len(head) - 1)] if more > 0 else []
    )
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *body, *rest]


def _accounting(figures: Figures, sums: Totals, language: Language) -> list[str]:
    columns = ["read", "extra", *(state for state, count in sums.states.items() if count), "unexplained"]
    objects = list(dict.fromkeys(line.object for line in figures.accounting))
    rows = []
    for name in objects:
        lines = [a for a in figures.accounting if a.object == name]
        numbers = [sum(_cell(a.model_dump(), column) for a in lines) for column in columns]
        yes = language.word("ok.yes" if all(a.adds_up for a in lines) else "ok.no")
        rows.append([escape(name), *map(language.number, numbers), yes])
    head = [language.name("column", key) for key in ("object", *columns, "adds_up")]
    return _table(head, rows, _OBJECTS, language) if rows else []


def _modes(figures: Figures, language: Language) -> list[str]:
    told = (f"{escape(name)}: {language.name('word', mode)}" for name, mode in figures.modes.items())
    return ["; ".join(told)] if figures.modes else []


def _cell(line: dict[str, object], column: str) -> int:
    states = line["states"]
    assert isinstance(states, dict)
    value = line.get(column, states.get(column, 0))
    return int(str(value))


def _gates(figures: Figures, language: Language) -> list[str]:
    """Gates that failed first: those that passed are worth less of the 60 lines."""
    rows = [
        [
            escape(f"{language.name('word', g.name)} {g.scope}".strip()),
            escape(g.limit),
            escape(g.actual),
            "✓" if g.passed else f"✕ {escape(g.accepted)}".strip(),
        ]
        for g in sorted(figures.gates, key=lambda gate: gate.passed)
    ]
    head = [language.name("column", key) for key in ("gate", "limit", "actual", "passed")]
    return _table(head, rows, _GATES, language) if rows else []


def _bridges(figures: Figures, language: Language) -> list[str]:
    rows = [
        [
            escape(f"{b.object} {b.measure} {b.currency}".strip()),
            *(language.money(amount, b.currency) for amount in (b.source_total, b.target_total, b.unexplained)),
        ]
        for b in figures.bridges
    ]
    head = [
        language.name("column", "measure"),
        *(language.name("word", k) for k in ("source_total", "target_total", "unexplained")),
    ]
    return _table(head, rows, _BRIDGES, language) if rows else []


def _causes(figures: Figures, sums: Totals, language: Language) -> list[str]:
    biggest = sorted(figures.exceptions, key=lambda x: (x.severity == "note", -x.count))
    lines = [
        f"- {language.number(x.count)} × {escape(x.title[:160])} ({escape(f'{x.code} {x.object} {x.field}'.strip())})"
        + _where(figures, x, language)
        for x in biggest[:_CAUSES]
    ]
    return [f"{language.word('bar.open')}: {language.number(sums.open)}", *_since(figures, language), "", *lines]


def _since(figures: Figures, language: Language) -> list[str]:
    """What is new, gone and still there since the run before, and what came back."""
    told = since(figures, language)
    return ["", escape(told)] if told else []


def _where(figures: Figures, group: ExceptionGroup, language: Language) -> str:
    """The clearest place of the cause of such an exception, where it has one."""
    causes = (c for *where, c in figures.causes() if where == [group.object, group.field])
    place = next((c.places[0] for c in causes if (c.cls, c.cause) == (group.state, group.rule) and c.places), None)
    if place is None:
        return ""
    value = place.value[:80] or language.word("empty")
    part, whole, rest, others = map(language.number, (place.count, place.of, place.elsewhere, place.elsewhere_of))
    counts = language.word("cause_place", part=part, whole=whole, rest=rest, others=others)
    return f": {language.name('word', f'place_{place.dimension}')} {escape(value)}, {escape(counts)}"
