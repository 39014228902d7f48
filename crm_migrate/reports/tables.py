"""The tables of the report: what HTML, workbook and Markdown all show, taken from the figures once.

A `Table` has a name (its key in `words/` and its id in every rendering), columns with a kind, rows of plain values and
rows of sums below. Kinds: `text`, `word` (translated where known), `code`, `int`, `amount`, `money` (in the currency
of the row), `sums` (of several currencies), `group` (empty: the whole), `ok`, `list`, `hash`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crm_migrate.reports.exception_marks import mark_of
from crm_migrate.reports.totals import classes_of, states_of
from crm_migrate.words.language import Language
from crm_migrate.workspace.figures import (
    AccountingLine,
    Bridge,
    Cause,
    Example,
    Figures,
    FileFigure,
)
from crm_migrate.workspace.stake_figures import Amount

Value = str | int | bool | tuple[Amount, ...] | None
Row = tuple[Value, ...]

_UNITS = ("unit", "currency")  # columns that say what the amounts of a row are in

NUMBERS = frozenset({"int", "amount", "money"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in the catalogue of words, and the kind of its values."""

    key: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values. `more` counts rows that a renderer left out."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sums: tuple[Row, ...] = ()
    more: int = 0

    @classmethod
    def of(cls, name: str, columns: str, rows: Iterable[Row], sums: Iterable[Row] = ()) -> "Table":
        """A table whose columns are written `key:kind`, the kind `text` left out."""
        parsed = tuple(Column(*column.split(":")) for column in columns.split())
        return cls(name, parsed, tuple(rows), tuple(sums))

    def split(self, key: str, within: str = "") -> tuple["Table", "Table"]:
        """Rows that want to be seen at once, and those whose column `key` is true (and whose `within` is not empty)."""
        keys = [column.key for column in self.columns]
        at, inside = keys.index(key), keys.index(within or key)
        quiet = [bool(row[at] and row[inside]) for row in self.rows]
        first, rest = (
            [row for row, calm in zip(self.rows, quiet, strict=True) if calm is kind] for kind in (False, True)
        )
        return replace(self, rows=tuple(first)), replace(self, rows=tuple(rest))

    def unit(self, row: Row) -> str:
        """The currency of the amounts of a row, where it says one."""
        units = (value for value, column in zip(row, self.columns, strict=True) if column.key in _UNITS)
        return str(next(units, ""))

    def first(self, limit: int) -> "Table":
        """At most `limit` rows, with the number of those left out."""
        return replace(self, rows=self.rows[:limit], more=self.more + max(0, len(self.rows) - limit))


_table = Table.of


def gates(figures: Figures) -> Table:
    """Every limit with what was found."""
    rows = ((g.name, g.scope, g.limit, g.actual, g.passed, g.accepted) for g in figures.gates)
    return _table("gates", "gate:word scope limit actual passed:ok accepted", rows)


def rehearsals(figures: Figures) -> Table:
    """This run and those before it."""
    rows = (
        (
            r.run, r.verdict, r.arrived, r.waiting, r.unexplained, r.compared, r.matched, r.links_wrong, r.kpis_differ,
            r.consent_raised, r.unexpected, r.open,
        )
        for r in figures.follow_up.rehearsals
    )  # fmt: skip
    counts = (
        "arrived", "waiting", "unexplained", "compared", "matched", "links_wrong", "kpis_differ", "consent_raised",
        "unexpected_vanished", "open",
    )  # fmt: skip
    return _table("rehearsals", f"run_id:code verdict:word {' '.join(f'{name}:int' for name in counts)}", rows)


