"""The tables of an assessment: what the page and the workbook both show, taken from the figures once.

Everything in them is told in the reader's language; numbers stay numbers.
"""

from collections.abc import Callable, Iterable

from crm_migrate.assessing.figures import Assessment, ColumnFigure
from crm_migrate.assessing.wording import sentence, stale
from crm_migrate.reports.tables import Column, Row, Table
from crm_migrate.words.language import Language
from crm_migrate.words.messages import HINTS, spoken

Maker = Callable[[Assessment, Language], Table]


def _table(name: str, columns: str, rows: Iterable[Row]) -> Table:
    """Columns are written `key:kind`, the kind `text` left out; their words are `column.a_<key>`."""
    split = (part.partition(":") for part in columns.split())
    return Table(f"assess_{name}", tuple(Column(f"a_{key}", kind or "text") for key, _, kind in split), tuple(rows))


def sources(found: Assessment, words: Language) -> Table:
    """Every source with its traffic light."""
    rows = (
        (
            s.source, s.object, words.word(f"light.{s.light}"), s.rows, s.columns, s.filled, " + ".join(s.key),
            s.dated_by, s.first_day, s.last_day,
        )
        for s in found.sources
    )  # fmt: skip
    columns = "source object light rows:int columns:int filled:int key dated first last"
    return _table("sources", columns, rows)


def files(found: Assessment, words: Language) -> Table:  # noqa: ARG001 -- all makers are alike
    """Every file with its hash and its counts."""
    rows = ((f.source, f.path, f.rows, f.aside, f.counted, f.bytes, f.encoding, f.sha256) for f in found.files)
    return _table("files", "source path rows:int aside:int counted:int bytes:int encoding sha256", rows)


def reading(found: Assessment, words: Language) -> Table:
    """What is odd about how sources are read, in the words of their readers where the language has them."""
    said = ((r, spoken(r.message, words), spoken(r.hint, words, HINTS)) for r in found.reading)
    rows = ((r.source, words.word(f"severity.{r.severity}"), message, hint, r.code) for r, message, hint in said)
    return _table("reading", "source severity text option id", rows)


def fields(found: Assessment, words: Language) -> Table:
    """Every column: how full it is, and what to do with it."""
    columns = "source column kind field filled:int rows:int distinct:int used action because decided top"
    return _table("fields", columns, (_field(c, words) for c in found.columns))


def _field(c: ColumnFigure, words: Language) -> Row:
    decided = words.word("decided.yes" if c.decided else "decided.no")
    top = "; ".join(f"{each.value} ({words.number(each.cells)})" for each in c.top)
    action, because = words.word(f"action.{c.action}"), sentence(c.because, words)
    return (
        c.source, c.column, c.kind, c.field, c.filled, c.rows, c.distinct, c.last_used, action, because, decided, top,
    )  # fmt: skip


def years(found: Assessment, words: Language) -> Table:  # noqa: ARG001
    """Filled cells by year."""
    rows = ((c.source, c.column, y.name, y.good, y.of) for c in found.columns for y in c.by_year if c.filled)
    return _table("years", "source column name filled:int rows:int", rows)


def types(found: Assessment, words: Language) -> Table:  # noqa: ARG001
    """Filled cells by type of record."""
    rows = ((c.source, c.column, t.name, t.good, t.of) for c in found.columns for t in c.by_type if c.filled)
    return _table("types", "source column name filled:int rows:int", rows)


def scores(found: Assessment, words: Language) -> Table:
    """Six dimensions of every source."""
    rows = ((s.source, words.word(f"dimension.{s.dimension}"), s.good, s.of) for s in found.scores)
    return _table("scores", "source dimension good:int of:int", rows)


def parts(found: Assessment, words: Language) -> Table:
    """What each score is the sum of."""
    rows = (
        (s.source, words.word(f"dimension.{s.dimension}"), p.name, p.good, p.of) for s in found.scores for p in s.parts
    )
    return _table("parts", "source dimension name good:int of:int", rows)


_CARDS = "severity source column count:int of:int says effect option status in_charge due decision stale examples id"


def cards(found: Assessment, words: Language) -> Table:
    """Every finding, with what people decided."""
    rows = (
        (
            words.word(f"severity.{c.severity}"), c.source, ", ".join(c.columns), c.count, c.of,
            sentence(c.because, words), sentence(c.effect, words), sentence(c.option, words),
            words.word(f"status.{c.standing.status}"), c.standing.owner, c.standing.due, c.standing.decision,
            stale(c.standing, words),
            "; ".join(e.value for e in c.examples), c.id,
        )
        for c in found.cards
    )  # fmt: skip
    return _table("cards", _CARDS, rows)


def no_cards() -> Table:
    """The columns of the findings."""
    return _table("cards", _CARDS, ())


def settled(found: Assessment, words: Language) -> Table:
    """Findings that people decided about and that are gone."""
    rows = ((s.about, words.word(f"status.{s.status}"), s.owner, s.decision, s.finding) for s in found.settled)
    return _table("settled", "says status in_charge decision id", rows)


