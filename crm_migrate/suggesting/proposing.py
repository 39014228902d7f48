"""From studied tables to lines of a mapping: which object each feeds, which fields, which links, and what is left."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from crm_migrate.crm.model import OBJECTS
from crm_migrate.crm.types import SemanticType
from crm_migrate.mapping.rewording import bracketed, column_cell
from crm_migrate.mapping.text import SAME_ROW, argument, normal_name
from crm_migrate.suggesting.candidates import Candidate, Study, candidates
from crm_migrate.suggesting.choosing import assigned, choices, likeliest
from crm_migrate.suggesting.foreign_words import foreign_words
from crm_migrate.suggesting.headers import object_words, readings
from crm_migrate.suggesting.linking import Key, Keyed, key_of, links, unkeyed
from crm_migrate.suggesting.looks import share_of
from crm_migrate.suggesting.profiled import Profiled, profiled
from crm_migrate.suggesting.suggestion import Feed, Left, Offer, Suggestion, Written
from crm_migrate.suggesting.vocabulary import vocabulary

_OWN_WORDS = 0.5  # of the different values must be words of the target
_WORKS_FOR = 0.8  # that the company in a person's row is the one he works for


# ---------------------------------------------------------------------------------------------------- proposing


def propose(studies: Sequence[Study], written: Written | None = None) -> Suggestion:
    """What a mapping of these tables may say, beside what is written already."""
    written = written or Written()
    told = Suggestion()
    said = {study.table.name: profiled(study, studies) for study in studies}
    placed = [(study, names) for study in studies if (names := _objects(study, said, written, told))]
    keyed = [Keyed(study, name, _key(study, name, written, told)) for study, names in placed for name in names]
    for study, names in placed:
        _say(said[study.table.name], names, written, told)
        _fill(study, names, keyed, written, told, said=said[study.table.name])
    for study in studies:
        told.left += _left(study, written, told)
    told.missing += _missing(written, told)
    told.offers.sort(key=_order)
    told.notes += foreign_words(told.offers, studies, written)
    return told


def _objects(study: Study, said: Mapping[str, Profiled], written: Written, told: Suggestion) -> list[str]:
    """The objects that a table feeds: as it is written, else the one that it most clearly holds."""
    name = study.table.name
    if fed := written.feeds(name):
        return [each for each in fed if each in OBJECTS]
    allowed = tuple(OBJECTS) if written.fields is None else tuple(written.fields)
    taken = {offer.object for offer in said[name].offers if written.takes(offer.object, offer.field)}
    if known := [each for each in said[name].feeds if each in taken]:
        return [each for each in known if _new_feed(each, name, written, told)]
    chosen = likeliest(choices(study, allowed))
    if chosen is None:
        able = choices(study, allowed, least=0)
        likely = " or ".join(choice.object for choice in able[:2])
        unknown = f"`{name}` holds nothing that the CRM model knows by these names"
        called = " or ".join(sorted(object_words(study.table.label) & set(allowed)))
        lacking = f"`{name}` is called like {called}, and no column is called like what those cannot do without"
        doubt = f"`{name}` may hold {likely}: say which by `from:` of an object" if likely else unknown
        told.notes.append(f"{lacking}: map it by hand" if called else doubt)
        return []
    return [chosen] if _new_feed(chosen, name, written, told) else []


def _say(said: Profiled, names: Sequence[str], written: Written, told: Suggestion) -> None:
    """What a profile says of a file, as far as the target takes it and no person has said it already."""
    offers = [o for o in said.offers if o.object in names and written.takes(o.object, o.field)]
    asked = {step for offer in offers for step in offer.cell.split(" | ")}
    told.maps |= {name: words for name, words in said.maps.items() if f"map({name})" in asked}
    told.left += said.left
    for offer in offers:
        if offer.column not in written.used.get(offer.source, frozenset()):
            _offer(offer, written, told)
            if (offer.object, offer.source) in told.feeds:
                told.feeds[offer.object, offer.source] = _led(said.feeds[offer.object], offer.object, written, told)


def _led(feed: Feed, name: str, written: Written, told: Suggestion) -> Feed:
    """How a source feeds an object, with those words of its typed reference alone whose records the mapping has."""
    if feed.about is None:
        return feed
    able = {str(f.reference) for f in OBJECTS[name].fields if f.reference and written.takes(name, f.name)}
    there = {f"{held}.{source}" for held, source in told.feeds} | {
        f"{held}.{source}" for held, part in written.objects.items() for source in part.from_
    }
    words = {w: r for w, r in feed.about.map.items() if r is None or (r in there and r.partition(".")[0] in able)}
    return replace(feed, about=replace(feed.about, map=words) if any(words.values()) else None)


def _new_feed(name: str, source: str, written: Written, told: Suggestion) -> bool:
    """Whether a source can feed an object that is not written yet; who feeds one that is, a person says."""
    if name in written.objects:
        told.notes.append(f"`{source}` looks like {name}: name it in `from:` of `{name}`, and ask again")
        return False
    told.feeds[name, source] = Feed()
    return True


def _key(study: Study, name: str, written: Written, told: Suggestion) -> Key | None:
    source = study.table.name
    if source in written.keys:
        return Key(written.keys[source], 1.0, (), False)
    if source not in told.keys:
        told.keys[source] = key_of(study, name)
        if told.keys[source] is None:
            told.unkeyed[source] = unkeyed(study, name)
    return told.keys[source]


def _fill(
    study: Study, names: Sequence[str], keyed: Sequence[Keyed], written: Written, told: Suggestion, *, said: Profiled
) -> None:
    """Fields, then links, then the company in a row of something else; one column for one of them.

    What a profile has said stands; only columns that it does not know are looked at.
    """
    source = study.table.name
    used = written.used.get(source, frozenset())
    used |= {column for column in study.table.columns if written.is_settled(source, column)}
    free = [c for name in names for c in candidates(study, name) if c.column not in used and _writable(c.column)]
    free = [c for c in free if written.takes(c.object, c.field) and not _in_other_words(study, c, written)]
    filled = {(offer.object, offer.field) for offer in said.offers}
    free = [c for c in free if (c.object, c.field) not in filled]
    chosen = assigned(sorted(free, key=lambda c: -round(c.score, 4)))
    countries = {c.object: c.column for c in chosen if _kind(c).shows == "countries"}
    for candidate in chosen:
        _offer(_cell(candidate, source, countries.get(candidate.object)), written, told)
    keys = {column for each in keyed if each.study is study and each.key for column in each.key.columns}
    taken = frozenset({c.column for c in chosen} | used | set(study.settled) | keys)
    for name in names:
        linked = {
            link.field: Offer(
                name, link.field, source, link.column, column_cell(link.column), link.score, link.because,
                f"{link.object}.{link.source}",
            )
            for link in links(study, name, keyed, taken)
            if written.takes(name, link.field) and _writable(link.column) and (name, link.field) not in filled
        }  # fmt: skip
        for offer in linked.values():
            _offer(offer, written, told)
        taken |= {offer.column for offer in linked.values()}
        if (name, source) in told.feeds and not said.feeds:
            _company(study, name, linked, taken, keyed, written, told)


def _cell(candidate: Candidate, source: str, country: str | None = None) -> Offer:
    text = column_cell(candidate.column, _steps(candidate, country))
    return Offer(candidate.object, candidate.field, source, candidate.column, text, candidate.score, candidate.because)


def _steps(candidate: Candidate, country: str | None) -> str:
    """The steps of a proposed line: what is written by the rules of a country asks the column of countries."""
    kind = _kind(candidate)
    usual = "phone" if kind.key == "phone" else "postal_code" if kind.nobody == "postal_code" else ""
    step = candidate.steps if candidate.is_part else "" if candidate.steps else usual
    return f"{step}(by={argument(country)})" if step and country else candidate.steps


def _kind(candidate: Candidate) -> SemanticType:
    field = OBJECTS[candidate.object].field(candidate.field)
    assert field is not None
    return field.semantic


def _writable(column: str) -> bool:
    """Whether a mapping can name the column at all."""
    odd = column.startswith("=") or "|" in column
    return column.isprintable() and not (odd and ("]" in column or "[" in column)) and column == normal_name(column)


def _offer(offer: Offer, written: Written, told: Suggestion) -> None:
    """A new line where there is none; what stands there is a person's and is left as it is."""
    part = written.objects.get(offer.object)
    if part is None or offer.field not in part.fields:
        told.offers.append(offer)
    elif offer.source not in part.fields[offer.field].cells and "" not in part.fields[offer.field].cells:
        told.beside.append(offer)