def accounting(figures: Figures) -> Table:
    """Objects x sources x states, with sums per object and over everything."""
    states = states_of(figures)

    def row(lines: list[AccountingLine], object_name: str, source: str) -> Row:
        return (
            object_name,
            source,
            sum(a.read for a in lines),
            sum(a.extra for a in lines),
            *(sum(a.states.get(state, 0) for a in lines) for state in states),
            sum(a.unexplained for a in lines),
            all(a.adds_up for a in lines),
        )

    by_object: dict[str, list[AccountingLine]] = {}
    for line in figures.accounting:
        by_object.setdefault(line.object, []).append(line)
    sums = [row(lines, name, "") for name, lines in by_object.items() if len(lines) > 1]
    if len(figures.accounting) > 1:
        sums.append(row(list(figures.accounting), "", ""))
    columns = (
        "object",
        "source",
        "read:int",
        "extra:int",
        *(f"{s}:int" for s in states),
        "unexplained:int",
        "adds_up:ok",
    )
    return _table("accounting", " ".join(columns), (row([a], a.object, a.source) for a in figures.accounting), sums)


def target_sets(figures: Figures) -> Table:
    """Sets of target ids before and after."""
    rows = (
        (t.object, t.before, t.created, t.unexpected, t.removed, t.vanished, t.after, t.updated, t.unchanged, t.adds_up)
        for t in figures.target_sets
    )
    counts = ("before", "created", "unexpected", "removed", "vanished", "after", "updated", "unchanged")
    columns = f"object {' '.join(f'{name}:int' for name in counts)} adds_up:ok"
    return _table("target_sets", columns, rows)


def modes(figures: Figures) -> Table:
    """Objects of which not all records are written."""
    return _table("modes", "object mode:word", figures.modes.items())


def files(figures: Figures) -> Table:
    """Files by what became of them, with the sums of each source; and what the target says of those that it has."""
    counts = ("files", "bytes", "by_digest", "by_size", "differ", "untold")

    def row(lines: list[FileFigure], source: str, outcome: str) -> Row:
        return (source, outcome, *(sum(getattr(line, name) for line in lines) for name in counts))

    by_source: dict[str, list[FileFigure]] = {}
    for line in figures.files:
        by_source.setdefault(line.source, []).append(line)
    sums = [row(lines, source, "file_rows") for source, lines in by_source.items()]
    columns = f"source file_outcome:word {' '.join(f'{name}:int' for name in counts)}"
    return _table("files", columns, (row([f], f.source, f.outcome) for f in figures.files), sums)


def bridge_rows(figures: Figures) -> Table:
    """Every bridge from the source total to the target total and what is left over."""
    return _bridges("bridge", figures.bridges)


def report_bridge_rows(figures: Figures) -> Table:
    """The same bridges over all currencies, in the one of the report."""
    return _bridges("report_bridge", figures.report_bridges)


def load_rates(figures: Figures) -> Table:
    """Currencies whose amounts the target turned into its own at the rate of the load."""
    rows = ((each.object, each.currency, each.rate, each.records) for each in figures.load_rates)
    return _table("load_rates", "object currency rate:amount records:int", rows)


def _bridges(name: str, bridges: Iterable[Bridge]) -> Table:
    rows: list[Row] = []
    for b in bridges:
        head = (b.object, b.measure, b.currency)
        rows.append((*head, "source_total", "", b.source_total, b.source_lines))
        rows += [(*head, "term", term.name, term.amount, term.change) for term in b.terms]
        rows.append((*head, "unexplained", "", b.unexplained, None))
        rows.append((*head, "unreadable", "", None, -b.unreadable))
        rows += [(*head, "unrated", "", None, -b.unrated)] if b.unrated else []
        rows.append((*head, "target_total", "", b.target_total, b.target_lines))
    return _table(name, "object measure currency line:word name:word amount:money lines:int", rows)


def fields(figures: Figures) -> Table:
    """Fields with their result classes."""
    classes = classes_of(figures)
    rows: Iterable[Row] = (
        (
            f.object, f.field, f.type, f.records, f.compared, f.matched,
            *(f.classes.get(name, 0) for name in classes), f.changed_from_source,
            ", ".join(f"{name} {count}" for name, count in sorted(f.flags.items())),
        )
        for f in figures.fields
    )  # fmt: skip
    counted = " ".join(f"{name}:int" for name in classes)
    columns = f"object field type records:int compared:int matched:int {counted} changed_from_source:int flags"
    return _table("fields", columns, rows)


