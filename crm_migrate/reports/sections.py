"""The sections of the report, declared once: page and workbook take their order, their tables and their counts here.

A section's words are `section.<name>`, `intro.<name>` and `none.<name>` in `words/`. Its page is
`templates/section_<name>.html` where it shows more than its tables, else `templates/section.html`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from crm_migrate.reports import nights, tables
from crm_migrate.reports.tables import Table
from crm_migrate.reports.totals import Totals
from crm_migrate.workspace.figures import Figures


def _nothing(_figures: Figures, _sums: Totals) -> int:
    return 0


def unspoken(figures: Figures) -> int:
    """Columns that hold something and relations of which the mapping says nothing."""
    fates = [*(each.fate for each in figures.columns), *(each.fate for each in figures.relations)]
    return fates.count("unspoken")


def hidden(figures: Figures) -> int:
    """Records that the default view of the target shows to nobody."""
    return sum(each.records for each in figures.visibility if each.is_hidden)


@dataclass(frozen=True, slots=True)
class Section:
    """`makers` make its tables in the order of the sheets; `wants_eyes` counts what the rail shows beside its name."""

    name: str
    makers: tuple[Callable[[Figures], Table], ...] = ()
    wants_eyes: Callable[[Figures, Totals], int] = _nothing

    def tables(self, figures: Figures) -> list[Table]:
        """All its tables, without those that are empty and for few projects."""
        made = (maker(figures) for maker in self.makers)
        return [table for table in made if table.rows or table.name not in _RARE]


# most have one currency, no files, load all that the records say, repair nothing, and no cause is at home in one place
_RARE = (
    "pack", "pack_bridge", "pack_missing", "rehearsals", "report_bridge", "masked", "modes", "files", "cause_places",
    "repairs", "exception_owners", "gone_exceptions", "days", "equivalences", "sample_defects", "nights",
    "night_shares", "mapping_changes", "load_rates",
)  # fmt: skip

SECTIONS = (
    Section("summary", (tables.gates, tables.mapping_changes, tables.rehearsals, nights.nights, nights.night_shares)),
    Section(
        "accounting",
        (tables.accounting, tables.modes, tables.target_sets, tables.files),
        lambda _, sums: sums.unexplained,
    ),
    Section("coverage", (tables.columns, tables.relations), lambda figures, _: unspoken(figures)),
    Section(
        "bridge",
        (tables.bridge_rows, tables.report_bridge_rows, tables.load_rates),
        lambda _, sums: len(sums.unexplained_amounts) + sums.unreadable + sums.unrated,
    ),
    Section(
        "fields",
        (tables.fields, tables.masked, tables.causes, tables.cause_places, tables.repairs, tables.field_examples),
        lambda _, sums: sums.cells_differ,
    ),
    Section("links", (tables.links,), lambda _, sums: sums.links_off),
    Section(
        "kpis",
        (tables.kpis, tables.pack, tables.pack_bridge, tables.pack_missing, tables.controls),
        lambda _, sums: sums.business_differ,
    ),
    Section(
        "exceptions",
        (tables.exceptions, tables.gone_exceptions, tables.exception_owners, tables.exception_examples),
        lambda _, sums: sums.open,
    ),
    Section("merges", (tables.merges, tables.learned, tables.groups, tables.clusters)),
    Section("consent", (tables.consent,), lambda _, sums: sums.consent_raised),
    Section("owners", (tables.owners, tables.days)),
    Section("visibility", (tables.visibility,), lambda figures, _: hidden(figures)),
    Section("scores", (tables.scores,)),
    Section("unexpected", (tables.unexpected,), lambda _, sums: sums.unexpected + sums.vanished),
    Section(
        "samples",
        (tables.samples, tables.sample_defects),
        lambda figures, _: sum(each.wrong + each.unclear + each.stale for each in figures.follow_up.samples),
    ),
    Section("decisions", (tables.decisions,)),
    Section("sign_off", (tables.sign_off,)),
    Section("appendix", (tables.sources, tables.evidence, tables.equivalences, tables.not_checked)),
)