def _company(
    study: Study,
    name: str,
    linked: Mapping[str, Offer],
    taken: frozenset[str],
    keyed: Sequence[Keyed],
    written: Written,
    told: Suggestion,
) -> None:
    """The company that stands by its name in a row of something else becomes a record of its own, one per name.

    Not where companies come from elsewhere: how names and records belong together is then for a person to say.
    """
    model = OBJECTS[name]
    link = next((f for f in model.fields if f.reference and OBJECTS[f.reference].entity == "organisation"), None)
    if link is None or link.reference in (None, name) or link.name in linked or not written.takes(name, link.name):
        return
    company = str(link.reference)
    if company in written.objects or any(each.object == company for each in keyed):
        return
    free = [c for c in candidates(study, company) if c.column not in taken and _of_company(c, company)]
    found = {c.field: c for c in assigned(free) if _writable(c.column) and written.takes(company, c.field)}
    named = found.get("name")
    if named is None or (company, study.table.name) in told.feeds:
        return
    told.feeds[company, study.table.name] = Feed(bracketed(named.column), ("name",))
    for candidate in found.values():
        told.offers.append(_cell(candidate, study.table.name))
    why = (f'the company in the same row, by "{named.column}"',)
    told.offers.append(Offer(name, link.name, study.table.name, named.column, SAME_ROW, _WORKS_FOR, why, company))