def masked(figures: Figures) -> Table:
    """Fields whose values are pseudonyms in this environment."""
    rows = ((m.object, m.field, m.cells, m.values, m.masks) for m in figures.masked)
    return _table("masked", "object field masked_cells:int masked_values:int masks:int", rows)


def causes(figures: Figures) -> Table:
    """Causes of differences, with their counts, how sure they are, and who made most of them."""
    rows = (
        (name, field, c.cls, c.cause, c.count, c.of or None, *_sure(c), *_maker(c), c.fix)
        for name, field, c in figures.causes()
    )
    columns = "object field class:word cause:word count:int could_hit:int confidence:word made_by:word made_rule fix"
    return _table("causes", columns, rows)


def _sure(cause: Cause) -> Row:
    return (f"sure_{cause.confidence}" if cause.confidence else "",)


def _maker(cause: Cause) -> Row:
    return (f"made_{cause.makers[0].who}", cause.makers[0].rule) if cause.makers else ("", "")


def cause_places(figures: Figures) -> Table:
    """Where causes are concentrated: cells hit of cells that could be, there and elsewhere."""
    rows = (
        (
            name, field, c.cause, f"place_{p.dimension}", p.field, p.value, p.count, p.of, p.elsewhere,
            p.elsewhere_of,
        )
        for name, field, c in figures.causes()
        for p in c.places
    )  # fmt: skip
    columns = "object field cause:word where:word by_field value count:int could_hit:int elsewhere:int elsewhere_of:int"
    return _table("cause_places", columns, rows)


def equivalences(figures: Figures) -> Table:
    """What counted as the same value written otherwise, type by type."""
    rows = ((e.type, e.rule, e.fields, e.cells) for e in figures.equivalences)
    return _table("equivalences", "type rule:word same_fields:int cells:int", rows)


def repairs(figures: Figures) -> Table:
    """What a repair did of the cells that it was asked for; the outcomes add up."""
    rows = (
        (
            r.object, r.field, r.cause, r.cells, r.repaired, r.right, r.still, r.edited, r.opt_out, r.waits, r.left,
            r.exception,
        )
        for r in figures.repairs
    )  # fmt: skip
    outcomes = "repaired:int right:int still:int edited:int opt_out:int waits:int left:int"
    return _table("repairs", f"object field cause:word cells:int {outcomes} id:code", rows)


def _three(example: Example) -> Row:
    return (example.record, example.source, example.expected, example.actual, example.message)


def field_examples(figures: Figures) -> Table:
    """Examples behind the causes."""
    rows = ((f.object, f.field, c.cause, *_three(e)) for f in figures.fields for c in f.causes for e in c.examples)
    return _table("field_examples", "object field cause:word record source_value expected actual message", rows)


def links(figures: Figures) -> Table:
    """References, expected and found."""
    rows = (
        (k.object, k.field, k.parent, k.expected, k.present, k.missing, k.wrong, k.extra, k.orphans)
        for k in figures.links
    )
    columns = "object field parent expected:int present:int missing:int wrong:int surplus:int orphans:int"
    return _table("links", columns, rows)


def kpis(figures: Figures) -> Table:
    """Business figures, in the source, expected, and in the target."""
    rows = ((k.name, k.group, k.unit, k.source, k.expected, k.actual, k.explained, k.agrees) for k in figures.kpis)
    columns = "kpi:word group:group unit source_value:money expected:money actual:money explained:money agrees:ok"
    return _table("kpis", columns, rows)


