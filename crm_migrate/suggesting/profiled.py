"""What a profile says of a recognised file, in the file's own words: which objects it holds, their fields and links."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping import rewording
from crm_migrate.mapping.profiles import ProfileAbout, ProfileColumn, ProfileRecord, SourceProfile
from crm_migrate.mapping.rewording import Reworded
from crm_migrate.mapping.text import SAME_ROW
from crm_migrate.suggesting.candidates import Study
from crm_migrate.suggesting.settled import names_in
from crm_migrate.suggesting.suggestion import Feed, Left, Offer, TypedRef

_SURE = 0.97


@dataclass(slots=True)
class Profiled:
    """What a profile proposes of one file. `feeds` are the objects in it, `maps` the translations of its cells."""

    offers: list[Offer] = field(default_factory=list)
    feeds: dict[str, Feed] = field(default_factory=dict)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    def without(self, target: str) -> None:
        """An object that lacks a link which it cannot be without is not proposed."""
        self.offers = [offer for offer in self.offers if offer.object != target]
        self.feeds.pop(target, None)


@dataclass(frozen=True, slots=True)
class _File:
    """A file while it is read by its profile: `names` is own column -> header."""

    source: str
    profile: SourceProfile
    because: tuple[str, ...]
    names: Mapping[str, str]


def profiled(study: Study, others: Sequence[Study]) -> Profiled:
    """What the profile of a study proposes; nothing where it has none. `others` are all files, for links."""
    told = Profiled()
    if study.profile is None:
        return told
    name, profile = study.profile
    file = _File(study.table.name, profile, (f"profile {name}",), names_in(profile, study.table.columns, study.tag))
    told.feeds = _feeds(file)
    links = {each.profile[0]: each.table.name for each in others if each.profile} if others else {}
    for own, column in profile.columns.items():
        if own in file.names:
            _column(file, own, column, links, told)
    for target, record in profile.objects.items():
        if target in told.feeds:
            _record(file, target, record, links, told)
    fed = {offer.object for offer in told.offers}
    told.feeds = {each: feed for each, feed in told.feeds.items() if each in fed}
    return told


# ----------------------------------------------------------------------------------------------------- which objects


def _feeds(file: _File) -> dict[str, Feed]:
    """The objects that a file may hold, each with the rows that hold it; none whose columns are not there."""
    named = (name.partition(".")[0] for column in file.profile.columns.values() for name in column.field)
    found = {}
    for target in dict.fromkeys((*file.profile.objects, *named)):
        feed = _feed(file, file.profile.objects.get(target, ProfileRecord()))
        if feed is not None:
            found[target] = feed
    return found


def _feed(file: _File, record: ProfileRecord) -> Feed | None:
    filled = [rewording.bracketed(file.names[own]) for own in record.filled if own in file.names]
    where = rewording.expression(record.where, file.names) if record.where else None
    split = rewording.split(record.split_rows, file.names) if record.split_rows else None
    if (record.filled and not filled) or (where and where.missing) or (split and split.missing):
        return None
    terms = [" or ".join(filled), where.text if where else ""]
    rows = " and ".join(f"({term})" if all(terms) else term for term in terms if term)
    return Feed(rows, record.one_per, split.text if split else "")


# -------------------------------------------------------------------------------------------------------- the cells


def _column(file: _File, own: str, column: ProfileColumn, links: Mapping[str, str], told: Profiled) -> None:
    """The cells of a column that feeds fields."""
    header = file.names[own]
    for target, _, name in (each.partition(".") for each in column.field):
        if target in told.feeds:
            steps = [*_map(file, own, column, told), *_date(target, name, column), *filter(None, [column.steps])]
            cell = Reworded(rewording.column_cell(header, " | ".join(steps)), (header,))
            _offer(file, (target, name), cell, column.ref, links, told)


def _record(file: _File, target: str, record: ProfileRecord, links: Mapping[str, str], told: Profiled) -> None:
    """The cells of an object that are no column alone."""
    for name, text in record.fields.items():
        if target not in told.feeds:
            return
        if text == SAME_ROW:
            model = OBJECTS[target].field(name)
            parent = str(model.reference) if model else ""
            if parent in told.feeds:
                why = (*file.because, "in the same row")
                told.offers.append(Offer(target, name, file.source, "", SAME_ROW, _SURE, why, parent))
            continue
        cell = rewording.cell(text, file.names)
        if cell.columns or not cell.missing:
            _offer(file, (target, name), cell, record.ref.get(name), links, told)
    if record.about and target in told.feeds:
        about = _about(file, record.about, links)
        told.feeds[target] = replace(told.feeds[target], about=about)


def _about(file: _File, said: ProfileAbout, links: Mapping[str, str]) -> TypedRef | None:
    """The typed reference in the words of a file; a word whose profile is not there is none that the mapping knows."""
    kind, number = rewording.cell(said.type, file.names), rewording.cell(said.id, file.names)
    if kind.missing or number.missing:
        return None
    known = {word: (ref or "").partition(".") for word, ref in said.map.items()}
    words = {
        word: f"{parent}.{links[other]}" if parent else None
        for word, (parent, _, other) in known.items()
        if not parent or other in links
    }
    return TypedRef(kind.text, number.text, words, tuple(dict.fromkeys((*kind.columns, *number.columns))))


def _map(file: _File, own: str, column: ProfileColumn, told: Profiled) -> Iterator[str]:
    if column.map:
        plain = "".join(letter if letter.isalnum() else "_" for letter in own.lower()).strip("_")
        name = f"{file.source}_{plain}"
        told.maps[name] = dict(column.map)
        yield f"map({name})"


def _date(target: str, name: str, column: ProfileColumn) -> Iterator[str]:
    model = OBJECTS[target].field(name) if target in OBJECTS else None
    if column.date and model is not None:
        yield f"{'date' if model.semantic.storage == 'date' else 'instant'}({column.date})"


def _offer(
    file: _File, field_: tuple[str, str], cell: Reworded, ref: str | None, links: Mapping[str, str], told: Profiled
) -> None:
    """The line of a field; of a link only where the file that it leads to is there."""
    target, name = field_
    text = None
    if ref is not None:
        parent, _, other = ref.partition(".")
        if other not in links:
            why = f"it names {parent} by the keys of {other}, and no such export is here"
            told.left += [Left(file.source, header, why) for header in cell.columns]
            model = OBJECTS[target].field(name)
            if model is not None and model.required:
                told.without(target)
            return
        text = f"{parent}.{links[other]}"
    column, *beside = cell.columns or ("",)
    proofs = tuple(
        file.names[own]
        for own, each in file.profile.columns.items()
        if each.proves == f"{target}.{name}" and own in file.names
    )
    told.offers.append(
        Offer(target, name, file.source, column, cell.text, _SURE, file.because, text, tuple(beside), proofs)
    )
