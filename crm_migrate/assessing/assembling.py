"""An assessment from what was opened: every source looked at column by column, and all figures put together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from crm_migrate.assessing import telling
from crm_migrate.assessing.dating import dated_by, days, typed_by
from crm_migrate.assessing.doubling import duplicates
from crm_migrate.assessing.figures import (
    Assessment,
    Card,
    ColumnFigure,
    ConsentFigure,
    DuplicateFigure,
    FileFigure,
    Light,
    MoneyFigure,
    OwnerFigure,
    PicklistFigure,
    ReadingFigure,
    RelationFigure,
    Said,
    ScoreFigure,
    SensitiveFigure,
    Severity,
    SourceFigure,
    Use,
    ValueFigure,
)
from crm_migrate.assessing.guarding import NOTES, READ, sensitive
from crm_migrate.assessing.harming import MISFITS, ROWS, Harm
from crm_migrate.assessing.hiding import shown
from crm_migrate.assessing.kinds import Meanings, meanings
from crm_migrate.assessing.money import open_money, told_of_money
from crm_migrate.assessing.opening import Opened, Subject
from crm_migrate.assessing.recommending import Asked, advise, is_dead
from crm_migrate.assessing.relating import loops, relations
from crm_migrate.assessing.scoring import scores
from crm_migrate.assessing.seeing import Seen, seen
from crm_migrate.assessing.using import used
from crm_migrate.assessing.volumes import volumes
from crm_migrate.assessing.words import consent, is_list, owners, picklist
from crm_migrate.connecting.contract import FileFact
from crm_migrate.crm.types import TYPES
from crm_migrate.finding import Finding
from crm_migrate.finding import Severity as Level
from crm_migrate.quality.damage import Damage, Tally
from crm_migrate.reports.masking import scrub

_TOP = 10  # values of a column that are shown
_HELD = 0.95  # of the filled cells
HURTS = 5


@dataclass(slots=True)
class _Pile:
    """Figures of all sources, as they are found."""

    files: list[FileFigure] = field(default_factory=list)
    reading: list[ReadingFigure] = field(default_factory=list)
    sources: list[SourceFigure] = field(default_factory=list)
    columns: list[ColumnFigure] = field(default_factory=list)
    dead: set[tuple[str, str]] = field(default_factory=set)
    damages: dict[str, list[Damage]] = field(default_factory=dict)
    days: dict[str, pl.Series | None] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)
    duplicates: list[DuplicateFigure] = field(default_factory=list)
    picklists: list[PicklistFigure] = field(default_factory=list)
    owners: list[OwnerFigure] = field(default_factory=list)
    money: list[MoneyFigure] = field(default_factory=list)
    stages: list[Said] = field(default_factory=list)
    sensitive: list[SensitiveFigure] = field(default_factory=list)
    consent: list[ConsentFigure] = field(default_factory=list)
    scores: list[ScoreFigure] = field(default_factory=list)


def assess(opened: Opened, *, made: str, tool: str, masked: bool = True) -> Assessment:
    """All figures of what was opened. `made` is the instant and `tool` the version that stand in it."""
    known = meanings(opened)
    pile = _Pile()
    for subject in opened.subjects:
        _subject(subject, opened, known, pile, masked)
    found = list(relations({s.name: s for s in opened.subjects}, known, masked))
    figures = [each.figure for each in found]
    for each in found:
        pile.cards += telling.of_relation(each.figure)
        if each.damage is not None:
            pile.damages[each.figure.source].append(each.damage)
            pile.cards.append(telling.of_damage(each.figure.source, each.damage, known, masked))
    for subject in opened.subjects:
        own = [c for c in pile.columns if c.source == subject.name]
        pile.scores += scores(subject, known, own, pile.damages[subject.name], figures, pile.days[subject.name])
    return _whole(opened, known, pile, figures, made, tool, masked)


def _subject(subject: Subject, opened: Opened, known: Meanings, pile: _Pile, masked: bool) -> None:
    staged, name = subject.staged, subject.name
    harm = Harm(subject, known)
    pile.damages[name] = []
    columns: dict[str, Seen] = {}
    secrets: dict[str, list[SensitiveFigure]] = {}
    for column in staged.columns:
        tally = staged.tally(column)
        pile.damages[name] += harm.of_column(tally)
        columns[column] = seen(tally)
        secrets[column] = list(sensitive(name, columns[column], known.of(name, column).kind))
        pile.sensitive += secrets[column]
    filled = sum(column.filled for column in columns.values())
    pile.damages[name] += harm.rest(filled)
    dated, typed = dated_by(subject, known, columns), typed_by(subject, columns)
    day = days(staged.column(dated), subject.study.table.locale).alias(dated) if dated else None
    pile.days[name] = day
    uses = used(subject, day, typed)
    newest = day.max() if day is not None else None
    oldest = day.min() if day is not None else None
    for column, found in columns.items():
        asked = Asked(
            found,
            known.of(name, column),
            uses[column],
            newest if isinstance(newest, date) else None,
            column in known.keys.get(name, ()),
            any(each.category != "birth_date" for each in secrets[column]),
        )
        pile.columns.append(_column(name, asked, subject, masked))
        if is_dead(asked.use, asked.newest):
            pile.dead.add((name, column))
        _words(subject, found.commonest, opened, known, day, pile, masked)
    pile.duplicates += duplicates(subject, known)
    owning = [c for c in columns if columns[c].filled and _role(known, name, c) == "owner"]
    money = list(open_money(subject, known, opened, owning))
    pile.money += money
    pile.stages += [told_of_money(subject, known, opened)] if money else []
    pile.files += (_file(name, fact) for fact in staged.files)
    pile.reading += (_reading(name, finding, masked) for finding in staged.findings)
    _cards(subject, known, pile, masked)
    pile.sources.append(
        SourceFigure(
            source=name,
            object=known.objects.get(name, ""),
            light=_light([c for c in pile.cards if c.source == name]),
            rows=staged.rows,
            columns=len(staged.columns),
            filled=filled,
            key=known.keys.get(name, ()),
            dated_by=dated,
            typed_by=typed,
            first_day=oldest.isoformat() if isinstance(oldest, date) else "",
            last_day=newest.isoformat() if isinstance(newest, date) else "",
        )
    )


def _words(
    subject: Subject,
    tally: Tally,
    opened: Opened,
    known: Meanings,
    day: pl.Series | None,
    pile: _Pile,
    masked: bool,
) -> None:
    """What a column of words says of lists, owners and consent."""
    meaning = known.of(subject.name, tally.name)
    role = _role(known, subject.name, tally.name)
    if role == "owner":
        pile.owners += owners(subject.name, tally, opened.plan.owners if opened.plan else None)
    elif role == "consent" and tally.filled:
        pile.consent.append(consent(subject, tally, known, masked))
    elif is_list(tally, meaning):
        pile.picklists.append(picklist(subject, tally, meaning, opened.plan, day, masked))


def _role(known: Meanings, source: str, column: str) -> str:
    kind = TYPES.get(known.of(source, column).kind)
    return kind.role if kind else ""


def _column(source: str, asked: Asked, subject: Subject, masked: bool) -> ColumnFigure:
    column = asked.column
    action, because, decided = advise(asked, subject.plan)
    kind = asked.meaning.kind or ("text" if is_list(column.commonest, asked.meaning) else "")
    top = column.commonest.values.head(_TOP).select("value", "cells").iter_rows()
    return ColumnFigure(
        source=source,
        column=column.name,
        kind=asked.meaning.kind,
        field=asked.meaning.field,
        rows=column.rows,
        filled=column.filled,
        distinct=column.distinct,
        shortest=column.shortest,
        longest=column.longest,
        top=tuple(ValueFigure(value=shown(value, kind, masked), cells=cells) for value, cells in top),
        by_year=asked.use.by_year,
        by_type=asked.use.by_type,
        last_used=asked.use.last.isoformat() if asked.use.last else "",
        action=action,
        because=because,
        decided=decided,
    )


def _reading(source: str, finding: Finding, masked: bool) -> ReadingFigure:
    severity: Severity = "error" if finding.severity is Level.ERROR else "warning"
    return ReadingFigure(
        source=source,
        severity="note" if finding.severity is Level.NOTE else severity,
        code=finding.code,
        message=scrub(finding.message, quoted=False) if masked else finding.message,
        hint=finding.hint or "",
    )


def _file(source: str, fact: FileFact) -> FileFigure:
    return FileFigure(
        source=source,
        path=fact.path,
        sha256=fact.sha256,
        bytes=fact.bytes,
        rows=fact.records,
        aside=fact.quarantined,
        counted=fact.counted,
        encoding=fact.encoding,
    )


def _cards(subject: Subject, known: Meanings, pile: _Pile, masked: bool) -> None:
    name, rows = subject.name, subject.staged.rows
    pile.cards += telling.of_aside(name, rows, sum(fact.quarantined for fact in subject.staged.files))
    pile.cards += (telling.of_damage(name, damage, known, masked) for damage in pile.damages[name])
    key = [column for column in known.keys.get(name, ()) if column in subject.staged.columns]
    keys = (
        subject.staged.lazy().select(pl.col(key).str.strip_chars().fill_null("")).collect() if key else pl.DataFrame()
    )
    keys = keys.filter(pl.any_horizontal(pl.all() != "")) if key else keys  # as a run: a part may be empty
    pile.cards += telling.of_key(name, key, rows, len(keys), keys.n_unique() if key else 0)
    for duplicate in pile.duplicates:
        if duplicate.source == name:
            pile.cards += telling.of_duplicates(duplicate, rows)
    for words in (each for each in pile.picklists if each.source == name):
        pile.cards += telling.of_picklist(words)
    for said in (each for each in pile.consent if each.source == name):
        pile.cards += telling.of_consent(said)
    for secret in (each for each in pile.sensitive if each.source == name):
        pile.cards += telling.of_sensitive(secret)
    pile.cards += telling.of_owners([figure for figure in pile.owners if figure.source == name])
    pile.cards += telling.of_money([figure for figure in pile.money if figure.source == name])


def _light(cards: Sequence[Card]) -> Light:
    severities = {each.severity for each in cards}
    return "red" if "error" in severities else "yellow" if "warning" in severities else "green"


def _whole(
    opened: Opened,
    known: Meanings,
    pile: _Pile,
    relating: list[RelationFigure],
    made: str,
    tool: str,
    masked: bool,
) -> Assessment:
    cards = sorted(pile.cards, key=lambda c: (telling.ORDER[c.severity], -c.count, c.id))
    lights = {name: _light([c for c in cards if c.source == name]) for name in known.columns}
    waiting = sum(c.action == "ask" and not c.decided for c in pile.columns) + sum(p.unmapped for p in pile.picklists)
    return Assessment(
        title=opened.title,
        made=made,
        tool=tool,
        mapping=opened.plan.project if opened.plan else "",
        masked=masked,
        files=tuple(pile.files),
        reading=tuple(pile.reading),
        sources=tuple(s.model_copy(update={"light": lights[s.source]}) for s in pile.sources),
        use=_use(pile),
        decisions=waiting,
        hurts=tuple(c.id for c in cards[:HURTS]),
        columns=tuple(pile.columns),
        scores=tuple(pile.scores),
        cards=tuple(cards),
        duplicates=tuple(pile.duplicates),
        relations=tuple(relating),
        loops=loops(relating),
        picklists=tuple(sorted(pile.picklists, key=lambda p: (-p.unmapped, p.source, p.column))),
        owners=tuple(pile.owners),
        money=tuple(pile.money),
        sensitive=tuple(pile.sensitive),
        consent=tuple(pile.consent),
        volumes=tuple(volumes(opened, known)),
        not_assessed=tuple(_not_assessed(opened, pile)),
    )


def _use(pile: _Pile) -> Use:
    """Columns by their use; each is counted in the first part that it belongs to."""
    full = sorted((c.filled for c in pile.columns), reverse=True)
    held, most = 0, 0
    for most, filled in enumerate(full, 1):  # noqa: B007 -- how many it takes
        held += filled
        if held >= _HELD * sum(full):
            break
    empty = [c for c in pile.columns if not c.filled]
    constant = [c for c in pile.columns if c.distinct == 1 and c.filled == c.rows and c.rows > 1]
    counted = {(c.source, c.column) for c in (*empty, *constant)}
    died = [c for c in pile.columns if (c.source, c.column) in pile.dead - counted]
    alive = len(pile.columns) - len(empty) - len(constant) - len(died)
    return Use(
        columns=len(pile.columns), most=most, empty=len(empty), constant=len(constant), died=len(died), alive=alive
    )


def _not_assessed(opened: Opened, pile: _Pile) -> list[Said]:
    """What nobody looked at, and what the figures cannot say."""
    told = [Said(key="not.unread", places={"reason": finding.message}) for finding in opened.unread]
    told += [Said(key="not.aside", places={"file": f.path, "n": f.aside}) for f in pile.files if f.aside]
    told += [Said(key="not.undated", places={"source": s.source}) for s in pile.sources if not s.dated_by]
    told += [Said(key="not.unknown", places={"source": s.source}) for s in pile.sources if not s.object]
    told += [
        Said(key="not.duplicates"),
        Said(key="not.sensitive", places={"n": READ, "notes": NOTES}),
        Said(key="not.validity"),
        Said(key="not.rows", places={"rows": ROWS, "odd": MISFITS}),
        Said(key="not.zeros"),
        *pile.stages,
        Said(key="not.time"),
        Said(key="not.effort"),
        Said(key="not.attachments"),
    ]
    if opened.plan is None:
        told.append(Said(key="not.target"))
    return told