def pack(figures: Figures) -> Table:
    """The usual key figures that could be computed, each with its question; the whole first, then its groups."""
    rows = (
        (
            f.family, f"pack.{f.name}", f"ask.{f.name}", f.group, f.unit, f.source, f.expected, f.actual,
            f.agrees and f.within,
        )
        for f in figures.pack
        if not f.why
    )  # fmt: skip
    columns = (
        "family:word kpi:word question:word group:group unit source_value:money expected:money actual:money agrees:ok"
    )
    return _table("pack", columns, rows)


def pack_bridge(figures: Figures) -> Table:
    """What leads from the sources to what is expected, by the parts of each figure, with their definitions."""
    rows: list[Row] = []
    for f in (f for f in figures.pack if not f.why and not f.group):
        for part in f.parts:
            said = f"{part.sum or 'count'} of {part.object}" + (f" where {part.where}" if part.where else "")
            head = (f"pack.{f.name}", f.formula, part.name, said, f.unit if part.sum else "")
            rows.append((*head, "source_total", "", part.source))
            rows += [(*head, "term", name, amount) for name, amount in part.terms]
            rows.append((*head, "expected", "", part.expected))
            if part.explained:
                rows.append((*head, "explained", "", part.explained))
            rows.append((*head, "actual", "", part.actual))
    return _table("pack_bridge", "kpi:word formula part definition:code unit line:word name:word amount:money", rows)


def pack_missing(figures: Figures) -> Table:
    """The usual key figures that are not possible, and why."""
    rows = ((f.family, f"pack.{f.name}", f"ask.{f.name}", f.why) for f in figures.pack if f.why)
    return _table("pack_missing", "family:word kpi:word question:word why", rows)


def controls(figures: Figures) -> Table:
    """Figures that somebody outside named."""
    rows = (
        (c.name, c.said, c.unit, c.said_by, c.of, c.expected, c.actual, c.explained, c.agrees) for c in figures.controls
    )
    columns = "control:word said:money unit said_by of expected:money actual:money explained:money agrees:ok"
    return _table("controls", columns, rows)


def exceptions(figures: Figures) -> Table:
    """The working list, one line per cause: what it is, how it compares with the run before, what people say of it."""
    both = ((x, figures.follow_up.of(x.id)) for x in figures.exceptions)
    rows = (
        (
            x.id, x.severity, x.code, x.object, x.source, x.field, x.rule, x.state, x.count, x.title, x.fix,
            " · ".join(o.owner for o in x.owners if o.owner), x.amounts,
            f.told or f.since, f.came, f.went, f.status, f.assignee, f.decision, f.note, mark_of(f),
        )
        for x, f in both
    )  # fmt: skip
    columns = (
        "id:code severity:word code:code object source field rule state:word count:int title fix owners amounts:sums"
        " since:word came:int went:int status:word assignee decision note mark:code"
    )
    return _table("exceptions", columns, rows)


def exception_owners(figures: Figures) -> Table:
    """Of each cause the exceptions by owner, a line for each currency; the first of an owner has how many they are."""
    rows = (
        (x.id, x.code, x.object, x.source, x.field, x.state, owner, None if at else stake.count, unit, amount)
        for x in figures.exceptions
        for owner, stake in (*((o.owner, o) for o in x.owners), *([("…", x.others)] if x.others else []))
        for at, (unit, amount) in enumerate([(a.unit, a.amount) for a in stake.amounts] or [("", None)])
    )
    columns = "id:code code:code object source field state:word owner count:int currency amount:money"
    return _table("exception_owners", columns, rows)


def gone_exceptions(figures: Figures) -> Table:
    """Exceptions of the run before that are no more."""
    rows = (
        (x.id, x.severity, x.code, x.object, x.source, x.field, x.count, x.title, x.status, x.evidence)
        for x in figures.follow_up.gone
    )
    columns = "id:code severity:word code:code object source field count:int title status:word evidence"
    return _table("gone_exceptions", columns, rows)


def in_words(amounts: Sequence[Amount], language: Language) -> str:
    """Sums of several currencies beside each other: they are never added."""
    return " · ".join(language.amount_in(each.amount, each.unit) for each in amounts)


