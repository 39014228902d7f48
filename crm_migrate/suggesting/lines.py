"""Proposals as lines of YAML, each with the comment that says why; nothing that stands in a file is changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping.editing import scalar
from crm_migrate.mapping.proposed import Claim, comment
from crm_migrate.mapping.text import SAME_ROW
from crm_migrate.suggesting.linking import Key
from crm_migrate.suggesting.suggestion import Feed, Offer, Suggestion, TypedRef

_DOUBLED = ("person", "organisation")  # whose doubles are looked for
ALIGN = 48  # column in which the comments of short lines stand


def field_lines(offers: Sequence[Offer], feeds: Mapping[str, Sequence[str]], indent: int) -> list[str]:
    """One line per field; `feeds` has the sources of every object: where it is one, the line needs no name of it."""
    lines = []
    for (name, field), cells in _by_field(offers).items():
        only = len(feeds.get(name, ())) == 1 and not any(offer.ref or offer.proofs for offer in cells)
        if only:
            value = scalar(cells[0].cell)
        else:
            parts = [f"{offer.source}: {scalar(offer.cell)}" for offer in cells]
            value = "{" + ", ".join([*parts, *_refs(cells), *_proofs(cells)]) + "}"
        claims = [_claim(offer, named=not only) for offer in cells]
        lines.append(commented(f"{' ' * indent}{field}: {value}", claims))
        if any(offer.proofs for offer in cells) and OBJECTS[name].field(f"{field}_evidence"):
            lines.append(commented(f"{' ' * indent}{field}_evidence: {{follows: {field}}}", claims))
    return lines


def _proofs(cells: Sequence[Offer]) -> Iterator[str]:
    """The texts that prove what the cells of a line say."""
    names = [scalar(f"{offer.source}.{column}") for offer in cells for column in offer.proofs]
    if names:
        yield f"evidence: [{', '.join(names)}]"


def _refs(cells: Sequence[Offer]) -> Iterator[str]:
    """Whose keys the cells of a line speak: one for all, or each of its own."""
    spoken = {offer.source: offer.ref for offer in cells if offer.ref and offer.cell != SAME_ROW}
    refs = list(dict.fromkeys(spoken.values() or (offer.ref for offer in cells if offer.ref)))
    if len(refs) == 1:
        yield f"ref: {refs[0]}"
    elif refs:
        yield "ref: {" + ", ".join(f"{source}: {ref}" for source, ref in spoken.items()) + "}"


def _by_field(offers: Sequence[Offer]) -> dict[tuple[str, str], list[Offer]]:
    """The cells of every line, by object and field; those that are of the same row last."""
    found: dict[tuple[str, str], list[Offer]] = {(offer.object, offer.field): [] for offer in offers}
    for offer in sorted(offers, key=lambda o: o.cell == SAME_ROW):
        found[offer.object, offer.field].append(offer)
    return found


def _claim(offer: Offer, *, named: bool) -> Claim:
    return Claim(offer.source if named else "", offer.score, ", ".join(offer.because))


def commented(line: str, claims: Sequence[Claim]) -> str:
    """A line with the comment that it is proposed."""
    return f"{line.ljust(ALIGN)}  {comment(claims)}"


def object_lines(name: str, told: Suggestion, indent: int) -> list[str]:
    """A whole object that the mapping does not have yet."""
    inner = " " * indent * 2
    sources = feeding(name, told)
    lines = [f"{' ' * indent}{name}:", *(f"{inner}{line}" for line in _from(name, sources, told))]
    if OBJECTS[name].entity in _DOUBLED:
        lines.append(commented(f"{inner}match: learned", [Claim("", 0.9, "asks about likely doubles; merges none")]))
    lines += [f"{inner}{line}" for line in _about(name, sources, told)]
    offers = [offer for offer in told.offers if offer.object == name]
    return [*lines, f"{inner}fields:", *field_lines(offers, {name: sources}, indent * 3)]


def feeding(name: str, told: Suggestion) -> list[str]:
    """The sources that are proposed to feed an object."""
    return [source for held, source in told.feeds if held == name]


def _from(name: str, sources: Sequence[str], told: Suggestion) -> list[str]:
    feeds = {source: told.feeds[name, source] for source in sources}
    if not any(_options(feed) for feed in feeds.values()):
        return [f"from: {sources[0]}" if len(sources) == 1 else f"from: [{', '.join(sources)}]"]
    return ["from:", *(f"  {source}: {{{', '.join(_options(feed))}}}" for source, feed in feeds.items())]


def _options(feed: Feed) -> list[str]:
    one_per = ", ".join(feed.one_per) if len(feed.one_per) == 1 else f"[{', '.join(feed.one_per)}]"
    said = [f"one_per: {one_per}"] if feed.one_per else []
    said += [f"split_rows: {scalar(feed.split_rows)}"] if feed.split_rows else []
    return [*said, f"where: {scalar(feed.where)}", "else: absent"] if feed.where else said


def _about(name: str, sources: Sequence[str], told: Suggestion) -> Iterator[str]:
    """The typed references of an object, by source; a word of a type that does not stand in them waits."""
    said = {source: about for source in sources if (about := told.feeds[name, source].about)}
    if said:
        yield "about:"
        yield from (f"  {source}: {{ref_by: {_typed(about)}}}" for source, about in said.items())


def _typed(about: TypedRef) -> str:
    words = ", ".join(f"{scalar(word)}: {ref or 'null'}" for word, ref in about.map.items())
    return f"{{type: {scalar(about.type)}, id: {scalar(about.id)}, map: {{{words}}}}}"


def key_line(key: Key) -> str:
    """`key: KontaktNr` or a list of two."""
    columns = [scalar(column) for column in key.columns]
    return f"key: {columns[0]}" if len(columns) == 1 else f"key: [{', '.join(columns)}]"


def new_objects(told: Suggestion, written: Iterable[str]) -> list[str]:
    """The objects that are proposed and not written, in the order of the model."""
    there = set(written)
    return [name for name in OBJECTS if name not in there and feeding(name, told)]


def map_lines(told: Suggestion, indent: int) -> list[str]:
    """The translations that cells ask for; a word that none of them has waits."""
    lines = []
    for name, words in told.maps.items():
        said = ", ".join(f"{scalar(word)}: {scalar(value)}" for word, value in words.items())
        lines.append(f"{' ' * indent}{name}: {{unmapped: hold, map: {{{said}}}}}")
    return lines
