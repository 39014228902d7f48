"""The assessment as one self-contained HTML file: no network, no inline handlers, foreign text only as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from crm_migrate.assessing import sheets
from crm_migrate.assessing.figures import Assessment, Count
from crm_migrate.assessing.headline import effort, standing, use, worst
from crm_migrate.assessing.wording import sentence, stale
from crm_migrate.reports.offline import policy
from crm_migrate.reports.tables import Table
from crm_migrate.templates import pages
from crm_migrate.words.language import Language

ROWS = 400  # of any one table; all are in the workbook and in the JSON
SECTIONS = (
    sheets.sources, sheets.reading, sheets.cards, sheets.settled, sheets.burn, sheets.efforts, sheets.fields,
    sheets.scores, sheets.duplicates, sheets.relations, sheets.values, sheets.owners, sheets.money, sheets.sensitive,
    sheets.consent, sheets.volumes, sheets.files, sheets.changes, sheets.not_assessed,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Year:
    """One bar of the picture of a column: its place, its height of 20, and what it says."""

    x: int
    height: float
    told: str


def render(found: Assessment, words: Language) -> str:
    """The whole page."""
    tables = [make(found, words) for make in SECTIONS]
    style, script = _asset("assessment.css"), _asset("assessment.js")
    environment = pages("crm_migrate.assessing")
    environment.globals |= {"w": words.word, "num": words.number, "percent": words.percent, "years": years}
    environment.globals |= {
        "say": lambda said: sentence(said, words),
        "name": words.name,
        "stale": lambda said: stale(said, words),
    }
    return environment.get_template("assessment.html").render(
        found=found,
        language=words,
        tables={table.name: table.first(ROWS) for table in tables},
        order=[table.name for table in tables if _shown(table, found)],
        worst=worst(found),
        use=use(found, words),
        standing=standing(found, words),
        effort=effort(found, words),
        parts={(s.source, s.dimension): s.parts for s in found.scores},
        rows=ROWS,
        bar=lambda part, whole: round(100 * part / whole, 1) if whole else 0,
        most=max((max(b.before, b.now) for b in (found.since.burn if found.since else ())), default=0),
        style=Markup(style),  # noqa: S704 -- files of ours
        script=Markup(script),  # noqa: S704 -- files of ours
        policy=policy(style, script),
    )


def _shown(table: Table, found: Assessment) -> bool:
    if table.name in ("assess_changes", "assess_burn"):
        return found.since is not None
    return table.name not in ("assess_settled", "assess_reading") or bool(table.rows)


def _asset(name: str) -> str:
    return (files("crm_migrate.assessing") / "templates" / name).read_text(encoding="utf-8")


def years(counts: Sequence[Count], words: Language) -> list[Year]:
    """The bars of filled cells by year, 6 wide, 20 high; what is not zero is never invisible."""
    told = []
    for at, count in enumerate(counts[-20:]):
        height = 20 * count.good / count.of if count.of else 0
        said = f"{count.name}: {words.word('assess.of', good=words.number(count.good), of=words.number(count.of))}"
        told.append(Year(at * 6, round(max(height, 1.0 if count.good else 0.0), 1), said))
    return told