def _one_amount(amounts: Sequence[Amount]) -> Row:
    """Amount and currency; of a record with several of them all together."""
    if len(amounts) > 1:
        return (tuple(amounts), "")
    return (amounts[0].amount, amounts[0].unit) if amounts else (None, "")


def exception_examples(figures: Figures) -> Table:
    """Examples behind the working list."""
    rows = (
        (x.code, x.object, x.source, e.field or x.field, x.state, *_three(e), e.owner, *_one_amount(e.amounts))
        for x in figures.exceptions
        for e in x.examples
    )
    columns = (
        "code:code object source field state:word record source_value expected actual message"
        " owner amount:money currency"
    )
    return _table("exception_examples", columns, rows)


def merges(figures: Figures) -> Table:
    """What every rule and decision of matching did."""
    rows = ((m.object, m.rule, m.outcome, m.pairs, m.records) for m in figures.merges)
    return _table("merges", "object rule outcome:word pairs:int records:int", rows)


def clusters(figures: Figures) -> Table:
    """Merged clusters cell by cell: who won and by which rule."""
    rows = (
        (c.object, c.cluster, " · ".join(c.members), " · ".join(c.why), *cell)
        for c in figures.clusters
        for cell in (c.cells or (("", "", "", ""),))
    )
    return _table("clusters", "object cluster members why field value winner rule", rows)


def learned(figures: Figures) -> Table:
    """What the learned matching may do, did and leaves to people."""
    rows = (
        (x.object, x.mode, x.limit, x.expected_wrong, x.merged_records, x.cut, x.asked, x.vetoed)
        for x in figures.learned
    )
    columns = (
        "object mode:word wrong_limit:amount expected_wrong:amount merged_records:int cut:amount asked:int vetoed:int"
    )
    return _table("learned", columns, rows)


def groups(figures: Figures) -> Table:
    """Records that share a home, a mailbox or a parent without being one."""
    rows = ((g.object, g.kind, g.groups, g.records) for g in figures.groups)
    return _table("groups", "object kind:word groups:int records:int", rows)


def consent(figures: Figures) -> Table:
    """People by consent before and after."""
    rows = ((c.object, c.field, c.before, c.after, c.count, c.without_evidence) for c in figures.consent)
    return _table("consent", "object field before:word after:word people:int without_evidence:int", rows)


def owners(figures: Figures) -> Table:
    """From which owner to which."""
    return _table("owners", "owner_before owner_after records:int", figures.owners)


def days(figures: Figures) -> Table:
    """Dates by month or year, expected and found."""
    rows = ((d.object, d.field, *each) for d in figures.days for each in d.bins)
    return _table("days", "object field span expected:int actual:int", rows)


def visibility(figures: Figures) -> Table:
    """By owner, what the default views of the target show and what they hide, the hidden first."""
    rows = (
        (v.object, v.view, v.owner, f"sight.{v.sight}", v.records, v.amount or None, v.unit) for v in figures.visibility
    )
    return _table("visibility", "object view owner sight:word records:int amount:money unit", rows)


def scores(figures: Figures) -> Table:
    """Quality rules on raw and on clean data."""
    rows = ((s.object, s.field, s.rule, s.of, s.passed_before, s.passed_after) for s in figures.scores)
    return _table("scores", "object field rule cells:int passed_before:int passed_after:int", rows)


def unexpected(figures: Figures) -> Table:
    """Ids in the target that nobody sent, ids that are gone, and those that we have removed."""
    rows = (
        (t.object, kind, target_id)
        for t in figures.target_sets
        for kind, ids in (("unexpected", t.unexpected_ids), ("vanished", t.vanished_ids), ("removed", t.removed_ids))
        for target_id in ids
    )
    return _table("unexpected", "object kind:word target_id", rows)