def burn(found: Assessment, words: Language) -> Table:
    """How the findings burn down since the baseline."""
    told = found.since.burn if found.since else ()
    rows = (
        (
            b.source or words.word("assess.all_sources"), b.before, b.gone, b.new, b.now, b.open_before, b.open_now,
            b.cells_before, b.cells_now,
        )
        for b in told
    )  # fmt: skip
    columns = "source before:int gone:int new:int there:int open_before:int open_now:int cells_before:int cells_now:int"
    return _table("burn", columns, rows)


def duplicates(found: Assessment, words: Language) -> Table:
    """Rows that are probably one record, by rule."""
    rows_of = {s.source: s.rows for s in found.sources}
    rows = (
        (
            d.source, words.word(f"rule.{d.rule}"), ", ".join(d.columns), d.groups, d.rows, d.surplus,
            rows_of[d.source] - d.surplus, "; ".join(f"{size} × {n}" for size, n in d.sizes.items()),
        )
        for d in found.duplicates
    )  # fmt: skip
    return _table("duplicates", "source rule column groups:int rows:int surplus:int after:int sizes", rows)


def relations(found: Assessment, words: Language) -> Table:  # noqa: ARG001
    """Every relation with its cardinality."""
    rows = (
        (
            r.source, r.column, f"{r.parent}.{r.key}", "1 : 1" if r.one_to_one else "n : 1", r.filled, r.found,
            r.orphans, r.parents, r.of_parents, r.most, r.cycles,
        )
        for r in found.relations
    )  # fmt: skip
    columns = "source column parent shape filled:int found:int orphans:int parents:int of:int most:int cycles:int"
    return _table("relations", columns, rows)


def values(found: Assessment, words: Language) -> Table:  # noqa: ARG001
    """Words of lists, those without a translation first."""
    rows = (
        (p.source, p.column, v.value, v.cells, v.first, v.last, ("" if not p.mapped else v.becomes or "?"))
        for p in found.picklists
        for v in p.values
    )
    return _table("values", "source column value cells:int first last becomes", rows)


def owners(found: Assessment, words: Language) -> Table:
    """Who owns how much, those who left first."""
    rows = ((o.source, o.column, o.owner, words.word(f"state.{o.state}"), o.records, o.successor) for o in found.owners)
    return _table("owners", "source column owner state records:int successor", rows)


def money(found: Assessment, words: Language) -> Table:
    """Open deals by owner and currency, those of people who left first."""
    order = {"left": 0, "unknown": 1, "active": 2, "not_said": 3}
    rows = (
        (
            m.source, m.owner, words.word(f"state.{m.state}"), m.successor, m.deals, m.summed,
            words.money(m.amount, m.currency), m.currency,
        )
        for m in sorted(found.money, key=lambda m: order[m.state])
    )  # fmt: skip
    return _table("money", "source owner state successor deals:int summed:int amount currency", rows)


def efforts(found: Assessment, words: Language) -> Table:
    """What every finding costs, the dearest first."""
    costs = [(c, c.effort) for c in found.cards if c.effort is not None]
    rows = (
        (
            c.source,
            ", ".join(c.columns),
            sentence(c.because, words),
            words.word(f"unit.{e.unit}"),
            e.units,
            e.least,
            e.most,
        )
        for c, e in sorted(costs, key=lambda each: -each[1].most)
    )
    return _table("efforts", "source column says unit units:int least:int most_minutes:int", rows)


def sensitive(found: Assessment, words: Language) -> Table:
    """Sensitive content by column and category."""
    rows = ((s.source, s.column, _category(s.category, words), s.cells, s.of) for s in found.sensitive)
    return _table("sensitive", "source column category cells:int of:int", rows)


def _category(name: str, words: Language) -> str:
    return words.name("category", name)


def consent(found: Assessment, words: Language) -> Table:
    """Columns of consent and how far anything proves them."""
    rows = (
        (
            c.source, c.column, c.rows, c.filled, c.proved, ", ".join(c.evidence),
            "; ".join(f"{v.value} ({words.number(v.cells)})" for v in c.values),
        )
        for c in found.consent
    )  # fmt: skip
    return _table("consent", "source column rows:int filled:int proved:int evidence values", rows)


def volumes(found: Assessment, words: Language) -> Table:  # noqa: ARG001
    """Records, requests and time."""
    rows = ((v.source, v.object, v.records, v.bytes, v.batch, v.requests, v.fast, v.slow) for v in found.volumes)
    return _table("volumes", "source object records:int bytes:int batch:int requests:int fast:int slow:int", rows)


def not_assessed(found: Assessment, words: Language) -> Table:
    """What nobody looked at."""
    return _table("not", "text", ((sentence(said, words),) for said in found.not_assessed))


def changes(found: Assessment, words: Language) -> Table:
    """What differs from the baseline."""
    told = found.since.changes if found.since else ()
    rows = ((words.word(f"what.{c.what}"), c.source, c.name, c.was, c.now) for c in told)
    return _table("changes", "what source name was now", rows)


# The sheets of the workbook in order; the page shows those that are not listed in `BEHIND`.
ALL: tuple[Maker, ...] = (
    sources, reading, cards, settled, burn, efforts, fields, scores, parts, duplicates, relations, values, owners,
    money, sensitive, consent, volumes, files, years, types, changes, not_assessed,
)  # fmt: skip