def _of_company(candidate: Candidate, company: str) -> bool:
    """Whether a column is the company's and not the record's own: its words say so, or only companies have such."""
    field = OBJECTS[company].field(candidate.field)
    if field is None or (field.semantic.key != "company" and not field.semantic.contact_point):
        return False
    found = readings(candidate.column)
    said = {name for reading in found for name in reading.about}
    for reading in found:
        meanings = vocabulary().meanings.get(reading.phrase, ())
        if (
            said == {company}
            and company in reading.about
            and any((m.object, m.field) == (company, field.name) for m in meanings)
        ):
            return True
        kinds = {each.semantic.key for m in meanings if (each := OBJECTS[m.object].field(m.field)) is not None}
        if kinds == {"company"} and field.semantic.key == "company":
            return True
    return False


def _in_other_words(study: Study, candidate: Candidate, written: Written) -> bool:
    """Whether a list of choices has other words than the target's: copied as it is, every record would be refused."""
    allowed = written.choices.get((candidate.object, candidate.field))
    seen = study.look(candidate.column)
    if not allowed or seen is None or not seen.filled:
        return False
    return share_of(seen.sample.is_in(sorted(allowed))) < _OWN_WORDS


# -------------------------------------------------------------------------------------------- what is not proposed


def _left(study: Study, written: Written, told: Suggestion) -> Iterator[Left]:
    """Columns that neither a person nor a proposal has seen to, with a word on those that need a decision."""
    source = study.table.name
    seen = written.used.get(source, frozenset()) | set(written.keys.get(source, ()))
    offers = [offer for offer in (*told.offers, *told.beside) if offer.source == source]
    seen |= {column for offer in offers for column in (offer.column, *offer.beside, *offer.proofs)}
    key = told.keys.get(source)
    seen |= set(key.columns) if key else set()
    seen |= {left.column for left in told.left if left.source == source}
    feeds = (feed for (_, feeding), feed in told.feeds.items() if feeding == source)
    seen |= {column for feed in feeds if feed.about for column in feed.about.columns}
    fed = {name for name, feeding in told.feeds if feeding == source} | set(written.feeds(source))
    for column in study.table.columns:
        if column in seen or written.is_settled(source, column):
            continue
        yield Left(source, column, _remark(study, column, written, fed))


def _remark(study: Study, column: str, written: Written, fed: Set[str]) -> str:
    if reason := study.settled.get(column):
        return reason
    seen = study.look(column)
    for candidate in (c for name in sorted(fed) for c in candidates(study, name)):
        if candidate.column == column and _in_other_words(study, candidate, written):
            own = len(written.choices[candidate.object, candidate.field])
            return f"as {candidate.object}.{candidate.field} it needs a value map: the target has {own} words"
    if seen is not None and not seen.filled:
        return "empty"
    consent = {m.field for r in readings(column) for m in vocabulary().meanings.get(r.phrase, ())} & {"consent"}
    if consent:
        return "tells of consent: a person says with a value map what its words mean"
    if seen is not None and seen.distinct == 1 and seen.rows > 1:
        return "the same in all rows"
    return ""


def _missing(written: Written, told: Suggestion) -> Iterator[tuple[str, str]]:
    """Required fields of every object that is made, written or proposed, which nothing fills."""
    names = dict.fromkeys((*written.objects, *(name for name, _ in told.feeds)))
    for name in names:
        part = written.objects.get(name)
        filled = {offer.field for offer in told.offers if offer.object == name} | set(part.fields if part else ())
        model = OBJECTS.get(name)
        needed = [f.name for f in model.fields if f.required] if model else []
        needed += [wanted for wanted in written.required.get(name, ()) if wanted not in needed]
        yield from ((name, wanted) for wanted in needed if wanted not in filled)


def _order(offer: Offer) -> tuple[int, int]:
    """Objects and fields as the model has them; sources as they were asked."""
    names = list(OBJECTS)
    at = names.index(offer.object)
    fields = [f.name for f in OBJECTS[offer.object].fields]
    return at, fields.index(offer.field)