def sources(figures: Figures) -> Table:
    """What was read, and what an independent count says."""
    rows = (
        (
            s.source, s.path, s.records, s.quarantined, s.counted, s.count_method, s.adds_up, s.bytes,
            " ".join(filter(None, (s.encoding, s.delimiter))), s.sha256,
        )
        for s in figures.sources
    )  # fmt: skip
    columns = (
        "source path records:int quarantined:int counted:int count_method adds_up:ok bytes:int encoding sha256:hash"
    )
    return _table("sources", columns, rows)


def mapping_changes(figures: Figures) -> Table:
    """Where the mapping says something else than the last one whose run was good."""
    changed = figures.mapping_changes
    rows = ((c.place, f"mapping_{c.change}") for c in (changed.changes if changed else ()))
    return _table("mapping_changes", "place:code change:word", rows)


def columns(figures: Figures) -> Table:
    """Every column of every source with what became of it; first those of which nobody has spoken."""
    rows = (
        (c.source, c.column, c.fate, ", ".join(c.into), c.why, c.filled, c.rows, c.fate != "unspoken")
        for c in sorted(figures.columns, key=lambda c: c.fate != "unspoken")
    )
    return _table("columns", "source column fate:word into why filled:int rows:int spoken:ok", rows)


def relations(figures: Figures) -> Table:
    """Every relation in the sources with what became of it; first those of which nobody has spoken."""
    rows = (
        (
            r.source, r.column, r.parent, r.fate, ", ".join(r.into), r.why, r.filled,
            "by the mapping" if r.declared else "in the data", r.fate != "unspoken",
        )
        for r in sorted(figures.relations, key=lambda r: r.fate != "unspoken")
    )  # fmt: skip
    return _table("relations", "source column parent fate:word into why filled:int known:word spoken:ok", rows)


def evidence(figures: Figures) -> Table:
    """What was decided on whole columns, and why."""
    rows = ((s.source, text) for s in figures.sources for text in s.evidence)
    return _table("evidence", "source why", rows)


def samples(figures: Figures) -> Table:
    """Samples that reviewers check by hand, and what their random part proves of all records."""
    rows = (
        (
            s.id, s.reviewer, s.owner, ", ".join(s.objects), s.run, s.population, s.random, s.covering, s.checked,
            s.right, s.wrong, s.unclear, s.stale, s.prove, s.confidence, s.at_most, s.proven,
        )
        for s in figures.follow_up.samples
    )  # fmt: skip
    counts = "population random covering checked right wrong_records unclear stale"
    columns = (
        f"id:code reviewer owner objects run {' '.join(f'{name}:int' for name in counts.split())}"
        " prove:amount confidence_percent:amount at_most:int proven:ok"
    )
    return _table("samples", columns, rows)


def sample_defects(figures: Figures) -> Table:
    """Records that a reviewer found wrong, by our key."""
    rows = ((d.sample, d.object, d.entity, ", ".join(d.fields), d.note, d.who) for d in figures.follow_up.defects)
    return _table("sample_defects", "id:code object entity:code field note who", rows)


def decisions(figures: Figures) -> Table:
    """Decisions and accepted differences with the records that they cover."""
    return _table("decisions", "decision who when text records:int", figures.decisions)


def sign_off(figures: Figures) -> Table:
    """Who has to sign and who has signed; of a sign-off that is void, what is not what was signed."""
    found = {each.role: each for each in figures.follow_up.signed}
    rows: list[Row] = []
    for role in dict.fromkeys((*figures.sign_off, *found)):
        each = found.get(role)
        told = (each.who, each.when, f"sign.{each.verdict}", each.hash, each.conditions) if each else ("",) * 5
        rows.append((role, *told, ", ".join(each.void) if each else "", each is not None and not each.void))
    return _table("sign_off", "role:word name date verdict:word signature conditions void stands:ok", rows)


def not_checked(figures: Figures) -> Table:
    """What nobody checked."""
    return _table("not_checked", "text", ((text,) for text in figures.not_checked))
