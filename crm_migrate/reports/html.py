"""The report as one self-contained HTML file: no network, no inline handlers, foreign text only as text."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from crm_migrate.crm.types import CONSENT_STRICTNESS
from crm_migrate.reports import beside, charts, nights, tables
from crm_migrate.reports.changes import changes, pieces
from crm_migrate.reports.exception_marks import mark_of
from crm_migrate.reports.finding_keys import Found, Index, found, index
from crm_migrate.reports.offline import policy
from crm_migrate.reports.sections import SECTIONS
from crm_migrate.reports.sentence import sentence, since
from crm_migrate.reports.tiles import tiles
from crm_migrate.reports.totals import CLASSES, classes_of, ordered, totals
from crm_migrate.reports.trends import trends
from crm_migrate.reports.waterfall import steps
from crm_migrate.templates import pages
from crm_migrate.words.language import Language
from crm_migrate.workspace.exception_states import STATUSES
from crm_migrate.workspace.figures import Bridge, ConsentCell, Example, ExceptionGroup, Figures

EXAMPLES_PER_CAUSE = 50
EXAMPLES = 1_500  # over the whole report, so that it stays around 1 MB
ROWS = 500  # of any one table
PAPER_ROWS = 12  # of any one list, and causes of exceptions, that are printed
PAPER_EXAMPLES = 3  # of a cause that are printed
TEXT = 240  # characters of one value
_LARGE = 1_000  # an amount of which the cents do not matter above a column

Pieces = list[tuple[str, bool]]
# States in order of strictness, and (before, after) -> (people, without evidence).
ConsentMatrix = tuple[tuple[str, ...], dict[tuple[str, str], tuple[int, int]]]


def render(figures: Figures, language: Language, *, masked: bool, ledger: Path | None = None) -> str:
    """The whole page, alone. `figures` are presentable ones: masked where wanted, and without invisible characters.

    `ledger` is the folder `reconcile` of the run, for the keys that the search of the page finds.
    """
    groups, _, keys = _searched(figures, ledger, masked=masked)
    return _page(figures, language, groups, keys, {}, masked=masked)


def written(
    figures: Figures, language: Language, *, masked: bool, ledger: Path | None, page: str
) -> Iterator[tuple[str, str]]:
    """The page under the name `page`, and the lists that lie beside it: (path below the folder, text)."""
    groups, known, keys = _searched(figures, ledger, masked=masked)
    wanted = beside.listed(groups, keys, _shown(figures)) if ledger else {}
    yield page, _page(figures, language, groups, keys, wanted, masked=masked)
    if ledger and wanted:
        style = _asset("base.css")
        template = _environment(language).get_template("beside.html")
        whole = beside.parts(figures, groups, keys, known, ledger, language, wanted=wanted, reveal=not masked)
        about = {"figures": figures, "language": language, "masked": masked, "file_name": beside.file_name}
        about |= {"report": page, "style": Markup(style), "policy": policy(style)}  # noqa: S704 -- a file of ours
        for part in whole:
            text = template.render(part=part, **about)
            yield f"{beside.FOLDER}/{part.name}", text


def _searched(figures: Figures, ledger: Path | None, *, masked: bool) -> tuple[list[ExceptionGroup], Found, Index]:
    """The causes of the page, the keys behind them, and those that the search finds."""
    groups = sorted(figures.exceptions, key=_urgency)[:ROWS]
    known = found(ledger, groups)
    return groups, known, index(figures, groups, known, reveal=not masked)


def _page(
    figures: Figures, language: Language, groups: list[ExceptionGroup], keys: Index, listed: dict[str, tuple[int, int]],
    *, masked: bool,
) -> str:  # fmt: skip
    style = "".join(map(_asset, ("base.css", "style.css", "paper.css")))
    script = _asset("report.js") + _asset("exceptions.js")
    sums = totals(figures)
    page = _environment(language).get_template("report.html")
    return page.render(
        figures=figures,
        sums=sums,
        sentence=sentence(figures, sums, language),
        language=language,
        masked=masked,
        sections=SECTIONS,
        tables=tables,
        charts=charts,
        classes=classes_of(figures),
        quiet_states=[state for state, count in sums.states.items() if not count],
        known_classes=CLASSES,
        consent=_consent(figures),
        groups=groups,
        more_groups=len(figures.exceptions) - len(groups),
        index=keys,
        listed=listed,
        beside=beside,
        facets=_facets(figures),
        lead=_lead(figures.report_bridges or figures.bridges),
        follow=figures.follow_up,
        tiles=tiles(figures, sums),
        trends=trends(figures.follow_up.rehearsals, language),
        nights=nights,
        since=since(figures, language),
        mark_of=mark_of,
        statuses=STATUSES,
        shown=_shown(figures),
        rows=ROWS,
        paper_rows=PAPER_ROWS,
        paper_examples=PAPER_EXAMPLES,
        style=Markup(style),  # noqa: S704 -- files of ours
        script=Markup(script),  # noqa: S704 -- files of ours
        policy=policy(style, script),
    )


def _lead(bridges: Sequence[Bridge]) -> tuple[int, Bridge] | None:
    """The bridge of the first measure that a summary shows, with its number: what is unexplained, then most rows."""
    measured = [(at, b) for at, b in enumerate(bridges, 1) if _measured(b) == _measured(bridges[0])]
    return max(measured, key=lambda each: (Decimal(each[1].unexplained) != 0, each[1].source_lines), default=None)


def _measured(bridge: Bridge) -> tuple[str, str]:
    return bridge.object, bridge.measure


def _environment(language: Language) -> Environment:
    environment = pages("crm_migrate.reports")
    environment.filters |= {
        "num": language.number,
        "amount": language.amount,
        "money": language.money,
        "amount_in": language.amount_in,
        "sums": lambda sums: tables.in_words(sums, language),
        "rounded": lambda amount, unit: _rounded(amount, unit, language),
        "clip": clip,
        "marked": marked,
        "classed": lambda name, counts: (name if name in CLASSES else "different", counts.get(name, 0)),
    }
    environment.filters["sign_part"] = lambda part: language.word(f"sign.part.{part}")
    environment.globals |= {"w": language.word, "name": language.name, "percent": language.percent, "steps": steps}
    return environment


def _rounded(amount: str, unit: str, language: Language) -> str:
    """An amount above a column: in whole units where it is large, else as it is."""
    whole = abs(Decimal(amount)) >= _LARGE
    return language.amount(f"{Decimal(amount):.0f}") if whole else language.money(amount, unit)


def _asset(name: str) -> str:
    return (files("crm_migrate.reports") / "templates" / name).read_text(encoding="utf-8")


def clip(text: str, limit: int = TEXT) -> str:
    """A value that fits a table."""
    return text if len(text) <= limit else f"{text[:limit]}… (+{len(text) - limit})"


def marked(example: Example) -> tuple[Pieces | None, Pieces | None]:
    """Expected and actual in pieces, the characters that differ marked; a long common beginning is left out."""
    expected, actual = example.expected, example.actual
    if expected is None or actual is None:
        return (
            None if expected is None else [(clip(expected), False)],
            None if actual is None else [(clip(actual), False)],
        )
    spans = changes(expected, actual)
    left = pieces(expected, [(a0, a1) for a0, a1, _, _ in spans])
    right = pieces(actual, [(b0, b1) for _, _, b0, b1 in spans])
    return _shorten(left), _shorten(right)


def _shorten(cut: Pieces) -> Pieces:
    """Equal stretches keep their ends, different ones their beginning, and all together stay readable."""
    short = [
        (clip(text, TEXT // 2) if differs or len(text) <= 60 else f"{text[:28]}…{text[-28:]}", differs)
        for text, differs in cut[:20]
    ]
    return [*short, ("…", False)] if len(cut) > 20 else short


def _urgency(group: ExceptionGroup) -> tuple[int, int, bool]:
    """The worst first, then the most; of as many those that concern money."""
    return (("error", "warning", "note").index(group.severity), -group.count, not group.amounts)


def _shown(figures: Figures) -> int:
    """Examples per cause, so that the whole report keeps its size."""
    of_fields = [c.examples for f in figures.fields for c in f.causes]
    groups = sum(map(bool, of_fields)) + sum(bool(x.examples) for x in figures.exceptions)
    return min(EXAMPLES_PER_CAUSE, max(2, EXAMPLES // max(1, groups)))


def _facets(figures: Figures) -> dict[str, list[str]]:
    """What the exceptions can be filtered by, with the values that occur."""

    def values(name: str) -> list[str]:
        return sorted({getattr(group, name) for group in figures.exceptions} - {""})

    of_groups = {name: values(name) for name in ("object", "source", "code", "severity", "field", "state")}
    follow = figures.follow_up.exceptions
    return of_groups | {
        "owner": sorted({each.owner for group in figures.exceptions for each in group.owners} - {""}),
        "since": sorted({each.told or each.since for each in follow} - {""}),
        "status": [word for word in STATUSES if any(each.status == word for each in follow)],
    }


def _consent(figures: Figures) -> dict[tuple[str, str], ConsentMatrix]:
    """A matrix per object and consent: that of a mailbox says nothing about that of a number."""
    by_consent: dict[tuple[str, str], list[ConsentCell]] = {}
    for cell in figures.consent:
        by_consent.setdefault((cell.object, cell.field), []).append(cell)
    return {place: _matrix(cells) for place, cells in by_consent.items()}


def _matrix(cells: list[ConsentCell]) -> ConsentMatrix:
    names = {name for cell in cells for name in (cell.before, cell.after)}
    order = tuple(name for name in ordered(CONSENT_STRICTNESS, names) if name in names)
    return order, {(c.before, c.after): (c.count, c.without_evidence) for c in cells}
